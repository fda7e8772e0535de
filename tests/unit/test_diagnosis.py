"""Diagnosis: the learner's experiments in words, and what must not be mistaken for them."""

from __future__ import annotations

import numpy as np
import pytest

from xlneuron.data import default_data
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import parse
from xlneuron.engine.training import train
from xlneuron.errors import ArgumentError

DATA = default_data()
X, Y = np.array(DATA.inputs), np.array(DATA.targets)


def run(network, start=None, *, x=X, y=Y, known_rate=True, **settings):
    network = parse(network)
    trace = train(network, x, y, start, **settings)
    rate = settings.get("learning_rate", 1e-4) if known_rate else None
    return diagnose(network, x, y, trace.weights, learning_rate=rate)


def test_e1_learns():
    found = run("1-1", derivatives="forward", epochs=10)
    assert (found.exploded_row, found.dead_row, found.frozen) == (None, None, ())
    assert round(found.rmse_start, 2) == 76.14
    assert found.sentence == (
        f"Learning: the RMSE over the data fell from 76.14 to {found.rmse_end:.2f}; "
        "nothing exploded and every weight still moves."
    )


def test_e2_exploded_at_row_26():
    found = run("1-1-1", derivatives="forward")
    assert (found.exploded_row, found.dead_row, found.frozen) == (26, None, ())
    assert found.sentence == (
        "The step at row 25 overshot and the errors exploded from row 26 on. Try a learning rate of 0.00001."
    )


@pytest.mark.parametrize("epochs", [1, 3])
def test_e3_the_relu_died_at_row_25(epochs):
    found = run("1-1relu-1", derivatives="forward", epochs=epochs)
    assert (found.exploded_row, found.dead_row) == (None, 26)
    assert found.frozen == (("a", 26), ("b", 26), ("c", 26))
    assert found.sentence == (
        "The step at row 25 overshot and the ReLU died: a*x+b is below 0 for every x, so a, b and c get "
        "derivative 0 and only d still learns. Try a learning rate of 0.00001."
    )


def test_figures_are_rounded_as_a_spreadsheet_rounds():
    x, y = np.array([[0.0], [1.0]]), np.zeros((2, 1))
    found = diagnose(parse("1-1"), x, y, np.array([[0.0, 1.125], [0.0, 1.12]]))
    assert "from 1.13 to 1.12" in found.sentence


def test_an_estimate_moves_a_weight_whose_exact_derivative_is_0():
    """At row 1 the error is exactly 0, and row 2 has x = 0: only the estimate of row 1 (it is h) is not 0."""
    x, y = np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])
    trace = train(parse("1-1"), x, y, (0.0, 0.0), learning_rate=1e-6, derivatives="forward")
    assert diagnose(parse("1-1"), x, y, trace.weights).frozen == (("a", 1),)
    assert diagnose(parse("1-1"), x, y, trace.weights, grads=trace.grads).frozen == ()


@pytest.mark.parametrize(
    ("rate", "two", "relu"),
    [(1e-6, None, None), (1e-5, None, None), (1e-4, 26, 26), (1e-3, 3, 3), (1e-2, 2, 3)],
)
def test_e4_two_neurons_explode_where_the_experiments_say(rate, two, relu):
    assert run("1-1-1", derivatives="forward", learning_rate=rate).exploded_row == two
    assert run("1-1relu-1", derivatives="forward", learning_rate=rate).dead_row == relu


def test_dead_from_the_start():
    assert run("1-1relu-1", [-1, -1, 1, 1]).sentence == (
        "The ReLU is dead from the start: a*x+b is below 0 for every x, so a, b and c get derivative 0 and "
        "only d still learns. Try other starting weights."
    )
    assert run("1-1relu", [-1, -1]).sentence == (
        "The ReLU is dead from the start: a*x+b is below 0 for every x, so a and b get derivative 0 and "
        "nothing learns any more. Try other starting weights."
    )


def test_a_whole_dead_layer():
    found = run("1-3relu-1")
    assert found.dead_row == 3
    assert len(found.frozen) == 9
    assert found.sentence == (
        "The step at row 2 overshot and the ReLU of layer 1 died: "
        "all of layer 1 is below 0 for every datapoint, so w1_11, b1_1, w1_21, b1_2 and others get "
        "derivative 0 and only b2_1 still learns. Try a learning rate of 0.00001."
    )


def test_one_dead_neuron_of_three_is_named():
    start = np.ones(10)
    start[2:4] = -1
    found = run("1-3relu-1", start, learning_rate=1e-6)
    assert found.dead_row is None
    assert found.frozen == (("w1_21", 1), ("b1_2", 1), ("w2_12", 1))
    assert found.sentence == (
        "Frozen: weights w1_21, b1_2 and w2_12 get derivative 0 since row 1. "
        "Neuron 2 of layer 1 is dead: its ReLU is below 0 for every datapoint. "
        "Try other starting weights or a learning rate of 0.0000001."
    )


def test_an_input_that_is_always_0_freezes_its_weight():
    x = np.column_stack([X[:, 0], np.zeros(29)])
    found = run("2-1", x=x, learning_rate=1e-5)
    assert found.frozen == (("w1_12", 1),)
    assert found.sentence.startswith("Frozen: weight w1_12 gets derivative 0 since row 1. Try other")


