"""The worksheet functions: the table of examples, the experiments, and how ranges may lie."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import EXAMPLES
from xlneuron.data import default_data
from xlneuron.engine.network import parse
from xlneuron.engine.training import train
from xlneuron.errors import ArgumentError
from xlneuron.functions import (
    ADAGRAD_STEP,
    ADAM_STEP,
    AVERAGE_GRAD,
    AVERAGE_SQR_GRAD,
    DIAGNOSE,
    FUNCTIONS,
    NEURON_FORWARD,
    NEURON_GRAD,
    NUM_DERIV,
    RMS_PROP_STEP,
    SGD_STEP,
    SGD_TRAIN,
    SMOOTH,
    TRAIN_STEP,
)
from xlneuron.functions.call import call
from xlneuron.functions.cells import CellError

DATA = default_data()
X, Y = np.array(DATA.inputs), np.array(DATA.targets)


def same(cell, expected):
    if isinstance(expected, float):
        return isinstance(cell, float) and math.isclose(cell, expected, rel_tol=1e-9, abs_tol=1e-9)
    return cell == expected


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.function}: {example.note}")
def test_examples(example):
    result = call(FUNCTIONS[example.function], example.args)
    assert [len(row) for row in result] == [len(row) for row in example.expected]
    for row, expected in zip(result, example.expected, strict=True):
        for cell, value in zip(row, expected, strict=True):
            assert same(cell, value), f"{cell!r} is not {value!r}"


def test_every_function_has_examples_and_notes_are_unique():
    assert {example.function for example in EXAMPLES} == set(FUNCTIONS)
    assert len({(example.function, example.note) for example in EXAMPLES}) == len(EXAMPLES)


def test_lists_numbers_and_names_from_python():
    assert NEURON_FORWARD([[14], [86]], weights=[2, 30]).tolist() == [[58.0], [202.0]]
    assert SGD_STEP(1, grads=4, learning_rate=0.25).tolist() == [[0.0]]
    with pytest.raises(ArgumentError, match=r"^SGD_STEP: grads: missing$"):
        SGD_STEP(1, learning_rate=0.25)
    with pytest.raises(ArgumentError, match=r"^SGD_STEP: rate: given twice or unknown to SGD_STEP\(weights"):
        SGD_STEP(1, 4, rate=0.25)
    with pytest.raises(ArgumentError, match=r"^SGD_STEP: grads: given twice"):
        SGD_STEP(1, 4, grads=4)


def test_arguments_are_not_changed():
    arrays = [np.ones((3, 1)), np.full((3, 1), 2.0), np.full((1, 4), 1.0), np.ones((1, 4))]
    for array in arrays:
        array.flags.writeable = False
    x, y, weights, state = arrays
    NUM_DERIV(x, y, weights, "1-1relu-1")
    NEURON_GRAD(x, y, weights, "1-1relu-1")
    AVERAGE_GRAD(weights, state)
    ADAM_STEP(weights, state, state, 1)
    SMOOTH(x)
    SGD_TRAIN(x, y, weights, "1-1relu-1")
    TRAIN_STEP(x, y, weights, "1-1relu-1", method="central")
    assert all((array == array.flat[0]).all() for array in arrays)


def chain(optimizer, steps, learning_rate):
    """Train one neuron with the functions alone, a row of a sheet at a time."""
    weights = np.ones((1, 2))
    state: dict = {"grad_avg": None, "sqr_avg": None}
    for step in range(steps):
        x, y = X[step % 29], Y[step % 29]
        grads = NEURON_GRAD(x, y, weights)
        if optimizer == "sgd":
            weights = SGD_STEP(weights, grads, learning_rate)
        elif "momentum" in optimizer:
            dampening = optimizer == "dampened_momentum"
            state["grad_avg"] = AVERAGE_GRAD(grads, state["grad_avg"], dampening=dampening)
            weights = SGD_STEP(weights, state["grad_avg"], learning_rate)
        elif optimizer == "adagrad":
            state["sqr_avg"] = AVERAGE_SQR_GRAD(grads, state["sqr_avg"], 1, False)
            weights = ADAGRAD_STEP(weights, grads, state["sqr_avg"], learning_rate)
        elif optimizer == "rms_prop":
            state["sqr_avg"] = AVERAGE_SQR_GRAD(grads, state["sqr_avg"])
            weights = RMS_PROP_STEP(weights, grads, state["sqr_avg"], learning_rate)
        elif optimizer == "adam":
            state["grad_avg"] = AVERAGE_GRAD(grads, state["grad_avg"], dampening=True)
            state["sqr_avg"] = AVERAGE_SQR_GRAD(grads, state["sqr_avg"])
            weights = ADAM_STEP(weights, state["grad_avg"], state["sqr_avg"], step + 1, learning_rate)
    return weights[0]


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        ("sgd", 1e-4),
        ("momentum", 1e-5),
        ("dampened_momentum", 1e-4),
        ("adagrad", 0.1),
        ("rms_prop", 0.01),
        ("adam", 0.01),
    ],
)
def test_functions_row_by_row_are_sgd_train(optimizer, rate):
    table = SGD_TRAIN(X, Y, learning_rate=rate, epochs=2, optimizer=optimizer)
    np.testing.assert_allclose(chain(optimizer, 58, rate), table.rows[-1, -2:], rtol=1e-12)


@pytest.mark.parametrize("method", ["exact", "forward", "central"])
@pytest.mark.parametrize(("rows", "weight_rows"), [(1, 1), (5, 1), (5, 5), (1, 5)])
@pytest.mark.parametrize("network", ["relu", "1-1tanh-1", "2-3sigmoid-2"])
def test_train_step_is_the_others_side_by_side(network, rows, weight_rows, method):
    net, chance = parse(network), np.random.default_rng(3)
    x, y = chance.normal(size=(rows, net.n_inputs)), chance.normal(size=(rows, net.n_outputs))
    weights = chance.normal(size=(weight_rows, net.n_weights))
    prediction = NEURON_FORWARD(x, weights, network)
    error = ((prediction - y) ** 2).sum(axis=1, keepdims=True)
    if method == "exact":
        grads = NEURON_GRAD(x, y, weights, network)
    else:
        grads = NUM_DERIV(x, y, weights, network, 0.125, method)
    new_weights = SGD_STEP(np.broadcast_to(weights, grads.shape), grads, 0.5)
    expected = np.hstack([prediction, error, grads, new_weights])
    assert np.array_equal(TRAIN_STEP(x, y, weights, network, 0.5, method, 0.125), expected)


@pytest.mark.parametrize("network", ["1-1", "1-1relu-1"])
def test_steps_one_after_the_other_are_sgd_train(network):
    table = SGD_TRAIN(X, Y, network=network, learning_rate=1e-5)
    columns = len(table.header) - 4 - parse(network).n_weights
    weights = np.ones((1, parse(network).n_weights))
    for row, x, y in zip(table.rows, X, Y, strict=True):
        step = TRAIN_STEP(x, y, weights, network, 1e-5)
        assert np.array_equal(step[0], row[-columns:])
        weights = step[:, -weights.size :]


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (("two", 1.0, ((1.0, 1.0),)), 6),
        ((1.0, 1.0, ((1.0,), (1.0,), (1.0,)), "relo"), 8),
        ((1.0, 1.0, ((1.0, 1.0),) * 2, None, "fast"), 6),
        ((1.0, 1.0, 1.0), 1),
        ((1.0, ((1.0, 2.0),), None, "1-2"), 11),
        ((1.0, 1.0, None, "2-99999"), 1),
        ((1.0,), 1),
        ((), 1),
    ],
)
def test_what_is_wrong_with_a_step_leaves_no_cell_of_its_row_blank(arguments, columns):
    ((message, *others),) = call(FUNCTIONS["TRAIN_STEP"], arguments)
    assert message.startswith("TRAIN_STEP: ")
    assert others == [CellError.NUM] * (columns - 1)


def test_the_row_after_a_wrong_one_says_that_its_weights_are_wrong():
    """It must not start from blank cells, which would be weights of 0."""
    text = call(FUNCTIONS["TRAIN_STEP"], ("two", 1.0, ((1.0, 1.0),)))
    following = call(FUNCTIONS["TRAIN_STEP"], (1.0, 1.0, (text[0][-2:],)))
    assert following == ((CellError.NUM,) * 6,)


def test_sgd_train_is_the_trace():
    table = SGD_TRAIN(X, Y, [1, 1, 1, 1], "1-1relu-1", 1e-5, 3, "adam", 0.8)
    trace = train(
        parse("1-1relu-1"), X, Y, np.ones(4), learning_rate=1e-5, epochs=3, optimizer="adam", mom=0.8
    )
    columns = dict(zip(table.header, table.rows.T, strict=True))
    assert list(columns)[:4] == ["epoch", "row", "x", "y"]
    for position, name in enumerate("abcd"):
        assert np.array_equal(columns[name], trace.weights[:, position])
        assert np.array_equal(columns[f"d_{name}"], trace.grads[:, position])
        assert np.array_equal(columns[f"grad_avg_{name}"], trace.state["grad_avg"][:, position])
        assert np.array_equal(columns[f"sqr_avg_{name}"], trace.state["sqr_avg"][:, position])
        assert np.array_equal(columns[f"new_{name}"], trace.new_weights[:, position])
    assert np.array_equal(columns["prediction"], trace.prediction[:, 0])
    assert np.array_equal(columns["error"], trace.error)
    assert columns["epoch"].tolist() == trace.epoch.tolist()


def test_sgd_train_headers_of_larger_networks():
    table = SGD_TRAIN(np.ones((2, 2)), np.ones((2, 2)), network="2-2")
    assert table.header[:4] == ("epoch", "row", "x1", "x2")
    assert table.header[4:6] == ("y1", "y2")
    assert table.header[6:12] == ("w1_11", "w1_12", "b1_1", "w1_21", "w1_22", "b1_2")
    assert table.header[12:15] == ("prediction1", "prediction2", "error")
    assert table.rows.shape == (2, len(table.header))


@pytest.mark.parametrize("on_its_side", [False, True])
def test_sgd_train_counts_the_inputs_of_one_neuron(on_its_side):
    x = np.column_stack([X, X**2])
    table = SGD_TRAIN(x.T if on_its_side else x, Y, network="relu", learning_rate=1e-9)
    assert table.header[2:8] == ("x1", "x2", "y", "w1_11", "w1_12", "b1_1")


def test_sgd_train_starts_from_one_row_of_weights():
    with pytest.raises(ArgumentError, match="weights: 2 rows, but training starts from one"):
        SGD_TRAIN(X[:2], Y[:2], np.ones((2, 2)))


def test_exploding_training_ends_in_num_not_in_an_error():
    result = call(FUNCTIONS["SGD_TRAIN"], (X, Y, None, "1-1-1", 1e-3, 2))
    assert result[-1][-1] is CellError.NUM
    assert result[1][7] == 1.0


def test_diagnose_the_learners_relu():
    """Numerical derivatives, as the learner had, kill it at row 25; exact ones a row later."""
    learner = train(parse("1-1relu-1"), X, Y, derivatives="forward")
    table = SGD_TRAIN(X, Y, network="1-1relu-1")
    for weights, row in ((learner.weights, 25), (table.rows[:, 4:8], 26)):
        assert DIAGNOSE(X, Y, weights, "1-1relu-1").startswith(
            f"The step at row {row} overshot and the ReLU died: a*x+b is below 0 for every x"
        )
    exploded = SGD_TRAIN(X, Y, network="1-1-1")
    error = exploded.rows[:, exploded.header.index("error")]
    for errors in (None, error, error[:, None]):
        assert DIAGNOSE(X.T, Y.T, exploded.rows[:, 4:8], "1-1-1", errors) == (
            "The step at row 25 overshot and the errors exploded from row 26 on. "
            "Try a tenth of the learning rate."
        )


def test_diagnose_takes_weights_that_exploded_to_num():
    cells = call(FUNCTIONS["SGD_TRAIN"], (X, Y, None, "1-1-1", 1e-3, 2))
    weights = [row[4:8] for row in cells[1:]]
    assert any(CellError.NUM in row for row in weights)
    ((sentence,),) = call(FUNCTIONS["DIAGNOSE"], (X, Y, weights, "1-1-1"))
    assert sentence.startswith("The step at row 2 overshot and the errors exploded from row 3 on.")


def test_smooth_is_average_grad_repeated():
    series = np.sin(np.arange(1, 30) / 3)
    average, expected = None, []
    for value in series:
        average = AVERAGE_GRAD(value, average, 0.9, True)
        expected.append(average[0, 0])
    np.testing.assert_allclose(SMOOTH(series)[0], expected, rtol=1e-12)
    np.testing.assert_allclose(SMOOTH(series[:, None])[:, 0], expected, rtol=1e-12)
    two = SMOOTH(np.column_stack([series, -series]))
    np.testing.assert_allclose(two, np.column_stack([expected, np.negative(expected)]), rtol=1e-12)


@given(st.data())
def test_weights_row_by_row_are_a_loop(data):
    """m rows of inputs and m rows of weights give what each row gives alone, however the ranges lie."""
    notation = data.draw(st.sampled_from(["none", "relu", "1-1relu-1", "2-3tanh-1sigmoid", "3-2gelu-2"]))
    net = parse(notation)
    m = data.draw(st.integers(1, 5))
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    shared = data.draw(st.booleans())
    x = random.normal(size=(m, net.n_inputs))
    y = random.normal(size=(m, net.n_outputs))
    weights = random.normal(size=(1 if shared else m, net.n_weights))
    lies = data.draw(st.booleans())
    # A square of inputs or targets is read as it stands.
    inputs = x.T if lies and m != net.n_inputs else x
    targets = y.T if lies and m != net.n_outputs else y
    if shared and lies:
        weights = weights.T
    if m * net.n_weights == net.n_weights and lies:
        weights = weights.reshape(-1, 1)
    together = [
        NEURON_FORWARD(inputs, weights, notation),
        NEURON_GRAD(inputs, targets, weights, notation),
        NUM_DERIV(inputs, targets, weights, notation, 0.01, "central"),
    ]
    rows = weights.reshape(-1, net.n_weights)
    for i in range(m):
        alone = rows[0 if len(rows) == 1 else i]
        for result, expected in zip(
            together,
            [
                NEURON_FORWARD(x[i], alone, notation),
                NEURON_GRAD(x[i], y[i], alone, notation),
                NUM_DERIV(x[i], y[i], alone, notation, 0.01, "central"),
            ],
            strict=True,
        ):
            np.testing.assert_allclose(result[i], expected[0], rtol=1e-9, atol=1e-9)
