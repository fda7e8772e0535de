"""The table that is written, opened and trained: one datapoint a row, 25 columns, each with its formula."""

from __future__ import annotations

from dataclasses import replace

from xlneuron.books.lessons.models import RELU, estimated_columns, moved_columns, step_columns, weight_columns
from xlneuron.tables.model import Book, Column, Setting, Sheet, Table, Words

LEARNING_RATE, H = 1e-6, 0.01

DATA = (
    Column("x", "prev.x + 1 if prev.x < 99 else 1", first="1", style="data"),
    Column("y", "2*x + 30", style="data"),
)
FORWARD = (
    Column("z", "a*x + b"),
    Column("pred", "c*max(0, z) + d"),
    Column("err", "(pred - y)**2", style="error"),
)
EXACT = (
    Column("e_a", "e_b*x", style="derivative"),
    Column("e_b", "2*(pred - y)*c if z > 0 else 0", style="derivative"),
    Column("e_c", "2*(pred - y)*max(0, z)", style="derivative"),
    Column("e_d", "2*(pred - y)", style="derivative"),
)
ESTIMATED = (*moved_columns(RELU), *estimated_columns(RELU))
TRAINING = (*weight_columns(RELU), *FORWARD, *ESTIMATED, *EXACT, *step_columns(RELU))
# Without the notes on its headers, which no other writer is asked for.
COLUMNS = tuple(replace(column, note="") for column in (*DATA, *TRAINING))
assert len(COLUMNS) == 25


def training_book(rows: int) -> Book:
    """Return a book with so many steps of c*max(0, a*x + b) + d, and with nothing else."""
    settings = (
        Setting("learning_rate", "Learning rate", LEARNING_RATE),
        Setting("h", "h", H),
        *(Setting(f"start_{name}", name, 1.0) for name in RELU.weights),
    )
    sheet = Sheet("sgd", "SGD", "Training", "", settings=settings, tables=(Table("sgd", COLUMNS, rows),))
    return Book("benchmark", "How long does it take?", Words(("",), (("", ""),)), (sheet,))


def data(rows: int) -> tuple[list[float], list[float]]:
    """Return the x and the y of the table."""
    x = [float(row % 99 + 1) for row in range(rows)]
    return x, [2 * each + 30 for each in x]
