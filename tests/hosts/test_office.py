"""The LibreOffice driver against the real LibreOffice."""

from __future__ import annotations

import math
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from xlneuron.functions.cells import CellError
from xlneuron.hosts import office as driver
from xlneuron.hosts.office import Book, Office, OfficeError, OfficeMissing, find_office

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Formulas of every kind of result; a defined name of the sheet, one of the workbook."""
    path = tmp_path_factory.mktemp("office") / "a work book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "My sheet"
    rows = [
        ["number", 0.1, "=B1*3", '=A1&" 1"', True, "=1>2"],
        ["text", 'two\nlines, "quoted"', None, '=""', "=rate*2", "=other"],
        ["error", "=B1/0", "=10^308*10", "=SQRT(-1)", "=LN(0)", "=A1+1"],
        ["error", "=NA()", "=nothing", "=#REF!+1", "=EXP(1000)", "=B3+1"],
    ]
    for row in rows:
        sheet.append(row)
    second = book.create_sheet("Second")
    second["B2"] = 5
    second["B3"] = "=B2+'My sheet'!C1"
    sheet.defined_names["rate"] = DefinedName("rate", attr_text="'My sheet'!$B$1")
    book.defined_names["other"] = DefinedName("other", attr_text="Second!$B$2")
    book.save(path)
    return path


@pytest.fixture
def book(office: Office, workbook: Path) -> Iterator[Book]:
    with office.open(workbook) as opened:
        opened.calculate()
        yield opened


VALUES = [
    ["number", 0.1, 0.1 * 3, "number 1", 1.0, 0.0],
    ["text", 'two\nlines, "quoted"', None, "", 0.2, 5.0],
    ["error", CellError.DIV0, CellError.NUM, CellError.NUM, CellError.NUM, CellError.VALUE],
    ["error", CellError.NA, CellError.NAME, CellError.REF, CellError.NUM, CellError.DIV0],
]


def test_values_of_every_kind(book: Book) -> None:
    assert book.sheets() == ["My sheet", "Second"]
    assert book.values("My sheet") == VALUES
    assert book.values("My sheet", "C2:D3") == [row[2:4] for row in VALUES[1:3]]
    assert book.values("Second") == [[None, None], [None, 5.0], [None, 5.0 + 0.1 * 3]]


def test_texts_and_formulas(book: Book) -> None:
    assert book.texts("My sheet", "B1:F3") == [
        ["0.1", "0.3", "number 1", "TRUE", "FALSE"],
        ['two\nlines, "quoted"', "", "", "0.2", "5"],
        ["#DIV/0!", "#NUM!", "Err:502", "Err:502", "#VALUE!"],
    ]
    assert book.formulas("My sheet", "A1:D1") == [[None, None, "=B1*3", '=A1&" 1"']]
    assert book.texts("My sheet", "Y98:Z99") == [["", ""], ["", ""]]


def test_change_and_recalculate(book: Book) -> None:
    book.set("My sheet", "B1", 0.5)
    assert book.values("My sheet", "C1") == [[1.5]]
    book.set("My sheet", "rate", 7)
    assert book.values("My sheet", "E2") == [[14.0]]
    book.set("My sheet", "other", 9)
    assert book.values("Second", "B2:B3") == [[9.0], [30.0]]
    for value, formula in (("=MAX(B1,Second!B2)", "=MAX(B1;$Second.B2)"), ("=rate+1", "=rate+1")):
        book.set("My sheet", "A9", value)
        assert book.formulas("My sheet", "A9") == [[formula]]
    assert book.values("My sheet", "A9") == [[8.0]]


@pytest.mark.parametrize(
    "value", [1e-308, 5e-324, 0.1 + 0.2, math.pi, -1.7976931348623157e308, "text", "é=1", None]
)
def test_a_value_comes_back_exactly(book: Book, value: float | str | None) -> None:
    book.set("Second", "A1", value)
    assert book.values("Second", "A1") == [[value]]


def test_opening_shows_the_cached_values_until_recalculated(
    office: Office, workbook: Path, tmp_path: Path
) -> None:
    with office.open(workbook) as book:
        book.calculate()
        book.store_xlsx(tmp_path / "saved.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "saved.xlsx") as saved,
        zipfile.ZipFile(tmp_path / "wrong.xlsx", "w") as wrong,
    ):
        for name in saved.namelist():
            wrong.writestr(name, saved.read(name).replace(b"<v>0.2</v>", b"<v>42</v>"))
    with office.open(tmp_path / "wrong.xlsx") as book:
        assert book.values("My sheet", "E2") == [[42.0]]
        book.calculate()
        assert book.values("My sheet", "E2") == [[0.2]]


def test_the_file_is_untouched_and_nothing_lies_beside_it(office: Office, workbook: Path) -> None:
    before = workbook.read_bytes()
    with office.open(workbook) as book:
        book.set("Second", "B2", 6)
        assert os.listdir(workbook.parent) == [workbook.name]  # noqa: PTH208
    assert workbook.read_bytes() == before


def test_pdf(book: Book, tmp_path: Path) -> None:
    book.store_pdf(tmp_path / "all.pdf")
    book.store_pdf(tmp_path / "one.pdf", sheet="Second", page=(200, 100))
    book.store_pdf(tmp_path / "again.pdf")
    sizes = {}
    for name in ("all", "one", "again"):
        content = (tmp_path / f"{name}.pdf").read_bytes()
        assert content.startswith(b"%PDF")
        sizes[name] = content.count(b"/Type/Page/")
    assert sizes == {"all": 2, "one": 1, "again": 2}


def test_what_cannot_be_done_is_one_line(office: Office, book: Book, tmp_path: Path) -> None:
    text = tmp_path / "text.xlsx"
    text.write_bytes(b"PK\x03\x04 no workbook")
    refused = [
        (lambda: book.values("Third"), "LibreOffice (values): no sheet 'Third', only My sheet, Second"),
        (
            lambda: book.values("Second", "??"),
            "LibreOffice (values): '??' is neither a range nor a defined name",
        ),
        (lambda: office.open(tmp_path / "none.xlsx"), f"{tmp_path / 'none.xlsx'}: no such file"),
        (lambda: office.open(text), f"LibreOffice (open): {text} cannot be read"),
    ]
    for attempt, message in refused:
        with pytest.raises(OfficeError) as error:
            attempt()
        assert str(error.value) == message
    assert book.values("Second", "B2") == [[5.0]]
    book.close()
    with pytest.raises(OfficeError, match="this workbook is closed"):
        book.values("Second")


def test_function_descriptions(office: Office) -> None:
    tanh = office.function_descriptions()["TANH"]
    assert tanh.description == "Returns the hyperbolic tangent of a number."
    assert [(name, optional) for name, _, optional in tanh.arguments] == [("Number", False)]


# Ends and time-outs, each with a LibreOffice of its own. What runs is looked up in /proc, so on Linux only.


def running(group: int) -> dict[int, str]:
    """The programs of a process group that have not ended, by process number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, fields = (folder / "stat").read_text().rsplit(")", 1)
        except OSError:
            continue  # ended in the meantime
        state, _, its_group = fields.split()[:3]
        if int(its_group) == group and state != "Z":
            found[int(folder.name)] = name.partition("(")[2]
    return found


