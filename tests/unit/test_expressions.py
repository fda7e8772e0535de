"""Expressions: what they become in a cell, and what is refused."""

from __future__ import annotations

import pytest
from support.books import book_of, formula_of, rows_of

from xlneuron.errors import XlneuronError
from xlneuron.tables.layout import Layout
from xlneuron.tables.model import Column

X = Column("x", values=[1.0, 2.0, 3.0])
Y = Column("y", values=[4.0, 5.0, 6.0])
SETTINGS: dict[str, float | str] = {"rate": 0.5, "h": 0.01}

# x stands in column E, y in F, z in G; row 7 is the second of the table.
FORMULAS = [
    ("x", "=E7"),
    ("prev.x", "=E6"),
    ("x + y - 1", "=E7+F7-1"),
    ("x - (y - 1)", "=E7-(F7-1)"),
    ("x + (y + 1)", "=E7+(F7+1)"),  # the order of additions is kept: it is part of the result
    ("(x + y) + 1", "=E7+F7+1"),
    ("x*(y + 1)", "=E7*(F7+1)"),
    ("x*y/2", "=E7*F7/2"),
    ("x/(y*2)", "=E7/(F7*2)"),
    ("x - rate*y", "=E7-rate*F7"),
    ("(x - y)**2", "=(E7-F7)^2"),
    ("-x**2", "=-(E7^2)"),  # a spreadsheet's unary minus binds tighter than its power
    ("(-x)**2", "=(-E7)^2"),
    ("2**-x", "=2^-E7"),
    ("(x**y)**2", "=(E7^F7)^2"),
    ("x**(y**2)", "=E7^(F7^2)"),
    ("1e-05*x", "=1E-05*E7"),
    ("max(0, x)", "=MAX(0,E7)"),
    ("log(x) + sqrt(y)", "=LN(E7)+SQRT(F7)"),
    ("sin(x)*cos(y)", "=SIN(E7)*COS(F7)"),
    ("1/(1 + exp(-x))", "=1/(1+EXP(-E7))"),
    ("x if x > 0 else -y", "=IF(E7>0,E7,-F7)"),
    ("1 if x > 0 and y != 2 else 0", "=IF(AND(E7>0,F7<>2),1,0)"),
    ("1 if x <= 0 or y == 2 else 0", "=IF(OR(E7<=0,F7=2),1,0)"),
    ("max(t.x)", "=MAX($E$6:$E$8)"),
    ("index(t.x, y)", "=INDEX($E$6:$E$8,F7)"),
    ("last(t.x)", "=INDEX($E$6:$E$8,ROWS($E$6:$E$8))"),
    ("iferror(match(1, t.x), 0)", "=IFERROR(MATCH(1,$E$6:$E$8,0),0)"),
    ("main.rate", "=rate"),
    ('join("x is ", x, format(y, "0.00"), "\\"")', '="x is "&E7&FIXED(ROUND(F7,2),2,1)&""""'),
    ('format(x - y, "0")', "=FIXED(ROUND(E7-F7,0),0,1)"),
    (
        'format(x - y, "0.0##")',
        "=FIXED(ROUND(E7-F7,3),1+SUMPRODUCT(--(INT((E7-F7)*10^{1,2}+0.5)/10^{1,2}<>ROUND(E7-F7,3))),1)",
    ),
    ('"PASS" if abs(x - y) < 1e-9 else "FAIL"', '=IF(ABS(E7-F7)<1E-09,"PASS","FAIL")'),
    ("x if isnumber(y) else na()", "=IF(ISNUMBER(F7),E7,NA())"),
    ("substitute(left(x, len(y) - 1), '\"', '\"\"')", '=SUBSTITUTE(LEFT(E7,LEN(F7)-1),"""","""""")'),
    ("count_of(x, 'a_\"')", '=SUMPRODUCT(LEN(E7)-LEN(SUBSTITUTE(LOWER(E7),{"a","_",""""},"")))'),
]


@pytest.mark.parametrize(("expr", "formula"), FORMULAS)
def test_formula(expr, formula):
    if "t.x" in expr:  # a table's ranges are for others; here for a result of the sheet
        expr, formula = expr.replace("y", "2"), formula.replace("F7", "2")
        book = book_of([X, Y], 3, SETTINGS, {"out": expr})
        sheet = book.sheets[0]
        assert Layout(book).item_formula(sheet, sheet.outputs[0]) == formula
        return
    book = book_of([X, Y, Column("z", expr, first="0")], 3, SETTINGS)
    assert formula_of(book, "z") == formula


@pytest.mark.parametrize("number_format", ["0", "0.0000", "0.0##############", "0.##"])
def test_no_format_string_is_in_a_formula(number_format):
    """Excel reads one with the marks of the user's region, whatever those were where the file was made."""
    book = book_of([X, Y, Column("z", f'format(x, "{number_format}")')], 3)
    formula = formula_of(book, "z")
    assert formula is not None
    assert "TEXT" not in formula
    assert '"' not in formula


