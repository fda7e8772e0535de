"""The rows of a table as a straight-line Python loop over floats.

The loop does plain arithmetic and looks once a row whether all of it was finite. It stops before a row in
which something was not; the caller calculates that row with `evaluate` and starts the loop again. So rows
cost what the bare arithmetic costs, and errors are still those of a spreadsheet.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlneuron.functions.cells import Cell
from xlneuron.tables.evaluate import power
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
    SpanRef,
    Text,
    walk,
)

Row = tuple[Cell, ...]
# (first row, end, the row before, values of names, values of ranges) -> rows, until one cannot be done;
# then returns which that is, and the row before it
Loop = Callable[
    [int, int, Row, Sequence[float], Sequence[Sequence[float]]], Generator[Row, None, tuple[int, Row]]
]

PYTHON = {"=": "==", "<>": "!="}
MATHS = {"exp", "log", "log10", "sqrt", "tanh", "sin", "cos"}
MANY = 200  # terms of one sum; Python does not compile thousands
LOGICAL = {"both": " & ", "either": " | "}  # a spreadsheet's AND and OR look at everything


class NotFast(Exception):  # noqa: N818 - it says what a table is, not that something is wrong
    """A table with texts or with functions of whole columns: row by row with `evaluate`."""


@dataclass(frozen=True)
class Compiled:
    """A loop, with what it has to be given: the names and the ranges that its expressions use, in order."""

    source: str
    names: tuple[NameRef, ...]
    ranges: tuple[RangeRef, ...]
    carried: tuple[str, ...]  # the columns whose value in the row before is used
    run: Loop


def compile_loop(
    order: Sequence[str], expressions: Mapping[str, Node], given: Sequence[str], display: Sequence[str]
) -> Compiled:
    """Compile a table's columns: `order` is that of calculation, `display` that of the rows' values.

    The values of the `given` columns come with the ranges, after those of the expressions. Raises NotFast
    for a table that the loop cannot do.
    """
    nodes = [node for key in order for node in walk(expressions[key])]
    names = tuple(dict.fromkeys(node for node in nodes if isinstance(node, NameRef)))
    ranges = tuple(dict.fromkeys(node for node in nodes if isinstance(node, RangeRef)))
    carried = tuple(dict.fromkeys(node.column for node in nodes if isinstance(node, ColumnRef) and node.back))
    writer = _Writer(names, ranges)
    lines = [f"v_{key} = r_{place}[row]" for place, key in enumerate(given, len(ranges))]
    lines += [f"v_{key} = {writer.write(expressions[key])[0]}" for key in order]
    seen_in_others = {column for key in order for column in _spreading(expressions[key])}
    checked = [f"v_{key}" for key in order if key not in seen_in_others] + writer.hidden

    def indented(depth: int, text: Sequence[str]) -> list[str]:
        return ["    " * depth + line for line in text]

    source = [
        "def loop(row, end, before, names, ranges):",
        *indented(1, [f"n_{place} = names[{place}]" for place in range(len(names))]),
        *indented(1, [f"r_{place} = ranges[{place}]" for place in range(len(ranges) + len(given))]),
        *indented(1, [f"p_{key} = before[{list(display).index(key)}]" for key in carried]),
        *indented(1, [f"{name} = 0.0" for name in writer.hidden]),
        "    for row in range(row, end):",
        "        try:",
        *indented(3, lines),
        "        except (ArithmeticError, ValueError, IndexError):",
        "            return row, before",
        "        s = 0.0",
        *(f"        s += {' + '.join(checked[at : at + MANY])}" for at in range(0, len(checked), MANY)),
        "        if s - s != 0.0:",
        "            return row, before",
        f"        before = ({', '.join(f'v_{key}' for key in display)},)",
        "        yield before",
        *indented(2, [f"p_{key} = v_{key}" for key in carried]),
        "    return end, before",
    ]
    scope: dict[str, object] = {name: getattr(math, name) for name in MATHS}
    scope |= {"power": _power, "item": _item, "stop": _stop}
    text = "\n".join(source)
    exec(compile(text, f"<table of {len(order)} columns>", "exec"), scope)  # our own text, from checked nodes
    return Compiled(text, names, ranges, carried, scope["loop"])  # type: ignore[arg-type]


def _spreading(node: Node) -> Iterator[str]:
    """The columns of the same row that make the node's value infinite or NaN where they are."""
    match node:
        case ColumnRef(_, column, 0):
            yield column
        case Negative(operand) | Binary("/", operand, _):
            yield from _spreading(operand)
        case Binary("^", operand, Number(exponent)) if exponent > 0:
            yield from _spreading(operand)
        case Binary("+" | "-" | "*", left, right):
            yield from _spreading(left)
            yield from _spreading(right)


