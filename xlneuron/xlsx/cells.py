"""A sheet's cells as they are in its XML: read one by one, kept as they are where nothing changes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.sax.saxutils import unescape

from xlneuron.errors import XlneuronError, echo
from xlneuron.functions.cells import Cell, CellError
from xlneuron.limits import SHEET_COLUMNS, SHEET_ROWS
from xlneuron.tables.layout import letters
from xlneuron.xlsx.tokens import shifted, split_cell

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

DATA = re.compile(r"<sheetData\s*/>|<sheetData(?:\s[^>]*)?>(.*?)</sheetData>", re.DOTALL)
ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
FORMULA = re.compile(r"<f\b([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)
VALUE = re.compile(r"<v\b[^>]*>(.*?)</v>", re.DOTALL)
TYPE = re.compile(r"""\st=["']([^"']*)""")
STRING = re.compile(r"<t\b[^>]*?(?:/>|>(.*?)</t>)", re.DOTALL)
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
REFERENCE = re.compile(r"&#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}));", re.ASCII)
ENTITIES = {"&quot;": '"', "&apos;": "'"}
WHOLE = re.compile(r"\d{1,9}", re.ASCII)  # a row, or which of the shared texts


class CellReadError(XlneuronError):
    """A cell of a file holds what no cell can: `Sheet1!A3 cannot be read: 'INF' is not a number`."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where} cannot be read: {problem}")
        self.problem = problem


def attributes_of(text: str) -> dict[str, str]:
    """Return the attributes of an element."""
    return {name: text_of(double or single) for name, double, single in ATTRIBUTE.findall(text)}


def text_of(xml: str) -> str:
    """Return what XML text says."""
    if "&" not in xml:
        return xml
    return unescape(REFERENCE.sub(_character, xml), ENTITIES)


def _character(found: re.Match[str]) -> str:
    """Return the character of a number; what is none stays, as it is no reference in a CDATA section."""
    number = int(found[1]) if found[1] else int(found[2], 16)
    is_character = number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_character else found[0]


@dataclass(frozen=True)
class XmlCell:
    """A cell as the XML has it: the element's attributes and its content."""

    head: str
    content: str
    raw: str

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The attributes by name: r, s (style), t (type), cm (dynamic array)."""
        return attributes_of(self.head)

    @property
    def is_empty(self) -> bool:
        """Whether it has neither a formula nor a value: a style at most."""
        return not self.content or not ("<f" in self.content or self._text() or "<is>" in self.content)

    @property
    def formula(self) -> tuple[dict[str, str], str] | None:
        """The formula's attributes and its text without `=`, which is "" where another cell has it."""
        if self.content.startswith("<f>") and (end := self.content.find("</f>")) > 0:  # as most write it
            return {}, text_of(self.content[3:end])
        if "<f" not in self.content:
            return None
        found = FORMULA.search(self.content)
        return None if found is None else (attributes_of(found[1]), text_of(found[2] or ""))

    def value(self, strings: Sequence[str]) -> Cell:
        """Return the cached value; None if there is none. Raises ValueError for what no cell can hold."""
        named = TYPE.search(self.head)
        kind = named[1] if named else "n"
        if kind == "inlineStr":
            return text_of("".join(STRING.findall(self.content)))
        text = self._text()
        if not text:
            return "" if kind == "str" else None
        match kind:
            case "s":
                if not WHOLE.fullmatch(text.strip()) or int(text) >= len(strings):
                    raise ValueError(f"the file has no text number {echo(text)}")
                return strings[int(text)]
            case "b":
                return text.strip() in ("1", "true")
            case "e":
                return next((each for each in CellError if each.value == text), CellError.VALUE)
            case "n":
                return _number(text)
            case _:
                return text_of(text)

    def _text(self) -> str | None:
        if self.content.endswith("</v>"):
            return self.content[self.content.rindex(">", 0, -4) + 1 : -4]
        found = VALUE.search(self.content)
        return None if found is None else found[1]


def _number(text: str) -> float:
    """Return the number that a cell holds. Raises ValueError for any other text, and for infinity."""
    number = text.strip()
    if not NUMBER.fullmatch(number):
        raise ValueError(f"{echo(text)} is not a number")
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{echo(text)} is too large for a number")
    return value


@dataclass
class XmlRow:
    """A row: its attributes, but for its number, and its cells by column."""

    attributes: str = ""
    cells: dict[int, XmlCell] = field(default_factory=dict)


class SheetXml:
    """A worksheet part: rows by number, and the text before and after them."""

    def __init__(self, name: str, text: str, strings: Sequence[str]) -> None:
        self.name = name
        self.strings = strings
        found = DATA.search(text)
        if found is None:
            raise XlneuronError(f"sheet {name!r} cannot be read: it has no plain sheetData")
        self.head, self.tail = text[: found.start()], text[found.end() :]
        self.rows: dict[int, XmlRow] = {}
        try:
            self._read(found[1] or "")
        except ValueError as error:
            raise XlneuronError(f"sheet {name!r} cannot be read: {error}") from error

    def _read(self, data: str) -> None:
        number = 0
        for head, content in ROW.findall(data):
            given = attributes_of(head)
            which = given.get("r", str(number + 1))
            number = int(which) if WHOLE.fullmatch(which) else 0
            if not 1 <= number <= SHEET_ROWS:
                raise ValueError(f"there is no row {echo(which)}")
            kept = {key: value for key, value in given.items() if key not in ("r", "spans")}
            row = XmlRow(re.sub(r"""\s(?:r|spans)=(?:"[^"]*"|'[^']*')""", "", head).rstrip() if kept else "")
            column = 0
            for found in CELL.finditer(content):
                where = re.search(r"""\br=["']([^"']*)""", found[1])
                column = split_cell(where[1])[1] if where else column + 1
                if column > SHEET_COLUMNS:
                    raise ValueError(f"there is no column {column}")
                row.cells[column] = XmlCell(found[1], found[2] or "", found[0])
            self.rows[number] = row

    @cached_property
    def last_row(self) -> int:
        """The last row that has a cell."""
        return max((number for number, row in self.rows.items() if row.cells), default=0)

    def cell(self, row: int, column: int) -> XmlCell | None:
        """Return a cell of the XML, None where there is none."""
        found = self.rows.get(row)
        return None if found is None else found.cells.get(column)

    def is_empty(self, row: int, column: int) -> bool:
        """Whether a cell has neither a formula nor a value."""
        found = self.cell(row, column)
        return found is None or found.is_empty

    def value(self, row: int, column: int) -> Cell:
        """Return a cell's cached value. Raises CellReadError."""
        found = self.cell(row, column)
        try:
            return None if found is None else found.value(self.strings)
        except ValueError as error:
            raise CellReadError(f"{self.name}!{reference(row, column)}", str(error)) from error

    def text(self, row: int, column: int) -> str:
        """Return a cell's text, "" for one with something else."""
        value = self.value(row, column)
        return value if isinstance(value, str) else ""

    def formula(self, row: int, column: int) -> str | None:
        """Return a cell's formula without `=`, also where it shares another cell's."""
        found = self.cell(row, column)
        formula = None if found is None else found.formula
        if formula is None:
            return None
        attributes, text = formula
        if attributes.get("t") == "shared" and not text:
            master = self._shared.get(attributes.get("si", ""))
            if master is None:
                return ""
            (top, left), shared = master
            return shifted(shared, row - top, column - left)
        return text

    @cached_property
    def _shared(self) -> dict[str, tuple[tuple[int, int], str]]:
        """The formulas that several cells share: where each is written out, and its text."""
        found = {}
        for number, row in self.rows.items():
            for column, cell in row.cells.items():
                if 't="shared"' in cell.content and cell.formula is not None and cell.formula[1]:
                    attributes, text = cell.formula
                    found[attributes.get("si", "")] = (number, column), text
        return found


def reference(row: int, column: int) -> str:
    """Return a cell's address: B12."""
    return f"{letters(column)}{row}"
