"""The comparison of cached with recalculated values, which the tests of all workbooks stand on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from support.package import cached_cells
from support.recalculation import agree, assert_recalculates, assert_shows, is_snapped, same_magnitude

from xlneuron.functions.cells import Cell, CellError
from xlneuron.hosts.office import Office

pytestmark = pytest.mark.host

ROWS = (
    ["x", "y"],
    [3.0, "=A2/7"],
    [1000.0, "=A3/7"],
    ["=A2>1", '=A2&" and "&A3'],
    ["=1/0", None],
    [None, "=A2-(A2-2^-47)"],  # to LibreOffice 0, to Excel 2^-47
)


@pytest.fixture(scope="module")
def calculated(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with LibreOffice's values in it."""
    folder = tmp_path_factory.mktemp("cached")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    book.save(folder / "plain.xlsx")
    with office.open(folder / "plain.xlsx") as opened:
        opened.calculate()
        opened.store_xlsx(folder / "calculated.xlsx")
    return folder / "calculated.xlsx"


def with_cached(source: Path, target: Path, **cached: str) -> Path:
    """Copy the workbook with other cached values in some cells."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                for cell, value in cached.items():
                    head, _, tail = content.partition(f'<c r="{cell}"')
                    assert tail, f"no cell {cell}"
                    start, end = tail.index("<v>") + 3, tail.index("</v>")
                    content = f'{head}<c r="{cell}"{tail[:start]}{value}{tail[end:]}'
            after.writestr(name, content)
    return target


def test_the_reader_of_cached_values(calculated: Path) -> None:
    cells = cached_cells(calculated)["Sheet"]
    assert {at: (cell.formula, cell.value) for at, cell in cells.items()} == {
        (1, 1): (None, "x"),
        (1, 2): (None, "y"),
        (2, 1): (None, 3.0),
        (2, 2): ("A2/7", pytest.approx(3 / 7)),
        (3, 1): (None, 1000.0),
        (3, 2): ("A3/7", pytest.approx(1000 / 7)),
        (4, 1): ("A2>1", True),
        (4, 2): ('A2&" and "&A3', "3 and 1000"),
        (5, 1): ("1/0", CellError.DIV0),
        (6, 2): ("A2-(A2-2^-47)", 0.0),
    }


def test_equal_values_pass_and_are_counted(office: Office, calculated: Path) -> None:
    comparison = assert_recalculates(office, calculated)
    assert (comparison.cells, comparison.formulas, comparison.snapped) == (10, 6, 0)


def test_the_first_difference_is_told(office: Office, calculated: Path, tmp_path: Path) -> None:
    wrong = with_cached(calculated, tmp_path / "wrong.xlsx", B2=repr(3 / 7 + 1e-11), B3="142.857143", A4="0")
    with pytest.raises(AssertionError) as error:
        assert_recalculates(office, wrong)
    assert str(error.value) == (
        "wrong.xlsx: 2 of 10 cells differ when recalculated; the first:\n"
        "  Sheet!B3: =A3/7\n"
        "    cached       142.857143\n"
        f"    recalculated {1000 / 7!r}"
    )


def test_another_error_is_a_difference(office: Office, calculated: Path, tmp_path: Path) -> None:
    wrong = with_cached(calculated, tmp_path / "wrong.xlsx", A5="#NUM!")
    with pytest.raises(
        AssertionError, match=r"Sheet!A5: =1/0\n    cached       #NUM!\n    recalculated #DIV/0!"
    ):
        assert_recalculates(office, wrong)


def test_a_zero_stands_for_next_to_nothing_only(office: Office, calculated: Path, tmp_path: Path) -> None:
    snapped = with_cached(calculated, tmp_path / "snapped.xlsx", B6=repr(2.0**-47))
    with pytest.raises(
        AssertionError, match="Sheet!B6"
    ):  # there is no number beside which it would be little
        assert_recalculates(office, snapped)
    assert is_snapped(2.0**-47, 0.0, scale=3.0)
    assert not is_snapped(1e-6, 0.0, scale=3.0)
    assert not is_snapped(0.0, 2.0**-47, scale=3.0)
    assert not is_snapped(2.0**-47, 1e-300, scale=3.0)


def test_an_exploded_row_needs_the_magnitude_only(office: Office, calculated: Path, tmp_path: Path) -> None:
    exploded = with_cached(calculated, tmp_path / "exploded.xlsx", B3="150")
    with pytest.raises(AssertionError, match="Sheet!B3"):
        assert_recalculates(office, exploded, {"Sheet": [2]})
    assert assert_recalculates(office, exploded, {"Sheet": [3]}).formulas == 6


def test_a_changed_workbook_against_another_file(office: Office, calculated: Path, tmp_path: Path) -> None:
    with office.open(calculated) as book:
        book.set("Sheet", "A2", 7)
        book.store_xlsx(tmp_path / "seven.xlsx")
        book.calculate()
        assert assert_shows(book, tmp_path / "seven.xlsx").cells == 10
        with pytest.raises(
            AssertionError, match=r"Sheet!A2: no formula\n +cached +3\.0\n +recalculated 7\.0"
        ):
            assert_shows(book, calculated)


def test_a_workbook_without_formulas_proves_nothing(office: Office, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(AssertionError, match="no formula: nothing was tested"):
        assert_recalculates(office, tmp_path / "empty.xlsx")


@pytest.mark.parametrize(
    ("cached", "recalculated", "result"),
    [
        (1.0, 1.0 + 1e-10, True),
        (1.0, 1.0 + 1e-8, False),
        (True, 1.0, True),
        (False, 1.0, False),
        ("1", 1.0, False),
        (CellError.NUM, CellError.NUM, True),
        (CellError.NUM, CellError.DIV0, False),
        (None, None, True),
        (None, "", False),
        (0.0, 1e-300, False),
    ],
)
def test_agree(cached: Cell, recalculated: Cell, result: bool) -> None:
    assert agree(cached, recalculated) is result


@pytest.mark.parametrize(
    ("cached", "recalculated", "result"),
    [
        (1e200, 9e200, True),
        (1e-300, 2e300, False),
        (1e200, -1e200, False),
        (1e200, 0.0, False),
        (1e200, CellError.NUM, False),
    ],
)
def test_same_magnitude(cached: Cell, recalculated: Cell, result: bool) -> None:
    assert same_magnitude(cached, recalculated) is result
