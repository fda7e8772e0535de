"""What a changed setting costs: the worksheet functions that a spreadsheet then calls, counted in the file.

A spreadsheet calculates anew what depends on the changed cell, directly or through other cells, and nothing
else. A function that fills several cells is one call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.libreoffice.extension import qualified_name
from xlneuron.upkeep.find.book import Found, find
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.cells import SheetXml
from xlneuron.xlsx.tokens import Place, meaning, split_cell

CALLED = {spelled.lower() for name in FUNCTIONS for spelled in (name, qualified_name(name))}

Column = tuple[str, int]  # a sheet's name and a column's number
Rows = tuple[int, int]  # the first and the last


def calls_of(path: Path, sheet: str, setting: str) -> int:
    """Return how many calls a change of a setting makes in a workbook; both are named by their keys."""
    return sum(dependents(path, sheet, setting).values())


def dependents(path: Path, sheet: str, setting: str) -> dict[Place, int]:
    """Return the cells that a change of a setting calculates anew, and how many calls each makes."""
    with Archive(path) as archive:
        found = find(archive)
        graph = _Graph(found)
    row, column = found.names[sheet, setting]
    tab = next(each.name for each in found.book.sheets if each.key == sheet)
    return {cell: graph.calls[cell] for cell in graph.dependents(Place(tab, column, row))}


class _Graph:
    """The formulas of a workbook: how many calls each makes, which cells it fills, and who reads a cell."""

    def __init__(self, found: Found) -> None:
        self.calls: dict[Place, int] = {}
        self.filled: dict[Place, list[Place]] = {}  # by a formula whose result has several cells
        self.readers: dict[Column, dict[Rows, list[Place]]] = defaultdict(lambda: defaultdict(list))
        for sheet in found.book.sheets:
            names = found.places(sheet)
            xml = found.sheets[sheet.key]
            for cell, text in _formulas(xml):
                said = meaning(text, sheet.name, names)
                self.calls[cell] = sum(each in CALLED for each in said if isinstance(each, str))
                self._area(xml, cell)
                for left, right, rows in _areas(said):
                    for column in range(left.column, right + 1):
                        self.readers[left.sheet, column][rows].append(cell)

    def _area(self, xml: SheetXml, cell: Place) -> None:
        element = xml.cell(cell.row, cell.column)
        assert element is not None
        assert element.formula is not None
        start, _, end = element.formula[0].get("ref", "").partition(":")
        if end:
            (top, left), (bottom, right) = split_cell(start), split_cell(end)
            rows, columns = range(top, bottom + 1), range(left, right + 1)
            self.filled[cell] = [Place(cell.sheet, column, row) for row in rows for column in columns]

    def dependents(self, changed: Place) -> set[Place]:
        """Return the cells with a formula that depends on a cell."""
        left = {column: dict(areas) for column, areas in self.readers.items()}
        found: set[Place] = set()
        waiting = [changed]
        while waiting:
            cell = waiting.pop()
            areas = left.get((cell.sheet, cell.column), {})
            for rows in [rows for rows in areas if rows[0] <= cell.row <= rows[1]]:
                for reader in set(areas.pop(rows)) - found:
                    found.add(reader)
                    waiting += self.filled.get(reader, [reader])
        return found


def _formulas(xml: SheetXml) -> Iterator[tuple[Place, str]]:
    for row, cells in xml.rows.items():
        for column in cells.cells:
            text = xml.formula(row, column)
            if text is not None:
                yield Place(xml.name, column, row), text


def _areas(said: list[str | Place | float]) -> Iterator[tuple[Place, int, Rows]]:
    """Yield the areas that a formula reads: the first cell, the last column, the rows."""
    for number, start in enumerate(said):
        if isinstance(start, Place) and said[number - 1 : number] != [":"]:
            following = said[number + 1 : number + 3]
            end = following[1] if following[:1] == [":"] else start
            if isinstance(end, Place):
                yield start, end.column, (start.row, end.row)
