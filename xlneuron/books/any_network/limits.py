"""What a sheet cannot hold, and how large a file will be: told before anything is written."""

from __future__ import annotations

import re

from xlneuron.errors import XlneuronError
from xlneuron.networks.derivatives import MOVED, MOVED_ERROR
from xlneuron.tables.dialects import Dialect
from xlneuron.tables.expressions import ExpressionError
from xlneuron.tables.formula import MAX_FORMULA
from xlneuron.tables.layout import FIRST_ROW, Layout, fill_row
from xlneuron.tables.model import Book

FUNCTIONS = Dialect("functions", functions=True)  # of any host
LARGE_FILE = 20_000_000  # bytes, from which on the size is worth a word
# Measured on files from 6 to 100 MB.
VALUE_BYTES = 12.2  # of a number, packed: its digits are nearly random
FORMULA_SHARE = 0.161  # what packing leaves of a formula: it differs from the one above in row numbers only


def check_formulas(book: Book, dialect: Dialect) -> None:
    """Raise XlneuronError if a formula is longer than a cell takes, in the last row with its long numbers."""
    problem = _too_long(book, dialect)
    if problem is None:
        return
    cures = ["a smaller network"]
    found = re.match(r"column '(\w+)' of table 'train'", problem)
    column = next(
        (c for c in book.tables["train"][1].columns if found is not None and c.key == found[1]), None
    )
    if column is not None and column.group in (MOVED, MOVED_ERROR):
        cures.append("--derivatives exact")
    if not dialect.functions and _too_long(book, FUNCTIONS) is None:
        cures.append("--formulas functions")
    raise XlneuronError(f"{problem}; take {' or '.join(cures)}")


def _too_long(book: Book, dialect: Dialect) -> str | None:
    """Return which formula is too long, or None."""
    layout = Layout(book, dialect)
    try:
        for _, table in book.tables.values():
            last = FIRST_ROW + table.rows - 1
            for column, formula in zip(table.columns, layout.row_formulas(table, first=False), strict=True):
                length = len(fill_row(formula.text, last)) if formula is not None else 0
                if length > MAX_FORMULA:
                    where = f"column {column.key!r} of table {table.key!r}"
                    return f"{where}: a formula of {length} characters; a cell holds {MAX_FORMULA}"
    except ExpressionError as error:
        return str(error)
    return None


def file_size(book: Book, dialect: Dialect) -> int:
    """Return about how many bytes a workbook will have."""
    layout = Layout(book, dialect)
    size = 0.0
    for _, table in book.tables.values():
        formulas = layout.row_formulas(table, first=table.rows == 1)
        length = sum(len(formula.text) + 20 for formula in formulas if formula is not None)
        size += table.rows * (len(formulas) * VALUE_BYTES + length * FORMULA_SHARE)
    return round(size)


def size_words(size: int) -> str:
    """Return a size as people say it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
