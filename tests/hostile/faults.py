"""`regenerate` with a fault at each of its system calls: the process ended, the disk full, a read error.

    python -m tests.hostile.faults [EVERY]

As SQLite is tested: afterwards the workbook has to be the old one or the new one, byte for byte, each backup
the old one, and the next `regenerate` has to go well. Needs Linux and a C compiler. EVERY: the step between
the points that are tried.
"""

from __future__ import annotations

import collections
import ctypes
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
import zipfile
from io import BytesIO
from pathlib import Path

from support.shipped import shipped

from xlneuron.errors import XlneuronError
from xlneuron.upkeep.regenerate import Changes, regenerate

SOURCE = Path(__file__).with_name("faults.c")
FAULTS = {"killed": 0, "disk full": errno.ENOSPC, "read error": errno.EIO}
ENDS = {0: "went on", 1: "told in one line"}
COMPILER = shutil.which("cc") or shutil.which("gcc")


def compiled(folder: Path) -> Path:
    """The library that makes the faults."""
    assert COMPILER, "no C compiler"
    library = folder / "faults.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


class Place:
    """A folder with a workbook, and a library loaded into this process that makes faults in it."""

    def __init__(self, folder: Path, old: bytes) -> None:
        self.folder, self.old = folder, old
        self.book, self.count = folder / "book.xlsx", folder.with_name("count")
        self.library = ctypes.CDLL(None)
        self.library.fault_count.restype = ctypes.c_long
        self.new = b""

    def fill(self) -> None:
        """Put the old workbook there, alone."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.book.write_bytes(self.old)

    def attempt(self, point: int, number: int) -> int:
        """In a child: 0 for what went well, 1 for an error in one line, 3 for anything else."""
        self.fill()
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        status = 3
        try:
            self.library.fault_arm(os.fsencode(self.folder), ctypes.c_long(point), number)
            regenerate(self.book, Changes(epochs=2))
            status = 0
        except XlneuronError as error:
            status = 1 if "\n" not in str(error) else 3
        except OSError as error:  # which the command line tells in one line, too
            status = 1 if error.strerror else 3
        except BaseException:
            traceback.print_exc()
        if not point:
            self.count.write_text(str(self.library.fault_count()))
        os._exit(status)

    def points(self) -> int:
        """How many system calls there are to fail; and what the new workbook is."""
        assert self.attempt(0, 0) == 0
        self.new = self.book.read_bytes()
        return int(self.count.read_text())

    def after(self, status: int) -> str:
        """What is wrong after a fault; also with the next one, which has to go well."""
        problem = examine(self.folder, status, self.old, self.new)
        if not problem:
            self.book.write_bytes(self.old)
            regenerate(self.book, Changes(epochs=2))
            if self.book.read_bytes() != self.new or list(self.folder.glob(".*")):
                problem = "the next one does not go well"
        return problem


def run(every: int) -> int:
    """Try all points; return how many went wrong."""
    seen: collections.Counter[str] = collections.Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "made"
        made.mkdir()
        place = Place(Path(name) / "there", shipped(made).read_bytes())
        points = place.points()
        for fault, number in FAULTS.items():
            for point in range(1, points + 1, every):
                status = place.attempt(point, number)
                seen[f"{fault}: {ENDS.get(status, 'ended')}"] += 1
                if problem := place.after(status):
                    wrong += 1
                    print(f"{fault} at {point}: {problem} (status {status})")
    print(f"{points} points, {sum(seen.values())} tried, {wrong} wrong: {dict(seen)}")
    return wrong


def parts(content: bytes) -> dict[str, bytes] | None:
    """The parts of a zip; None if it is not whole."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return None


def examine(folder: Path, status: int, old: bytes, new: bytes) -> str:
    """What is wrong with the folder after a fault."""
    book = (folder / "book.xlsx").read_bytes()
    backups = [each.read_bytes() for each in folder.glob("book.backup*")]
    if status == 3:
        return "a traceback"
    if status == 0 and book != new and parts(book) == parts(new):
        book = new  # where a file cannot be told its place in, a zip is laid out otherwise
    if book not in (old, new):
        return "the workbook is neither the old nor the new one"
    if any(each != old for each in backups):
        return "the backup is not the old one"
    if book == new and not backups:
        return "the old one is lost"
    if status == 1 and book == old and backups:
        return "a backup of what is there"
    if status == 0 and book != new:
        return "it says that all went well, and nothing is done"
    return ""


if __name__ == "__main__":
    if "LD_PRELOAD" not in os.environ:
        with tempfile.TemporaryDirectory() as place:
            environment = os.environ | {"LD_PRELOAD": str(compiled(Path(place)))}
            root = Path(__file__).parents[2]
            environment["PYTHONPATH"] = os.pathsep.join([str(root), str(root / "tests")])
            command = [sys.executable, "-m", "tests.hostile.faults", *sys.argv[1:]]
            sys.exit(subprocess.run(command, env=environment, check=False, cwd=root).returncode)
    sys.exit(bool(run(int(sys.argv[1]) if sys.argv[1:] else 1)))
