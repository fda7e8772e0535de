"""Files that are always whole, and what the system says of them in words that name the cause.

A file is written beside its target, then put in its place. What goes wrong is told of the path that
the user gave: the system names a temporary file, or none, and says `permission denied` of an open workbook.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePath
from typing import BinaryIO

from xlneuron.errors import XlneuronError
from xlneuron.exchange import exchange, give_name, lock_file, locked

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
IRREGULAR = "is not a regular file, but a pipe or a device"
BLOCK = 1 << 20  # bytes that are read at once


def reached(step: str) -> None:
    """Do nothing. Tests do here what another program might do at that moment."""


@dataclass
class Old:
    """The file that is replaced: its fingerprint when it was read, and whether it is kept beside the new one.

    kept: where it is then. notes: what of it the new one does not have.
    """

    seen: str
    keep: bool = False
    kept: Path | None = None
    notes: list[str] = field(default_factory=list)


def fingerprint(path: Path) -> str:
    """Return what tells the content of a file from any other; nothing if there is no file."""
    try:
        with open_regular(path) as file:
            return fingerprint_of(file)
    except FileNotFoundError:
        return ""


def fingerprint_of(file: BinaryIO) -> str:
    """Return the same of an open file, which is left at its end."""
    file.seek(0)
    found = hashlib.sha256()
    while block := file.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def open_regular(path: Path) -> BinaryIO:
    """Open a file to be read. Raises XlneuronError for a pipe or a device, which may never end; OSError."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise XlneuronError(f"{path}: {IRREGULAR}")
    # Should it have become a pipe meanwhile, opening it does not wait for somebody to write.
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(file).st_mode) and not path.is_dir():
        os.close(file)
        raise XlneuronError(f"{path}: {IRREGULAR}")
    return os.fdopen(file, "rb")


def followed(path: Path) -> Path:
    """Return where a link leads, so that it stays one. Raises XlneuronError for one that leads to itself."""
    if not os.path.islink(path):  # noqa: PTH114 - pathlib's would refuse a name that is too long
        return path
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError up to Python 3.12
        raise XlneuronError(f"{path}: a link that leads to itself") from error


@contextmanager
def replacing(path: Path, old: Old | None = None, *, folder: Path | None = None) -> Iterator[BinaryIO]:
    """Give a new, empty file that takes the place of `path` when all went well, and else disappears.

    old: the file that it replaces, which has to be the same still; without it any file is replaced. A link
    stays one. Another hard link of the file keeps the old content. folder: where it is until then, if not
    beside. Raises XlneuronError, about `path`, for what the system refuses.
    """
    path = followed(path)
    with beside(path, folder) as (temporary, file):
        yield file
        with naming(path):
            file.flush()
            os.fsync(file.fileno())
            _take_after(temporary, path, old)
            if sys.platform == "win32":
                file.close()  # it gives no open file another name
            with locked(path.parent):
                reached("written")
                _put(temporary, path, old)
            reached("replaced")


def _take_after(new: Path, path: Path, old: Old | None) -> None:
    """Give a new file the owner, the rights and the attributes of the one that it replaces."""
    notes = [] if old is None else old.notes
    try:
        there = path.stat()
    except FileNotFoundError:
        new.chmod(0o666 & ~_umask())
        return
    if sys.platform != "win32":
        own = new.stat()
        if (own.st_uid, own.st_gid) != (there.st_uid, there.st_gid):
            try:
                os.chown(new, there.st_uid, there.st_gid)
            except OSError:
                notes.append("it belongs to you now: only an administrator may give files to others")
        if there.st_nlink > 1:
            notes.append("it had other names (hard links): those keep the old content")
    if sys.platform == "linux":
        with suppress(OSError):
            for name in os.listxattr(path):
                os.setxattr(new, name, os.getxattr(path, name))
    new.chmod(there.st_mode & 0o7777)


def _put(new: Path, path: Path, old: Old | None) -> None:
    """Put a file in the place of another. Raises XlneuronError if that is not what it was."""
    if old is None:
        new.replace(path)
    elif not old.seen:
        if not give_name(new, path):
            raise changed(path)
    else:
        _refuse_changed(path, path, old.seen)
        reached("compared")
        ours = new.stat()
        kept = _back_up(path) if old.keep else None
        try:
            reached("backed up")
            _refuse_changed(kept or path, path, old.seen)
            _swap(new, path, old.seen)
        except BaseException:
            with suppress(OSError):  # where it cannot be seen what is there, the old one is kept
                if kept and not (path.exists() and os.path.samestat(ours, path.stat())):
                    kept.unlink()
            raise
        old.kept = kept


