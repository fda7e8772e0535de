"""Template workbooks in tests: their tables, and the same book with other settings."""

from __future__ import annotations

from dataclasses import replace

from xlneuron.data import default_data
from xlneuron.lessons import LESSONS, Options
from xlneuron.workbook.model import Book
from xlneuron.workbook.values import BookValues


def lesson(name: str, **options: object) -> Book:
    """A template with other options, but without the line of its About sheet that says so.

    No formula writes that line: a workbook in which the settings are changed goes without it.
    """
    return replace(LESSONS[name].make(Options(**{"data": default_data(), **options})), built_with="")


def table(values: BookValues, key: str) -> dict[str, list]:
    """A table's columns."""
    keys = values.book.tables[key][1].keys
    return dict(zip(keys, map(list, zip(*values.rows(key), strict=True)), strict=True))


def with_settings(book: Book, **changes: float) -> Book:
    """The same book with other settings: steps__mom=0.5 is mom on the sheet with the key steps."""
    wanted = {tuple(key.split("__")): value for key, value in changes.items()}
    assert wanted.keys() <= book.names.keys()
    sheets = []
    for sheet in book.sheets:
        own = [replace(each, value=wanted.get((sheet.key, each.key), each.value)) for each in sheet.settings]
        sheets.append(replace(sheet, settings=tuple(own)))
    return replace(book, sheets=tuple(sheets))
