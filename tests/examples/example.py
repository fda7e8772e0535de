"""What a worked call is, and what the tables of them have in common."""

from __future__ import annotations

from typing import NamedTuple

from xlneuron.functions.cells import Cell, CellError
from xlneuron.functions.signature import Missing

Range = tuple[tuple[Cell, ...], ...]


class Example(NamedTuple):
    """One call and the cells that it returns."""

    function: str
    args: tuple[Cell | Range | Missing, ...]
    expected: Range
    note: str


NUM = CellError.NUM
ONES: Range = ((1.0, 1.0, 1.0, 1.0),)


def message(text: str) -> Range:
    """Return the one cell that a user's error gives."""
    return ((text,),)
