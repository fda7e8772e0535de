"""What a template can be made with: the user's data and settings."""

from __future__ import annotations

from dataclasses import dataclass

from xlneuron.data import DataSet, check_rows
from xlneuron.errors import XlneuronError, counted
from xlneuron.workbook.layout import HEADER_ROW


@dataclass(frozen=True)
class Options:
    """The data, and settings of which None leaves the template's own."""

    data: DataSet
    learning_rate: float | None = None
    h: float | None = None
    epochs: int | None = None
    weights: tuple[float, ...] | None = None

    @property
    def x(self) -> list[float]:
        """The first input of every datapoint."""
        return [row[0] for row in self.data.inputs]

    @property
    def y(self) -> list[float]:
        """The first target of every datapoint."""
        return [row[0] for row in self.data.targets]

    def rate_or(self, default: float) -> float:
        """Return the learning rate."""
        return default if self.learning_rate is None else self.learning_rate

    def h_or(self, default: float = 0.01) -> float:
        """Return the h of the numerical derivatives."""
        return default if self.h is None else self.h

    def start(self, template: str, names: str) -> tuple[float, ...]:
        """Return the starting weights, ones if none are given, for weights with these one-letter names."""
        weights = (1.0,) * len(names) if self.weights is None else self.weights
        if len(weights) != len(names):
            given = counted(len(weights), "weight")
            raise XlneuronError(f"{template}: {given} given, but it has {len(names)}: {', '.join(names)}")
        return weights

    def epochs_or(self, template: str, default: int) -> int:
        """Return the number of epochs; raises DataError if a sheet cannot hold so many rows."""
        epochs = default if self.epochs is None else self.epochs
        check_rows(len(self.data), epochs, HEADER_ROW, source=f"{template}, {self.data.source}")
        return epochs

    def described(self) -> dict[str, object]:
        """Return the settings as the file keeps them."""
        return {
            "data": self.data.source,
            "learning_rate": self.learning_rate,
            "h": self.h,
            "epochs": self.epochs,
            "weights": self.weights,
        }
