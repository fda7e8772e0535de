"""Modules and programs in a folder that leave a trace when anything runs them."""

from __future__ import annotations

import sys
from pathlib import Path

TRACE = "trace.txt"
MODULES = ("uno", "unohelper", "json", "numpy", "csv", "tempfile", "queue", "threading", "sitecustomize")
PROGRAMS = ("soffice", "libreoffice", "python3", "python", "unopkg", "xdg-open", "only-here")
TRAPS = (*(f"{name}.py" for name in MODULES), *PROGRAMS)


def traps(folder: Path) -> None:
    """Lay them."""
    for name in MODULES:
        lines = f"open({str(folder / TRACE)!r}, 'a').write({name + '.py'!r} + chr(10))\nraise ImportError\n"
        (folder / f"{name}.py").write_text(lines, "utf-8")
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> '{folder / TRACE}'\nexit 1\n", "utf-8")
        (folder / name).chmod(0o755)


def trace(folder: Path) -> str:
    """What has run."""
    file = folder / TRACE
    return file.read_text("utf-8") if file.exists() else ""


WITHOUT_THE_FOLDER = [
    sys.executable,
    "-c",
    "import sys; del sys.path[0]; from xlneuron.cli import main; sys.exit(main())",
]
"""The command line as its own script starts it: the current folder is not on Python's path."""
