"""`regenerate`: new tables from what the user typed; all else stays, whatever happens on the way."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import zipfile
from functools import cache

import openpyxl
import pytest
from support.package import Package, cached_cells
from support.package_checks import audit
from support.shipped import (
    DATA,
    SGD,
    cell,
    changed,
    parts_of_ours,
    row_added,
    with_inserted_column,
    with_user_parts,
)

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import DataSet, default_data
from xlneuron.errors import XlneuronError
from xlneuron.hosts.excel import dialect as excel
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.networks.definitions import LAMBDA
from xlneuron.upkeep.check import check
from xlneuron.upkeep.regenerate import Changes, regenerate
from xlneuron.xlsx.package import read_mark
from xlneuron.xlsx.write import write

BASIC = "01-basic-sgd"


def cells(path, *sheets):
    found = cached_cells(path)
    return {name: found[name] for name in sheets} if sheets else found


def shown(chart):
    """What a chart shows: its ranges (openpyxl writes A6 for A6:A6) and how far its axes go."""
    found = re.findall(r'<f>([^<]*)</f>|<max val="([^"]*)"', chart.decode())
    return [(re.sub(r"(\$A\$6|\$B\$6):\1$", r"\1", area), end) for area, end in found]


# A file that nobody has touched


def test_without_a_change_nothing_changes(book):
    before = Package(book).parts
    result = regenerate(book, backup=False)
    assert Package(book).parts == before
    assert result.rows["SGD, sgd"] == (116, 116)


@pytest.mark.parametrize(
    ("name", "epochs"),
    [
        ("01-basic-sgd", 1),
        ("01-basic-sgd", 12),
        ("02-two-neurons", 2),
        ("05-momentum", 1),
    ],
)
def test_other_epochs_give_what_building_gives(name, epochs, written, tmp_path):
    path = shutil.copy(written(name), tmp_path / "book.xlsx")
    regenerate(path, Changes(epochs=epochs))
    expected = written(name, epochs=epochs)
    assert cells(path) == cells(expected)
    ours, theirs = Package(path), Package(expected)
    assert ours.names == theirs.names
    for part in (each for each in ours.parts if each.startswith("xl/charts/")):
        assert shown(ours.parts[part]) == shown(theirs.parts[part])
    assert ours.parts["xl/workbook.xml"] == theirs.parts["xl/workbook.xml"]
    assert read_mark(path)["options"]["epochs"] == epochs


def test_another_learning_rate_and_other_data(tmp_path, book, written):
    (tmp_path / "my.csv").write_text("x,y\n1,2\n2,3.5\n3,5\n-1,0\n")
    regenerate(book, Changes(data=str(tmp_path / "my.csv"), learning_rate=1e-3, epochs=5))
    points = DataSet(
        ((1.0,), (2.0,), (3.0,), (-1.0,)), ((2.0,), (3.5,), (5.0,), (0.0,)), ("x", "y"), "my.csv"
    )
    expected = written(BASIC, data=points, learning_rate=1e-3, epochs=5)
    assert cells(book, "SGD", "Epochs", "Data") == cells(expected, "SGD", "Epochs", "Data")
    assert cells(book)["Data"][1, 1].value == "The data: 4 datapoints from my.csv"
    regenerate(book, Changes(epochs=2))  # the options of the first time hold for the second
    assert cells(book)["SGD"][5, 2].value == 1e-3
    assert check(book).problems == []


@pytest.mark.parametrize("epochs", [1, 12])
def test_the_file_is_valid(book, epochs):
    regenerate(book, Changes(epochs=epochs))
    assert audit(book) == []


def test_an_untouched_file_stays_one_that_build_replaces(book):
    regenerate(book, Changes(epochs=2))
    write(LESSONS[BASIC].make(Options(default_data())), book)
    assert cells(book)["SGD"][295, 5].value == 290


@pytest.mark.parametrize(
    "dialect", [excel.FUNCTIONS, libreoffice.FUNCTIONS, LAMBDA], ids=["excel", "office", "lambda"]
)
def test_the_dialect_stays(dialect, written, tmp_path):
    path = shutil.copy(written(BASIC, dialect), tmp_path / f"book{dialect.suffix}")
    regenerate(path, Changes(epochs=2, learning_rate=1e-5))
    expected = written(BASIC, dialect, epochs=2, learning_rate=1e-5)
    assert Package(path).parts[SGD] == Package(expected).parts[SGD]


def test_a_call_gives_way_to_a_column_of_the_user_s_in_its_row(written, tmp_path):
    """What it returns would fill that one, too, and put all that follows under the wrong header."""
    path = shutil.copy(written(BASIC, LAMBDA), tmp_path / "book.xlsx")
    path = with_inserted_column(path, 14)  # between error and de/da
    assert cells(path)["SGD"][7, 12].formula.startswith("TRAIN_STEP(")
    regenerate(path)
    row = {column: cell.formula for (row, column), cell in cells(path)["SGD"].items() if row == 7}
    assert [row[12], row[13], row[15], row[17]] == [
        "J7*H7+K7",
        "(L7-I7)^2",
        "(S7-M7)/h",
        "J7-learning_rate*O7",
    ]
    assert 14 not in row
    assert check(path).problems == []


def test_a_network_of_the_user_s(tmp_path):
    inputs = tuple((float(n), float(n % 4)) for n in range(8))
    data = DataSet(inputs, tuple((float(n % 2 + 1),) for n in range(8)), ("u", "v", "kind"), "kinds.csv")

    def made(epochs):
        return make(prepare(data, "2-3tanh-2softmax", validation=0.25, scale="minmax", epochs=epochs))

    path = write(made(2), tmp_path / "net.xlsx")
    regenerate(path, Changes(epochs=5))
    sheets = ("Training", "Epochs", "Validation", "Fit", "Predict", "Data", "Start")
    assert cells(path, *sheets) == cells(write(made(5), tmp_path / "expected.xlsx"), *sheets)


# What the user typed


def test_a_typed_setting_counts_and_an_option_wins(built, written):
    path = changed(built, {SGD: lambda xml: cell("B5", "<v>0.00002</v>")(cell("B7", "<v>-3</v>")(xml))})
    regenerate(path)
    expected = written(BASIC, epochs=4, learning_rate=2e-5, weights=(-3.0, 1.0))
    assert cells(path, "SGD", "Data") == cells(expected, "SGD", "Data")
    regenerate(path, Changes(learning_rate=1e-4))
    expected = written(BASIC, epochs=4, learning_rate=1e-4, weights=(-3.0, 1.0))
    assert cells(path, "SGD", "Data") == cells(expected, "SGD", "Data")


PASTED = "".join(f'<c r="{letter}35"><v>{number}</v></c>' for letter, number in (("A", 50), ("B", 131)))


def test_pasted_datapoints_are_taken_in(built, written):
    path = changed(built, {DATA: row_added(35, PASTED)})
    result = regenerate(path)
    assert result.rows == {
        "SGD, sgd": (116, 120),
        "Epochs, epochs": (4, 4),
        "Data, data": (29, 30),
        "Data, fit": (29, 30),
    }
    points = default_data()
    more = DataSet((*points.inputs, (50.0,)), (*points.targets, (131.0,)), ("x", "y"), "line.csv")
    expected = written(BASIC, epochs=4, data=more)
    assert cells(path, "SGD", "Epochs", "Data") == cells(expected, "SGD", "Epochs", "Data")
    assert audit(path) == []


def test_deleted_datapoints_are_left_out(built, written):
    def without(xml: str) -> str:
        for row in (31, 32, 33, 34):
            xml = cell(f"A{row}", "")(cell(f"B{row}", "")(xml))
        return xml

    path = changed(built, {DATA: without})
    regenerate(path)
    points = default_data()
    fewer = DataSet(points.inputs[:25], points.targets[:25], ("x", "y"), "line.csv")
    expected = written(BASIC, epochs=4, data=fewer)
    assert cells(path, "SGD", "Epochs", "Data") == cells(expected, "SGD", "Epochs", "Data")


# What the user added


@pytest.fixture(scope="module")
def users(built):
    return with_user_parts(built)


@pytest.mark.parametrize("epochs", [4, 8, 3])
def test_what_the_user_added_stays(users, tmp_path, epochs):
    path = shutil.copy(users, tmp_path / "book.xlsx")
    regenerate(path, Changes(epochs=epochs))
    last, n_rows = 5 + 32 * epochs, 32 * epochs
    before, after = Package(users), Package(path)
    theirs = set(before.parts) - parts_of_ours(users)
    assert {"xl/media/image1.png", "xl/worksheets/sheet5.xml"} <= theirs
    assert {part for part in theirs if before.parts[part] != after.parts[part]} == set()
    assert set(after.parts) == set(before.parts)
    sheet = openpyxl.load_workbook(path)["SGD"]
    assert [sheet[f"AE{row}"].value for row in (6, 7, last)] == [
        f"=M{row}/MAX($M$6:$M${last})" for row in (6, 7, last)
    ]
    assert sheet[f"AF{last}"].value == f"=AF{last - 1}+M{last}"
    assert (sheet[f"AE{last + 1}"].value, sheet[f"M{last + 1}"].value) == (None, None)
    assert sheet["AH3"].value == f"=AVERAGE(M6:M{last})"
    assert sheet["L20"].fill.start_color.rgb == "0000FF00"
    assert sheet.print_area == f"'SGD'!$A$1:$AF${last}"
    assert f"AE6:AE{last}" in {str(area.sqref) for area in sheet.conditional_formatting}
    text = after.parts[after.workbook].decode()
    assert f">SGD!$M$6:$M${last}</definedName>" in text
    assert "fullCalcOnLoad" in text  # openpyxl's, which kept no values
    values = cached_cells(path)["SGD"]
    errors = [values[row, 13].value for row in range(6, last + 1)]
    assert len(errors) == n_rows
    assert values[last, 31].value == errors[-1] / max(errors)
    assert values[last, 32].value == pytest.approx(sum(errors), rel=1e-12)
    assert values[3, 34].value == pytest.approx(sum(errors) / n_rows, rel=1e-12)
    assert check(path).problems == []


def test_a_single_row_grows_again(written, tmp_path):
    path = write(LESSONS[BASIC].make(Options(default_data(), epochs=1)), tmp_path / "book.xlsx")
    regenerate(path, Changes(epochs=10))
    expected = written(BASIC)
    assert cells(path, "SGD", "Epochs") == cells(expected, "SGD", "Epochs")
    parts, wanted = Package(path).parts, Package(expected).parts
    for part in (each for each in parts if each.startswith("xl/charts/")):
        assert shown(parts[part]) == shown(wanted[part])
    areas = [
        re.findall(r'sqref="([^"]*)"', each["xl/worksheets/sheet3.xml"].decode()) for each in (parts, wanted)
    ]
    assert areas[0] == areas[1]


def test_charts_stretch_with_their_axes(book):
    regenerate(book, Changes(epochs=20))
    parts = Package(book).parts
    charts = [parts[part].decode() for part in parts if part.startswith("xl/charts/")]
    ends = {end for text in charts for end in re.findall(r"<f>'(?:SGD|Epochs)'![^<]*\$(\d+)</f>", text)}
    assert ends == {"585", "25"}
    assert {number for text in charts for number in re.findall(r'<max val="([^"]*)"', text)} == {"580", "20"}


def test_a_column_that_was_inserted_into_a_table(built):
    path = with_inserted_column(built, 12)

    def filled(xml: str) -> str:
        for row in range(6, 122):
            xml = re.sub(
                rf'(<c r="K{row}".*?</c>)', rf'\1<c r="L{row}"><f>H{row}-J{row}</f></c>', xml, count=1
            )
        return xml

    path = changed(path, {SGD: filled}, "filled.xlsx")
    regenerate(path, Changes(epochs=5))
    found = cached_cells(path)["SGD"]
    assert found[150, 12].formula == "H150-J150"
    assert found[150, 12].value == found[150, 8].value - found[150, 10].value
    assert found[150, 13].formula == "J150*H150+K150"
    assert audit(path) == []
    assert check(path).problems == []


def test_a_formula_that_only_a_spreadsheet_can_calculate(built):
    added = row_added(400, '<c r="AH400"><f>TODAY()</f><v>45000</v></c>')
    path = changed(built, {SGD: added})
    regenerate(path)
    assert cached_cells(path)["SGD"][400, 34].value is None
    assert 'fullCalcOnLoad="1"' in Package(path).parts["xl/workbook.xml"].decode()


def with_other_sheet(path, formula):
    """A copy with a sheet that has a formula about ours."""
    book = openpyxl.load_workbook(path)
    book.create_sheet("Mine")["A1"] = formula
    target = path.with_name("other.xlsx")
    book.save(target)
    return changed(
        target, {"xl/workbook.xml": lambda xml: xml.replace(' fullCalcOnLoad="1"', "")}, "mine.xlsx"
    )


@pytest.mark.parametrize(
    ("formula", "calculates"), [("=SGD!B14*2", True), ("=MAX(SGD!M6:M121)", True), ("=1+1", False)]
)
def test_formulas_of_other_sheets_are_calculated_when_the_file_is_opened(built, formula, calculates):
    path = with_other_sheet(built, formula)
    result = regenerate(path, Changes(epochs=5))
    assert ("fullCalcOnLoad" in Package(path).parts["xl/workbook.xml"].decode()) is calculates
    short = "Mine!A1 still refers to the old length of a table: =MAX(SGD!M6:M121)"
    assert result.notes == ([short] if "M121" in formula else [])


def test_the_list_of_formulas_goes(built):
    """Excel keeps one and calls a file damaged in which it names a cell without a formula."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    chain = f'<calcChain xmlns="{main}"><c r="E121" i="2"/></calcChain>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    path = changed(
        built,
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                "</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{types}"/></Types>'
            ),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                "</Relationships>",
                f'<Relationship Id="rId99" Type="{office}/calcChain" '
                f'Target="calcChain.xml"/></Relationships>',
            ),
        },
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/calcChain.xml", chain)
    regenerate(path, Changes(epochs=3))
    assert not [
        part for part, text in Package(path).parts.items() if "calcChain" in part or b"calcChain" in text
    ]
    assert audit(path) == []


