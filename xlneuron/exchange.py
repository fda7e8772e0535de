"""What only the system can do with files: name and lock them, let two change places in one step."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlneuron.errors import XlneuronError

AT_FDCWD = -100
SWAP = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
LOCK_SECONDS = 10.0


def exchange(one: Path, other: Path) -> bool:
    """Let two files change places in one step; False where the system or the file system cannot do it."""
    import ctypes  # noqa: PLC0415 - most commands replace nothing

    first, second = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            failed = library.renameat2(AT_FDCWD, first, AT_FDCWD, second, SWAP)
        elif sys.platform == "darwin":
            failed = library.renamex_np(first, second, SWAP)
        else:
            return False
    except (OSError, TypeError, AttributeError):  # no such call in this library
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(other))


def give_name(file: Path, free: Path) -> bool:
    """Give a file another name; False if that was not free, even if it was a moment ago."""
    try:
        os.link(file, free)
    except FileExistsError:
        return False
    except OSError:  # a file system without links: FAT, some network drives
        try:
            free.touch(exist_ok=False)
        except FileExistsError:
            return False
        file.replace(free)
    return True


def lock_file(file: int, *, wait: bool = True) -> bool:
    """Lock an open file until it is closed; False if another process has it, or there are no locks here."""
    if sys.platform == "win32":
        return False
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other xlneuron replace a file in a folder meanwhile; XlneuronError if one does so for long.

    Where the folder cannot be locked, as on some network drives, nothing is locked.
    """
    file = _open(folder)
    if file is None:
        yield
        return
    try:
        until = time.monotonic() + LOCK_SECONDS
        while not _locks(file):
            if time.monotonic() > until:
                raise XlneuronError(f"{folder}: another xlneuron writes there; wait for it, or end it")
            time.sleep(0.02)
        yield
        with suppress(OSError):
            os.fsync(file)  # the new name lasts, too, should the power fail
    finally:
        os.close(file)


def _open(folder: Path) -> int | None:
    """Return what is locked for a folder: itself, or on Windows, which cannot open it, a file of its name."""
    try:
        if sys.platform != "win32":
            return os.open(folder, os.O_RDONLY)
        name = hashlib.sha256(str(folder.resolve()).casefold().encode()).hexdigest()[:16]
        return os.open(Path(tempfile.gettempdir(), f"xlneuron-{name}.lock"), os.O_RDWR | os.O_CREAT)
    except OSError:
        return None


def _locks(file: int) -> bool:
    """Lock what is open; False if another process has it. Where there are no locks it is nobody's."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - Windows only

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
    return True
