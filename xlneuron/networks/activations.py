"""Activations as expressions of the language of cells. Their derivatives follow from them (`differentiate`).

They are written so that a sum of any size gives a number: e^700 still is one, e^710 is #NUM!.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlneuron.engine.activations import ACTIVATIONS as ENGINE
from xlneuron.engine.activations import GELU_CUBE, GELU_SCALE
from xlneuron.networks.plan import Neuron
from xlneuron.tables.fill import fill

SOFTMAX = "softmax"
SIGMOID = "1/(1 + exp(min(-{z}, 700)))"
GATE = SIGMOID.replace(
    "{z}", f"({GELU_SCALE!r}*({{z}} + {GELU_CUBE}*{{z}}**3))"
)  # the part of z that GELU lets through


@dataclass(frozen=True)
class Activation:
    """An activation of a sum {z}, and what a note says of it.

    `back` is its derivative, times {slope} by its output, where people write it otherwise than the rules of
    `differentiate` do: with {gate}, the cell that it has besides.
    """

    value: str
    words: str
    back: str | None = None


ACTIVATIONS = {
    "none": Activation("{z}", "the sum itself"),
    "relu": Activation("max(0, {z})", "the sum where it is above 0, else 0"),
    "leaky_relu": Activation("max({z}, 0.01*{z})", "the sum where it is above 0, else a hundredth of it"),
    "sigmoid": Activation(SIGMOID, "1/(1 + e^-z), from 0 to 1"),
    "tanh": Activation("tanh({z})", "from -1 to 1"),
    "softplus": Activation("max(0, {z}) + log(1 + exp(-abs({z})))", "log(1 + e^z), a smooth ReLU"),
    "gelu": Activation(
        f"{{z}}*{GATE}",
        "the sum times its gate",
        f"{{slope}}*({{gate}} + {{z}}*{{gate}}*(1 - {{gate}})*{GELU_SCALE!r}*(1 + {3 * GELU_CUBE!r}*{{z}}**2))",
    ),
}
SOFTMAX_WORDS = "e^z divided by the sum of e^z over all outputs: they add up to 1"
if ACTIVATIONS.keys() != ENGINE.keys():
    raise KeyError(
        f"activations without cells, or only with them: {sorted(ACTIVATIONS.keys() ^ ENGINE.keys())}"
    )


def activated(activation: str, z: str) -> str:
    """Return an activation of an expression."""
    return fill(ACTIVATIONS[activation].value, z=z)


def gate(z: str) -> str:
    """Return GELU's gate of a sum."""
    return fill(GATE, z=z)


def gate_name(neuron: Neuron) -> str:
    """Return the name of the cell with a GELU neuron's gate."""
    return f"gate{neuron.key}"


def words(activation: str) -> str:
    """Return what a note says of an activation, or of a softmax."""
    return SOFTMAX_WORDS if activation == SOFTMAX else ACTIVATIONS[activation].words


def handed_back(neuron: Neuron) -> dict[str, str]:
    """Return what a neuron's output hands back to its sum, {slope} being the derivative by the output.

    Empty where the rules of `differentiate` find it from the cell.
    """
    back = None if neuron.activation == SOFTMAX else ACTIVATIONS[neuron.activation].back
    if back is None:
        return {}
    return {neuron.z: back.replace("{gate}", gate_name(neuron)).replace("{z}", neuron.z)}
