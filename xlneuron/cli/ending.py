"""A clean ending when the system asks for it: SIGTERM does what Ctrl-C does, and nothing is half written."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

TERMINATED = "SIGTERM"  # what the KeyboardInterrupt says


@contextmanager
def clean_ending() -> Iterator[None]:
    """Raise KeyboardInterrupt at SIGTERM meanwhile, unless somebody else has said what it does."""
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    try:
        signal.signal(signal.SIGTERM, _end)
    except ValueError:  # not the main thread, which signals go to
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would stop the tidying up
    raise KeyboardInterrupt(TERMINATED)
