"""An .xlsx, .xlsm or .xlam as what it is: a zip of parts and the relationships between them."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from xlneuron.functions.cells import Cell, CellError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class Relationship:
    id: str
    type: str
    target: str  # a part's name, or an address if external
    external: bool


@dataclass(frozen=True)
class Sheet:
    name: str
    part: str
    visible: bool


@dataclass(frozen=True)
class CachedCell:
    formula: str | None  # as in the file, without "="; "" in a cell that shares another one's
    value: Cell


class Package:
    """The parts of a package by name, without the leading slash."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with zipfile.ZipFile(path) as archive:
            self.names = archive.namelist()  # a name may come twice
            self.parts = {name: archive.read(name) for name in self.names if not name.endswith("/")}
        self._xml: dict[str, Element] = {}

    def xml(self, part: str) -> Element:
        """The root element of a part."""
        if part not in self._xml:
            self._xml[part] = ElementTree.fromstring(self.parts[part])
        return self._xml[part]

    def has_xml(self, part: str) -> bool:
        return part in self.parts and part.endswith((".xml", ".rels"))

    def relationships(self, part: str) -> dict[str, Relationship]:
        """The relationships of a part ("" for the package's own) by id."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.parts:
            return {}
        found = {}
        for each in self.xml(rels).iter(f"{RELATIONSHIPS}Relationship"):
            external = each.get("TargetMode") == "External"
            target = each.attrib["Target"]
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[each.attrib["Id"]] = Relationship(each.attrib["Id"], each.attrib["Type"], target, external)
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that `part` points to with a relationship whose type ends in `kind`."""
        return [each.target for each in self.relationships(part).values() if each.type.endswith(f"/{kind}")]

    @cached_property
    def workbook(self) -> str:
        """The name of the main part."""
        (part,) = self.related("", "officeDocument")
        return part

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The worksheets in order."""
        targets = self.relationships(self.workbook)
        found = []
        for each in self.xml(self.workbook).iter(f"{MAIN}sheet"):
            part = targets[each.attrib[f"{OFFICE}id"]].target
            found.append(Sheet(each.attrib["name"], part, each.get("state", "visible") == "visible"))
        return found

    @cached_property
    def shared_strings(self) -> list[str]:
        """The texts that cells refer to by number."""
        return [
            "".join(text.text or "" for text in item.iter(f"{MAIN}t"))
            for part in self.related(self.workbook, "sharedStrings")
            for item in self.xml(part).iter(f"{MAIN}si")
        ]

    def cells(self, sheet: Sheet) -> Iterator[tuple[tuple[int, int], CachedCell]]:
        """Every cell that has a value or a formula, with its row and column, from 1."""
        for element in self.xml(sheet.part).iter(f"{MAIN}c"):
            formula = element.find(f"{MAIN}f")
            value = self.value(element)
            if formula is not None or value is not None:
                text = None if formula is None else formula.text or ""
                yield position(element.attrib["r"]), CachedCell(text, value)

    def value(self, element: Element) -> Cell:
        """The cached value of a cell."""
        kind = element.get("t", "n")
        text = element.findtext(f"{MAIN}v")
        if kind == "inlineStr":
            return "".join(part.text or "" for part in element.iter(f"{MAIN}t"))
        if text is None or (text == "" and kind != "str"):
            return None
        read: dict[str, Callable[[str], Cell]] = {
            "n": float,
            "s": lambda number: self.shared_strings[int(number)],
            "str": str,
            "b": lambda bit: bit == "1",
            "e": CellError,
        }
        return read[kind](text)


def cached_cells(path: str | Path) -> dict[str, dict[tuple[int, int], CachedCell]]:
    """The cells of every sheet of a file: sheet name -> (row, column) -> formula and cached value."""
    package = Package(path)
    return {sheet.name: dict(package.cells(sheet)) for sheet in package.sheets}


@cache
def column_number(letters: str) -> int:
    """A -> 1, Z -> 26, AA -> 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 -> A, 26 -> Z, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def position(reference: str) -> tuple[int, int]:
    """B12 -> (12, 2). Raises ValueError for what is no cell of a sheet."""
    found = REFERENCE.fullmatch(reference)
    if found is not None:
        row, column = int(found[2]), column_number(found[1])
        if row <= LAST_ROW and column <= LAST_COLUMN:
            return row, column
    raise ValueError(f"{reference!r} is not a cell")


def reference(row: int, column: int) -> str:
    """(12, 2) -> B12."""
    return f"{column_letters(column)}{row}"


def rewrite(source: Path, target: Path, part: str, old: str, new: str) -> Path:
    """Copy a package with the first match of a pattern in one part replaced."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                text, count = re.subn(old, lambda _: new, content.decode(), count=1)
                assert count == 1, f"{old} is not in {part}: {content.decode()}"
                content = text.encode()
            after.writestr(name, content)
    return target
