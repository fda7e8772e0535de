"""A workbook that xlneuron made, as it is now: where our cells stand, and what the user has typed into them.

Sheets are found by their names, settings and results by their sheet-scoped names, tables by their headers. So
rows and columns that were inserted do no harm, nor does a save by another program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlneuron.errors import XlneuronError, counted, echo
from xlneuron.functions.cells import Cell
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.layout import Layout, letters
from xlneuron.tables.missing import with_missing
from xlneuron.tables.model import Book, Column, Setting, Sheet, Table
from xlneuron.upkeep.find.origin import Origin, origins_of
from xlneuron.upkeep.find.tables import TablePlace, find_tables, rows_read
from xlneuron.xlsx.archive import MAIN, Archive
from xlneuron.xlsx.cells import SheetXml, reference
from xlneuron.xlsx.package import MARK_PART, parse_mark
from xlneuron.xlsx.tokens import Place, sheet_name, split_cell

Key = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """What was found in a file. `book` has the file's settings, data and numbers of rows.

    `made` is what the origin makes for the datapoints that are there now: it has our words and lengths.
    """

    archive: Archive
    mark: dict[str, object]
    origin: Origin
    book: Book
    made: Book
    sheets: dict[str, SheetXml]  # ours, by their keys
    tables: dict[str, TablePlace]  # by their keys
    names: dict[Key, tuple[int, int]]  # row and column of settings and results, by sheet's key and their own
    data: dict[str, list[tuple[float, ...]]]  # the datapoints that are there now, by their table's key
    dialect: Dialect

    def layout(self, book: Book) -> FoundLayout:
        """Return the places in this file for a book of the same shape."""
        return FoundLayout(book, self)

    def with_rows(self, rows: Mapping[str, int]) -> Found:
        """Return the same with other numbers of rows for some tables."""
        tables = {key: replace(place, rows=rows.get(key, place.rows)) for key, place in self.tables.items()}
        book = _Reader(self.book, self.sheets, self.names, tables).resized(self.book)
        return replace(self, tables=tables, book=book)

    def places(self, sheet: Sheet) -> dict[str, Place]:
        """Return what the names of a sheet stand for."""
        return {
            key: Place(sheet.name, column, row)
            for (owner, key), (row, column) in self.names.items()
            if owner == sheet.key
        }


class FoundLayout(Layout):
    """A layout whose cells stand where they were found."""

    def __init__(self, book: Book, found: Found) -> None:
        self.found = found
        super().__init__(book, found.dialect)

    def first_row(self, table: str) -> int:
        """Return the row of a table's first values."""
        return self.found.tables[table].first

    def column(self, table: str, column: str) -> int:
        """Return the number of a table's column on its sheet."""
        return self.found.tables[table].columns[column]

    def name_cell(self, sheet: str, name: str) -> tuple[str, int]:
        """Return the letters and the row of a setting or a result."""
        row, column = self.found.names[sheet, name]
        return letters(column), row


def find(archive: Archive) -> Found:
    """Find what is ours in a workbook. Raises XlneuronError for one that is not, or that lacks something."""
    mark = parse_mark(archive.read(MARK_PART)) if MARK_PART in archive.names else None
    if mark is None:
        raise XlneuronError(f"{archive.path}: not a workbook of xlneuron (its mark is missing)")
    problem: XlneuronError | None = None
    for origin in origins_of(mark, archive.path):
        try:
            return _find(archive, mark, origin)
        except XlneuronError as error:
            problem = problem or error
    assert problem is not None
    raise problem


def _find(archive: Archive, mark: dict[str, object], origin: Origin) -> Found:
    plain = origin.book()
    sheets = {sheet.key: _sheet(archive, sheet) for sheet in plain.sheets}
    dialect = _dialect(mark, sheets)
    origin, shape = origin.in_dialect(dialect), with_missing(plain, dialect)
    names = _names(archive, shape)
    tables = {
        key: place for sheet in shape.sheets for key, place in find_tables(sheets[sheet.key], sheet).items()
    }
    reader = _Reader(shape, sheets, names, tables)
    data = {table: reader.data(table, columns) for table, columns in origin.data_columns(shape).items()}
    for key in data:  # the user may have added rows that are not part of the table yet
        xml = sheets[tables[key].sheet]
        tables[key] = replace(tables[key], rows=rows_read(sheets.values(), tables[key], xml))
    made = shape
    if data:
        origin = origin.with_data(data)
        made = origin.book()
    book = reader.resized(reader.with_settings(made))
    return Found(
        archive, mark, origin.with_weights_of(book), book, made, sheets, tables, names, data, dialect
    )


def _sheet(archive: Archive, sheet: Sheet) -> SheetXml:
    if sheet.name not in archive.sheets:
        there = ", ".join(archive.sheets)
        raise XlneuronError(
            f"{archive.path}: sheet {sheet.name!r} is missing (there: {there}); was it renamed?"
        )
    return SheetXml(sheet.name, archive.utf8(archive.sheets[sheet.name]), archive.strings)