def as_floats(cells: Sequence[Cell]) -> Sequence[float] | None:
    """Return a column's values if all are finite numbers, else None."""
    if isinstance(cells, array):
        return cells
    floats = all(isinstance(cell, float) for cell in cells)
    return cells if floats else None  # type: ignore[return-value]


def _power(base: float, exponent: float) -> float:
    result = power(base, exponent)
    if isinstance(result, float):
        return result
    raise ArithmeticError


def _item(column: Sequence[float], position: float) -> float:
    if position < 1:
        raise IndexError
    return column[int(position) - 1]


def _stop() -> float:
    raise ArithmeticError


class _Writer:
    """Writes nodes as (Python text, whether it is atomic: a variable or a constant).

    An infinite number that is divided by, compared, or given to a function can leave no trace in the result.
    Such operands are kept in `hidden` variables that are looked at as well.
    """

    def __init__(self, names: tuple[NameRef, ...], ranges: tuple[RangeRef, ...]) -> None:
        self.names = names
        self.ranges = ranges
        self.hidden: list[str] = []

    def write(self, node: Node) -> tuple[str, bool]:
        match node:
            case Number(value):
                return f"{float(value)!r}", True
            case ColumnRef(_, column, back):
                return f"{'p' if back else 'v'}_{column}", True
            case NameRef():
                return f"n_{self.names.index(node)}", True
            case Negative(operand):
                return f"(-{self.write(operand)[0]})", False
            case Binary(operator, left, right):
                return self.binary(operator, left, right), False
            case Condition(test, yes, no):
                text = f"({self.write(yes)[0]} if {self.write(test)[0]} else {self.write(no)[0]})"
                return text, False
            case Call(function, arguments):
                return self.call(function, arguments), False
            case RangeRef() | SpanRef() | Text() | Formatted() | Join():
                raise NotFast

    def binary(self, operator: str, left: Node, right: Node) -> str:
        match operator, right:
            case "^", Number(int(exponent)) if exponent > 0:
                return f"({self.write(left)[0]} ** {exponent})"
            case "^", _:
                return f"power({self.atom(left)}, {self.atom(right)})"
            case "/", _:
                return f"({self.write(left)[0]} / {self.atom(right)})"
        if operator in COMPARISONS:
            return f"({self.atom(left)} {PYTHON.get(operator, operator)} {self.atom(right)})"
        return f"({self.write(left)[0]} {operator} {self.write(right)[0]})"

    def atom(self, node: Node) -> str:
        """Write an operand that can disappear; if it is calculated, keep it to be looked at."""
        text, atomic = self.write(node)
        return text if atomic else self.hide(text)

    def hide(self, text: str) -> str:
        name = f"h_{len(self.hidden)}"
        self.hidden.append(name)
        return f"({name} := {text})"

    def call(self, function: str, arguments: tuple[Node, ...]) -> str:
        if function == "isnumber":  # in the loop everything is, or it stops
            text, atomic = self.write(arguments[0])
            return "True" if atomic else f"({self.hide(text)} is not None)"
        if function == "na":
            return "stop()"
        if function == "iferror":
            return self.atom(arguments[0])
        if function == "index" and isinstance(arguments[0], RangeRef):
            return f"item(r_{self.ranges.index(arguments[0])}, {self.atom(arguments[1])})"
        if any(isinstance(argument, RangeRef) for argument in arguments):
            raise NotFast
        if function in LOGICAL:
            return f"({LOGICAL[function].join(self.write(argument)[0] for argument in arguments)})"
        if function in ("max", "min") and len(arguments) == 2:
            return self.extreme(">" if function == "max" else "<", *arguments)
        if function in MATHS or function in {"abs", "max", "min"}:
            return f"{function}({', '.join(self.atom(argument) for argument in arguments)})"
        raise NotFast

    def extreme(self, operator: str, left: Node, right: Node) -> str:
        """Write max or min of two without a call, which would take five times as long."""
        first, second = self.atom(left), self.atom(right)
        # The comparison comes first, so a calculated operand is kept there and only named afterwards.
        return f"({_name(first)} if {first} {operator} {second} else {_name(second)})"


def _name(text: str) -> str:
    return text[1:].partition(" := ")[0] if " := " in text else text