# Nothing is lost


@pytest.mark.parametrize(
    ("part", "row", "cells", "message"),
    [
        (SGD, 123, '<c r="M123"><f>AVERAGE(M6:M121)</f><v>1</v></c>', "SGD!M123 is in the way"),
        (SGD, 136, '<c r="E136" t="inlineStr"><is><t>mine</t></is></c>', "SGD!E136 is in the way"),
    ],
)
def test_a_cell_that_the_table_would_cover(built, part, row, cells, message):
    path = changed(built, {part: row_added(row, cells)})
    before = path.read_bytes()
    with pytest.raises(XlneuronError, match=message):
        regenerate(path, Changes(epochs=5))
    assert path.read_bytes() == before
    regenerate(path, Changes(epochs=4))  # it is in nobody's way then
    assert cached_cells(path)[{SGD: "SGD"}[part]][row, 13 if row == 123 else 5].value


def test_a_number_typed_over_a_formula_is_mentioned(built):
    path = changed(built, {SGD: lambda xml: cell("M50", "<v>19</v>")(cell("M51", "")(xml))})
    result = regenerate(path)
    note = "2 cells got back what belongs there, the first SGD!M50 (it had 19)"
    assert result.notes == [note]
    assert cells(path) == cells(built)
    assert cached_cells(result.backup)["SGD"][50, 13].value == 19


