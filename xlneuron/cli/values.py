"""What is typed behind an option: read, or refused in one line that says what was expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

from xlneuron.errors import ArgumentError, UsageError, XlneuronError, echo
from xlneuron.limits import SHEET_ROWS

MAX_COUNT = SHEET_ROWS  # no run has more epochs than fit a sheet
ADDRESS = re.compile(
    r"(?:(?:tcp|tls|ws|wss|ucx|ucxx)://)?(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}/?", re.ASCII
)


def positive_number(option: str) -> Callable[[str], float]:
    """Return the reader of a finite number above 0 (a learning rate of 0 would train nothing)."""

    def read(text: str) -> float:
        value = _number(text)
        if not value > 0:
            raise ArgumentError(option, f"{echo(text)} is not a number above 0, such as 0.0001")
        return value

    return read


def learning_rates(text: str) -> tuple[float, ...]:
    """Read learning rates: some numbers above 0, or FROM:TO:COUNT, evenly spaced on a log scale."""
    hint = "write 1e-7:1e-2:50, from, to and how many, or 1e-5,1e-4"
    parts = text.split(":")
    rates = [_number(part) for part in (parts[:2] if len(parts) == 3 else text.split(","))]
    for part, rate in zip(parts if len(parts) == 3 else text.split(","), rates, strict=False):
        if not rate > 0:
            raise ArgumentError("--learning-rates", f"{echo(part)} is not a number above 0; {hint}")
    if len(parts) != 3:
        return tuple(rates)
    count = _count("--learning-rates", parts[2], 1)
    first, last = rates
    between = (first * (last / first) ** (step / (count - 1)) for step in range(1, count - 1))
    return (first, *between, last)[:count]


def dask_address(text: str) -> str:
    """Read the address of a scheduler, such as tcp://host:8786."""
    if not ADDRESS.fullmatch(text):
        raise UsageError(f"--dask: {echo(text)} is not an address such as tcp://host:8786")
    return text


def seeds(text: str) -> int:
    """Read how many seeds there are, a whole number from 1."""
    return _count("--seeds", text, 1)


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


def names(option: str) -> Callable[[str], tuple[str, ...]]:
    """Return the reader of names of columns, separated by commas."""

    def read(text: str) -> tuple[str, ...]:
        found = tuple(part.strip() for part in text.split(","))
        if not all(found):
            raise ArgumentError(option, f"{echo(text)} is not names joined by commas, as in x1,x2")
        if len(set(found)) < len(found):
            raise ArgumentError(option, f"{echo(text)} has a name twice")
        return found

    return read


def share(option: str) -> Callable[[str], float]:
    """Return the reader of a share: from 0 to below 1."""

    def read(text: str) -> float:
        value = _number(text)
        if not 0 <= value < 1:
            raise ArgumentError(option, f"{echo(text)} is not a share of the data, such as 0.2")
        return value

    return read


def seed(text: str) -> int:
    """Read a whole number from 0."""
    return _count("--seed", text, 0)


def unknown(what: str, name: str, known: Iterable[str]) -> XlneuronError:
    """Return the error for a name that is not one of the known, with the one that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only an error needs it

    known = list(known)
    spelled = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), spelled, n=1, cutoff=0.5)
    meant = f"; did you mean {spelled[close[0]]}?" if close else ""
    return XlneuronError(f"unknown {what} {echo(name)}{meant} (known: {', '.join(known)})")


def columns(text: str) -> dict[str, str]:
    """Read which column is which, as in x=A,y=B."""
    pairs = [part.partition("=") for part in text.replace(" ", "").split(",") if part]
    for key, _, letters in pairs:
        if not key or not letters:
            raise ArgumentError("--map", f"{echo(text)}: columns are written as in x=A,y=B,a=D,b=E")
    found = {key: letters for key, _, letters in pairs}
    if len(found) < len(pairs) or not found:
        raise ArgumentError("--map", f"{echo(text)}: each column once, as in x=A,y=B,a=D,b=E")
    return found


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
