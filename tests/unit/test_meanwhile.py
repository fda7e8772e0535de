"""What other programs save while a file is replaced is never lost, at whichever moment they do it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.shipped import shipped

from xlneuron import files
from xlneuron.errors import XlneuronError
from xlneuron.exchange import exchange
from xlneuron.files import Old, fingerprint, replacing
from xlneuron.tables.dialects import CELLS
from xlneuron.upkeep.regenerate import Changes, regenerate
from xlneuron.xlsx.write import write

STEPS = ("read", "written", "compared", "backed up", "replaced")
INTERLEAVINGS = 200


def by_rename(path: Path, content: bytes) -> None:
    """Save as LibreOffice and Excel do."""
    other = path.with_name("saving")
    other.write_bytes(content)
    other.replace(path)


def in_place(path: Path, content: bytes) -> None:
    """Save as openpyxl does."""
    path.write_bytes(content)


def removed(path: Path, _: bytes) -> None:
    path.unlink()


def contents(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def at(monkeypatch) -> Callable[[str, Callable[[], None]], None]:
    """Have something done at a step."""

    def at(step: str, do: Callable[[], None]) -> None:
        done: list[str] = []

        def reached(now: str) -> None:
            if now == step and not done:
                done.append(now)
                do()

        monkeypatch.setattr(files, "reached", reached)
        monkeypatch.setattr("xlneuron.upkeep.regenerate.reached", reached)

    return at


def replace(path: Path, content: bytes, *, keep: bool) -> Old:
    old = Old(fingerprint(path), keep=keep)
    files.reached("read")
    with replacing(path, old) as file:
        file.write(content)
    return old


def test_nothing_is_lost_in_200_interleavings(tmp_path, at, monkeypatch):
    """At random steps, in both ways of saving, with and without backups, links and exchanges."""
    drawn = random.Random(16)
    refused = 0
    for number in range(INTERLEAVINGS):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "my.xlsx"
        path.write_bytes(b"old %d" % number)
        step, save, keep = drawn.choice(STEPS), drawn.choice([by_rename, in_place]), drawn.random() < 0.7
        saved = b"saved meanwhile %d" % number
        at(step, lambda path=path, save=save, saved=saved: save(path, saved))
        with monkeypatch.context() as patched:
            if drawn.random() < 0.3:
                patched.setattr(os, "link", no_links)
            try:
                old = replace(path, b"new", keep=keep)
            except XlneuronError as error:
                refused += 1
                problem = str(error)
                assert problem.endswith("was changed by another program meanwhile; run this again")
                assert path.read_bytes() == saved
                assert list(folder.iterdir()) == [path]
            else:
                assert step == "replaced"
                assert path.read_bytes() == saved
                assert old.kept is None or old.kept.read_bytes() == b"old %d" % number
        assert saved in contents(folder)
    assert refused > INTERLEAVINGS / 2


def no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize(
    ("step", "save"),
    [
        (step, save)
        for step in STEPS[:-1]
        for save in (by_rename, in_place)
        if (step, save) != ("backed up", by_rename)
    ],
)
def test_without_an_exchange_the_backup_is_compared_last(step, save, tmp_path, at, monkeypatch):
    """Where the system cannot let two files change places, one moment is left: after the backup is made."""
    monkeypatch.setattr(files, "exchange", lambda *_: False)
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"old")
    at(step, lambda: save(path, b"saved"))
    with pytest.raises(XlneuronError, match="was changed by another program"):
        replace(path, b"new", keep=True)
    assert contents(tmp_path) == {b"saved"}


def test_two_saves_in_the_last_moment(tmp_path, at, monkeypatch):
    """The second one while the first is given back."""
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"old")
    calls = []

    def exchanged(one: Path, other: Path) -> bool:
        by_rename(path, b"saved %d" % len(calls))
        calls.append(one)
        return exchange(one, other)

    monkeypatch.setattr(files, "exchange", exchanged)
    with pytest.raises(XlneuronError, match="was changed by another program"):
        replace(path, b"new", keep=False)
    assert contents(tmp_path) == {b"saved 0", b"saved 1"}


@pytest.mark.parametrize("step", ["read", "written", "compared", "backed up"])
def test_a_file_that_is_removed_meanwhile_does_not_come_back(step, tmp_path, at):
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"old")
    at(step, lambda: removed(path, b""))
    with pytest.raises(XlneuronError):
        replace(path, b"new", keep=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("keep", [True, False])
def test_what_cannot_be_read_after_the_exchange_is_given_back(keep, tmp_path, monkeypatch):
    """Found by a read error at each system call."""
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"old")
    original, exchanged = fingerprint, []

    def exchanging(one: Path, other: Path) -> bool:
        exchanged.append(one)
        return exchange(one, other)

    def failing(path: Path) -> str:
        if exchanged:
            raise OSError(5, "Input/output error")
        return original(path)

    monkeypatch.setattr(files, "exchange", exchanging)
    monkeypatch.setattr(files, "fingerprint", failing)
    with pytest.raises(XlneuronError, match="input/output error"):
        replace(path, b"new", keep=keep)
    assert len(exchanged) == 2
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_comes_meanwhile_is_kept(links, tmp_path, at, monkeypatch):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "my.xlsx"
    at("written", lambda: path.write_bytes(b"theirs"))
    with pytest.raises(XlneuronError, match="was changed by another program meanwhile"):
        replace(path, b"ours", keep=False)
    assert contents(tmp_path) == {b"theirs"}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("save", [by_rename, in_place])
def test_regenerate(step, save, tmp_path, at):
    book = shipped(tmp_path).replace(tmp_path / "book.xlsx")
    before = book.read_bytes()
    at(step, lambda: save(book, b"saved meanwhile"))
    if step == "replaced":
        result = regenerate(book, Changes(epochs=2))
        assert result.backup is not None
        assert result.backup.read_bytes() == before
    else:
        with pytest.raises(XlneuronError, match="was changed by another program meanwhile; run this again"):
            regenerate(book, Changes(epochs=2))
        assert list(tmp_path.iterdir()) == [book]
    assert book.read_bytes() == b"saved meanwhile"


def test_build_keeps_what_came_meanwhile(tmp_path, at):
    from xlneuron.books.lessons import LESSONS, Options
    from xlneuron.data import default_data

    book = next(iter(LESSONS.values())).make(Options(data=default_data()))
    path = write(book, tmp_path / "book.xlsx", dialect=CELLS)
    at("written", lambda: by_rename(path, b"mine"))
    with pytest.raises(XlneuronError, match="was changed by another program meanwhile"):
        write(book, path, dialect=CELLS)
    assert path.read_bytes() == b"mine"


def test_two_processes_at_once(tmp_path):
    """Each of them only ever replaces what it has read, and the backup is of that."""
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom xlneuron.errors import XlneuronError\n"
        "from xlneuron.files import Old, fingerprint, replacing\n"
        "path, me = Path(sys.argv[1]), sys.argv[2]\ndone = 0\n"
        "while done < 40:\n"
        "    old = Old(fingerprint(path), keep=True)\n    lines = path.read_bytes()\n"
        "    try:\n"
        "        with replacing(path, old) as file: file.write(lines + me.encode() + b'%d\\n' % done)\n"
        "    except XlneuronError as error:\n"
        "        assert 'was changed by another program meanwhile' in str(error), error\n"
        "    else:\n        done += 1\n        assert old.kept.read_bytes() == lines\n"
    )
    path = tmp_path / "my.txt"
    path.write_bytes(b"")
    running = [subprocess.Popen([sys.executable, "-c", program, path, name]) for name in ("a", "b")]
    assert [each.wait(120) for each in running] == [0, 0]
    lines = path.read_text().split()
    assert sorted(lines) == sorted(f"{name}{number}" for name in ("a", "b") for number in range(40))


@pytest.mark.parametrize("turn", range(3))
def test_two_regenerate_at_once(turn, tmp_path):
    """Every state of the file that is not there any more is in a backup of a `regenerate` that went well."""
    book = shipped(tmp_path).replace(tmp_path / "book.xlsx")
    before = book.read_bytes()
    command = [sys.executable, "-m", "xlneuron", "regenerate", str(book), "--epochs"]
    running = [subprocess.Popen([*command, n], stderr=subprocess.PIPE, text=True) for n in ("2", "3")]
    ended = [(each.communicate(timeout=120)[1], each.returncode) for each in running]
    went_well = [status for _, status in ended].count(0)
    assert went_well >= 1
    assert all("was changed by another program meanwhile" in said for said, status in ended if status)
    backups = {each.read_bytes() for each in tmp_path.glob("book.backup*")}
    assert len(backups) == went_well
    assert before in backups
    assert len(list(tmp_path.iterdir())) == 1 + went_well


def test_what_dead_processes_left_is_removed(tmp_path):
    dead = tmp_path / ".my.xlsx-0a1b2c3d.tmp"
    dead.write_bytes(b"half")
    other = tmp_path / ".my.xlsx-notes.tmp"
    other.write_bytes(b"somebody's")
    with replacing(tmp_path / "my.xlsx") as file:
        assert not dead.exists()
        (alive,) = (each for each in tmp_path.iterdir() if each != other)
        command = "import sys; from pathlib import Path; from xlneuron.files import replacing\n"
        command += "with replacing(Path(sys.argv[1])) as file: file.write(b'theirs')"
        subprocess.run([sys.executable, "-c", command, tmp_path / "my.xlsx"], check=True)
        assert alive.exists()
        file.write(b"ours")
    assert contents(tmp_path) == {b"ours", b"somebody's"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="needs an administrator")
def test_owner_and_rights_stay(tmp_path):
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"old")
    os.chown(path, 12345, 12346)
    path.chmod(0o640)
    old = replace(path, b"new", keep=False)
    there = path.stat()
    assert (there.st_uid, there.st_gid, there.st_mode & 0o7777) == (12345, 12346, 0o640)
    assert old.notes == []


def test_an_owner_that_cannot_be_kept_is_told(tmp_path, monkeypatch):
    path = tmp_path / "my.xlsx"
    path.write_bytes(b"old")
    if os.geteuid() == 0:
        os.chown(path, 12345, 12346)
    else:
        pytest.skip("needs an administrator")
    monkeypatch.setattr(os, "chown", no_links)
    assert replace(path, b"new", keep=False).notes == [
        "it belongs to you now: only an administrator may give files to others"
    ]


def test_links(tmp_path):
    """A symbolic link stays one; another hard link of the file keeps the old content, and that is told."""
    path, link, other = tmp_path / "my.xlsx", tmp_path / "link", tmp_path / "other"
    path.write_bytes(b"old")
    link.symlink_to(path)
    os.link(path, other)
    old = replace(link, b"new", keep=False)
    assert link.is_symlink()
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")
    assert old.notes == ["it had other names (hard links): those keep the old content"]
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(XlneuronError, match="loop: a link that leads to itself"):
        files.followed(loop)
