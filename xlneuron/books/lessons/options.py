"""What a template can be made with: the user's data and settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from xlneuron.data import DataSet, check_rows, default_data
from xlneuron.errors import XlneuronError, counted
from xlneuron.tables.layout import HEADER_ROW


@dataclass(frozen=True)
class Options:
    """The data, and settings of which None leaves the template's own."""

    data: DataSet
    learning_rate: float | None = None
    h: float | None = None
    epochs: int | None = None
    weights: tuple[float, ...] | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what is not left to the template: data other than shipped, settings with a value."""
        return tuple(name for name in SETTINGS if self._is_given(name))

    def only(self, names: Iterable[str]) -> Options:
        """Return the options with nothing but these given."""
        return replace(Options(default_data()), **{name: getattr(self, name) for name in names})

    def in_words(self, name: str) -> str:
        """Return one of them as a sentence names it."""
        match name, getattr(self, name):
            case "data", data:
                return str(data.source)
            case "epochs", epochs:
                return counted(epochs, "epoch")
            case "weights", weights:
                return f"weights {', '.join(map(_number, weights))}"
            case _, value:
                return f"{name.replace('_', ' ')} {_number(value)}"

    def _is_given(self, name: str) -> bool:
        if name == "data":  # under whatever name: the same numbers are the same data
            shipped = default_data()
            return (self.data.inputs, self.data.targets) != (shipped.inputs, shipped.targets)
        return getattr(self, name) is not None

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


# What can be given, by the names of the fields.
SETTINGS = tuple(field.name for field in fields(Options))


def _number(value: float) -> str:
    """Return a number with all its digits, and with an exponent only where there would be many zeros."""
    if value == 0 or 1e-9 <= abs(value) < 1e9:
        return format(Decimal(repr(float(value))), "f").removesuffix(".0")
    return repr(value)
