"""Files from outside: whatever is no workbook is refused in one line, with bounded memory."""

from __future__ import annotations

import tracemalloc
import zipfile

import pytest
from support.living import SGD, changed, shipped

from xlneuron.errors import XlneuronError
from xlneuron.living.archive import OLE, Archive
from xlneuron.living.check import check
from xlneuron.living.regenerate import regenerate


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return shipped(tmp_path_factory.mktemp("built"))


def refused(path, match):
    """Both commands refuse the file in one line and leave everything as it is."""
    before = {each: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    for command in (check, regenerate):
        with pytest.raises(XlneuronError, match=match) as error:
            command(path)
        assert "\n" not in str(error.value)
    assert {each: each.read_bytes() for each in path.parent.iterdir() if each.is_file()} == before


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "not a workbook"),
        (b"x,y\n1,2\n", "not a workbook"),
        (OLE + bytes(600), r"old \.xls or a workbook with a password"),
    ],
)
def test_other_files(tmp_path, content, match):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    refused(path, match)


def test_a_directory_and_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "is a directory")
    refused(tmp_path / "none.xlsx", "no such file")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(tmp_path, built, share):
    path = tmp_path / "short.xlsx"
    content = built.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path, "not a workbook, or only a part of one")


def test_a_damaged_part(tmp_path, built):
    content = bytearray(built.read_bytes())
    with zipfile.ZipFile(built) as archive:
        info = archive.getinfo(SGD)
    start = info.header_offset + 200
    content[start : start + 40] = bytes(40)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content)
    refused(path, "damaged")


def test_another_zip(tmp_path):
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"...")
    refused(path, "a zip, but not a workbook")


def test_a_zip_bomb_is_not_unpacked(tmp_path, built):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            archive.writestr(part, b" " * 100_000_000 if part == SGD else source.read(part))
    tracemalloc.start()
    refused(path, "far too large")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


ENTITIES = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("part", [SGD, "xl/workbook.xml", "_rels/.rels", "docProps/custom.xml"])
def test_external_entities(built, part):
    path = changed(
        built, {part: lambda xml: ENTITIES + xml[xml.index("<", 1) if xml.startswith("<?") else 0 :]}
    )
    refused(path, "document type|mark is missing")


@pytest.mark.parametrize(
    ("part", "change", "match"),
    [
        (SGD, lambda xml: xml[: len(xml) // 2], "damaged"),
        (SGD, lambda xml: xml.replace('<c r="E6"', '<c r="ZZZZ6"'), "cannot be read"),
        (SGD, lambda xml: xml.replace('<row r="6"', '<row r="6000000"'), "cannot be read"),
        (SGD, lambda xml: xml.replace("<v>0.01</v>", "<v>abc</v>"), "cannot be read"),
        ("docProps/custom.xml", lambda xml: xml.replace("01-basic", "99-other"), "made from '99-other-sgd'"),
        ("docProps/custom.xml", lambda xml: xml.replace("xlneuron", "other"), "not a workbook of xlneuron"),
        ("xl/workbook.xml", lambda xml: xml.replace('name="SGD"', 'name="Mine"'), "sheet 'SGD' is missing"),
        ("xl/workbook.xml", lambda xml: xml.replace('name="n_rows"', 'name="rows"'), "name 'n_rows'"),
    ],
)
def test_parts_that_are_not_what_they_should_be(built, part, change, match):
    refused(changed(built, {part: change}), match)


def test_a_workbook_of_somebody_else(tmp_path):
    import openpyxl

    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    refused(path, "not a workbook of xlneuron")
    with Archive(path) as archive:
        assert list(archive.sheets) == ["Sheet"]
