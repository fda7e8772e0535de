"""Sweeps on Dask: a real scheduler and real worker processes, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from distributed import LocalCluster
from distributed.security import Security

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
    monkeypatch.setattr("xlneuron.engine.cluster.SECONDS", 2.0)
    with pytest.raises(XlneuronError, match="no Dask scheduler answers there") as caught:
        list(train_on_dask(address, []))
    assert "\n" not in str(caught.value)


# Clusters that are none, or ill: a line within the time that one gives it.

SOON = 15.0  # seconds, at most, for the 3 that the scheduler may be silent


def said(address: str, blocks: list[module.Block] | None = None) -> str:
    """What is said of a cluster."""
    begun = time.monotonic()
    with pytest.raises(XlneuronError) as caught:
        list(train_on_dask(address, blocks or [], seconds=3.0))
    assert time.monotonic() - begun < SOON
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{address}: ")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.0 200 OK\r\n\r\n<html>", b"\xff" * 64, None])
def test_something_else_at_the_address(answer: bytes | None) -> None:
    """A web server, noise, and what never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    kept.append(connection)
                    if answer is not None:
                        connection.sendall(answer)
                        connection.close()

        threading.Thread(target=serve, daemon=True).start()
        port = server.getsockname()[1]
        assert said(f"tcp://127.0.0.1:{port}").startswith("no Dask scheduler answers there")
        server.shutdown(socket.SHUT_RDWR)
        for each in kept:
            each.close()


def test_no_worker() -> None:
    with LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        problem = said(empty.scheduler_address)
    assert problem == "the scheduler has no worker for 3 s (--dask-timeout waits longer)"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and a worker, as processes that can be stopped."""
    file = tmp_path / "scheduler.json"
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        "--no-nanny",
        "--nthreads",
        "1",
        "--no-dashboard",
    ]
    both: list[subprocess.Popen[bytes]] = []
    try:
        for command in (scheduler, worker):
            with (tmp_path / f"log{len(both)}").open("wb") as log:
                start = [*command, "--scheduler-file", str(file)]
                both.append(subprocess.Popen(start, stdout=log, stderr=log, cwd=tmp_path))
        until = time.monotonic() + 60
        while not (file.exists() and b"Registered to" in (tmp_path / "log1").read_bytes()):
            logs = (tmp_path / "log0").read_text() + (tmp_path / "log1").read_text()
            assert time.monotonic() < until, logs
            assert [each.poll() for each in both] == [None, None], logs
            time.sleep(0.2)
        yield json.loads(file.read_text())["address"], both
    finally:
        for each in both:
            with suppress(ProcessLookupError):
                each.send_signal(signal.SIGCONT)
            each.kill()
            each.wait()


def long_block(epochs: int = 200_000) -> list[module.Block]:
    x, y = np.array(DATA.inputs), np.array(DATA.targets)
    return [module.Block(0, "1-1relu-1", x, y, np.ones((500, 4)), np.full(500, 1e-7), epochs, "sgd")]


@pytest.mark.parametrize(
    ("which", "how", "problem"),
    [
        (0, signal.SIGSTOP, "the Dask scheduler does not answer"),
        (0, signal.SIGKILL, "the Dask scheduler does not answer|a worker failed"),
        (1, signal.SIGSTOP, "no worker answers"),
        (1, signal.SIGKILL, "the scheduler has no worker"),
    ],
)
def test_what_dies_in_the_middle(
    processes: tuple[str, list[subprocess.Popen[bytes]]], which: int, how: signal.Signals, problem: str
) -> None:
    address, both = processes
    threading.Timer(3.0, lambda: both[which].send_signal(how)).start()
    assert re.match(problem, said(address, long_block()))


def test_a_worker_with_another_xlneuron(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlneuron.engine.cluster.__version__", "99")
    monkeypatch.setattr("distributed.versions.get_package_info", lambda _: {"xlneuron": "99"}, raising=False)
    problem = said(cluster.scheduler_address)
    assert "99 here" in problem or "install the same" in problem


def test_a_cluster_over_tls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*make, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    files = {"tls_ca_file": str(certificate)}
    for role in ("client", "scheduler", "worker"):
        files |= {f"tls_{role}_cert": str(certificate), f"tls_{role}_key": str(key)}
    security = Security(require_encryption=True, **files)
    options = ["sweep", "--seeds", "2", "--quiet", "--dask-timeout", "6"]
    tls = ["--dask-ca", str(certificate), "--dask-cert", str(certificate), "--dask-key", str(key)]
    with LocalCluster(
        n_workers=1, processes=False, security=security, protocol="tls://", dashboard_address=":0"
    ) as cluster:
        address = cluster.scheduler_address
        assert main([*options, "--dask", address, *tls]) == 0
        assert main([*options, "--dask", address]) == 1
        assert "no Dask scheduler answers there" in capsys.readouterr().err
    key.unlink()
    assert main([*options, "--dask", address, *tls]) == 1
    assert "no certificates that can be used" in capsys.readouterr().err


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
