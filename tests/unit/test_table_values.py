"""The values of tables: a spreadsheet's arithmetic and errors; the fast loop against the careful way."""

from __future__ import annotations

import math
from unittest.mock import patch

import ironcalc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.books import book_of, rows_of
from support.expressions import COLUMNS, DIV0, FORMATTED, RANGES, VALUES

from xlneuron.errors import XlneuronError
from xlneuron.functions.cells import CellError
from xlneuron.tables import values as table_values
from xlneuron.tables.layout import Layout
from xlneuron.tables.loop import NotFast
from xlneuron.tables.model import Column
from xlneuron.xlsx.write import write


@pytest.mark.parametrize("row", [0, 1])  # the first row is done the careful way, the second by the loop
@pytest.mark.parametrize(("x", "y", "expr", "expected"), VALUES)
def test_value(row, x, y, expr, expected):
    columns = [Column("x", values=[x, x]), Column("y", values=[y, y]), Column("z", expr)]
    value = rows_of(book_of(columns, 2))[row][2]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("expr", "expected"), RANGES)
def test_a_result_over_whole_columns(expr, expected):
    book = book_of(COLUMNS, 3, outputs={"out": expr})
    assert table_values.BookValues(book).names["main", "out"] == expected


def test_an_error_spreads_down_and_the_loop_goes_on_after_it():
    columns = [
        Column("x", values=[1.0, 2.0, 0.0, 4.0, 5.0]),
        Column("inverse", "1/x"),
        Column("total", "prev.total + inverse", first="inverse"),
        Column("seen", "prev.x", first="0"),
    ]
    rows = rows_of(book_of(columns, 5))
    assert [row[1] for row in rows] == [1.0, 0.5, DIV0, 0.25, 0.2]
    assert [row[2] for row in rows] == [1.0, 1.5, DIV0, DIV0, DIV0]
    assert [row[3] for row in rows] == [0.0, 1.0, 2.0, 0.0, 4.0]


@pytest.mark.parametrize(
    "hides", ["1/z", "z**-1", "z**0", "exp(-z)", "tanh(z)", "min(z, 0)", "1 if z > 0 else 2", "2 - 1/(z + 1)"]
)
def test_an_infinite_number_is_seen_where_another_column_does_not_show_it(hides):
    columns = [Column("x", values=[1.0, 2.0, 1e300, 3.0]), Column("z", "x*x"), Column("w", hides)]
    rows = rows_of(book_of(columns, 4))
    assert [row[1] for row in rows] == [1.0, 4.0, CellError.NUM, 9.0]
    assert [row[2] is CellError.NUM for row in rows] == [False, False, True, False]


def test_columns_may_need_those_to_their_right():
    rows = rows_of(book_of([Column("twice", "2*x"), Column("x", "prev.x + 1", first="1")], 3))
    assert rows == [(2.0, 1.0), (4.0, 2.0), (6.0, 3.0)]


def test_given_values_must_be_as_many_as_rows():
    with pytest.raises(XlneuronError, match="column 'x' of table 't': 2 values for 3 rows"):
        rows_of(book_of([Column("x", values=[1, 2])], 3))


FORMATS = list(dict.fromkeys(number_format for _, number_format, _ in FORMATTED))
IRONCALC_MAX = 2**64  # its FIXED knows no larger numbers


@pytest.mark.host
@pytest.mark.parametrize("region", ["en", "de", "fr"])
def test_ironcalc_gives_the_same_texts(region, tmp_path):
    columns = [
        Column("x", values=[float(x) for x, _, _ in FORMATTED]),
        *(Column(f"text_{number}", f'format(x, "{each}")') for number, each in enumerate(FORMATS)),
    ]
    book = book_of(columns, len(FORMATTED))
    model = ironcalc.load_from_xlsx(str(write(book, tmp_path / "book.xlsx")), region, "UTC", region)
    model.evaluate()
    texts = {}
    for row, (x, number_format, expected) in enumerate(FORMATTED, 6):
        if abs(x) < IRONCALC_MAX:
            column = Layout(book).column("t", f"text_{FORMATS.index(number_format)}")
            texts[x, number_format] = (model.get_cell_value(1, row, column), expected)
    assert len(texts) > 35
    assert {key: pair for key, pair in texts.items() if pair[0] != pair[1]} == {}


# Random expressions over x, y, the row above and a setting.
LEAVES = st.sampled_from(["x", "y", "prev.z", "rate", "0", "1", "2.5", "1e160", "1e-160"])

ONE = st.sampled_from(["exp", "log", "sqrt", "tanh", "abs"])
TWO = st.sampled_from(["max", "min", "iferror"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), pairs).map(lambda t: f"({t[1][0]} {t[0]} {t[1][1]})"),
        st.tuples(inner, st.sampled_from(["2", "3", "y", "-1", "0.5"])).map(lambda t: f"({t[0]})**({t[1]})"),
        st.tuples(ONE, inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(TWO, pairs).map(lambda t: f"{t[0]}({t[1][0]}, {t[1][1]})"),
        st.tuples(inner, pairs, st.sampled_from([">", "<=", "!="])).map(
            lambda t: f"({t[1][0]} if {t[0]} {t[2]} {t[1][1]} else {t[0]})"
        ),
        inner.map(lambda text: f"(1 if isnumber({text}) else 0)"),
    )


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=6)
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 3.0, 700.0, 1e155, -1e300]) | st.floats(-1e3, 1e3)


@settings(max_examples=150, deadline=None)
@given(
    expr=EXPRESSIONS,
    other=EXPRESSIONS.map(lambda text: text.replace("prev.z", "z")),
    data=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=6),
    rate=NUMBERS,
)
def test_the_loop_gives_what_the_careful_way_gives(expr, other, data, rate):
    columns = [
        Column("x", values=[x for x, _ in data]),
        Column("y", values=[y for _, y in data]),
        Column("z", expr, first="x"),
        Column("w", other),  # an infinite z may show in w as well, or not
        Column("above", "prev.z", first="0"),
    ]
    book = book_of(columns, len(data), {"rate": rate})
    fast = rows_of(book)
    with patch.object(table_values, "compile_loop", side_effect=NotFast):
        careful = rows_of(book)
    for row in fast:
        assert all(math.isfinite(cell) for cell in row if isinstance(cell, float))
    assert fast == careful
