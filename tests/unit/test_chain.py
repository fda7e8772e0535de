"""Chains: the gradient without matrices has the bits of the one with matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.chain import EXPRESSIONS, can_walk, compile_walk, gradient_of_runs
from xlneuron.engine.network import gradient, parse
from xlneuron.engine.optimizers import OPTIMIZERS, Hyper

CHAINS = [
    *(f"1-1{name}" for name in ACTIVATIONS),
    *(f"1-1{name}-1" for name in ACTIVATIONS),
    "1-1relu-1tanh-1leaky_relu-1",
]


def cases(network, size):
    rng = np.random.default_rng(7)
    for scale in (1.0, 100.0, 1e200):
        yield rng.normal(size=(size, network.n_weights)) * scale, *(rng.normal(size=2) * scale).tolist()
    yield np.zeros((size, network.n_weights)), 3.0, 0.0
    yield np.ones((size, network.n_weights)), -3.0, 5.0
    yield np.full((size, network.n_weights), math.nan), 1.0, 1.0


def same_bits(left, right):
    """Equal, -0.0 and 0.0 told apart, any NaN like any other."""
    numbers = ~np.isnan(left)
    return (
        np.array_equal(np.isnan(left), np.isnan(right))
        and left[numbers].tobytes() == right[numbers].tobytes()
    )


@pytest.mark.parametrize("text", CHAINS)
def test_the_bits_are_those_of_backpropagation_with_matrices(text):
    network = parse(text)
    walk = compile_walk(network, OPTIMIZERS["sgd"])
    with np.errstate(all="ignore"):
        for weights, x, y in cases(network, 5):
            expected = gradient(network, weights, np.array([x]), np.array([y]))
            assert same_bits(np.array(gradient_of_runs(network, weights.T, x, y)).T, expected)
            for row, numbers in zip(expected, weights.tolist(), strict=True):
                (found,) = walk(numbers, [(x, y)], Hyper())
                assert {type(value) for value in found} == {float}
                assert same_bits(np.array(found[: network.n_weights]), row)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("text", ["1-1", "1-1relu-1", "1-1tanh-1"])
def test_the_steps_are_those_of_the_optimizer(text, optimizer):
    network, chosen, hyper = parse(text), OPTIMIZERS[optimizer], Hyper(1e-3, 0.8, 0.9, 1e-6)
    start = np.random.default_rng(5).normal(size=network.n_weights)
    points = [(1.0, 3.0), (2.0, -1.0), (-4.0, 0.5), (0.0, 0.0)]
    weights, state = start, {}
    walk = compile_walk(network, chosen)(start.tolist(), points, hyper)
    for step, (found, (x, y)) in enumerate(zip(walk, points, strict=True), 1):
        grads = gradient(network, weights, np.array([x]), np.array([y]))
        weights, state = chosen.update(weights, grads, state, step, hyper)
        expected = np.concatenate([grads, weights, *(state[name] for name in chosen.state)])
        assert same_bits(np.array(found), expected)


def test_walks_do_not_share_their_state():
    network, chosen = parse("1-1"), OPTIMIZERS["momentum"]
    points = [(1.0, 3.0), (2.0, -1.0)]
    walks = [compile_walk(network, chosen)([1.0, 1.0], points, Hyper()) for _ in range(2)]
    assert list(walks[0]) == list(walks[1])


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_activations_on_floats_are_those_on_arrays(name):
    values = [0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, math.nan, 5e-324, -5e-324]
    functions = zip(EXPRESSIONS[name], (ACTIVATIONS[name].f, ACTIVATIONS[name].df), strict=True)
    for text, on_array in functions:
        found = [eval(text.format(z="z"), {"z": value}) for value in values]
        np.testing.assert_array_equal(found, on_array(np.array(values)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-1", True),
        ("1-1relu-1", True),
        ("1-1-1-1tanh", True),
        ("2-1", False),
        ("1-2-1", False),
        ("1-1-2", False),
        ("1" + "-1" * 40, False),
    ],
)
def test_what_a_chain_is(text, expected):
    assert can_walk(parse(text)) is expected
