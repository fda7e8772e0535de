"""What made a workbook, from the mark in it: the same again for other data and settings.

The mark has the options; data, settings and starting weights are cells of the file, which the user may have
changed. So an origin is made with stand-ins first, and gets the file's own when they have been found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from xlneuron.books.any_network import book as network_book
from xlneuron.books.any_network.request import KEPT, Request, check_settings, is_number
from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import DataSet, default_data
from xlneuron.data.sheet import read_data
from xlneuron.engine.network import parse
from xlneuron.errors import ArgumentError, XlneuronError, echo
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.missing import with_missing
from xlneuron.tables.model import Book, Setting

Rows = Sequence[tuple[float, ...]]  # datapoints: the inputs, then the targets
STAND_IN = 2  # datapoints, until those of the file are known


class Origin(Protocol):
    """What a workbook was made from."""

    def book(self) -> Book:
        """Return the workbook."""

    def data_columns(self, book: Book) -> dict[str, tuple[str, ...]]:
        """Return the columns that hold data, by the table's key: the inputs, then the targets."""

    def with_data(self, data: Mapping[str, Rows], source: str | None = None) -> Origin:
        """Return the origin with the datapoints of these tables, and their file's name if it is another."""

    def with_weights_of(self, book: Book) -> Origin:
        """Return the origin with the starting weights that a book has."""

    def with_options(self, learning_rate: float | None, epochs: int | None) -> Origin:
        """Return the origin with those options that are given."""

    def in_dialect(self, dialect: Dialect) -> Origin:
        """Return the origin whose workbook is for another way to write formulas."""

    def read(self, path: str) -> DataSet:
        """Read a file with data for it."""


def origins_of(mark: Mapping[str, object], path: Path) -> Iterator[Origin]:
    """Yield what may have made a workbook. Raises XlneuronError for one that this version does not know."""
    name, options = mark.get("template"), mark.get("options")
    if not (name == network_book.NAME or (isinstance(name, str) and name in LESSONS)):
        raise XlneuronError(
            f"{path}: made from {echo(name)}, which cannot be made again by this version of xlneuron"
        )
    try:
        if not isinstance(options, dict):
            raise ArgumentError("options", f"{echo(options)} is not a list of names and values")
        if name == network_book.NAME:
            made: list[Origin] = [NetworkOrigin(_request(options, each)) for each in (0.0, 1.0)]
        else:
            made = [LessonOrigin(str(name), _options(options))]
    except XlneuronError as error:
        raise XlneuronError(f"{path}: the options in its mark cannot be read ({error})") from error
    yield from made