def wait_until_none_is_running(group: int) -> None:
    deadline = time.monotonic() + 10
    while running(group):
        assert time.monotonic() < deadline, running(group)
        time.sleep(0.02)


def group_and_folder(office: Office) -> tuple[int, Path]:
    assert office._server is not None
    return office._server.process.pid, office._server.folder


def test_two_side_by_side_and_nothing_is_left(office: Office, workbook: Path) -> None:
    with Office() as other:
        group, folder = group_and_folder(other)
        assert "soffice.bin" in running(group).values()
        assert folder.is_dir()
        with other.open(workbook) as theirs, office.open(workbook) as ours:
            theirs.set("Second", "B2", 100)
            assert theirs.values("Second", "B2") == [[100.0]]
            assert ours.values("Second", "B2") == [[5.0]]
    wait_until_none_is_running(group)
    assert not folder.exists()
    with office.open(workbook) as ours:
        assert ours.values("Second", "B2") == [[5.0]]


def test_a_time_out_ends_it_and_the_next_open_starts_anew(workbook: Path) -> None:
    with Office() as office:
        group, folder = group_and_folder(office)
        lost = office.open(workbook)
        office.timeout = 0.001
        with pytest.raises(OfficeError, match=r"LibreOffice took more than 0\.001 s to open and was ended"):
            office.open(workbook)
        wait_until_none_is_running(group)
        assert not folder.exists()
        office.timeout = 60
        with office.open(workbook) as book:
            assert book.values("Second", "B2") == [[5.0]]
            with pytest.raises(OfficeError, match="this workbook is closed"):
                lost.values("Second")


