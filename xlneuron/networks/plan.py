"""The name of every cell of a network: z1_2 is the weighted sum of neuron 2 of layer 1, h1_2 its output.

Where nothing happens between two values (a linear neuron) they are one cell. What leaves the last layer is
`pred`, or `pred1`, `pred2` ... A derivative of the error has `d_` before the name of what it is by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlneuron.engine.network import Layer, Network
from xlneuron.tables.simplify import LONG_SUM


@dataclass(frozen=True)
class Weight:
    """A weight: its name, and the signal that it is multiplied by (None for a bias)."""

    name: str
    signal: str | None

    @property
    def term(self) -> str:
        """What it adds to its neuron's sum."""
        return self.name if self.signal is None else f"{self.name}*{self.signal}"


@dataclass(frozen=True)
class Neuron:
    """A neuron: where it stands, its weights (the bias last), and the names of its sum and its output."""

    layer: int  # from 1
    number: int  # in its layer, from 1
    activation: str
    weights: tuple[Weight, ...]
    z: str
    h: str

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return f"neuron {self.number} of layer {self.layer}"

    @property
    def key(self) -> str:
        """What is added to a name for this neuron."""
        return f"{self.layer}_{self.number}"

    @property
    def sum(self) -> str:
        """The expression of its weighted sum."""
        return added([weight.term for weight in self.weights])

    @property
    def bias(self) -> str:
        """The name of its bias."""
        return self.weights[-1].name


@dataclass(frozen=True)
class Plan:
    """A network with the names of its cells."""

    network: Network

    @cached_property
    def x(self) -> tuple[str, ...]:
        """The inputs: x, or x1, x2, ..."""
        return numbered("x", self.network.n_inputs)

    @cached_property
    def y(self) -> tuple[str, ...]:
        """The targets: y, or y1, y2, ..."""
        return numbered("y", self.network.n_outputs)

    @cached_property
    def pred(self) -> tuple[str, ...]:
        """The predictions: pred, or pred1, pred2, ..."""
        return numbered("pred", self.network.n_outputs)

    @cached_property
    def layers(self) -> tuple[tuple[Neuron, ...], ...]:
        """The neurons, layer by layer."""
        names = iter(self.network.weight_names)
        signals: Sequence[str] = self.x
        layers = []
        for place, layer in enumerate(self.network.layers, 1):
            last = place == len(self.network.layers)
            neurons = tuple(self._neurons(place, layer, signals, names, last))
            layers.append(neurons)
            signals = [neuron.h for neuron in neurons]
        return tuple(layers)

    @cached_property
    def neurons(self) -> tuple[Neuron, ...]:
        """All neurons."""
        return tuple(neuron for layer in self.layers for neuron in layer)

    @property
    def weights(self) -> tuple[str, ...]:
        """The names of all weights."""
        return self.network.weight_names

    @property
    def outputs(self) -> tuple[Neuron, ...]:
        """The neurons of the last layer."""
        return self.layers[-1]

    def after(self, neuron: Neuron) -> tuple[Neuron, ...]:
        """Return the next layer's neurons."""
        return self.layers[neuron.layer]

    def is_output(self, neuron: Neuron) -> bool:
        """Whether a neuron belongs to the last layer."""
        return neuron.layer == len(self.layers)

    def _neurons(
        self, place: int, layer: Layer, signals: Sequence[str], names: Iterator[str], last: bool
    ) -> Iterator[Neuron]:
        for number in range(1, layer.size + 1):
            weights = tuple(Weight(next(names), signal) for signal in (*signals, None))
            linear = layer.activation.name == "none"
            h = self.pred[number - 1] if last else f"{'z' if linear else 'h'}{place}_{number}"
            z = h if linear else f"z{place}_{number}"
            yield Neuron(place, number, layer.activation.name, weights, z, h)


def numbered(name: str, count: int) -> tuple[str, ...]:
    """Return x, or x1, x2, ... if there are several."""
    return (name,) if count == 1 else tuple(f"{name}{number}" for number in range(1, count + 1))


def added(terms: Sequence[str]) -> str:
    """Return the sum of expressions."""
    if len(terms) <= LONG_SUM:
        return " + ".join(terms)
    parts = [" + ".join(terms[start : start + LONG_SUM]) for start in range(0, len(terms), LONG_SUM)]
    return added([f"({part})" for part in parts])


def largest(names: Sequence[str], function: str = "max") -> str:
    """Return the largest of expressions; a function takes 30 arguments at most."""
    if len(names) == 1:
        return names[0]
    groups = [names[start : start + 30] for start in range(0, len(names), 30)]
    return largest(
        [f"{function}({', '.join(group)})" if len(group) > 1 else group[0] for group in groups], function
    )
