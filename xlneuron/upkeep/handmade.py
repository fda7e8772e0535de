"""A training sheet that somebody made by hand: which column is which, and where its rows are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlneuron.engine.network import Network
from xlneuron.errors import ArgumentError, XlneuronError, echo
from xlneuron.functions.cells import Cell, CellError
from xlneuron.limits import SHEET_COLUMNS
from xlneuron.tables.layout import letters
from xlneuron.xlsx.cells import SheetXml
from xlneuron.xlsx.tokens import column_number

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sheet:
    """A hand-made sheet: its cells, which column is which, and the rows from `first` on."""

    xml: SheetXml
    columns: Mapping[str, int]
    first: int
    rows: int

    def values(self, keys: Sequence[str]) -> Floats:
        """Return columns as an array, one row a datapoint; what is no number is NaN."""
        cells = [[self.value(row, key) for key in keys] for row in range(self.rows)]
        return np.array([[c if isinstance(c, float) else math.nan for c in line] for line in cells])

    def value(self, row: int, key: str) -> Cell:
        """Return a cell's value; rows count from 0."""
        return self.xml.value(self.first + row, self.columns[key])

    def numbers(self, keys: Sequence[str]) -> Bools:
        """Return in which rows all of some columns have a number."""
        return np.asarray(np.isfinite(self.values(keys)).all(axis=1), np.bool_)

    @property
    def has_values(self) -> bool:
        """Whether any formula has a value: not every program that saves a file calculates."""
        places = [
            (row, column)
            for row in range(self.first, self.first + self.rows)
            for column in self.columns.values()
        ]
        formulas = [at for at in places if self.xml.formula(*at) is not None]
        return not formulas or any(self.xml.value(*at) is not None for at in formulas)


def names(network: Network) -> tuple[list[str], list[str], list[str]]:
    """Return how inputs, targets and predictions are called: x, or x1, x2 ... where there are several."""

    def several(name: str, count: int) -> list[str]:
        return [name] if count == 1 else [f"{name}{number}" for number in range(1, count + 1)]

    return (
        several("x", network.n_inputs),
        several("y", network.n_outputs),
        several("pred", network.n_outputs),
    )


def columns_of(columns: Mapping[str, str], network: Network) -> dict[str, int]:
    """Return the columns' numbers. Raises ArgumentError for what is no column, or one for two things."""
    weights = network.weight_names
    x, y, pred = names(network)
    known = [*x, *y, *weights, *pred, "err", *(f"d_{w}" for w in weights), *(f"new_{w}" for w in weights)]
    for key, text in columns.items():
        if key not in known:
            raise ArgumentError("--map", f"unknown {echo(key)} (known: {', '.join(known)})")
        if not re.fullmatch(r"[A-Za-z]{1,3}", text):
            raise ArgumentError("--map", f"{key}={text}: a column's letters are needed, as in {key}=D")
    missing = [key for key in (*x, *y, *weights) if key not in columns]
    if missing:
        raise ArgumentError("--map", f"no column for {', '.join(missing)}")
    numbers: dict[str, int] = {}
    for key, text in columns.items():
        number = column_number(text)
        if number > SHEET_COLUMNS:
            raise ArgumentError(
                "--map", f"{key}={text}: the last column of a sheet is {letters(SHEET_COLUMNS)}"
            )
        other = next((each for each, place in numbers.items() if place == number), None)
        if other is not None:
            raise ArgumentError("--map", f"{other}={text} and {key}={text}: each needs a column of its own")
        numbers[key] = number
    return numbers


def find(path: Path, xml: SheetXml, columns: dict[str, int], network: Network) -> Sheet:
    """Return the rows of the training: those with a datapoint, and those among them that calculate."""
    x, y, _ = names(network)
    data = [columns[key] for key in (*x, *y)]

    def is_row(row: int) -> bool:
        calculated = [
            xml.formula(row, column) is not None or isinstance(xml.value(row, column), float | CellError)
            for column in columns.values()
        ]
        return _is_datapoint(xml, row, data) or 2 * sum(calculated) > len(calculated)

    first = next((row for row in range(1, xml.last_row + 1) if _is_datapoint(xml, row, data)), None)
    if first is None:
        formulas = any(xml.formula(row, column) is not None for row in xml.rows for column in data)
        hint = "; if those are formulas, save it in a spreadsheet program first" if formulas else ""
        raise XlneuronError(
            f"{path}: sheet {xml.name!r} has no row with numbers in the columns of {x[0]} and {y[0]}{hint}"
        )
    last = first
    while first > 1 and is_row(first - 1):
        first -= 1
    while is_row(last + 1):
        last += 1
    # A row of sums below is none of the training, nor are formulas filled down further than there are data.
    while not any(isinstance(xml.value(last, column), float | CellError) for column in data):
        last -= 1
    return Sheet(xml, columns, first, last - first + 1)


def _is_datapoint(xml: SheetXml, row: int, data: Sequence[int]) -> bool:
    return all(isinstance(xml.value(row, column), float) for column in data)


def below(sheet: Sheet, network: Network) -> Iterator[str]:
    """Yield a note if more datapoints follow below the rows that were checked."""
    x, y, _ = names(network)
    data = [sheet.columns[key] for key in (*x, *y)]
    end = sheet.first + sheet.rows
    more = next((row for row in range(end, sheet.xml.last_row + 1) if _is_datapoint(sheet.xml, row, data)), 0)
    if more:
        yield f"only rows {sheet.first}-{end - 1} were checked; more datapoints follow from row {more} on"
