"""The way back through one expression: what it hands to the names in it, from the derivative by its value.

OPERATIONS says it for each operation of the language, forward and backward side by side. What chooses between
values (a condition, iferror, max, min) hands back to what is chosen.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlneuron.tables.expressions import ExpressionError
from xlneuron.tables.fill import HOLE, names, replaced, tree
from xlneuron.tables.simplify import (
    ZERO,
    added,
    condition,
    constant,
    is_negative,
    larger,
    negative,
    number,
    over,
    power,
    same,
    times,
)

Given = dict[str, list[ast.expr]]  # what is handed back, by the name that it is handed to

SLOPE = HOLE + "slope"  # stands for the derivative by an operation's own value


@dataclass(frozen=True)
class Operation:
    """An operation on a and b, and what it hands back to them."""

    value: ast.expr
    back: Mapping[str, ast.expr]
    names_itself: bool  # whether it hands back something of its own value


def _operation(value: str, **back: str) -> Operation:
    """Return an operation from its texts, in which v is its own value, and d the derivative by that."""
    patterns = {operand: replaced(tree(text), {"d": ast.Name(SLOPE)}) for operand, text in back.items()}
    return Operation(tree(value), patterns, any("v" in names(each) for each in patterns.values()))


# The first that fits is taken. The sigmoid is known as a whole, since h*(1 - h) is how people write its
# slope; softplus also because at 0 its two kinks make a smooth function, which their slopes at 0 do not.
OPERATIONS = (
    _operation("1/(1 + exp(-a))", a="d*v*(1 - v)"),
    _operation("1/(1 + exp(min(-a, 700)))", a="d*v*(1 - v)"),
    _operation("max(0, a) + log(1 + exp(-abs(a)))", a="d*(1/(1 + exp(min(-a, 700))))"),
    _operation("a + b", a="d", b="d"),
    _operation("a - b", a="d", b="-d"),
    _operation("a*b", a="d*b", b="d*a"),
    _operation("a/b", a="d/b", b="-d*v/b"),
    _operation("a**b", a="d*b*a**(b - 1)", b="d*v*log(a)"),
    _operation("-a", a="-d"),
    _operation("exp(a)", a="d*v"),
    _operation("log(a)", a="d/a"),
    _operation("log10(a)", a="d/(a*log(10))"),
    _operation("sqrt(a)", a="d/(2*v)"),
    _operation("tanh(a)", a="d*(1 - v**2)"),
    _operation("sin(a)", a="d*cos(a)"),
    _operation("cos(a)", a="-d*sin(a)"),
    _operation("abs(a)", a="d if a > 0 else (-d if a < 0 else 0)"),
)


class Slopes:
    """The way back through expressions, to the names that are needed.

    cells: the expressions of a row's columns, so that a value that a cell has already is not written again.
    """

    def __init__(self, cells: Mapping[str, ast.expr], needed: Collection[str]) -> None:
        self.needed = needed
        self.cells: dict[str, str] = {}
        for name, each in cells.items():
            if any(operation.names_itself for operation in _BY_KIND.get(_kind(each), ())):
                self.cells.setdefault(ast.dump(each), name)

    def back(self, node: ast.expr, slope: ast.expr) -> Given:
        """Return what an expression hands back if the derivative by its value is `slope`."""
        given: Given = {}
        self._flow(node, slope, given)
        return given

    def _flow(self, node: ast.expr, slope: ast.expr, given: Given) -> None:
        match node:
            case ast.Constant() | ast.Attribute():
                return
            case ast.Name(name):
                if name in self.needed:
                    given.setdefault(name, []).append(slope)
            case ast.IfExp(test, yes, no):
                self._choose(test, (yes, no), slope, given)
            case ast.Call(ast.Name("iferror"), [tried, otherwise]):
                is_taken = ast.Call(ast.Name("isnumber"), [tried], [])
                self._choose(is_taken, (tried, otherwise), slope, given)
            case ast.BinOp(base, ast.Pow(), exponent) if (n := number(exponent)) is not None:
                self._flow(base, times(times(constant(n), slope), power(base, n - 1)), given)
            case ast.Call(ast.Name("max" | "min" as function), arguments):
                self._extreme(function, arguments, slope, given)
            case ast.Call(ast.Name("sum" | "average" as function), arguments):
                count = len(arguments) if function == "average" else 1
                for argument in arguments:
                    self._flow(argument, over(slope, constant(count)), given)
            case _:
                self._operate(node, slope, given)

    def _operate(self, node: ast.expr, slope: ast.expr, given: Given) -> None:
        """Go back through one of the OPERATIONS."""
        for operation in _BY_KIND.get(_kind(node), ()):
            operands: dict[str, ast.expr] = {}
            if _fits(operation.value, node, operands):
                parts = {**operands, SLOPE: slope}
                if operation.names_itself:
                    parts["v"] = self._value(node)
                for operand, pattern in operation.back.items():
                    self._flow(operands[operand], put_together(pattern, parts), given)
                return
        if self._depends(node):
            raise ExpressionError(f"{ast.unparse(node)!r} has no derivative")

    def _choose(self, test: ast.expr, ways: tuple[ast.expr, ast.expr], slope: ast.expr, given: Given) -> None:
        """Go back through a condition: one condition for each name."""
        yes, no = (self.back(each, slope) for each in ways)
        for name in dict.fromkeys([*yes, *no]):
            handed = condition(test, added(yes.get(name, ())), added(no.get(name, ())))
            given.setdefault(name, []).append(handed)

    def _extreme(self, function: str, arguments: list[ast.expr], slope: ast.expr, given: Given) -> None:
        """Go back through max or min, to each argument where it is the one that is chosen."""
        beyond, level = (ast.Gt(), ast.GtE()) if function == "max" else (ast.Lt(), ast.LtE())
        moving = [each for each in arguments if self._depends(each)]
        fixed = [each for each in arguments if not self._depends(each)]
        if len(moving) == 2 and not fixed:
            first, second = moving
            self._choose(larger(first, second, beyond), (first, second), slope, given)
            return
        for place, argument in enumerate(moving):
            rivals = ((moving[:place], level), ([*moving[place + 1 :], *fixed], beyond))
            tests = [larger(argument, _one(function, each), how) for each, how in rivals if each]
            if tests:
                test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
                self._choose(test, (argument, ZERO), slope, given)
            else:
                self._flow(argument, slope, given)

    def _value(self, node: ast.expr) -> ast.expr:
        """Return the cell that has an expression's value already, if there is one, else the expression."""
        cell = self.cells.get(ast.dump(node))
        return node if cell is None else ast.Name(cell)

    def _depends(self, node: ast.expr) -> bool:
        return any(name in self.needed for name in names(node))


