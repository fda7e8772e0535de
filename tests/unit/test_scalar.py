"""Calls about a single datapoint give the bits of the general way, and leave to it what they cannot do."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import at_point, call
from xlneuron.functions.cells import CellError
from xlneuron.functions.scalar import POINTS
from xlneuron.functions.signature import MISSING

NETWORKS = [
    "none",
    "relu",
    "1-1",
    "1-1relu-1",
    " 1-1ReLU-1",
    "1-1-1tanh-1",
    *(f"1-1{name}-1" for name in ACTIVATIONS),
]
numbers = st.one_of(
    st.floats(-100, 100),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e300]),
)
networks = st.sampled_from([*NETWORKS, MISSING, "1-2-1", "2-1", "", "1-1-", 45000.0])


def rows(size):
    return st.tuples(*[numbers] * size).map(lambda row: (row,))


singles = st.one_of(numbers, rows(1))
weights = st.one_of(rows(2), rows(4), rows(6), rows(3))
flags = st.sampled_from([True, False, 0.0, 1.0, 2.0, "TRUE", None, MISSING])
ARGUMENTS = {
    "NEURON_FORWARD": st.tuples(singles, weights, networks),
    "NUM_DERIV": st.tuples(
        singles,
        singles,
        weights,
        networks,
        st.one_of(numbers, st.just(MISSING)),
        st.sampled_from(["forward", "central", " Central", MISSING, "both"]),
    ),
    "NEURON_GRAD": st.tuples(singles, singles, weights, networks),
    "SGD_STEP": st.integers(1, 4).flatmap(lambda size: st.tuples(rows(size), rows(size), numbers)),
    "AVERAGE_GRAD": st.integers(1, 3).flatmap(
        lambda size: st.tuples(rows(size), st.one_of(rows(size), st.none(), st.just(MISSING)), numbers, flags)
    ),
    "TRAIN_STEP": st.tuples(
        singles,
        singles,
        weights,
        networks,
        st.one_of(numbers, st.just(MISSING)),
        st.sampled_from(["exact", "forward", "central", " Exact", MISSING, "both"]),
        st.one_of(numbers, st.just(MISSING)),
    ),
}


def bits(cells):
    """The bits of every number, -0.0 taken for 0.0."""
    return [[(cell + 0.0).hex() if isinstance(cell, float) else cell for cell in row] for row in cells]


def test_every_point_is_tried():
    assert set(ARGUMENTS) == set(POINTS) == {name for name, each in FUNCTIONS.items() if each.point}


@pytest.mark.parametrize("name", ARGUMENTS)
@given(st.data())
def test_the_bits_are_those_of_the_general_way(name, data):
    arguments = data.draw(ARGUMENTS[name])
    function = FUNCTIONS[name]
    assert bits(call(function, arguments)) == bits(call(replace(function, point=None), arguments))


@pytest.mark.parametrize("name", ["1-1", *(f"1-1{name}-1" for name in ACTIVATIONS)])
def test_ordinary_calls_need_no_arrays(name):
    """Otherwise the tests above could compare the general way with itself."""
    row = ((0.5, 1.0),) if name == "1-1" else ((0.5, 1.0, -0.5, 2.0),)
    assert all(map(math.isfinite, POINTS["NEURON_FORWARD"](3.0, row, name)))
    assert len(POINTS["NEURON_GRAD"](((3.0,),), 1.0, row, name)) == len(row[0])
    for method in ("forward", "central"):
        assert len(POINTS["NUM_DERIV"](3.0, 1.0, row, name, 0.01, method)) == len(row[0])
    for method in ("exact", "forward", "central"):
        found = POINTS["TRAIN_STEP"](3.0, ((1.0,),), row, name, 1e-4, method, 0.01)
        assert len(found) == 2 + 2 * len(row[0])


def test_steps_need_no_arrays():
    assert POINTS["SGD_STEP"](((1.0, 2.0),), ((10.0, 20.0),), 0.1) == (0.0, 0.0)
    assert POINTS["AVERAGE_GRAD"](4.0, None, 0.9, False) == (4.0,)
    assert POINTS["AVERAGE_GRAD"](4.0, 2.0, 0.5, True) == (3.0,)


def test_no_cell_shows_minus_0():
    assert math.copysign(1, call(FUNCTIONS["NEURON_FORWARD"], (0.0, ((-0.0, -0.0),), "1-1"))[0][0]) == 1


def test_what_overflows_is_left_to_the_general_way():
    assert call(FUNCTIONS["NEURON_FORWARD"], (1e200, ((1e200, 0.0),), "1-1")) == ((CellError.NUM,),)


def test_what_is_left_out_may_be_none():
    """As LibreOffice hands it over; None where a number is due is no point."""
    assert at_point(FUNCTIONS["NEURON_FORWARD"], (3.0, ((0.5, 1.0),), None)) == (2.5,)
    assert at_point(FUNCTIONS["AVERAGE_GRAD"], (4.0, 2.0, 0.5, None)) == (5.0,)
    assert at_point(FUNCTIONS["NEURON_FORWARD"], (None, ((0.5, 1.0),), None)) is None
    assert at_point(FUNCTIONS["SGD_STEP"], (1.0, None, None)) is None
