"""Template 04: the bent line, the other activations, and where estimates fail."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from support.lessons import changed, table

from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import default_data
from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.errors import XlneuronError

NAMES = {"relu": "relu", "leaky": "leaky_relu", "sigmoid": "sigmoid", "tanh": "tanh"}
built = partial(changed, "04-relu")


def test_e12_two_neurons_make_a_bent_line():
    curve = table(built(), "curve")
    x = np.array(curve["x"])
    assert (x[0], x[-1], len(x)) == (-10, 10, 41)
    assert curve["z"] == pytest.approx(x - 2)
    assert curve["act"] == pytest.approx(np.maximum(0, x - 2))
    assert curve["out"] == pytest.approx(1.5 * np.maximum(0, x - 2) + 1)


@pytest.mark.parametrize("key", NAMES)
def test_the_other_activations_are_those_of_the_engine(key):
    others = table(built(), "others")
    engine, z = ACTIVATIONS[NAMES[key]], np.array(others["z"])
    assert others[key] == pytest.approx(engine.f(z), rel=1e-9, abs=1e-12)
    assert others[f"slope_{key}"] == pytest.approx(engine.df(z), rel=1e-9, abs=1e-12)
    assert others[f"out_{key}"] == pytest.approx(1.5 * engine.f(z) + 1, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "The bend is at x = -b/a = 2.0. To the left of it the ReLU lets nothing through"),
        ({"curve__weight_b": 4.0}, "The bend is at x = -b/a = -4.0. To the left of it"),
        ({"curve__weight_a": -1.0}, "The bend is at x = -b/a = -2.0. To the right of it"),
        ({"curve__weight_a": -1.0, "curve__weight_b": -20.0}, "Dead: a*x + b is above 0 for no x here."),
        ({"curve__weight_b": 20.0}, "Straight: a*x + b is above 0 for every x here"),
    ],
)
def test_the_sentence_says_where_the_bend_is(changes, sentence):
    assert built(**changes).names["curve", "sentence"].startswith(sentence)


def test_estimates_fail_at_the_kink_and_only_there():
    kink = table(built(), "kink")
    failing = [z for z, verdict in zip(kink["z"], kink["fwd_ok_relu"], strict=True) if verdict == "FAIL"]
    assert failing == pytest.approx([-0.005, 0])
    middle = kink["z"].index(0.0)
    assert [kink[key][middle] for key in ("slope_relu", "fwd_relu", "cen_relu")] == [0, 1, 0.5]
    assert {*kink["fwd_ok_tanh"], *kink["cen_ok_tanh"], *kink["fwd_ok_sigmoid"], *kink["cen_ok_sigmoid"]} == {
        "PASS"
    }


def test_a_smaller_h_leaves_the_kink_itself():
    names = built(kink__h=0.001).names
    assert (names["kink", "fwd_fails_relu"], names["kink", "cen_fails_relu"]) == (1, 1)


def test_an_h_that_cannot_be():
    with pytest.raises(XlneuronError, match="04-relu: h is 0"):
        LESSONS["04-relu"].make(Options(default_data(), h=0.0))


def test_an_h_of_0_is_said_to_be_wrong():
    names = built(kink__h=0.0).names
    assert str(names["kink", "sentence"]).startswith("h is 0: the estimate of a derivative divides by it.")
    assert str(built(kink__h=0.001).names["kink", "sentence"]).startswith(
        "The ReLU has a kink at 0: there the forward estimate fails in 1 row and the central one in 1;"
    )
