"""The add-in and the macros of .xlsm workbooks, read back by what others wrote to read them."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import files
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import olefile
import pyopenvba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyopenvba.cfb import CFB
from pyopenvba.vba import decompress
from support.macro_workbook import macro_workbook
from support.package import MAIN, Package
from support.package_checks import X14, audit
from support.vba_text import public_procedures

from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import parts, project, vba
from xlneuron.hosts.excel.addin import addin
from xlneuron.hosts.excel.compound import compound_file

ROOT = Path(__file__).parents[2]
(QUICKSTART,) = (path for path in files("xlwings") or () if path.name == "quickstart_standalone.xlsm")


@pytest.fixture(scope="module")
def xlam(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("addin") / "xlneuron.xlam"
    path.write_bytes(addin())
    return path


@pytest.fixture(scope="module")
def xlsm(tmp_path_factory) -> Path:
    """A workbook of openpyxl with our macros, its parts changed as `parts` does it."""
    path = tmp_path_factory.mktemp("workbook") / "book.xlsm"
    return macro_workbook(path, [["=NEURON_FORWARD(14,B1:C1)"]], sheets=3)


@pytest.fixture(params=["xlam", "xlsm"])
def file(request) -> Path:
    return request.getfixturevalue(request.param)


def olevba(path: Path) -> dict[str, str]:
    """The modules of a file as oletools reads them; line ends are those of this system."""
    command = [sys.executable, "-W", "ignore", "-m", "oletools.olevba", "--code", "--attr", str(path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(
        r"^VBA MACRO (\w+)\.\w+ \nin file: [^\n]*\n(?:- )+\n(.*?)(?=^-{79}$|\Z)", shown, re.M | re.S
    )
    return {name: text.rstrip("\n") for name, text in found}


@pytest.mark.parametrize("sheets", [1, 2, project.MAX_SHEETS])
def test_committed_projects_are_current(sheets):
    assert project.project(sheets) == project.make(sheets), "run python -m xlneuron.hosts.excel.generate"


@pytest.mark.parametrize("sheets", [0, project.MAX_SHEETS + 1])
def test_there_is_no_project_for_any_number_of_sheets(sheets):
    with pytest.raises(ValueError, match=f"{sheets} sheets, but there are projects for 1 to 12"):
        project.project(sheets)


def test_files_are_valid(file):
    # openpyxl writes a font's children in an order of its own; it is not what is tested here.
    assert [finding for finding in audit(file) if "/fonts[1]/" not in finding] == []
    assert pyopenvba.check_file(file).issues == ()


def test_modules_are_ours_to_pyopenvba(file):
    with pyopenvba.ExcelFile(file) as opened:
        found = {name: opened.get_module(name) for name in opened.module_names()}
        assert opened.validate() == []
    for name, source in project.modules().items():
        assert found[name].replace("\r\n", "\n") == source.replace("\r\n", "\n")
    assert set(found) - set(project.modules()) >= {"ThisWorkbook", "Sheet1"}


def test_modules_are_ours_to_olevba(file):
    found = olevba(file)
    for name, source in project.modules().items():
        expected = [line.rstrip() for line in source.rstrip().splitlines()]
        assert [line.rstrip() for line in found[name].splitlines()] == expected
    for name, function in FUNCTIONS.items():
        assert f'Attribute {name}.VB_Description = "{function.description}"' in found["xlneuron_udfs"]


def test_no_module_has_anything_else_that_a_cell_could_call_or_that_runs_by_itself(file):
    found = {name: public_procedures(text) for name, text in olevba(file).items()}
    functions = found.pop("xlneuron_udfs")
    assert functions == [("Function", name) for name in FUNCTIONS]
    assert {name: procedures for name, procedures in found.items() if procedures} == {}


def test_a_mail_filter_finds_nothing_to_suspect(file):
    """mraptor suspects a macro that runs by itself and writes or starts something; ours loads a DLL (X)."""
    command = [sys.executable, "-W", "ignore", "-m", "oletools.mraptor", str(file)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    assert re.search(r"^Macro OK +\|--X +\|", shown.stdout, re.M), shown.stdout


def test_document_modules_are_those_of_the_sheets(xlsm):
    with pyopenvba.ExcelFile(xlsm) as opened:
        names = opened.module_names()
    assert names == ["ThisWorkbook", *project.code_names(3), *project.modules()]


def storage(vba_project: bytes) -> CFB:
    return CFB.from_bytes(vba_project)


@pytest.mark.parametrize("sheets", [1, 2, 3, 7, project.MAX_SHEETS])
def test_a_project_has_no_compiled_code(sheets):
    """[MS-OVBA] 2.3.4.1 and 2.3.4.3: whoever is not Excel writes none, and Excel compiles the text."""
    content = project.project(sheets)
    assert storage(content).get_stream_in_storage("VBA", "_VBA_PROJECT").hex() == "cc61ffff000000"
    directory = decompress(storage(content).get_stream_in_storage("VBA", "dir"))
    offsets = [
        directory[place : place + size] for kind, place, size in project._records(directory) if kind == 0x31
    ]
    assert offsets == [bytes(4)] * (sheets + 2)
    assert not [name for name in storage(content).list_streams_in_storage("VBA") if name.startswith("__SRP")]


@pytest.mark.parametrize("sheets", range(1, project.MAX_SHEETS + 1))
def test_the_compound_file_is_whole(sheets):
    """No unused entry between used ones, and a storage's entries in a red-black tree."""
    content = project.project(sheets)
    with olefile.OleFileIO(BytesIO(content), raise_defects=olefile.DEFECT_UNSURE) as file:
        entries = list(file.direntries)
        used = [entry is not None and entry.entry_type != 0 for entry in entries]
        assert used == sorted(used, reverse=True)
        for entry in (entry for entry, is_used in zip(entries, used, strict=True) if is_used):
            if entry.entry_type != 2:
                check_tree(entries, entry.sid_child)
        names = {path[-1] for path in file.listdir()}
    assert names >= {"dir", "_VBA_PROJECT", "PROJECT", "PROJECTwm", "ThisWorkbook", "xlneuron_udfs"}


