"""Training, one datapoint and one update at a time, with everything that happened kept.

An independent engine: whole networks and backpropagation with NumPy. Sheets are tables of cells that are
checked against it; SGD_TRAIN and sweeps over many runs at once run on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlneuron.engine.array import Array
from xlneuron.engine.chain import can_walk, compile_walk, gradient_of_runs
from xlneuron.engine.network import Network, forward, gradient, numerical_gradient, squared_error
from xlneuron.engine.optimizers import Hyper, Optimizer, State, find_optimizer
from xlneuron.errors import ArgumentError, echo

Step = tuple[Array, Array, State]  # gradients, new weights, the optimiser's state
Gradient = Callable[[Network, Array, Array, Array], Array]
DERIVATIVES = ("exact", "forward", "central")


@dataclass(frozen=True)
class Trace:
    """A training run, step by step: T steps, or T steps of R runs at once.

    Every array has the step on its first axis; with many runs the run is the second. `weights` are those
    before the update, `prediction`, `error` and `grads` are theirs, `new_weights` are those after it.
    """

    network: Network
    epoch: NDArray[np.int64]  # (T,), from 1
    row: NDArray[np.int64]  # (T,), the datapoint, from 1
    x: Array  # (T, n_inputs)
    y: Array  # (T, n_outputs)
    weights: Array  # (T, [R,] n_weights)
    prediction: Array  # (T, [R,] n_outputs)
    error: Array  # (T, [R])
    grads: Array  # (T, [R,] n_weights)
    new_weights: Array  # (T, [R,] n_weights)
    state: Mapping[str, Array]  # what the optimiser keeps, after the step: each (T, [R,] n_weights)

    @property
    def final_weights(self) -> Array:
        """The weights after the last step: ([R,] n_weights)."""
        weights: Array = self.new_weights[-1]
        return weights


def train(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    learning_rate: float | ArrayLike = 1e-4,
    epochs: int = 1,
    optimizer: str = "sgd",
    derivatives: str = "exact",
    h: float = 0.01,
    mom: float = 0.9,
    sqr_mom: float = 0.99,
    eps: float = 1e-8,
    wd: float = 0.01,
) -> Trace:
    """Train with batch size 1: for each datapoint in order, one gradient and one update of all weights.

    x is (n, n_inputs) or (n,), y is (n, n_outputs) or (n,). `weights` (n_weights,) are the starting weights,
    ones if None. Weights of (R, n_weights), or R learning rates, or both, train R runs at once. `derivatives`
    are "exact" (backpropagation), or "forward" or "central" differences with step h. Numbers that overflow
    become infinite and then NaN, without a warning. Raises ArgumentError for what does not fit the network.
    """
    task = _Task.of(
        network, x, y, weights, learning_rate, epochs, optimizer, derivatives, h, mom, sqr_mom, eps, wd
    )
    steps = np.arange(epochs * len(task.x))
    row = steps % len(task.x)
    x, y = task.x[row], task.y[row]
    with np.errstate(all="ignore"):
        path, grads, states = _record(task, len(steps))
        runs = (1,) * (task.start.ndim - 1)
        prediction = forward(network, path[:-1], x.reshape(len(steps), *runs, -1))
        error = squared_error(prediction, y.reshape(len(steps), *runs, -1))
    return Trace(
        network=network,
        epoch=steps // len(task.x) + 1,
        row=row + 1,
        x=x,
        y=y,
        weights=path[:-1],
        prediction=prediction,
        error=error,
        grads=grads,
        new_weights=path[1:],
        state=states,
    )


def train_runs(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    learning_rate: float | ArrayLike = 1e-4,
    epochs: int = 1,
    optimizer: str = "sgd",
) -> Array:
    """Return the final weights that `train` returns, ([R,] n_weights), without keeping a trace of the steps.

    So it takes little memory, however many runs and epochs there are. Raises ArgumentError as `train` does.
    """
    task = _Task.of(network, x, y, weights, learning_rate, epochs, optimizer)
    with np.errstate(all="ignore"):
        for _, new_weights, _ in _walk(task):  # noqa: B007 - the last ones are asked for
            pass
    return np.array(new_weights)


def derivative(name: str, h: float, argument: str = "derivatives") -> Gradient:
    """Return what gives the derivatives of that name, with step h where they are estimated.

    Raises ArgumentError for another name and for a step of 0; `argument` is what the caller calls the name.
    """
    if name not in DERIVATIVES:
        raise ArgumentError(argument, f"unknown {argument} {echo(name)} (known: {', '.join(DERIVATIVES)})")
    if name == "exact":
        return gradient
    if h == 0:
        raise ArgumentError("h", "0, but the estimate divides by it")
    return lambda network, weights, x, y: numerical_gradient(network, weights, x, y, h=h, method=name)


def rmse(trace: Trace) -> Array:
    """Return each epoch's root of the mean squared error, as the datapoints were met: (epochs, [R])."""
    by_epoch = trace.error.reshape(trace.epoch[-1], -1, *trace.error.shape[1:])
    with np.errstate(all="ignore"):
        root: Array = np.sqrt(by_epoch.mean(axis=1))
    return root


