"""Sweeps on many machines, by Dask: `pip install xlneuron[dask]` here and on every worker.

A block of runs is one task with everything in it. When a worker ends in the middle, Dask gives its blocks to
the other ones, so nothing is lost but time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlneuron.engine.array import Array
from xlneuron.engine.sweep import Block, train_block
from xlneuron.errors import XlneuronError

CONNECT_SECONDS = 10


def train_on_dask(address: str, blocks: Sequence[Block]) -> Iterator[tuple[int, Array, Array]]:
    """Train blocks on the Dask cluster whose scheduler listens at `address`; yield each as it is done.

    Raises XlneuronError if Dask is not installed, nothing listens there, or the workers cannot do it.
    """
    try:
        from dask import config  # noqa: PLC0415
        from distributed import Client, as_completed  # noqa: PLC0415
    except ImportError as error:
        raise XlneuronError("Dask is not installed: pip install 'xlneuron[dask]'") from error
    with config.set({"distributed.comm.timeouts.connect": CONNECT_SECONDS}):
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise XlneuronError(
                f"{address}: no Dask scheduler answers there (such as tcp://host:8786)"
            ) from error
    with client:
        futures = client.map(train_block, blocks, pure=False)
        for future in as_completed(futures, loop=client.loop):
            try:
                yield future.result()
            except XlneuronError:
                raise
            except Exception as error:  # of whatever a worker lacks
                raise XlneuronError(f"{address}: a worker failed, {type(error).__name__}: {error}") from error
            future.release()  # the scheduler need not keep what is here
