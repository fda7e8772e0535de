"""Expressions and their values, which the compiler and every spreadsheet have to agree on."""

from __future__ import annotations

from xlneuron.functions.cells import CellError
from xlneuron.tables.model import Column

NUM, DIV0, NA, REF, VALUE = (CellError[name] for name in ("NUM", "DIV0", "NA", "REF", "VALUE"))

# number, format, text
RATE = "0.0##############"
FORMATTED = [
    *((10, RATE, "10.0"), (5.0, RATE, "5.0"), (1, RATE, "1.0"), (0.5, RATE, "0.5"), (0.1, RATE, "0.1")),
    *((0.00024, RATE, "0.00024"), (1e-5, RATE, "0.00001"), (2.5e-6, RATE, "0.0000025")),
    *((1e-7, RATE, "0.0000001"), (1e-9, RATE, "0.000000001"), (1e-12, RATE, "0.000000000001")),
    *((1e-15, RATE, "0.000000000000001"), (1e-16, RATE, "0.0"), (0, RATE, "0.0"), (-0.25, RATE, "-0.25")),
    *((1234.567, RATE, "1234.567"), (1e15, RATE, "1000000000000000.0"), (1e300, RATE, NUM)),
    *((0.125, "0.00", "0.13"), (-0.125, "0.00", "-0.13"), (1.005, "0.00", "1.01"), (76.14, "0.00", "76.14")),
    *((-0.001, "0.00", "0.00"), (-0.001, "0.0", "0.0"), (-0.4, "0", "0"), (0, "0.00", "0.00")),
    *((2.5, "0", "3"), (-2.5, "0", "-3"), (0.5, "0", "1"), (1e9, "0", "1000000000")),
    *((1234567.891, "0.0", "1234567.9"), (2.15e-9, "0.0000000000", "0.0000000022")),
    *((1e31, "0.00", "1" + 31 * "0" + ".00"), (-1e31 / 3, "0.00", "-333333333333333" + 16 * "0" + ".00")),
    *(
        (1e300, "0.00", "1" + 300 * "0" + ".00"),
        (-1e300, "0", "-1" + 300 * "0"),
        (1e300, "0.0##", "1" + 300 * "0" + ".0"),
    ),
    *((2.0, "0.0##", "2.0"), (2.0004, "0.0##", "2.0"), (-0.0004, "0.0##", "0.0"), (2.0625, "0.0##", "2.063")),
    *((2.5, "0.##", "2.5"), (2.0, "0.##", "2"), (2.5, "0.00##", "2.50"), (2.12345, "0.00##", "2.1235")),
]

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
    (0, 0, "sin(x) + cos(y)", 1.0),
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
    (1, 0, "2 if iserror(x/y) else 3", 2.0),
    (1, 2, "2 if iserror(x/y) else 3", 3.0),
    (1, 0, "error_type(x/y)", 2.0),
    (1, 0, "error_type(na())", 7.0),
    (1, 0, 'error_type(1 + ("a" if y == 0 else 2))', 3.0),
    (1, 0, "error_type(x)", NA),
    (1, 0, 'text("a" if x == 1 else 2)', "a"),
    (1, 0, 'join("<", text(x), ">")', "<>"),
    (1, 0, "text(x/y)", DIV0),
    (1, 2, "na()", NA),
    (1, 2, "na() + 1", NA),
    (1, 2.5, 'join("x=", x, ", y=", format(y, "0.00"))', "x=1, y=2.50"),
    (1, 0, 'join("x=", x/y)', DIV0),
    (1, 0, '"a" if x == 1 else "b"', "a"),
    *((x, 0, f'format(x, "{number_format}")', text) for x, number_format, text in FORMATTED),
    (1, 0, 'format(x/y, "0.00")', DIV0),
    (1, 0, 'format(x/y, "0.0##")', DIV0),
    (1, 0, 'format("a" if x == 1 else 2, "0.00")', VALUE),
    (0.00024, 10, f'join("try ", format(x/y, "{RATE}"), ".")', "try 0.000024."),
    (0.0003, 10, f'format(x/y, "{RATE}")', "0.00003"),  # 3e-4 / 10 is 2.9999999999999997e-05
    (77.7, 7, f'format(x/y, "{RATE}")', "11.1"),
    (0.3, 0.1, f'format(x - y, "{RATE}")', "0.2"),
    (1, 3, f'format(x/y, "{RATE}")', "0.333333333333333"),
    (10, 3, f'format(x/y, "{RATE}")', "3.33333333333333"),
    (5, 0.25, 'format(x - 2*y if x > 1 else y, "0.0##")', "4.5"),
    (12, 0, """len(join("ab", x, '"')) + 1""", 6.0),
    (12, 0.5, "len(x) + len(y)", 5.0),
    (1, 0, 'len("")', 0.0),
    (1, 0, "len(x/y)", DIV0),
    (2, 9, 'join(left("abc", x), left("abc", y), left("abc", x + 0.9), left("abc", 0), ".")', "ababcab."),
    (-1, 0, 'left("abc", x)', VALUE),
    (-1, 0, 'left("abc", x/y)', DIV0),
    (1, 0, """substitute('say "no" and "NO"', '"', '""')""", 'say ""no"" and ""NO""'),
    (
        1,
        0,
        'join(substitute("No no", "no", ""), substitute("no", "", "x"), substitute(11, x, "2"))',
        "No no22",
    ),
    (1, 0, 'substitute("a", "a", x/y)', DIV0),
    (1, 0, 'count_of("Aa1_b.a", "ab_")', 5.0),
    (1, 0, """count_of("", "ab") + count_of("xyz", "ab") + count_of('a"1"', '"')""", 2.0),
    (101, 0, 'count_of(x, "1")', 2.0),
    (1, 0, 'count_of(x/y, "1")', DIV0),
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
    ("first(t.x)", 1.0),
    ("first(t.x) + first(t.y)", 11.0),
    ("last(t.x)", 2.0),
    ("count(t.x)", 3.0),
    ("count(t.text)", 0.0),
    ("count(t.bad)", 2.0),
    ("index(t.text, count(t.text) + 1)", "a"),
    ("error_type(index(t.bad, count(t.bad)))", NA),
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