def put_together(pattern: ast.expr, parts: Mapping[str, ast.expr]) -> ast.expr:
    """Fill a pattern, and simplify it around the slope, which may well be 1 or negative."""
    match pattern:
        case ast.BinOp(left, ast.Mult(), right) if SLOPE in names(pattern):
            return times(put_together(left, parts), put_together(right, parts))
        case ast.BinOp(left, ast.Div(), right) if SLOPE in names(pattern):
            return over(put_together(left, parts), put_together(right, parts))
        case ast.UnaryOp(ast.USub(), operand) if SLOPE in names(pattern):
            return negative(put_together(operand, parts))
        case ast.IfExp(test, yes, no):
            yes, no = put_together(yes, parts), put_together(no, parts)
            return condition(put_together(test, parts), yes, no)
        case ast.Compare(left, [comparison], [right]):
            return larger(replaced(left, parts), replaced(right, parts), comparison)
    filled: ast.expr = replaced(pattern, parts)
    return filled


def _one(function: str, nodes: Sequence[ast.expr]) -> ast.expr:
    """Return the largest (or smallest) of several; an attribute may be a whole column."""
    if len(nodes) == 1 and not isinstance(nodes[0], ast.Attribute):
        return nodes[0]
    return ast.Call(ast.Name(function), list(nodes), [])


def _kind(node: ast.AST) -> str:
    """Return what an operation is found by."""
    match node:
        case ast.BinOp(_, operator) | ast.UnaryOp(operator):
            return type(operator).__name__
        case ast.Call(ast.Name(function)):
            return function
    return type(node).__name__


_BY_KIND: dict[str, list[Operation]] = {}
for _each in OPERATIONS:
    _BY_KIND.setdefault(_kind(_each.value), []).append(_each)


def _fits(pattern: ast.expr, node: ast.expr, operands: dict[str, ast.expr]) -> bool:
    """Whether an expression is a certain operation; its operands are put into the dictionary."""
    match pattern, node:
        case ast.Name(name), _:
            before = operands.setdefault(name, node)
            return before is node or same(before, node)
        case ast.Constant(), _:
            return number(node) == number(pattern)
        case ast.UnaryOp(ast.USub(), a), _:  # also -x*y, which is (-x)*y
            return is_negative(node) and _fits(a, negative(node), operands)
    if _kind(pattern) != _kind(node):
        return False
    match pattern, node:
        case ast.BinOp(a, _, b), ast.BinOp(left, _, right):
            return _fits(a, left, operands) and _fits(b, right, operands)
        case ast.Call(_, parts), ast.Call(_, found) if len(parts) == len(found):
            return all(_fits(a, each, operands) for a, each in zip(parts, found, strict=True))
    return False
