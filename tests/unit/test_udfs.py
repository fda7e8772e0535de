"""The functions as xlwings' Windows code calls them: from what COM delivers to what Excel shows."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.xlwings_windows import MISSING_ARGUMENT, Windows

from tests.examples import EXAMPLES
from xlneuron import udfs
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import call
from xlneuron.functions.cells import CellError
from xlneuron.functions.signature import MISSING

CODES = {error: code for code, error in udfs.ERROR_CODES.items()}


@pytest.fixture(scope="module")
def windows() -> Iterator[Windows]:
    with Windows() as process:
        yield process


def delivered(value):
    """A value as COM delivers it to Python."""
    if isinstance(value, tuple):
        return tuple(map(delivered, value))
    if value is MISSING:
        return MISSING_ARGUMENT
    return CODES[value] if isinstance(value, CellError) else value


def shown(result):
    """Rows of what the VBA makes of a result: error values for their texts."""
    assert isinstance(result, list)
    assert all(isinstance(row, list) for row in result)
    return [[CellError.NUM if cell == "#NUM!" else cell for cell in row] for row in result]


def same(cell, expected, tolerance):
    if isinstance(expected, float):
        return isinstance(cell, float) and math.isclose(cell, expected, rel_tol=tolerance, abs_tol=1e-300)
    return cell == expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.function}: {example.note}")
def test_examples_through_xlwings(windows, example):
    function = FUNCTIONS[example.function]
    left_out = (MISSING,) * (len(function.arguments) - len(example.args))
    result = shown(windows.call(example.function, *map(delivered, (*example.args, *left_out))))
    expected = call(function, example.args)
    if example.note == "no weights":  # xlwings makes a blank cell of whatever is missing
        expected = (("NEURON_FORWARD: weights: a blank cell, expected a number",),)
    assert [len(row) for row in result] == [len(row) for row in expected]
    for row, wanted in zip(result, expected, strict=True):
        for cell, value in zip(row, wanted, strict=True):
            assert same(cell, value, 1e-12), f"{cell!r} is not {value!r}"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([*udfs.ERROR_CODES, MISSING_ARGUMENT, -2146826243]),
    st.text(max_size=5),
    st.sampled_from(["relu", "1-1relu-1", "central", "adam", "2-3tanh-1"]),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(timezone.utc)),
    st.floats(-3, 3),
)
RANGES = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*[st.tuples(*[CELLS] * shape[1])] * shape[0])
)
NUMBERS = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*[st.tuples(*[st.floats(-3, 3)] * shape[1])] * shape[0])
)


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_comes_a_value_or_one_line_goes_back(windows, name, data):
    count = len(FUNCTIONS[name].arguments)
    args = data.draw(st.tuples(*[st.one_of(CELLS, RANGES, NUMBERS)] * count))
    rows = shown(windows.call(name, *args))
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert cell is CellError.NUM or isinstance(cell, (float, str))
        assert not isinstance(cell, float) or math.isfinite(cell)
        assert not isinstance(cell, str) or (cell and "\n" not in cell and "a bug in xlneuron" not in cell)


def test_errors_and_dates_inside_a_range(windows):
    result = windows.call("NEURON_FORWARD", ((1.0,), (CODES[CellError.NA],)), ((2.0, 3.0),))
    assert result == [[5.0], ["#NUM!"]]
    day = datetime(2025, 1, 1, 12, tzinfo=timezone.utc)
    assert windows.call("NEURON_FORWARD", ((day,), (1.0,)), ((1.0, 0.0),)) == [[45658.5], [1.0]]
    assert windows.call("NEURON_FORWARD", day, ((1.0, 0.0),)) == [[45658.5]]
    # 1-1 that became a date
    ((message,),) = windows.call("NEURON_FORWARD", 1.0, ((1.0, 0.0),), day)
    assert "45658.5 is not a text" in message


@pytest.mark.parametrize("error", CellError)
def test_every_error_of_a_cell_is_one_here(error):
    assert udfs.received(CODES[error]) is error
    assert udfs.received(((CODES[error], 1.0),)) == ((error, 1.0),)


def test_errors_without_a_name_of_ours_and_numbers_that_look_like_errors():
    spill = -2146826243
    assert udfs.received(spill) is CellError.VALUE
    number = float(CODES[CellError.NUM])
    assert udfs.received(number) == number
    assert udfs.received(((number, 1.0),)) == ((number, 1.0),)


def test_what_needs_no_translation_is_passed_on():
    for cells in (((1.0, 2.0), (3.0, 4.0)), ((1.0, "a"), (None, True)), (("ab",),), "ab", 1.5, None):
        assert udfs.received(cells) is cells


@pytest.mark.parametrize("rows", [((1.0,),), ((1.0, 2.0),), (("a", "b"), (1.0, 2.0))])
def test_results_are_lists_of_lists(rows):
    """xlwings' COM server asks for their length, and pywin32 makes something else of tuples."""
    assert udfs.returned(rows) == [list(row) for row in rows]


def test_ranges_that_are_none():
    assert udfs.received((1.0, CODES[CellError.NUM])) == (1.0, CellError.NUM)
    assert udfs.received(((1.0,), 2)) == ((1.0,), 2)
    assert udfs.received(()) == ()


def test_what_xlwings_knows_of_every_function(windows):
    known = windows.registered()
    assert set(known) == set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        record = known[name]
        assert record["name"] == name
        assert record["category"] == "xlneuron"
        assert record["ret"] == {"doc": function.description, "options": {"convert": "raw"}}
        assert [arg["name"] for arg in record["args"]] == [arg.name for arg in function.arguments]
        assert [arg["doc"] for arg in record["args"]] == [arg.description for arg in function.arguments]
        assert ["optional" in arg for arg in record["args"]] == [arg.optional for arg in function.arguments]
        assert all(arg["options"] == {"convert": "raw"} for arg in record["args"])


def test_functions_are_attributes_under_their_names():
    for name in FUNCTIONS:
        assert getattr(udfs, name).__name__ == name


def test_the_module_works_without_xlwings():
    code = (
        "import sys; sys.modules['xlwings'] = None; from xlneuron import udfs; "
        "print(udfs.SGD_STEP(1.0, ((4.0,),), 0.25), udfs.NEURON_FORWARD(1.0, ((2.0, 3.0),), None))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[[0.0]] [[5.0]]\n"
