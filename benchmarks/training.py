"""Training datapoint by datapoint with all columns kept: the compiled table, NumPy and PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.measure import Peer, Result, Sizes, take_turns, times, torch_python
from benchmarks.tables import LEARNING_RATE, H, data, training_book
from xlneuron.functions import SGD_TRAIN
from xlneuron.tables.values import BookValues

SHEET = "sgd"
NO_TORCH = "not installed"


def with_the_table(rows: int) -> list[float]:
    """Calculate every value of the table; return the last weights."""
    last: tuple[object, ...] = ()
    for row in BookValues(training_book(rows)).rows(SHEET):
        last = row
    return list(last[-4:])  # type: ignore[arg-type]


def with_numpy(x: list[float], y: list[float]) -> list[float]:
    """What NumPy users write: small arrays, row by row, all columns kept; return the last weights."""
    weights, moves = np.ones(4), H * np.eye(4)
    rows = []

    def error(weights: np.ndarray, x: float, y: float) -> tuple[float, float, float]:
        a, b, c, d = weights
        z = a * x + b
        prediction = c * np.maximum(0, z) + d
        return z, prediction, (prediction - y) ** 2

    for x_row, y_row in zip(x, y, strict=True):
        before = weights
        z, prediction, squared = error(weights, x_row, y_row)
        moved = np.array([error(weights + move, x_row, y_row)[2] for move in moves])
        estimated = (moved - squared) / H
        slope = 2 * (prediction - y_row)
        back = slope * weights[2] * (z > 0)
        exact = np.array([back * x_row, back, slope * np.maximum(0, z), slope])
        weights = weights - LEARNING_RATE * estimated
        single = [x_row, y_row, z, prediction, squared]
        rows.append(np.concatenate([single, before, moved, estimated, exact, weights]))
    return list(rows[-1][-4:])


def train_alone(x: list[float], y: list[float]) -> list[float]:
    """Train with exact derivatives in plain NumPy, row by row, and keep what SGD_TRAIN returns."""
    weights = np.ones(4)
    rows = []
    for row, (x_row, y_row) in enumerate(zip(x, y, strict=True)):
        a, b, c, d = weights
        z = a * x_row + b
        signal = np.maximum(0, z)
        prediction = c * signal + d
        slope = 2 * (prediction - y_row)
        back = slope * c * (z > 0)
        grads = np.array([back * x_row, back, slope * signal, slope])
        before, weights = weights, weights - LEARNING_RATE * grads
        single = [1, row + 1, x_row, y_row, prediction, (prediction - y_row) ** 2]
        rows.append(np.concatenate([single, before, grads, weights]))
    return list(rows[-1][-4:])


def sgd_train(x: list[float], y: list[float]) -> list[float]:
    return list(
        SGD_TRAIN([[each] for each in x], [[each] for each in y], None, "1-1relu-1", LEARNING_RATE).rows[-1][
            -4:
        ]
    )


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The rows of the table about training."""
    x, y = data(sizes.rows)
    python = torch_python()
    contenders = {
        "table": times(10, lambda: _kept(with_the_table(sizes.rows))),  # the shortest by far
        "NumPy": lambda: _kept(with_numpy(x, y)),
    }
    np.testing.assert_allclose(with_the_table(sizes.rows), with_numpy(x, y), rtol=1e-6)
    what = f"Training {sizes.rows:,} rows one by one, all 25 columns kept"
    if python is None:
        found = take_turns(2 * sizes.rounds, contenders)
        torch_seconds: float | str = NO_TORCH
    else:
        with Peer("with_torch.py", python) as peer:
            few = min(sizes.rows, 1_000)  # it is slow, and every row takes as long as any other
            options = {"x": x[:few], "y": y[:few], "learning_rate": LEARNING_RATE, "h": H}
            np.testing.assert_allclose(peer.ask("train", **options)["last"], with_the_table(few), rtol=1e-4)
            found = take_turns(2 * sizes.rounds, {**contenders, "torch": peer.contender("train", **options)})
            torch_seconds = found["torch"] * sizes.rows / few
    long_x, long_y = data(sizes.train_rows)
    np.testing.assert_allclose(sgd_train(x, y), train_alone(x, y), rtol=1e-9)
    single = take_turns(
        max(sizes.rounds // 2, 1),
        {
            "ours": lambda: _kept(sgd_train(long_x, long_y)),
            "NumPy": lambda: _kept(train_alone(long_x, long_y)),
        },
    )
    return [
        Result(what, "NumPy, row by row", 10.0, found["table"], found["NumPy"]),
        Result(what, "PyTorch, eager, row by row", 200.0, found["table"], torch_seconds),
        Result(
            f"SGD_TRAIN of {sizes.train_rows:,} rows in one call",
            "NumPy, row by row",
            None,
            single["ours"],
            single["NumPy"],
        ),
    ]


def _kept(_: list[float]) -> None:
    """A contender that returns nothing is timed from outside."""


def curve(sizes: Sizes, folder: Path) -> dict[str, dict[int, float]]:
    """Seconds by rows, for the plot."""
    seconds: dict[str, dict[int, float]] = {}
    for rows in sizes.plot_rows:
        x, y = data(rows)
        contenders = {
            "xlneuron, table": lambda: _kept(with_the_table(rows)),  # noqa: B023 - called in this turn
            "xlneuron, SGD_TRAIN": lambda: _kept(sgd_train(x, y)),  # noqa: B023
            "NumPy, row by row": lambda: _kept(with_numpy(x, y)),  # noqa: B023
        }
        if rows > 100_000:
            contenders.pop("NumPy, row by row")
        if rows * 16 > 10_000_000:  # more cells than one call returns
            contenders.pop("xlneuron, SGD_TRAIN")
        for name, value in take_turns(sizes.plot_rounds, contenders).items():
            seconds.setdefault(name, {})[rows] = value
    return seconds
