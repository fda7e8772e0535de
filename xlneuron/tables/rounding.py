"""How far a cell may be off: the rounding of what it is calculated from, carried through its expression.

A spreadsheet may keep 15 of the 17 digits of a number, or make a difference of nearly equal numbers 0. What
such a rounding does to a result depends on the expression: nothing in a sum, everything where nearly equal
numbers are subtracted. This is the running error analysis of Wilkinson (Rounding Errors in Algebraic
Processes, 1963): every operation adds its own rounding to what its operands bring along.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from xlneuron.functions.cells import Cell
from xlneuron.tables.evaluate import Values, evaluate
from xlneuron.tables.expressions import (
    COMPARISONS,
    Binary,
    Call,
    Condition,
    Join,
    Negative,
    Node,
    Number,
    RangeRef,
    Text,
)

UNIT = 1e-14  # of a number: 15 digits, and LibreOffice's snapping of differences to 0, are finer than that

# How much a function of one number spreads an error, from the number and the function's value.
SLOPES: dict[str, Callable[[float, float], float]] = {
    "exp": lambda x, y: abs(y),
    "log": lambda x, y: 1 / abs(x) if x else math.inf,
    "log10": lambda x, y: 1 / abs(x) if x else math.inf,
    "sqrt": lambda x, y: 0.5 / abs(y) if y else math.inf,
    "tanh": lambda x, y: 1.0,
    "sin": lambda x, y: 1.0,
    "cos": lambda x, y: 1.0,
    "abs": lambda x, y: 1.0,
}


def rounding(node: Node, values: Values) -> float:
    """Return how far the value of an expression may be off; infinite where anything can come out.

    That is where a condition hangs on a difference as small as its own rounding.
    """
    try:
        return _Bound(values).of(node)
    except (OverflowError, ZeroDivisionError, ValueError):
        return math.inf


class _Bound:
    def __init__(self, values: Values) -> None:
        self.values = values

    def of(self, node: Node) -> float:
        match node:
            case Number() | Text():
                return 0.0
            case Negative(operand):
                return self.of(operand)
            case Binary(operator, left, right) if operator not in COMPARISONS:
                return self.arithmetic(operator, left, right) + self.own(node)
            case Condition(test, yes, no):
                if self.hangs(test):
                    return math.inf
                return self.of(yes if evaluate(test, self.values) else no)
            case Call(function, arguments):
                return self.call(function, arguments, node)
            case Join(parts):
                return max(map(self.of, parts), default=0.0)
        return self.own(node)

    def value(self, node: Node) -> float:
        """Return a number, 0 for anything else: an error or a text has no rounding."""
        value: Cell = evaluate(node, self.values)
        return float(value) if isinstance(value, float | bool) else 0.0

    def own(self, node: Node) -> float:
        return UNIT * abs(self.value(node))

    def arithmetic(self, operator: str, left: Node, right: Node) -> float:
        a, b = self.value(left), self.value(right)
        off_a, off_b = self.of(left), self.of(right)
        match operator:
            case "*":
                return abs(a) * off_b + abs(b) * off_a
            case "/":
                return (off_a + abs(a / b) * off_b) / abs(b)
            case "^":
                by_base: float = abs(b * a ** (b - 1)) * off_a
                by_exponent: float = abs(a**b * math.log(abs(a))) * off_b if off_b and a else 0.0
                return by_base + by_exponent
        return off_a + off_b

    def hangs(self, test: Node) -> bool:
        """Whether rounding could make a comparison come out the other way."""
        match test:
            case Binary(_, left, right):
                gap = abs(self.value(left) - self.value(right))
                off = self.of(left) + self.of(right)
                return 0 < gap <= off
            case Call("both" | "either", arguments):
                return any(map(self.hangs, arguments))
        return False

    def call(self, function: str, arguments: Sequence[Node], node: Node) -> float:
        if function in SLOPES:
            x, y = self.value(arguments[0]), self.value(node)
            return SLOPES[function](x, y) * self.of(arguments[0]) + self.own(node)
        whole = [each for each in arguments if isinstance(each, RangeRef)]
        if whole:
            numbers = [
                abs(cell)
                for each in whole
                for cell in self.values.column(each.table, each.column)
                if isinstance(cell, float)
            ]
            return UNIT * (math.fsum(numbers) if function in ("sum", "sum_if") else max(numbers, default=0.0))
        return max((self.of(each) for each in arguments), default=0.0) + self.own(node)
