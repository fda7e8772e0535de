"""The user's own formulas on our sheets: columns beside a table that follow it, and all their values.

A formula column of the user's is one whose last formulas, in the table's last rows, are filled down. It grows
and shrinks with the table. What our engine cannot calculate is left without a value, for the spreadsheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from xlneuron.errors import XlneuronError
from xlneuron.functions.cells import Cell
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.expressions import ColumnRef, Node, RangeRef, walk
from xlneuron.tables.model import Book, Sheet
from xlneuron.tables.values import BookValues
from xlneuron.upkeep.find.book import Found, FoundLayout
from xlneuron.upkeep.find.expressions import NotKnown, corners, read_formula
from xlneuron.upkeep.find.tables import TablePlace, territories
from xlneuron.xlsx.cells import SheetXml, XmlCell, reference
from xlneuron.xlsx.tokens import meaning, shifted, split_cell

MOST_CELLS = 2_000_000  # of a range that is calculated here


@dataclass(frozen=True)
class FillColumn:
    """A column of the user's that follows a table: its last formula is in row `end`."""

    column: int
    end: int
    formula: str
    cell: XmlCell

    def at(self, row: int) -> str:
        """Return the formula of a row."""
        return shifted(self.formula, row - self.end)


def fill_columns(xml: SheetXml, sheet: Sheet, places: dict[str, TablePlace]) -> dict[str, list[FillColumn]]:
    """Return the user's columns that follow a table of a sheet, by the table's key."""
    found: dict[str, list[FillColumn]] = {}
    for key, place, columns in territories(sheet, places):
        there = set(xml.rows[place.last].cells) if place.last in xml.rows else set()
        fills = (
            _fill_column(xml, place, column)
            for column in sorted(there.intersection(columns) - set(place.columns.values()))
        )
        found[key] = [fill for fill in fills if fill is not None]
    return found


def _fill_column(xml: SheetXml, place: TablePlace, column: int) -> FillColumn | None:
    def follows(row: int) -> bool:
        above, here = xml.formula(row - 1, column), xml.formula(row, column)
        if not above or not here:
            return False
        return meaning(shifted(above, 1), xml.name, {}) == meaning(here, xml.name, {})

    if place.rows > 1 and not follows(place.last):
        return None
    end = place.last
    while follows(end + 1):
        end += 1
    formula, cell = xml.formula(end, column), xml.cell(end, column)
    return FillColumn(column, end, formula, cell) if formula and cell is not None else None


@dataclass
class SheetValues:
    """The values of any cell of our sheets after the tables were refilled; raises NotKnown.

    foreign: the formula (None for one without) and the value of a cell that is not ours.
    """

    found: Found
    book: Book
    layout: FoundLayout
    engine: BookValues
    foreign: Callable[[str, int, int], tuple[str | None, Cell]]
    _known: dict[tuple[str, int, int], Cell | NotKnown] = field(default_factory=dict)
    _columns: dict[tuple[str, int], tuple[int, Sequence[Cell]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = {sheet.name: sheet.key for sheet in self.book.sheets}
        self.named = {
            (self.layout.sheet(owner).name, *at): self.engine.names[owner, key]
            for (owner, key), at in self.found.names.items()
        }

    def need(self, nodes: Sequence[Node]) -> None:
        """Calculate once all the columns of our tables that expressions use."""
        wanted: set[tuple[str, int]] = set()
        for node in nodes:
            for each in walk(node):
                if isinstance(each, ColumnRef):
                    wanted.add((each.table, split_cell(each.column)[1]))
                elif isinstance(each, RangeRef):
                    _, left, _, right = corners(each.column)
                    wanted |= {(each.table, column) for column in range(left, right + 1)}
        for sheet in self.book.sheets:
            for table in sheet.tables:
                numbers = [self.layout.column(table.key, key) for key in table.keys]
                kept = [place for place, column in enumerate(numbers) if (sheet.name, column) in wanted]
                cells: list[list[Cell]] = [[] for _ in kept]
                for row in self.engine.rows(table.key) if kept else ():
                    for column_cells, place in zip(cells, kept, strict=True):
                        column_cells.append(row[place])
                for column_cells, place in zip(cells, kept, strict=True):
                    first = self.layout.first_row(table.key)
                    self._columns[sheet.name, numbers[place]] = first, column_cells

    def formula(self, sheet: str, row: int, column: int, node: Node) -> Cell:
        """Return the value of a cell with this expression."""
        at = sheet, row, column
        if at not in self._known:
            self._known[at] = NotKnown()  # for a formula that comes back to itself
            try:
                self._known[at] = evaluate(node, self)
            except (NotKnown, TypeError, ValueError, AssertionError, KeyError, RecursionError) as error:
                self._known[at] = NotKnown(str(error))
        value = self._known[at]
        if isinstance(value, NotKnown):
            raise value
        return value

    def at(self, sheet: str, row: int, column: int) -> Cell:
        """Return the value of any cell of our sheets."""
        if sheet not in self.keys:
            raise NotKnown
        if (sheet, row, column) in self.named:
            return self.named[sheet, row, column]
        if (sheet, column) in self._columns:
            first, cells = self._columns[sheet, column]
            if first <= row < first + len(cells):
                return cells[row - first]
        if (sheet, row, column) in self._known:
            value = self._known[sheet, row, column]
            if isinstance(value, NotKnown):
                raise value
            return value
        formula, value = self.foreign(sheet, row, column)
        if formula is None:
            return value
        return self.formula(sheet, row, column, read_formula(formula, sheet))

    # What an expression asks for; see `reading.read_formula`.

    def cell(self, table: str, column: str, back: int) -> Cell:
        """Return the value of a cell: `table` is its sheet, `column` its address."""
        return self.at(table, *split_cell(column))

    def column(self, table: str, column: str) -> Sequence[Cell]:
        """Return the values of a range."""
        top, left, bottom, right = corners(column)
        if (bottom - top + 1) * (right - left + 1) > MOST_CELLS:
            raise NotKnown
        return [
            self.at(table, row, each) for row in range(top, bottom + 1) for each in range(left, right + 1)
        ]

    def name(self, sheet: str, name: str) -> Cell:
        """Return the value of a name."""
        at = self.found.names.get((self.keys.get(sheet, ""), name))
        if at is None:
            raise NotKnown
        return self.named[(sheet, *at)]


def in_the_way(sheet: str, row: int, column: int) -> XlneuronError:
    """Return the error for a cell of the user's that a table would cover."""
    return XlneuronError(
        f"{sheet}!{reference(row, column)} is in the way: the table grows over it; move it and run this again"
    )
