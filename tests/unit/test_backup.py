"""The backup that `regenerate` keeps: under the first name that is free, and whole as soon as it has it."""

from __future__ import annotations

import os
import resource

import pytest

from xlneuron.cli import main
from xlneuron.upkeep.regenerate import Changes, regenerate


def no_links(*_: object) -> None:
    """As on a FAT file system."""
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False])
def test_every_backup_has_its_own_name(book, tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    versions = []
    for epochs in (2, 3, 4):
        versions.append(book.read_bytes())
        regenerate(book, Changes(epochs=epochs))
    backups = [tmp_path / f"book.backup{ending}.xlsx" for ending in ("", "-2", "-3")]
    assert [each.read_bytes() for each in backups] == versions
    assert sorted(tmp_path.iterdir()) == sorted([book, *backups])


@pytest.mark.parametrize("links", [True, False])
def test_nothing_is_replaced(book, tmp_path, monkeypatch, capsys, links):
    """Neither a file of the user's, nor a directory, nor a link, wherever it leads."""
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    before = book.read_bytes()
    (tmp_path / "book.backup.xlsx").write_text("precious")
    (tmp_path / "book.backup-2.xlsx").mkdir()
    (tmp_path / "book.backup-3.xlsx").symlink_to(tmp_path / "nowhere")
    assert main(["regenerate", str(book), "--epochs", "2"]) == 0
    backup = tmp_path / "book.backup-4.xlsx"
    assert f"  as it was before: {backup}\n" in capsys.readouterr().out
    assert backup.read_bytes() == before
    assert (tmp_path / "book.backup.xlsx").read_text() == "precious"
    assert not list((tmp_path / "book.backup-2.xlsx").iterdir())
    assert not (tmp_path / "nowhere").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_backup_that_cannot_be_made_leaves_all_as_it_is(book, tmp_path, monkeypatch, capsys):
    before = book.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr("shutil.copy2", full)
    assert main(["regenerate", str(book), "--epochs", "2"]) == 1
    assert capsys.readouterr().err == f"xlneuron: {book}: no space left on device\n"
    assert (book.read_bytes(), list(tmp_path.iterdir())) == (before, [book])


def test_a_workbook_that_cannot_be_written_keeps_no_backup(book, tmp_path, capsys):
    before = book.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 1000, limits[1]))
    try:
        assert main(["regenerate", str(book), "--epochs", "50"]) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert capsys.readouterr().err == f"xlneuron: {book}: file too large\n"
    assert (book.read_bytes(), list(tmp_path.iterdir())) == (before, [book])
