"""Our VBA, run by LibreOffice's Basic, with a class in the place of xlwings' connection to Python.

What LibreOffice does not have is edited out: conditional compilation (the branch for Excel is kept) and
`TypeOf Application.Caller`. xlwings' own module is full of both, so it cannot be run there.
LibreOffice runs Workbook_Open and Auto_Open as Excel does; a cell counts the calls of
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

from xlneuron.cli import main
from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import vba
from xlneuron.hosts.excel.project import with_crlf
from xlneuron.hosts.office import Office

pytestmark = pytest.mark.host

PYTHON = """\
Option Explicit
Public Function CallUDF(module_name, func, args, book, caller)
    Dim cells(0 To 1, 0 To 1)
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
        Case Else
            CallUDF = module_name & " " & func & " " & UBound(args) & " " & IsMissing(args(2))
    End Select
End Function
"""
CONNECTION = """\
Option Explicit
Public Function XLPy()
    Set XLPy = New Python
End Function
Public Function IS_ERROR(row, column)
    Dim cells
    cells = NUM_DERIV(1, 2, 3)
    IS_ERROR = IsError(cells(row, column))
End Function
"""
FORMULAS = {
    "=NEURON_FORWARD(1,2)": "xlneuron.udfs NEURON_FORWARD 2 True",
    '=NEURON_FORWARD(1,2,"relu")': "xlneuron.udfs NEURON_FORWARD 2 False",
    "=SGD_STEP(1,2)": "Error 2036",  # xlErrNum, which LibreOffice shows as a text
    "=SMOOTH(1)": "no Python here",
    "=IS_ERROR(0,0)": 0.0,
    "=IS_ERROR(0,1)": 1.0,
    "=IS_ERROR(1,0)": 0.0,
    "=IS_ERROR(1,1)": 0.0,
}


def for_libreoffice(text: str) -> str:
    """Keep what stands between `#If App = ...` and `#Else`."""
    text = re.sub(r"^    #Else\n.*?^    #End If\n", "", text, flags=re.M | re.S)
    text = re.sub(r"^ *(#|Attribute (?!VB_Name)).*\n", "", text, flags=re.M)
    return text.replace("If TypeOf Application.Caller Is Range Then ", "")


def workbook(path: Path, docs: str) -> Path:
    book = openpyxl.Workbook()
    for row, formula in enumerate(FORMULAS, start=1):
        book.active.cell(row, 1, formula)
    book.save(path)
    with pyopenvba.ExcelFile(path) as file:
        project = file.add_vba_project()
        project.add_module("Python", with_crlf(PYTHON), kind=VBAModuleKind.other)
        for name, source in {
            "Connection": CONNECTION,
            "xlneuron_udfs": for_libreoffice(vba.wrappers()),
            "xlneuron_docs": docs,
        }.items():
            project.add_module(name, with_crlf(source))
        file.save()
    return path


COUNT = "ThisWorkbook.Sheets(1).Cells(1, 1)"
REFUSED = "Err.Raise 1004\n"  # as Excel does with MacroOptions while the window is hidden


def registrations(office: Office, path: Path, docs: str, events: str = "") -> object:
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
        file.set_module("ThisWorkbook", file.get_module("ThisWorkbook") + with_crlf(events))
        file.save()
    with office.open(path, macros=True, visible=True) as book:
        return book.values("Sheet", "A1")[0][0]


def template(path: Path) -> Path:
    """A template as `build` writes it. xlwings' two modules, which LibreOffice cannot read, are stand-ins."""
    assert main(["build", "01", "--formulas", "functions", "--out", str(path.parent), "--quiet"]) == 0
    (path.parent / "01-basic-sgd-functions.xlsm").replace(path)
    with pyopenvba.ExcelFile(path) as file:
        file.set_module("Dictionary", with_crlf(PYTHON))
        file.set_module("xlwings", with_crlf(CONNECTION.replace("New Python", "New Dictionary")))
        file.set_module("xlneuron_udfs", with_crlf(for_libreoffice(vba.wrappers())))
        file.save()
    return path


def shown(office: Office, path: Path) -> list[object]:
    with office.open(path, macros=True) as book:
        book.calculate()
        return [cell for (cell,) in book.values("Sheet")]


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


def test_functions_are_registered_once_by_workbook_open_and_auto_open(office: Office, tmp_path: Path) -> None:
    assert registrations(office, tmp_path / "book.xlsm", vba.docs(), vba.WORKBOOK) == len(FUNCTIONS)


def test_functions_are_registered_where_only_workbook_open_runs(office: Office, tmp_path: Path) -> None:
    """As in a workbook that code opens: Excel runs no Auto_Open then."""
    docs, events = (text.replace("Auto_Open", "Other") for text in (vba.docs(), vba.WORKBOOK))
    assert registrations(office, tmp_path / "book.xlsm", docs, events) == len(FUNCTIONS)


def test_functions_are_registered_by_the_module_alone(office: Office, tmp_path: Path) -> None:
    assert registrations(office, tmp_path / "book.xlsm", vba.docs()) == len(FUNCTIONS)


def test_what_workbook_open_could_not_register_auto_open_tries_again(office: Office, tmp_path: Path) -> None:
    docs = vba.docs().replace("ArgumentDescriptions:=texts\n", f"ArgumentDescriptions:=texts\n    {REFUSED}")
    assert registrations(office, tmp_path / "book.xlsm", docs, vba.WORKBOOK) == 2 * len(FUNCTIONS)


def test_a_workbook_with_all_macros_opens(office: Office, tmp_path: Path) -> None:
    path = macro_workbook(tmp_path / "book.xlsm", [[1, 2, "=A1+B1"]], sheets=2)
    with office.open(path) as book:
        book.calculate()
        assert book.values("Sheet") == [[1.0, 2.0, 3.0]]
        assert len(book.sheets()) == 2
