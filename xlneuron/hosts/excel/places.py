"""Where Excel on Windows looks for the add-in, and its VBA for the settings.

Excel opens whatever is in its folder XLSTART when it starts, and trusts the macros there. The settings are in
the user's home, in .xlneuron; beside an add-in in any other folder they are read, too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xlneuron.errors import XlneuronError

ADDIN, SETTINGS = "xlneuron.xlam", "xlneuron.conf"

ELSEWHERE = (
    "the add-in needs Excel on Windows. What works here: `xlneuron install libreoffice` for the functions, "
    "and `xlneuron build` for workbooks that need no add-in, also in Excel for Mac and on the web"
)

STORE = ("windowsapps", "pythonsoftwarefoundation")  # folders of a Python from the Microsoft Store
NOT_FROM_STORE = (
    "Windows hides from Excel what it writes into AppData. "
    "Install Python from python.org, and xlneuron with that one"
)


@dataclass(frozen=True)
class Places:
    """Where the two files go."""

    addin: Path
    settings: Path


def places(directory: Path | None = None, environment: Mapping[str, str] = os.environ) -> Places:
    """Return the places in a directory, or those where Excel looks; XlneuronError if this is not Windows."""
    if directory is not None:
        return Places(directory / ADDIN, directory / SETTINGS)
    try:
        data, home = Path(environment["APPDATA"]), Path(environment["USERPROFILE"])
    except KeyError:
        raise XlneuronError(ELSEWHERE) from None
    return Places(
        data / "Microsoft" / "Excel" / "XLSTART" / ADDIN,
        home / ".xlneuron" / SETTINGS,
    )


def store_python() -> str | None:
    """Return what to say of a Python from the Microsoft Store; None if this one, or a venv's, is not.

    Windows sends what it writes under AppData, XLSTART included, to a folder of its own, which Excel never
    looks into; to this Python all seems to be in its place.
    """
    if any(mark in sys.base_prefix.casefold() for mark in STORE):
        return f"this Python is from the Microsoft Store ({sys.base_prefix})"
    return None