def test_a_backup(book, tmp_path):
    before = book.read_bytes()
    result = regenerate(book, Changes(epochs=2))
    assert result.backup == tmp_path / "book.backup.xlsx"
    assert result.backup.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [result.backup, book]
    result.backup.unlink()
    assert regenerate(book, Changes(epochs=3), backup=False).backup is None
    assert list(tmp_path.iterdir()) == [book]


@pytest.mark.parametrize(
    ("lock", "program"), [("~$book.xlsx", "Excel"), (".~lock.book.xlsx#", "LibreOffice")]
)
def test_a_file_that_is_open(book, lock, program):
    before = book.read_bytes()
    (book.parent / lock).touch()
    with pytest.raises(XlneuronError, match=f"book.xlsx: open in {program}; save and close it there first"):
        regenerate(book, Changes(epochs=2))
    assert book.read_bytes() == before


def test_other_options_that_do_not_fit(book, written, tmp_path):
    before = book.read_bytes()
    with pytest.raises(XlneuronError, match="do not fit a sheet"):
        regenerate(book, Changes(epochs=1_000_000))
    with pytest.raises(XlneuronError, match="no such file"):
        regenerate(book, Changes(data=str(tmp_path / "none.csv")))
    average = shutil.copy(written("06-average-grad"), tmp_path / "average.xlsx")
    with pytest.raises(XlneuronError, match="no setting in it follows --learning-rate; leave it out"):
        regenerate(average, Changes(learning_rate=0.1))
    with pytest.raises(XlneuronError, match="made without data; leave out --data"):
        regenerate(average, Changes(data="my.csv"))
    assert book.read_bytes() == before


