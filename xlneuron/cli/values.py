"""What is typed behind an option: read, or refused in one line that says what was expected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from xlneuron.errors import ArgumentError, XlneuronError, echo

MAX_COUNT = 1_048_576  # no sheet has more rows than this, so no run has more epochs


def positive_number(option: str) -> Callable[[str], float]:
    """Return the reader of a finite number above 0 (a learning rate of 0 would train nothing)."""

    def read(text: str) -> float:
        value = _number(text)
        if not value > 0:
            raise ArgumentError(option, f"{echo(text)} is not a number above 0, such as 0.0001")
        return value

    return read


def epochs(text: str) -> int:
    """Read a whole number from 1."""
    return _count("--epochs", text, 1)


def row_count(text: str) -> int:
    """Read a whole number from 0."""
    return _count("--rows", text, 0)


def weights(text: str) -> tuple[float, ...]:
    """Read finite numbers separated by commas or spaces. How many there have to be, the network knows."""
    parts = text.replace(",", " ").split()
    values = tuple(_number(part) for part in parts)
    for part, value in zip(parts, values, strict=True):
        if math.isnan(value):
            raise ArgumentError("--weights", f"{echo(part)} is not a number; weights are written as in 1,0.5")
    if not values:
        raise ArgumentError("--weights", "no numbers; weights are written as in 1,0.5")
    return values


def unknown(what: str, name: str, known: Iterable[str]) -> XlneuronError:
    """Return the error for a name that is not one of the known, with the one that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only an error needs it

    known = list(known)
    spelled = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), spelled, n=1, cutoff=0.5)
    meant = f"; did you mean {spelled[close[0]]}?" if close else ""
    return XlneuronError(f"unknown {what} {echo(name)}{meant} (known: {', '.join(known)})")


def _number(text: str) -> float:
    """Return a finite number, or NaN for anything else."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _count(option: str, text: str, least: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not least <= value <= MAX_COUNT:
        raise ArgumentError(option, f"{echo(text)} is not a whole number from {least} to {MAX_COUNT:,}")
    return value
