"""The three models that 02 and 03 compare: what their sheets, lines and sentences call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlneuron.books.lessons.models import CHAIN, NEURON, RELU, Model
from xlneuron.tables.fill import as_text
from xlneuron.tables.model import Column, Series
from xlneuron.xlsx.styles import BLUE, GREEN, ORANGE


@dataclass(frozen=True)
class Compared:
    """A model beside others. `key` is that of its sheet and of its training's table."""

    key: str
    model: Model
    tab: str
    label: str  # of its lines and columns
    name: str
    color: str

    @property
    def formula(self) -> str:
        """How it predicts, as people write it."""
        return as_text(self.model.predict())

    @property
    def weights(self) -> str:
        """The names of its weights."""
        return self.model.weights

    def line(self, table: str, x: str, y: str, *, marker: bool = False) -> Series:
        """Return its line of a chart."""
        return Series(table, x, y, self.label, self.color, marker=marker)


THREE = (
    Compared("neuron", NEURON, "One neuron", "one neuron", "One neuron", BLUE),
    Compared("chain", CHAIN, "Linear chain", "linear chain", "Two neurons in a linear chain", ORANGE),
    Compared("relu", RELU, "With ReLU", "with ReLU", "Two neurons with a ReLU", GREEN),
)


def start_errors(settings: str) -> Iterator[Column]:
    """Yield each model's error with the starting weights, which are settings of that sheet."""
    for each in THREE:
        start = each.model.predict(**{weight: f"{settings}.start_{weight}" for weight in each.weights})
        yield Column(
            f"start_{each.key}",
            f"({start} - y)**2",
            header=f"error at start, {each.label}",
            style="error",
            width=13,
            group="The data",
        ).says("The squared error with the starting weights.")