def test_a_link_stays_one(book, tmp_path):
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    regenerate(link, Changes(epochs=2))
    assert link.is_symlink()
    assert cached_cells(book)["Epochs"][7, 1].value == 2


@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_file(book, tmp_path):
    """At some moments the old one, after the last the new one, never anything else."""
    old = book.read_bytes()
    command = [sys.executable, "-m", "xlneuron", "regenerate", str(book), "--epochs", "60"]
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - start
    new = book.read_bytes()
    found = set()
    for moment in range(1, 9):
        book.write_bytes(old)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * (0.4 + 0.075 * moment))
        process.kill()
        process.wait()
        assert book.read_bytes() in (old, new)
        backup = tmp_path / "book.backup.xlsx"
        assert not backup.exists() or backup.read_bytes() == old
        found.add(book.read_bytes() == new)
    assert False in found
    book.write_bytes(old)
    subprocess.run(command, check=True, capture_output=True)  # what was left behind is in nobody's way
    assert book.read_bytes() == new


def test_the_file_keeps_its_rights(book):
    book.chmod(0o640)
    regenerate(book, Changes(epochs=2))
    assert book.stat().st_mode & 0o777 == 0o640


# A network's workbook, whose datapoints have no formulas beside them


@cache
def network_book(points=None, **options):
    return make(prepare(points or default_data(), "1-1", epochs=2, **options))


