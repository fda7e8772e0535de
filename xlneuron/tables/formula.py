"""Nodes to cell formulas: the spreadsheet's spelling, precedence and references."""

from __future__ import annotations

from typing import Protocol

from xlneuron.tables.expressions import (
    COMPARISONS,
    Binary,
    Call,
    ColumnRef,
    Condition,
    ExpressionError,
    Formatted,
    Join,
    NameRef,
    Negative,
    Node,
    Number,
    RangeRef,
    SpanRef,
    Text,
)
from xlneuron.tables.spelled import SPELLED

# How tightly an operator binds in a spreadsheet. Unary minus binds tighter than ^ there (-2^2 is 4).
PRECEDENCE = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2} | dict.fromkeys(COMPARISONS, 1)
UNARY = 6
ATOM = 7

MAX_FORMULA = 8192  # characters, Excel's limit
BELOW = 1000  # rows below a table in which something may have been pasted
MAX_TEXT = 255  # characters of one constant text inside a formula, Excel's limit


class Place(Protocol):
    """Where the formula's cell stands, and so how it writes its references."""

    def cell(self, table: str, column: str, back: int) -> str:
        """Return the reference to a column's cell in this row or `back` rows above."""

    def column(self, table: str, column: str) -> str:
        """Return the absolute reference to all rows of a column."""

    def name(self, sheet: str, name: str) -> str:
        """Return how a setting or a result is named from here."""

    def function(self, name: str) -> str:
        """Return how a file names a worksheet function."""


def _below(column: str) -> str:
    """Return the cells below a column: Data!$A$30:$A$1029 below Data!$A$2:$A$29."""
    first, _, last = column.rpartition(":")
    letter, row = last.rstrip("0123456789"), int(last.lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    where = first[: first.rindex(letter)] if letter in first else ""
    return f"{where}{letter}{row + 1}:{letter}{row + BELOW}"


def to_formula(node: Node, place: Place, where: str) -> str:
    """Return the formula, with its leading `=`, of a cell that stands at `place`."""
    text = "=" + _Writer(place, where).write(node)[0]
    if len(text) > MAX_FORMULA:
        raise ExpressionError(f"{where}: a formula of {len(text)} characters; a cell holds {MAX_FORMULA}")
    return text


class _Writer:
    """Writes a node as (text, how tightly it binds)."""

    def __init__(self, place: Place, where: str) -> None:
        self.place = place
        self.where = where

    def write(self, node: Node) -> tuple[str, int]:
        match node:
            case Number(value):
                return (repr(value).upper(), ATOM) if value >= 0 else (repr(value).upper(), UNARY)
            case Text(value):
                return self.text(value), ATOM
            case ColumnRef() | RangeRef() | SpanRef() | NameRef():
                return self.reference(node), ATOM
            case Negative(operand):
                return "-" + self.inside(operand, UNARY), UNARY
            case Binary(operator, left, right):
                return self.binary(operator, left, right)
            case Condition(test, yes, no):
                return f"IF({self.list((test, yes, no))})", ATOM
            case Call(function, arguments):
                return self.call(function, arguments), ATOM
            case Formatted(value, least, most):
                return self.fixed(value, least, most), ATOM
            case Join(parts):
                return "&".join(self.inside(part, PRECEDENCE["&"] + 1) for part in parts), PRECEDENCE["&"]

    def reference(self, node: ColumnRef | RangeRef | SpanRef | NameRef) -> str:
        match node:
            case ColumnRef(table, column, back):
                return self.place.cell(table, column, back)
            case RangeRef(table, column):
                return self.place.column(table, column)
            case SpanRef(table, first, last, back):
                return f"{self.place.cell(table, first, back)}:{self.place.cell(table, last, back)}"
            case NameRef(sheet, name):
                return self.place.name(sheet, name)

    def inside(self, node: Node, at_least: int) -> str:
        """Write a node, in brackets where it would bind too loosely."""
        text, binds = self.write(node)
        return text if binds >= at_least else f"({text})"

    def binary(self, operator: str, left: Node, right: Node) -> tuple[str, int]:
        binds = PRECEDENCE[operator]
        # The right side keeps its brackets even for + and *: the order of floating point operations is
        # part of the meaning. So does the left side of a power: readers know -a^2 and a^b^c otherwise.
        left_text = self.inside(left, ATOM if operator == "^" else binds)
        return f"{left_text}{operator}{self.inside(right, binds + 1)}", binds

    def call(self, function: str, arguments: tuple[Node, ...]) -> str:
        if function not in SPELLED:
            return f"{self.place.function(function)}({self.list(arguments)})"
        name = SPELLED[function][0]
        texts = self.list(arguments)
        match function:
            case "match":
                return f"{name}({texts},0)"
            case "first":
                return texts.partition(":")[0]
            case "last":
                return f"{name}({texts},ROWS({texts}))"
            case "below":
                return f"{name}({_below(texts)})"
            case "count_of":
                text, listed = self.write(arguments[0])[0], self.characters(arguments[1])
                return f'{name}(LEN({text})-LEN(SUBSTITUTE(LOWER({text}),{{{listed}}},"")))'
        return f"{name}({texts})"

    def characters(self, node: Node) -> str:
        """Write a constant's characters one by one; capitals count as their small letters."""
        known = node.value if isinstance(node, Text) else ""
        if not known or len(set(known)) < len(known) or known != known.lower():
            raise ExpressionError(
                f"{self.where}: count_of takes a text and a constant of small letters, each once"
            )
        return ",".join(map(self.text, known))

    def fixed(self, value: Node, least: int, most: int) -> str:
        """Write a number as text without a format string, whose marks Excel would take for the region's.

        ROUND comes first, so that next to nothing below 0 is 0.00 and not -0.00. The 1 is for: no marks
        between thousands; TRUE would come back from LibreOffice as TRUE().
        """
        number = self.write(value)[0]
        rounded, decimals = f"ROUND({number},{most})", str(least)
        if least < most:
            # One more for each number of decimals that is too few. Not by ROUND, whose second argument
            # IronCalc does not take as an array.
            powers = f"10^{{{','.join(map(str, range(least, most)))}}}"
            shorter = f"INT({self.inside(value, PRECEDENCE['*'])}*{powers}+0.5)/{powers}"
            decimals = f"{decimals}+SUMPRODUCT(--({shorter}<>{rounded}))"
        return f"FIXED({rounded},{decimals},1)"

    def list(self, nodes: tuple[Node, ...]) -> str:
        return ",".join(self.write(node)[0] for node in nodes)

    def text(self, value: str) -> str:
        if len(value) > MAX_TEXT:
            raise ExpressionError(
                f"{self.where}: a text of {len(value)} characters; a formula holds {MAX_TEXT}"
            )
        return '"' + value.replace('"', '""') + '"'
