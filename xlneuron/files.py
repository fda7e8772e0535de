"""Files that are always whole, and what the system says of them in words that name the cause.

A file is written beside its target, then put in its place. What goes wrong is told of the path that the user
gave: the system names a temporary file, or none, and says `permission denied` of a workbook that is open.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import BinaryIO

from xlneuron.errors import XlneuronError

OPEN = "open in another program, such as Excel; close it there and run this again"
PROTECTED = "write-protected; take the protection off, or name another file"
# What a name on Windows cannot have. A colon would make a hidden stream of another file.
NOT_IN_NAMES = frozenset('<>:"|?*') | frozenset(map(chr, range(32)))
DEVICES = frozenset({"con", "prn", "aux", "nul"}) | {
    f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10)
}
LONGEST_PATH = 259  # on Windows, unless its administrator allows longer ones
NAME_LEFT = 60  # characters of a file's name in that of its temporary file, which 255 bytes are allowed
IN_USE = (32, 33)  # Windows' numbers for a file that another program has open


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a new, empty file that takes the place of `path` when all went well, and else disappears.

    Raises XlneuronError, about `path`, for what the system refuses.
    """
    with beside(path) as (temporary, file):
        yield file
        with naming(path):
            file.flush()
            os.fsync(file.fileno())
            file.close()  # Windows gives no open file another name
            temporary.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
            temporary.replace(path)


@contextmanager
def beside(path: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give the name of a new, empty file in the folder of `path`, and the file; it disappears at the end.

    Unless it has another name then. Raises XlneuronError, about `path`, if it cannot be made or written to.
    """
    temporary, descriptor = _new_file(path)
    file = os.fdopen(descriptor, "wb")
    try:
        yield temporary, file
    except OSError as error:
        if error.filename is None and not isinstance(error, BrokenPipeError):  # a full disk, say
            raise refused(error, path) from error
        raise
    finally:
        with suppress(OSError):  # on a full disk, closing tries to write once more
            file.close()
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _new_file(path: Path) -> tuple[Path, int]:
    """Make a file that is nobody else's. `tempfile` would try for ever in a folder that Windows protects."""
    check_name(path)
    temporary = path.with_name(f".{path.name[:NAME_LEFT]}-{os.urandom(4).hex()}.tmp")
    try:
        return temporary, os.open(
            temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
    except OSError as error:
        if sys.platform == "win32" and (problem := _too_long(temporary)):
            raise XlneuronError(f"{path}: {problem}") from error
        raise XlneuronError(
            f"{path.parent}: cannot be written to ({_said(error)}); name another folder"
        ) from error


def check_place(path: Path) -> None:
    """Raise XlneuronError if a file cannot get a path, or not take the place of the one that has it."""
    check_name(path)
    if sys.platform == "win32" and path.is_file() and (problem := _kept(path)):
        raise XlneuronError(f"{path}: {problem}")


def check_name(path: Path) -> None:
    """Raise XlneuronError for a path that no file can have here, or whose folder is missing."""
    problem = impossible(path)
    if not problem and not path.parent.is_dir():
        problem = _missing(path)
    if problem:
        raise XlneuronError(f"{path}: {problem}")


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn what the system refuses meanwhile into an XlneuronError about `path`."""
    try:
        yield
    except BrokenPipeError:  # of the terminal, which has gone
        raise
    except OSError as error:
        raise refused(error, path) from error


def refused(error: OSError, path: Path) -> XlneuronError:
    """Return the error that says why the system refuses a file."""
    return XlneuronError(f"{path}: {reason(error, path)}")


def reason(error: OSError, path: Path) -> str:
    """Return why the system refuses a file: its own words, or what is behind them."""
    found = impossible(path)
    if not found and sys.platform == "win32" and isinstance(error, PermissionError) and path.is_file():
        found = _kept(path)
    if not found and isinstance(error, FileNotFoundError):
        found = _missing(path)
    return found or _said(error)


def _said(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _missing(path: Path) -> str | None:
    """Return what of a path is not there; None if only the file is missing."""
    if sys.platform == "win32" and (problem := _too_long(path)):
        return problem
    if path.parent.is_dir():
        return None
    return (
        f"{path.parent} is not a directory" if path.parent.exists() else f"there is no folder {path.parent}"
    )


def impossible(path: Path) -> str | None:
    """Return why nothing can have a path here, or None. To read a device would wait for what is typed."""
    if sys.platform != "win32":
        return None
    if not path.drive or Path(path.anchor).exists():
        return windows_name(path)
    return f"there is no {'share' if path.drive[:1] == os.sep else 'drive'} {path.drive}"


def windows_name(path: PurePath) -> str | None:
    """Return why a path cannot be one on Windows, or None if it can."""
    for part in path.parts[1 if path.anchor else 0 :]:
        if bad := sorted(NOT_IN_NAMES.intersection(part)):
            return (
                f"a name on Windows cannot have {bad[0] if bad[0].isprintable() else 'a control character'}"
            )
        if part.partition(".")[0].rstrip().casefold() in DEVICES:
            return f"{part} is the name of a device on Windows"
    return None


def _too_long(path: Path) -> str | None:
    if len(str(path.absolute())) <= LONGEST_PATH:
        return None
    return "the path is too long for Windows; take a shorter name, or a folder nearer to the drive"


def _kept(path: Path) -> str | None:
    """Return why Windows keeps a file as it is, or does not show it, or None if it does."""
    try:
        path.rename(path)  # which changes nothing, but is refused while another program has it open
    except OSError as error:
        if getattr(error, "winerror", None) in IN_USE:
            return OPEN
    return None if os.access(path, os.W_OK) else PROTECTED


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