def test_a_relu_that_is_off_for_the_last_datapoint_alone_is_fine():
    x, y = np.array([[5.0], [6.0], [-5.0]]), np.array([[8.0], [9.0], [7.0]])
    found = run("1-1relu-1", x=x, y=y, learning_rate=1e-3)
    assert (found.dead_row, found.frozen) == (None, ())


def test_a_perfect_fit_is_not_frozen():
    found = run("1-1", [2, 30])
    assert found.frozen == ()
    assert found.sentence == "Learned: the RMSE over the data is 0, the weights fit every datapoint."


def test_not_learning():
    found = run("1-1", [2.5, 20], learning_rate=-1e-6)
    assert found.rmse_end > found.rmse_start
    assert found.sentence == (
        f"Not learning: the RMSE over the data went from {found.rmse_start:.2f} to {found.rmse_end:.2f}. "
        "Try a learning rate of -0.0000001."
    )


@pytest.mark.parametrize(
    ("rate", "tenth"),
    [(1e-4, "0.00001"), (3e-4, "0.00003"), (0.5, "0.05"), (20, "2.0"), (1e-9, "0.0000000001")],
)
def test_the_cure_names_a_tenth_of_the_learning_rate(rate, tenth):
    network = parse("1-1-1")
    weights = train(network, X, Y).weights
    assert diagnose(network, X, Y, weights, learning_rate=rate).sentence.endswith(
        f"Try a learning rate of {tenth}."
    )


def test_without_a_known_learning_rate():
    assert run("1-1-1", known_rate=False).sentence.endswith("Try a tenth of the learning rate.")


def test_numbers_that_overflowed_count_as_exploded():
    network = parse("1-1-1")
    weights = train(network, X, Y, epochs=3).weights
    assert np.isnan(weights[-1]).all()
    assert diagnose(network, X, Y, weights).exploded_row == 26
    errors = np.full(29, 1.0)
    errors[3] = np.nan
    assert diagnose(network, X, Y, weights[:29], errors).exploded_row == 4


def test_nan_weights_with_a_relu_are_exploded_not_dead():
    weights = np.full((29, 4), np.nan)
    weights[:5] = 1.0
    found = diagnose(parse("1-1relu-1"), X, Y, weights)
    assert (found.exploded_row, found.dead_row, found.frozen) == (6, None, ())


def test_a_relu_that_is_dead_while_the_error_overflows():
    """Infinite error times derivative 0 is no number, so no derivative is 0; the ReLU is dead anyway."""
    found = diagnose(parse("1-1relu-1"), X, Y, np.tile([-1.0, -1.0, 1.0, 1e200], (29, 1)))
    assert found.sentence.startswith(
        "The ReLU is dead from the start: a*x+b is below 0 for every x, so a, b and c get derivative 0"
    )


def test_a_dead_second_layer():
    found = run("1-1-1relu", [1, 1, -1, -1])
    assert found.sentence == (
        "The ReLU is dead from the start: all of layer 2 is below 0 for every datapoint, so a, b, c and d "
        "get derivative 0 and nothing learns any more. Try other starting weights."
    )


def test_exploded_at_the_start():
    weights = np.full((29, 2), 1e300)
    assert diagnose(parse("1-1"), X, Y, weights).sentence == (
        "The errors are too large from row 1 on. Try other starting weights."
    )


def test_data_can_come_once_per_step():
    network = parse("1-1relu-1")
    trace = train(network, X, Y, epochs=2)
    once = diagnose(network, X, Y, trace.weights)
    assert once == diagnose(network, trace.x, trace.y, trace.weights, trace.error, rows_per_epoch=29)


def test_frozen_in_every_row_of_the_last_epoch_counts():
    """No row's weights leave the ReLU off for all data, but every datapoint met it off."""
    x, y = np.array([[1.0], [-1.0]]), np.array([[5.0], [7.0]])
    weights = np.array(
        [[1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0], [-1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0]]
    )
    found = diagnose(parse("1-1relu-1"), x, y, weights)
    assert found.dead_row is None
    assert found.frozen == (("a", 2), ("b", 2), ("c", 2))


@pytest.mark.parametrize(
    ("x", "y", "weights", "errors", "message"),
    [
        (X, Y[:3], np.ones((29, 2)), None, "y: 3 rows, but x has 29"),
        (
            X,
            Y,
            np.ones((30, 2)),
            None,
            "weights: 30 rows, but one per datapoint and epoch is needed: a multiple of 29",
        ),
        (X, Y, np.ones((29, 2)), np.ones(3), "errors: 3 values, but weights has 29 rows"),
        (X * np.inf, Y, np.ones((29, 2)), None, "x and y: some cells are errors or too large for a number"),
    ],
)
def test_what_does_not_fit_is_named(x, y, weights, errors, message):
    with pytest.raises(ArgumentError) as caught:
        diagnose(parse("1-1"), x, y, weights, errors)
    assert str(caught.value) == message


def test_a_perfect_start_does_not_make_every_error_an_explosion():
    network = parse("1-1")
    weights = train(network, X, Y, [2, 30], derivatives="forward").weights
    found = diagnose(network, X, Y, weights, learning_rate=1e-4)
    assert (found.rmse_start, found.exploded_row) == (0, None)
    assert found.sentence.startswith("Not learning: the RMSE over the data went from 0.00 to 0.25.")
