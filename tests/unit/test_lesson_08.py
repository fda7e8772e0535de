"""Template 08: estimated derivatives by h, by datapoint and in a training."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from support import lessons
from support.lessons import changed, table

from xlneuron.data import default_data
from xlneuron.engine.network import gradient, numerical_gradient, parse
from xlneuron.engine.training import rmse, train

DATA = default_data()
X, Y = np.array(DATA.inputs), np.array(DATA.targets)
built = partial(changed, "08-derivatives")


@pytest.mark.parametrize(("key", "network"), [("tanh", "1-1tanh"), ("line", "1-1")])
def test_by_h_as_the_engine_has_it(key, network):
    by_h = table(built(), "by_h")
    weights, x, y, net = np.array([1.0, 0.5]), np.array([0.5]), np.array([0.2]), parse(network)
    exact = gradient(net, weights, x, y)[0]
    assert by_h[f"{key}_exact"] == pytest.approx([exact] * len(by_h["h"]), rel=1e-12)
    for h, forward, central in zip(by_h["h"], by_h[f"{key}_forward"], by_h[f"{key}_central"], strict=True):
        noise = 1e-15 / h
        assert forward == pytest.approx(numerical_gradient(net, weights, x, y, h=h)[0], abs=noise)
        assert central == pytest.approx(
            numerical_gradient(net, weights, x, y, h=h, method="central")[0], abs=noise
        )


def test_truncation_on_one_side_and_rounding_on_the_other():
    by_h = table(built(), "by_h")
    off = dict(zip(by_h["h"], by_h["tanh_forward_off"], strict=True))
    assert off[1e-2] / off[1e-3] == pytest.approx(10, rel=0.05)  # of first order
    off = dict(zip(by_h["h"], by_h["tanh_central_off"], strict=True))
    assert off[1e-2] / off[1e-3] == pytest.approx(100, rel=0.05)  # of second order
    assert off[1e-10] > off[1e-5] < off[1e-1]
    assert max(by_h["line_central_off"][:6]) < 1e-12  # a parabola: exact whatever h is


def test_h_is_spelled_alike_everywhere():
    values = built()
    by_h, sentence = table(values, "by_h"), str(values.names["by_h", "sentence"])
    assert by_h["h"] == [
        float(f"{d:.0f}e-{p:.0f}") for d, p in zip(by_h["digit"], by_h["power"], strict=True)
    ]
    assert by_h["h"][:3] == [0.1, 0.03, 0.01]
    assert by_h["h"][-1] == 1e-10
    assert sentence == (
        "Of these h, forward differences do best with 3.0E-08: about 9 digits are right. "
        "Central ones do best with 1.0E-05: about 11 digits."
    )
    assert values.names["by_h", "best_forward"] == 3e-8
    off = np.array([values.names["by_h", f"off_{way}"] for way in ("forward", "central")])
    assert np.round(-np.log10(off)).tolist() == [9, 11]


@pytest.mark.parametrize(
    ("key", "network", "weights"), [("line", "1-1", [2.2, 20]), ("relu", "1-1relu-1", [2.2, 20, 1, 1])]
)
def test_the_gradient_check_as_the_engine_has_it(key, network, weights):
    check = table(built(), "check")
    net = parse(network)
    for letter, expected in {
        "e": gradient(net, np.array(weights), X, Y),
        "f": numerical_gradient(net, np.array(weights), X, Y),
        "m": numerical_gradient(net, np.array(weights), X, Y, method="central"),
    }.items():
        for place, name in enumerate("abcd"[: len(weights)]):
            assert check[f"{key}_{letter}_{name}"] == pytest.approx(expected[:, place], rel=1e-9, abs=1e-8)


@pytest.mark.parametrize(
    ("changes", "line", "relu"),
    [
        ({}, 24, 29),
        ({"check__h": 1e-3}, 7, 20),
        ({"check__h": 1e-5}, 0, 0),
        ({"check__weight_a": 1.0, "check__weight_b": 1.0}, 0, 0),
    ],
)
def test_how_many_datapoints_fail(changes, line, relu):
    names = built(**changes).names
    assert (names["check", "line_forward"], names["check", "relu_forward"]) == (line, relu)
    assert (names["check", "line_central"], names["check", "relu_central"]) == (0, 0)
    assert str(names["check", "sentence"]).startswith("Careful" if line else "PASS")


def test_at_worst_the_forward_estimate_is_off_by_292_percent():
    assert built().names["check", "worst"] == pytest.approx(2.92, rel=1e-6)


@pytest.mark.parametrize("run", ["exact", "central", "forward"])
def test_the_trainings_are_those_of_the_engine(run):
    values = built()
    training = table(values, "training")
    trace = train(parse("1-1"), X, Y, [2, 30.5], epochs=20, derivatives=run)
    assert training[f"{run}_a"] == pytest.approx(trace.weights[:, 0], rel=1e-9)
    assert training[f"{run}_b"] == pytest.approx(trace.weights[:, 1], rel=1e-9)
    assert table(values, "epochs")[f"rmse_{run}"] == pytest.approx(rmse(trace), rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"training__h": 0.1},
            "Careful: with forward differences and h = 0.1 training ends 682 % worse (RMSE 2.553)",
        ),
        (
            {"training__h": 1e-4},
            "Learned alike: RMSE 0.327 with forward, 0.327 with central, 0.327 with exact",
        ),
        ({"training__start_b": 30.0}, "Careful: exact derivatives find nothing to improve at the optimum"),
    ],
)
def test_what_the_about_sheet_says_will_happen(changes, sentence):
    assert str(built(**changes).names["training", "sentence"]).startswith(sentence)


def test_from_the_optimum_forward_differences_drift_away():
    names = built(training__start_b=30.0).names
    assert (names["training", "rmse_exact"], names["training", "rmse_forward"]) == pytest.approx(
        (0, 0.251), abs=1e-3
    )


@pytest.mark.parametrize(
    ("sheet", "changes", "sentence"),
    [
        (
            "training",
            {"training__learning_rate": 1e-3},
            "Careful: the errors exploded, whatever the derivatives.",
        ),
        (
            "training",
            {"training__learning_rate": 1e-2},
            "Careful: the errors exploded, whatever the derivatives.",
        ),
        ("training", {"training__h": 0.0}, "h is 0: the estimate"),
        (
            "training",
            {"training__h": 1e-15},
            "Careful: with forward differences and h = 0.000000000000001 training",
        ),
        ("check", {"check__h": 0.0}, "h is 0: the estimate"),
        ("by_h", {"by_h__x": 0.0}, "Careful: here the exact derivative is 0"),
        ("by_h", {"by_h__weight_a": 60.0}, "Careful: here the exact derivative is 0"),
    ],
)
def test_the_sentence_is_true_whatever_is_typed(sheet, changes, sentence):
    assert str(built(**changes).names[sheet, "sentence"]).startswith(sentence)


def test_the_35_percent_of_template_01():
    sgd = table(lessons.built("01-basic-sgd"), "sgd")
    estimated, exact = sgd["d_a"][11], sgd["e_a"][11]
    assert (estimated, exact) == pytest.approx((147.62, 109.18), abs=0.005)
    assert estimated - exact == pytest.approx(38.44, abs=0.005)
    assert (estimated - exact) / exact == pytest.approx(0.35, abs=0.003)
    assert (estimated - exact) / estimated == pytest.approx(0.26, abs=0.001)  # template 07, sheet Course
