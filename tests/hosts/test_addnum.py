"""The smallest VBA example, and what the template document-functions writes, run by LibreOffice's Basic."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pyopenvba
import pytest
from support.lessons import lesson, with_settings

from xlneuron.hosts.office import Office
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

SOURCE = Path(__file__).parents[2] / "vba" / "addnum.bas"
# LibreOffice has no MacroOptions: what would be handed to it goes into cells.
CALL = re.compile(
    r"Application\.MacroOptions _\s+Macro:=(.*), _\s+Description:=(.*), _\s+ArgumentDescriptions:=texts"
)
CELLS = """\
With ThisWorkbook.Sheets(1)
        .Cells(1, 2).Value = {}
        .Cells(2, 2).Value = {}
        .Cells(3, 2).Value = texts(1)
        .Cells(4, 2).Value = texts(2)
    End With"""


def source() -> str:
    return SOURCE.read_bytes().decode("ascii")


def workbook(path: Path, *modules: str) -> Path:
    book = openpyxl.Workbook()
    book.active["A1"] = "=addNum(1,2)"
    book.active["A2"] = "=addNum(-0.5,A1)"
    book.save(path)
    with pyopenvba.ExcelFile(path) as file:
        project = file.add_vba_project()
        for number, text in enumerate(modules):
            project.add_module(f"module_{number}", text)
        file.save()
    return path


def handed_over(text: str) -> str:
    """The module with cells in the place of MacroOptions, run when the workbook opens."""
    text, calls = CALL.subn(lambda call: CELLS.format(*call.groups()).replace("\n", "\r\n"), text)
    assert calls == 1
    return f"{text}Public Sub Auto_Open()\r\n    Describe_addNum\r\nEnd Sub\r\n"


def shown(office: Office, path: Path) -> list[list[object]]:
    with office.open(path, macros=True, visible=True) as book:
        book.calculate()
        return book.values("Sheet")


def test_it_is_as_vba_takes_it() -> None:
    """Plain ASCII with the line ends of VBA; the module is not named like the function that is in it."""
    text = source()
    assert text.count("\n") == text.count("\r\n")
    assert text.startswith('Attribute VB_Name = "addnum_example"\r\n')
    assert "\r\nOption Explicit\r\n" in text


def test_the_function_runs_in_cells(office: Office, tmp_path: Path) -> None:
    assert shown(office, workbook(tmp_path / "book.xlsm", source())) == [[3.0], [2.5]]


def test_the_sub_hands_over_the_texts(office: Office, tmp_path: Path) -> None:
    assert shown(office, workbook(tmp_path / "book.xlsm", handed_over(source()))) == [
        [3.0, "addNum"],
        [2.5, "Adds two numbers."],
        [None, "The first number."],
        [None, "The number that is added to it."],
    ]


def test_without_its_sub_line_nothing_runs(office: Office, tmp_path: Path) -> None:
    """The mistake of the thread: statements outside a procedure. So the tests above show that it compiles."""
    broken = source().replace("Public Sub Describe_addNum()\r\n", "")
    assert 3.0 not in [
        cell for row in shown(office, workbook(tmp_path / "book.xlsm", broken)) for cell in row
    ]


def test_what_the_template_writes_runs(office: Office, tmp_path: Path) -> None:
    """The lines of its sheet Code as they stand there when it is opened, below a function of that name."""
    texts = ("It \"adds\", & 'more' _", 'The ""first"" number', '"')
    changes = {f"what__text__{row}": text for row, text in enumerate(texts, start=1)}
    template = write(with_settings(lesson("document-functions"), **changes), tmp_path / "template.xlsx")
    with office.open(template) as book:
        cells = [row[0] for row in book.values("Code")[5:]]
    lines = [line for line in cells if line]
    assert lines[1] == "    Dim texts(1 To 2) As String", "the spaces are there without calculating"
    function = source().partition("\r\n\r\n")[2].partition("End Function\r\n")
    text = "".join(["Option Explicit\r\n", *function[:2], *(f"{line}\r\n" for line in lines)])
    assert shown(office, workbook(tmp_path / "book.xlsm", handed_over(text))) == [
        [3.0, "addNum"],
        [2.5, texts[0]],
        [None, texts[1]],
        [None, texts[2]],
    ]
