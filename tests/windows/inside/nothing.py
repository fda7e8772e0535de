"""A worksheet function that does nothing, in the same way as ours are bound to xlwings."""

from __future__ import annotations

import xlwings


def nothing(*arguments: object) -> list[list[float]]:
    """Return a number."""
    return [[1.0]]


nothing = xlwings.func(xlwings.ret("raw")(xlwings.arg("*arguments", "raw")(nothing)))
