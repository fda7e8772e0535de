"""Template workbooks in tests: their tables, and the same book with other settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache

import pytest

from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import default_data
from xlneuron.tables.layout import FIRST_ROW, Layout, letters
from xlneuron.tables.model import Book, Column, Table
from xlneuron.tables.values import BookValues

# Each template as a case of a test that makes or reads it; the largest one takes its time.
EACH_LESSON = [pytest.param(name, marks=[pytest.mark.slow] * (name == "07-optimizers")) for name in LESSONS]

ENOUGH = 32  # of each are kept, for the tests of a module that read the same one


@lru_cache(ENOUGH)
def lesson(name: str, **options: object) -> Book:
    """A template with other options, but without the line of its About sheet that says so.

    No formula writes that line: a workbook in which the settings are changed goes without it.
    """
    template = LESSONS[name]
    return template._book(Options(**{"data": default_data(), **options}).only(template.uses))


@lru_cache(ENOUGH)
def built(name: str, **options: object) -> BookValues:
    """The values of a template with other options; to be read only."""
    return BookValues(lesson(name, **options))


@lru_cache(ENOUGH)
def changed(name: str, **changes: float | str) -> BookValues:
    """The values of a template with other settings, as `with_settings` names them; to be read only."""
    return BookValues(with_settings(lesson(name), **changes))


@cache
def with_calls() -> tuple[str, ...]:
    """The names of the templates in which worksheet functions can be called."""
    return tuple(name for name in LESSONS if lesson(name).calls)


def table(values: BookValues, key: str) -> dict[str, list]:
    """A table's columns."""
    keys = values.book.tables[key][1].keys
    return dict(zip(keys, map(list, zip(*values.rows(key), strict=True)), strict=True))


def with_settings(book: Book, **changes: float | str) -> Book:
    """The same book with other settings: steps__mom=0.5 is mom on the sheet with the key steps.

    what__name__3="x" is what the user types into the third row of column name of the table what.
    """
    wanted = {tuple(key.split("__")): value for key, value in changes.items()}
    assert {key for key in wanted if len(key) == 2} <= book.names.keys()
    sheets = []
    for sheet in book.sheets:
        own = [replace(each, value=wanted.get((sheet.key, each.key), each.value)) for each in sheet.settings]
        tables = [replace(each, columns=tuple(_typed(each, wanted))) for each in sheet.tables]
        sheets.append(replace(sheet, settings=tuple(own), tables=tuple(tables)))
    return replace(book, sheets=tuple(sheets))


def _typed(table: Table, wanted: dict[tuple[str, ...], float | str]) -> Iterator[Column]:
    for column in table.columns:
        cells = list(column.values or ())
        for at in range(len(cells) if column.is_input else 0):
            cells[at] = wanted.get((table.key, column.key, str(at + 1)), cells[at])
        yield replace(column, values=cells) if column.is_input else column


def cell_of(book: Book, change: str) -> tuple[str, str]:
    """Where such a change is typed: the sheet's name, and the setting's or the cell's."""
    owner, key, *row = change.split("__")
    if not row:
        return next(sheet.name for sheet in book.sheets if sheet.key == owner), key
    layout = Layout(book)
    return book.tables[owner][0].name, f"{letters(layout.column(owner, key))}{FIRST_ROW + int(row[0]) - 1}"
