"""A small neural network: its notation, forward pass, loss and gradient.

Arrays carry what they hold on their last axis (inputs, weights, outputs); every axis before it is a batch
axis, and batch axes broadcast. So one function serves one datapoint, a whole data set, weights that differ
row by row, and a thousand runs at once. Nothing here switches NumPy's warnings off: numbers that overflow
warn, and the callers that expect it (`training`, `functions`) say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from xlneuron.engine.activations import ACTIVATIONS, SOFTMAX, Activation, softplus
from xlneuron.engine.array import Array
from xlneuron.errors import ArgumentError, echo
from xlneuron.limits import SHEET_COLUMNS

MAX_WEIGHTS = SHEET_COLUMNS  # a column for each
MAX_SIZE_DIGITS = 5  # of a layer's size; larger ones have too many weights anyway


@dataclass(frozen=True)
class Loss:
    """How wrong an output layer is. Both functions take its activation, its sums z and the targets.

    z and targets are columns (..., n_outputs, 1). `error` is (...), `delta` its derivative by z.
    """

    name: str
    error: Callable[[Activation, Array, Array], Array]
    delta: Callable[[Activation, Array, Array], Array]


def _squared(activation: Activation, z: Array, target: Array) -> Array:
    return squared_error(activation.f(z)[..., 0], target[..., 0])


def _squared_delta(activation: Activation, z: Array, target: Array) -> Array:
    return 2 * (activation.f(z) - target) * activation.df(z)


def _cross_entropy(activation: Activation, z: Array, target: Array) -> Array:
    """Return -sum(y log p), and for sigmoids -sum((1 - y) log(1 - p)) as well, without taking a log of 0."""
    if activation is SOFTMAX:
        top = z.max(axis=-2, keepdims=True)
        surprise = target * (top + np.log(np.exp(z - top).sum(axis=-2, keepdims=True)) - z)
    else:
        surprise = softplus(z) - target * z
    error: Array = surprise.sum(axis=(-2, -1))
    return error


def _cross_entropy_delta(activation: Activation, z: Array, target: Array) -> Array:
    return activation.f(z) - target


SQUARED = Loss("squared", _squared, _squared_delta)
# For outputs with sigmoid (targets from 0 to 1) or softmax (targets that add up to 1).
CROSS_ENTROPY = Loss("cross-entropy", _cross_entropy, _cross_entropy_delta)
LOSSES = {loss.name: loss for loss in (SQUARED, CROSS_ENTROPY)}


@dataclass(frozen=True)
class Layer:
    """`size` neurons, each with `inputs` input weights and a bias, and one activation for all."""

    inputs: int
    size: int
    activation: Activation

    @property
    def n_weights(self) -> int:
        """Input weights and biases of all its neurons."""
        return self.size * (self.inputs + 1)


@dataclass(frozen=True)
class Network:
    """Layers in a row. `text` is the notation it is read from, for example `1-1relu-1`."""

    text: str
    layers: tuple[Layer, ...]

    @property
    def n_inputs(self) -> int:
        """How many inputs a datapoint has."""
        return self.layers[0].inputs

    @property
    def n_outputs(self) -> int:
        """How many targets a datapoint has."""
        return self.layers[-1].size

    @cached_property
    def n_weights(self) -> int:
        """Weights and biases in all."""
        return sum(layer.n_weights for layer in self.layers)

    @cached_property
    def has_letters(self) -> bool:
        """Whether it is one or two neurons in a row with one input: the networks with weights a, b, c, d."""
        return len(self.layers) <= 2 and all((layer.inputs, layer.size) == (1, 1) for layer in self.layers)

    @cached_property
    def weight_names(self) -> tuple[str, ...]:
        """`a b c d` for a chain; else `w1_12` is layer 1, neuron 1, input 2 and `b1_1` that neuron's bias."""
        if self.has_letters:
            return ("a", "b", "c", "d")[: self.n_weights]
        names: list[str] = []
        for number, layer in enumerate(self.layers, start=1):
            gap = "_" if max(layer.inputs, layer.size) > 9 else ""  # w1_111 could be read in two ways
            for neuron in range(1, layer.size + 1):
                names += [f"w{number}_{neuron}{gap}{source}" for source in range(1, layer.inputs + 1)]
                names.append(f"b{number}_{neuron}")
        return tuple(names)


def parse(text: str, inputs: int = 1, *, softmax: bool = False) -> Network:
    """Read a network's notation: layer sizes joined by `-`, an activation's name directly after a size.

    `1-1relu-1` is one input, one neuron with ReLU, one linear neuron. An activation's name alone, or nothing,
    is one neuron with `inputs` inputs. With `softmax`, that is an activation of the last layer, too. Raises
    ArgumentError for anything else.
    """
    text = "".join(text.lower().split())
    if softmax and text.endswith(SOFTMAX.name):
        network = _parse(text.removesuffix(SOFTMAX.name), inputs)
        *hidden, last = network.layers
        if last.activation.name != "none":
            raise ArgumentError("network", f"{echo(text)} has two activations after its last size")
        return Network(network.text + SOFTMAX.name, (*hidden, replace(last, activation=SOFTMAX)))
    return _parse(text, inputs)