def check_tree(entries, root):
    none = 0xFFFFFFFF
    ordered = []

    def below(number, parent_is_red):
        """How many black entries are on every way down."""
        if number == none:
            return 1
        entry = entries[number]
        is_red = entry.color == 0
        assert not (is_red and parent_is_red)
        left = below(entry.sid_left, is_red)
        ordered.append((len(entry.name), entry.name.upper()))
        assert below(entry.sid_right, is_red) == left
        return left + (not is_red)

    below(root, parent_is_red=True)  # so that the root is black
    assert ordered == sorted(ordered)
    assert len(set(ordered)) == len(ordered)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.text("abcdefABCDEF_0123456789", min_size=1, max_size=31).map(str.upper),
        st.integers(0, 20_000).map(lambda size: bytes(range(256)) * (size // 256) + b"x" * (size % 256)),
        max_size=40,
    )
)
def test_what_is_put_into_a_compound_file_comes_out_of_it(streams):
    content = compound_file({"VBA": streams, "PROJECT": b"p"})
    with olefile.OleFileIO(BytesIO(content), raise_defects=olefile.DEFECT_UNSURE) as file:
        check_tree(file.direntries, file.direntries[0].sid_child)
        assert {name: file.openstream(["VBA", name]).read() for name in streams} == streams
        assert file.openstream("PROJECT").read() == b"p"


def test_a_compound_file_has_a_limit():
    with pytest.raises(ValueError, match="sectors are more than a header can name"):
        compound_file({"x": bytes(7_200_000)})


def test_the_page_installs_from_a_clone():
    """Until there is a package in an index."""
    page = (ROOT / "docs" / "excel.md").read_text("utf-8")
    assert re.findall(r"pip install .*", page) == ["pip install ."] * 2


