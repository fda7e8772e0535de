"""Living workbooks in LibreOffice: saved there or by openpyxl, regenerated, recalculated, checked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from support.package import Package, cached_cells
from support.recalculation import assert_recalculates
from support.shipped import (
    SGD,
    cell,
    changed,
    formula,
    parts_of_ours,
    shipped,
    with_inserted_column,
    with_user_parts,
)

from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import default_data
from xlneuron.hosts.office import Office
from xlneuron.upkeep.check import check
from xlneuron.upkeep.regenerate import Changes, regenerate
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def saved(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same workbook with all that users add, as openpyxl and as LibreOffice have saved it."""
    by_openpyxl = with_user_parts(shipped(tmp_path_factory.mktemp("saved")))
    by_office = by_openpyxl.with_name("office.xlsx")
    with office.open(by_openpyxl) as book:
        book.calculate()
        book.store_xlsx(by_office)
    return {"openpyxl": by_openpyxl, "LibreOffice": by_office}


@pytest.mark.parametrize("epochs", [None, 20, 3])
@pytest.mark.parametrize("program", ["openpyxl", "LibreOffice"])
def test_what_the_user_added_stays_and_all_recalculates(
    office: Office, saved: dict[str, Path], tmp_path: Path, program: str, epochs: int | None
) -> None:
    path = Path(shutil.copy(saved[program], tmp_path / "book.xlsx"))
    regenerate(path, Changes(epochs=epochs))
    rows = 32 * (epochs or 10)  # three datapoints were pasted
    before, after = Package(saved[program]), Package(path)
    theirs = set(before.parts) - parts_of_ours(saved[program])
    for kind in ("media/", "comments", "styles", "drawings/drawing", "charts/", "worksheets/sheet5"):
        assert [part for part in theirs if kind in part], f"nothing of the user's is in {kind}"
    assert {part for part in theirs if before.parts[part] != after.parts[part]} == set()
    assert set(after.names) == set(before.names)
    found = cached_cells(path)
    assert found["SGD"][5 + rows, 5].value == rows
    assert (6 + rows, 5) not in found["SGD"]
    assert found["SGD"][5 + rows, 31].formula == f"M{5 + rows}/MAX($M$6:$M${5 + rows})"
    assert found["Data"][1, 1].value == "The data: 32 datapoints from line.csv"
    compared = assert_recalculates(office, path)
    assert compared.formulas > 27 * rows
    assert check(path, recalculate=True).problems == []


@pytest.mark.parametrize("program", ["openpyxl", "LibreOffice"])
def test_charts_show_all_rows(saved: dict[str, Path], tmp_path: Path, program: str) -> None:
    path = Path(shutil.copy(saved[program], tmp_path / "book.xlsx"))
    regenerate(path, Changes(epochs=20))
    parts = Package(path).parts
    texts = [content.decode() for part, content in parts.items() if part.startswith("xl/charts/")]
    ends = {end for text in texts for end in re.findall(r"f>'?(?:SGD|Epochs|Data)'?![^<]*\$(\d+)<", text)}
    assert ends == {"645", "25", "37"}
    for text in texts:  # values that the chart keeps of ours would be those of before
        for shown in re.findall(r"<(?:c:)?numRef>.*?</(?:c:)?numRef>", text):
            assert "Mine" in shown or "numCache" not in shown


@pytest.mark.parametrize("name", LESSONS)
def test_check_is_silent_on_what_libreoffice_saved(office: Office, tmp_path: Path, name: str) -> None:
    """With our values, which it keeps to 15 digits, and with its own."""
    path, kept, own = shipped(tmp_path, name), tmp_path / "kept.xlsx", tmp_path / "own.xlsx"
    with office.open(path) as book:
        book.store_xlsx(kept)
        book.calculate()
        book.store_xlsx(own)
    for saved in (kept, own):
        report = check(saved)
        assert report.problems == []
        assert report.values > 100


@pytest.mark.parametrize("rate", [1e-3, 1e-2])
def test_check_is_silent_when_training_explodes(office: Office, tmp_path: Path, rate: float) -> None:
    """Every rounding is amplified then, so LibreOffice's numbers are other ones, and right."""
    book = LESSONS["01-basic-sgd"].make(Options(default_data(), learning_rate=rate, epochs=20))
    path, own = write(book, tmp_path / "book.xlsx"), tmp_path / "own.xlsx"
    with office.open(path) as opened:
        opened.calculate()
        opened.store_xlsx(own)
    assert check(path, recalculate=True).problems == []
    assert check(own).problems == []


PLANTED = {
    "Q40": formula("Q40", "K40+learning_rate*O40"),
    "M50": cell("M50", "<v>19</v>"),
    "L60": formula("L60", "J60*H59+K60"),
    "J35": formula("J35", "J34"),
    "B31": formula("B31", "MAX($AC$6:$AC$294)"),
}


@pytest.mark.parametrize("where", PLANTED)
def test_planted_errors_are_found_after_a_recalculation(office: Office, tmp_path: Path, where: str) -> None:
    """Everything below a wrong cell is then calculated from it; still only that one is named."""
    path = changed(shipped(tmp_path), {SGD: PLANTED[where]})
    saved = tmp_path / "saved.xlsx"
    with office.open(path) as book:
        book.calculate()
        book.store_xlsx(saved)
    assert [problem.cell for problem in check(saved).problems] == [where]


def test_a_column_that_was_inserted(office: Office, tmp_path: Path) -> None:
    path = with_inserted_column(shipped(tmp_path), 12)
    assert_recalculates(office, path)  # the test's own work is right
    regenerate(path, Changes(epochs=11))
    assert_recalculates(office, path)
    assert check(path, recalculate=True).problems == []


def test_a_setting_and_rows_typed_in_libreoffice(office: Office, tmp_path: Path) -> None:
    path, saved = shipped(tmp_path), tmp_path / "saved.xlsx"
    with office.open(path) as book:
        book.set("SGD", "learning_rate", 2e-5)
        book.set("Data", "A35", 50.0)
        book.set("Data", "B35", 131.0)
        book.set("Data", "A36", 7.0)
        book.set("Data", "B36", "=2*A36+30")
        book.calculate()
        book.store_xlsx(saved)
    regenerate(saved)
    found = cached_cells(saved)
    assert found["SGD"][5, 2].value == 2e-5
    assert found["SGD"][315, 5].value == 310
    assert (found["Data"][36, 2].formula, found["Data"][36, 2].value) == ("2*A36+30", 44)
    assert_recalculates(office, saved)
    assert check(saved, recalculate=True).problems == []
