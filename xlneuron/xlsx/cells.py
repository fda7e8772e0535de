"""A sheet's cells as they are in its XML: read one by one, kept as they are where nothing changes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from xlneuron.errors import XlneuronError, echo
from xlneuron.functions.cells import Cell, CellError
from xlneuron.limits import SHEET_COLUMNS, SHEET_ROWS
from xlneuron.tables.layout import letters
from xlneuron.xlsx import sizes
from xlneuron.xlsx.elements import ATTRIBUTE, COUNTED, element_end, elements, tag_end, text_in
from xlneuron.xlsx.tokens import shifted, split_cell

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NUMBERED = re.compile(rb"""\s(?:r|spans)\s*=\s*(?:"[^"]*"|'[^']*')""")
WHOLE = re.compile(r"\d{1,9}", re.ASCII)  # a row, or which of the shared texts
INLINE = "inlineStr"


class CellReadError(XlneuronError):
    """A cell of a file holds what no cell can: `Sheet1!A3 cannot be read: 'INF' is not a number`."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where} cannot be read: {problem}")
        self.problem = problem


class XmlCell:
    """A cell as the XML has it: places in the sheet's XML, since a sheet has many cells."""

    __slots__ = ("_end", "_formula", "_formula_end", "_value", "_value_end", "_xml", "kind", "start")

    def __init__(self, xml: bytes, start: int, kind: str) -> None:
        self._xml, self.start, self.kind = xml, start, kind
        # Counted from where the cell starts: small numbers, which take no memory. 0 where there is none.
        self._end = self._formula = self._formula_end = self._value = self._value_end = 0

    def ends(self, end: int) -> None:
        """Say where it ends."""
        self._end = end - self.start

    def part(self, name: str, start: int, end: int) -> None:
        """Say where its formula or its value, the first one each, has its tags."""
        if name == "f" and not self._formula:
            self._formula, self._formula_end = start - self.start, end - self.start
        elif name != "f" and not self._value:
            self._value, self._value_end = start - self.start, end - self.start

    @property
    def raw(self) -> str:
        """The whole element."""
        return self._xml[self.start : self.start + self._end].decode()

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes by name: r, s (style), t (type), cm (dynamic array)."""
        return self._attributes(self.start)

    def _attributes(self, start: int) -> dict[str, str]:
        found = ATTRIBUTE.finditer(self._xml, start, tag_end(self._xml, start))
        return {each[1].decode(): text_in(each[2] if each[2] is not None else each[3]) for each in found}

    def _inner(self, start: int, end: int) -> bytes:
        start += self.start
        return self._xml[tag_end(self._xml, start) : self.start + end]

    @property
    def is_empty(self) -> bool:
        """Whether it has neither a formula nor a value: a style at most."""
        return not self._formula and not self._text() and not (self.kind == INLINE and self._value)

    @property
    def formula(self) -> tuple[dict[str, str], str] | None:
        """The formula's attributes and its text without `=`, which is "" where another cell has it."""
        if not self._formula:
            return None
        start = self.start + self._formula
        if self._xml.startswith(b"<f>", start):  # as most write it
            return {}, text_in(self._xml[start + 3 : self.start + self._formula_end])
        return self._attributes(start), text_in(self._inner(self._formula, self._formula_end))

    @property
    def formula_xml(self) -> str:
        """The formula's element; "" if there is none."""
        if not self._formula:
            return ""
        start = self.start + self._formula
        end = element_end(self._xml, tag_end(self._xml, start), self.start + self._formula_end)[1]
        return self._xml[start:end].decode()

    def value(self, strings: Sequence[str]) -> Cell:
        """Return the cached value; None if there is none. Raises ValueError for what no cell can hold."""
        kind = self.kind
        if kind == INLINE:
            xml = self._xml[self.start : self.start + self._end]
            return "".join(each.text(xml) for each in elements(xml, ("t",)))
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
                return text

    def _text(self) -> str:
        return text_in(self._inner(self._value, self._value_end)) if self._value else ""


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
    """A worksheet part: rows by number, and the XML before and after them.

    shared: where formulas are that several cells share. dynamic: whether there are dynamic arrays.
    """

    def __init__(self, name: str, xml: bytes, strings: Sequence[str]) -> None:
        self.name = name
        self.strings = strings
        self.rows: dict[int, XmlRow] = {}
        self.shared: list[tuple[int, int]] = []
        self.dynamic = False
        try:
            start, end = _Reader(self, xml).read()
        except ValueError as error:
            raise XlneuronError(f"sheet {name!r} cannot be read: {error}") from error
        self.head, self.tail = xml[:start], xml[end:]

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
        for number, column in self.shared:
            cell = self.cell(number, column)
            if cell is not None and cell.formula is not None and cell.formula[1]:
                attributes, text = cell.formula
                found[attributes.get("si", "")] = (number, column), text
        return found


