"""Formulas as text: filled down, stretched, compared up to spelling, and calculated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlneuron.functions.cells import CellError
from xlneuron.tables.evaluate import evaluate
from xlneuron.upkeep.find.expressions import NotKnown, read_formula
from xlneuron.xlsx.tokens import Place, meaning, shifted, split_cell, stretched, tokens


@given(st.text())
def test_tokens_are_the_text(text):
    assert "".join(token.text for token in tokens(text)) == text


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "expected"),
    [
        ("A1+B2", 3, 0, "A4+B5"),
        ("$A1+B$2+$C$3", 2, 1, "$A3+C$2+$C$3"),
        ("SUM(A1:B$9)", 1, 0, "SUM(A2:B$9)"),
        ("'A1 b'!C3&\"C3\"", 1, 0, "'A1 b'!C4&\"C3\""),
        ("LOG10(A1)*learning_rate2", 1, 0, "LOG10(A2)*learning_rate2"),
        ("A1", -1, 0, "#REF!"),
        ("ATAN2(A1,XFD1)", 0, 1, "ATAN2(B1,#REF!)"),
        ("Sheet1!A1:B2", 1, 0, "Sheet1!A2:B3"),
        ("1E5+A1", 1, 0, "1E5+A2"),
    ],
)
def test_filling_down(formula, rows, columns, expected):
    assert shifted(formula, rows, columns) == expected


NAMES = {"learning_rate": Place("S", 2, 5)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("=J7-learning_rate*P7", "j7 - Learning_Rate * p7"),
        ("=J7-learning_rate*P7", "J7-$B$5*$P$7"),
        ("=J7-learning_rate*P7", "S!J7-S!$B$5*'S'!P7"),
        ("=SUM($A$6:$A$34)", "sum(A6:A34)"),
        ("=SUM(T!$A$6:$A$34)", "SUM('T'!A6:A34)"),
        ("=A1*1E-4", "A1*0.0001"),
        ("=A1*2.0", "+A1*2"),
        ("=IFERROR(A1,0)", "_xlfn.IFERROR(A1,0)"),
    ],
)
def test_spellings_that_mean_the_same(one, other):
    assert meaning(one, "S", NAMES) == meaning(other, "S", NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("=A1+B1", "A1-B1"),
        ("=A1+B1", "A1+B2"),
        ("=A1+B1", "T!A1+B1"),
        ("=SUM(A1:A9)", "SUM(A1:A8)"),
        ('=IF(A1>0,"a","b")', 'IF(A1>0,"A","b")'),
        ("=A1*2", "A1*3"),
        ("=(A1+B1)*2", "A1+B1*2"),
        ("=learning_rate", "B6"),
    ],
)
def test_formulas_that_do_not(one, other):
    assert meaning(one, "S", NAMES) != meaning(other, "S", NAMES)


def longer(sheet, left, top, right, bottom):
    """A table in E6:AC295 of the sheet S that now ends in row 585."""
    return 585 if sheet == "S" and left <= 29 and right >= 5 and top <= 6 and bottom == 295 else bottom


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E6:AC295", "E6:AC585"),
        ("S!$M$6:$M$295", "S!$M$6:$M$585"),
        ("'S'!$M$6:$M$295", "'S'!$M$6:$M$585"),
        ("P6:P295 Q6:Q295 A1", "P6:P585 Q6:Q585 A1"),
        ("T!$M$6:$M$295", "T!$M$6:$M$295"),
        ("M7:M295", "M7:M295"),
        ("M6:M294", "M6:M294"),
        ("SUM(M6:M295)/MAX($M$6:$M$295)", "SUM(M6:M585)/MAX($M$6:$M$585)"),
        ('"M6:M295"&COUNT(M6:M295)', '"M6:M295"&COUNT(M6:M585)'),
        ("A1:AF295", "A1:AF585"),
    ],
)
def test_areas_stretch(text, expected):
    assert stretched(text, "S", longer) == expected


class Cells:
    """A1 = 1, A2 = 2, A3 = 3, B1 = "text", the name rate = 0.5."""

    def cell(self, table, column, back):
        return {"A1": 1.0, "A2": 2.0, "A3": 3.0, "B1": "text"}.get(column)

    def column(self, table, column):
        assert column == "A1:A3"
        return [1.0, 2.0, 3.0]

    def name(self, sheet, name):
        return {"rate": 0.5}[name]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("A2*A3-1", 5.0),
        ("-A2^2", 4.0),
        ("2^3^2", 64.0),
        ("A1-A2-A3", -4.0),
        ("SUM(A1:A3)/MAX(A1:A3)", 2.0),
        ('IF(A1>A2,"more","less")&"!"', "less!"),
        ("Rate*A2", 1.0),
        ("1/(A1-1)", CellError.DIV0),
        ("IFERROR(1/(A1-1),7)", 7.0),
        ("INDEX(A1:A3,2)", 2.0),
        ("MATCH(3,A1:A3,0)", 3.0),
        ("COUNT(A1:A3)", 3.0),
        ("IF(ISERROR(1/(A1-1)),ERROR.TYPE(1/(A1-1)),0)", 2.0),
        ("T(B1)&T(A1)", "text"),
        ("B1+1", CellError.VALUE),
        ("C9+1", 1.0),
    ],
)
def test_values_of_a_user_s_formula(formula, value):
    assert evaluate(read_formula(formula, "S"), Cells()) == value


@pytest.mark.parametrize(
    "formula",
    ["TODAY()", "A1%", "A1#", "SUM(A1:A3", "A1 A2", "{1,2}", "VLOOKUP(1,A1:B3,2)", "MATCH(1,A1:A3)", ""],
)
def test_what_only_a_spreadsheet_can_calculate(formula):
    with pytest.raises(NotKnown):
        read_formula(formula, "S")


@pytest.mark.parametrize(
    "formula",
    ["(" * 4000 + "1" + ")" * 4000, "-" * 8000 + "1", "ABS(" * 2000 + "1" + ")" * 2000, "1e999", "9" * 400],
)
def test_what_nobody_types_is_left_to_the_spreadsheet(formula):
    with pytest.raises(NotKnown):
        read_formula(formula, "S")


@pytest.mark.parametrize("text", ["A" * 5000 + "5", "A" + "5" * 5000, "A", ""])
def test_a_text_that_is_no_cell_is_shown_in_short(text):
    with pytest.raises(ValueError, match=r"^'.*' is not a cell$") as raised:
        split_cell(text)
    assert len(str(raised.value)) < 60
