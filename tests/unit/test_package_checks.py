"""The checks of packages, on packages broken on purpose: one line for each way to break one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from support.package import rewrite
from support.package_checks import audit, own_findings

SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
TYPES = "[Content_Types].xml"
RELATIONSHIPS = "xl/_rels/workbook.xml.rels"

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XLSX_TYPE = "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main"
XLSM_TYPE = "vnd.ms-excel.sheet.macroEnabled.main"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound workbook that has something for every check."""
    path = tmp_path_factory.mktemp("sound") / "sound.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Data"
    sheet["A1"], sheet["B1"] = "x", "y"
    sheet["A1"].font = Font(bold=True)
    sheet["A2"], sheet["B2"] = 1.5, "=A2*rate"
    sheet["A3"], sheet["B3"] = 2.5, "=IF(Data!A3>1,\"more\",'Other one'!A1)"
    sheet.merge_cells("D1:E2")
    sheet.column_dimensions["A"].width = 12
    validation = DataValidation(
        type="decimal", operator="between", formula1="0", formula2="1", showInputMessage=True
    )
    validation.promptTitle, validation.prompt = "rate", "a number"
    validation.add("A2")
    sheet.add_data_validation(validation)
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "G2")
    sheet.defined_names["rate"] = DefinedName("rate", attr_text="Data!$A$2")
    book.create_sheet("Other one")["A1"] = "text"
    book.save(path)
    return path


def test_nothing_is_found_in_a_sound_workbook(workbook: Path) -> None:
    assert own_findings(workbook) == []


BROKEN = {
    "a row after a later one": (SHEET, '<row r="1"', '<row r="3"', "row 2 after row 3"),
    "a row below the last": (SHEET, '<row r="3"', '<row r="1048577"', "row 1048577 after row 2"),
    "a cell in another row": (SHEET, '<c r="A3"', '<c r="A4"', "cell A4 in row 3"),
    "a cell twice": (SHEET, '<c r="B2"', '<c r="A2"', "cell A2 comes twice"),
    "a cell that is none": (SHEET, '<c r="A2"', '<c r="A02"', "row 2: 'A02' is not a cell"),
    "a cell right of the last": (SHEET, '<c r="B2"', '<c r="XFE2"', "'XFE2' is not a cell"),
    "a style that is not there": (SHEET, ' s="1"', ' s="9"', "cell A1 has style 9 of 2"),
    "a shared text that is not there": (
        SHEET,
        't="inlineStr"><is><t>x</t></is>',
        't="s"><v>0</v>',
        "cell A1 has a text number",
    ),
    "a merged range off the sheet": (SHEET, "D1:E2", "D0:E2", "mergeCell: 'D0' is not a cell"),
    "a merged range upside down": (SHEET, "D1:E2", "E2:D1", "'E2:D1' is not a range"),
    "a validation off the sheet": (SHEET, 'sqref="A2"', 'sqref="A2 B0"', "dataValidation: 'B0' is"),
    "columns off the sheet": (SHEET, 'max="1"', 'max="16385"', "columns 1 to 16385"),
    "a wrong count": (SHEET, 'mergeCells count="1"', 'mergeCells count="2"', "mergeCells has count 2, but 1"),
    "a wrong count of styles": (STYLES, 'cellXfs count="2"', 'cellXfs count="3"', "cellXfs has count 3"),
    "a long prompt": (SHEET, "a number", "a" * 256, "dataValidation prompt has 256 characters"),
    "a long prompt title": (SHEET, 'promptTitle="rate"', f'promptTitle="{"a" * 33}"', "promptTitle has 33"),
    "a long text in a formula": (SHEET, "more", "m" * 256, "a text in a formula is longer than 255"),
    "a long formula": (SHEET, r"A2\*rate", "+".join(["A2"] * 2731) + "+1", "f has 8194 characters"),
    "a formula that points nowhere": (SHEET, r"A2\*rate", "#REF!*2", "points nowhere: #REF!*2"),
    "a formula to no sheet": (SHEET, "'Other one'!A1", "'Other two'!A1", "refers to a sheet 'Other two'"),
    "a chart of no sheet": ("xl/charts/chart1.xml", "'Data'!", "'Dato'!", "refers to a sheet 'Dato'"),
    "a name to no sheet": (BOOK, r"Data!\$A\$2", "Dato!$A$2", "refers to a sheet 'Dato'"),
    "a name that points nowhere": (BOOK, r"Data!\$A\$2", "#REF!", "points nowhere: #REF!"),
    "a name without meaning": (BOOK, r"Data!\$A\$2", "", "the name rate means nothing"),
    "a name of no sheet": (BOOK, 'localSheetId="0"', 'localSheetId="2"', "rate belongs to sheet 2 of 2"),
    "a name twice": (
        BOOK,
        "</definedNames>",
        '<definedName name="RATE" localSheetId="0">Data!$A$3</definedName></definedNames>',
        "the name RATE is defined twice",
    ),
    "a long sheet name": (BOOK, 'name="Other one"', f'name="{"O" * 32}"', f"sheet name '{'O' * 32}'"),
    "a bad sheet name": (BOOK, 'name="Other one"', 'name="Other/one"', "sheet name 'Other/one'"),
    "a sheet name twice": (BOOK, 'name="Other one"', 'name="DATA"', "2 sheets are called 'data'"),
    "no visible sheet": (
        BOOK,
        r"<sheets>.*</sheets>",
        f'<sheets><sheet xmlns:r="{OFFICE}" name="Data" sheetId="1" state="hidden" r:id="rId1"/></sheets>',
        "no sheet is visible",
    ),
    "a relationship to no part": (
        RELATIONSHIPS,
        "sheet2.xml",
        "sheet9.xml",
        "points to xl/worksheets/sheet9.xml, which does not",
    ),
    "no relationship": (SHEET, r'r:id="rId1"', 'r:id="rId7"', "relationship rId7 does not exist"),
    "a part without content type": (TYPES, 'Extension="rels"', 'Extension="slur"', "no content type"),
    "a content type without part": (TYPES, "/xl/styles.xml", "/xl/stiles.xml", "stiles.xml: has a"),
    "the content type of another suffix": (
        TYPES,
        XLSX_TYPE,
        XLSM_TYPE,
        "macroEnabled.main+xml in a .xlsx file",
    ),
    "no XML": (SHEET, "</worksheet>", "</work>", "mismatched tag"),
}


