"""Files that are always whole, and what is said of those that cannot be had. Windows has tests/windows."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from xlneuron.errors import XlneuronError
from xlneuron.files import check_name, reason, replacing, windows_name

SMALL = 1000  # bytes


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse larger files, as it does on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def put(path: Path, content: bytes = b"new") -> None:
    with replacing(path) as file:
        file.write(content)


@pytest.mark.parametrize(
    "name", ["my.csv", "x" * 255, "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 85, "𝒙" * 63, " ", "a|b"]
)
def test_a_file_gets_any_name_that_the_system_takes(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, b"old")
    put(tmp_path / name)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"new")]


def test_what_does_not_fit_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_bytes(b"old")
    with no_file_larger_than(SMALL), pytest.raises(XlneuronError) as error:
        put(path, b"x" * (SMALL + 1))
    assert str(error.value) == f"{path}: file too large"
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_what_another_file_has_is_told_of_that_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"other\.csv"), replacing(tmp_path / "my.csv"):
        (tmp_path / "other.csv").read_bytes()
    with pytest.raises(BrokenPipeError), replacing(tmp_path / "my.csv"):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none/my.csv", "{path}: there is no folder {parent}"),
        ("file/my.csv", "{path}: {parent} is not a directory"),
        ("folder", "{path}: is a directory"),
        ("x" * 256, "{path}: file name too long"),
        ("/proc/my.csv", "/proc: cannot be written to (no such file or directory); name another folder"),
    ],
)
def test_why_a_file_cannot_be_written(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    with pytest.raises(XlneuronError) as error:
        put(path)
    assert str(error.value) == problem.format(path=path, parent=path.parent)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    def said(path: Path) -> str:
        with pytest.raises(OSError) as error:  # noqa: PT011 - which one differs
            path.read_bytes()
        return reason(error.value, path)

    assert said(tmp_path / "none") == "no such file or directory"
    assert said(tmp_path / "none" / "my.csv") == f"there is no folder {tmp_path / 'none'}"
    assert said(tmp_path) == "is a directory"
    assert said(tmp_path / ("x" * 256)) == "file name too long"


def test_names_are_checked_for_the_system_that_runs(tmp_path: Path) -> None:
    check_name(tmp_path / "con.xlsx")
    check_name(Path("my.csv"))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        *((name, None) for name in ("my.xlsx", "C:\\a b\\Größe.csv", "..\\my.csv")),
        *((name, None) for name in ("console.csv", "com0", "com10.x", "my.con")),
        *((name, None) for name in ("\\\\host\\share\\my.csv", "\\\\?\\C:\\my.csv", "C:my.csv", "my. ", "")),
        *((f"low\\bad{c}name.csv", f"a name on Windows cannot have {c}") for c in '<>"|?*:'),
        ("bad\nname.csv", "a name on Windows cannot have a control character"),
        ("C:\\a?b\\my.csv", "a name on Windows cannot have ?"),
        ("con", "con is the name of a device on Windows"),
        ("NUL.tar.gz", "NUL.tar.gz is the name of a device on Windows"),
        ("Lpt9.xlsx", "Lpt9.xlsx is the name of a device on Windows"),
        ("low\\aux .x", "aux .x is the name of a device on Windows"),
        ("prn\\my.csv", "prn is the name of a device on Windows"),
    ],
)
def test_names_that_windows_does_not_have(path: str, problem: str | None) -> None:
    assert windows_name(PureWindowsPath(path)) == problem


def test_a_relative_name_has_no_drive_to_leave_out() -> None:
    assert windows_name(PurePosixPath("a|b")) == "a name on Windows cannot have |"
