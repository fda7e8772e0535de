"""Calls about a single datapoint, on plain floats: what cells ask for, thousands of times.

NumPy takes longer to look at four numbers than Python to calculate with them. A function here gives what the
one of `functions` with its name gives for one row of finite numbers, to the bit (but for the sign of a 0).
For all else (more rows, a network that is no chain, a text, a blank or an error where a number is due, one
that overflows) it raises whatever comes first, and the general way, which knows what to say, is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from xlneuron.engine.chain import Forward, Walk, can_walk, compile_forward, compile_walk
from xlneuron.engine.network import Network, parse
from xlneuron.engine.optimizers import OPTIMIZERS, Hyper, average_grad, sgd_step

Cells = float | Sequence[Sequence[float]]  # a single cell, or a range

HYPER = Hyper()
FLOATS = {float}


def _row(cells: Cells) -> Sequence[float]:
    if isinstance(cells, float):
        return (cells,)
    (row,) = cells
    if set(map(type, row)) != FLOATS:
        raise TypeError
    return row


def _single(cells: Cells) -> float:
    if isinstance(cells, float):
        return cells
    (cell,) = _row(cells)
    return cell


def _flag(cell: float) -> bool:
    if cell not in (0.0, 1.0):
        raise ValueError
    return cell == 1.0


def _chain(text: str) -> Network:
    network = parse(text)
    if not can_walk(network):
        raise ValueError
    return network


@lru_cache(maxsize=64)
def _forward(text: str) -> Forward:
    return compile_forward(_chain(text))


@lru_cache(maxsize=64)
def _walk(text: str) -> Walk:
    return compile_walk(_chain(text), OPTIMIZERS["sgd"])


def neuron_forward(inputs: Cells, weights: Sequence[Sequence[float]], network: str) -> tuple[float, ...]:
    """Return the prediction of a chain."""
    (row,) = weights  # whatever is in it, it meets a float and becomes one, or fails
    x = inputs if type(inputs) is float else _single(inputs)
    return (_forward(network)(x, *row) + 0.0,)  # never -0.0


def num_deriv(
    inputs: Cells, target: Cells, weights: Cells, network: str, h: float, method: str
) -> tuple[float, ...]:
    """Return the estimated derivatives of a chain."""
    forward, x, y, row = _forward(network), _single(inputs), _single(target), _row(weights)

    def error(number: int, move: float) -> float:
        gap = forward(x, *row[:number], row[number] + move, *row[number + 1 :]) - y
        return gap * gap

    if method == "forward":
        before = error(0, 0.0)
        return tuple([(error(number, h) - before) / h for number in range(len(row))])
    if method == "central":
        return tuple([(error(number, h) - error(number, -h)) / (2 * h) for number in range(len(row))])
    raise ValueError


def neuron_grad(inputs: Cells, target: Cells, weights: Cells, network: str) -> tuple[float, ...]:
    """Return the exact derivatives of a chain."""
    row = _row(weights)
    (step,) = _walk(network)(row, [(_single(inputs), _single(target))], HYPER)
    return step[: len(row)]


def step(weights: Cells, grads: Cells, learning_rate: float) -> tuple[float, ...]:
    """Return the new weights."""
    pairs = zip(_row(weights), _row(grads), strict=True)
    return tuple([sgd_step(weight, grad, learning_rate) for weight, grad in pairs])  # type: ignore[arg-type, misc]


def momentum(grad: Cells, grad_avg: Cells | None, mom: float, dampening: float) -> tuple[float, ...]:
    """Return the new momentum."""
    grads, is_dampened = _row(grad), _flag(dampening)
    averages = [0.0] * len(grads) if grad_avg is None else _row(grad_avg)
    pairs = zip(grads, averages, strict=True)
    return tuple([average_grad(each, average, mom, is_dampened) for each, average in pairs])  # type: ignore[arg-type, misc]


def train_step(
    x: Cells, y: Cells, weights: Cells, network: str, learning_rate: float, method: str, h: float
) -> tuple[float, ...]:
    """Return a chain's prediction, squared error, derivatives and new weights."""
    x, y, row = _single(x), _single(y), _row(weights)
    prediction = _forward(network)(x, *row) + 0.0  # never -0.0
    gap = prediction - y
    if method == "exact":
        slopes = neuron_grad(x, y, (row,), network)
    else:
        slopes = num_deriv(x, y, (row,), network, h, method)
    return (prediction, gap * gap, *slopes, *step((row,), (slopes,), learning_rate))


POINTS: dict[str, Callable[..., tuple[float, ...]]] = {
    "NEURON_FORWARD": neuron_forward,
    "NUM_DERIV": num_deriv,
    "NEURON_GRAD": neuron_grad,
    "SGD_STEP": step,
    "AVERAGE_GRAD": momentum,
    "TRAIN_STEP": train_step,
}
