"""`xlneuron check --map`: a training sheet that somebody made by hand, checked column by column.

The user says which column is which; rows are those that have a number in every data column, one below the
other. Each cell is compared with what the network makes of the numbers that stand beside it, so the first
wrong cell is found even if everything below it has gone wrong with it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlneuron.errors import ArgumentError, XlneuronError, echo
from xlneuron.grid import Cell
from xlneuron.living.archive import Archive
from xlneuron.living.cells import SheetXml
from xlneuron.living.formulas import column_number, meaning, shifted
from xlneuron.living.reasons import why
from xlneuron.living.report import FORMULA, TYPED, VALUE, Problem, Report, merged, shown
from xlneuron.network import Network, forward, gradient, numerical_gradient, parse, squared_error

RELATIVE = 1e-9
NUMERICAL = 1e-6  # for estimated derivatives, in which rounding is divided by h
Floats = npt.NDArray[np.float64]


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


def check_mapped(
    path: Path,
    columns: Mapping[str, str],
    *,
    network: str = "1-1",
    sheet: str | None = None,
    learning_rate: float | None = None,
    h: float = 0.01,
) -> Report:
    """Check a sheet whose columns are given by letters: x, y, the weights, pred, err, d_a, new_a and so on.

    sheet: its name (the first if None). learning_rate: found from the first row if None.
    """
    net = parse(network)
    with Archive(path) as archive:
        name = next(iter(archive.sheets), "") if sheet is None else sheet
        if name not in archive.sheets:
            raise XlneuronError(f"{path}: no sheet {echo(name)} (there: {', '.join(archive.sheets)})")
        xml = SheetXml(name, archive.text(archive.sheets[name]), archive.strings)
        found = _find(path, xml, _numbers(columns, net), net)
        checker = _Checker(found, net, learning_rate, h)
        checker.formulas()
        checker.values()
    checker.report.problems = merged(checker.report.problems)
    return checker.report


def _names(network: Network) -> tuple[list[str], list[str], list[str]]:
    """Return how inputs, targets and predictions are called: x, or x1, x2 ... where there are several."""

    def several(name: str, count: int) -> list[str]:
        return [name] if count == 1 else [f"{name}{number}" for number in range(1, count + 1)]

    return (
        several("x", network.n_inputs),
        several("y", network.n_outputs),
        several("pred", network.n_outputs),
    )


def _numbers(columns: Mapping[str, str], network: Network) -> dict[str, int]:
    weights = network.weight_names
    x, y, pred = _names(network)
    known = [*x, *y, *weights, *pred, "err", *(f"d_{w}" for w in weights), *(f"new_{w}" for w in weights)]
    for key, letters in columns.items():
        if key not in known:
            raise ArgumentError("--map", f"unknown {echo(key)} (known: {', '.join(known)})")
        if not re.fullmatch(r"[A-Za-z]{1,3}", letters):
            raise ArgumentError("--map", f"{key}={letters}: a column's letters are needed, as in {key}=D")
    missing = [key for key in (*x, *y, *weights) if key not in columns]
    if missing:
        raise ArgumentError("--map", f"no column for {', '.join(missing)}")
    return {key: column_number(letters) for key, letters in columns.items()}


def _find(path: Path, xml: SheetXml, columns: dict[str, int], network: Network) -> Sheet:
    x, y, _ = _names(network)

    def is_row(row: int) -> bool:
        return all(isinstance(xml.value(row, columns[key]), float) for key in (*x, *y))

    first = next((row for row in range(1, xml.last_row + 1) if is_row(row)), None)
    if first is None:
        raise XlneuronError(
            f"{path}: sheet {xml.name!r} has no row with numbers in the columns of {x[0]} and {y[0]}"
        )
    last = first
    while is_row(last + 1):
        last += 1
    return Sheet(xml, columns, first, last - first + 1)


@dataclass
class _Checker:
    sheet: Sheet
    network: Network
    rate: float | None
    h: float

    def __post_init__(self) -> None:
        self.report = Report()
        self.wrong: set[tuple[int, str]] = set()
        self.x, self.y, self.pred = _names(self.network)
        self.names = list(self.network.weight_names)
        self.weights = self.sheet.values(self.names)
        self.inputs, self.targets = self.sheet.values(self.x), self.sheet.values(self.y)

    def has(self, *keys: str) -> bool:
        return all(key in self.sheet.columns for key in keys)

    def _wrong(self, row: int, key: str, kind: str, expected: str, found: str, reason: str) -> None:
        if (row, key) not in self.wrong:
            self.wrong.add((row, key))
            at = self.sheet.first + row, self.sheet.columns[key]
            self.report.problems.append(Problem(self.sheet.xml.name, *at, kind, expected, found, reason))

    # Formulas: each against the one that most rows of its column have.

    def formulas(self) -> None:
        for key in self.sheet.columns:
            if key not in (*self.x, *self.y):
                self._column(key)

    def _column(self, key: str) -> None:
        xml, column = self.sheet.xml, self.sheet.columns[key]
        first = 1 if key in self.names else 0  # the first row's weights come from elsewhere
        found = {row: xml.formula(self.sheet.first + row, column) for row in range(first, self.sheet.rows)}
        at_top = {row: shifted(text, -row) if text else None for row, text in found.items()}
        kinds = Counter(text for text in at_top.values() if text is not None and "#REF!" not in text)
        if not kinds or 2 * kinds.most_common(1)[0][1] <= len(found):
            return  # no column of one formula
        usual = kinds.most_common(1)[0][0]
        for row, text in found.items():
            self.report.formulas += 1
            expected = shifted(usual, row)
            if text is None:
                value = self.sheet.value(row, key)
                what = "the formula was deleted" if value is None else "a value was typed over the formula"
                self._wrong(row, key, TYPED, f"={expected}", shown(value), what)
                continue
            wanted, said = (meaning(each, xml.name, {}) for each in (expected, text))
            if wanted != said:
                reason = why(wanted, said, self.sheet.first + row)
                self._wrong(row, key, FORMULA, f"={expected}", f"={text}", self._lost(row, key) or reason)

    def _lost(self, row: int, key: str) -> str:
        """Return the reason for a row that starts with an old weight of the row above, else ""."""
        if key not in self.names or row == 0 or not self.has(f"new_{key}"):
            return ""
        old, new = self.sheet.value(row - 1, key), self.sheet.value(row - 1, f"new_{key}")
        if old != new and self.sheet.value(row, key) == old:
            return f"it starts with the old {key} of the row above: that row's update is lost"
        return ""

    # Values: each against what the network makes of the row's own numbers.

    def values(self) -> None:
        with np.errstate(all="ignore"):  # exploded rows are compared as far as they have numbers
            self._hand_over()
            if self.has(*self.pred):
                made = forward(self.network, self.weights, self.inputs)
                for place, key in enumerate(self.pred):
                    self._compare(key, made[:, place], "the prediction with the weights of this row")
            if self.has("err"):
                self._error()
            self._derivatives()
            for place, key in enumerate(self.names):
                if self.has(f"d_{key}", f"new_{key}") and self.learning_rate is not None:
                    slope = self.sheet.values([f"d_{key}"])[:, 0]
                    made = self.weights[:, place] - self.learning_rate * slope
                    self._compare(f"new_{key}", made, f"{key} - {self.learning_rate:g}*d_{key}")

    def _hand_over(self) -> None:
        for place, key in enumerate(self.names):
            if not self.has(f"new_{key}"):
                continue
            new = self.sheet.values([f"new_{key}"])[:, 0]
            for row in range(1, self.sheet.rows):
                expected, found = float(new[row - 1]), float(self.weights[row, place])
                self.report.values += 1
                if not _close(found, expected):
                    reason = f"it does not start with the new {key} of the row above"
                    self._wrong(row, key, VALUE, f"{expected:.15g}", shown(self.sheet.value(row, key)),
                                self._lost(row, key) or reason)  # fmt: skip

    def _error(self) -> None:
        seen = self.sheet.values(self.pred) if self.has(*self.pred) else None
        pred = forward(self.network, self.weights, self.inputs) if seen is None else seen
        self._compare("err", squared_error(pred, self.targets), "the squared error")

    @cached_property
    def learning_rate(self) -> float | None:
        """The learning rate that was given, or the one of the first step that shows it."""
        if self.rate is not None:
            return self.rate
        for place, key in enumerate(self.names):
            if self.has(f"d_{key}", f"new_{key}"):
                slopes, new = (self.sheet.values([f"{before}_{key}"])[:, 0] for before in ("d", "new"))
                with np.errstate(all="ignore"):
                    rates = (self.weights[:, place] - new) / slopes
                usual = [f"{rate:.6g}" for rate in rates.tolist() if math.isfinite(rate)]
                if usual:
                    rate = float(Counter(usual).most_common(1)[0][0])
                    self.report.notes.append(f"learning rate {rate:g}, as most steps of {key} have it")
                    return rate
        return None

    def _derivatives(self) -> None:
        """Compare derivatives with the kind, exact or estimated, that most of them are."""
        keys = [key for key in self.names if self.has(f"d_{key}")]
        if not keys:
            return
        args = self.network, self.weights, self.inputs, self.targets
        kinds = {
            "the exact derivative": (gradient(*args), RELATIVE),
            f"the forward difference with h = {self.h:g}": (numerical_gradient(*args, h=self.h), NUMERICAL),
            f"the central difference with h = {self.h:g}": (
                numerical_gradient(*args, h=self.h, method="central"), NUMERICAL,
            ),
        }  # fmt: skip
        found = self.sheet.values([f"d_{key}" for key in keys])
        places = [self.names.index(key) for key in keys]

        def agreeing(name: str) -> int:
            made, within = kinds[name]
            return int(np.isclose(found, made[:, places], rtol=within, atol=within).sum())

        name = max(kinds, key=agreeing)
        made, within = kinds[name]
        for place, key in zip(places, keys, strict=True):
            self._compare(f"d_{key}", made[:, place], name, within)

    def _compare(self, key: str, made: Floats, what: str, within: float = RELATIVE) -> None:
        found = self.sheet.values([key])[:, 0].tolist()
        for row, (is_there, expected) in enumerate(zip(found, made.tolist(), strict=True)):
            self.report.values += 1
            if not _close(is_there, expected, within):
                value = self.sheet.value(row, key)
                self._wrong(row, key, VALUE, f"{expected:.15g}", shown(value), f"it is not {what}")


def _close(found: float, expected: float, within: float = RELATIVE) -> bool:
    if not math.isfinite(expected):
        return not math.isfinite(found) or abs(found) > 1e300
    return math.isclose(found, expected, rel_tol=within, abs_tol=within)
