"""Activations as expressions of the language of cells. Their derivatives follow from them (`differentiate`).

They are written so that a sum of any size gives a number: e^700 still is one, e^710 is #NUM!.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlneuron.engine.activations import ACTIVATIONS as ENGINE
from xlneuron.engine.activations import GELU_CUBE, GELU_SCALE
from xlneuron.networks.plan import Neuron
from xlneuron.tables.fill import fill

SOFTMAX = "softmax"
SIGMOID = "1/(1 + exp(min(-{z}, 700)))"


@dataclass(frozen=True)
class Inner:
    """A cell that an activation has besides the sum {z} and its output; `words` say what it is."""

    key: str
    expr: str
    words: str


@dataclass(frozen=True)
class Activation:
    """An activation of a sum {z}, what a note says of it, and the cells {in between}.

    `back` is its derivative, times {slope} by its output, where people write it otherwise than the rules of
    `differentiate` do.
    """

    value: str
    words: str
    inner: tuple[Inner, ...] = ()
    back: str | None = None


GATE = "how much of {z} passes: from 0 to 1"
ACTIVATIONS = {
    "none": Activation("{z}", "the sum itself"),
    "relu": Activation("max(0, {z})", "the sum where it is above 0, else 0"),
    "leaky_relu": Activation("max({z}, 0.01*{z})", "the sum where it is above 0, else a hundredth of it"),
    "sigmoid": Activation(SIGMOID, "1/(1 + e^-z), from 0 to 1"),
    "tanh": Activation("tanh({z})", "from -1 to 1"),
    "softplus": Activation("max(0, {z}) + log(1 + exp(-abs({z})))", "log(1 + e^z), a smooth ReLU"),
    "gelu": Activation(
        "max(-20, {z})*{gate}",
        "the sum times its gate",
        (
            Inner(
                "flat",
                "max(-20, min(20, {z}))",
                "{z}, but no further from 0 than 20, where the gate is shut or open",
            ),
            Inner("gate", f"1/(1 + exp(-{GELU_SCALE!r}*({{flat}} + {GELU_CUBE}*{{flat}}**3)))", GATE),
        ),
        "{slope}*({gate} + {flat}*{gate}*(1 - {gate})"
        f"*{GELU_SCALE!r}*(1 + {3 * GELU_CUBE!r}*{{flat}}**2))",
    ),
    "silu": Activation(
        "{flat}*{gate}",
        "the sum times its gate, which is the sigmoid of the sum",
        (
            Inner("flat", "max(-700, {z})", "{z}, but not below -700, where the gate is shut"),
            Inner("gate", "1/(1 + exp(-{flat}))", GATE),
        ),
        "{slope}*({gate} + {flat}*{gate}*(1 - {gate}))",
    ),
    "elu": Activation("{z} if {z} > 0 else exp({z}) - 1", "the sum where it is above 0, else e^z - 1"),
}
SOFTMAX_WORDS = "e^z divided by the sum of e^z over all outputs: they add up to 1"
if ACTIVATIONS.keys() != ENGINE.keys():
    raise KeyError(
        f"activations without cells, or only with them: {sorted(ACTIVATIONS.keys() ^ ENGINE.keys())}"
    )


@dataclass(frozen=True)
class Cell:
    """An inner cell of a neuron."""

    name: str
    expr: str
    words: str


def activated(activation: str, z: str) -> str:
    """Return an activation of an expression, in one expression."""
    parts = {"z": z}
    for each in ACTIVATIONS[activation].inner:
        parts[each.key] = fill(each.expr, **parts)
    return fill(ACTIVATIONS[activation].value, **parts)


def value(neuron: Neuron) -> str:
    """Return what a neuron makes of its sum and its inner cells."""
    return fill(ACTIVATIONS[neuron.activation].value, **_names(neuron))


def inner_cells(neuron: Neuron) -> Iterator[Cell]:
    """Yield the cells that a neuron has between its sum and its output."""
    names = _names(neuron)
    for each in _inner(neuron):
        yield Cell(names[each.key], fill(each.expr, **names), each.words.format(**names))


def words(activation: str) -> str:
    """Return what a note says of an activation, or of a softmax."""
    return SOFTMAX_WORDS if activation == SOFTMAX else ACTIVATIONS[activation].words


def handed_back(neuron: Neuron) -> dict[str, str]:
    """Return what a neuron's output hands back to its sum, {slope} being the derivative by the output.

    Empty where the rules of `differentiate` find it from the cells.
    """
    back = None if neuron.activation == SOFTMAX else ACTIVATIONS[neuron.activation].back
    return {} if back is None else {neuron.z: back.format(slope="{slope}", **_names(neuron))}


def _inner(neuron: Neuron) -> tuple[Inner, ...]:
    return () if neuron.activation == SOFTMAX else ACTIVATIONS[neuron.activation].inner


def _names(neuron: Neuron) -> dict[str, str]:
    """Return the names of a neuron's cells, by what they are called here."""
    return {"z": neuron.z} | {each.key: f"{each.key}{neuron.key}" for each in _inner(neuron)}