@pytest.mark.parametrize("way", BROKEN)
def test_is_found(workbook: Path, tmp_path: Path, way: str) -> None:
    part, old, new, finding = BROKEN[way]
    findings = own_findings(rewrite(workbook, tmp_path / "broken.xlsx", part, old, new))
    assert any(finding in each for each in findings), findings


def test_an_entry_twice_is_found(workbook: Path, tmp_path: Path) -> None:
    path = rewrite(workbook, tmp_path / "broken.xlsx", SHEET, "<row", "<row")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET.upper(), "<worksheet/>")
    assert own_findings(path) == [f"{SHEET}: 2 entries of this name in the zip"]


def test_a_file_that_is_no_zip_is_found(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_text("x,y\n1,2\n")
    assert own_findings(path) == ["broken.xlsx: File is not a zip file"]


def test_openxml_audit_is_asked_too(workbook: Path, tmp_path: Path) -> None:
    """What it says about openpyxl's fonts is reported; its advice about texts in cells is not."""
    findings = audit(workbook)
    assert findings
    assert all("styles.xml" in finding and "font" in finding for finding in findings), findings


def with_macros(workbook: Path, path: Path, project: bytes, code_names: tuple[str, ...]) -> Path:
    """Turn a workbook into one with macros, as far as the checks look at it."""
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    project_part = f'<Relationship Id="rId99" Type="{kind}" Target="vbaProject.bin"/>'
    project_type = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    changes = {
        TYPES: [(XLSX_TYPE, XLSM_TYPE), ("</Types>", f"{project_type}</Types>")],
        RELATIONSHIPS: [("</Relationships>", f"{project_part}</Relationships>")],
        BOOK: [("<workbookPr", f'<workbookPr codeName="{code_names[0]}"')],
        SHEET: [("<sheetPr>", f'<sheetPr codeName="{code_names[1]}">')],
        "xl/worksheets/sheet2.xml": [("<sheetPr>", f'<sheetPr codeName="{code_names[2]}">')],
    }
    with zipfile.ZipFile(workbook) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            content = before.read(name).decode()
            for old, new in changes.get(name, []):
                assert old in content
                content = content.replace(old, new, 1)
            after.writestr(name, content)
        after.writestr("xl/vbaProject.bin", project)
    return path


PROJECT = b"Document=ThisWorkbook/&H00000000\r\nDocument=Sheet1/&H00000000\r\nDocument=Sheet2/&H00000000\r\n"

CODE_NAMES = ("ThisWorkbook", "Sheet1", "Sheet2")

MACROS = {
    "sound": (".xlsm", PROJECT, CODE_NAMES, None),
    "a code name of no module": (
        ".xlsm",
        PROJECT,
        ("ThisWorkbook", "Sheet1", "Sheet3"),
        "codeName Sheet3 is none of the project's",
    ),
    "a module of no sheet": (
        ".xlsm",
        PROJECT,
        ("ThisWorkbook", "Sheet1", "Sheet1"),
        "document module Sheet2 belongs to no sheet",
    ),
    "no modules": (".xlsm", PROJECT[:34], CODE_NAMES, "codeName Sheet1 is none of the project's"),
    "the wrong suffix": (".xlsx", PROJECT, CODE_NAMES, "a VBA project in a .xlsx file"),
}


@pytest.mark.parametrize("way", MACROS)
def test_macros(workbook: Path, tmp_path: Path, way: str) -> None:
    suffix, project, code_names, finding = MACROS[way]
    findings = own_findings(with_macros(workbook, tmp_path / f"macros{suffix}", project, code_names))
    assert (findings == []) if finding is None else any(finding in each for each in findings), findings


def test_the_content_type_of_a_vba_project(workbook: Path, tmp_path: Path) -> None:
    path = with_macros(workbook, tmp_path / "macros.xlsm", PROJECT, CODE_NAMES)
    broken = rewrite(path, tmp_path / "broken.xlsm", TYPES, "ms-office.vbaProject", "ms-office.vbaProjekt")
    (finding,) = own_findings(broken)
    assert "vbaProjekt instead of application/vnd.ms-office.vbaProject" in finding
