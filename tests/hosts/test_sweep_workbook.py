"""The workbook of a sweep in LibreOffice: what it calculates is what the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlneuron.books.sweep import sweep_book
from xlneuron.data import default_data
from xlneuron.engine.network import parse
from xlneuron.engine.sweep import sweep
from xlneuron.hosts.office import Office
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host


def test_it_calculates_what_it_holds(office: Office, tmp_path: Path) -> None:
    data = default_data()
    found = sweep(parse("1-1-1"), data.inputs, data.targets, [1e-6, 1e-5, 1e-1], 4)
    path = write(sweep_book(found, {}), tmp_path / "sweep.xlsx")
    with office.open(path) as book:
        stored = {sheet: book.values(sheet) for sheet in book.sheets()}
        book.calculate()
        assert {sheet: book.values(sheet) for sheet in book.sheets()} == stored
        assert book.values("Heat map", "best") == [[found.rmse.min()]]
        book.set("Runs", "D6", 0.5)  # a run that was better still
        book.calculate()
        assert book.values("Heat map", "best") == [[0.5]]
        assert book.values("Heat map", "best_rate") == [[1e-6]]
