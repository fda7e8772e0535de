"""Cells to arrays and back, and the promise that no call ever raises."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlneuron.engine.array import Array
from xlneuron.errors import ArgumentError
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import call
from xlneuron.functions.cells import (
    MAX_CELLS,
    CellError,
    Table,
    as_array,
    as_flag,
    as_integer,
    as_number,
    as_text,
    check_size,
    is_blank,
    to_cells,
)
from xlneuron.functions.signature import MISSING, describe


def fails(convert, value):
    with pytest.raises(ArgumentError) as caught:
        convert(value, "x")
    assert caught.value.argument == "x"
    return caught.value.problem


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (3, [[3.0]]),
        (3.5, [[3.5]]),
        (True, [[1.0]]),
        (((1, 2.5), (3, 4)), [[1.0, 2.5], [3.0, 4.0]]),
        ([[1], [2]], [[1.0], [2.0]]),
        ((1, 2, 3), [[1.0, 2.0, 3.0]]),
        (((1.0, True), (False, 2.0)), [[1.0, 1.0], [0.0, 2.0]]),
        (((True, False),), [[1.0, 0.0]]),
        (((1.0, CellError.NUM), (CellError.DIV0, 2.0)), [[1.0, math.nan], [math.nan, 2.0]]),
        (CellError.NA, [[math.nan]]),
        (((Decimal("1.5"), Fraction(1, 4)),), [[1.5, 0.25]]),
        (((10**400, 1.0),), [[math.nan, 1.0]]),
        (((2**63, -1),), [[2.0**63, -1.0]]),
        (np.float32(0.5), [[0.5]]),
        (np.array(2), [[2.0]]),
        (np.array([1, 2]), [[1.0, 2.0]]),
        (np.array([[1.0], [2.0]]), [[1.0], [2.0]]),
        (np.array([[1.0, CellError.NUM]], dtype=object), [[1.0, math.nan]]),
        ([np.array([1.0, 2.0]), (3, 4)], [[1.0, 2.0], [3.0, 4.0]]),
    ],
)
def test_as_array(cells, expected):
    array = as_array(cells, "x")
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, expected)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (None, "a blank cell, expected a number"),
        ("", "a blank cell, expected a number"),
        (((None,),), "a blank cell, expected a number"),
        (((1.0, 2.0), (3.0, None)), "a blank cell in row 2, column 2, expected a number"),
        (((1.0, ""),), "a blank cell in row 1, column 2, expected a number"),
        ((1.0, None), "a blank cell in row 1, column 2, expected a number"),
        ("abc", "'abc' is not a number"),
        (((1.0, "2"),), "'2' in row 1, column 2 is not a number"),
        ((("1", "2"),), "'1' in row 1, column 1 is not a number"),
        (np.array([["1", "2"]]), "'1' in row 1, column 1 is not a number"),
        (((1.0, "two\nlines"),), "'two\\nlines' in row 1, column 2 is not a number"),
        ("x" * 100, "'" + "x" * 37 + "...' is not a number"),
        (1j, "1j is not a number"),
        (b"1", "b'1' is not a number"),
        (date(2025, 1, 1), "datetime.date(2025, 1, 1) is not a number"),
        ({"a": 1}, "{'a': 1} is not a number"),
        ((), "a range without cells"),
        (((), ()), "a range without cells"),
        (((1.0, 2.0), (3.0,)), "row 2 has 1 cell, but row 1 has 2"),
        (((1.0, 2.0), 3.0), "row 2 has 1 cell, but row 1 has 2"),
        ((((1.0,),),), "a range has rows and columns, nothing more"),
        ((((1.0,), ("a",)),), "(1.0,) in row 1, column 1 is not a number"),
        (np.ones((2, 2, 2)), "a range has rows and columns, nothing more"),
    ],
)
def test_what_is_no_range_of_numbers_is_named(cells, problem):
    assert fails(as_array, cells) == problem


def test_arrays_are_passed_on_not_copied():
    array = np.ones((3, 4))
    assert np.shares_memory(as_array(array, "x"), array)


def test_as_number():
    assert as_number(2, "x") == as_number(((2.0,),), "x") == as_number(np.array([[2]]), "x") == 2.0
    assert as_number(np.True_, "x") == 1.0
    assert math.isnan(as_number(CellError.NUM, "x"))
    assert fails(as_number, ((1.0, 2.0), (3.0, 4.0))) == "a range of 2 x 2 cells, expected one number"
    assert fails(as_number, (1.0, 2.0, 3.0)) == "a range of 1 x 3 cells, expected one number"
    assert fails(as_number, ()) == "a range of 1 x 0 cells, expected one number"
    assert fails(as_number, "1") == "'1' is not a number"


def test_a_flag_that_no_float_can_hold():
    assert as_flag(10**400, "x") is True
    assert fails(as_flag, np.float32("nan")) == "nan is not TRUE or FALSE"


def test_as_integer():
    assert as_integer(3.0, "x") == 3
    assert isinstance(as_integer(3.0, "x"), int)
    assert fails(as_integer, 3.5) == "3.5 is not a whole number"
    assert fails(as_integer, CellError.NUM) == "nan is not a whole number"
    assert fails(as_integer, 1e300) == "1e+300 is too large"
    assert fails(as_integer, math.inf) == "inf is too large"


def test_as_flag():
    assert as_flag(True, "x") is as_flag(1.0, "x") is as_flag(((-2,),), "x") is True
    assert as_flag(False, "x") is as_flag(0.0, "x") is False
    assert fails(as_flag, "TRUE") == "'TRUE' is not TRUE or FALSE"
    assert fails(as_flag, CellError.NA) == "'#N/A' is not TRUE or FALSE"
    assert fails(as_flag, math.nan) == "nan is not TRUE or FALSE"
    assert fails(as_flag, ((True, True),)) == "a range of 1 x 2 cells, expected TRUE or FALSE"


def test_as_text():
    assert as_text("relu", "x") == as_text((("relu",),), "x") == "relu"
    assert fails(as_text, None) == "a blank cell, expected a text"
    assert fails(as_text, CellError.REF) == "#REF!, expected a text"
    assert fails(as_text, 45658) == (
        "45658 is not a text (before 1-1 type an apostrophe, or the cell makes a date of it)"
    )


def test_is_blank():
    for blank in (None, "", (), (None, ""), ((None, ""), (None, None))):
        assert is_blank(blank)
    for filled in (0, False, " ", (0,), ((None, "a"),), np.ones(1), CellError.NULL):
        assert not is_blank(filled)


def test_to_cells():
    assert to_cells("text") == (("text",),)
    assert to_cells(np.array([[1.0, 2.0], [3.0, 4.0]])) == ((1.0, 2.0), (3.0, 4.0))
    broken = np.array([[1.0, math.nan], [math.inf, -math.inf]])
    assert to_cells(broken) == ((1.0, CellError.NUM), (CellError.NUM, CellError.NUM))
    assert to_cells(broken, "#NUM!") == ((1.0, "#NUM!"), ("#NUM!", "#NUM!"))
    assert to_cells(np.array([[1e308, 1e308]])) == ((1e308, 1e308),)  # whose sum is infinite
    assert to_cells(Table(("a", "b"), np.array([[1.0, math.nan]]))) == (("a", "b"), (1.0, CellError.NUM))


@pytest.mark.parametrize(
    ("rows", "columns", "fits"),
    [
        (1_048_576, 1, True),
        (1_048_577, 1, False),
        (1, 16_384, True),
        (1, 16_385, False),
        (MAX_CELLS // 100, 100, True),
        (MAX_CELLS // 100 + 1, 100, False),
    ],
)
def test_results_are_bounded(rows, columns, fits):
    if fits:
        check_size(rows, columns)
        return
    with pytest.raises(
        ArgumentError, match=f"{rows} rows x {columns} columns are more than one call returns"
    ):
        check_size(rows, columns)


def test_defaults_are_filled_in():
    smooth = FUNCTIONS["SMOOTH"]
    for rest in ((), (None,), (MISSING, 1.0), ("", ((None,),)), (((None, ""),), None, MISSING)):
        assert call(smooth, (5.0, *rest)) == call(smooth, (5.0, 0.9, True, 0.0)), rest


def test_a_wrong_number_of_arguments_is_named():
    smooth = FUNCTIONS["SMOOTH"]
    assert call(smooth, ()) == call(smooth, (MISSING,)) == (("SMOOTH: series: missing",),)
    usage = "SMOOTH(series, [mom=0.9], [dampening=TRUE], [start=0])"
    assert call(smooth, (1.0,) * 5) == ((f"SMOOTH: 5 arguments, but {usage} takes at most 4",),)


def broken(x: Array, how: str) -> Array:
    """Fails.

    x: Anything.
    how: In which way.
    """
    if how == "memory":
        raise MemoryError
    if how == "size":
        return np.broadcast_to(x, (2_000_000, 1))
    raise RuntimeError("line 1\nline 2")


def test_a_bug_is_one_line_that_names_the_function():
    function = describe(broken)
    assert call(function, (1.0, "bug")) == (("broken: a bug in xlneuron, RuntimeError 'line 1\\nline 2'",),)
    assert call(function, (1.0, "memory")) == (("broken: not enough memory for so many cells",),)
    assert call(function, (1.0, "size")) == (
        ("broken: 2000000 rows x 1 columns are more than one call returns",),
    )


def test_too_much_work_is_refused_before_it_is_done():
    rows = np.ones((100_000, 1))
    assert call(FUNCTIONS["NUM_DERIV"], (rows, rows, np.ones((1, 31)), "1-10-1")) == (
        ("NUM_DERIV: inputs: 100000 rows with 31 weights are too many for one call",),
    )


numbers = st.one_of(st.floats(), st.integers(-5, 12), st.integers(), st.floats(-3, 3))
texts = st.one_of(
    st.sampled_from(["relu", "1-1relu-1", "2-2tanh-1", "none", "central", "adam", "TRUE", "", "1-1-1"]),
    st.text(max_size=20),
)
cells = st.one_of(
    numbers, texts, st.none(), st.booleans(), st.sampled_from([*CellError, MISSING, -2147352572, 1j, b"x"])
)
ranges = st.one_of(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5)
    ),
    st.recursive(cells, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=12),
    st.lists(st.lists(cells, max_size=4), max_size=4),
    st.builds(np.array, st.lists(st.floats(), max_size=4)),
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(st.one_of(ranges, cells), max_size=9))
@example("AVERAGE_GRAD", [0.0, None, None, None, None])  # one more than it takes, and that one blank
def test_a_call_never_raises_and_returns_a_rectangle_of_cells(name, arguments):
    if name == "SGD_TRAIN" and len(arguments) > 5 and isinstance(arguments[5], int | float):
        arguments[5] = min(arguments[5], 50)  # as many epochs as a test may take
    result = call(FUNCTIONS[name], arguments)
    assert result
    assert len({len(row) for row in result}) == 1
    assert result == call(replace(FUNCTIONS[name], point=None), arguments)
    for cell in (cell for row in result for cell in row):
        assert isinstance(cell, str | CellError) or (type(cell) is float and math.isfinite(cell))
        if isinstance(cell, str):
            assert "\n" not in cell
            assert "bug" not in cell
