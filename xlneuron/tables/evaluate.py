"""Nodes to values, the way a spreadsheet calculates them: errors are values that spread.

This is the careful way, for first rows, single cells and rows in which something overflowed; `loop` is the
fast way for all the rows in which nothing did. Both do the same operations in the same order.
"""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from xlneuron.digits import fixed
from xlneuron.functions.cells import Cell, CellError
from xlneuron.tables.expressions import (
    COMPARISONS,
    Binary,
    Call,
    ColumnRef,
    Condition,
    Formatted,
    Join,
    NameRef,
    Negative,
    Node,
    Number,
    RangeRef,
    Text,
)

Operand: TypeAlias = "Cell | Sequence[Cell]"


class Values(Protocol):
    """Where the values of references come from."""

    def cell(self, table: str, column: str, back: int) -> Cell:
        """Return a column's value in this row or `back` rows above."""

    def column(self, table: str, column: str) -> Sequence[Cell]:
        """Return a column's values in all rows."""

    def name(self, sheet: str, name: str) -> Cell:
        """Return the value of a setting or a result."""


def evaluate(node: Node, values: Values) -> Cell:
    """Return the value of a cell with this expression."""
    result = _evaluate(node, values)
    assert not isinstance(result, Sequence) or isinstance(result, str)
    return result


def _evaluate(node: Node, values: Values) -> Operand:
    match node:
        case Number(value):
            return float(value)
        case Text(value):
            return value
        case ColumnRef(table, column, back):
            return values.cell(table, column, back)
        case RangeRef(table, column):
            return values.column(table, column)
        case NameRef(sheet, name):
            return values.name(sheet, name)
        case Negative(operand):
            return arithmetic("-", 0.0, evaluate(operand, values))
        case Binary(operator, left, right):
            apply = compare if operator in COMPARISONS else arithmetic
            return apply(operator, evaluate(left, values), evaluate(right, values))
        case Condition() | Call("iferror"):
            return _chosen(node, values)
        case Call(function, arguments):
            return _CALLS[function](*(_evaluate(argument, values) for argument in arguments))
        case Formatted(value, least, most):
            number = _number(evaluate(value, values))
            return number if isinstance(number, CellError) else _fixed(number, least, most)
        case Join(parts):
            return _join([evaluate(part, values) for part in parts])
        case _:
            raise TypeError(f"{type(node).__name__} has no value")


def _chosen(node: Condition | Call, values: Values) -> Operand:
    """Evaluate a branch; what is not chosen is not calculated."""
    if isinstance(node, Condition):
        outcome = evaluate(node.test, values)
        if isinstance(outcome, CellError):
            return outcome
        return _evaluate(node.yes if outcome else node.no, values)
    tried, otherwise = node.arguments
    result = evaluate(tried, values)
    return evaluate(otherwise, values) if isinstance(result, CellError) else result


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
}


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq,
    "<>": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def arithmetic(operator: str, left: Cell, right: Cell) -> Cell:
    """Calculate with two cells: an error spreads, text is #VALUE!, what overflows is #NUM!."""
    a, b = _number(left), _number(right)
    if isinstance(a, CellError):
        return a
    if isinstance(b, CellError):
        return b
    if operator == "^":
        return power(a, b)
    try:
        return _finite(ARITHMETIC[operator](a, b))
    except ZeroDivisionError:
        return CellError.DIV0


def power(base: float, exponent: float) -> Cell:
    """Return base^exponent; 0^0 is #NUM! as in a spreadsheet, not 1 as in Python."""
    if base == 0 and exponent <= 0:
        return CellError.DIV0 if exponent else CellError.NUM
    try:
        result = base**exponent
    except OverflowError:
        return CellError.NUM
    return CellError.NUM if isinstance(result, complex) else _finite(result)


def compare(operator: str, left: Cell, right: Cell) -> Cell:
    """Compare two cells; an error spreads, a text is larger than any number."""
    for operand in (left, right):
        if isinstance(operand, CellError):
            return operand
    return COMPARE[operator](_order(left), _order(right))


def _fixed(value: float, least: int, most: int) -> Cell:
    try:
        return fixed(value, least, most)
    except OverflowError:
        return CellError.NUM


def _number(cell: Cell) -> float | CellError:
    if isinstance(cell, CellError):
        return cell
    if isinstance(cell, str):
        return CellError.VALUE
    return 0.0 if cell is None else float(cell)


def _finite(value: float) -> Cell:
    return value if math.isfinite(value) else CellError.NUM


def _order(cell: Cell) -> tuple[int, float | str]:
    if isinstance(cell, str):
        return 1, cell.casefold()
    number = _number(cell)
    assert isinstance(number, float)
    return 0, number


def _join(parts: list[Cell]) -> Cell:
    texts = []
    for part in parts:
        if isinstance(part, CellError):
            return part
        texts.append(_text(part))
    return "".join(texts)


def _text(cell: Cell) -> str:
    return _general(cell) if isinstance(cell, float) else str(cell or "")


def _general(value: float) -> str:
    """Return a number as a spreadsheet shows it unformatted (whole numbers and short fractions only)."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e11 else f"{value:.15g}".upper()


def _single(function: Callable[[float], float]) -> Callable[[Operand], Cell]:
    """Return a function of one cell; what it is not defined for is #NUM!."""

    def call(argument: Operand) -> Cell:
        number = _number(_cell(argument))
        if isinstance(number, CellError):
            return number
        try:
            return _finite(function(number))
        except (ValueError, OverflowError):
            return CellError.NUM

    return call


