"""`xlneuron check --map`: a training sheet that somebody made by hand, checked column by column.

The user says which column is which. Each cell is compared with what the network makes of the numbers that
stand beside it, so the first wrong cell is found even if everything below it has gone wrong with it. For the
same reason an error value is wrong where it comes from, and what is calculated from it is not compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from xlneuron.engine.network import Network, forward, gradient, numerical_gradient, parse, squared_error
from xlneuron.errors import ArgumentError, XlneuronError, echo
from xlneuron.functions.cells import CellError
from xlneuron.upkeep.handmade import Floats, Sheet, below, columns_of, find, names
from xlneuron.upkeep.reasons import why
from xlneuron.upkeep.report import FORMULA, TYPED, VALUE, Problem, Report, merged, shown
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.cells import SheetXml
from xlneuron.xlsx.tokens import meaning, shifted

RELATIVE = 1e-9
NUMERICAL = 1e-6  # for estimated derivatives, in which rounding is divided by h
HUGE = 1e300  # beyond it, a spreadsheet may overflow a little earlier or later than we do


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

    sheet: its name (the first if None). learning_rate: the one that most steps have if None.
    """
    net = parse(network)
    with Archive(path) as archive:
        name = next(iter(archive.sheets), "") if sheet is None else sheet
        if name not in archive.sheets:
            raise XlneuronError(f"{path}: no sheet {echo(name)} (there: {', '.join(archive.sheets)})")
        xml = SheetXml(name, archive.utf8(archive.sheets[name]), archive.strings)
        found = find(path, xml, columns_of(columns, net), net)
        checker = _Checker(found, net, learning_rate, h)
        checker.formulas()
        if found.has_values:
            checker.values()
    report = checker.report
    report.problems = merged(report.problems)
    if not found.has_values:
        missing = "the file holds no values (its last program does not calculate)"
        if not report.problems:
            raise XlneuronError(f"{path}: {missing}; save it in a spreadsheet program, then check it again")
        report.notes.append(f"{missing}: only the formulas were compared")
    elif not (report.problems or report.formulas or report.values):
        raise ArgumentError("--map", "nothing to compare; add columns such as pred, err, d_ and new_")
    report.notes += below(found, net)
    return report


