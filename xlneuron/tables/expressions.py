"""The language that a column is written in: a small part of Python's expressions.

`parse` reads the text with Python's own `ast`, looks every name up in a scope and returns a small tree of
nodes. Two translators walk that tree: `formula` writes the cell formula, `evaluate` writes Python. There is
no second description of a cell, so its formula and its cached value cannot drift apart.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from xlneuron.errors import XlneuronError
from xlneuron.tables.spelled import BOOLEAN, OF_RANGES, SPELLED


class ExpressionError(XlneuronError):
    """A column or cell says something that the language does not have."""


@dataclass(frozen=True)
class Number:
    """A constant number."""

    value: float | int


@dataclass(frozen=True)
class Text:
    """A constant text."""

    value: str


@dataclass(frozen=True)
class ColumnRef:
    """A column's cell in this row (`back` = 0) or in the previous row (`back` = 1)."""

    table: str
    column: str
    back: int = 0


@dataclass(frozen=True)
class RangeRef:
    """All rows of a table's column."""

    table: str
    column: str


@dataclass(frozen=True)
class SpanRef:
    """Neighbouring columns, from the first to the last, of this row (`back` = 0) or of the previous one.

    An argument of a worksheet function.
    """

    table: str
    first: str
    last: str
    back: int = 0


@dataclass(frozen=True)
class NameRef:
    """A setting or a result, by its sheet and its sheet-scoped name."""

    sheet: str
    name: str


@dataclass(frozen=True)
class Negative:
    """Unary minus."""

    operand: Node


@dataclass(frozen=True)
class Binary:
    """One of + - * / ^ (arithmetic) or = <> < <= > >= (comparison), as the spreadsheet spells it."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Condition:
    """`yes if test else no`."""

    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Call:
    """A function of the language (`max`, `exp`, ...) or of the worksheet (`NEURON_FORWARD`)."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Formatted:
    """A number as text: `format(x, "0.00")`, with all decimals from `least` to `most` that it needs."""

    value: Node
    least: int
    most: int


@dataclass(frozen=True)
class Join:
    """Texts and numbers joined into one text: `join(...)`."""

    parts: tuple[Node, ...]


Node: TypeAlias = (
    Number
    | Text
    | ColumnRef
    | RangeRef
    | SpanRef
    | NameRef
    | Negative
    | Binary
    | Condition
    | Call
    | Formatted
    | Join
)

ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
COMPARISON = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
COMPARISONS = frozenset(COMPARISON.values())

# The formats that can be written without a format string. Excel reads such a string with the user's decimal
# mark, and does not translate it when a file is opened: where the comma is that mark, the point of 0.00
# separates thousands.
FORMAT = re.compile(r"0(?:\.(?=[0#])(0*)(#*))?")
MAX_DECIMALS = 15  # of LibreOffice's FIXED; a number has no more digits anyway
DIGITS = 15  # of a number in a formula: Excel and LibreOffice read no more of them


class Scope(Protocol):
    """Where an expression stands: what its names mean. Both methods return None for an unknown name."""

    def name(self, name: str) -> Node | None:
        """Return what a bare name means here."""

    def attribute(self, owner: str, name: str) -> Node | None:
        """Return what `owner.name` means here."""

    def known(self) -> list[str]:
        """Return the names that can be used here, for the message about one that cannot."""


