"""Cell values and arrays, and the way from one to the other and back.

A cell holds a number, a text, TRUE or FALSE, nothing, or an error; a range is a tuple of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from xlneuron.engine.array import Array
from xlneuron.errors import ArgumentError, counted, echo
from xlneuron.functions.signature import Kind
from xlneuron.limits import SHEET_COLUMNS, SHEET_ROWS

MAX_CELLS = 10_000_000  # of one result; as cell values they take about a gigabyte
MAX_INTEGER = 1e15  # a spreadsheet's numbers have 15 digits

RANGES = (tuple, list)
SEQUENCES = (tuple, list, np.ndarray)
ARRAYS = (np.ndarray, np.generic)


class CellError(Enum):
    """A cell's error value; `value` is what the spreadsheet shows."""

    NUM = "#NUM!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    NA = "#N/A"
    NAME = "#NAME?"
    REF = "#REF!"
    NULL = "#NULL!"


Cell = float | str | bool | CellError | None
Row = tuple[Cell, ...]
Rows = tuple[Row, ...]


class Table(NamedTuple):
    """A result with a row of headers."""

    header: tuple[str, ...]
    rows: Array


def to_cells(result: object, infinite: Cell = CellError.NUM) -> Rows:
    """Return a function's result as rows of cells; see `call`."""
    if isinstance(result, str):
        return ((result,),)
    if isinstance(result, Table):
        check_size(len(result.rows) + 1, len(result.header))
        return (result.header, *_number_cells(result.rows, infinite))
    array = np.asarray(result, dtype=np.float64)
    check_size(*array.shape)
    return _number_cells(array, infinite)


def check_size(rows: int, columns: int, argument: str = "") -> None:
    """Raise ArgumentError if a result is larger than a sheet, or larger than one call should make."""
    if rows > SHEET_ROWS or columns > SHEET_COLUMNS or rows * columns > MAX_CELLS:
        raise ArgumentError(argument, f"{rows} rows x {columns} columns are more than one call returns")


def _number_cells(array: Array, infinite: Cell) -> Rows:
    tall = array.shape[0] > array.shape[1]
    lines: list[list[Any]] = (array.T if tall else array).tolist()  # as few lists as there can be
    # The sum of finite numbers can overflow, but if it is finite then so are they; asking NumPy takes longer.
    if not math.isfinite(sum(map(sum, lines))):
        lines = [[cell if math.isfinite(cell) else infinite for cell in line] for line in lines]
    return tuple(zip(*lines, strict=True)) if tall else tuple(map(tuple, lines))


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing (or an empty text), or a range only such cells."""
    if isinstance(value, RANGES):
        return all(is_blank(cell) for cell in value)
    return value is None or (isinstance(value, str) and not value)


def as_array(cells: object, argument: str) -> Array:
    """Return cells as a float64 array of rows; a single cell is 1 x 1, a single row is 1 x n.

    An error cell becomes NaN, so that #NUM! stays in the row where it is; TRUE and FALSE become 1 and 0.
    Raises ArgumentError for a blank cell, a text, rows of different length, or no cells at all.
    """
    try:
        array = np.asarray(cells)
    except (TypeError, ValueError, OverflowError):  # rows of different length, or no numbers
        array = np.array(None)
    if array.dtype.kind not in "fiub" or array.size == 0:  # never asks NumPy to read a text as a number
        array = _cell_by_cell(cells, argument)
    if array.ndim > 2:
        raise ArgumentError(argument, "a range has rows and columns, nothing more")
    if array.ndim < 2:
        array = array.reshape(1, -1)
    return array.astype(np.float64, copy=False)


def _cell_by_cell(cells: object, argument: str) -> Array:
    cells = cells.tolist() if isinstance(cells, np.ndarray) else cells
    if not isinstance(cells, SEQUENCES):
        return np.array([[_number(cells, argument)]])
    nested = any(isinstance(row, SEQUENCES) for row in cells)
    rows = [row if isinstance(row, SEQUENCES) else (row,) for row in cells] if nested else [cells]
    if not len(rows[0]):
        raise ArgumentError(argument, "a range without cells")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ArgumentError(
                argument, f"row {number} has {counted(len(row), 'cell')}, but row 1 has {len(rows[0])}"
            )
    single = len(rows) == len(rows[0]) == 1
    return np.array(
        [
            [
                _number(cell, argument, "" if single else f" in row {number}, column {column}")
                for column, cell in enumerate(row, start=1)
            ]
            for number, row in enumerate(rows, start=1)
        ]
    )


def _number(cell: object, argument: str, place: str = "") -> float:
    if isinstance(cell, Real | Decimal):
        try:
            return float(cell)
        except OverflowError:  # an integer or a fraction beyond 1.8e308: no cell holds it
            return math.nan
    if isinstance(cell, CellError):
        return math.nan
    if is_blank(cell):
        raise ArgumentError(argument, f"a blank cell{place}, expected a number")
    raise ArgumentError(argument, f"{echo(cell)}{place} is not a number")


def _single(value: object, argument: str, expected: str) -> object:
    """Return the cell of a range of one cell."""
    value = value.tolist() if isinstance(value, ARRAYS) else value
    if not isinstance(value, RANGES):
        return value
    rows = value if value and isinstance(value[0], RANGES) else (value,)
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    raise ArgumentError(argument, f"a range of {len(rows)} x {len(rows[0])} cells, expected {expected}")


def as_number(value: object, argument: str) -> float:
    """Return a single number; an error cell is NaN."""
    return _number(_single(value, argument, "one number"), argument)


def as_integer(value: object, argument: str) -> int:
    """Return a single whole number."""
    number = as_number(value, argument)
    if abs(number) > MAX_INTEGER:
        raise ArgumentError(argument, f"{number:g} is too large")
    if not number.is_integer():
        raise ArgumentError(argument, f"{number:g} is not a whole number")
    return int(number)


def as_flag(value: object, argument: str) -> bool:
    """Return TRUE or FALSE; a number is TRUE unless it is 0, as in a spreadsheet."""
    value = _single(value, argument, "TRUE or FALSE")
    is_nan = isinstance(value, (float, np.floating)) and math.isnan(
        value
    )  # of a large int that cannot be asked
    if isinstance(value, Real) and not is_nan:
        return bool(value)
    raise ArgumentError(argument, f"{echo(_shown(value))} is not TRUE or FALSE")


def as_text(value: object, argument: str) -> str:
    """Return a single text."""
    value = _single(value, argument, "one text")
    if isinstance(value, str):
        return value
    if is_blank(value) or isinstance(value, CellError):
        raise ArgumentError(argument, f"{_shown(value)}, expected a text")
    raise ArgumentError(
        argument,
        f"{echo(value)} is not a text (before 1-1 type an apostrophe, or the cell makes a date of it)",
    )


def _shown(value: object) -> object:
    return value.value if isinstance(value, CellError) else "a blank cell" if is_blank(value) else value


CONVERTERS: dict[Kind, Callable[[object, str], Any]] = {
    Kind.RANGE: as_array,
    Kind.NUMBER: as_number,
    Kind.INTEGER: as_integer,
    Kind.FLAG: as_flag,
    Kind.TEXT: as_text,
}