class _Reader:
    """Fills a SheetXml while expat goes through its XML."""

    def __init__(self, sheet: SheetXml, xml: bytes) -> None:
        self.sheet, self.xml = sheet, xml
        self.depth = 0
        self.data: list[int] = []  # where sheetData starts and, later on, ends
        self.number = self.column = self.count = 0
        self.row: XmlRow | None = None
        self.cell: XmlCell | None = None
        self.part = 0  # where the formula or the value starts
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def read(self) -> tuple[int, int]:
        """Return where sheetData starts and ends. Raises ValueError for cells that cannot be there."""
        self.parser.Parse(self.xml, True)
        if len(self.data) != 2:
            raise ValueError("it has no plain sheetData")
        return self.data[0], self.data[1]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 5:
            if self.cell is not None and name in ("f", "v", "is"):
                self.part = self.parser.CurrentByteIndex
                if attributes.get("t") == "shared":
                    self.sheet.shared.append((self.number, self.column))
        elif self.depth == 4:
            if self.row is not None and name == "c":
                self.start_cell(self.row, attributes)
        elif self.depth == 3:
            if len(self.data) == 1 and name == "row":
                self.start_row(attributes)
        elif self.depth == 2 and name == "sheetData" and not self.data:
            self.data.append(self.parser.CurrentByteIndex)

    def start_row(self, attributes: dict[str, str]) -> None:
        which = attributes.get("r", str(self.number + 1))
        self.number = int(which) if WHOLE.fullmatch(which) else 0
        if not 1 <= self.number <= SHEET_ROWS:
            raise ValueError(f"there is no row {echo(which)}")
        self.counted()
        self.row, self.column = XmlRow(), 0
        if attributes.keys() - {"r", "spans"}:
            start = self.parser.CurrentByteIndex
            head = (
                self.xml[start + len(b"<row") : tag_end(self.xml, start)]
                .removesuffix(b">")
                .removesuffix(b"/")
            )
            self.row.attributes = NUMBERED.sub(b"", head).rstrip().decode()
        self.sheet.rows[self.number] = self.row

    def start_cell(self, row: XmlRow, attributes: dict[str, str]) -> None:
        where = attributes.get("r")
        self.column = split_cell(where)[1] if where is not None else self.column + 1
        if self.column > SHEET_COLUMNS:
            raise ValueError(f"there is no column {self.column}")
        self.counted()
        self.cell = XmlCell(self.xml, self.parser.CurrentByteIndex, attributes.get("t", "n"))
        self.sheet.dynamic |= "cm" in attributes
        row.cells[self.column] = self.cell

    def counted(self) -> None:
        self.count += 1
        if not self.count % COUNTED:
            what = f"sheet {self.sheet.name!r} has more than {self.count:,} cells"
            sizes.check(self.count, sizes.MOST_CELLS, what)

    def end(self, name: str) -> None:
        depth, self.depth = self.depth, self.depth - 1
        if depth == 5:
            if self.part and self.cell is not None:
                self.cell.part(name, self.part, self.parser.CurrentByteIndex)
                self.part = 0
        elif depth == 4:
            if self.cell is not None:
                self.cell.ends(self.ended(self.cell.start))
                self.cell = None
        elif depth == 3:
            self.row = None
        elif depth == 2 and len(self.data) == 1:
            self.data.append(self.ended(self.data[0]))

    def ended(self, start: int) -> int:
        """Return where the element that started there, and ends now, ends."""
        return element_end(self.xml, tag_end(self.xml, start), self.parser.CurrentByteIndex)[1]


def reference(row: int, column: int) -> str:
    """Return a cell's address: B12."""
    return f"{letters(column)}{row}"