@dataclass(frozen=True)
class _Task:
    """What a training is given, checked: x (n, n_inputs), y (n, n_outputs), start ([R,] n_weights)."""

    network: Network
    x: Array
    y: Array
    start: Array
    epochs: int
    estimate: Gradient
    optimizer: Optimizer
    hyper: Hyper

    @classmethod
    def of(
        cls,
        network: Network,
        x: ArrayLike,
        y: ArrayLike,
        weights: ArrayLike | None,
        learning_rate: float | ArrayLike,
        epochs: int,
        optimizer: str,
        derivatives: str = "exact",
        h: float = 0.01,
        mom: float = 0.9,
        sqr_mom: float = 0.99,
        eps: float = 1e-8,
        wd: float = 0.01,
    ) -> _Task:
        x = _table(x, network.n_inputs, "x", network)
        y = _table(y, network.n_outputs, "y", network)
        if len(x) != len(y) or not len(x):
            raise ArgumentError("y", f"{len(y)} rows, but x has {len(x)}")
        if epochs < 1:
            raise ArgumentError("epochs", f"{epochs}, but training takes at least 1")
        start, rate = _runs(network, weights, learning_rate)
        estimate = derivative(derivatives, h)
        hyper = Hyper(rate, mom, sqr_mom, eps, wd)
        return cls(network, x, y, start, epochs, estimate, find_optimizer(optimizer), hyper)

    def pairs(self, x: Iterable[Any], y: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield the pairs of x and y, over and over: once an epoch."""
        return chain.from_iterable(repeat(list(zip(x, y, strict=True)), self.epochs))

    def numbers(self) -> Iterator[tuple[float, float]]:
        """Yield the datapoints of a network with one input and one output as plain numbers."""
        return self.pairs(self.x[:, 0].tolist(), self.y[:, 0].tolist())

    @property
    def is_of_chain(self) -> bool:
        """Whether the exact derivatives of a chain are asked for, which need no matrices."""
        return self.estimate is gradient and can_walk(self.network)


def _record(task: _Task, steps: int) -> tuple[Array, Array, dict[str, Array]]:
    """Return the weights before each step and after the last, the gradients, and the optimiser's state."""
    if task.is_of_chain and task.start.ndim == 1:
        return _record_chain(task, steps)
    path = np.empty((steps + 1, *task.start.shape))
    grads = np.empty((steps, *task.start.shape))
    states = {name: np.empty_like(grads) for name in task.optimizer.state}
    path[0] = task.start
    for step, (slopes, weights, state) in enumerate(_walk(task)):
        grads[step] = slopes
        path[step + 1] = weights
        for name, values in state.items():
            states[name][step] = values
    return path, grads, states


def _record_chain(task: _Task, steps: int) -> tuple[Array, Array, dict[str, Array]]:
    """Return the same for one run of a chain, which is trained with plain floats."""
    width = task.network.n_weights
    columns = width * (2 + len(task.optimizer.state))
    walk = compile_walk(task.network, task.optimizer)(task.start.tolist(), task.numbers(), task.hyper)
    rows: Array = np.fromiter(walk, np.dtype((np.float64, columns)), count=steps)
    grads, weights, *states = np.split(rows, columns // width, axis=1)
    return np.vstack([task.start, weights]), grads, dict(zip(task.optimizer.state, states, strict=True))


def _walk(task: _Task) -> Iterator[Step]:
    """Take the steps; yield each one's gradients, the weights after it, and the optimiser's state."""
    if task.is_of_chain:
        yield from _walk_chain(task)
        return
    weights = task.start
    state: State = {}
    for step, (x, y) in enumerate(task.pairs(task.x, task.y), start=1):
        grads = task.estimate(task.network, weights, x, y)
        weights, state = task.optimizer.update(weights, grads, state, step, task.hyper)
        yield grads, weights, state


def _walk_chain(task: _Task) -> Iterator[Step]:
    """Take the steps of many runs of a chain, with all runs of a weight side by side in memory."""
    hyper = replace(task.hyper, learning_rate=np.transpose(task.hyper.learning_rate))
    weights = task.start.T.copy()
    state: State = {}
    for step, (x, y) in enumerate(task.numbers(), start=1):
        grads = np.array(gradient_of_runs(task.network, weights, x, y))
        weights, state = task.optimizer.update(weights, grads, state, step, hyper)
        yield grads.T, weights.T, {name: values.T for name, values in state.items()}


def _table(values: ArrayLike, columns: int, argument: str, network: Network) -> Array:
    """Return the data as one row per datapoint; (n,) is one column."""
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or table.shape[1] != columns:
        raise ArgumentError(
            argument, f"shape {table.shape}, but network {network.text} takes {columns} columns"
        )
    return table


def _runs(
    network: Network, weights: ArrayLike | None, learning_rate: float | ArrayLike
) -> tuple[Array, float | Array]:
    """Return the starting weights ([R,] n_weights) and the learning rate, a number or (R, 1)."""
    start = np.ones(network.n_weights) if weights is None else np.asarray(weights, dtype=np.float64)
    if start.ndim not in {1, 2} or start.shape[-1] != network.n_weights:
        problem = f"shape {start.shape}, but network {network.text} has {network.n_weights} weights"
        raise ArgumentError("weights", problem)
    rate = np.asarray(learning_rate, dtype=np.float64)
    if rate.ndim == 0:
        return start, float(rate)
    if rate.ndim > 1 or (start.ndim == 2 and len(start) != len(rate)):
        raise ArgumentError("learning_rate", f"shape {rate.shape}, but weights has shape {start.shape}")
    return np.broadcast_to(start, (len(rate), network.n_weights)), rate[:, None]
