"""Small books to test the compiler with."""

from __future__ import annotations

from collections.abc import Sequence

from xlneuron.tables.layout import Layout, fill_row
from xlneuron.tables.loop import Row
from xlneuron.tables.model import Book, Column, Output, Setting, Sheet, Table, Words
from xlneuron.tables.values import BookValues

WORDS = Words(("What it shows.",), (("Do this.", "That will happen."),))


def book_of(
    columns: Sequence[Column],
    rows: int,
    settings: dict[str, float | str] | None = None,
    outputs: dict[str, str] | None = None,
) -> Book:
    """A book with one sheet, `main`, and one table on it, `t`."""
    sheet = Sheet(
        "main",
        "Main",
        "A table",
        "For tests.",
        settings=tuple(Setting(key, key, value) for key, value in (settings or {}).items()),
        outputs=tuple(Output(key, key, expr) for key, expr in (outputs or {}).items()),
        tables=(Table("t", tuple(columns), rows),),
    )
    return Book("test", "Does it work?", WORDS, (sheet,))


def rows_of(book: Book, table: str = "t") -> list[Row]:
    return list(BookValues(book).rows(table))


def formula_of(book: Book, column: str, row: int = 7) -> str | None:
    """A column's formula in a row of the sheet; 6 is the first."""
    _, table = book.tables["t"]
    formula = Layout(book).row_formulas(table, first=row == 6)[table.keys.index(column)]
    return None if formula is None else fill_row(formula.text, row)