def network(tmp_path, points=None, name="net.xlsx", **options):
    return write(network_book(points, **options), tmp_path / name)


def with_data(path, cells):
    """The file, saved by openpyxl, with other cells of sheet Data."""
    book = openpyxl.load_workbook(path)
    for where, value in cells.items():
        book["Data"][where] = value
    book.save(path)
    return path


@pytest.mark.parametrize("number", [None, 30])
def test_datapoints_pasted_into_a_network_s_workbook(tmp_path, number):
    path = with_data(network(tmp_path), {"A35": number, "B35": 50, "C35": 131})
    result = regenerate(path)
    assert result.rows["Training, train"] == (58, 60)
    assert result.rows["Data, To train on"] == (29, 30)
    assert result.notes == []
    points = default_data()
    more = DataSet((*points.inputs, (50.0,)), (*points.targets, (131.0,)), ("x", "y"), "line.csv")
    expected = network(tmp_path, more, "expected.xlsx")
    sheets = ("Training", "Epochs", "Fit", "Data")
    assert cells(path, *sheets) == cells(expected, *sheets)
    assert check(path).problems == []


@pytest.mark.parametrize("columns", ["ABC", "BC"])
def test_datapoints_deleted_from_a_network_s_workbook(tmp_path, columns):
    path = with_data(network(tmp_path), {f"{each}{row}": None for each in columns for row in range(30, 35)})
    result = regenerate(path)
    assert (result.rows["Training, train"], result.notes) == ((58, 48), [])
    assert cached_cells(path)["Data"][29, 1].value == 24
    assert (30, 1) not in cells(path)["Data"] or cells(path)["Data"][30, 1].value is None
    assert check(path).problems == []


def test_numbers_of_datapoints_are_counted_on(tmp_path):
    """Those to train on and those held back keep the numbers that they have in their source."""
    path = network(tmp_path, validation=0.25)
    sheet = openpyxl.load_workbook(path)["Data"]
    numbers = [sheet.cell(row, 1).value for row in range(6, 28)]
    held = [sheet.cell(row, 6).value for row in range(6, 13)]
    assert sorted(numbers + held) == list(range(1, 30))
    regenerate(with_data(path, {"B28": 50, "C28": 131, "B29": 51, "C29": 132}))
    sheet = openpyxl.load_workbook(path)["Data"]
    assert [sheet.cell(row, 1).value for row in range(6, 30)] == [*numbers, 30, 31]
    assert [sheet.cell(row, 6).value for row in range(6, 13)] == held


def test_a_note_below_pasted_datapoints_is_not_lost(tmp_path):
    path = with_data(network(tmp_path), {"B35": 50, "C35": 131, "B38": "my note"})
    regenerate(path)
    assert cells(path)["Data"][38, 2].value == "my note"


def test_a_deleted_last_row_and_a_typed_over_text_are_mentioned(tmp_path):
    path = network(tmp_path)
    before = cells(path)
    book = openpyxl.load_workbook(path)
    empty = [each.coordinate for each in book["Epochs"][7] if each.value is not None]
    for each in empty:
        book["Epochs"][each] = None
    book["Start"]["B7"] = "zz"
    book.save(path)
    note = f"{len(empty) + 1} cells got back what belongs there, the first Epochs!A7 (it had an empty cell)"
    assert regenerate(path).notes == [note]
    assert cells(path, "Training", "Epochs", "Start") == {
        name: before[name] for name in ("Training", "Epochs", "Start")
    }
