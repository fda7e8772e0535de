"""Many runs at once: ours, PyTorch's batch, and a C loop with SIMD, compiled on the spot."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np

from benchmarks.measure import PEERS, Contender, Peer, Result, Sizes, take_turns, torch_python
from benchmarks.tables import data
from xlneuron.engine.network import parse
from xlneuron.engine.training import train_runs

NETWORK = parse("1-1relu-1")
ROWS, EPOCHS = 29, 4


def problem(runs: int) -> tuple[np.ndarray, np.ndarray, list[float], list[float]]:
    """Return starting weights, learning rates, x and y; none of the runs explodes."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(runs, 4)), np.geomspace(1e-8, 1e-6, runs), *data(ROWS)


def ours(runs: int) -> np.ndarray:
    weights, rates, x, y = problem(runs)
    return train_runs(NETWORK, x, y, weights, learning_rate=rates, epochs=EPOCHS)


def in_c(runs: int, folder: Path) -> Contender | None:
    """Compile the C loop and return what runs it; None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "sweep.so"
    options = ["-O3", "-march=native", "-shared", "-fPIC"]
    subprocess.run([compiler, *options, str(PEERS / "sweep.c"), "-o", str(library)], check=True)
    function = ctypes.CDLL(str(library)).sweep
    weights, rates, x, y = problem(runs)
    arrays = [np.ascontiguousarray(array, dtype=np.float64) for array in (weights.T, rates, x, y)]
    columns, rates, inputs, targets = (array.ctypes.data_as(ctypes.c_void_p) for array in arrays)

    def run() -> None:
        arrays[0][:] = weights.T
        function(
            columns, rates, ctypes.c_long(runs), inputs, targets, ctypes.c_long(ROWS), ctypes.c_long(EPOCHS)
        )

    run()
    np.testing.assert_allclose(arrays[0].T, ours(runs), rtol=1e-6)
    return run


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The rows of the table about sweeps."""
    runs = sizes.runs
    weights, rates, x, y = problem(runs)
    contenders: dict[str, Contender] = {"ours": lambda: _kept(ours(runs))}
    loop = in_c(runs, folder)
    if loop is not None:
        contenders["C"] = loop
    python = torch_python()
    what = f"A sweep: {runs:,} runs at once, {ROWS} rows x {EPOCHS} epochs"
    if python is None:
        found = take_turns(3 * sizes.rounds, contenders)
    else:
        with Peer("with_torch.py", python) as peer:
            options = {"weights": weights.tolist(), "rates": rates.tolist(), "x": x, "y": y, "epochs": EPOCHS}
            last = ours(runs)[-1]
            for autograd in (True, False):
                answer = peer.ask("sweep", **options, autograd=autograd)
                np.testing.assert_allclose(answer["last"], last, rtol=1e-6)
                contenders[f"torch {autograd}"] = peer.contender("sweep", **options, autograd=autograd)
            found = take_turns(3 * sizes.rounds, contenders)

    def seconds(name: str) -> float | str:
        return found.get(name, "not installed")

    return [
        Result(what, "PyTorch, one batch, autograd", 2.0, found["ours"], seconds("torch True")),
        Result(
            what, "PyTorch, one batch, derivatives written out", None, found["ours"], seconds("torch False")
        ),
        Result(what, "C with SIMD", 30.0, found["ours"], seconds("C"), faster=False),
    ]


def _kept(_: np.ndarray) -> None:
    """A contender that returns nothing is timed from outside."""


def curve(sizes: Sizes, folder: Path) -> dict[str, dict[int, float]]:
    """Seconds by rows (steps of all runs together), for the plot."""
    seconds: dict[str, dict[int, float]] = {}
    for rows in sizes.plot_rows:
        runs = max(rows // (ROWS * EPOCHS), 1)
        contenders: dict[str, Contender] = {"xlneuron": lambda: _kept(ours(runs))}  # noqa: B023
        loop = in_c(runs, folder)
        if loop is not None:
            contenders["C with SIMD"] = loop
        for name, value in take_turns(3, contenders).items():
            seconds.setdefault(name, {})[rows] = value
    return seconds