@lru_cache(maxsize=256)
def _parse(text: str, inputs: int) -> Network:
    if "-" not in text and not text[:1].isdigit():
        text = f"{inputs}-1{text}"
    sizes, activations = zip(*(_part(part, text) for part in text.split("-")), strict=True)
    if len(sizes) < 2 or activations[0]:
        raise ArgumentError("network", f"{echo(text)} needs its number of inputs first, as in 1-1relu-1")
    layers = tuple(
        Layer(before, size, ACTIVATIONS[activation or "none"])
        for (before, size), activation in zip(pairwise(sizes), activations[1:], strict=True)
    )
    network = Network(
        "-".join(f"{size}{name}" for size, name in zip(sizes, activations, strict=True)), layers
    )
    if network.n_weights > MAX_WEIGHTS:
        raise ArgumentError(
            "network", f"{echo(text)} has {network.n_weights} weights, at most {MAX_WEIGHTS} fit"
        )
    return network


def _part(part: str, text: str) -> tuple[int, str]:
    """Split `3tanh` into 3 and tanh; `none` is what no name means."""
    match = re.fullmatch(r"([0-9]+)([a-z_]*)", part)
    if match is None:
        raise ArgumentError("network", f"{echo(text)} is not layer sizes joined by -, as in 1-1relu-1")
    digits, name = match.groups()
    if name and name not in ACTIVATIONS:
        raise ArgumentError("network", f"unknown activation {echo(name)} (known: {', '.join(ACTIVATIONS)})")
    if len(digits) > MAX_SIZE_DIGITS or int(digits) == 0:
        raise ArgumentError(
            "network", f"a layer of {echo(digits)} neurons in {echo(text)}; 1 to {MAX_WEIGHTS} fit"
        )
    return int(digits), "" if name == "none" else name


def matrices(network: Network, weights: Array) -> Iterator[tuple[Array, Array]]:
    """Yield each layer's weight matrix (..., size, inputs) and bias column (..., size, 1)."""
    start = 0
    for layer in network.layers:
        stop = start + layer.n_weights
        matrix = weights[..., start:stop].reshape(*weights.shape[:-1], layer.size, layer.inputs + 1)
        yield matrix[..., :-1], matrix[..., -1:]
        start = stop


def sums(network: Network, weights: Array, inputs: Array) -> tuple[list[Array], list[Array]]:
    """Return what goes into each layer, and each layer's weighted sums z = W a + b, as columns (..., n, 1).

    The first list has one more entry, the prediction.
    """
    signals, zs = [inputs[..., None]], []
    for layer, (weight, bias) in zip(network.layers, matrices(network, weights), strict=True):
        zs.append(weight @ signals[-1] + bias)
        signals.append(layer.activation.f(zs[-1]))
    return signals, zs


def forward(network: Network, weights: Array, inputs: Array) -> Array:
    """Return the predictions: weights (..., n_weights) and inputs (..., n_inputs) give (..., n_outputs)."""
    signals, _ = sums(network, weights, inputs)
    return signals[-1][..., 0]


def squared_error(prediction: Array, target: Array) -> Array:
    """Return the squared error of each datapoint, summed over its outputs: (..., n_outputs) gives (...)."""
    error: Array = np.square(prediction - target).sum(axis=-1)
    return error


def rmse_over(network: Network, weights: Array, x: Array, y: Array) -> Array:
    """Return the root of the mean squared error of weights (..., n_weights) over all datapoints: (...).

    x is (n, n_inputs), y is (n, n_outputs).
    """
    errors = squared_error(forward(network, weights[..., None, :], x), y)
    root: Array = np.sqrt(errors.mean(axis=-1))
    return root


def error(network: Network, weights: Array, inputs: Array, targets: Array, loss: Loss = SQUARED) -> Array:
    """Return the loss of each datapoint: (...)."""
    _, zs = sums(network, weights, inputs)
    return loss.error(network.layers[-1].activation, zs[-1], targets[..., None])


def gradient(network: Network, weights: Array, inputs: Array, targets: Array, loss: Loss = SQUARED) -> Array:
    """Return d(loss)/d(weight) by backpropagation, exact: (..., n_weights)."""
    signals, zs = sums(network, weights, inputs)
    weight_matrices = [weight for weight, _ in matrices(network, weights)]
    grads: list[Array] = []
    delta = loss.delta(network.layers[-1].activation, zs[-1], targets[..., None])  # dE/dz
    for number in reversed(range(len(network.layers))):
        by_weight = delta @ signals[number].swapaxes(-1, -2)
        by_neuron = np.concatenate([by_weight, delta], axis=-1)  # dE/dW, dE/db
        grads.append(by_neuron.reshape(*by_neuron.shape[:-2], -1))
        if number:
            slope = weight_matrices[number].swapaxes(-1, -2) @ delta  # dE/d(what leaves the layer before)
            delta = slope * network.layers[number - 1].activation.df(zs[number - 1])
    return np.concatenate(grads[::-1], axis=-1)


def numerical_gradient(
    network: Network,
    weights: Array,
    inputs: Array,
    targets: Array,
    *,
    h: float = 0.01,
    method: str = "forward",
    loss: Loss = SQUARED,
) -> Array:
    """Return d(loss)/d(weight), estimated by moving one weight at a time by h: (..., n_weights).

    `forward` is (E(w + h) - E(w)) / h, `central` is (E(w + h) - E(w - h)) / 2h.
    """

    def moved_error(moved: Array) -> Array:
        return error(network, moved, inputs[..., None, :], targets[..., None, :], loss)

    weights = weights[..., None, :]
    moves = h * np.eye(network.n_weights)  # row i moves weight i
    if method == "forward":
        return (moved_error(weights + moves) - moved_error(weights)) / h
    if method == "central":
        return (moved_error(weights + moves) - moved_error(weights - moves)) / (2 * h)
    raise ArgumentError("method", f"unknown method {echo(method)} (known: forward, central)")
