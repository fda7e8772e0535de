"""Expressions put together from expressions, on their trees: brackets come by themselves, where they are due.

fill("2*({p} - y)*{c}", p="a*x + b", c="c + h")   ->   2 * (a * x + b - y) * (c + h)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from types import MappingProxyType
from typing import Any

from xlneuron.tables.expressions import ExpressionError

HOLE = "hole_"  # what begins the names that stand for the holes while a text is read


def tree(text: str) -> ast.expr:
    """Read an expression."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"not an expression: {text!r}") from error


def names(node: ast.AST) -> Iterator[str]:
    """Yield the names that an expression uses: not those of functions, nor `table` in `table.x`."""
    match node:
        case ast.Name(name):
            yield name
        case ast.Attribute():
            return
        case ast.Call(_, arguments):
            for argument in arguments:
                yield from names(argument)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from names(child)


def replaced(node: Any, parts: Mapping[str, ast.expr]) -> Any:
    """Return a tree with others in place of some of its names. Neither is changed."""
    match node:
        case ast.Name(name):
            return parts.get(name, node)
        case ast.Call(function, arguments):
            return ast.Call(function, replaced(arguments, parts), [])
        case ast.Attribute() | ast.Constant() | ast.operator() | ast.unaryop() | ast.cmpop() | ast.boolop():
            return node
        case list():
            return [replaced(each, parts) for each in node]
    return type(node)(**{field: replaced(value, parts) for field, value in ast.iter_fields(node)})


def pattern(text: str) -> ast.expr:
    """Read an expression with holes {name}; in the tree they are names that begin with HOLE."""
    try:
        holes = {hole for _, hole, _, _ in Formatter().parse(text) if hole is not None}
    except ValueError as error:
        raise ExpressionError(f"not an expression with holes: {text!r}") from error
    return tree(text.format(**{hole: HOLE + hole for hole in holes}))


def fill(text: str, **parts: str | float) -> str:
    """Put expressions (or numbers) into the holes {name} of another one, which need not have all of them."""
    given = {HOLE + hole: tree(part if isinstance(part, str) else repr(part)) for hole, part in parts.items()}
    filled = ast.unparse(replaced(pattern(text), given))
    if HOLE in filled:
        raise ExpressionError(f"{text!r} has a hole that is not filled, or one where no expression can be")
    return filled


def inlined(cells: Mapping[str, str], name: str, **other: str) -> str:
    """Return a cell of a row in one expression, without the cells that lead to it.

    `cells` are in the order of calculation. `other` has expressions in place of some names:
    inlined(cells, "pred", a="a + h").
    """
    known = {key: tree(text) for key, text in other.items()}
    for cell, text in cells.items():
        known[cell] = replaced(tree(text), known)
        if cell == name:
            break
    return ast.unparse(known[name])


def joined(
    template: str, texts: Mapping[str, str] = MappingProxyType({}), **cells: str | Sequence[str]
) -> str:
    """Return the expression of a sentence: its holes are texts, or expressions, or several of them in a row.

    joined("Try {rate} from row {row} on.", {"rate": "0.1"}, row="row + 1")
        ->   join("Try 0.1 from row ", row + 1, " on.")
    """
    parts: list[str] = []
    text = ""
    for literal, hole, _, _ in Formatter().parse(template):
        text += literal
        if hole is None:
            continue
        if hole in texts:
            text += texts[hole]
            continue
        if hole not in cells:
            raise ExpressionError(f"{template!r} has a hole that is not filled: {hole}")
        parts += [f'"{text}"'] if text else []
        found = cells[hole]
        parts += [found] if isinstance(found, str) else found
        text = ""
    parts += [f'"{text}"'] if text else []
    return parts[0] if len(parts) == 1 else f"join({', '.join(parts)})"


def as_text(expression: str) -> str:
    """Return an expression as a sentence has it: products and powers without spaces."""
    return expression.replace(" ** ", "**").replace(" * ", "*").replace(" / ", "/")
