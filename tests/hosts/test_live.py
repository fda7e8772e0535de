"""`xlneuron regenerate --live` through xlwings' own classes, with LibreOffice in Excel's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings
from support.package import cached_cells
from support.shipped import shipped
from support.xlwings_office import Engine

from xlneuron.cli import main
from xlneuron.errors import XlneuronError
from xlneuron.hosts.office import Office
from xlneuron.upkeep.check import check
from xlneuron.upkeep.live import regenerate_live
from xlneuron.upkeep.regenerate import Changes

pytestmark = pytest.mark.host


@pytest.fixture
def app(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[xlwings.App]:
    engine = xlwings.Engine(Engine(office))
    monkeypatch.setattr(xlwings.engines, "active", engine)
    app = xlwings.apps[0]
    yield app
    for book in list(app.books):
        book.close()


def test_what_was_typed_and_not_saved_is_in_the_new_tables(
    app: xlwings.App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, path = shipped(tmp_path, "04-relu"), shipped(tmp_path)
    app.books.open(other)
    book = app.books.open(path)
    book.sheets["Epochs"].activate()
    book.impl.document.set("SGD", "learning_rate", 1e-5)
    assert main(["regenerate", str(path), "--live", "--epochs", "3"]) == 0
    assert "SGD, sgd: 290 -> 87 rows" in capsys.readouterr().out
    assert [each.name for each in app.books] == [other.name, path.name]
    again = app.books[path.name]
    assert again.sheets.active.name == "Epochs"
    assert again.impl.document.values("SGD", "learning_rate") == [[1e-5]]
    assert again.impl.document.values("SGD", "E92") == [[87.0]]
    assert cached_cells(path)["SGD"][5, 2].value == 1e-5
    assert cached_cells(tmp_path / "01-basic-sgd.backup.xlsx")["SGD"][5, 2].value == 1e-5
    assert check(path).problems == []


def test_whatever_happens_it_is_open_again(app: xlwings.App, tmp_path: Path) -> None:
    path = shipped(tmp_path)
    app.books.open(path)
    with pytest.raises(XlneuronError, match="no such file"):
        regenerate_live(path, Changes(data=str(tmp_path / "none.csv")))
    assert [each.name for each in app.books] == [path.name]
    assert check(path).problems == []


def test_a_workbook_that_is_not_open(app: xlwings.App, tmp_path: Path) -> None:
    path = shipped(tmp_path)
    with pytest.raises(XlneuronError, match="not open in Excel; open it there, or leave out --live"):
        regenerate_live(path)


def test_without_excel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlwings.engines, "active", None)
    with pytest.raises(XlneuronError, match="needs Excel on Windows or macOS"):
        regenerate_live(shipped(tmp_path))


def test_excel_refuses(app: xlwings.App, tmp_path: Path) -> None:
    path = shipped(tmp_path)
    book = app.books.open(path)
    book.impl.document.close()  # what the document is asked from now on is an error
    before = path.read_bytes()
    with pytest.raises(XlneuronError, match="Excel did not save it"):
        regenerate_live(path)
    assert path.read_bytes() == before
    app.books.impl.all.clear()
