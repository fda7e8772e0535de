"""An expression of one row as the formula of many rows at once, as LAMBDAs calculate it.

Where a cell takes the larger of two numbers, MAX of two columns would be the largest of all of them. So max
and min become conditions, which choose row by row.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from xlneuron.tables.expressions import Binary, Call, Condition, ExpressionError, NameRef, Node, parse
from xlneuron.tables.formula import to_formula

LARGER = {"max": ">", "min": "<"}


def for_arrays(text: str, names: Mapping[str, str]) -> str:
    """Return an expression as a formula without its `=`; `names` says how some of its names are written."""
    return to_formula(_row_by_row(parse(text, _AnyName(), text)), _Written(names), text).removeprefix("=")


def _row_by_row(node: Node) -> Node:
    match node:
        case Call(("max" | "min") as function, arguments):
            first, *others = map(_row_by_row, arguments)
            return reduce(lambda a, b: Condition(Binary(LARGER[function], b, a), b, a), others, first)
        case Call(function, arguments):
            return Call(function, tuple(map(_row_by_row, arguments)))
        case Binary(operator, left, right):
            return Binary(operator, _row_by_row(left), _row_by_row(right))
        case Condition(test, yes, no):
            return Condition(_row_by_row(test), _row_by_row(yes), _row_by_row(no))
    return node


class _AnyName:
    """Takes every name as it is."""

    def name(self, name: str) -> Node:
        return NameRef("", name)

    def attribute(self, owner: str, name: str) -> None:
        return None

    def known(self) -> list[str]:
        return []


class _Written:
    """Writes names as a definition has them, and knows nothing of cells."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def name(self, sheet: str, name: str) -> str:
        return self.names.get(name, name)

    def cell(self, table: str, column: str, back: int) -> str:
        raise ExpressionError(f"a cell ({column}) where there are only names")

    def column(self, table: str, column: str) -> str:
        raise ExpressionError(f"a column ({column}) where there are only names")

    def function(self, name: str) -> str:
        return name
