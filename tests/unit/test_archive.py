"""Files from outside: whatever is no workbook is refused in one line, with bounded memory."""

from __future__ import annotations

import re
import tracemalloc
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.compiled import data_of
from support.shipped import DATA, SGD, cell, changed, row_added

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS, Options
from xlneuron.errors import XlneuronError
from xlneuron.upkeep.check import check
from xlneuron.upkeep.regenerate import Changes, regenerate
from xlneuron.xlsx.archive import OLE, Archive
from xlneuron.xlsx.package import MARK_PART, change_mark, read_mark
from xlneuron.xlsx.write import write


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


@pytest.mark.parametrize(
    "part",
    [
        SGD,
        "xl/workbook.xml",
        "_rels/.rels",
        "docProps/custom.xml",
        "[Content_Types].xml",
        "xl/styles.xml",
        "xl/charts/chart1.xml",
        "xl/drawings/vmlDrawing1.vml",
    ],
)
@pytest.mark.parametrize("before", ["", f"<!-- {'long ' * 1000} -->"])
def test_external_entities(built, part, before):
    """No part may have a document type, whether a command reads it, copies it or leaves it alone."""
    path = changed(
        built, {part: lambda xml: before + ENTITIES + xml[xml.index("<", 1) if xml.startswith("<?") else 0 :]}
    )
    refused(path, re.escape(f"{part} has a document type, which no workbook needs"))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/charts/chart1.xml"])