@dataclass
class _Checker:
    sheet: Sheet
    network: Network
    rate: float | None
    h: float

    def __post_init__(self) -> None:
        self.report = Report()
        self.wrong: set[tuple[int, str]] = set()
        self.x, self.y, self.pred = names(self.network)
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
            self._given()
            self._hand_over()
            if self.has(*self.pred):
                made = forward(self.network, self.weights, self.inputs)
                for place, key in enumerate(self.pred):
                    what = "the prediction with the weights of this row"
                    self._compare(key, made[:, place], what, (*self.x, *self.names))
            if self.has("err"):
                self._error()
            self._derivatives()
            for key, weight in zip(self.names, self.weights.T, strict=True):
                if self.has(f"d_{key}", f"new_{key}"):
                    self._step(key, weight)

    def _given(self) -> None:
        """Report inputs and targets that are no numbers, and weights that have not become so on the way."""
        for key in (*self.x, *self.y):
            for row in np.flatnonzero(~self.sheet.numbers([key])).tolist():
                self._no_number(row, key, "an input" if key in self.x else "a target")
        whole = self.sheet.numbers(self.names)
        steps = gradient(self.network, self.weights, self.inputs, self.targets)
        overflows = ~(np.abs(steps).max(axis=1) < HUGE)
        for key in self.names:
            before = whole & ~overflows  # what a row has to be so that the next one starts with numbers
            if self.has(f"new_{key}"):
                before = self.sheet.numbers([f"new_{key}"])
            for row in np.flatnonzero(~self.sheet.numbers([key])).tolist():
                if row == 0 or before[row - 1]:
                    self._no_number(row, key, "a weight")
            if self.has(f"new_{key}") and not self.has(f"d_{key}"):
                given = self.sheet.numbers([*self.x, *self.y, *self.names]) & ~overflows
                for row in np.flatnonzero(given & ~self.sheet.numbers([f"new_{key}"])).tolist():
                    self._no_number(row, f"new_{key}", "a new weight")

    def _no_number(self, row: int, key: str, what: str) -> None:
        value = self.sheet.value(row, key)
        self._wrong(row, key, VALUE, "a number", shown(value), f"{what} has to be one")

    def _hand_over(self) -> None:
        for place, key in enumerate(self.names):
            if not self.has(f"new_{key}"):
                continue
            new = self.sheet.values([f"new_{key}"])[:, 0]
            for row in range(1, self.sheet.rows):
                expected, found = float(new[row - 1]), float(self.weights[row, place])
                self.report.values += 1
                if not math.isfinite(expected) and not math.isfinite(found):
                    continue
                if not _close(found, expected):
                    reason = f"it does not start with the new {key} of the row above"
                    was = shown(self.sheet.value(row - 1, f"new_{key}"))
                    self._wrong(
                        row,
                        key,
                        VALUE,
                        was,
                        shown(self.sheet.value(row, key)),
                        self._lost(row, key) or reason,
                    )

    def _error(self) -> None:
        if self.has(*self.pred):
            pred, of = self.sheet.values(self.pred), self.pred
        else:
            pred, of = forward(self.network, self.weights, self.inputs), [*self.x, *self.names]
        self._compare("err", squared_error(pred, self.targets), "the squared error", (*of, *self.y))

    def _step(self, key: str, weight: Floats) -> None:
        slope, new = (self.sheet.values([f"{before}_{key}"])[:, 0] for before in ("d", "new"))
        rate = self.learning_rate
        if rate is None:  # no step of any weight goes down its slope
            made = np.where(slope == 0, weight, math.nan)
            off = np.isfinite(weight + slope) & (made != new)
            for row in np.flatnonzero(off).tolist():
                self.report.values += 1
                self._wrong(
                    row,
                    f"new_{key}",
                    VALUE,
                    f"{key} - rate*d_{key}",
                    shown(self.sheet.value(row, f"new_{key}")),
                    "no learning rate above 0 gives that",
                )
            return
        what = f"{key} - {rate:g}*d_{key}"
        self._compare(f"new_{key}", weight - rate * slope, what, (key, f"d_{key}"))

    @cached_property
    def learning_rate(self) -> float | None:
        """The learning rate that was given, or the one that most steps have; None if all go up."""
        if self.rate is not None:
            return self.rate
        votes: Counter[str] = Counter()
        for place, key in enumerate(self.names):
            if self.has(f"d_{key}", f"new_{key}"):
                slopes, new = (self.sheet.values([f"{before}_{key}"])[:, 0] for before in ("d", "new"))
                rates = (self.weights[:, place] - new) / slopes
                votes.update(f"{rate:.6g}" for rate in rates.tolist() if math.isfinite(rate) and rate > 0)
        if not votes:
            return None
        rate = float(votes.most_common(1)[0][0])
        self.report.notes.append(f"learning rate {rate:g}, as most steps have it")
        return rate

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
                numerical_gradient(*args, h=self.h, method="central"),
                NUMERICAL,
            ),
        }
        found = self.sheet.values([f"d_{key}" for key in keys])
        places = [self.names.index(key) for key in keys]

        def agreeing(name: str) -> int:
            made, within = kinds[name]
            return int(np.isclose(found, made[:, places], rtol=within, atol=within).sum())

        name = max(kinds, key=agreeing)
        made, within = kinds[name]
        of = (*self.x, *self.y, *self.names, *(self.pred if self.has(*self.pred) else ()))
        for place, key in zip(places, keys, strict=True):
            self._compare(f"d_{key}", made[:, place], name, of, within)

    def _compare(
        self, key: str, made: Floats, what: str, of: Sequence[str], within: float = RELATIVE
    ) -> None:
        """Compare a column with what was made of others, in the rows in which those are numbers."""
        for row in np.flatnonzero(self.sheet.numbers(of)).tolist():
            self.report.values += 1
            value, expected = self.sheet.value(row, key), float(made[row])
            if math.isfinite(expected):
                is_right = isinstance(value, float) and _close(value, expected, within)
            else:  # it overflows, here or there
                is_right = isinstance(value, CellError) or (isinstance(value, float) and abs(value) > HUGE)
            if not is_right:
                self._wrong(row, key, VALUE, f"{expected:.15g}", shown(value), f"it is not {what}")


def _close(found: float, expected: float, within: float = RELATIVE) -> bool:
    return math.isclose(found, expected, rel_tol=within, abs_tol=within)
