"""The worksheet functions as xlwings' user-defined functions (UDFs), for Excel on Windows.

The add-in's VBA calls them by name through xlwings' COM server, `CallUDF("xlneuron.udfs", "SGD_STEP", ...)`.
Every function here is made from its record in FUNCTIONS. Where xlwings is not installed the module can still
be imported, and its functions take and return the same cell values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from inspect import Parameter, Signature
from itertools import chain

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import call, failure
from xlneuron.functions.cells import CellError, Rows
from xlneuron.functions.signature import Function

try:
    import xlwings
except ImportError:  # not a dependency on Linux
    xlwings = None  # type: ignore[assignment]

CATEGORY = "xlneuron"

# COM delivers a cell's error as a 32-bit integer, 0x800A0000 + its xlErr code. (A number is always a float.)
ERROR_CODES = {
    -2146826288: CellError.NULL,
    -2146826281: CellError.DIV0,
    -2146826273: CellError.VALUE,
    -2146826265: CellError.REF,
    -2146826259: CellError.NAME,
    -2146826252: CellError.NUM,
    -2146826246: CellError.NA,
}
LOWEST_CODE = min(ERROR_CODES)
HIGHEST_CODE = -2146826000  # newer errors, such as #SPILL! and #CALC!, lie between

PLAIN = {float, str, bool, type(None)}  # types of cells that go on as they are

DAY_0 = datetime(1899, 12, 30)  # as Excel counts days from March 1900 on


def received(value: object) -> object:
    """Return an argument as functions take it: errors as CellError, dates as the numbers that they are."""
    if isinstance(value, tuple | list):
        try:
            types = set(map(type, chain.from_iterable(value)))
        except TypeError:  # no rows of cells
            types = {object}
        return value if types <= PLAIN else tuple(received(cell) for cell in value)
    if type(value) is int and LOWEST_CODE <= value <= HIGHEST_CODE:
        return ERROR_CODES.get(value, CellError.VALUE)
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - DAY_0) / timedelta(days=1)
    return value


def returned(cells: Rows) -> list[list[object]]:
    """Return cells as xlwings' COM server takes them: a list of lists, whatever their number.

    It asks for the length of a result, which a bare number does not have. And pywin32 sends a tuple as a
    function's result with the new values of its arguments, so that all rows but the first would be lost.
    """
    return [list(row) for row in cells]


def bind(function: Function) -> Callable[..., object]:
    """Return a worksheet function as xlwings wants it: with a signature, a docstring and a name to read."""

    def udf(*args: object) -> list[list[object]]:
        # Python cannot send an error value. It sends its text, which no function returns otherwise, and the
        # VBA wrapper makes the error of it.
        try:
            cells = [received(value) for value in args]
        except Exception as error:  # what Excel sends and nobody expects must not take it down either
            return returned(failure(function, (), error, CellError.NUM.value))
        return returned(call(function, cells, CellError.NUM.value))

    udf.__name__ = udf.__qualname__ = function.name
    udf.__doc__ = function.description
    udf.__annotations__ = {}  # xlwings would take type hints for converters
    udf.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            # None, a blank cell, stands for an argument that was left out: the default is taken.
            Parameter(
                argument.name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=None if argument.optional else Parameter.empty,
            )
            for argument in function.arguments
        ]
    )
    if xlwings is None:
        return udf
    bound: Callable[..., object] = xlwings.ret("raw")(udf)
    for argument in function.arguments:
        bound = xlwings.arg(argument.name, "raw", doc=argument.description)(bound)
    # The outermost, as a decorator above the others: xlwings.arg and xlwings.ret reset the category.
    return xlwings.func(category=CATEGORY)(bound)


globals().update({name: bind(function) for name, function in FUNCTIONS.items()})