def parse(text: str, scope: Scope, where: str, *, worksheet_functions: bool = False) -> Node:
    """Read an expression; an error says `where` it stands (for example `column 'pred' of table 'sgd'`).

    With `worksheet_functions`, calls such as `NEURON_FORWARD(x, span(a, b), network)` are allowed: the
    dialect `functions`, whose formulas are written but not evaluated here.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"{where}: not an expression: {text!r}") from error
    node = _Reader(text, scope, where, worksheet_functions).read(tree)
    if is_boolean(node):
        raise ExpressionError(f"{where}: {text!r} is true or false; a cell needs a number or a text")
    if isinstance(node, RangeRef | SpanRef):
        raise ExpressionError(f"{where}: {text!r} is a whole range; a cell needs a single value")
    return node


def as_typed(value: float) -> float:
    """Return what a spreadsheet makes of a number that is written into a formula."""
    return float(f"{value:.{DIGITS}g}")


def is_boolean(node: Node) -> bool:
    """Whether a node is true or false rather than a number or a text."""
    if isinstance(node, Binary):
        return node.operator in COMPARISONS
    return isinstance(node, Call) and node.function in BOOLEAN


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    match node:
        case Negative(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Condition(test, yes, no):
            return (test, yes, no)
        case Call(_, arguments):
            return arguments
        case Formatted(value):
            return (value,)
        case Join(parts):
            return parts
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def uses_row_above(node: Node) -> bool:
    """Whether an expression looks at the row above."""
    return any(isinstance(each, ColumnRef | SpanRef) and each.back > 0 for each in walk(node))


class _Reader:
    """Python's tree to ours; refuses whatever is not in the language."""

    def __init__(self, text: str, scope: Scope, where: str, worksheet_functions: bool) -> None:
        self.text = text
        self.scope = scope
        self.where = where
        self.worksheet_functions = worksheet_functions
        self.readers: dict[type[ast.AST], Callable[..., Node]] = {
            ast.Constant: self.constant,
            ast.Name: self.name,
            ast.Attribute: self.attribute,
            ast.UnaryOp: self.unary,
            ast.BinOp: self.binary,
            ast.Compare: self.compare,
            ast.BoolOp: self.both_or_either,
            ast.IfExp: self.condition,
            ast.Call: self.call,
        }

    def fail(self, problem: str) -> ExpressionError:
        return ExpressionError(f"{self.where}: {problem} in {self.text!r}")

    def read(self, tree: ast.AST) -> Node:
        reader = self.readers.get(type(tree))
        if reader is None:
            raise self.fail(f"{type(tree).__name__} is not part of the language")
        return reader(tree)

    def value(self, tree: ast.AST) -> Node:
        """Read an operand of arithmetic: a single number."""
        node = self.read(tree)
        if is_boolean(node) or isinstance(node, RangeRef | SpanRef | Text | Join | Formatted):
            raise self.fail(f"{ast.unparse(tree)!r} is not a number")
        return node

    def test(self, tree: ast.AST) -> Node:
        """Read a condition: true or false."""
        node = self.read(tree)
        if not is_boolean(node):
            raise self.fail(f"{ast.unparse(tree)!r} is not a comparison")
        return node

    def constant(self, tree: ast.Constant) -> Node:
        value = tree.value
        if isinstance(value, str):
            return Text(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e300:
            raise self.fail(f"the constant {value!r} is not a number that a cell holds")
        return Number(value if isinstance(value, int) and abs(value) < 10**DIGITS else as_typed(value))

    def name(self, tree: ast.Name) -> Node:
        node = self.scope.name(tree.id)
        if node is None:
            raise self.fail(f"unknown name {tree.id!r} (known: {', '.join(self.scope.known())})")
        return node

    def attribute(self, tree: ast.Attribute) -> Node:
        if not isinstance(tree.value, ast.Name):
            raise self.fail(f"{ast.unparse(tree)!r} is not part of the language")
        node = self.scope.attribute(tree.value.id, tree.attr)
        if node is None:
            raise self.fail(f"unknown name {ast.unparse(tree)!r}")
        return node

    def unary(self, tree: ast.UnaryOp) -> Node:
        if not isinstance(tree.op, ast.USub):
            raise self.fail(f"the operator {type(tree.op).__name__} is not part of the language")
        return Negative(self.value(tree.operand))

    def binary(self, tree: ast.BinOp) -> Node:
        operator = ARITHMETIC.get(type(tree.op))
        if operator is None:
            raise self.fail(f"the operator {type(tree.op).__name__} is not part of the language")
        return Binary(operator, self.value(tree.left), self.value(tree.right))

    def compare(self, tree: ast.Compare) -> Node:
        operator = COMPARISON.get(type(tree.ops[0]))
        if len(tree.ops) != 1 or operator is None:
            raise self.fail("only a single comparison with == != < <= > >= is part of the language")
        left, right = self.read(tree.left), self.read(tree.comparators[0])
        if is_boolean(left) or is_boolean(right):
            raise self.fail("a comparison of comparisons")
        return Binary(operator, left, right)

    def both_or_either(self, tree: ast.BoolOp) -> Node:
        function = "both" if isinstance(tree.op, ast.And) else "either"
        return Call(function, tuple(self.test(value) for value in tree.values))

    def condition(self, tree: ast.IfExp) -> Node:
        yes, no = self.read(tree.body), self.read(tree.orelse)
        if is_boolean(yes) or is_boolean(no):
            raise self.fail("a branch that is true or false")
        return Condition(self.test(tree.test), yes, no)

    def call(self, tree: ast.Call) -> Node:
        if not isinstance(tree.func, ast.Name) or tree.keywords:
            raise self.fail(f"the call {ast.unparse(tree)!r} is not part of the language")
        name = tree.func.id
        if name == "span" and self.worksheet_functions:
            return self.span(tree)
        arguments = tuple(self.read(argument) for argument in tree.args)
        if self.worksheet_functions and name.isupper():
            return Call(name, arguments)
        if name == "join":
            return Join(arguments)
        if name == "format":
            return self.format(arguments)
        if name not in SPELLED:
            raise self.fail(f"unknown function {name!r} (known: {', '.join(SPELLED)})")
        _, fewest, most = SPELLED[name]
        if not fewest <= len(arguments) <= most:
            raise self.fail(f"{name} with {len(arguments)} arguments")
        if name not in OF_RANGES and any(isinstance(argument, RangeRef) for argument in arguments):
            raise self.fail(f"{name} of a whole column")
        return Call(name, arguments)

    def format(self, arguments: tuple[Node, ...]) -> Node:
        match arguments:
            case (value, Text(number_format)):
                found = FORMAT.fullmatch(number_format)
                least, optional = (
                    (len(part or "") for part in found.groups()) if found else (0, MAX_DECIMALS + 1)
                )
                if least + optional > MAX_DECIMALS:
                    raise self.fail(
                        f"the number format {number_format!r} is none that every region's Excel reads alike "
                        f'(those are "0", "0.00", "0.0##", with up to {MAX_DECIMALS} decimals),'
                    )
                return Formatted(value, least, least + optional)
        raise self.fail('format takes a number and a number format such as "0.00"')

    def span(self, tree: ast.Call) -> Node:
        ends = [self.read(argument) for argument in tree.args]
        match ends:
            case [ColumnRef(table, first, back), ColumnRef(other, last, same)] if (table, back) == (
                other,
                same,
            ):
                return SpanRef(table, first, last, back)
        raise self.fail("span takes the first and the last column of one row")
