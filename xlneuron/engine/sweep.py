"""Sweeps: the same training from many starting weights at many learning rates, and how well each ends.

The runs go in blocks, each of them one training of many runs at once: a block takes a bounded amount of
memory, and blocks can be trained anywhere and in any order (see `cluster`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlneuron.engine.array import Array
from xlneuron.engine.network import Network, parse, rmse_over
from xlneuron.engine.training import train_runs
from xlneuron.errors import ArgumentError, XlneuronError, echo

MAX_RUNS = 1_000_000
BLOCK_RUNS = 1000  # fewer waste time in NumPy's calls, more do not fit a processor's cache
BLOCK_WEIGHTS = 2_000_000  # in all runs of a block: 16 MB for each of the arrays that a step needs
ERRORS_AT_ONCE = 2_000_000  # values between two layers, of all runs and datapoints

MOST_MEMORY = 800_000_000  # bytes of the weights of all runs

RUINED_RMSE = 10.0  # a run has exploded if its RMSE ends at over ten times what it started with

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Block:
    """Runs that are trained together: R starting weights, each with its learning rate.

    `first` is the number of the first run. All that a block needs is in it, so it can be sent elsewhere.
    """

    first: int
    network: str
    x: Array  # (n, n_inputs)
    y: Array  # (n, n_outputs)
    weights: Array  # (R, n_weights)
    learning_rates: Array  # (R,)
    epochs: int
    optimizer: str


@dataclass(frozen=True)
class Sweep:
    """The L x S runs of L learning rates and S seeds.

    The RMSE is over all datapoints; one that is not finite or has overflowed is infinite.
    """

    network: Network
    learning_rates: Array  # (L,)
    seeds: tuple[int, ...]  # S of them, from 1
    start: Array  # (S, n_weights), the starting weights
    weights: Array  # (L, S, n_weights), the final weights
    rmse_start: Array  # (S,)
    rmse: Array  # (L, S)

    @property
    def exploded(self) -> NDArray[np.bool_]:
        """Which runs ended much worse than they started: (L, S)."""
        return self.rmse > RUINED_RMSE * self.rmse_start

    @property
    def best(self) -> tuple[int, int]:
        """The places of the learning rate and of the seed whose RMSE is the smallest."""
        rate, seed = np.unravel_index(np.argmin(self.rmse), self.rmse.shape)
        return int(rate), int(seed)


def starting_weights(network: Network, seed: int) -> Array:
    """Return the starting weights of a seed, normally distributed around 0 with deviation 1."""
    return np.random.default_rng(seed).normal(size=network.n_weights)


def train_block(block: Block) -> tuple[int, Array, Array]:
    """Return the number of a block's first run, its final weights (R, n_weights), and their RMSE (R,)."""
    network = parse(block.network)
    weights = train_runs(
        network,
        block.x,
        block.y,
        block.weights,
        learning_rate=block.learning_rates,
        epochs=block.epochs,
        optimizer=block.optimizer,
    )
    return block.first, weights, _rmse(network, weights, block.x, block.y)


def train_here(blocks: Iterable[Block]) -> Iterator[tuple[int, Array, Array]]:
    """Train blocks one after the other."""
    return map(train_block, blocks)


