"""The file: whole, reproducible, valid, never over a file that is not ours, never half written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from support.books import book_of
from support.package import Package, cached_cells
from support.package_checks import audit, own_findings

from xlneuron.errors import XlneuronError
from xlneuron.functions.cells import CellError
from xlneuron.tables.model import Book, Column
from xlneuron.xlsx import write as build
from xlneuron.xlsx.package import read_mark
from xlneuron.xlsx.write import check_target, write


def small(rate: float = 0.5, rows: int = 5) -> Book:
    columns = [
        Column("n", "prev.n + 1", "Counts.", "1", style="integer", group="Counters"),
        Column("power", "prev.power*1e100", "Grows.", "n", style="error"),
        Column("step", "-rate*power", "A step.", detail=True),
        Column("word", values=["=1+1", "@x", "<b> & 'c'", "100 %", ""][:rows], style="text"),
    ]
    return book_of(columns, rows, {"rate": rate}, {"total": "sum(t.n)", "largest": "max(t.power)"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(small(), tmp_path / "small.xlsx")


def test_formulas_and_values_of_every_row(path):
    cells = cached_cells(path)["Main"]
    row = [(cells[6 + n, 5].formula, cells[6 + n, 5].value) for n in range(5)]
    assert row == [("1", 1.0), ("E6+1", 2.0), ("E7+1", 3.0), ("E8+1", 4.0), ("E9+1", 5.0)]
    assert [cells[6 + n, 6].value for n in range(5)] == [1.0, 1e100, 1e200, 1e300, CellError.NUM]
    assert [cells[6 + n, 7].value for n in (0, 4)] == [-0.5, CellError.NUM]
    assert cells[8, 7].formula == "-rate*F8"


def test_results_and_texts(path):
    cells = cached_cells(path)["Main"]
    values = {cells[row, 1].value: cells[row, 2].value for row in range(5, 11) if (row, 2) in cells}
    assert values == {"rate": 0.5, "total": 15.0, "largest": CellError.NUM}
    texts = [cells.get((6 + n, 8)) for n in range(5)]
    assert [cell.value if cell else None for cell in texts] == ["=1+1", "@x", "<b> & 'c'", "100 %", None]
    assert all(cell.formula is None for cell in texts if cell), "a text never becomes a formula"


def test_the_file_is_valid(path):
    assert audit(path) == []
    assert own_findings(path) == []


def test_other_programs_can_read_it(path):
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["About", "Main"]
    assert book["Main"]["E8"].value == 3
    assert book["Main"]["E5"].comment.text == "Counts."
    assert "rate" in book["Main"].defined_names


def test_it_shows_its_values_without_a_recalculation(path):
    text = Package(path).parts["xl/workbook.xml"].decode()
    assert '<calcPr calcId="191029"/>' in text
    assert "fullCalcOnLoad" not in text


def test_the_same_input_gives_the_same_parts(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = write(small(), tmp_path / "again.xlsx")
    assert Package(again).parts == Package(path).parts
    assert again.read_bytes() == path.read_bytes()


def test_other_input_gives_other_parts(path, tmp_path):
    other = Package(write(small(rate=0.25), tmp_path / "other.xlsx")).parts
    differing = {name for name, content in Package(path).parts.items() if other[name] != content}
    assert differing == {"xl/worksheets/sheet2.xml", "docProps/custom.xml"}


def test_ours_and_unchanged_is_replaced(path):
    before = path.read_bytes()
    write(small(rate=0.25), path)
    assert path.read_bytes() != before
    assert read_mark(path)["template"] == "test"


def change(path: Path) -> None:
    """What a spreadsheet does when the user saves."""
    book = openpyxl.load_workbook(path)
    book["Main"]["Z1"] = "mine"
    book.save(path)


def append(path: Path) -> None:
    """What saves less: one part more."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("note.txt", "mine")


@pytest.mark.parametrize("spoil", [change, append, lambda path: path.write_text("my own notes")])
def test_what_is_not_ours_or_was_changed_is_kept(path, spoil):
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(
        XlneuronError, match=r"small.xlsx: exists and is not an unchanged workbook of xlneuron; kept"
    ):
        write(small(), path)
    assert path.read_bytes() == before
    write(small(), path, force=True)
    assert path.read_bytes() != before


def test_a_directory_is_no_target(tmp_path):
    with pytest.raises(XlneuronError, match="is a directory"):
        check_target(tmp_path, force=True)


def test_nothing_is_left_behind_when_writing_fails(path, monkeypatch):
    before = path.read_bytes()

    def broken(*_: object) -> object:
        yield b"<worksheet>"
        raise OSError("disk full")

    monkeypatch.setattr(build, "stream_sheet", broken)
    with pytest.raises(XlneuronError, match=r"small.xlsx: disk full$"):
        write(small(), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_progress_goes_up_to_all_rows(tmp_path):
    seen: list[tuple[int, int]] = []
    columns = [Column("n", "prev.n + 1", first="1")]
    write(book_of(columns, 1000), tmp_path / "long.xlsx", progress=lambda *done: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == (1000, 1000)


def test_more_rows_than_a_sheet_holds(tmp_path):
    with pytest.raises(XlneuronError, match="needs 1,048,576 rows; a sheet holds 1,048,571"):
        write(book_of([Column("n", "1")], 1_048_576), tmp_path / "long.xlsx")
    assert list(tmp_path.iterdir()) == []
