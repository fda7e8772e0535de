"""What the command line says on Windows when a file cannot be had, run there: `python cli_cases.py`.

Every case runs in a folder of its own. The command has to end with exit code 1 and one line that says what
the case says; no name of a temporary file may be in it, and the folder has to be as it was. It prints a line
for every case and ends with exit code 1 if one differs. It needs xlneuron and the standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from xlneuron.cli import main as xlneuron

OPEN = "open in another program, such as Excel; close it there and run this again"
PROTECTED = "write-protected; take the protection off, or name another file"
ONLY_READING, NOTHING = 1, 0  # what a program that has a file open leaves to others; Excel: reading
LONG = "x" * 300


@contextmanager
def held(name: str, sharing: int) -> Iterator[None]:
    """Keep a file open as another program does."""
    windows = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    windows.CreateFileW.restype = ctypes.c_void_p
    read_and_write, existing = 0xC0000000, 3
    handle = windows.CreateFileW(name, read_and_write, sharing, None, existing, 0x80, None)
    assert handle != ctypes.c_void_p(-1).value, f"{name} cannot be held open"
    try:
        yield
    finally:
        windows.CloseHandle(ctypes.c_void_p(handle))


@contextmanager
def protected(name: str) -> Iterator[None]:
    """Give a file the attribute that Explorer calls read-only."""
    windows = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    windows.SetFileAttributesW(name, 1)
    try:
        if os.access(name, os.W_OK):
            raise NotHere("files cannot be protected from this user")
        yield
    finally:
        windows.SetFileAttributesW(name, 0x80)


class NotHere(Exception):  # noqa: N818 - it says that a case cannot be tried here, not that something is wrong
    """What a case needs cannot be had: Wine run by root protects no file."""


@contextmanager
def lock_file(name: str) -> Iterator[None]:
    """Leave the file by which Excel marks a workbook that it has open."""
    Path(f"~${name}").touch()
    try:
        yield
    finally:
        Path(f"~${name}").unlink()


@dataclass(frozen=True)
class Case:
    """A command in a folder that has `book.xlsx`, `01-basic-sgd.xlsx` (a template), my.csv, notes.txt ...

    `says` is how the line begins after `xlneuron: `; {here} is the folder.
    """

    command: str
    says: str
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    status: int = 1


def open_in_excel(name: str) -> Callable[[], AbstractContextManager[None]]:
    return lambda: held(name, ONLY_READING)


def shut(name: str) -> Callable[[], AbstractContextManager[None]]:
    return lambda: held(name, NOTHING)


BAD, STAR, DEVICE = (
    "a name on Windows cannot have |",
    "a name on Windows cannot have *",
    "is the name of a device",
)
TOO_LONG = "the path is too long for Windows"
NO_DRIVE = "there is no drive Q:"
TEMPLATE = "01-basic-sgd.xlsx"

CASES: tuple[Case, ...] = (
    # the target is open
    Case("build 01", f"{TEMPLATE}: {OPEN}", open_in_excel(TEMPLATE)),
    Case("build 01 --out {here}", f"{{here}}\\{TEMPLATE}: {OPEN}", open_in_excel(TEMPLATE)),
    Case("build 01", f"{TEMPLATE}: {OPEN}", shut(TEMPLATE)),
    Case("build 01 --force", f"{TEMPLATE}: {OPEN}", open_in_excel(TEMPLATE)),
    Case("new book.xlsx", f"book.xlsx: {OPEN}", open_in_excel("book.xlsx")),
    Case("new book.xlsx --force", f"book.xlsx: {OPEN}", shut("book.xlsx")),
    Case("regenerate book.xlsx --epochs 2", f"book.xlsx: {OPEN}", open_in_excel("book.xlsx")),
    Case("regenerate book.xlsx --epochs 2", f"book.xlsx: {OPEN}", shut("book.xlsx")),
    Case("regenerate {here}\\book.xlsx", "{here}\\book.xlsx: open in Excel;", lambda: lock_file("book.xlsx")),
    Case("sweep --out my.csv --force", f"my.csv: {OPEN}", open_in_excel("my.csv")),
    Case("sweep --out book.xlsx --force", f"book.xlsx: {OPEN}", shut("book.xlsx")),
    Case("install libreoffice --dir .", f"{{here}}\\xlneuron.oxt: {OPEN}", shut("xlneuron.oxt")),
    # the source is open and not shared
    Case("check book.xlsx", f"book.xlsx: {OPEN}", shut("book.xlsx")),
    Case("check {here}\\book.xlsx", f"{{here}}\\book.xlsx: {OPEN}", shut("book.xlsx")),
    Case("build 01 --out new --data my.csv", f"my.csv: {OPEN}", shut("my.csv")),
    Case("new new.xlsx --data my.csv", f"my.csv: {OPEN}", shut("my.csv")),
    Case("new new.xlsx --data book.xlsx#Data", f"book.xlsx: {OPEN}", shut("book.xlsx")),
    Case("regenerate book.xlsx --data my.csv", f"my.csv: {OPEN}", shut("my.csv")),
    Case("train --data {here}\\my.csv", f"{{here}}\\my.csv: {OPEN}", shut("my.csv")),
    Case("sweep --data my.csv", f"my.csv: {OPEN}", shut("my.csv")),
    # names that Windows does not have
    Case("build 01 --out bad|name", f"bad|name: cannot be made ({BAD}); name another one"),
    Case("build 01 --out con", "con: cannot be made (con is the name of a device on Windows)"),
    Case("build 01 --data bad|name.csv", f"bad|name.csv: {BAD}"),
    Case("new bad|name.xlsx", f"bad|name.xlsx: {BAD}"),
    Case("new {here}\\a?b.xlsx", "{here}\\a?b.xlsx: a name on Windows cannot have ?"),
    Case("new {here}\\a:b.xlsx", "{here}\\a:b.xlsx: a name on Windows cannot have :"),
    Case("new con.xlsx", "con.xlsx: con.xlsx is the name of a device on Windows"),
    Case("new LPT1.old.xlsx", "LPT1.old.xlsx: LPT1.old.xlsx is the name of a device on Windows"),
    Case("new my.xlsx.", "my.xlsx.: with --formulas cells the file's name has to end in .xlsx", status=2),
    Case("new|my.xlsx ", "my.xlsx : with --formulas cells the file's name has to end in .xlsx", status=2),
    Case("regenerate bad|name.xlsx", f"bad|name.xlsx: {BAD}"),
    Case("regenerate con.xlsx", "con.xlsx: con.xlsx is the name of a device on Windows"),
    Case("check a*b.xlsx", f"a*b.xlsx: {STAR}"),
    Case("check con.xlsx", "con.xlsx: con.xlsx is the name of a device on Windows"),
    Case("sweep --out bad|name.csv", f"bad|name.csv: {BAD}"),
    Case("sweep --out bad|name.xlsx", f"bad|name.xlsx: {BAD}"),
    Case("train --data a?b.csv", "a?b.csv: a name on Windows cannot have ?"),
    Case("train --data aux.csv", "aux.csv: aux.csv is the name of a device on Windows"),
    Case("install libreoffice --dir bad|name", f"bad|name: {BAD}"),
    Case("install excel --dir bad|name", f"bad|name: {BAD}"),
    Case("uninstall excel --dir con", "con: con is the name of a device on Windows"),
    # paths that are too long
    Case(f"new {LONG}.xlsx", f"{LONG}.xlsx: {TOO_LONG}"),
    Case(f"build 01 --out {LONG}", f"{LONG}: cannot be made ({TOO_LONG}"),
    Case(f"check {LONG}.xlsx", f"{LONG}.xlsx: {TOO_LONG}"),
    Case(f"regenerate {LONG}.xlsx", f"{LONG}.xlsx: {TOO_LONG}"),
    Case(f"train --data {LONG}.csv", f"{LONG}.csv: {TOO_LONG}"),
    Case(f"sweep --out {LONG}.csv", f"{LONG}.csv: {TOO_LONG}"),
    # what is not there
    Case("new none\\my.xlsx", "none\\my.xlsx: there is no folder none"),
    Case("new notes.txt\\my.xlsx", "notes.txt\\my.xlsx: notes.txt is not a directory"),
    Case("regenerate none\\my.xlsx", "none\\my.xlsx: there is no folder none"),
    Case("check none\\my.xlsx", "none\\my.xlsx: there is no folder none"),
    Case("check none.xlsx", "none.xlsx: no such file or directory"),
    Case("train --data none\\my.csv", "none\\my.csv: there is no folder none"),
    Case("train --data none.csv", "none.csv: no such file or directory"),
    Case("sweep --out none\\my.csv", "none\\my.csv: there is no folder none"),
    Case("build 01 --out notes.txt", "notes.txt: is not a directory"),
    Case("build 01 --out notes.txt\\low", "notes.txt\\low: cannot be made, notes.txt is not a directory"),
    Case("build 01 --out Q:\\lessons", f"Q:\\lessons: cannot be made ({NO_DRIVE})"),
    Case("new Q:\\my.xlsx", f"Q:\\my.xlsx: {NO_DRIVE}"),
    Case("regenerate Q:\\my.xlsx", f"Q:\\my.xlsx: {NO_DRIVE}"),
    Case("check Q:\\low\\my.xlsx", f"Q:\\low\\my.xlsx: {NO_DRIVE}"),
    Case("train --data Q:\\my.csv", f"Q:\\my.csv: {NO_DRIVE}"),
    Case("sweep --out Q:\\my.xlsx", f"Q:\\my.xlsx: {NO_DRIVE}"),
    Case("install libreoffice --dir Q:\\low", f"Q:\\low: {NO_DRIVE}"),
    Case("install excel --dir Q:\\low", f"Q:\\low: {NO_DRIVE}"),
    # what may not be changed
    Case("build 01", f"{TEMPLATE}: {PROTECTED}", lambda: protected(TEMPLATE)),
    Case("new book.xlsx --force", f"book.xlsx: {PROTECTED}", lambda: protected("book.xlsx")),
    Case("regenerate book.xlsx", f"book.xlsx: {PROTECTED}", lambda: protected("book.xlsx")),
    Case("sweep --out my.csv --force", f"my.csv: {PROTECTED}", lambda: protected("my.csv")),
    Case("build 01 --out Z:\\sys", "Z:\\sys: cannot be written to ("),
    Case("new Z:\\sys\\my.xlsx", "Z:\\sys: cannot be written to ("),
    Case("sweep --out Z:\\sys\\my.csv", "Z:\\sys: cannot be written to ("),
)


def main() -> int:
    """Run every case; 1 if one differs."""
    source = Path(tempfile.mkdtemp(prefix="xlneuron-"))
    home = Path.cwd()
    os.chdir(source)
    (source / "notes.txt").write_text("mine")
    (source / "xlneuron.oxt").write_text("of another version")
    (source / "my.csv").write_text("x,y\n1,2\n2,4\n3,6\n")
    assert xlneuron(["build", "01", "--epochs", "1", "--quiet"]) == 0
    shutil.copy(TEMPLATE, "book.xlsx")
    differing = 0
    try:
        for number, case in enumerate(CASES):
            folder = Path(tempfile.mkdtemp(prefix=f"case-{number}-"))
            try:
                shutil.copytree(source, folder, dirs_exist_ok=True)
                os.chdir(folder)
                problem = tried(case, folder)
            finally:
                os.chdir(home)
                shutil.rmtree(folder)
            differing += problem is not None and not problem.startswith("not here")
            shown = case.command.replace(LONG, "xxx...")
            print(
                "ok" if problem is None else problem if problem.startswith("not here") else "DIFFERS", shown
            )
            if problem is not None:
                print("   ", problem.replace(LONG, "xxx..."))
    finally:
        shutil.rmtree(source)
    print(f"{len(CASES)} cases, {differing} differ")
    return 1 if differing else 0


def tried(case: Case, folder: Path) -> str | None:
    """Return what is not as the case says, or None."""
    separator = "|" if case.command.startswith("new|") else " "
    arguments = [each.format(here=folder) for each in case.command.split(separator)]
    said, printed = io.StringIO(), io.StringIO()
    before = contents(folder)
    try:
        with case.around(), contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
            inside = names(folder)
            status = xlneuron(arguments)
            left = names(folder) ^ inside
    except NotHere as reason:
        return f"not here: {reason}"
    line = said.getvalue()
    wanted = f"xlneuron: {case.says.format(here=folder)}"
    if status != case.status or not line.startswith(wanted) or line.count("\n") != 1 or ".tmp" in line:
        return f"exit code {status}, says {line!r}, not {wanted!r}"
    if printed.getvalue() or left or contents(folder) != before:
        return f"printed {printed.getvalue()!r}, left {sorted(left)}"
    return None


def names(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    sys.exit(main())