def _swap(new: Path, path: Path, seen: str) -> None:
    """Put a file in the place of another, and give that back if it was changed in the very last moment."""
    ours = new.stat()
    if not exchange(new, path):
        reached("not to be undone")
        new.replace(path)
        return
    same = False
    try:
        same = fingerprint(new) == seen
    finally:  # also where it cannot be read
        if not same:
            exchange(new, path)
    if not same:
        if not os.path.samestat(ours, new.stat()):  # and once more meanwhile
            next(name for name in _names(path) if give_name(new, name))
        raise changed(path)


def _refuse_changed(there: Path, path: Path, seen: str) -> None:
    if fingerprint(there) != seen:
        raise changed(path)


def changed(path: Path) -> XlneuronError:
    """Return the error about a file that is not what it was when it was read."""
    return XlneuronError(f"{path}: was changed by another program meanwhile; run this again")


def _back_up(path: Path) -> Path:
    """Keep a file under a free name beside it. Nothing is replaced, and the backup is whole from the start.

    It is another name of the same file, so that it has what is in it at the moment when it is replaced, and
    after. Where there are no such names (FAT, some network drives) it is a copy.
    """
    for name in _names(path):
        try:
            os.link(path, name)
        except FileExistsError:
            continue
        except OSError:
            break
        return name
    with beside(path) as (copied, file):
        file.close()
        shutil.copy2(path, copied)
        return next(name for name in _names(path) if give_name(copied, name))


def _names(path: Path) -> Iterator[Path]:
    """Yield NAME.backup.xlsx, NAME.backup-2.xlsx and so on."""
    endings = (f"-{number}" if number > 1 else "" for number in count(1))
    return (path.with_name(f"{path.stem}.backup{ending}{path.suffix}") for ending in endings)


@contextmanager
def beside(path: Path, folder: Path | None = None) -> Iterator[tuple[Path, BinaryIO]]:
    """Give the name of a new, empty file in the folder of `path`, and the file; it disappears at the end.

    Unless it has another name then. Raises XlneuronError, about `path`, if it cannot be made or written to.
    What processes that have ended left behind in its place disappears, too.
    """
    check_name(path)
    place = path if folder is None else folder / path.name
    for left in _left_behind(place):
        _remove_dead(left)
    temporary, descriptor = _new_file(place)
    file = os.fdopen(descriptor, "wb")
    try:
        yield temporary, file
    except OSError as error:
        if error.filename is None and not isinstance(error, BrokenPipeError):  # a full disk, say
            raise refused(error, path) from error
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        with suppress(OSError):  # on a full disk, closing tries to write once more
            file.close()
        with suppress(OSError):  # where an open file could not be removed
            temporary.unlink(missing_ok=True)


def _new_file(path: Path) -> tuple[Path, int]:
    """Make a file that is nobody else's. `tempfile` would try for ever in a folder that Windows protects.

    It is locked as long as it is open, which tells others that its process lives.
    """
    temporary = path.with_name(f".{path.name[:NAME_LEFT]}-{os.urandom(4).hex()}.tmp")
    try:
        file = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        if sys.platform == "win32" and (problem := _too_long(temporary)):
            raise XlneuronError(f"{path}: {problem}") from error
        raise XlneuronError(
            f"{path.parent}: cannot be written to ({_said(error)}); name another folder"
        ) from error
    lock_file(file)
    if temporary.exists():
        return temporary, file
    os.close(file)  # another process took it for one that was left behind
    return _new_file(path)


def _left_behind(path: Path) -> list[Path]:
    pattern = re.compile(rf"\.{re.escape(path.name[:NAME_LEFT])}-[0-9a-f]{{8}}\.tmp")
    with suppress(OSError):
        return [Path(each.path) for each in os.scandir(path.parent) if pattern.fullmatch(each.name)]
    return []


def _remove_dead(left: Path) -> None:
    """Remove a temporary file unless the process that writes it lives: then it is locked, or open."""
    with suppress(OSError):
        if sys.platform == "win32":
            left.unlink()
            return
        file = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if lock_file(file, wait=False):
                left.unlink()
        finally:
            os.close(file)


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
