"""Sweeps on Dask: a real scheduler and real worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from distributed import LocalCluster

from xlneuron.cli import main
from xlneuron.data import default_data
from xlneuron.engine import sweep as module
from xlneuron.engine.cluster import train_on_dask
from xlneuron.engine.network import parse
from xlneuron.engine.sweep import sweep
from xlneuron.errors import ArgumentError, XlneuronError

pytestmark = pytest.mark.host

DATA = default_data()
NETWORK = parse("1-1relu-1")
RATES = np.geomspace(1e-7, 1e-2, 40)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers, each a process of its own."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        yield cluster


def pids(cluster: LocalCluster) -> list[int]:
    return [worker.pid for worker in cluster.workers.values()]


def test_a_cluster_finds_what_one_machine_finds(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK_RUNS", 64)
    told: list[tuple[int, int]] = []
    found = sweep(
        NETWORK,
        DATA.inputs,
        DATA.targets,
        RATES,
        10,
        trained=partial(train_on_dask, cluster.scheduler_address),
        progress=lambda *done: told.append(done),
    )
    expected = sweep(NETWORK, DATA.inputs, DATA.targets, RATES, 10)
    np.testing.assert_array_equal(found.rmse, expected.rmse)
    np.testing.assert_array_equal(found.weights, expected.weights)
    assert len(told) == 7
    assert told[-1] == (400, 400)


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK_RUNS", 20)
    before = pids(cluster)
    left_to_do = []

    def kill_one(done: int, runs: int) -> None:
        if not left_to_do:
            os.kill(before[0], signal.SIGKILL)
            left_to_do.append(runs - done)

    found = sweep(
        NETWORK,
        DATA.inputs,
        DATA.targets,
        RATES,
        20,
        epochs=50,
        trained=partial(train_on_dask, cluster.scheduler_address),
        progress=kill_one,
    )
    assert left_to_do[0] > 0
    assert before[0] not in pids(cluster)
    expected = sweep(NETWORK, DATA.inputs, DATA.targets, RATES, 20, epochs=50)
    np.testing.assert_array_equal(found.rmse, expected.rmse)
    np.testing.assert_array_equal(found.weights, expected.weights)


def test_what_is_wrong_with_a_sweep_is_said_as_on_one_machine(cluster: LocalCluster) -> None:
    with pytest.raises(ArgumentError, match="unknown optimizer 'sdg'"):
        sweep(
            NETWORK,
            DATA.inputs,
            DATA.targets,
            RATES,
            optimizer="sdg",
            trained=partial(train_on_dask, cluster.scheduler_address),
        )


def test_the_command_line_uses_the_cluster(cluster: LocalCluster, tmp_path: Path) -> None:
    options = ["sweep", "--network", "1-1relu-1", "--seeds", "4", "--epochs", "3", "--quiet"]
    there, here = tmp_path / "there.csv", tmp_path / "here.csv"
    assert main([*options, "--dask", cluster.scheduler_address, "--out", str(there)]) == 0
    assert main([*options, "--out", str(here)]) == 0
    assert there.read_text("utf-8") == here.read_text("utf-8")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:notaport"])
def test_an_address_where_nothing_listens(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlneuron.engine.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(XlneuronError, match="no Dask scheduler answers there") as caught:
        list(train_on_dask(address, []))
    assert "\n" not in str(caught.value)


def test_without_dask_it_is_said_how_to_get_it() -> None:
    code = """
import sys
sys.modules["distributed"] = None  # as if it were not installed
from xlneuron.cli import main
sys.exit(main(["sweep", "--dask", "tcp://localhost:1"]))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "xlneuron: Dask is not installed: pip install 'xlneuron[dask]'\n"
