"""Measuring: contenders take turns, round after round, and the medians of their times are compared.

Only ratios of one run mean something: they hold on a machine that is slow, or busy, in between.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).with_name("peers")
TORCH_PYTHON = "XLNEURON_BENCH_TORCH"  # names a Python that has PyTorch, if this one has not

Contender = Callable[[], object]


@dataclass(frozen=True)
class Sizes:
    """How much is measured. `tiny` sizes show that the benchmarks run, and nothing else."""

    rounds: int = 5
    rows: int = 10_000
    calls: int = 10_000
    runs: int = 1_000
    train_rows: int = 100_000
    plot_rows: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    plot_rounds: int = 1

    @classmethod
    def tiny(cls) -> Sizes:
        return cls(rounds=1, rows=40, calls=3, runs=5, train_rows=60, plot_rows=(20, 800))


@dataclass(frozen=True)
class Result:
    """One line of the table: ours against another, and the goal for it.

    `ours` and `theirs` are seconds, unless `unit` says otherwise; `theirs` is a text if there is nothing to
    measure. With `faster` the ratio is theirs / ours and the goal its least value, else ours / theirs and the
    goal its largest.
    """

    what: str
    against: str
    goal: float | None
    ours: float
    theirs: float | str
    faster: bool = True
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        if isinstance(self.theirs, str):
            return None
        return self.theirs / self.ours if self.faster else self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None if it was not measured, or if there is none."""
        if self.ratio is None or self.goal is None:
            return None
        return self.ratio >= self.goal if self.faster else self.ratio <= self.goal


def take_turns(rounds: int, contenders: Mapping[str, Contender]) -> dict[str, float]:
    """Return the median seconds of every contender, after one run of each that does not count.

    A contender that measures itself returns its seconds as a float.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, contender in contenders.items():
            gc.collect()
            start = perf_counter()
            own = contender()
            seconds = own if isinstance(own, float) else perf_counter() - start
            if number or not rounds:
                times[name].append(seconds)
    return {name: median(all_seconds) for name, all_seconds in times.items()}


def times(number: int, call: Contender) -> Contender:
    """Return a contender that makes a call so many times and gives the seconds of one."""

    def measured() -> float:
        start = perf_counter()
        for _ in range(number):
            call()
        return (perf_counter() - start) / number

    return measured


class Peer:
    """A script of `peers` in a process of its own, in any Python, that measures itself (see `serve`)."""

    def __init__(self, script: str, python: str = sys.executable) -> None:
        self.process = subprocess.Popen(
            [python, str(PEERS / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)

    def ask(self, do: str, **options: object) -> dict[str, float]:
        """Have something done: its `seconds`, and whatever else it found."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **options}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, float] = json.loads(self.process.stdout.readline())
        return answer

    def contender(self, do: str, **options: object) -> Contender:
        return lambda: self.ask(do, **options)["seconds"]


def torch_python() -> str | None:
    """Return a Python that has PyTorch: this one, or the one that XLNEURON_BENCH_TORCH names."""
    for python in (sys.executable, os.environ.get(TORCH_PYTHON)):
        if (
            python
            and subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode
            == 0
        ):
            return python
    return None