def _names(archive: Archive, book: Book) -> dict[Key, tuple[int, int]]:
    """Return where the named cells are: the workbook says, for every name with its sheet's number."""
    root = archive.xml(archive.workbook)
    tabs = [each.get("name", "") for each in root.iter(f"{{{MAIN}}}sheet")]
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for each in root.iter(f"{{{MAIN}}}definedName"):
        number = each.get("localSheetId", "")
        target = re.fullmatch(r"(.*!)(\$?[A-Z]{1,3}\$?[0-9]{1,7})", (each.text or "").strip())
        if re.fullmatch(r"[0-9]{1,4}", number) and int(number) < len(tabs) and target:
            tab = tabs[int(number)]
            if sheet_name(target[1]) == tab:
                places[tab, each.get("name", "").lower()] = split_cell(target[2])
    found = {}
    for sheet in book.sheets:
        for item in sheet.names:
            at = places.get((sheet.name, item.key))
            if at is None:
                raise XlneuronError(
                    f"{archive.path}: the name {item.key!r} of sheet {sheet.name!r} ({item.label}) is gone"
                )
            found[sheet.key, item.key] = at
    return found


def _dialect(mark: dict[str, object], sheets: dict[str, SheetXml]) -> Dialect:
    """Return how the file's formulas are written, and whether the file still has dynamic arrays."""
    name = mark.get("formulas", CELLS.name)
    if name == CELLS.name:
        return CELLS
    dynamic = any(sheet.dynamic for sheet in sheets.values())
    if name == LAMBDA.name:
        return replace(LAMBDA, dynamic=dynamic)
    from xlneuron.hosts.excel import dialect as excel  # noqa: PLC0415 - the other dialects need no host
    from xlneuron.hosts.libreoffice import dialect as libreoffice  # noqa: PLC0415

    qualified = libreoffice.FUNCTIONS.spelled("").rstrip(".").lower()
    cells = (
        cell.raw for sheet in sheets.values() for row in sheet.rows.values() for cell in row.cells.values()
    )
    if any(qualified in cell.lower() for cell in cells):
        return libreoffice.FUNCTIONS
    return replace(excel.FUNCTIONS, dynamic=dynamic)


@dataclass(frozen=True)
class _Reader:
    """Reads the values of our cells."""

    book: Book
    sheets: dict[str, SheetXml]
    names: dict[Key, tuple[int, int]]
    tables: dict[str, TablePlace]

    def setting(self, sheet: Sheet, setting: Setting) -> float | str:
        """Return what a setting is now."""
        row, column = self.names[sheet.key, setting.key]
        value = self.sheets[sheet.key].value(row, column)
        where = f"{sheet.name}!{reference(row, column)} ({setting.label})"
        if isinstance(setting.value, str):
            return value if isinstance(value, str) else ""
        if isinstance(value, bool) or not isinstance(value, float):
            raise XlneuronError(
                f"{where} {_problem(self.sheets[sheet.key], row, column, 'a number is needed')}"
            )
        return value

    def with_settings(self, book: Book) -> Book:
        """Return the book with the settings and the typed columns of the file."""
        sheets = []
        for sheet in book.sheets:
            settings = tuple(replace(each, value=self.setting(sheet, each)) for each in sheet.settings)
            sheets.append(replace(sheet, settings=settings))
        return replace(book, sheets=tuple(sheets))

    def resized(self, book: Book) -> Book:
        """Return the book with as many rows as there are, and the file's constants for its own."""
        sheets = []
        for sheet in book.sheets:
            tables = tuple(self._resized(sheet, table) for table in sheet.tables)
            sheets.append(replace(sheet, tables=tables))
        return replace(book, sheets=tuple(sheets))

    def _resized(self, sheet: Sheet, table: Table) -> Table:
        rows = self.tables[table.key].rows
        columns = tuple(
            each if each.values is None else replace(each, values=self.column(sheet, table, each))
            for each in table.columns
        )
        return replace(table, rows=rows, columns=columns)

    def column(self, sheet: Sheet, table: Table, column: Column) -> list[float | str]:
        """Return the constants of a column; a blank one is an empty text."""
        place = self.tables[table.key]
        cells = (self.sheets[sheet.key].value(row, place.columns[column.key]) for row in place.all_rows)
        return [
            cell if isinstance(cell, float) else str(getattr(cell, "value", cell) or "") for cell in cells
        ]

    def data(self, table: str, columns: Sequence[str]) -> list[tuple[float, ...]]:
        """Return a table's datapoints: from its first row on, as far as there are any."""
        sheet, place = self.book.tables[table][0], self.tables[table]
        places = [place.columns[key] for key in columns]
        xml = self.sheets[sheet.key]
        rows: list[tuple[float, ...]] = []
        row = place.first
        while not all(xml.is_empty(row, column) for column in places):
            rows.append(tuple(self._number(sheet.name, xml, row, column) for column in places))
            row += 1
        for later in range(row, place.last + 1):
            if not all(xml.is_empty(later, column) for column in places):
                raise XlneuronError(
                    f"{sheet.name}!{reference(row, places[0])} is blank, but more datapoints follow in row "
                    f"{later}; close the gap"
                )
        if len(rows) < 2:
            raise XlneuronError(
                f"sheet {sheet.name!r}: {counted(len(rows), 'datapoint')}; at least 2 are needed"
            )
        return rows

    def _number(self, sheet: str, xml: SheetXml, row: int, column: int) -> float:
        value: Cell = xml.value(row, column)
        if isinstance(value, bool) or not isinstance(value, float):
            problem = _problem(xml, row, column, "a datapoint needs a number")
            raise XlneuronError(f"{sheet}!{reference(row, column)} {problem}")
        return value


def _problem(xml: SheetXml, row: int, column: int, needed: str) -> str:
    """Return what a cell is that should have a number, and what is needed."""
    value = xml.value(row, column)
    if value is None and xml.formula(row, column) is not None:
        return "is a formula without a value; save the workbook in a spreadsheet program first"
    shown = "blank" if value is None else echo(getattr(value, "value", value))
    return f"is {shown}; {needed}"
