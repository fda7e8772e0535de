"""A user's formula as an expression, as far as our engine knows its functions, so that it gets a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xlneuron.tables.expressions import (
    COMPARISONS,
    Binary,
    Call,
    ColumnRef,
    Condition,
    Join,
    NameRef,
    Negative,
    Node,
    Number,
    RangeRef,
    Text,
    as_typed,
)
from xlneuron.tables.spelled import OF_RANGES, SPELLED
from xlneuron.xlsx.tokens import CELL, NAME, NUMBER, SHEET, SPACE, TEXT, Token, sheet_name, split_cell, tokens

# Function of the spreadsheet -> function of our expressions.
KNOWN = {SPELLED[name][0]: name for name in SPELLED if name not in ("first", "last")}
LONGEST = 8192  # characters of a formula in Excel
LEVELS: tuple[frozenset[str], ...] = (
    COMPARISONS,
    frozenset({"&"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/"}),
    frozenset({"^"}),
)


class NotKnown(Exception):  # noqa: N818 - it says what a formula is, not that something is wrong
    """A formula with something that only a spreadsheet can calculate."""


def read_formula(formula: str, sheet: str) -> Node:
    """Return the expression of a formula on a sheet.

    A cell becomes ColumnRef(its sheet, its address), a range RangeRef(its sheet, its corners), a name
    NameRef(the sheet, the name in lower case). Raises NotKnown.
    """
    if len(formula) > LONGEST:
        raise NotKnown
    reader = _Reader([each for each in tokens(formula) if each.kind != SPACE], sheet)
    try:
        node = reader.level(0)
    except RecursionError:  # more brackets or signs within each other than anyone types
        raise NotKnown from None
    if reader.rest:
        raise NotKnown
    return node


@dataclass
class _Reader:
    rest: list[Token]
    sheet: str

    def next_is(self, *texts: str) -> bool:
        return bool(self.rest) and self.rest[0].kind not in (TEXT, SHEET) and self.rest[0].text in texts

    def take(self) -> Token:
        if not self.rest:
            raise NotKnown
        return self.rest.pop(0)

    def level(self, number: int) -> Node:
        """Read operators that bind as loosely as those of a level; all of them go from left to right."""
        if number == len(LEVELS):
            return self.signed()
        node = self.level(number + 1)
        while self.next_is(*LEVELS[number]):
            operator = self.take().text
            right = self.level(number + 1)
            node = Join((node, right)) if operator == "&" else Binary(operator, node, right)
        return node

    def signed(self) -> Node:
        """Read a sign, which binds tighter than ^ in a spreadsheet."""
        if self.next_is("-"):
            self.take()
            return Negative(self.signed())
        if self.next_is("+"):
            self.take()
            return self.signed()
        node = self.atom()
        if self.next_is("%"):
            raise NotKnown
        return node

    def atom(self) -> Node:
        token = self.take()
        if token.kind == NUMBER:
            number = as_typed(float(token.text))
            if math.isinf(number):  # no cell holds that
                raise NotKnown
            return Number(number)
        if token.kind == TEXT:
            return Text(token.text[1:-1].replace('""', '"'))
        if token.kind in (SHEET, CELL):
            return self.reference(token)
        if token.text == "(":
            node = self.level(0)
            self.close()
            return node
        if token.kind == NAME and self.next_is("("):
            self.take()
            return self.call(token.text.upper())
        if token.kind == NAME:
            return NameRef(self.sheet, token.text.lower())
        raise NotKnown

    def close(self) -> None:
        if self.take().text != ")":
            raise NotKnown

    def reference(self, token: Token) -> Node:
        sheet = self.sheet
        if token.kind == SHEET:
            sheet, token = sheet_name(token.text), self.take()
        if token.kind != CELL:
            raise NotKnown
        start = token.text.replace("$", "").upper()
        if not self.next_is(":"):
            return ColumnRef(sheet, start)
        self.take()
        end = self.take()
        if end.kind != CELL:
            raise NotKnown
        return RangeRef(sheet, f"{start}:{end.text.replace('$', '').upper()}")

    def call(self, name: str) -> Node:
        arguments: list[Node] = []
        if not self.next_is(")"):
            arguments.append(self.level(0))
            while self.next_is(","):
                self.take()
                arguments.append(self.level(0))
        self.close()
        return _call(name, arguments)


def _call(name: str, arguments: Sequence[Node]) -> Node:
    if name == "IF" and len(arguments) == 3:
        return Condition(*arguments)
    function = KNOWN.get(name)
    if function is None:
        raise NotKnown
    if function == "match":
        if len(arguments) != 3 or arguments[2] != Number(0.0):
            raise NotKnown
        arguments = arguments[:2]
    _, fewest, most = SPELLED[function]
    ranged = any(isinstance(each, RangeRef) for each in arguments)
    if not fewest <= len(arguments) <= most or (ranged and function not in OF_RANGES):
        raise NotKnown
    return Call(function, tuple(arguments))


def corners(area: str) -> tuple[int, int, int, int]:
    """Return (first row, first column, last row, last column) of a range such as B6:B34."""
    start, end = area.split(":")
    (top, left), (bottom, right) = split_cell(start), split_cell(end)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)
