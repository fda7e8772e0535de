"""xlneuron.conf: where the add-in's VBA finds Python. Lines of `"NAME","value"`, in Windows' own encoding.

It is a file like xlwings.conf, which belongs to the user's other projects and is never touched. Lines that
are not ours stay as they are, byte for byte.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from xlneuron.errors import XlneuronError
from xlneuron.files import replacing

ENCODING = "mbcs" if sys.platform == "win32" else "utf-8"  # VBA reads text files in Windows' ANSI code page

INTERPRETER = "INTERPRETER_WIN"
# What earlier versions wrote besides: taken out again.
OURS = (INTERPRETER, "CONDA PATH", "CONDA ENV", "ADD_WORKBOOK_TO_PYTHONPATH")

LINE = re.compile(rb'\s*"([^"]*)"\s*,\s*"([^"]*)"\s*')


def wanted(executable: Path) -> dict[str, str]:
    """Return our settings for a Python."""
    return {INTERPRETER: str(executable)}


def command(executable: Path) -> str:
    """Return the command line by which the VBA starts Python (PythonCommand in answer.bas)."""
    return f'"{executable}" -I -B -m xlneuron.hosts.excel.server $(CLSID)'


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