@dataclass(frozen=True)
class LessonOrigin:
    """A template and the options that the file was made with."""

    template: str
    options: Options
    dialect: Dialect = CELLS

    def book(self) -> Book:
        """Return the workbook."""
        return with_missing(LESSONS[self.template].make(self.options), self.dialect)

    def data_columns(self, book: Book) -> dict[str, tuple[str, ...]]:
        """Return x and y of the table data, if there is one."""
        return {"data": ("x", "y")} if "data" in book.tables else {}

    def with_data(self, data: Mapping[str, Rows], source: str | None = None) -> LessonOrigin:
        """Return the origin with other datapoints."""
        return self._with(data=_data_set(self.options.data, data["data"], 1, source))

    def with_weights_of(self, book: Book) -> LessonOrigin:
        """Return the origin with the starting weights of the first sheet that has such settings."""
        for sheet in book.sheets:
            found = [each for each in sheet.settings if each.key.startswith("start_")]
            if found:
                return self._with(weights=tuple(_number(each) for each in found))
        return self

    def with_options(self, learning_rate: float | None, epochs: int | None) -> LessonOrigin:
        """Return the origin with those options that are given."""
        given = {"learning_rate": learning_rate, "epochs": epochs}
        return self._with(**{name: value for name, value in given.items() if value is not None})

    def in_dialect(self, dialect: Dialect) -> LessonOrigin:
        """Return the origin whose workbook is for another way to write formulas."""
        return replace(self, dialect=dialect)

    def read(self, path: str) -> DataSet:
        """Read columns x and y."""
        return read_data(path)

    def _with(self, **changes: object) -> LessonOrigin:
        return replace(self, options=replace(self.options, **changes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class NetworkOrigin:
    """The request that a network's training sheet was made from."""

    request: Request
    dialect: Dialect = CELLS

    def book(self) -> Book:
        """Return the workbook."""
        return with_missing(network_book.make(self.request), self.dialect)

    def data_columns(self, book: Book) -> dict[str, tuple[str, ...]]:
        """Return the yellow columns of the datapoints to train on, and of those held back."""
        return {
            key: tuple(column.key for column in book.tables[key][1].columns if column.is_input)
            for key in ("data", "held")
            if key in book.tables
        }

    def with_data(self, data: Mapping[str, Rows], source: str | None = None) -> NetworkOrigin:
        """Return the origin with other datapoints."""
        request, inputs = self.request, self.request.network.n_inputs
        held = request.held and _data_set(request.held, data["held"], inputs, source)
        train = _data_set(request.data, data["data"], inputs, source)
        return self._with(data=train, held=held, numbers=(), held_numbers=())

    def with_weights_of(self, book: Book) -> NetworkOrigin:
        """Return the origin with the weights of the sheet Start."""
        (column,) = (each for each in book.tables["start"][1].columns if each.key == "value")
        values = tuple(column.values or ())
        for name, value in zip(self.request.plan.weights, values, strict=False):
            if isinstance(value, str):
                shown = echo(value) if value else "blank"
                raise XlneuronError(f"sheet 'Start': the value of {name} is {shown}; a number is needed")
        return self._with(weights=tuple(map(float, values)))

    def with_options(self, learning_rate: float | None, epochs: int | None) -> NetworkOrigin:
        """Return the origin with those options that are given."""
        request = self.request
        rate = request.learning_rate if learning_rate is None else learning_rate
        return self._with(learning_rate=rate, epochs=epochs or request.epochs)

    def in_dialect(self, dialect: Dialect) -> NetworkOrigin:
        """Return the origin whose workbook is for another way to write formulas."""
        return replace(self, dialect=dialect)

    def read(self, path: str) -> DataSet:
        """Read the columns with the names that the data had."""
        if self.request.held is not None:
            raise XlneuronError(
                "--data: this workbook holds datapoints back to validate with; paste the new ones into its "
                "sheet Data, or make a new workbook"
            )
        names, split = self.request.data.names, self.request.network.n_inputs
        return read_data(path, names[:split], names[split:])

    def _with(self, **changes: object) -> NetworkOrigin:
        return replace(self, request=replace(self.request, **changes))  # type: ignore[arg-type]


def _data_set(old: DataSet, rows: Rows, inputs: int, source: str | None) -> DataSet:
    return DataSet(
        tuple(row[:inputs] for row in rows),
        tuple(row[inputs:] for row in rows),
        old.names,
        source or old.source,
    )


def _options(options: Mapping[str, object]) -> Options:
    """Return a template's options; the mark has None for what the template chose itself."""
    given = {name: options.get(name) for name in ("learning_rate", "h", "epochs")}
    check_settings({name: value for name, value in given.items() if value is not None})
    weights: Any = options.get("weights")
    if weights is not None and not (isinstance(weights, list) and all(map(is_number, weights))):
        raise ArgumentError("weights", f"{echo(weights)} is not a list of numbers")
    start = None if weights is None else tuple(map(float, weights))
    data = replace(default_data(), source=_text("data", options))
    return Options(data=data, weights=start, **given)  # type: ignore[arg-type]


def _request(options: Mapping[str, object], first_class: float) -> Request:
    """Return a request with stand-ins for the data and weights; class numbers count from `first_class`."""
    settings = {name: _option(name, options) for name in KEPT}
    check_settings(settings)
    inputs, targets = (_names(name, options) for name in ("inputs", "targets"))
    validation = _option("validation", options)
    if not isinstance(validation, bool):
        raise ArgumentError("validation", f"{echo(validation)} is neither true nor false")
    network = parse(_text("network", options), len(inputs), softmax=True)
    row = (first_class,) if len(targets) == 1 else (1.0, *[0.0] * (len(targets) - 1))
    data = DataSet(
        ((0.0,) * len(inputs),) * STAND_IN, (row,) * STAND_IN, inputs + targets, _text("data", options)
    )
    weights = (1.0,) * network.n_weights
    held = data if validation else None
    return Request(network, data, weights, held, **settings)  # type: ignore[arg-type]


def _option(name: str, options: Mapping[str, object]) -> object:
    if name not in options:
        raise ArgumentError(name, "is missing")
    return options[name]


def _text(name: str, options: Mapping[str, object]) -> str:
    value = _option(name, options)
    if not isinstance(value, str):
        raise ArgumentError(name, f"{echo(value)} is not a text")
    return value


def _names(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of columns."""
    value = _option(name, options)
    if not (isinstance(value, list) and value and all(isinstance(each, str) for each in value)):
        raise ArgumentError(name, f"{echo(value)} is not a list of names")
    return tuple(value)


def _number(setting: Setting) -> float:
    assert isinstance(setting.value, int | float)
    return float(setting.value)
