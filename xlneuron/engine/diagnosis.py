"""What became of a training run: it learns, it exploded, a ReLU died, weights are frozen.

Rows count from 1, and a row's weights are those before its update, so the step that did the damage is the
one that was taken at the row before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from xlneuron.digits import fixed
from xlneuron.engine import sentences
from xlneuron.engine.array import Array
from xlneuron.engine.network import Network, forward, gradient, rmse_over, squared_error, sums
from xlneuron.errors import ArgumentError

TINY = 1e-15  # learning rates below have too many zeros to be written out
EXPLODED = 10  # times the largest error that the starting weights give on any datapoint
HARDLY = 0.99  # of the RMSE before is left after a training whose steps are too short
MAX_NAMES = 5  # weights that a sentence lists

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Diagnosis:
    """What was found; rows count from 1, None is never."""

    exploded_row: int | None  # the first row with an exploded error
    dead_row: int | None  # the row from which on every neuron of a ReLU layer is dead
    frozen: tuple[tuple[str, int], ...]  # weights whose derivative is exactly 0, and since which row
    rmse_start: float  # over the data, with the weights of the first row
    rmse_end: float  # over the data, with the weights after the last row (or of it, if those are not known)
    sentence: str


@dataclass(frozen=True)
class _Run:
    """The data (x, y), and of each step its weights and the datapoint that it met."""

    network: Network
    x: Array
    y: Array
    weights: Array
    met_x: Array
    met_y: Array


def diagnose(
    network: Network,
    x: Array,
    y: Array,
    weights: Array,
    errors: Array | None = None,
    *,
    grads: Array | None = None,
    final: Array | None = None,
    rows_per_epoch: int | None = None,
    learning_rate: float | None = None,
) -> Diagnosis:
    """Diagnose a run from `weights` (T, n_weights): one row per step, before its update.

    x (n, n_inputs) and y (n, n_outputs) are the data, met in order, epoch after epoch; or they are one row
    per step, and `rows_per_epoch` says how many of them are the data. `errors` (T,) are the squared errors
    that the run saw, `grads` (T, n_weights) the derivatives that it took its steps with; without them the
    exact ones are computed. `final` (n_weights,) are the weights after the last row. Weights and errors that
    are not finite count as exploded. The learning rate only serves to name a better one. Raises ArgumentError
    for what does not fit.
    """
    if len(x) != len(y):
        raise ArgumentError("y", f"{len(y)} rows, but x has {len(x)}")
    if not np.isfinite(x).all() or not np.isfinite(y).all():
        raise ArgumentError("x and y", "some cells are errors or too large for a number")
    if not len(weights) or len(weights) % len(x):
        problem = f"{len(weights)} rows, but one per datapoint and epoch is needed: a multiple of {len(x)}"
        raise ArgumentError("weights", problem)
    met = np.arange(len(weights)) % len(x)
    run = _Run(network, x[:rows_per_epoch], y[:rows_per_epoch], weights, x[met], y[met])
    with np.errstate(all="ignore"):
        exploded_row = _exploded_row(run, errors)
        dead = _dead_neurons(run)
        frozen = _frozen_weights(run, grads)
        ends = weights[0], weights[-1] if final is None else final
        rmse_start, rmse_end = (float(rmse_over(network, end, run.x, run.y)) for end in ends)
    dead_layer, dead_row = _dead_layer(network, dead)
    cure = _cure(learning_rate)
    if dead_row is not None:
        sentence = _dead_sentence(network, dead_layer, dead_row, cure)
    elif exploded_row is not None:
        sentence = _exploded_sentence(exploded_row, cure)
    elif frozen:
        sentence = _frozen_sentence(dead, frozen, cure)
    else:
        sentence = _progress_sentence(rmse_start, rmse_end, learning_rate)
    return Diagnosis(exploded_row, dead_row, frozen, rmse_start, rmse_end, sentence)


def _exploded_row(run: _Run, errors: Array | None) -> int | None:
    if errors is None:
        errors = squared_error(forward(run.network, run.weights, run.met_x), run.met_y)
    elif errors.shape != run.weights.shape[:1]:
        raise ArgumentError("errors", f"{errors.size} values, but weights has {len(run.weights)} rows")
    at_start = squared_error(forward(run.network, run.weights[0], run.x), run.y)
    # Weights that fit perfectly leave nothing to compare with but the targets themselves.
    largest = at_start.max() or np.square(run.y).sum(axis=-1).max()
    fine = np.isfinite(errors) & (errors <= EXPLODED * largest)
    return None if fine.all() else int(np.argmin(fine)) + 1


def _dead_neurons(run: _Run) -> dict[tuple[int, int], int | None]:
    """Return since which row each ReLU neuron (layer, neuron) is dead: z is above 0 for no datapoint."""
    layers = [n for n, layer in enumerate(run.network.layers) if layer.activation.name == "relu"]
    if not layers:
        return {}

    def below_0(weights: Array, x: Array, y: Array) -> Flags:
        _, zs = sums(run.network, weights, x)
        return np.concatenate([zs[n][..., 0] <= 0 for n in layers], axis=-1)

    neurons = [(n + 1, neuron + 1) for n in layers for neuron in range(run.network.layers[n].size)]
    return dict(zip(neurons, _since(run, below_0, below_0(run.weights, run.met_x, run.met_y)), strict=True))


def _frozen_weights(run: _Run, grads: Array | None) -> tuple[tuple[str, int], ...]:
    """Return the weights whose derivative is 0 for every datapoint, and since which row."""
    if rmse_over(run.network, run.weights[-1], run.x, run.y) == 0:
        return ()  # a perfect fit: there is nothing to learn

    def still(weights: Array, x: Array, y: Array) -> Flags:
        return np.equal(gradient(run.network, weights, x, y), 0)

    met = still(run.weights, run.met_x, run.met_y) if grads is None else np.equal(grads, 0)
    rows = zip(run.network.weight_names, _since(run, still, met, enough=len(run.x)), strict=True)
    return tuple((name, row) for name, row in rows if row is not None)


def _since(
    run: _Run, quiet: Callable[[Array, Array, Array], Flags], met: Flags, enough: float = np.inf
) -> list[int | None]:
    """Return the row from which on each of the things that `quiet` looks at is quiet, or None.

    `met` are those of each row with the datapoint that it met.

    It is quiet in that row and in every later one; and, so that datapoints that happen to leave it alone do
    not count, that row's weights and the last ones leave it quiet for all the data, or `enough` rows are
    quiet at the end.
    """

    @cache
    def everywhere(row: int) -> Flags:
        flags: Flags = np.logical_and.reduce(quiet(run.weights[row], run.x, run.y))
        return flags

    def first(column: int, tail: int) -> int | None:
        start = steps - tail
        if tail and everywhere(steps - 1)[column]:
            return 1 + next(row for row in range(start, steps) if everywhere(row)[column])
        return start + 1 if tail >= enough else None

    steps = len(run.weights)
    # The number of rows at the end that are all quiet: set flags, counted from the end until the first unset.
    tails = np.logical_and.accumulate(met[::-1]).sum(axis=0)
    return [first(column, tail) for column, tail in enumerate(tails.tolist())]


def _dead_layer(network: Network, dead: dict[tuple[int, int], int | None]) -> tuple[int, int | None]:
    """Return the first layer of which every neuron is dead, and since when (None: there is no such layer)."""
    for layer in range(1, len(network.layers) + 1):
        rows = [row for (of_layer, _), row in dead.items() if of_layer == layer]
        if rows and None not in rows:
            return layer, max(row for row in rows if row is not None)
    return 0, None


def _cure(learning_rate: float | None) -> str:
    return "a tenth of the learning rate" if learning_rate is None else _rate(learning_rate / 10)


def _rate(learning_rate: float) -> str:
    rounded = float(f"{learning_rate:.6g}")  # 3e-4 / 10 is 2.9999999999999997e-05
    if abs(rounded) < TINY:
        return sentences.RATE.format(rate=f"{rounded:g}")
    return sentences.RATE.format(rate=np.format_float_positional(rounded, trim="0"))


def _figure(rmse: float) -> str:
    if not np.isfinite(rmse):
        return str(rmse)
    decimals = 2 if rmse >= 0.1 or not rmse else 6
    return fixed(rmse, decimals, decimals)


def _cut_off(network: Network, layer: int) -> list[str]:
    """Return the weights without a derivative if a layer gives 0: all up to it, and those it feeds."""
    names = network.weight_names
    before = sum(each.n_weights for each in network.layers[:layer])
    if layer == len(network.layers):
        return list(names)
    after = network.layers[layer]
    inputs = [
        name
        for place, name in enumerate(names[before : before + after.n_weights], start=1)
        if place % (after.inputs + 1)  # every neuron's last weight is its bias
    ]
    return [*names[:before], *inputs]


def why_dead(network: Network, layer: int) -> str:
    """Return what follows from a layer of ReLUs that are all 0."""
    names = _cut_off(network, layer)
    moving = [name for name in network.weight_names if name not in names]
    where = (
        "a*x+b is below 0 for every x"
        if network.has_letters and layer == 1
        else f"all of layer {layer} is below 0 for every datapoint"
    )
    rest = f"only {_listed(moving)} still learns" if moving else "nothing learns any more"
    if len(moving) > 1:
        rest = f"only {_listed(moving)} still learn"
    return sentences.WHY_DEAD.format(where=where, weights=_listed(names), rest=rest)


def _dead_sentence(network: Network, layer: int, row: int, cure: str) -> str:
    who, why = "ReLU" if network.has_letters else f"ReLU of layer {layer}", why_dead(network, layer)
    if row == 1:
        return sentences.DEAD_FROM_THE_START.format(who=who, why=why)
    return sentences.DIED.format(before=row - 1, who=who, why=why, cure=cure)


def _exploded_sentence(row: int, cure: str) -> str:
    if row == 1:
        return sentences.TOO_LARGE
    return sentences.EXPLODED.format(before=row - 1, row=row, cure=cure)


def _frozen_sentence(
    dead: dict[tuple[int, int], int | None], frozen: Sequence[tuple[str, int]], cure: str
) -> str:
    names, rows = zip(*frozen, strict=True)
    what = f"weight {names[0]} gets" if len(names) == 1 else f"weights {_listed(names)} get"
    neurons = [
        sentences.DEAD_NEURON.format(layer=layer, neuron=neuron)
        for (layer, neuron), row in dead.items()
        if row is not None
    ]
    return sentences.FROZEN.format(weights=what, row=max(rows), dead="".join(neurons), cure=cure)


def _progress_sentence(start: float, end: float, learning_rate: float | None) -> str:
    parts = {"loss": "RMSE", "start": _figure(start), "end": _figure(end), "still": ""}
    if end == 0:
        return sentences.LEARNED.format(**parts)
    if end >= start:
        return sentences.NOT_LEARNING.format(**parts, cure=_cure(learning_rate))
    if end > HARDLY * start:
        faster = "ten times the learning rate" if learning_rate is None else _rate(learning_rate * 10)
        return sentences.HARDLY_LEARNING.format(**parts, faster=faster)
    return sentences.LEARNING.format(**parts, all_well=sentences.ALL_MOVE)


def _listed(names: Sequence[str]) -> str:
    """Return `a, b and c`, cut short if there are many."""
    *most, last = names if len(names) <= MAX_NAMES else [*names[: MAX_NAMES - 1], "others"]
    return f"{', '.join(most)} and {last}" if most else last
