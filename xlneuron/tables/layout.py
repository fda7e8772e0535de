"""Where everything stands: cells of settings and results, columns and rows of tables, and their formulas.

A sheet has a panel on the left (columns A to C: settings, results, charts) and its tables side by side to
the right of it, all with their headers in the same row. A sheet without settings and results has no panel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlneuron.errors import XlneuronError
from xlneuron.limits import SHEET_COLUMNS, SHEET_ROWS
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.expressions import Node, uses_row_above
from xlneuron.tables.formula import to_formula
from xlneuron.tables.model import Book, Column, Output, Setting, Sheet, Table

TITLE_ROW = 1
SUBTITLE_ROW = 2
GROUP_ROW = 4  # the bands over the headers; in the panel, the first heading
HEADER_ROW = 5
FIRST_ROW = 6  # of every table's values
PANEL_COLUMNS = 3
ABOUT = "About"

SETTINGS, RESULTS, DETAILS = "settings", "results", "details"  # the blocks of a panel
ROW_HEIGHT = 15.0  # points
CHART_HEIGHT = 7.6  # centimetres
CHART_ROWS = round(CHART_HEIGHT / 2.54 * 72 / ROW_HEIGHT) + 1

# In a row's formulas, the numbers of this row and of the one above are filled in later, row by row.
THIS_ROW = "\x00"
ROW_ABOVE = "\x01"


def letters(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def block_items(sheet: Sheet, block: str) -> list[Setting | Output]:
    """Return the settings or results of a block of the panel, in order."""
    if block == SETTINGS:
        return list(sheet.settings)
    wanted = block == DETAILS
    return [each for each in sheet.outputs if each.detail == wanted and each.key != sheet.subtitle]


def sheet_reference(name: str) -> str:
    """Return a sheet's name as a formula writes it before the exclamation mark."""
    if name.isascii() and name.isalpha():
        return name
    return "'" + name.replace("'", "''") + "'"


@dataclass(frozen=True)
class Formula:
    """A formula with its leading `=`; `array` are the cells that the result of a function fills."""

    text: str
    array: str = ""


