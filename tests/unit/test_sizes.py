"""What would fill the memory, or never ends, is refused in one line with the option that lifts the limit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from support.shipped import SGD, changed, row_added, shipped

from xlneuron.cli import main
from xlneuron.errors import XlneuronError
from xlneuron.upkeep.check import check
from xlneuron.upkeep.regenerate import Changes, regenerate
from xlneuron.xlsx import sizes
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.package import LARGEST_MARK, MARK_PART, read_mark
from xlneuron.xlsx.tokens import stretched, tokens


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return shipped(tmp_path_factory.mktemp("built"))


@pytest.mark.parametrize(
    ("name", "most", "what"),
    [
        ("MOST_PARTS", 3, r"it has \d\d parts; the limit is 3"),
        ("MOST_XML", 1000, r"its sheets are [\d,]+ bytes unpacked; the limit is 1,000"),
        (
            "MOST_BYTES",
            1000,
            r"unpacked it would be far too large for a workbook, [\d,]+ bytes; the limit is 1,000",
        ),
        ("MOST_CELLS", 999, r"sheet 'SGD' has more than 1,000 cells; the limit is 999"),
        ("MOST_TREE", 1000, r"xl/workbook\.xml has [\d,]+ bytes; the limit is 1,000"),
    ],
)
def test_limits(name, most, what, built, monkeypatch, capsys):
    monkeypatch.setattr(sizes, name, most)
    with pytest.raises(XlneuronError, match=rf"refused: {what} \(--any-size lifts the limit\)$"):
        check(built)
    assert main(["check", str(built)]) == 1
    assert main(["check", str(built), "--any-size"]) == 0
    data = ["--data", f"{built}#SGD", "--inputs", "x", "--target", "y"]
    new = ["new", str(built.with_name("new.xlsx")), "--quiet", "--force", *data]
    assert main(new) == 1
    assert main([*new, "--any-size"]) == 0
    err = capsys.readouterr().err
    assert err.count("\n") == err.count("--any-size lifts the limit") == 2


def test_a_limit_is_lifted_for_one_command_only():
    with sizes.any_size():
        sizes.check(2, 1, "it")
    with pytest.raises(XlneuronError, match="it; the limit is 1"):
        sizes.check(2, 1, "it")


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        ("<a>" * 200_000 + "</a>" * 200_000, "more than 1,000 elements in each other"),
        (
            "<a " + " ".join(f'a{n}=""' for n in range(250_000)) + "/>",
            "a tag or a text of more than 1,000,000 bytes",
        ),
    ],
)
def test_xml_whose_shape_fills_the_memory(xml, what, built):
    path = changed(built, {SGD: lambda text: text.replace("<sheetData>", xml + "<sheetData>")})
    for command in (check, regenerate):
        with pytest.raises(XlneuronError, match=what):
            command(path)


def test_many_formats(built, monkeypatch):
    monkeypatch.setattr(sizes, "MOST_ELEMENTS", 999)
    path = changed(built, {SGD: lambda text: text.replace("</sheetData>", "</sheetData>" + "<f/>" * 1000)})
    with pytest.raises(XlneuronError, match="more than 1,000 formats and areas"):
        regenerate(path)


def test_the_mark_is_read_without_unpacking_the_rest(built, monkeypatch):
    opened = []
    original = zipfile.ZipFile.open

    def spy(self, name, *rest, **more):
        opened.append(getattr(name, "filename", name))
        return original(self, name, *rest, **more)

    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    assert read_mark(built) is not None
    assert opened == [MARK_PART]


def test_a_mark_that_fills_the_memory_is_none(built):
    large = "<!--" + "x" * LARGEST_MARK + "-->"
    path = changed(built, {MARK_PART: lambda text: text.replace("</Properties>", large + "</Properties>")})
    assert read_mark(path) is None


# Pipes and devices, which may never end

COMMANDS = (
    ["check", "{}"],
    ["regenerate", "{}"],
    ["regenerate", "{}", "--data", "{}"],
    ["new", "new.xlsx", "--data", "{}"],
    ["new", "new.xlsx", "--data", "{}#Sheet1"],
    ["new", "{}"],
    ["new", "{}", "--force"],
    ["train", "--data", "{}"],
    ["sweep", "--data", "{}"],
    ["sweep", "--out", "{}", "--force"],
    ["build", "01", "--data", "{}"],
)


@pytest.mark.skipif(sys.platform == "win32", reason="no such files")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_only_regular_files(kind, arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = Path("odd.xlsx")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        os.mkfifo("other")
        path.symlink_to("other")
    assert main([each.format(path) for each in arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "is not a regular file" in err
    assert err.count("\n") == 1
    assert not Path("new.xlsx").exists()


def test_a_pipe_in_the_place_of_the_add_in(tmp_path):
    """Asked in a process of its own, which could hang."""
    os.mkfifo(tmp_path / "xlneuron.xlam")
    command = [sys.executable, "-m", "xlneuron", "install", "excel", "--dir", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert "is not an add-in of xlneuron and is kept" in ended.stderr


# Formulas of any length

LONG = 20_000
SECONDS = 3.0


PIECES = ["a", "'", "'a", "''a", '""', "1+", "(", "a.", "[1", "$A", "A1:", "'x'!", "1", "Sheet1!"]


@pytest.mark.parametrize(
    "formula", [*(piece * LONG for piece in PIECES), '"' * (LONG + 1)], ids=lambda text: text[:9]
)
def test_formulas_take_time_by_their_length(formula, built):
    begun = time.process_time()
    assert "".join(each.text for each in tokens(formula)) == formula
    assert stretched(formula, "SGD", lambda *_: 3, cells=True) is not None
    path = changed(built, {SGD: row_added(900, f'<c r="A900"><f>{formula}</f><v>1</v></c>')})
    regenerate(path, Changes(epochs=2), backup=False)
    assert not check(path).problems
    assert time.process_time() - begun < SECONDS


def test_a_truncated_list_of_parts_is_no_workbook(built, tmp_path):
    path = tmp_path / "book.xlsx"
    content = bytearray(built.read_bytes())
    end = content.rindex(b"PK\5\6")
    content[end + 12 : end + 16] = (2**31).to_bytes(4, "little")  # the size of the list
    path.write_bytes(content)
    with pytest.raises(XlneuronError, match="not a workbook, or only a part of one"):
        Archive(path)
