"""Where our tables stand on a sheet: their header row, their columns, how many rows they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlneuron.errors import XlneuronError
from xlneuron.limits import SHEET_COLUMNS
from xlneuron.tables.layout import HEADER_ROW, PANEL_COLUMNS
from xlneuron.tables.model import Column, Sheet, Table
from xlneuron.xlsx.cells import SheetXml
from xlneuron.xlsx.tokens import meaning, shifted, stretched

SEARCHED = 200  # rows from the top in which a header row is looked for


@dataclass(frozen=True)
class TablePlace:
    """A table as it was found: its columns' numbers by their keys, its first row, how many rows it has."""

    sheet: str  # its key
    columns: dict[str, int]
    header: int
    rows: int

    @property
    def first(self) -> int:
        """The first row of values."""
        return self.header + 1

    @property
    def last(self) -> int:
        """The last row of values."""
        return self.header + self.rows

    @property
    def all_rows(self) -> range:
        """The rows of values."""
        return range(self.first, self.last + 1)


def find_tables(xml: SheetXml, sheet: Sheet) -> dict[str, TablePlace]:
    """Return the places of a sheet's tables. Raises XlneuronError if a header is missing."""
    wanted = [(table.key, column) for table in sheet.tables for column in table.columns]
    if not wanted:
        return {}
    headers = [column.header or column.key for _, column in wanted]
    starts = {number for number in range(1, len(wanted)) if wanted[number][0] != wanted[number - 1][0]}
    header, columns = _find_headers(xml, headers, starts)
    found = {}
    for table in sheet.tables:
        own = {
            column.key: place
            for (key, column), place in zip(wanted, columns, strict=True)
            if key == table.key
        }
        rows = table.rows if any(map(is_text, table.columns)) else _rows(xml, table, own, header + 1)
        found[table.key] = TablePlace(sheet.key, own, header, rows)
    return found


def is_text(column: Column) -> bool:
    """Whether a column has words of ours. A table with one has as many rows as words, whatever follows."""
    return (
        not column.is_input
        and bool(column.values)
        and all(isinstance(value, str) and value for value in column.values or ())
    )


def rows_read(sheets: Iterable[SheetXml], place: TablePlace, xml: SheetXml) -> int:
    """Return how many rows of a table the formulas beside all tables' first rows read.

    So many it had when they were written, also if rows were pasted below it or emptied since.
    """
    columns = set(place.columns.values())
    ends: Counter[int] = Counter()

    def seen(sheet: str, left: int, top: int, right: int, bottom: int) -> int:
        if sheet == xml.name and top == place.first and left == right and left in columns:
            ends[bottom] += 1
        return bottom

    for each in sheets:
        for row in (HEADER_ROW + 1, HEADER_ROW + 2, place.first, place.first + 1):
            for column in each.rows[row].cells if row in each.rows else ():
                stretched(each.formula(row, column) or "", each.name, seen)
    if not ends:
        return place.rows
    last = ends.most_common(1)[0][0]
    between = range(place.last + 1, min(last, xml.last_row) + 1)
    if any(not xml.is_empty(row, column) for row in between for column in columns):
        return place.rows
    return last - place.header


def numbered(xml: SheetXml, place: TablePlace, column: int, rows: int, after: float) -> list[float | str]:
    """Return the numbers that so many rows of a table have; those without one are counted on."""
    numbers: list[float | str] = []
    for row in range(place.first, place.first + rows):
        value = xml.value(row, column)
        if not isinstance(value, float):
            after += 1
        numbers.append(value if isinstance(value, float) else after)
    return numbers