def _many(function: Callable[[list[float]], float]) -> Callable[..., Cell]:
    """Return a function of cells and ranges: an error spreads; in ranges only numbers count."""

    def call(*arguments: Operand) -> Cell:
        numbers: list[float] = []
        for argument in arguments:
            alone = isinstance(argument, str) or not isinstance(argument, Sequence)
            for cell in [argument] if alone else argument:  # type: ignore[union-attr]
                if alone or isinstance(cell, float | CellError):
                    number = _number(cell)  # type: ignore[arg-type]
                    if isinstance(number, CellError):
                        return number
                    numbers.append(number)
        try:
            return _finite(function(numbers))
        except ZeroDivisionError:
            return CellError.DIV0
        except OverflowError:  # of a sum on its way
            return CellError.NUM

    return call


def _deviation(numbers: list[float]) -> float:
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))


def _logical(function: Callable[[list[bool]], bool]) -> Callable[..., Cell]:
    def call(*arguments: Operand) -> Cell:
        for argument in arguments:
            if isinstance(argument, CellError):
                return argument
        return function([bool(argument) for argument in arguments])

    return call


def _cell(operand: Operand) -> Cell:
    if isinstance(operand, Sequence) and not isinstance(operand, str):
        raise TypeError("a whole column where a single cell is needed")
    return operand


def _range(operand: Operand) -> Sequence[Cell]:
    if isinstance(operand, str) or not isinstance(operand, Sequence):
        raise TypeError("a single cell where a whole column is needed")
    return operand


def _equals(cell: Cell, wanted: Cell) -> bool:
    if isinstance(cell, CellError) or cell is None:
        return False
    return compare("=", cell, wanted) is True


def _count_if(cells: Operand, wanted: Operand) -> Cell:
    return float(sum(_equals(cell, _cell(wanted)) for cell in _range(cells)))


def _sum_if(cells: Operand, wanted: Operand, summed: Operand) -> Cell:
    pairs = zip(_range(cells), _range(summed), strict=True)
    result: Cell = _CALLS["sum"]([number for cell, number in pairs if _equals(cell, _cell(wanted))])
    return result


def _match(wanted: Operand, cells: Operand) -> Cell:
    if isinstance(wanted, CellError):
        return wanted
    for position, cell in enumerate(_range(cells), 1):
        if _equals(cell, _cell(wanted)):
            return float(position)
    return CellError.NA


def _index(cells: Operand, position: Operand) -> Cell:
    number = _number(_cell(position))
    if isinstance(number, CellError):
        return number
    column = _range(cells)
    return column[int(number) - 1] if 1 <= number < len(column) + 1 else CellError.REF


def _of_texts(function: Callable[..., Cell]) -> Callable[..., Cell]:
    """Return a function of single cells, as texts; an error spreads."""

    def call(*arguments: Operand) -> Cell:
        cells = [_cell(argument) for argument in arguments]
        error = next((cell for cell in cells if isinstance(cell, CellError)), None)
        return function(*map(_text, cells)) if error is None else error

    return call


def _left(text: Operand, length: Operand) -> Cell:
    number = _number(_cell(length))
    if isinstance(number, CellError):
        return number
    return CellError.VALUE if number < 0 else _of_texts(lambda whole: whole[: int(number)])(text)


def _substitute(text: str, old: str, new: str) -> Cell:
    return text.replace(old, new) if old else text


def _count_of(text: str, characters: str) -> Cell:
    return float(sum(character in characters for character in text.lower()))


def _is_number(operand: Operand) -> Cell:
    return isinstance(operand, float)


def _only_text(operand: Operand) -> Cell:
    cell = _cell(operand)
    return cell if isinstance(cell, str | CellError) else ""


# The numbers that a spreadsheet gives the errors.
_ERROR_TYPES: dict[Operand, float] = {
    CellError.NULL: 1.0,
    CellError.DIV0: 2.0,
    CellError.VALUE: 3.0,
    CellError.REF: 4.0,
    CellError.NAME: 5.0,
    CellError.NUM: 6.0,
    CellError.NA: 7.0,
}

_CALLS: dict[str, Callable[..., Cell]] = {
    "max": _many(lambda numbers: max(numbers, default=0.0)),
    "min": _many(lambda numbers: min(numbers, default=0.0)),
    "sum": _many(math.fsum),
    "average": _many(lambda numbers: math.fsum(numbers) / len(numbers)),
    "deviation": _many(_deviation),
    "abs": _single(abs),
    "exp": _single(math.exp),
    "log": _single(math.log),
    "log10": _single(math.log10),
    "sqrt": _single(math.sqrt),
    "tanh": _single(math.tanh),
    "sin": _single(math.sin),
    "cos": _single(math.cos),
    "isnumber": _is_number,
    "iserror": lambda cell: isinstance(cell, CellError),
    "both": _logical(all),
    "either": _logical(any),
    "rows": lambda cells: float(len(_range(cells))),
    "count_if": _count_if,
    "sum_if": _sum_if,
    "match": _match,
    "index": _index,
    "len": _of_texts(lambda text: float(len(text))),
    "left": _left,
    "substitute": _of_texts(_substitute),
    "count_of": _of_texts(_count_of),
    "first": lambda cells: _range(cells)[0],
    "last": lambda cells: _range(cells)[-1],
    "count": lambda cells: float(sum(isinstance(cell, float) for cell in _range(cells))),
    "below": lambda cells: 0.0,  # what stands there is nothing of ours
    "text": _only_text,
    "error_type": lambda cell: _ERROR_TYPES.get(cell, CellError.NA),
    "na": lambda: CellError.NA,
}
