"""Every kind of workbook does in Excel what it says; and the checks of that, on files broken on purpose."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from support.books import WORDS, book_of
from support.excel_checks import excel_findings
from support.kinds import KINDS, write_addin
from support.package import MAIN, Package, cached_cells, rewrite

from xlneuron.networks.definitions import WHOLE_BOOK, definitions
from xlneuron.tables.model import Book, Chart, Column, Series, Sheet, Table
from xlneuron.upkeep.regenerate import Changes, regenerate
from xlneuron.xlsx.package import Stream, write_part
from xlneuron.xlsx.write import write

SHEET = "xl/worksheets/sheet2.xml"
BOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
CHART = "xl/charts/chart1.xml"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_excel_does_what_it_says(kind: str, tmp_path: Path) -> None:
    assert excel_findings(KINDS[kind].write(tmp_path)) == []


def test_the_add_in_does_what_it_says(tmp_path: Path) -> None:
    assert excel_findings(write_addin(tmp_path)) == []


def small() -> Book:
    """A book with something for every check."""
    columns = [
        Column("n", "prev.n + 1", first="1", style="integer"),
        Column("folded", "n/3", detail=True),
        Column("err", "n*1e100**n", style="error"),
        Column("text", values=["=1+1", "plain", "@x"], style="text"),
        Column("shown", "n*0.123456789012345", detail=True),
    ]
    book = book_of(columns, 3, {"rate": 0.5}, {"total": "sum(t.n)"})
    chart = Chart("All", "n", "it", (Series("t", "n", "shown", "it"),), log_y=True)
    return replace(book, sheets=(replace(book.sheets[0], charts=(chart,)),))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(small(), tmp_path_factory.mktemp("sound") / "sound.xlsx")


def test_nothing_is_found_in_a_sound_workbook(sound: Path) -> None:
    assert excel_findings(sound) == []


BROKEN = {
    "no version": (BOOK, "<fileVersion[^>]*/>", "", "begins with workbookPr instead of Excel's fileVersion"),
    "another program's version": (BOOK, 'appName="xl"', 'appName="Calc"', "begins with fileVersion instead"),
    "a validation without effect": (
        SHEET,
        'showErrorMessage="1"',
        "",
        "the validation of B5 refuses nothing",
    ),
    "a hidden prompt": (SHEET, 'errorTitle="', 'prompt="x" errorTitle="', "the prompt of B5 is never shown"),
    "no room for a [+]": (SHEET, ' outlineLevelCol="1"', "", "there is no room for their [+]"),
    "a [+] to the left": (SHEET, 'summaryRight="1"', 'summaryRight="0"', "is said to be to their left"),
    "no [+]": (SHEET, ' collapsed="1"', "", "no [+] after the folded column F"),
    "a [+] for nothing": (
        SHEET,
        '<col width="6.5"',
        '<col collapsed="1" width="6.5"',
        "a [+] that folds nothing after column D",
    ),
    "no gaps": (
        CHART,
        'dispNaAsBlank val="1"',
        'dispNaAsBlank val="0"',
        "a line goes on where a cell is #N/A",
    ),
    "no word of gaps": (CHART, "<extLst>.*</extLst>", "", "a line goes on where a cell is #N/A"),
    "round corners": (CHART, 'roundedCorners val="0"', 'roundedCorners val="1"', "rounded corners"),
    "corners as they come": (CHART, "<roundedCorners [^>]*/>", "", "rounded corners"),
    "an axis on its way": (
        CHART,
        'crosses val="min"',
        'crosses val="autoZero"',
        "axis 10 crosses the other one",
    ),
    "an axis at the wrong end": (CHART, 'axPos val="b"', 'axPos val="l"', "axis 10 is at 'l' instead of 'b'"),
    "a hidden column in a chart": (
        SHEET,
        '<col outlineLevel="1" width="0.3"',
        '<col hidden="1" outlineLevel="1" width="0.3"',
        "shows the hidden column I",
    ),
    "a colour scale over errors": (
        SHEET,
        "</sheetData>",
        '</sheetData><conditionalFormatting sqref="H6:H7 G6:G8"><cfRule type="colorScale" priority="99">'
        '<colorScale><cfvo type="min"/><cfvo type="max"/><color rgb="FFFFFFFF"/><color rgb="FF000000"/>'
        "</colorScale></cfRule></conditionalFormatting>",
        "a colour scale over the formulas of G6:G8",
    ),
    "a number of two formats": (
        STYLES,
        r'numFmtId="\d+" formatCode="\[',
        'numFmtId="164" formatCode="[',
        "number format 164 is 0.0000 and [",
    ),
    "two numbers of a format": (
        STYLES,
        "</numFmts>",
        '<numFmt numFmtId="199" formatCode="0.0E+00"/></numFmts>',
        "the number format 0.0E+00 is 199 and",
    ),
    "a number that is Excel's": (
        STYLES,
        "</numFmts>",
        '<numFmt numFmtId="3" formatCode="0.000"/></numFmts>',
        "number format 3 is Excel's own",
    ),
    "a long number": (
        SHEET,
        "0.123456789012345",
        "0.1234567890123456",
        "more than 15 digits: 0.1234567890123456",
    ),
    "a long whole number": (SHEET, "0.123456789012345", "1234567890123456", "more than 15 digits"),
    "a text that becomes a formula": (
        STYLES,
        'quotePrefix="1"',
        'quotePrefix="0"',
        "H6 becomes a formula when it is edited: =1+1",
    ),
    "a name that leans on a sheet's": (
        BOOK,
        "<definedNames>",
        '<definedNames><definedName name="double">rate*2</definedName>',
        "double says rate, which every sheet has its own of",
    ),
}


@pytest.mark.parametrize("way", BROKEN)
def test_is_found(sound: Path, tmp_path: Path, way: str) -> None:
    part, old, new, finding = BROKEN[way]
    findings = excel_findings(rewrite(sound, tmp_path / "broken.xlsx", part, old, new))
    assert any(finding in each for each in findings), findings


def test_the_header_of_a_large_part_is_found(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(sound) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            with after.open(name, "w", force_zip64=name == SHEET) as part:
                part.write(before.read(name))
    size = len(Package(sound).parts[SHEET])
    assert excel_findings(path) == [f"{SHEET}: the zip header of a large part for {size} bytes"]


def test_a_large_part_has_the_header_that_it_needs(tmp_path: Path) -> None:
    """It is chosen before the first byte is written, by how many there may be."""
    for most, version in ((1_000_000_000, 20), (3_000_000_000, 45)):
        with zipfile.ZipFile(tmp_path / "parts.zip", "w") as archive:
            write_part(archive, "part", Stream(iter([b"a", b"b"]), most))
        with zipfile.ZipFile(tmp_path / "parts.zip") as archive:
            (info,) = archive.infolist()
            assert (archive.read("part"), info.extract_version) == (b"ab", version)


def test_a_regenerated_workbook_still_does_what_it_says(tmp_path: Path) -> None:
    path = KINDS["02-two-neurons"].write(tmp_path)
    regenerate(path, Changes(epochs=2))
    assert excel_findings(path) == []


def test_what_is_in_the_notes_and_drawings_is_named_as_excel_does(tmp_path: Path) -> None:
    parts = Package(KINDS["01-basic-sgd"].write(tmp_path)).parts
    assert {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/drawings/drawing1.xml"} <= parts.keys()
    assert re.match(rb"<\?xml [^>]*>\s*<xdr:wsDr ", parts["xl/drawings/drawing1.xml"])


def shades(path: Path) -> list[str]:
    """The formulas of the rules that colour errors, the darkest first."""
    formulas = [each.text or "" for each in Package(path).xml(SHEET).iter(f"{MAIN}formula")]
    return [formula for formula in formulas if "SUMPRODUCT(MAX(" in formula]


def test_errors_are_shaded_in_steps_beside_the_largest_of_the_first_rows(sound: Path) -> None:
    largest = "SUMPRODUCT(MAX(IF(ISNUMBER($G$6:$G$105),$G$6:$G$105)))"
    assert shades(sound)[0] == f"AND(ISNUMBER(G6),G6>0.95*{largest})"
    assert [re.findall(r">([\d.]+)\*", each)[0] for each in shades(sound)] == [
        "0.95",
        "0.85",
        "0.75",
        "0.65",
        "0.55",
        "0.45",
        "0.35",
        "0.25",
        "0.15",
        "0.05",
    ]
    colors = [each.get("rgb") for each in Package(sound).xml(STYLES).iterfind(f".//{MAIN}dxf//{MAIN}bgColor")]
    assert [color for color in colors if color in ("00CC79A7", "00E6BCD3", "00FAF2F6")] == [
        "00CC79A7",
        "00E6BCD3",
        "00FAF2F6",
    ]


def test_errors_of_many_columns_are_looked_for_in_fewer_rows(tmp_path: Path) -> None:
    columns = [Column(f"err_{n}", "0.5", style="error") for n in range(50)]
    path = write(book_of(columns, 30), tmp_path / "wide.xlsx")
    assert "$A$6:$AX$25" in shades(path)[0]  # 20 rows of 50


def test_a_definition_belongs_to_the_sheet_whose_network_it_is_for() -> None:
    """Two sheets predict with different networks; what is the same on all sheets is the workbook's."""

    def sheet(key: str, network: str, *more: Column) -> Sheet:
        weights = tuple(Column(name, values=[1.0]) for name in ("x", "y", "a", "b", "c", "d"))
        last = "d" if network == "1-1-1" else "b"
        call = f'NEURON_FORWARD(x, span(a, {last}), "{network}")'
        pred = Column("pred", "1", functions=call)
        return Sheet(key, key, "", "", tables=(Table(key, (*weights, pred, *more), 1),))

    slope = Column("slope", "1", functions='NUM_DERIV(x, y, span(a, b), "1-1")', spill="slope_b")
    step = Column("new", "1", functions="SGD_STEP(span(a, b), span(a, b))", spill="new_b")
    rest = (slope, Column("slope_b", "1"), step, Column("new_b", "1"))
    two = Book("two", "?", WORDS, (sheet("one", "1-1", *rest), sheet("chain", "1-1-1")))
    found = {scope: sorted(names) for scope, names in definitions(two).items()}
    assert found == {
        WHOLE_BOOK: ["NUM_DERIV", "SGD_STEP"],
        "one": ["NEURON_FORWARD"],
        "chain": ["NEURON_FORWARD"],
    }
    same = Book("same", "?", WORDS, (sheet("one", "1-1", *rest), sheet("other", "1-1")))
    assert definitions(same)["one"] == definitions(same)["other"] == {}


def test_numbers_are_cut_to_15_digits_in_the_formula_and_in_its_value(tmp_path: Path) -> None:
    long = "0.12345678901234567"
    path = write(book_of([Column("n", f"{long} - 0.123456789012345")], 1), tmp_path / "book.xlsx")
    cell = cached_cells(path)["Main"][6, 1]
    assert cell.formula == "0.123456789012346-0.123456789012345"
    assert cell.value == 0.123456789012346 - 0.123456789012345
