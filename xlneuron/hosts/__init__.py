"""The programs that xlneuron lives in: one subpackage for each.

A host that can be installed into has a module `install` with three functions:

    install(directory: Path | None) -> list[str]      what was done, one line each
    uninstall(directory: Path | None) -> list[str]
    doctor() -> list[Check]

`directory` is where to put the files instead of where the program loads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

HOSTS = ("excel", "libreoffice")


@dataclass(frozen=True)
class Check:
    """Something that has to be right, as it was found. `cure` says what to do if it is not."""

    ok: bool
    what: str
    cure: str = ""


class Host(Protocol):
    """A host's module `install`."""

    def install(self, directory: Path | None) -> list[str]:
        """Put xlneuron where the program loads it, or into a directory; say what was done."""

    def uninstall(self, directory: Path | None) -> list[str]:
        """Take away what `install` has put there, and nothing else; say what was done."""

    def doctor(self) -> list[Check]:
        """Check everything that the functions need in this program."""


def host(name: str) -> Host:
    """Return a host by its name, one of HOSTS."""
    return cast(Host, import_module(f"xlneuron.hosts.{name}.install"))