def test_the_xlwings_that_is_required_is_that_whose_dll_is_loaded():
    required = re.findall(r'"xlwings(.*?);', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert f"=={vba.XLWINGS_VERSION}" in required


def test_wizard_texts_are_in_the_workbook(file):
    workbook = Package(file).xml("xl/workbook.xml")
    described = {}
    for each in workbook.iter(f"{X14}definedName"):
        texts = each.findall(f"{X14}argumentDescriptions/{X14}argumentDescription")
        described[each.attrib["name"]] = [text.text for text in texts]
    assert described == {
        name: [argument.description for argument in function.arguments]
        for name, function in FUNCTIONS.items()
    }
    (group,) = workbook.iter(f"{MAIN}functionGroup")
    assert group.attrib == {"name": "xlneuron"}
    (groups,) = workbook.iter(f"{MAIN}functionGroups")
    assert groups.attrib == {"builtInGroupCount": "19"}
    order = [child.tag.removeprefix(MAIN) for child in workbook]
    assert order[order.index("sheets") + 1] == "functionGroups"
    assert order[-1] == "extLst"


def record_names(vba_project: bytes) -> list[int]:
    """The kinds of records in a project's stream `dir`, in order, repeated ones once."""
    stream = decompress(CFB.from_bytes(vba_project).get_stream("dir"))
    kinds: list[int] = []
    at = 0
    while at < len(stream):
        kind, size = (
            int.from_bytes(stream[at : at + 2], "little"),
            int.from_bytes(stream[at + 2 : at + 6], "little"),
        )
        at += 6 + (6 if kind == 0x09 else size)  # PROJECTVERSION's size is said to be 4
        kinds.append(kind)
        if kind == 0x10:  # the end; zeros may follow
            break
    return kinds


def test_records_are_those_of_a_project_that_excel_saved():
    """xlwings' quickstart was saved by Excel; modules and references differ in number, and two things."""
    with zipfile.ZipFile(str(QUICKSTART.locate())) as archive:
        theirs = record_names(archive.read("xl/vbaProject.bin"))
    ours = record_names(project.project(2))
    compatible_version = 0x4A  # newer than the Excel that saved theirs
    control_reference = {0x2F, 0x30, 0x33}  # theirs refers to MSForms, which nothing in it uses
    assert set(ours) - set(theirs) == {compatible_version}
    assert set(theirs) - set(ours) == control_reference
    common = set(ours) & set(theirs)
    assert [kind for kind in dict.fromkeys(theirs) if kind in common] == [
        kind for kind in dict.fromkeys(ours) if kind in common
    ]
    module = [0x19, 0x47, 0x1A, 0x32, 0x1C, 0x48, 0x31, 0x1E, 0x2C]  # then 21 or 22 for its kind, and 2B
    for kinds in (ours, theirs):
        starts = [at for at, kind in enumerate(kinds) if kind == module[0]]
        assert all(kinds[at : at + len(module)] == module for at in starts)


def test_the_stream_project_is_like_one_that_excel_saved():
    def lines(vba_project: bytes) -> list[str]:
        text = CFB.from_bytes(vba_project).get_stream("PROJECT").decode("cp1252")
        assert text.count("\n") == text.count("\r\n")
        return text.split("\r\n")

    with zipfile.ZipFile(str(QUICKSTART.locate())) as archive:
        theirs = lines(archive.read("xl/vbaProject.bin"))
    ours = lines(project.project(2))
    keys = [
        [re.split("[=/{]", line)[0] for line in text[: text.index("[Workspace]")]] for text in (ours, theirs)
    ]
    assert set(keys[1]) - set(keys[0]) == {"Class"}  # theirs has a class
    assert set(keys[0]) <= set(keys[1])
    modules = [line for line in ours if line.startswith(("Document=", "Module="))]
    assert modules == [
        *(f"Document={name}/&H00000000" for name in ("ThisWorkbook", *project.code_names(2))),
        "Module=xlneuron_udfs",
    ]


def test_parts_stay_as_they_are_when_done_twice(xlsm):
    package = Package(xlsm)

    def text(part):
        return package.parts[part].decode()

    assert parts.workbook(text("xl/workbook.xml")) == text("xl/workbook.xml")
    assert parts.sheet(text("xl/worksheets/sheet2.xml"), "Sheet2") == text("xl/worksheets/sheet2.xml")
    assert parts.content_types(text("[Content_Types].xml")) == text("[Content_Types].xml")
    rels = text("xl/_rels/workbook.xml.rels")
    assert parts.workbook_relationships(rels) == rels


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<worksheet a='b'><sheetData/>", "<worksheet a='b'><sheetPr codeName=\"S1\"/><sheetData/>"),
        ("<worksheet><sheetPr/><sheetData/>", '<worksheet><sheetPr codeName="S1"/><sheetData/>'),
        (
            '<worksheet><sheetPr codeName="X" filterMode="1"><outlinePr/></sheetPr>',
            '<worksheet><sheetPr filterMode="1" codeName="S1"><outlinePr/></sheetPr>',
        ),
    ],
)
def test_code_name_of_a_sheet(before, after):
    assert parts.sheet(before, "S1") == after


def test_extensions_that_are_there_stay():
    before = (
        '<workbook><fileVersion appName="xl"/><sheets><sheet name="a"/></sheets>'
        '<extLst><ext uri="x"/></extLst></workbook>'
    )
    after = parts.workbook(before)
    assert after.startswith(
        '<workbook><fileVersion appName="xl"/><workbookPr codeName="ThisWorkbook"/><sheets>'
    )
    assert after.endswith('</ext><ext uri="x"/></extLst></workbook>')
    assert len(ElementTree.fromstring(after).findall("extLst/ext")) == 2
    with pytest.raises(ValueError, match="no </sheets>"):
        parts.workbook("<workbook/>")


def test_the_add_in_is_the_same_every_time():
    assert addin() == addin()
