"""Activations: what a neuron does to its weighted sum, and the derivative of that.

A new one is an entry of ACTIVATIONS here, and one of the table of its cells (`networks/activations.py`):
xlneuron cannot be imported with one of them alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlneuron.engine.array import Array
from xlneuron.errors import ArgumentError


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z), written so that no z overflows."""
    decay = np.exp(-np.abs(z))
    positive = 1 / (1 + decay)
    return np.where(z < 0, decay * positive, positive)


def relu(z: Array) -> Array:
    """Return z where it is above 0, else 0 (NaN stays NaN)."""
    return np.maximum(z, 0.0)


def relu_slope(z: Array) -> Array:
    """Return the derivative of `relu`; at 0 itself it is taken as 0, as PyTorch does."""
    return np.where(z > 0, 1.0, 0.0)


def leaky_relu(z: Array) -> Array:
    """Return z where it is above 0, else a hundredth of it."""
    return np.where(z > 0, z, 0.01 * z)


def leaky_relu_slope(z: Array) -> Array:
    """Return the derivative of `leaky_relu`."""
    return np.where(z > 0, 1.0, 0.01)


def tanh_slope(z: Array) -> Array:
    """Return the derivative of tanh."""
    return 1 - np.tanh(z) ** 2


def sigmoid_slope(z: Array) -> Array:
    """Return the derivative of `sigmoid`."""
    return sigmoid(z) * sigmoid(-z)


def softplus(z: Array) -> Array:
    """Return log(1 + e^z), the smooth ReLU, written so that no z overflows."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


# GELU in its tanh form (Hendrycks and Gimpel 2016): z/2 * (1 + tanh u) = z * sigmoid(2u), where
# u = sqrt(2/pi) * (z + 0.044715 z^3). Beyond |z| = 30 the sigmoid is exactly 0 or 1: no need to cube more.
GELU_SCALE = 2 * math.sqrt(2 / math.pi)
GELU_CUBE = 0.044715
GELU_FLAT = 30.0


def gelu(z: Array) -> Array:
    """Return GELU, tanh form."""
    flat = np.clip(z, -GELU_FLAT, GELU_FLAT)
    return z * sigmoid(GELU_SCALE * (flat + GELU_CUBE * flat**3))


def gelu_slope(z: Array) -> Array:
    """Return the derivative of `gelu`."""
    flat = np.clip(z, -GELU_FLAT, GELU_FLAT)
    gate = sigmoid(GELU_SCALE * (flat + GELU_CUBE * flat**3))
    return gate + flat * gate * (1 - gate) * GELU_SCALE * (1 + 3 * GELU_CUBE * flat**2)


def silu(z: Array) -> Array:
    """Return z * sigmoid(z), also called swish (Elfwing, Uchibe and Doya 2017)."""
    return z * sigmoid(z)


def silu_slope(z: Array) -> Array:
    """Return the derivative of `silu`."""
    gate = sigmoid(z)
    return gate + np.maximum(z, -GATE_SHUT) * gate * sigmoid(-z)


GATE_SHUT = 745.0  # e^-745 is the last number above 0: beyond, the gate is 0 whatever it is multiplied by


def elu(z: Array) -> Array:
    """Return z where it is above 0, else e^z - 1 (Clevert, Unterthiner and Hochreiter 2015)."""
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0.0)))


def elu_slope(z: Array) -> Array:
    """Return the derivative of `elu`."""
    return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0.0)))


@dataclass(frozen=True)
class Activation:
    """What a neuron does to its weighted sum z: `f(z)`, and its derivative `df(z)`.

    `he`: of half the sums next to nothing passes, as of a ReLU's. He's starting weights make up for that.
    """

    name: str
    f: Callable[[Array], Array]
    df: Callable[[Array], Array]
    he: bool = False


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("none", lambda z: z, np.ones_like),
        Activation("relu", relu, relu_slope, he=True),
        Activation("leaky_relu", leaky_relu, leaky_relu_slope, he=True),
        Activation("sigmoid", sigmoid, sigmoid_slope),
        Activation("tanh", np.tanh, tanh_slope),
        Activation("softplus", softplus, sigmoid),
        Activation("gelu", gelu, gelu_slope, he=True),
        Activation("silu", silu, silu_slope, he=True),
        Activation("elu", elu, elu_slope, he=True),
    )
}


def softmax(z: Array) -> Array:
    """Return e^z divided by the sum of e^z over the layer: z is a column (..., size, 1)."""
    grown = np.exp(z - z.max(axis=-2, keepdims=True))
    share: Array = grown / grown.sum(axis=-2, keepdims=True)
    return share


def _softmax_slope(z: Array) -> Array:
    raise ArgumentError("loss", "softmax goes with cross-entropy, not with the squared error")


# Of an output layer only, and only where it is asked for (see `parse`): it mixes the neurons of its layer.
SOFTMAX = Activation("softmax", softmax, _softmax_slope)
