"""Our VBA, run by LibreOffice's Basic, with a class in the place of Python's COM server.

What LibreOffice does not have is edited out: attributes, declarations of DLLs, conditional compilation (the
branch for Excel of 64 bits is kept) and Value2; StartPython makes the class. (tests/windows runs the whole as
VBScript, with a real Python.) LibreOffice runs Auto_Open as Excel does; a cell counts the calls of
Application.MacroOptions.
"""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pyopenvba
import pytest
from pyopenvba.vba import VBAModuleKind
from support.macro_workbook import macro_workbook
from support.vba_text import EXCEL_64, compiled_for

from xlneuron.cli import main
from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import vba
from xlneuron.hosts.excel.project import with_crlf
from xlneuron.hosts.office import Office

pytestmark = pytest.mark.host

PYTHON = """\
Option Explicit
Public Function CallUDF(module_name, func, args)
    Dim cells(0 To 1, 0 To 1), row(0 To 1), given
    Select Case func
        Case "SMOOTH"
            Err.Raise 1001, , "no Python here"
        Case "SGD_STEP"
            CallUDF = "#NUM!"
        Case "NUM_DERIV"
            cells(0, 0) = 1.5
            cells(0, 1) = "#NUM!"
            cells(1, 0) = "text"
            cells(1, 1) = True
            CallUDF = cells
        Case "NEURON_GRAD"
            row(0) = 2.5
            row(1) = "#NUM!"
            CallUDF = row
        Case "AVERAGE_GRAD"
            given = args(0)
            CallUDF = given(1, 1) * 10 + given(2, 1)
        Case Else
            CallUDF = module_name & " " & func & " " & UBound(args) & " " & IsMissing(args(2))
    End Select
End Function
"""
START = """\
Private Sub StartPython()
    Set server = New Python
End Sub
"""
LOOK = """\
Option Explicit
Public Function IS_ERROR(row, column)
    Dim cells
    cells = NUM_DERIV(1, 2, 3)
    IS_ERROR = IsError(cells(row, column))
End Function
Public Function IS_ERROR_IN_ROW(column)
    Dim cells
    cells = NEURON_GRAD(1, 2, 3)
    IS_ERROR_IN_ROW = IsError(cells(column))
End Function
"""
FORMULAS = {
    "=NEURON_FORWARD(1,2)": "xlneuron.udfs NEURON_FORWARD 2 True",
    '=NEURON_FORWARD(1,2,"relu")': "xlneuron.udfs NEURON_FORWARD 2 False",
    "=SGD_STEP(1,2)": "Error 2036",  # xlErrNum, which LibreOffice shows as a text
    "=SMOOTH(1)": "xlneuron: Python ended during the call. Run: xlneuron doctor excel",
    "=IS_ERROR(0,0)": 0.0,
    "=IS_ERROR(0,1)": 1.0,
    "=IS_ERROR(1,0)": 0.0,
    "=IS_ERROR(1,1)": 0.0,
    "=IS_ERROR_IN_ROW(0)": 0.0,
    "=IS_ERROR_IN_ROW(1)": 1.0,
    "=AVERAGE_GRAD(C1:C2)": 47.0,  # the values of the range and not the range
}


def for_libreoffice(text: str) -> str:
    """Leave out what LibreOffice's Basic does not have."""
    text = re.sub(r" _\n\s*", " ", compiled_for(text, EXCEL_64))
    text = re.sub(r"^ *(Attribute (?!VB_Name)|Private Declare ).*\n", "", text, flags=re.M)
    text, count = re.subn(r"^Private Sub StartPython.*?^End Sub\n", START, text, flags=re.M | re.S)
    assert count == 1
    return text.replace(".Value2", ".Value")


def workbook(path: Path, docs: str) -> Path:
    book = openpyxl.Workbook()
    for row, formula in enumerate(FORMULAS, start=1):
        book.active.cell(row, 1, formula)
    book.active["C1"], book.active["C2"] = 4, 7
    book.save(path)
    with pyopenvba.ExcelFile(path) as file:
        project = file.add_vba_project()
        project.add_module("Python", with_crlf(PYTHON), kind=VBAModuleKind.other)
        for name, source in {
            "Look": LOOK,
            "xlneuron_udfs": for_libreoffice(vba.wrappers()),
            "xlneuron_docs": docs,
        }.items():
            project.add_module(name, with_crlf(source))
        file.save()
    return path


COUNT = "ThisWorkbook.Sheets(1).Cells(1, 1)"


def registrations(office: Office, path: Path, docs: str) -> object:
    """How often a function was registered while the workbook opened; None if nothing ran."""
    openpyxl.Workbook().save(path)
    call = re.compile(r"Application\.MacroOptions.*?ArgumentDescriptions:=texts\n", re.S)
    docs, calls = call.subn(f"{COUNT}.Value = {COUNT}.Value + 1\n", docs)
    assert calls == 1
    for excels, ours in {"Debug.Print Describe()": "Describe", "ThisWorkbook.IsAddin": "False"}.items():
        assert excels in docs
        docs = docs.replace(excels, ours)
    with pyopenvba.ExcelFile(path) as file:
        file.add_vba_project().add_module("xlneuron_docs", with_crlf(docs))
        file.save()
    with office.open(path, macros=True, visible=True) as book:
        return book.values("Sheet", "A1")[0][0]


def template(path: Path) -> Path:
    """A template as `build` writes it, with a module that LibreOffice can read."""
    assert main(["build", "01", "--formulas", "functions", "--out", str(path.parent), "--quiet"]) == 0
    (path.parent / "01-basic-sgd-functions.xlsm").replace(path)
    with pyopenvba.ExcelFile(path) as file:
        file.vba_project().add_module("Python", with_crlf(PYTHON), kind=VBAModuleKind.other)
        file.set_module("xlneuron_udfs", with_crlf(for_libreoffice(vba.wrappers())))
        file.save()
    return path


def shown(office: Office, path: Path) -> list[object]:
    with office.open(path, macros=True) as book:
        book.calculate()
        return [row[0] for row in book.values("Sheet")]


def test_wrappers_run(office: Office, tmp_path: Path) -> None:
    assert shown(office, workbook(tmp_path / "book.xlsm", vba.docs())) == list(FORMULAS.values())


def test_wrappers_run_in_a_template(office: Office, tmp_path: Path) -> None:
    with office.open(template(tmp_path / "book.xlsm"), macros=True) as book:
        book.calculate()
        called = {
            text.strip("{=}").partition("(")[0]: value
            for text, value in zip(book.formulas("SGD")[5], book.values("SGD")[5], strict=True)
            if text and "STEP" in text
        }
    assert called == {"TRAIN_STEP": "xlneuron.udfs TRAIN_STEP 6 False"}


def test_what_does_not_compile_runs_nothing(office: Office, tmp_path: Path) -> None:
    """So the test above also shows that `xlneuron_docs` compiles, though Excel alone can run it."""
    broken = vba.docs().replace("End If", "End", 1)
    assert set(shown(office, workbook(tmp_path / "book.xlsm", broken))) == {""}


def test_functions_are_registered_by_the_module_alone(office: Office, tmp_path: Path) -> None:
    assert registrations(office, tmp_path / "book.xlsm", vba.docs()) == len(FUNCTIONS)


def test_a_workbook_with_all_macros_opens(office: Office, tmp_path: Path) -> None:
    path = macro_workbook(tmp_path / "book.xlsm", [[1, 2, "=A1+B1"]], sheets=2)
    with office.open(path) as book:
        book.calculate()
        assert book.values("Sheet") == [[1.0, 2.0, 3.0]]
        assert len(book.sheets()) == 2