def territories(sheet: Sheet, places: Mapping[str, TablePlace]) -> list[tuple[str, TablePlace, range]]:
    """Return the key, the place and the columns of a sheet's tables, up to where the next one begins.

    Columns of the user's beside a table, or in it, belong to it.
    """
    tables = sorted((min(places[table.key].columns.values()), table.key) for table in sheet.tables)
    starts = [column for column, _ in tables]
    starts[:1] = [PANEL_COLUMNS + 1 if sheet.names else 1] if starts else []
    ends = [*starts[1:], SHEET_COLUMNS + 1]
    return [
        (key, places[key], range(start, end))
        for (_, key), start, end in zip(tables, starts, ends, strict=True)
    ]


def _find_headers(xml: SheetXml, headers: Sequence[str], starts: set[int]) -> tuple[int, list[int]]:
    """Return the row of the headers and each one's column; a table begins at the numbers in `starts`."""
    near = sorted(range(1, min(xml.last_row, SEARCHED) + 1), key=lambda row: abs(row - HEADER_ROW))
    for row in near:
        columns = _embedded(xml, row, headers, starts)
        if columns is not None:
            return row, columns
    cells = xml.rows[HEADER_ROW].cells if HEADER_ROW in xml.rows else {}
    there = {xml.text(HEADER_ROW, column).strip() for column in cells}
    missing = next((header for header in headers if header.strip() not in there), headers[0])
    raise XlneuronError(
        f"sheet {xml.name!r}: the header {missing!r} is not in row {HEADER_ROW}; give it back its text"
    )


def _embedded(xml: SheetXml, row: int, headers: Sequence[str], starts: set[int]) -> list[int] | None:
    """Return the columns of the headers in a row, in order, with as few others between them as can be."""
    cells = xml.rows[row].cells if row in xml.rows else {}
    by_text: dict[str, list[int]] = {}
    for column in sorted(cells):
        by_text.setdefault(xml.text(row, column).strip(), []).append(column)
    # For each header, the columns that it can stand in: how often the headers so far are then torn apart,
    # and the column of the header before.
    chosen: list[dict[int, tuple[int, int]]] = []
    for number, header in enumerate(headers):
        step: dict[int, tuple[int, int]] = {}
        for column in by_text.get(header.strip(), ()):
            if number == 0:
                step[column] = (0, 0)
                continue
            gap = 2 if number in starts else 1
            before = [
                (cost + (column - other != gap), -other)
                for other, (cost, _) in chosen[-1].items()
                if other < column
            ]
            if before:
                cost, other = min(before)
                step[column] = (cost, -other)
        if not step:
            return None
        chosen.append(step)
    column = min(chosen[-1], key=lambda each: (chosen[-1][each][0], each))
    columns = [column]
    for step in reversed(chosen[1:]):
        column = step[column][1]
        columns.append(column)
    return columns[::-1]


def _rows(xml: SheetXml, table: Table, columns: dict[str, int], first: int) -> int:
    """Return how many rows a table has. One row without anything in between may be a slip."""
    last = first - 1
    row = first
    while row <= last + 2:
        if _is_filled(xml, table, columns, row):
            last = row
        row += 1
    return last - first + 1


def _is_filled(xml: SheetXml, table: Table, columns: dict[str, int], row: int) -> bool:
    """Whether a row is one of the table: most of its formulas, and its values if it has such columns."""

    def there(some: list[Column]) -> list[int]:
        return [columns[each.key] for each in some if not xml.is_empty(row, columns[each.key])]

    values = [column for column in table.columns if column.values is not None]
    computed = [column for column in table.columns if column.values is None]
    filled = there(computed)
    if not computed:
        return bool(there(values))
    if 2 * len(filled) < len(computed):
        return False
    return not values or bool(there(values)) or all(_is_filled_down(xml, row, column) for column in filled)


def _is_filled_down(xml: SheetXml, row: int, column: int) -> bool:
    """Whether a formula is that of the row above, filled down."""
    here, above = xml.formula(row, column), xml.formula(row - 1, column)
    if here is None or above is None:
        return False
    return meaning(here, xml.name, {}) == meaning(shifted(above, 1), xml.name, {})