@pytest.mark.parametrize("victim", ["soffice.bin", "python3"])
def test_a_crash_is_told_and_leaves_nothing(workbook: Path, victim: str) -> None:
    with Office(timeout=60) as office:
        group, folder = group_and_folder(office)
        book = office.open(workbook)
        (process,) = (number for number, name in running(group).items() if name == victim)
        os.kill(process, signal.SIGKILL)
        with pytest.raises(OfficeError, match="LibreOffice ended when asked to calculate"):
            book.calculate()
        wait_until_none_is_running(group)
        assert not folder.exists()
        with office.open(workbook) as again:
            assert again.values("Second", "B2") == [[5.0]]


def test_a_missing_libreoffice_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = find_office()
    assert found.soffice.is_file()
    assert found.python.is_file()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(driver, "PLACES", {})
    with pytest.raises(
        OfficeMissing, match=r"LibreOffice is not installed: .*https://www\.libreoffice\.org/download"
    ):
        find_office()
    with pytest.raises(OfficeMissing):
        Office().start()


EXTENSION = {
    "META-INF/manifest.xml": """<?xml version="1.0" encoding="UTF-8"?>
<m:manifest xmlns:m="http://openoffice.org/2001/manifest">
 <m:file-entry m:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB" m:full-path="twice.idl"/>
 <m:file-entry m:media-type="application/vnd.sun.star.uno-components" m:full-path="twice.components"/>
 <m:file-entry m:media-type="application/vnd.sun.star.configuration-data" m:full-path="CalcAddIns.xcu"/>
</m:manifest>""",
    "description.xml": """<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006">
 <identifier value="org.example.twice"/><version value="1.0"/>
</description>""",
    "twice.idl": "module org { module example { interface XTwice { double twice([in] double x); }; }; };\n",
    "twice.components": """<?xml version="1.0" encoding="UTF-8"?>
<components xmlns="http://openoffice.org/2010/uno-components">
 <component loader="com.sun.star.loader.Python" uri="twice.py"><implementation name="org.example.Twice">
  <service name="org.example.TwiceAddIn"/><service name="com.sun.star.sheet.AddIn"/>
 </implementation></component>
</components>""",
    "twice.py": """
import unohelper
from org.example import XTwice
class Twice(unohelper.Base, XTwice):
    def __init__(self, context):
        pass
    def twice(self, x):
        return 2 * x
g_ImplementationHelper = unohelper.ImplementationHelper()
services = ("org.example.TwiceAddIn", "com.sun.star.sheet.AddIn")
g_ImplementationHelper.addImplementation(Twice, "org.example.Twice", services)
""",
    "CalcAddIns.xcu": """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" oor:name="CalcAddIns"
 oor:package="org.openoffice.Office"><node oor:name="AddInInfo">
 <node oor:name="org.example.Twice" oor:op="replace"><node oor:name="AddInFunctions">
 <node oor:name="twice" oor:op="replace">
  <prop oor:name="DisplayName"><value xml:lang="en">TWICE</value></prop>
  <prop oor:name="Description"><value xml:lang="en">Twice the number.</value></prop>
  <prop oor:name="Category"><value>Add-In</value></prop>
  <node oor:name="Parameters"><node oor:name="x" oor:op="replace">
   <prop oor:name="DisplayName"><value xml:lang="en">number</value></prop>
   <prop oor:name="Description"><value xml:lang="en">What to double.</value></prop>
  </node></node>
 </node></node></node></node></oor:component-data>""",
}


def test_an_extension_in_its_own_profile(workbook: Path, tmp_path: Path) -> None:
    extension = tmp_path / "twice.oxt"
    with zipfile.ZipFile(extension, "w") as archive:
        for name, content in EXTENSION.items():
            archive.writestr(name, content)
    with Office(extensions=[extension]) as office, office.open(workbook) as book:
        book.set("Second", "A1", "=ORG.EXAMPLE.TWICE.TWICE(21)")
        assert book.values("Second", "A1") == [[42.0]]
        twice = office.function_descriptions()["TWICE"]
        assert twice.description == "Twice the number."
        assert twice.arguments == (("number", "What to double.", False),)


def test_an_extension_that_is_none(tmp_path: Path) -> None:
    extension = tmp_path / "broken.oxt"
    extension.write_bytes(b"no zip")
    with pytest.raises(OfficeError, match=r"LibreOffice \(start\)"):
        Office(extensions=[extension]).start()
