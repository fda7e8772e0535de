"""A call of a worksheet function with cell values: the one boundary that every host calls.

What comes in is checked and becomes an array, what goes out becomes rows of cells, and nothing that happens
in between reaches the host as an exception.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np

from xlneuron.errors import ArgumentError, XlneuronError, echo
from xlneuron.functions.cells import CONVERTERS, Cell, CellError, Rows, is_blank, to_cells
from xlneuron.functions.signature import MISSING, Function
from xlneuron.limits import SHEET_COLUMNS

MOST_CELLS = 4_000_000  # of all arguments together
LONGEST_MESSAGE = 500  # characters


def call(function: Function, args: Sequence[object], infinite: Cell = CellError.NUM) -> Rows:
    """Call a worksheet function with cell values and return cells; whatever happens, it returns.

    An argument is a single cell or a range (rows of cells), None for a blank cell, MISSING for one left out.
    Numbers that are not finite come back as #NUM!, or what the host takes for it, `infinite`; a user's error
    as one cell with its message (and `infinite` in others, where the function says so).
    """
    row = at_point(function, args)
    return call_in_general(function, args, infinite) if row is None else (row,)


def call_in_general(function: Function, args: Sequence[object], infinite: Cell = CellError.NUM) -> Rows:
    """Do what `call` does, for a call that `at_point` has been asked about in vain."""
    try:
        return to_cells(run(function, args, {}), infinite)
    except Exception as error:
        return failure(function, args, error, infinite)


def failure(
    function: Function, args: Sequence[object], error: Exception, infinite: Cell = CellError.NUM
) -> Rows:
    """Return the cells that say why a call failed."""
    if isinstance(error, ArgumentError):
        error.function = function.name
    if isinstance(error, XlneuronError):
        message = str(error)
    elif isinstance(error, MemoryError):
        message = f"{function.name}: not enough memory for so many cells"
    else:  # a bug of ours must not take the host down, and should be reported
        message = f"{function.name}: a bug in xlneuron, {type(error).__name__} {echo(str(error))}"
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[: LONGEST_MESSAGE - 3]}..."
    return ((message, *[infinite] * (_width(function, args) - 1)),)


def _width(function: Function, args: Sequence[object]) -> int:
    """Return how many cells a message about these arguments fills."""
    if function.width is None:
        return 1
    try:
        return max(1, min(function.width(*args), SHEET_COLUMNS))
    except Exception:  # that is what the message is about
        return 1


def at_point(function: Function, args: Sequence[object]) -> tuple[float, ...] | None:
    """Return what a call is about one datapoint gives, if that is finite numbers; else None.

    What is left out may also be None here. Where the result is None, `call_in_general` has an answer or a
    message.
    """
    if function.point is None:
        return None
    try:
        if args[-1] is MISSING or args[-1] is None:
            if len(args) > len(function.arguments):
                return None
            pairs = zip(function.arguments, args, strict=False)
            args = [each.default if value is MISSING or value is None else value for each, value in pairs]
        row = function.point(*args)
        return row if math.isfinite(sum(row)) else None
    except Exception:  # more than a point, or wrong
        return None


def run(function: Function, args: Sequence[object], kwargs: Mapping[str, object]) -> Any:
    """Check and convert the arguments by the function's record, and run it; NumPy stays silent.

    Raises ArgumentError, which then names the function.
    """
    _count_cells(function, args)
    try:
        values = convert(function, args, kwargs)
        with np.errstate(all="ignore"):  # what overflows becomes infinite, and infinite becomes #NUM!
            return function.implementation(*values)
    except ArgumentError as error:
        error.function = function.name
        raise


def _count_cells(function: Function, args: Sequence[object]) -> None:
    """Raise XlneuronError for more cells than a call can work on in a few seconds."""
    cells = sum(len(each) * _cells_in(each[0]) for each in args if isinstance(each, (tuple, list)) and each)
    if cells > MOST_CELLS:
        problem = f"{cells:,} cells are too many for one call, which takes {MOST_CELLS:,}"
        raise XlneuronError(f"{function.name}: {problem}")


def _cells_in(row: object) -> int:
    return len(row) if isinstance(row, (tuple, list)) else 1


def convert(function: Function, args: Sequence[object], kwargs: Mapping[str, object]) -> list[Any]:
    """Return the arguments as the implementation takes them, defaults filled in."""
    if kwargs or len(args) > len(function.arguments):
        args = _in_order(function, args, kwargs)
    values: list[Any] = []
    for argument, value in zip(function.arguments, chain(args, repeat(MISSING)), strict=False):
        if argument.default is not MISSING and (value is MISSING or is_blank(value)):
            values.append(argument.default)
        elif value is MISSING:
            raise ArgumentError(argument.name, "missing")
        else:
            values.append(CONVERTERS[argument.kind](value, argument.name))
    return values


def _in_order(function: Function, args: Sequence[object], kwargs: Mapping[str, object]) -> list[object]:
    """Return all arguments by position, MISSING for those that are not given."""
    known = [argument.name for argument in function.arguments]
    if len(args) > len(known):
        raise ArgumentError("", f"{len(args)} arguments, but {function.usage} takes at most {len(known)}")
    for name in kwargs:
        if name not in known[len(args) :]:
            raise ArgumentError(name, f"given twice or unknown to {function.usage}")
    return [*args, *(kwargs.get(name, MISSING) for name in known[len(args) :])]
