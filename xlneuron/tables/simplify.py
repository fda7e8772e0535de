"""Sums, products and conditions of expressions, put together as a teacher writes them.

Nothing is multiplied by 1 or added to 0, numbers stand in front, a minus stands in front of a whole product
or becomes a subtraction. What somebody wrote keeps its form: (1 - h) stays (1 - h), and 3*0.1 too, whose
value has 17 digits. Only what is put together here is simplified; nothing is multiplied out.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence

LONG_SUM = 40  # terms; a longer sum gets brackets, so that no reader has to go so deep
DIGITS = 15  # of a number that a reader meets in a cell

ZERO: ast.expr = ast.Constant(0)
ONE: ast.expr = ast.Constant(1)


def number(node: ast.AST) -> float | None:
    """Return the value of a constant number, also of a negative one; None for anything else."""
    match node:
        case ast.Constant(int() | float() as value):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
            return -value
    return None


def constant(value: float) -> ast.expr:
    """Return a number as a tree, with at most 15 digits."""
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.{DIGITS}g}")
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def same(a: ast.AST, b: ast.AST) -> bool:
    """Whether two trees are the same."""
    return ast.dump(a) == ast.dump(b)


def is_negative(node: ast.expr) -> bool:
    """Whether a product or quotient begins with a minus."""
    match node:
        case ast.UnaryOp(ast.USub()):
            return True
        case ast.BinOp(left, ast.Mult() | ast.Div()):
            return is_negative(left)
    return False


def negative(node: ast.expr) -> ast.expr:
    """Return -a: the minus goes to the front of a product, and two of them to nowhere."""

    def minus(first: ast.expr) -> ast.expr:
        if isinstance(first, ast.UnaryOp):
            return first.operand
        return first if number(first) == 0 else ast.UnaryOp(ast.USub(), first)

    return _at_front(node, minus)


def times(a: ast.expr, b: ast.expr) -> ast.expr:
    """Return a*b: factor by factor, a number in front of all of them."""
    match number(a), number(b):
        case (0, _) | (_, 0):
            return ZERO
        case _, float() | int() as factor:
            return _scaled(factor, a)
        case float() | int() as factor, _:
            return _scaled(factor, b)
    match a, b:
        case _, ast.UnaryOp(ast.USub(), operand):
            return negative(times(a, operand))
        case _, ast.BinOp(left, ast.Mult(), right):
            return times(times(a, left), right)
        case ast.BinOp(top, ast.Div(), below), _ if number(top) in (1, -1):
            return over(times(top, b), below)
    return ast.BinOp(a, ast.Mult(), b)


def over(a: ast.expr, b: ast.expr) -> ast.expr:
    """Return a/b."""
    if number(a) == 0 or number(b) == 1:
        return a
    return negative(over(a, b.operand)) if isinstance(b, ast.UnaryOp) else ast.BinOp(a, ast.Div(), b)


def plus(a: ast.expr, b: ast.expr) -> ast.expr:
    """Return a + b: what begins with a minus is subtracted."""
    if number(a) == 0:
        return b
    if number(b) == 0:
        return a
    if is_negative(b):
        return ast.BinOp(a, ast.Sub(), negative(b))
    if is_negative(a):
        return ast.BinOp(b, ast.Sub(), negative(a))
    first, second = number(a), number(b)
    if first is not None and second is not None:
        return constant(first + second)
    return ast.BinOp(a, ast.Add(), b)


def added(terms: Sequence[ast.expr]) -> ast.expr:
    """Return a sum: of many terms a sum of sums, and 3*a of a, a and a."""
    if len(terms) == 1:
        return terms[0]
    counts = Counter(map(ast.dump, terms))
    if len(counts) < len(terms):
        once = {ast.dump(term): term for term in terms}
        return added([_scaled(counts[text], term) for text, term in once.items()])
    if len(terms) > LONG_SUM:
        starts = range(0, len(terms), LONG_SUM)
        return added([added(terms[start : start + LONG_SUM]) for start in starts])
    total = ZERO
    for term in terms:
        total = plus(total, term)
    return total


def power(base: ast.expr, exponent: float) -> ast.expr:
    """Return base**exponent."""
    if exponent in (0, 1):
        return base if exponent else ONE
    return ast.BinOp(base, ast.Pow(), constant(exponent))


def condition(test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    """Return `yes if test else no`."""
    return yes if same(yes, no) else ast.IfExp(test, yes, no)


def larger(a: ast.expr, b: ast.expr, comparison: ast.cmpop) -> ast.expr:
    """Return a > b, or another comparison: z > 0.01*z says z > 0, and pred - y > 0 says pred > y."""
    match a, b:
        case _, ast.BinOp(factor, ast.Mult(), z) if same(a, z) and 0 < (number(factor) or 0) < 1:
            return larger(a, ZERO, comparison)
        case ast.BinOp(left, ast.Sub(), right), _ if number(b) == 0:
            return ast.Compare(left, [comparison], [right])
    return ast.Compare(a, [comparison], [b])


def _scaled(factor: float, node: ast.expr) -> ast.expr:
    """Return a number times an expression."""
    if factor < 0:
        return negative(_scaled(-factor, node))
    if is_negative(node):
        return negative(_scaled(factor, negative(node)))
    match node:
        case _ if factor == 1:
            return node
        case ast.BinOp(top, ast.Div(), below) if (divisor := number(below)) and divisor % factor == 0:
            return over(top, constant(divisor / factor))

    def scaled(first: ast.expr) -> ast.expr:
        known = number(first)
        product = None if known is None else factor * known
        if product is not None and float(f"{product:.{DIGITS}g}") == product:
            return constant(product)
        return ast.BinOp(constant(factor), ast.Mult(), first)

    return _at_front(node, scaled)


def _at_front(node: ast.expr, change: Callable[[ast.expr], ast.expr]) -> ast.expr:
    """Return a product or quotient with its first factor changed."""
    match node:
        case ast.BinOp(left, ast.Mult() | ast.Div() as operator, right):
            return ast.BinOp(_at_front(left, change), operator, right)
    return change(node)