def test_external_entities_in_another_encoding(built, tmp_path, part):
    path = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                text = re.sub(r"<\?xml.*?\?>", "", content.decode())
                content = ('<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES + text).encode("utf-16")
            archive.writestr(name, content)
    refused(path, "has a document type")


def test_a_damaged_part_that_is_only_copied(built, tmp_path):
    """It is in nobody's way where it is not needed, and stops what would write half a workbook."""
    content = bytearray(built.read_bytes())
    with zipfile.ZipFile(built) as archive:
        info = archive.getinfo("xl/theme/theme1.xml")
    start = info.header_offset + 600
    content[start : start + 40] = bytes(40)
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content)
    assert not check(path).problems
    with pytest.raises(XlneuronError, match=r"damaged: xl/theme/theme1.xml cannot be read$"):
        regenerate(path)
    assert [path] == list(tmp_path.iterdir())
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("part", "change", "match"),
    [
        (SGD, lambda xml: xml[: len(xml) // 2], "damaged"),
        (SGD, lambda xml: xml.replace('<c r="E6"', '<c r="ZZZZ6"'), "cannot be read"),
        (
            SGD,
            lambda xml: xml.replace('<c r="E6"', f'<c r="{"A" * 5000}6"'),
            r"read: 'A{37}\.\.\.' is not a cell$",
        ),
        (SGD, lambda xml: xml.replace('<row r="6"', '<row r="6000000"'), "read: there is no row '6000000'"),
        (SGD, lambda xml: xml.replace('<row r="6"', '<row r="abc"'), "read: there is no row 'abc'$"),
        (SGD, lambda xml: xml.replace('<row r="6"', '<row r="\u0666"'), "read: there is no row '\u0666'$"),
        (SGD, lambda xml: xml.replace('<row r="6"', f'<row r="{"1" * 5000}"'), r"no row '1{37}\.\.\.'$"),
        (
            SGD,
            lambda xml: xml.replace("<v>0.01</v>", "<v>abc</v>"),
            "SGD!B6 cannot be read: 'abc' is not a number$",
        ),
        (
            SGD,
            lambda xml: xml.replace("<v>0.01</v>", "<v>INF</v>"),
            "SGD!B6 cannot be read: 'INF' is not a number$",
        ),
        (
            SGD,
            lambda xml: xml.replace("<v>0.01</v>", "<v>1_0</v>"),
            "SGD!B6 cannot be read: '1_0' is not a number$",
        ),
        (DATA, cell("A7", "<v>NaN</v>"), "Data!A7 cannot be read: 'NaN' is not a number$"),
        (DATA, cell("A7", "<v>1e999</v>"), "Data!A7 cannot be read: '1e999' is too large for a number$"),
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


@pytest.mark.parametrize(
    "content",
    [
        f"<f>{'(' * 4000}1{')' * 4000}</f><v>1</v>",
        f"<f>{'-' * 8000}1</f><v>1</v>",
        "<f>1e999</f><v>1</v>",
        "<f>SUMIF(L6:L9,1,M6:M8)</f><v>1</v>",
        "<f>A1</f ><v>1</v>",
        "<f><![CDATA[&#99999999999;&#55296;&#1234567;]]></f><v>1</v>",
    ],
)
def test_formulas_of_the_users_that_nobody_types(built, content):
    path = changed(built, {SGD: row_added(900, f'<c r="A900">{content}</c>')})
    assert not check(path).problems
    regenerate(path, Changes(epochs=2), backup=False)
    assert "inf" not in re.sub(r"<[^>]*>", " ", zipfile.ZipFile(path).read(SGD).decode()).split()


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        ('<c r="A900"><f>1+1</f><v>INF</v></c>', "A900"),
        ('<c r="A900"><f>B900</f></c><c r="B900"><v>x</v></c>', "B900"),
    ],
)
def test_values_of_the_users_that_are_none(built, cells, where):
    path = changed(built, {SGD: row_added(900, cells)})
    with pytest.raises(XlneuronError, match=f"^SGD!{where} cannot be read: '(INF|x)' is not a number$"):
        regenerate(path)


def test_an_axis_that_ends_nowhere(built):
    path = changed(built, {"xl/charts/chart1.xml": lambda xml: re.sub(r'(max val=")[^"]*', r"\1abc", xml)})
    regenerate(path, Changes(epochs=2), backup=False)


def test_a_mark_in_another_encoding(built, tmp_path):
    """It can be read, but not be changed."""
    path = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(path, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == MARK_PART:
                content = content.decode().replace("UTF-8", "UTF-16").encode("utf-16")
            archive.writestr(name, content)
    with pytest.raises(XlneuronError, match="is not UTF-8"):
        regenerate(path, Changes(epochs=2))
    assert list(tmp_path.iterdir()) == [path]


# Marks: whatever is in one, only an XlneuronError comes out.

MARKS = ["template", "version", "formulas", "options", "parts"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=8,
) | st.sampled_from(
    [
        10**400,
        10**6,
        1.5,
        "1-" * 300 + "1",
        "1-3softmax",
        "06-average-grad",
        "network",
        "cross-entropy",
        "both",
        "standard",
        ["x"] * 20_000,
        ["x", "x"],
        [""],
        "\ud800",
        {"a": [[[[[[[[[[[[1]]]]]]]]]]]]},
    ]
)


@pytest.fixture(scope="module", params=["network", "01-basic-sgd", "06-average-grad"])
def marked(request, tmp_path_factory):
    """A small workbook, and what gives its mark another content."""
    data = data_of([[1], [2]], [[3], [4]])
    if request.param == "network":
        book = make(prepare(data, epochs=1))
    else:
        book = LESSONS[request.param].make(Options(data, epochs=1))
    path = write(book, tmp_path_factory.mktemp("marked") / "book.xlsx")
    mark = read_mark(path)
    assert mark is not None
    assert set(mark) == set(MARKS)

    def with_mark(new):
        return changed(path, {MARK_PART: lambda xml: change_mark(xml.encode(), new).decode()})

    return mark, with_mark


def stays_calm(path):
    for command in (check, lambda path: regenerate(path, backup=False)):
        with suppress(XlneuronError):
            command(path)


@settings(max_examples=12)
@given(key=st.sampled_from(MARKS), value=VALUES)
def test_any_mark(marked, key, value):
    mark, with_mark = marked
    stays_calm(with_mark({**mark, key: value}))
    stays_calm(with_mark(value))


@pytest.mark.slow
def test_a_network_in_a_mark_that_no_sheet_holds(marked):
    mark, with_mark = marked
    stays_calm(with_mark({**mark, "options": {**mark["options"], "network": "1-" * 3000 + "1"}}))


@settings(max_examples=50)
@given(data=st.data(), value=VALUES)
def test_any_option_in_a_mark(marked, data, value):
    mark, with_mark = marked
    key = data.draw(st.sampled_from(sorted(mark["options"])))
    stays_calm(with_mark({**mark, "options": {**mark["options"], key: value}}))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900]
)
def test_a_mark_without_an_end(built, text):
    properties = re.compile(r"(<vt:lpwstr>)([^<]*)(</vt:lpwstr>)")

    def change(xml):
        return properties.sub(rf"\g<1>{text}\g<3>", properties.sub(r"\g<1>\g<3>", xml), count=1)

    refused(changed(built, {MARK_PART: change}), "its mark is missing")


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("epochs", -1, "epochs: -1 is not a whole number from 1 to 1,048,576"),
        ("epochs", 0, "epochs: 0 is not a whole number from 1 to 1,048,576"),
        ("epochs", 1.5, "epochs: 1.5 is not a whole number from 1 to 1,048,576"),
        ("learning_rate", "a", "learning_rate: 'a' is not a number above 0"),
        ("weights", [1, "b"], r"weights: \[1, 'b'\] is not a list of numbers"),
        ("data", 5, "data: 5 is not a text"),
    ],
)
def test_an_option_of_a_template_that_cannot_be_read(built, option, value, problem):
    mark = read_mark(built)
    new = {**mark, "options": {**mark["options"], option: value}}
    path = changed(built, {MARK_PART: lambda xml: change_mark(xml.encode(), new).decode()})
    refused(path, rf"changed.xlsx: the options in its mark cannot be read \({problem}\)$")


@pytest.mark.parametrize(("content", "shown"), [("<is><t>abc</t></is>", "'abc'"), ("", "blank")])
def test_a_starting_weight_that_is_no_number_is_named(tmp_path, content, shown):
    path = write(make(prepare(data_of([[1], [2]], [[3], [4]]), epochs=1)), tmp_path / "book.xlsx")
    text = rf'<c r="F7"\1 t="inlineStr">{content}</c>'
    start = "xl/worksheets/sheet7.xml"
    wrong = changed(path, {start: lambda xml: re.sub(r'<c r="F7"( s="\d+")?[^>]*>.*?</c>', text, xml)})
    refused(wrong, rf"^sheet 'Start': the value of b is {shown}; a number is needed$")


@pytest.mark.parametrize(
    "change",
    [
        ("$B$5</definedName>", "$AAAA$5</definedName>"),
        ("$B$5</definedName>", f"$B${'5' * 5000}</definedName>"),
        (' localSheetId="1"', ' localSheetId="²"'),
        (' localSheetId="1"', f' localSheetId="{"1" * 5000}"'),
    ],
)
def test_names_that_are_no_cells_are_gone(built, change):
    path = changed(built, {"xl/workbook.xml": lambda xml: xml.replace(*change)})
    with pytest.raises(XlneuronError, match=r"the name 'learning_rate' of sheet 'SGD' .* is gone"):
        check(path)
