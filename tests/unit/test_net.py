"""No traceback reaches a user: what nobody expected is one line as well, and what was seen is mended."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile

import pytest
from support.shipped import SGD, changed, shipped

from xlneuron.cli import main
from xlneuron.cli.faults import NO_NET
from xlneuron.errors import XlneuronError
from xlneuron.upkeep.check import check
from xlneuron.upkeep.regenerate import regenerate
from xlneuron.xlsx.package import MARK_PART


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return shipped(tmp_path_factory.mktemp("built"))


@pytest.fixture
def fault(monkeypatch):
    def fail(_: object) -> None:
        raise KeyError("what\nnobody expected " + "x" * 5000)

    monkeypatch.setattr("xlneuron.cli.templates.show", fail)


def test_the_net(fault, monkeypatch, capsys):
    monkeypatch.delenv(NO_NET)
    assert main(["list"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("xlneuron: a fault of xlneuron ")
    assert "KeyError: 'what" in err
    assert "(test_net.py:" in err
    assert err.endswith("; please report this line and what the same command says with --debug\n")
    assert err.count("\n") == 1
    assert len(err) < 500


@pytest.mark.parametrize("arguments", [["--debug", "list"], ["list", "--debug"]])
def test_debug_shows_the_rest(arguments, fault, monkeypatch, capsys):
    monkeypatch.delenv(NO_NET)
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("xlneuron: a fault of xlneuron ")


def test_debug_of_a_user_s_error(capsys):
    assert main(["build", "none", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_tests_have_no_net(fault):
    assert os.environ[NO_NET]
    with pytest.raises(KeyError):
        main(["list"])


def refused(path, match):
    for command in (check, regenerate):
        with pytest.raises(XlneuronError, match=match) as error:
            command(path)
        assert "\n" not in str(error.value)


def test_a_zip_of_a_newer_version(built, tmp_path):
    content = bytearray(built.read_bytes())
    entry = content.index(b"PK\1\2")
    content[entry + 6] = 200
    path = tmp_path / "newer.xlsx"
    path.write_bytes(content)
    refused(path, r"newer\.xlsx: packed in a newer way \(zip file version 20\.0\); save it as \.xlsx anew")


def test_a_name_that_is_no_text(built, tmp_path):
    content = bytearray(built.read_bytes())
    entry = content.rindex(b"PK\1\2")
    struct.pack_into("<H", content, entry + 8, 0x800)  # it says that the name is UTF-8
    content[entry + 46] = 0xFF
    path = tmp_path / "name.xlsx"
    path.write_bytes(content)
    refused(path, "not a workbook, or only a part of one")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda xml: xml.replace('encoding="UTF-8"', 'encoding="none-such"'), "unknown encoding"),
        (lambda xml: xml.replace('encoding="UTF-8"', 'encoding="utf-7"'), "damaged"),
        (lambda xml: xml.replace("<sheetData>", "<none:such/><sheetData>"), "unbound prefix"),
    ],
)
@pytest.mark.parametrize("part", [SGD, "xl/workbook.xml"])
def test_xml_that_is_none(change, match, part, built):
    def with_declaration(xml):
        xml = xml if xml.startswith("<?xml") else '<?xml version="1.0" encoding="UTF-8"?>' + xml
        return change(xml.replace("<sheets>", "<none:such/><sheets>") if "unbound" in match else xml)

    refused(changed(built, {part: with_declaration}), match)


def test_a_link_to_itself(tmp_path):
    path = tmp_path / "loop.xlsx"
    path.symlink_to(path)
    with pytest.raises(XlneuronError, match=r"loop\.xlsx: too many levels of symbolic links"):
        check(path)
    for command in (["regenerate", str(path)], ["new", str(path)], ["build", "01", "--data", str(path)]):
        assert main(command) == 1


def test_a_control_character_in_a_header(tmp_path, capsys):
    data = tmp_path / "my.csv"
    data.write_text("x\x01,y\n1,2\n2,3\n")
    command = ["new", str(tmp_path / "my.xlsx"), "--data", str(data), "--inputs", "x\x01"]
    assert main(command) == 1
    assert capsys.readouterr().err.endswith(
        "the name of column 'x\\x01' has a character that no cell can hold\n"
    )


@pytest.mark.parametrize("share", [0.02, 0.3, 0.98, 0.9999])
def test_a_truncated_archive(share, built, tmp_path):
    path = tmp_path / "short.xlsx"
    content = built.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, "not a workbook, or only a part of one")
    data = f"{path}#SGD"
    assert main(["new", str(tmp_path / "my.xlsx"), "--data", data]) == 1


def test_a_damaged_mark_is_no_mark(built, tmp_path):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            target.writestr(part, b"<a:b/>" if part == MARK_PART else source.read(part))
    refused(path, "its mark is missing|unbound prefix")


def test_a_process_without_a_net_shows_the_traceback(tmp_path):
    """So that no test can pass over one."""
    code = "import xlneuron.cli.templates as t\nt.show = lambda _: 1 / 0\n"
    code += "from xlneuron.cli import main\nmain(['list'])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Traceback" in ended.stderr
