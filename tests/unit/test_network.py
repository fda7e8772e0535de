"""Networks: notation, forward pass, squared error and gradients, against PyTorch and by hand."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.network import (
    CROSS_ENTROPY,
    MAX_WEIGHTS,
    SQUARED,
    error,
    forward,
    gradient,
    numerical_gradient,
    parse,
    rmse_over,
    squared_error,
)
from xlneuron.errors import ArgumentError

FIGURES = json.loads((Path(__file__).parents[1] / "figures" / "torch_figures.json").read_text())
SMOOTH = ["none", "sigmoid", "tanh", "softplus", "gelu"]


close = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-12)


def agrees_with_torch(case):
    network = parse(case["network"])
    weights, x, y = (np.array(case[key]) for key in ("weights", "x", "y"))
    prediction = forward(network, weights, x)
    close(prediction, case["prediction"])
    close(squared_error(prediction, y), case["error"])
    close(gradient(network, weights, x, y), case["grads"])


@pytest.mark.parametrize("case", FIGURES["networks"], ids=lambda case: case["network"])
def test_agrees_with_torch_figures(case):
    agrees_with_torch(case)


def test_figures_cover_every_activation():
    used = {layer.activation.name for case in FIGURES["networks"] for layer in parse(case["network"]).layers}
    assert used == set(ACTIVATIONS)


def test_agrees_with_torch_live():
    torch = pytest.importorskip("torch")
    from figures.make_torch_figures import network_figures

    torch.manual_seed(2)
    for network in ("1-1relu-1", "3-7gelu-5softplus-4", "2-3tanh-1sigmoid", "1-20leaky_relu-20relu-1"):
        agrees_with_torch(network_figures(network))


@pytest.mark.parametrize(
    ("text", "canonical", "names"),
    [
        ("", "1-1", "a b"),
        ("none", "1-1", "a b"),
        ("relu", "1-1relu", "a b"),
        ("1-1", "1-1", "a b"),
        ("1-1none", "1-1", "a b"),
        ("1-1-1", "1-1-1", "a b c d"),
        (" 1 - 1ReLU - 1 ", "1-1relu-1", "a b c d"),
        ("1-1leaky_relu-1none", "1-1leaky_relu-1", "a b c d"),
        ("2-1", "2-1", "w1_11 w1_12 b1_1"),
        ("1-1-1-1", "1-1-1-1", "w1_11 b1_1 w2_11 b2_1 w3_11 b3_1"),
        (
            "2-3tanh-1sigmoid",
            "2-3tanh-1sigmoid",
            "w1_11 w1_12 b1_1 w1_21 w1_22 b1_2 w1_31 w1_32 b1_3 w2_11 w2_12 w2_13 b2_1",
        ),
        (
            "10-1",
            "10-1",
            "w1_1_1 w1_1_2 w1_1_3 w1_1_4 w1_1_5 w1_1_6 w1_1_7 w1_1_8 w1_1_9 w1_1_10 b1_1",
        ),
    ],
)
def test_notation(text, canonical, names):
    network = parse(text)
    assert network.text == canonical
    assert network.weight_names == tuple(names.split())
    assert network.n_weights == len(network.weight_names)
    assert parse(canonical) == network


def test_an_activation_alone_has_as_many_inputs_as_wanted():
    assert parse("tanh", inputs=3).text == "3-1tanh"
    assert parse("", inputs=2).n_weights == 3
    assert parse("1-2", inputs=5).n_inputs == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("relo", f"unknown activation 'relo' (known: {', '.join(ACTIVATIONS)})"),
        (
            "1-1foo-1",
            f"unknown activation 'foo' (known: {', '.join(ACTIVATIONS)})",
        ),
        ("1", "'1' needs its number of inputs first, as in 1-1relu-1"),
        ("2relu-1", "'2relu-1' needs its number of inputs first, as in 1-1relu-1"),
        ("1--1", "'1--1' is not layer sizes joined by -, as in 1-1relu-1"),
        ("1-", "'1-' is not layer sizes joined by -, as in 1-1relu-1"),
        ("1x1-1", "'1x1-1' is not layer sizes joined by -, as in 1-1relu-1"),
        ("1-1.5", "'1-1.5' is not layer sizes joined by -, as in 1-1relu-1"),
        ("١-1", "'١-1' is not layer sizes joined by -, as in 1-1relu-1"),
        ("1-0-1", "a layer of '0' neurons in '1-0-1'; 1 to 16384 fit"),
        (
            "1-" + "9" * 5000,
            "a layer of '" + "9" * 37 + "...' neurons in '1-" + "9" * 35 + "...'; 1 to 16384 fit",
        ),
        ("200-100", "'200-100' has 20100 weights, at most 16384 fit"),
    ],
)
def test_bad_notation_is_named(text, message):
    with pytest.raises(ArgumentError) as caught:
        parse(text)
    assert caught.value.argument == "network"
    assert str(caught.value) == f"network: {message}"


def test_largest_network_fits():
    assert parse("127-128").n_weights == MAX_WEIGHTS


def test_two_neurons_by_hand():
    """y = c * max(0, a * x + b) + d with a = 2, b = 1, c = 3, d = 4, at x = 5, target 30."""
    network, x, y = parse("1-1relu-1"), np.array([5.0]), np.array([30.0])
    weights = np.array([2.0, 1.0, 3.0, 4.0])
    assert forward(network, weights, x).tolist() == [37.0]
    assert squared_error(np.array([37.0]), y) == 49.0
    # dE/dprediction = 14; times c * x, c, 11 and 1
    assert gradient(network, weights, x, y).tolist() == [210.0, 42.0, 154.0, 14.0]


def test_relu_has_derivative_0_at_0():
    weights = np.array([1.0, -5.0, 1.0, 0.0])
    grads = gradient(parse("1-1relu-1"), weights, np.array([5.0]), np.array([30.0]))
    assert grads.tolist() == [0.0, 0.0, 0.0, -60.0]


def test_numerical_derivatives_by_hand():
    """E = (a * x + b - y)^2 at a = b = 1, x = 14, y = 58: E = 43^2, E(a + h) = 42.86^2."""
    network, ones, x, y = parse("1-1"), np.ones(2), np.array([14.0]), np.array([58.0])
    close(numerical_gradient(network, ones, x, y), [-1202.04, -85.99])
    close(numerical_gradient(network, ones, x, y, method="central"), [-1204.0, -86.0])
    close(numerical_gradient(network, ones, x, y, h=1.0), [(29.0**2 - 43.0**2), (42.0**2 - 43.0**2)])


def test_unknown_method_is_named():
    with pytest.raises(ArgumentError, match=r"method: unknown method 'back' \(known: forward, central\)"):
        numerical_gradient(parse(""), np.ones(2), np.ones(1), np.ones(1), method="back")


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda activation: activation.name)
def test_activations_are_stable(activation):
    """No warning (they are errors here), and the limits are reached, from -1e300 to 1e300; NaN stays NaN."""
    z = np.array([-1e300, -1e3, 1e3, 1e300])
    f, df = activation.f(z), activation.df(z)
    assert np.isfinite(f).all()
    assert np.isfinite(df).all()
    limits = {"sigmoid": (0, 0, 1, 0), "tanh": (-1, 0, 1, 0), "none": (-1e3, 1, 1e3, 1)}
    limits |= {"leaky_relu": (-10, 0.01, 1e3, 1), "elu": (-1, 0, 1e3, 1)}
    close((f[1], df[1], f[2], df[2]), limits.get(activation.name, (0, 0, 1e3, 1)))
    assert np.isnan(activation.f(np.array([np.nan]))).all()


def random_case(data, activations, leading=()):
    """A random small network with weights and a datapoint; `leading` are axes of independent cases."""
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    names = data.draw(st.lists(st.sampled_from(activations), min_size=3, max_size=3))
    network = parse(
        "-".join([str(sizes[0]), *(f"{n}{name}" for n, name in zip(sizes[1:], names, strict=False))])
    )
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    return (
        network,
        random.normal(size=(*leading, network.n_weights)),
        random.normal(size=(*leading, network.n_inputs)),
        random.normal(size=(*leading, network.n_outputs)),
    )


@given(st.data())
def test_gradient_is_the_limit_of_differences(data):
    network, weights, x, y = random_case(data, SMOOTH)
    central = numerical_gradient(network, weights, x, y, h=1e-5, method="central")
    exact = gradient(network, weights, x, y)
    np.testing.assert_allclose(central, exact, rtol=1e-4, atol=1e-6 * max(1, np.abs(exact).max()))


@given(st.data())
def test_broadcasting_is_a_loop(data):
    """Weights (4, 1, ...) against datapoints (1, 3, ...) give what each pair gives alone."""
    network, weights, x, y = random_case(data, list(ACTIVATIONS), leading=(4,))
    weights, x, y = weights[:, None], x[None, :3], y[None, :3]
    for function in (gradient, numerical_gradient, lambda n, w, x, _: forward(n, w, x)):
        together = function(network, weights, x, y)
        assert together.shape[:2] == (4, 3)
        for i, j in np.ndindex(4, 3):
            np.testing.assert_allclose(
                together[i, j], function(network, weights[i, 0], x[0, j], y[0, j]), rtol=1e-12, atol=1e-12
            )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nan_stays_in_its_row(activation):
    network = parse(f"2-2{activation}-1")
    x, y = np.ones((3, 2)), np.ones((3, 1))
    x[1, 0] = np.nan
    weights = np.linspace(-1, 1, network.n_weights)
    for rows in (forward(network, weights, x), gradient(network, weights, x, y)):
        assert np.isnan(rows[1]).any()
        assert np.isfinite(rows[[0, 2]]).all()


def test_rmse_over_is_the_root_of_the_mean_square():
    network, x, y = parse("1-1"), np.array([[0.0], [1.0]]), np.array([[3.0], [5.0]])
    assert rmse_over(network, np.zeros(2), x, y) == np.sqrt((9 + 25) / 2)
    assert rmse_over(network, np.array([[0.0, 0.0], [2.0, 3.0]]), x, y).tolist() == [np.sqrt(17), 0.0]


@pytest.mark.parametrize(
    ("text", "loss"),
    [("2-3tanh-3softmax", CROSS_ENTROPY), ("2-3tanh-2sigmoid", CROSS_ENTROPY), ("2-2", SQUARED)],
)
def test_gradients_of_every_loss_are_what_moving_a_weight_gives(text, loss):
    network = parse(text, softmax=True)
    random = np.random.default_rng(1)
    weights, x = random.normal(size=network.n_weights), random.normal(size=(4, network.n_inputs))
    y = np.eye(network.n_outputs)[random.integers(0, network.n_outputs, 4)]
    estimated = numerical_gradient(network, weights, x, y, h=1e-5, method="central", loss=loss)
    np.testing.assert_allclose(gradient(network, weights, x, y, loss), estimated, rtol=1e-6, atol=1e-8)


def test_cross_entropy_is_minus_the_logarithm_of_the_right_probability():
    network = parse("1-3softmax", softmax=True)
    weights, x, y = np.arange(6.0), np.array([0.5]), np.array([0.0, 1.0, 0.0])
    probabilities = forward(network, weights, x)
    close(probabilities.sum(), 1)
    close(error(network, weights, x, y, CROSS_ENTROPY), -np.log(probabilities[1]))
    assert np.isfinite(error(network, 1e5 * weights, x, y, CROSS_ENTROPY))


@pytest.mark.parametrize("text", ["1-2softmax-1", "softmax-1", "1-2relusoftmax"])
def test_softmax_belongs_to_the_last_layer_alone(text):
    with pytest.raises(ArgumentError, match="network: "):
        parse(text, softmax=True)


def test_softmax_is_read_only_where_it_is_asked_for_and_never_with_the_squared_error():
    with pytest.raises(ArgumentError, match="unknown activation 'softmax'"):
        parse("1-2softmax")
    network = parse("1-2softmax", softmax=True)
    with pytest.raises(ArgumentError, match="softmax goes with cross-entropy"):
        gradient(network, np.ones(4), np.ones(1), np.array([0.0, 1.0]))
