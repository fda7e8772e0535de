"""What a check finds, cell by cell, and when two values are the same."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from xlneuron.functions.cells import Cell, CellError
from xlneuron.xlsx.cells import reference

RELATIVE = 1e-9  # by so much numbers may differ
# Kinds of problems.
FORMULA, TYPED, EMPTY, VALUE, DATA, SURPLUS = "formula", "typed", "empty", "value", "data", "surplus"


@dataclass(frozen=True)
class Problem:
    """A wrong cell: what should be there, what is, and why if that can be told.

    more: how many cells directly below it are wrong in the same way.
    """

    sheet: str
    row: int
    column: int
    kind: str
    expected: str
    found: str
    why: str
    more: int = 0

    @property
    def cell(self) -> str:
        """Its address, without the sheet."""
        return reference(self.row, self.column)

    def __str__(self) -> str:
        more = f" (and so {self.more} more below it)" if self.more else ""
        return f"{self.sheet}!{self.cell}: expected {self.expected}, found {self.found}: {self.why}{more}"


@dataclass
class Report:
    """What a check has found, and how much it looked at."""

    problems: list[Problem] = field(default_factory=list)
    formulas: int = 0
    values: int = 0
    notes: list[str] = field(default_factory=list)


def plain(cell: Cell) -> Cell:
    """Return a value as it is compared: TRUE is 1."""
    return float(cell) if isinstance(cell, bool) else cell


def agree(one: Cell, other: Cell) -> bool:
    """Whether two values are the same but for the last digits."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=RELATIVE)
    return one == other


def shown(cell: Cell) -> str:
    """Return a value for a message."""
    if cell is None:
        return "no value"
    if isinstance(cell, CellError):
        return cell.value
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:.15g}" if isinstance(cell, float) else repr(cell)


def merged(problems: list[Problem]) -> list[Problem]:
    """Return the problems, formulas first, with those directly below each other as one."""
    order = sorted(problems, key=lambda each: each.kind == VALUE)
    last: dict[tuple[str, int, str], int] = {}  # where the latest of a column and kind is in `joined`
    joined: list[Problem] = []
    for each in order:
        key = each.sheet, each.column, each.kind
        at = last.get(key)
        if at is not None and joined[at].row + joined[at].more + 1 == each.row:
            joined[at] = replace(joined[at], more=joined[at].more + 1)
        else:
            last[key] = len(joined)
            joined.append(each)
    return joined