class Layout:
    """The places of a book, and its formulas in a dialect."""

    def __init__(self, book: Book, dialect: Dialect = CELLS) -> None:
        self.book = book
        self.dialect = dialect
        for sheet, table in book.tables.values():
            if table.rows > SHEET_ROWS - HEADER_ROW:
                raise XlneuronError(
                    f"{book.name}: table {table.key!r} needs {table.rows:,} rows; "
                    f"a sheet holds {SHEET_ROWS - HEADER_ROW:,}"
                )
            if self.first_column[table.key] + len(table.columns) - 1 > SHEET_COLUMNS:
                raise XlneuronError(f"{book.name}: the tables of sheet {sheet.name!r} need too many columns")

    @cached_property
    def first_column(self) -> dict[str, int]:
        """The first column of every table."""
        places = {}
        for sheet in self.book.sheets:
            column = PANEL_COLUMNS + 2 if sheet.names else 1
            for table in sheet.tables:
                places[table.key] = column
                column += len(table.columns) + 1
        return places

    @cached_property
    def name_rows(self) -> dict[tuple[str, str], int]:
        """The row of every setting and result. The one that is its sheet's subtitle stands there."""
        rows = {}
        for sheet in self.book.sheets:
            for block, start in self.blocks(sheet).items():
                for row, item in enumerate(block_items(sheet, block), start + 1):
                    rows[sheet.key, item.key] = row
            if (sheet.key, sheet.subtitle) in self.book.names:
                rows[sheet.key, sheet.subtitle] = SUBTITLE_ROW
        return rows

    def blocks(self, sheet: Sheet) -> dict[str, int]:
        """Return the panel's blocks and the row of each one's heading."""
        return self._panel(sheet)[0]

    def chart_rows(self, sheet: Sheet) -> list[int]:
        """Return the row of each of the panel's charts."""
        return self._panel(sheet)[1]

    def _panel(self, sheet: Sheet) -> tuple[dict[str, int], list[int]]:
        """Return the rows of the panel's blocks and charts.

        The first chart stands below the settings, so that what is changed and what becomes of it are seen
        together; then come the results, the other charts, and what the results are made of.
        """
        places, charts = {}, []
        waiting = 0 if sheet.charts_right else len(sheet.charts)
        row = GROUP_ROW
        for block in (SETTINGS, RESULTS, DETAILS):
            first = min(waiting, 1) if block == RESULTS and SETTINGS in places else 0
            for _ in range(waiting if block == DETAILS else first):
                charts.append(row)
                row += CHART_ROWS
                waiting -= 1
            items = block_items(sheet, block)
            if items:
                places[block] = row
                row += len(items) + 2
        return places, charts

    def tables_end(self, sheet: Sheet) -> int:
        """Return the last column of the sheet's tables."""
        return max((self.first_column[t.key] + len(t.columns) - 1 for t in sheet.tables), default=0)

    def sheet(self, key: str) -> Sheet:
        """Return a sheet by its key."""
        return next(sheet for sheet in self.book.sheets if sheet.key == key)

    def column(self, table: str, column: str) -> int:
        """Return the number of a table's column on its sheet."""
        return self.first_column[table] + self.book.tables[table][1].keys.index(column)

    def first_row(self, table: str) -> int:
        """Return the row of a table's first values."""
        return FIRST_ROW

    def range(self, table: str, column: str) -> tuple[str, int, int]:
        """Return a column's letters, its first row and its last row."""
        first = self.first_row(table)
        return letters(self.column(table, column)), first, first + self.book.tables[table][1].rows - 1

    def name_cell(self, sheet: str, name: str) -> tuple[str, int]:
        """Return the letters and the row of a setting or a result."""
        row = self.name_rows[sheet, name]
        return ("A" if row == SUBTITLE_ROW else "B"), row

    def item_formula(self, sheet: Sheet, item: Setting | Output) -> str | None:
        """Return the formula of a result; a setting has none."""
        if isinstance(item, Setting):
            return None
        where = f"result {item.key!r} of sheet {sheet.name!r}"
        return to_formula(self.book.cells[sheet.key, item.key], _Place(self, sheet, "", ""), where)

    def row_formulas(self, table: Table, *, first: bool) -> list[Formula | None]:
        """Return the formulas of a table's first row or of any other.

        None where a column has values, or is filled by the array of a column to its left.
        """
        place = _Place(self, self.book.tables[table.key][0], THIS_ROW, ROW_ABOVE)
        formulas: list[Formula | None] = []
        spilled: set[str] = set()
        for number, column in enumerate(table.columns):
            where = f"column {column.key!r} of table {table.key!r}"
            pair = self.book.columns[table.key, column.key]
            call = self._call(table, column, first=first)
            if call is not None:
                keys = table.keys[number : table.keys.index(column.spill or column.key) + 1]
                spilled |= set(keys)
                ends = [place.cell(table.key, key, 0) for key in dict.fromkeys((keys[0], keys[-1]))]
                is_array = self.dialect.dynamic or len(ends) > 1
                formulas.append(Formula(to_formula(call, place, where), ":".join(ends) if is_array else ""))
            elif pair is None or column.key in spilled:
                formulas.append(None)
            else:
                formulas.append(Formula(to_formula(pair[0 if first else 1], place, where)))
        return formulas

    def _call(self, table: Table, column: Column, *, first: bool) -> Node | None:
        """Return how this dialect writes a column with functions.

        None where cells are written plainly all the same: in the first row, which has no row above, and where
        the user has put another column between those that the result would fill.
        """
        call = self.book.calls.get((table.key, column.key)) if self.dialect.functions else None
        if call is None or (first and column.first is not None and uses_row_above(call)):
            return None
        ends = (column.key, column.spill or column.key)
        start, end = (self.column(table.key, key) - table.keys.index(key) for key in ends)
        return call if start == end else None


@dataclass(frozen=True)
class _Place:
    """A cell of a sheet: its references are relative in its own row and absolute otherwise."""

    layout: Layout
    sheet: Sheet
    row: str
    above: str

    def cell(self, table: str, column: str, back: int) -> str:
        return f"{letters(self.layout.column(table, column))}{self.above if back else self.row}"

    def column(self, table: str, column: str) -> str:
        letter, first, last = self.layout.range(table, column)
        return f"{self._other(self.layout.book.tables[table][0])}${letter}${first}:${letter}${last}"

    def function(self, name: str) -> str:
        return self.layout.dialect.spelled(name)

    def name(self, sheet: str, name: str) -> str:
        if sheet == self.sheet.key:
            return name
        letter, row = self.layout.name_cell(sheet, name)
        return f"{self._other(self.layout.sheet(sheet))}${letter}${row}"

    def _other(self, sheet: Sheet) -> str:
        return "" if sheet.key == self.sheet.key else f"{sheet_reference(sheet.name)}!"


def fill_row(text: str, row: int) -> str:
    """Return a row's formula or XML with its row numbers filled in."""
    return text.replace(THIS_ROW, str(row)).replace(ROW_ABOVE, str(row - 1))
