"""Activations and their derivatives as expressions of the language of cells.

They are written so that a sum of any size gives a number: e^700 still is one, e^710 is #NUM!.
"""

from __future__ import annotations

from xlneuron.compiler.plan import Neuron
from xlneuron.network import GELU_CUBE, GELU_SCALE

SOFTMAX = "softmax"
LARGEST_EXPONENT = 700


def squashed(z: str) -> str:
    """Return the sigmoid of an expression."""
    return f"1/(1 + exp(min(-{z}, {LARGEST_EXPONENT})))"


def gate(z: str) -> str:
    """Return GELU's gate, the part of z that it lets through."""
    return squashed(f"({GELU_SCALE!r}*({z} + {GELU_CUBE}*{z}**3))")


def activated(activation: str, z: str) -> str:
    """Return an activation of z, which is a name or stands in brackets."""
    match activation:
        case "relu":
            return f"max(0, {z})"
        case "leaky_relu":
            return f"max({z}, 0.01*{z})"
        case "sigmoid":
            return squashed(z)
        case "tanh":
            return f"tanh({z})"
        case "softplus":
            return f"max(0, {z}) + log(1 + exp(-abs({z})))"
        case "gelu":
            return f"{z}*{gate(z)}"
    return z


def back(neuron: Neuron, slope: str) -> str:
    """Return the derivative by a neuron's sum from `slope`, that by its output: times the activation's own."""
    z, h = neuron.z, neuron.h
    match neuron.activation:
        case "relu":
            return f"({slope} if {z} > 0 else 0)"
        case "leaky_relu":
            return f"({slope} if {z} > 0 else 0.01*{slope})"
        case "sigmoid":
            return f"{slope}*{h}*(1 - {h})"
        case "tanh":
            return f"{slope}*(1 - {h}**2)"
        case "softplus":
            return f"{slope}*({squashed(z)})"
        case "gelu":
            g = gate_name(neuron)
            inner = f"{GELU_SCALE!r}*(1 + {3 * GELU_CUBE!r}*{z}**2)"
            return f"{slope}*({g} + {z}*{g}*(1 - {g})*{inner})"
    return slope


def gate_name(neuron: Neuron) -> str:
    """Return the name of the cell with a GELU neuron's gate."""
    return f"gate{neuron.key}"


# What a note says of an activation.
WORDS = {
    "none": "the sum itself",
    "relu": "the sum where it is above 0, else 0",
    "leaky_relu": "the sum where it is above 0, else a hundredth of it",
    "sigmoid": "1/(1 + e^-z), from 0 to 1",
    "tanh": "from -1 to 1",
    "softplus": "log(1 + e^z), a smooth ReLU",
    "gelu": "the sum times its gate",
    "softmax": "e^z divided by the sum of e^z over all outputs: they add up to 1",
}
