"""Sweeps on many machines, by Dask: `pip install xlneuron[dask]` here and on every worker.

A block of runs is one task with everything in it. When a worker ends in the middle, Dask gives its blocks to
the other ones, so nothing is lost but time. A scheduler is trusted: what it sends is unpickled here, so that
it can run code on this machine. Connect to your own only, over TLS where the network is not.
"""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from xlneuron import __version__
from xlneuron.engine.array import Array
from xlneuron.engine.sweep import Block, train_block
from xlneuron.errors import XlneuronError

SECONDS = 15.0  # that a scheduler or all workers may be silent
LOOK_SECONDS = 1.0  # how often it is looked whether they are
POLL_SECONDS = 0.01  # how often it is looked whether a block is done
AHEAD = 4  # blocks for each processor that are sent before results come: memory stays bounded
MOST_SAID = 200  # characters of what a worker says


@dataclass(frozen=True)
class Tls:
    """The files of a connection over TLS: the authority that signed, and our certificate with its key."""

    ca: str
    certificate: str
    key: str


def train_on_dask(
    address: str, blocks: Iterable[Block], *, seconds: float | None = None, tls: Tls | None = None
) -> Iterator[tuple[int, Array, Array]]:
    """Train blocks on the Dask cluster whose scheduler listens at `address`; yield each as it is done.

    Raises XlneuronError if Dask is not installed, nothing listens there, or the workers cannot do it, or are
    silent for so many seconds.
    """
    seconds = SECONDS if seconds is None else seconds
    with _connected(address, seconds, tls) as client:
        watch = _Watch(client, address, seconds)
        watch.wait_for_workers()
        _check_versions(client, address)
        yield from _train(client, watch, blocks)


@contextmanager
def _connected(address: str, seconds: float, tls: Tls | None) -> Iterator[Any]:
    try:
        from dask import config  # noqa: PLC0415
        from distributed import Client  # noqa: PLC0415
    except ImportError as error:
        raise XlneuronError("Dask is not installed: pip install 'xlneuron[dask]'") from error
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # what it has to say is said in one line
    timeouts = {"distributed.comm.timeouts.connect": seconds * 2 / 3, "distributed.comm.retry.count": 0}
    try:
        with config.set(timeouts), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared below
            security = _security(tls)
            try:
                # A Client would wait for ever for what takes a connection and says nothing.
                asyncio.run(asyncio.wait_for(_ask(address, security), seconds * 2 / 3))
                client = Client(address, timeout=seconds * 2 / 3, set_as_default=False, security=security)
            except Exception as error:  # whatever answers there: a web server, say, sends what is no message
                raise XlneuronError(
                    f"{address}: no Dask scheduler answers there (such as tcp://host:8786)"
                ) from error
            try:
                yield client
            finally:
                with suppress(Exception):  # a scheduler that has gone cannot be taken leave of
                    client.close(timeout=2)
    finally:
        logger.setLevel(level)


async def _ask(address: str, security: Any) -> None:
    """Ask a scheduler who it is."""
    from distributed.core import rpc  # noqa: PLC0415

    arguments = security.get_connection_args("client") if security else None
    async with rpc(address, connection_args=arguments) as scheduler:
        if "workers" not in await scheduler.identity():
            raise ValueError


def _security(tls: Tls | None) -> Any:
    if tls is None:
        return None
    from distributed.security import Security  # noqa: PLC0415

    try:
        security = Security(
            tls_ca_file=tls.ca,
            tls_client_cert=tls.certificate,
            tls_client_key=tls.key,
            require_encryption=True,
        )
        security.get_connection_args("client")  # reads the files
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        name = getattr(error, "filename", None) or f"{tls.ca}, {tls.certificate}, {tls.key}"
        raise XlneuronError(f"{name}: no certificates that can be used ({_said(error)})") from error
    return security


class _Watch:
    """Looks whether a cluster is alive: whether its scheduler answers, and hears of its workers."""

    def __init__(self, client: Any, address: str, seconds: float) -> None:
        self.client, self.address, self.seconds = client, address, seconds
        self.heard: dict[str, float] = {}  # when each worker was last heard of, by the scheduler's clock
        self.alive = time.monotonic()

    def look(self) -> int:
        """Return how many processors there are. Raises XlneuronError after too long a silence."""
        try:
            found = self.client.sync(self.client.scheduler.identity, callback_timeout=self.seconds)
        except Exception as error:
            raise self._problem("the Dask scheduler does not answer") from error
        heard = {name: each.get("last_seen", 0.0) for name, each in found["workers"].items()}
        if any(self.heard.get(name) != when for name, when in heard.items()):
            self.alive = time.monotonic()
        self.heard = heard
        if time.monotonic() - self.alive > self.seconds:
            raise self._problem("no worker answers" if heard else "the scheduler has no worker")
        return sum(each.get("nthreads", 1) for each in found["workers"].values())

    def wait_for_workers(self) -> None:
        """Wait for the first worker."""
        while not self.look():
            time.sleep(LOOK_SECONDS / 4)

    def _problem(self, what: str) -> XlneuronError:
        return XlneuronError(f"{self.address}: {what} for {self.seconds:g} s (--dask-timeout waits longer)")


def _check_versions(client: Any, address: str) -> None:
    """Raise XlneuronError where a worker has other versions, which would fail or compute something else."""
    try:
        found = client.get_versions(check=False, packages=["xlneuron"])
    except Exception as error:
        raise XlneuronError(f"{address}: the workers do not tell their versions ({_said(error)})") from error
    here = found["client"]["packages"]
    for name, worker in found["workers"].items():
        there = worker["packages"]
        if there.get("xlneuron") not in (__version__, here.get("xlneuron")) or not there.get("xlneuron"):
            version = there.get("xlneuron") or "missing"
            raise XlneuronError(f"{address}: xlneuron is {version} on worker {name}, {__version__} here")
        for package in ("distributed", "numpy"):
            if _major(there.get(package)) != _major(here.get(package)):
                versions = f"{there.get(package)} on worker {name}, {here.get(package)} here"
                raise XlneuronError(f"{address}: {package} is {versions}: install the same")


def _major(version: object) -> str:
    return str(version).partition(".")[0]


def _train(client: Any, watch: _Watch, blocks: Iterable[Block]) -> Iterator[tuple[int, Array, Array]]:
    rest = iter(blocks)
    running: list[Any] = []
    looked = -LOOK_SECONDS
    room = 0
    while True:
        if time.monotonic() - looked > LOOK_SECONDS:
            room = AHEAD * max(1, watch.look())
            looked = time.monotonic()
        more = islice(rest, max(0, room - len(running)))
        running += [client.submit(train_block, block, pure=False) for block in more]
        if not running:
            return
        done = [future for future in running if future.done()]
        for future in done:
            running.remove(future)
            yield _result(future, watch)
            future.release()  # the scheduler need not keep what is here
        if not done:
            time.sleep(POLL_SECONDS)


def _result(future: Any, watch: _Watch) -> tuple[int, Array, Array]:
    try:
        result: tuple[int, Array, Array] = future.result(timeout=watch.seconds)
    except XlneuronError:
        raise
    except (Exception, asyncio.CancelledError, CancelledError) as error:  # whatever a worker lacks
        raise XlneuronError(
            f"{watch.address}: a worker failed, {type(error).__name__}: {_said(error)}"
        ) from error
    return result


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:MOST_SAID]
