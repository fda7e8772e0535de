"""Template 05: experiments E7, E8 and E9, and what its words say."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from support import lessons
from support.lessons import changed, table

from xlneuron.data import default_data
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import parse
from xlneuron.engine.training import Trace, train

DATA = default_data()
RUNS = {  # sheet and table -> network, optimiser
    "no_relu": ("1-1-1", "sgd"),
    "relu": ("1-1relu-1", "sgd"),
    "under_mom": ("1-1relu-1", "dampened_momentum"),
}
built = partial(changed, "05-momentum")


def trained(run: str, *, rate: float = 1e-5, mom: float = 0.9, epochs: int = 1, start=(1, 1, 1, 1)) -> Trace:
    network, optimizer = RUNS[run]
    return train(
        parse(network),
        DATA.inputs,
        DATA.targets,
        np.array(start, float),
        learning_rate=rate,
        mom=mom,
        epochs=epochs,
        optimizer=optimizer,
        derivatives="forward",
    )


# E7


@pytest.mark.parametrize("mom", [0.9, 0.5])
def test_e7_the_momentum_of_a_sine(mom):
    smooth = table(built(smooth__mom=mom), "smooth")
    momentum = 0.0
    for x, y, m in zip(smooth["x"], smooth["y"], smooth["m"], strict=True):
        momentum = mom * momentum + (1 - mom) * math.sin(x)
        assert (y, m) == pytest.approx((math.sin(x), momentum), rel=1e-12)
    assert smooth["x"][-1] == pytest.approx(12.5)


def test_a_wiggle_changes_sign_from_row_to_row_and_nearly_cancels_out():
    smooth = table(built(smooth__wiggle=0.5), "smooth")
    assert [y - wave for y, wave in zip(smooth["y"], smooth["wave"], strict=True)] == pytest.approx(
        [0.5, -0.5] * 63
    )
    plain = table(built(), "smooth")
    left = np.abs(np.subtract(smooth["m"], plain["m"]))[-40:]
    assert left == pytest.approx(0.5 * 0.1 / 1.9, rel=0.05)  # (1 - mom)/(1 + mom) of it: 0.03


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "10 values: it goes down to -0.73 where y goes down to -1.00, and follows 7 rows behind."),
        ({"smooth__mom": 0.5}, "down to -0.99 where y goes down to -1.00, and follows 1 row behind."),
        ({"smooth__wiggle": 0.5, "smooth__mom": 0.98}, "-0.19 where y goes down to -1.50, and follows 17"),
        ({"smooth__wiggle": 0.5, "smooth__mom": 0.5}, "goes down to -1.50."),
        ({"smooth__mom": 0}, "With mom 0 nothing is kept: the momentum is y itself."),
        ({"smooth__mom": 1}, "Careful: set mom to at least 0 and below 1"),
    ],
)
def test_the_sentence_about_the_sine(changes, sentence):
    assert sentence in built(**changes).names["smooth", "sentence"]


# E9


@pytest.mark.parametrize("mom", [0.9, 0.5, 0.99])
def test_e9_learner_and_teacher_are_both_right(mom):
    values = built(steps__mom=mom)
    steps = table(values, "steps")
    assert steps["step"] == [1.0] * 50 + [0.5] * 50
    n = np.arange(1, 51)
    assert steps["damp"][:50] == pytest.approx(1 - mom**n, rel=1e-9)
    assert steps["plain"][:50] == pytest.approx((1 - mom**n) / (1 - mom), rel=1e-9)
    assert max(steps["damp"]) <= 1
    assert values.names["steps", "limit"] == pytest.approx(1 / (1 - mom))
    assert str(values.names["steps", "sentence"]).startswith("Learner and teacher are both right.")


def test_e9_after_the_step_got_smaller_the_momentum_stays_above_it():
    steps = table(built(), "steps")
    after = np.array(steps["damp"][50:])
    assert (np.diff(after) < 0).all()
    assert (after > 0.5).all()
    assert steps["plain"][-1] == pytest.approx(5, abs=0.03)


def test_e9_steps_to_and_fro():
    values = built()
    turns = table(values, "turns")
    assert turns["step"] == [1.0, -1.0] * 20
    assert values.names["steps", "turn_damp"] == pytest.approx(0.1 / 1.9, rel=0.02)  # the words: 0.05
    assert values.names["steps", "turn_plain"] == pytest.approx(1 / 1.9, rel=0.02)  # the words: 0.53


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "0.99, never above the largest step of 1.00; without, it gets to 9.95, and its limit is 10.00."),
        ({"steps__mom": 0.5}, "without, it gets to 2.00, and its limit is 2.00."),
        ({"steps__mom": 0.99}, "reaches 0.44, never above"),
        ({"steps__mom": 0.99}, "it gets to 43.65, and its limit is 100.00."),
        ({"steps__first_step": -3}, "reaches 2.98, never above the largest step of 3.00"),
        ({"steps__mom": 0}, "With mom 0 nothing is kept: the momentum is the step itself, with dampening"),
        ({"steps__mom": 1}, "without dampening the steps add up, here to 75.00, and there is no limit; with"),
        ({"steps__mom": 1.1}, "Type a number from 0 to 1, such as 0.9."),
        ({"steps__mom": -0.1}, "Type a number from 0 to 1, such as 0.9."),
    ],
)
def test_the_sentence_about_steps(changes, sentence):
    assert sentence in built(**changes).names["steps", "sentence"]


@pytest.mark.parametrize("mom", [0, 1])
def test_at_its_ends_mom_does_what_the_sentence_says(mom):
    values = built(steps__mom=mom, smooth__mom=mom)
    steps = table(values, "steps")
    assert steps["damp"] == (steps["step"] if mom == 0 else [0.0] * 100)
    assert steps["plain"] == (steps["step"] if mom == 0 else list(np.cumsum(steps["step"])))
    assert values.names["steps", "limit"] == (1 if mom == 0 else "none")
    assert values.names["smooth", "window"] == (1 if mom == 0 else "no average")


# E8


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(
    ("rate", "mom", "start"),
    [(1e-5, 0.9, (1, 1, 1, 1)), (1e-6, 0.5, (1, 1, 1, 1)), (5e-5, 0.9, (0.5, -40, 2, 3))],
)
def test_e8_every_run_as_the_numpy_engine_has_it(run, rate, mom, start):
    changes = {f"derivative__start_{name}": value for name, value in zip("abcd", start, strict=True)}
    values = built(derivative__learning_rate=rate, derivative__mom=mom, **changes)
    cells, trace = table(values, run), trained(run, rate=rate, mom=mom, start=start)
    expected = {"err": trace.error, "pred": trace.prediction[:, 0]}
    for place, name in enumerate("abcd"):
        expected |= {name: trace.weights[:, place], f"new_{name}": trace.new_weights[:, place]}
        expected |= {f"d_{name}": trace.grads[:, place]}
        if run == "under_mom":
            expected |= {f"mom_{name}": trace.state["grad_avg"][:, place]}
    # The difference of two nearly equal errors is as exact as the larger one, divided by h.
    scale = trace.error.max() / 0.01
    for key, column in expected.items():
        assert cells[key] == pytest.approx(column, rel=1e-9, abs=1e-12 * scale), key
    compare = table(values, "compare")
    assert compare[run] == cells["d_d"]
    if run == "under_mom":
        assert compare["mom_d"] == cells["mom_d"]


def test_e8_as_shipped():
    values = built()
    compare = table(values, "compare")
    assert len(compare["step"]) == 29
    assert compare["no_relu"] == compare["relu"]  # a*x + b stays above 0: the ReLU changes nothing
    jump = np.abs(np.diff(compare["under_mom"])).mean()
    assert values.names["derivative", "jump_under_mom"] == pytest.approx(jump, rel=1e-9)
    assert values.names["derivative", "sentence"] == (
        "From one row to the next the derivative of d jumps by 44.6 on average, its momentum by 5.9."
    )


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize(
    "options", [{}, {"epochs": 3}, {"learning_rate": 1e-4}, {"weights": (-1.0, -1.0, 1.0, 1.0)}]
)
def test_every_run_says_what_the_diagnosis_says(run, options):
    rate = options.get("learning_rate", 1e-5)
    values = lessons.built("05-momentum", **options)
    trace = trained(
        run, rate=rate, epochs=options.get("epochs", 1), start=options.get("weights", (1, 1, 1, 1))
    )
    x, y = np.array(DATA.inputs), np.array(DATA.targets)
    found = diagnose(
        trace.network,
        x,
        y,
        trace.weights,
        trace.error,
        grads=trace.grads,
        final=trace.final_weights,
        learning_rate=rate,
    )
    assert values.names[run, "sentence"] == found.sentence


def test_a_learning_rate_that_is_too_large():
    values = built(derivative__learning_rate=1e-4)
    assert values.names["derivative", "sentence"] == (
        "Careful: on sheet No ReLU the errors exploded from row 26 on. The sheet says why, and what to try."
    )
    assert values.names["no_relu", "exploded_row"] == 26
    assert [values.names[run, "dead_row"] for run in ("relu", "under_mom")] == [26, 28]
    compare = table(values, "compare")
    assert compare["shown_no_relu"][:25] == compare["no_relu"][:25]
    assert not any(isinstance(each, float) for each in compare["shown_no_relu"][25:])  # they exploded
    for run in ("relu", "under_mom", "mom_d"):
        assert compare[f"shown_{run}"] == compare[run]


def test_under_momentum_a_small_rate_is_better_than_the_one_as_shipped():
    rmse = {
        rate: [built(derivative__learning_rate=rate).names[run, "rmse_end"] for run in ("relu", "under_mom")]
        for rate in (1e-5, 5e-6)
    }
    assert rmse[1e-5] == pytest.approx([15.0, 16.99], abs=0.005)
    assert rmse[5e-6] == pytest.approx([15.61, 15.18], abs=0.005)