def test_the_first_row_has_its_own_formula():
    book = book_of([Column("n", "prev.n + 1", first="h")], 3, SETTINGS)
    assert [formula_of(book, "n", row) for row in (6, 7, 8)] == ["=h", "=E6+1", "=E7+1"]


REFUSED = [
    ("x +", "not an expression"),
    ("x % 2", "the operator Mod is not part of the language"),
    ("+x", "the operator UAdd"),
    ("not x", "the operator Not"),
    ("[x]", "List is not part of the language"),
    ("x.real", "unknown name 'x.real'"),
    ("(x + y).real", "is not part of the language"),
    ("__import__('os')", "unknown function '__import__'"),
    ("lambda: 0", "Lambda is not part of the language"),
    ("max(x for x in y)", "GeneratorExp is not part of the language"),
    ("max()", "max with 0 arguments"),
    ("max(x, key=y)", "is not part of the language"),
    ("exp(x, y)", "exp with 2 arguments"),
    ("rmse", "unknown name 'rmse' (known: x, y, z, rate, h)"),
    ("prev.rmse", "unknown name 'prev.rmse'"),
    ("True", "the constant True is not a number"),
    ("1e999", "the constant inf is not a number"),
    ("10**400 + 1j", "the constant 1j is not a number"),
    ("x > 1", "is true or false; a cell needs a number or a text"),
    ("1 < x < 3", "only a single comparison"),
    ("x in y", "only a single comparison"),
    ("x + (y > 1)", "is not a number"),
    ("1 if x else 2", "'x' is not a comparison"),
    ("x + 'a'", "is not a number"),
    ("t.x", "is a whole range; a cell needs a single value"),
    ("t.x + 1", "is not a number"),
    ("exp(t.x)", "exp of a whole column"),
    ("span(x, y)", "unknown function 'span'"),
    ("NUM_DERIV(x, y)", "unknown function 'NUM_DERIV'"),
    ("format(x, y)", "format takes a number and a number format"),
    ("len(t.x)", "len of a whole column"),
    ("left(x)", "left with 1 arguments"),
    *(
        (f"format(x, '{each}')", f"the number format '{each}' is none that every region's Excel reads alike")
        for each in (
            "0 %",
            "#,##0",
            "0.00 %",
            "0.0000000000000000",
            "0.#0",
            "0.00E+00",
            "#.0",
            "0.",
            "General",
            "",
        )
    ),
    ("z + 1", "these columns need each other: z -> z"),
]


@pytest.mark.parametrize(("expr", "problem"), REFUSED)
def test_refused(expr, problem):
    with pytest.raises(XlneuronError) as error:
        rows_of(book_of([X, Y, Column("z", expr)], 3, SETTINGS))
    assert problem in str(error.value)
    assert "'z'" in str(error.value) or "z -> z" in str(error.value), "the column is named"


@pytest.mark.parametrize("characters", ["y", "''", "'aba'", "'aB'", "3"])
def test_the_characters_that_are_counted_are_a_constant(characters):
    with pytest.raises(
        XlneuronError, match="column 'z' of table 't': count_of takes a text and a constant of"
    ):
        formula_of(book_of([X, Y, Column("z", f"count_of(x, {characters})", first="0")], 3), "z")


def test_the_first_row_has_nothing_above():
    with pytest.raises(XlneuronError, match="column 'n' of table 't': the first row has no row above it"):
        formula_of(book_of([Column("n", "prev.n + 1")], 2), "n")


def test_a_circle_between_table_and_result_is_named():
    book = book_of([Column("n", "total + 1")], 2, outputs={"total": "sum(t.n)"})
    with pytest.raises(XlneuronError, match=r"test: these need each other: .*t"):
        rows_of(book)


@pytest.mark.parametrize("key", ["r", "c", "a1", "mom1", "r1c1", "Rate", "my rate", "prev"])
def test_a_name_that_a_workbook_cannot_have(key):
    with pytest.raises(XlneuronError, match="test: "):
        book_of([X], 3, {key: 1.0})


def balanced(terms: int) -> str:
    return "x" if terms == 1 else f"({balanced(terms // 2)} + {balanced(terms - terms // 2)})"


def test_a_formula_or_text_that_is_too_long():
    with pytest.raises(
        XlneuronError, match=r"column 'z' of table 't': a formula of \d+ characters; a cell holds"
    ):
        formula_of(book_of([X, Column("z", balanced(2500), first="0")], 3), "z")
    with pytest.raises(XlneuronError, match="a text of 256 characters"):
        formula_of(book_of([X, Column("z", f"join('{'a' * 256}', x)")], 3), "z")
