"""xlneuron.conf: where the VBA of xlwings finds Python. Lines of `"NAME","value"`, in Windows' own encoding.

It is xlwings' kind of file under our project name, so xlwings.conf, which belongs to the user's other
projects, is never touched. Lines that are not ours stay as they are, byte for byte.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from xlneuron.errors import XlneuronError
from xlneuron.files import replacing

ENCODING = "mbcs" if sys.platform == "win32" else "utf-8"  # VBA reads text files in Windows' ANSI code page

INTERPRETER = "INTERPRETER_WIN"
CONDA_PATH, CONDA_ENVIRONMENT = "CONDA PATH", "CONDA ENV"
WORKBOOK_FOLDER = "ADD_WORKBOOK_TO_PYTHONPATH"
OURS = (INTERPRETER, CONDA_PATH, CONDA_ENVIRONMENT, WORKBOOK_FOLDER)

CONDA_EXE = "CONDA_EXE"  # a variable that conda sets, in all that it activates: ROOT/Scripts/conda.exe
NEEDS_QUOTES = re.compile(r"[\s&|<>^()%!,;=]")

LINE = re.compile(rb'\s*"([^"]*)"\s*,\s*"([^"]*)"\s*')


def wanted(executable: Path, prefix: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return our settings for a Python and its `sys.prefix`."""
    settings = {INTERPRETER: str(executable)}
    if (prefix / "conda-meta").is_dir():  # meant for its activated environment: xlwings activates it
        settings = _conda(prefix, environment) or settings
    # The module is an installed one: Python files beside the workbook, or in the cloud, are not looked at.
    return {**settings, WORKBOOK_FOLDER: "false"}


def has_conda(root: Path) -> bool:
    """Return whether a folder has the command by which xlwings activates an environment."""
    return (root / "condabin" / "conda.bat").is_file()


def _conda(prefix: Path, environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return the settings that activate a conda environment; None if no conda can.

    An environment is in its conda's folder `envs`, is that folder itself, or is anywhere (`conda create -p`,
    pixi): then CONDA_EXE tells where the active conda is, and the environment goes by its full path. xlwings'
    VBA writes the environment into a command without quotes, so it cannot have spaces, or what cmd.exe takes
    for something else.
    """
    if prefix.parent.name == "envs" and has_conda(prefix.parent.parent):
        root, name = prefix.parent.parent, prefix.name
    elif has_conda(prefix):
        root, name = prefix, "base"
    elif CONDA_EXE in environment:
        root, name = Path(environment[CONDA_EXE]).parent.parent, str(prefix)
    else:
        return None
    if not has_conda(root) or NEEDS_QUOTES.search(name):
        return None
    return {CONDA_PATH: str(root), CONDA_ENVIRONMENT: name}


def read(path: Path) -> dict[str, str]:
    """Return the settings of a file by their names in capitals; none if it does not exist."""
    pairs = (LINE.fullmatch(line) for line in _lines(path))
    return {_text(pair[1]).upper(): _text(pair[2]) for pair in pairs if pair}


def write(path: Path, settings: Mapping[str, str]) -> bool:
    """Replace our settings in a file, made if needed; return whether that changed anything.

    No settings take ours out, and remove a file that is empty then. Raises XlneuronError for a value that
    VBA could not read.
    """
    if {name: value for name, value in read(path).items() if name in OURS} == settings:
        return False
    lines = [line for line in _lines(path) if not _is_ours(line)]
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += b"\r\n"
    lines += [b'"%s","%s"\r\n' % (name.encode(), _encoded(value)) for name, value in settings.items()]
    if not lines:
        path.unlink()
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(b"".join(lines))
    return True


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True) if path.is_file() else []


def _is_ours(line: bytes) -> bool:
    pair = LINE.fullmatch(line)
    return pair is not None and _text(pair[1]).upper() in OURS


def _text(content: bytes) -> str:
    return content.decode(ENCODING, errors="replace")


def _encoded(value: str) -> bytes:
    try:
        return value.encode(ENCODING)
    except UnicodeEncodeError as error:
        raise XlneuronError(
            f"Excel's VBA cannot read {value[error.start]!r} in {value}: install xlneuron somewhere else"
        ) from None
