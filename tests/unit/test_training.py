"""Training: the learner's experiments to the last digits, and many runs at once."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from xlneuron.data import default_data
from xlneuron.engine.network import forward, parse, rmse_over
from xlneuron.engine.optimizers import OPTIMIZERS
from xlneuron.engine.training import rmse, train
from xlneuron.errors import ArgumentError

DATA = default_data()
X, Y = np.array(DATA.inputs), np.array(DATA.targets)
SINGLE, TWO, RELU = parse("1-1"), parse("1-1-1"), parse("1-1relu-1")


close = partial(np.testing.assert_allclose, rtol=1e-9)


def test_e1_one_neuron():
    trace = train(SINGLE, X, Y, derivatives="forward")
    close(trace.error[0], 1849)
    close(trace.grads[0], [-1202.04, -85.99])
    close(trace.new_weights[0], [1.120204, 1.008599])
    close(trace.error[28], 594.3484116685793)
    close(trace.final_weights, [2.6080618930940993, 1.072660342137999])


def test_e2_two_neurons_explode():
    trace = train(TWO, X, Y, derivatives="forward")
    close(trace.error[0], 1764)
    close(trace.grads[0], [-1174.04, -83.99, -1257.75, -83.99])
    assert trace.x[24] == 99
    close(trace.error[24], 35085.186, rtol=1e-7)
    close(trace.error[25], 4041477.8, rtol=1e-7)
    close(trace.error[26], 3.82e11, rtol=2e-3)
    close(trace.error[28], 2.04e65, rtol=2e-3)


def test_e3_the_relu_died_at_row_25():
    linear = train(TWO, X, Y, derivatives="forward")
    trace = train(RELU, X, Y, derivatives="forward")
    assert np.array_equal(trace.error[:25], linear.error[:25])
    assert np.array_equal(trace.new_weights[:25], linear.new_weights[:25])
    assert (trace.grads[25:, :3] == 0).all()
    assert (trace.grads[25:, 3] != 0).all()
    close(
        trace.final_weights, [-5.641554062044071, 0.9636570857464529, -5.531824881142887, 1.1791355869642868]
    )
    a, b = trace.weights[25, :2]
    assert (a * X + b < 0).all()


@pytest.mark.parametrize(
    ("network", "epochs", "best_rate", "best_rmse"),
    [
        (SINGLE, 1, 5e-5, 15.7965),
        (RELU, 1, 1e-5, 14.9606),
        (SINGLE, 50, 5e-5, 15.1023),
        (RELU, 50, 1e-5, 14.3853),
    ],
    ids=["1 neuron", "2 neurons", "1 neuron, 50 epochs", "2 neurons, 50 epochs"],
)
def test_e6_each_model_at_its_best_rate(network, epochs, best_rate, best_rmse):
    rates = np.array([float(f"{digit}e{power}") for power in range(-7, -2) for digit in (1, 2, 5)])
    trace = train(network, X, Y, learning_rate=rates, epochs=epochs)
    with np.errstate(all="ignore"):
        final = rmse_over(network, trace.final_weights, X, Y)
    best = np.nanargmin(final)
    assert rates[best] == best_rate
    assert round(float(final[best]), 4) == best_rmse


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("derivatives", ["exact", "forward", "central"])
def test_many_runs_are_single_runs(optimizer, derivatives):
    """Starting weights and learning rates of their own, some runs exploding, in one go as one by one."""
    network = parse("1-2tanh-1")
    start = np.random.default_rng(4).normal(size=(3, network.n_weights))
    rates = np.array([1e-6, 1e-4, 1.0])
    settings = {"epochs": 2, "optimizer": optimizer, "derivatives": derivatives}
    together = train(network, X, Y, start, learning_rate=rates, **settings)
    assert together.weights.shape == (58, 3, 7)
    assert together.prediction.shape == (58, 3, 1)
    assert together.error.shape == (58, 3)
    for run in range(3):
        alone = train(network, X, Y, start[run], learning_rate=rates[run], **settings)
        for name in ("weights", "prediction", "error", "grads", "new_weights"):
            close(getattr(together, name)[:, run], getattr(alone, name), rtol=1e-6)
        for name, state in alone.state.items():
            close(together.state[name][:, run], state, rtol=1e-6)
        close(rmse(together)[:, run], rmse(alone), rtol=1e-6)


def test_one_start_with_many_rates_and_many_starts_with_one_rate():
    by_rate = train(SINGLE, X, Y, [0.5, 1.5], learning_rate=[1e-5, 1e-4])
    assert by_rate.weights[0].tolist() == [[0.5, 1.5]] * 2
    by_start = train(SINGLE, X, Y, [[0.5, 1.5], [1.0, 1.0]], learning_rate=1e-4)
    assert np.array_equal(by_rate.weights[:, 1], by_start.weights[:, 0])


def test_trace_fits_together():
    trace = train(RELU, X, Y, epochs=3, optimizer="adam")
    assert trace.epoch.tolist() == [1] * 29 + [2] * 29 + [3] * 29
    assert trace.row.tolist() == [*range(1, 30)] * 3
    assert np.array_equal(trace.x, np.tile(X, (3, 1)))
    assert np.array_equal(trace.y, np.tile(Y, (3, 1)))
    assert np.array_equal(trace.weights[1:], trace.new_weights[:-1])  # across epochs too: no step is lost
    assert np.array_equal(trace.error, (trace.prediction - trace.y)[:, 0] ** 2)
    assert set(trace.state) == {"grad_avg", "sqr_avg"}
    assert rmse(trace).tolist() == [np.sqrt(trace.error[i : i + 29].mean()) for i in (0, 29, 58)]


def test_lists_and_single_columns_will_do():
    trace = train(SINGLE, [1, 2, 3], [3, 5, 7], [2, 1])
    assert (trace.error == 0).all()
    assert trace.final_weights.tolist() == [2, 1]


def test_many_outputs():
    network = parse("2-3tanh-2")
    x, y = np.random.default_rng(5).normal(size=(2, 6, 2))
    trace = train(network, x, y, np.linspace(-1, 1, network.n_weights), learning_rate=0.05, epochs=200)
    assert np.array_equal(trace.prediction[0], forward(network, trace.weights[0], x[0]))
    assert rmse(trace)[-1] < 0.5 * rmse(trace)[0]


def test_what_overflows_becomes_infinite_then_nan_without_a_warning():
    trace = train(TWO, X, Y, epochs=2)
    assert not np.isfinite(trace.error[-1])
    assert not np.isfinite(rmse(trace)[-1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": np.ones((29, 2))}, "x: shape (29, 2), but network 1-1 takes 1 columns"),
        ({"y": Y[:-1]}, "y: 28 rows, but x has 29"),
        ({"x": [], "y": []}, "y: 0 rows, but x has 0"),
        ({"weights": [1, 1, 1]}, "weights: shape (3,), but network 1-1 has 2 weights"),
        ({"weights": 1.0}, "weights: shape (), but network 1-1 has 2 weights"),
        (
            {"weights": np.ones((3, 2)), "learning_rate": [1, 2]},
            "learning_rate: shape (2,), but weights has shape (3, 2)",
        ),
        ({"epochs": 0}, "epochs: 0, but training takes at least 1"),
        ({"derivatives": "x"}, "derivatives: unknown derivatives 'x' (known: exact, forward, central)"),
        ({"derivatives": "central", "h": 0}, "h: 0, but the estimate divides by it"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    arguments = {"x": X, "y": Y} | changes
    with pytest.raises(ArgumentError) as caught:
        train(SINGLE, **arguments)
    assert str(caught.value) == message
