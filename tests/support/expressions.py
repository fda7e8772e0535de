"""Expressions and their values, which the compiler and every spreadsheet have to agree on."""

from __future__ import annotations

from xlneuron.grid import CellError
from xlneuron.workbook.model import Column

NUM, DIV0, NA, REF = (CellError[name] for name in ("NUM", "DIV0", "NA", "REF"))

# x, y, expression, value: checked by hand against what a spreadsheet shows
VALUES = [
    (3, 2, "x - y*2", -1.0),
    (3, 2, "-x**2", -9.0),
    (3, 2, "x/y", 1.5),
    (3, 0, "x/y", DIV0),
    (0, 0, "x/y", DIV0),
    (1e200, 1e200, "x*y", NUM),
    (1e200, 1e200, "1/(x*y)", NUM),  # and not 0
    (1e200, 1e200, "min(5, x*y)", NUM),
    (1e200, 1e200, "1 if x*y > 3 else 0", NUM),
    (1e200, 2, "x**y", NUM),
    (1e308, 1e308, "x + y", NUM),
    (1e308, 1e308, "(x + y) - (x + y)", NUM),
    (0, 0, "x**y", NUM),
    (0, -1, "x**y", DIV0),
    (-8, 1 / 3, "x**y", NUM),
    (-8, 2, "x**y", 64.0),
    (800, 0, "exp(x)", NUM),
    (800, 0, "1/(1 + exp(x))", NUM),
    (-800, 0, "exp(x)", 0.0),
    (0, 0, "log(x)", NUM),
    (-1, 0, "sqrt(x)", NUM),
    (-1, 0, "max(0, x)", 0.0),
    (-1, 0, "min(0, x)", -1.0),
    (-1, 0, "max(x, y, 3)", 3.0),
    (-1, 0, "abs(x)", 1.0),
    (0, 0, "1 if x == 0 and y == 0 else 2", 1.0),
    (0, 1, "1 if x == 0 and y == 0 else 2", 2.0),
    (0, 1, "1 if x == 0 or y == 0 else 2", 1.0),
    (0, 0, "1 if x == 0 or 1/y > 0 else 2", DIV0),  # a spreadsheet's OR looks at everything
    (0, 0, "1 if x == 0 else 1/y", 1.0),  # its IF does not
    (0, 0, "iferror(1/y, 7)", 7.0),
    (4, 0, "iferror(x, 1/y)", 4.0),
    (1, 0, "2 if isnumber(x/y) else 3", 3.0),
    (1, 2, "2 if isnumber(x/y) else 3", 2.0),
    (1, 2, "na()", NA),
    (1, 2, "na() + 1", NA),
    (1, 2.5, 'join("x=", x, ", y=", format(y, "0.00"))', "x=1, y=2.50"),
    (1, 0, 'join("x=", x/y)', DIV0),
    (1, 0, '"a" if x == 1 else "b"', "a"),
]


# Over whole columns of this table:
COLUMNS = (
    Column("x", values=[1, 3, 2]),
    Column("y", values=[10, 30, 20]),
    Column("bad", "x/(x - 2) if x != 3 else 2", first="1"),
    Column("text", values=["a", "b", "c"]),
)
RANGES = [
    ("sum(t.x)", 6.0),
    ("average(t.x)", 2.0),
    ("max(t.x) - min(t.x)", 2.0),
    ("rows(t.x)", 3.0),
    ("last(t.x)", 2.0),
    ("match(3, t.x)", 2.0),
    ("match(4, t.x)", NA),
    ("index(t.x, 2)", 3.0),
    ("index(t.x, 4)", REF),
    ("count_if(t.x, 3)", 1.0),
    ("sum_if(t.x, 3, t.y)", 30.0),
    ("sum(t.bad)", DIV0),
    ("count_if(t.bad, 2)", 1.0),
    ("index(t.bad, 3)", DIV0),
    ("match(2, t.bad)", 2.0),
    ("sum_if(t.x, 1, t.bad)", 1.0),
    ("max(t.text)", 0.0),
    ('count_if(t.text, "B")', 1.0),
    ('match("b", t.text)', 2.0),
]