def sweep(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    learning_rates: ArrayLike,
    seeds: int = 1,
    *,
    epochs: int = 1,
    optimizer: str = "sgd",
    trained: Callable[[Iterable[Block]], Iterable[tuple[int, Array, Array]]] = train_here,
    progress: Progress | None = None,
) -> Sweep:
    """Train from the starting weights of the seeds 1, 2, ... at every learning rate.

    x is (n, n_inputs), y is (n, n_outputs). `trained` trains blocks and gives each one's result back, in any
    order; `progress` is told how many runs of how many are done. Raises ArgumentError as `train` does.
    """
    rates = np.asarray(learning_rates, dtype=np.float64).reshape(-1)
    if not len(rates) or seeds < 1 or len(rates) * seeds > MAX_RUNS:
        problem = f"{len(rates)} learning rates x {seeds} seeds; 1 to {MAX_RUNS:,} runs can be made"
        raise ArgumentError("learning_rates", problem)
    check_memory(len(rates), seeds, network)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    start = np.empty((seeds, network.n_weights))
    for seed in range(seeds):
        start[seed] = starting_weights(network, seed + 1)
    runs = len(rates) * seeds
    size = max(1, min(BLOCK_RUNS, BLOCK_WEIGHTS // network.n_weights))
    blocks = (  # one by one: all of them would be the starting weights of all runs
        Block(first, network.text, x, y, start[run % seeds], rates[run // seeds], epochs, optimizer)
        for first in range(0, runs, size)
        for run in [np.arange(first, min(first + size, runs))]
    )
    weights, rmse = np.empty((runs, network.n_weights)), np.empty(runs)
    missing = {first: min(size, runs - first) for first in range(0, runs, size)}
    for first, block_weights, block_rmse in trained(blocks):
        _check_result(first, block_weights, block_rmse, missing, network.n_weights)
        end = first + missing.pop(first)
        weights[first:end], rmse[first:end] = block_weights, block_rmse
        if progress:
            progress(runs - sum(missing.values()), runs)
    if missing:
        raise XlneuronError(f"{len(missing)} blocks of runs have no result; run this again")
    grid = len(rates), seeds
    return Sweep(
        network,
        rates,
        tuple(range(1, seeds + 1)),
        start,
        weights.reshape(*grid, -1),
        _rmse(network, start, x, y),
        rmse.reshape(grid),
    )


def memory(rates: int, seeds: int, network: Network) -> int:
    """Return how many bytes the weights of all runs take, those that they start from included."""
    return (rates + 1) * seeds * network.n_weights * 8


def check_memory(rates: int, seeds: int, network: Network, copies: int = 1) -> None:
    """Raise ArgumentError for a sweep whose weights, so many times, do not fit into memory."""
    size = memory(rates, seeds, network) * copies
    if size > MOST_MEMORY:
        most = MOST_MEMORY * seeds // size
        problem = (
            f"{seeds:,} at {rates:,} learning rates take {size / 1e9:.1f} GB of memory for the "
            f"{network.n_weights:,} weights of each run, more than {MOST_MEMORY / 1e9:g} GB; "
            f"at most {most:,} seeds"
        )
        raise ArgumentError("seeds", problem)


def _check_result(
    first: object, weights: object, rmse: object, missing: dict[int, int], n_weights: int
) -> None:
    """Raise XlneuronError unless this is the result of a block that is missing still, in type and size.

    Numbers are finite, or the run is said to have ended at infinity.
    """
    if not isinstance(first, int) or first not in missing:
        raise XlneuronError(f"a result of runs from {echo(first)} on, which nobody has asked for")
    runs = missing[first]
    for array, shape in ((weights, (runs, n_weights)), (rmse, (runs,))):
        if not isinstance(array, np.ndarray) or array.dtype != np.float64 or array.shape != shape:
            what = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
            raise XlneuronError(f"the result of runs from {first} on is {what}, not numbers {shape}")
    assert isinstance(weights, np.ndarray)
    assert isinstance(rmse, np.ndarray)
    unflagged = ~np.isfinite(weights).all(axis=1) & np.isfinite(rmse)
    if np.isnan(rmse).any() or (rmse < 0).any() or unflagged.any():
        raise XlneuronError(f"the result of runs from {first} on has numbers that cannot be")


def _rmse(network: Network, weights: Array, x: Array, y: Array) -> Array:
    """Return the RMSE of weights (R, n_weights) over the data, as many runs at a time as fit into memory."""
    widest = max(layer.size for layer in network.layers)
    size = max(1, ERRORS_AT_ONCE // (len(x) * widest))
    with np.errstate(all="ignore"):
        parts = [
            rmse_over(network, weights[first : first + size], x, y) for first in range(0, len(weights), size)
        ]
    return np.nan_to_num(np.concatenate(parts), nan=np.inf, posinf=np.inf)
