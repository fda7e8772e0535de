"""The add-in and the macros of .xlsm workbooks, read back by what others wrote to read them."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pyopenvba
import pytest
from pyopenvba.cfb import CFB
from pyopenvba.vba import decompress
from support.macro_workbook import macro_workbook
from support.package import MAIN, Package
from support.package_checks import X14, audit

from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import parts, project, vba
from xlneuron.hosts.excel.addin import addin

ROOT = Path(__file__).parents[2]
XLWINGS = project._xlwings_path("xlwings.bas").parent


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
        body = source.partition('Attribute VB_Name = "')[2] if source.startswith("VERSION") else source
        assert (
            found[name]
            .replace("\r\n", "\n")
            .endswith(body.replace("\r\n", "\n").rpartition("Attribute VB_Exposed = True\n")[2])
        )
    assert set(found) - set(project.modules()) >= {"ThisWorkbook", "Sheet1"}


def test_modules_are_ours_to_olevba(file):
    found = olevba(file)
    for name, source in project.modules().items():
        if not source.startswith("VERSION"):
            expected = [line.rstrip() for line in source.rstrip().splitlines()]
            assert [line.rstrip() for line in found[name].splitlines()] == expected
    for name, function in FUNCTIONS.items():
        assert f'Attribute {name}.VB_Description = "{function.description}"' in found["xlneuron_udfs"]


def test_every_file_describes_its_functions_when_it_opens(file):
    """Workbook_Open also runs where Auto_Open does not: in a workbook that code opens."""
    text = olevba(file)["ThisWorkbook"]
    assert text.endswith(vba.WORKBOOK.rstrip())
    (called,) = re.findall(r"Private Sub Workbook_Open\(\)\n    xlneuron_docs\.(\w+)\nEnd Sub", text)
    assert f"Public Sub {called}()" in project.modules()["xlneuron_docs"]


def test_document_modules_are_those_of_the_sheets(xlsm):
    with pyopenvba.ExcelFile(xlsm) as opened:
        names = opened.module_names()
    assert names == ["ThisWorkbook", *project.code_names(3), *project.modules()]


def test_xlwings_module_differs_in_two_places_only():
    theirs = (XLWINGS / "xlwings.bas").read_text("cp1252")
    ours = project.xlwings_module()
    assert ours.count('PROJECT_NAME As String = "xlneuron"') == 1
    restored = ours.replace('PROJECT_NAME As String = "xlneuron"', 'PROJECT_NAME As String = "xlwings"')
    start = theirs.index('\'Attribute VB_Name = "Extensions"')
    end = theirs.index("'Attribute VB_Name = ", start + 1)
    assert restored == theirs[:start] + theirs[end:]
    assert "Redistribution and use in source and binary forms" in ours


def test_the_page_says_in_which_order_settings_are_read():
    source = project.xlwings_module()
    reading = source.partition("Function GetConfig(")[2].partition("End Function")[0]
    calls = ("GetConfigFromSheet(ThisWorkbook)", "GetDirectoryConfigFilePath()", "GetConfigFilePath()")
    assert sorted(calls, key=reading.index) == list(calls)
    page = " ".join((ROOT / "docs" / "excel.md").read_text("utf-8").split())
    assert (
        "a sheet named `xlneuron.conf` in that .xlsm, then into a file `xlneuron.conf` beside it, "
        "and only then into the settings file above"
    ) in page


def test_the_page_installs_from_a_clone():
    """Until there is a package in an index."""
    page = (ROOT / "docs" / "excel.md").read_text("utf-8")
    assert re.findall(r"pip install .*", page) == ["pip install ."] * 2


def test_the_xlwings_that_is_required_is_that_of_the_project():
    required = re.findall(r'"xlwings(.*?);', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert f"=={project.XLWINGS_VERSION}" in required


def test_another_xlwings_is_noticed(monkeypatch):
    monkeypatch.setattr(project, "XLWINGS_VERSION", "0.0.0")
    with pytest.raises(ValueError, match=r"not the xlwings\.bas of xlwings 0\.0\.0"):
        project.xlwings_module()


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
    with zipfile.ZipFile(XLWINGS / "quickstart_standalone.xlsm") as archive:
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

    with zipfile.ZipFile(XLWINGS / "quickstart_standalone.xlsm") as archive:
        theirs = lines(archive.read("xl/vbaProject.bin"))
    ours = lines(project.project(2))
    keys = [
        [re.split("[=/{]", line)[0] for line in text[: text.index("[Workspace]")]] for text in (ours, theirs)
    ]
    assert set(keys[0]) == set(keys[1])
    modules = [line for line in ours if line.startswith(("Document=", "Module=", "Class="))]
    assert modules == [
        *(f"Document={name}/&H00000000" for name in ("ThisWorkbook", *project.code_names(2))),
        *("Module=xlwings", "Class=Dictionary", "Module=xlneuron_udfs", "Module=xlneuron_docs"),
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
