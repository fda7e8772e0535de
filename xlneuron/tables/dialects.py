"""Ways to write the same sheet: with plain arithmetic, with worksheet functions, with LAMBDAs.

A column that says how functions write it (`Column.functions`) is written so in every dialect but `cells`;
all other columns, the layout and the values are the same. This module has the dialect that needs nothing but
cells. LAMBDAs are in `networks.definitions`; a host that has the functions brings its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlneuron.tables.model import Book

Parts = dict[str, bytes]


def _unchanged(parts: Parts) -> Parts:
    return parts


def _as_it_is(book: Book) -> Book:
    return book


@dataclass(frozen=True)
class Dialect:
    """How formulas are written. `finish` may change the parts of the workbook before its rows are put in."""

    name: str
    functions: bool  # whether columns are written with worksheet functions
    unknown: str = ""  # what a sheet says where the function {} is not known
    spelled: Callable[[str], str] = str  # a function's name as a file has it
    dynamic: bool = False  # whether results are dynamic arrays, as only Excel knows them
    completed: Callable[[Book], Book] = _as_it_is  # what a book gets besides, such as definitions
    suffix: str = ".xlsx"
    finish: Callable[[Parts], Parts] = _unchanged


CELLS = Dialect("cells", functions=False)
