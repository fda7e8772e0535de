"""Other programs, started in one way: nothing reaches them of the folder and environment of this one.

A Python imports from the folder that it is started in, and from what PYTHONPATH names; Windows looks there
for programs, too; LibreOffice takes the environment of the first `python3` on the PATH for its own. So a
program is named by its absolute path, runs in a folder that its starter chose, and sees a PATH without
virtual environments.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import CompletedProcess, Popen, TimeoutExpired
from typing import Any

__all__ = ["CompletedProcess", "Popen", "TimeoutExpired", "environment", "find", "run", "start"]

# What sends another Python to the modules of this one; every PYTHON... does something of the kind.
PYTHONS = ("PYTHON", "VIRTUAL_ENV", "CONDA_", "__PYVENV_LAUNCHER__")
ENVIRONMENTS = ("pyvenv.cfg", "conda-meta")  # one of these is in the folder of each virtual environment


def find(*names: str) -> Path | None:
    """Return the first program of these names on the PATH; never from the current folder."""
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    endings = os.environ.get("PATHEXT", ".EXE").split(os.pathsep) if sys.platform == "win32" else [""]
    for name in names:
        for folder in folders:
            for path in (folder / f"{name}{ending}" for ending in endings if folder.is_absolute()):
                if path.is_file() and os.access(path, os.X_OK):
                    return path
    return None


def environment(first: Path | None = None) -> dict[str, str]:
    """Return the environment without what is for this Python alone, and without its virtual environment.

    first: the program whose folder the PATH begins with.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(PYTHONS)}
    folders = [] if first is None else [str(first.resolve().parent)]
    folders += [each for each in _folders(kept.get("PATH", os.defpath)) if each not in folders]
    return kept | {"PATH": os.pathsep.join(folders)}


def virtual_environment() -> Path | None:
    """Return the virtual environment that the first Python on the PATH is of, or None."""
    python = find("python3", "python")
    return python.parent.parent if python and _is_virtual(python.parent) else None


def _folders(path: str) -> Iterator[str]:
    for name in path.split(os.pathsep):
        folder = Path(name)
        if folder.is_absolute() and not _is_virtual(folder):
            yield name


def _is_virtual(folder: Path) -> bool:
    try:
        return any((each / mark).exists() for each in (folder, folder.parent) for mark in ENVIRONMENTS)
    except OSError:  # not ours to look into
        return False


def start(
    command: Sequence[str | Path], folder: Path, *, first: Path | None = None, **options: Any
) -> Popen[Any]:
    """Start a program, named by its absolute path, in a folder. Options are those of `Popen`."""
    program = Path(command[0])
    if not program.is_absolute():
        raise FileNotFoundError(2, "no absolute path", str(program))
    return Popen(
        [os.fspath(each) for each in command], cwd=folder, env=environment(first), shell=False, **options
    )


def run(command: Sequence[str | Path], *, seconds: float, first: Path | None = None) -> CompletedProcess[str]:
    """Run a program in an empty folder of its own until it ends, and return what it says, as text.

    Raises OSError if it cannot be started, TimeoutExpired if it takes longer.
    """
    with tempfile.TemporaryDirectory(prefix="xlneuron-", ignore_cleanup_errors=True) as folder:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        text = {"encoding": "utf-8", "errors": "replace"}
        with start(command, Path(folder), first=first, **pipes, **text) as process:
            try:
                out, err = process.communicate(timeout=seconds)
            except BaseException:
                process.kill()
                raise
        return CompletedProcess(process.args, process.returncode, out, err)
