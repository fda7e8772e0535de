"""The dialects: the same cells and values, written with functions or with LAMBDAs, as IronCalc has them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import ironcalc
import pytest
from support.lessons import lesson
from support.package import CachedCell, Package, cached_cells
from support.package_checks import audit, own_findings
from support.recalculation import agree, exploded_rows, same_magnitude

from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import default_data
from xlneuron.functions.cells import Cell, CellError
from xlneuron.hosts.excel import dialect as excel
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.model import Book
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

DIALECTS = {"excel": excel.FUNCTIONS, "libreoffice": libreoffice.FUNCTIONS, "lambda": LAMBDA}


def made(name: str, **options: object) -> Book:
    return LESSONS[name].make(Options(default_data(), **options))


WITH_FUNCTIONS = [name for name in LESSONS if made(name).calls]


def built(book: Book, dialect: Dialect, folder: Path) -> Path:
    return write(book, folder / f"book{dialect.suffix}", dialect=dialect, force=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """A template in a dialect, made once."""
    folder = tmp_path_factory.mktemp("dialects")
    dialects = {**DIALECTS, "cells": CELLS}

    @cache
    def file(name: str, dialect: str) -> Path:
        chosen = dialects[dialect]
        return write(made(name), folder / f"{name}-{dialect}{chosen.suffix}", dialect=chosen)

    return file


def test_most_templates_can_be_written_with_functions():
    assert {"01-basic-sgd"} <= set(WITH_FUNCTIONS)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", WITH_FUNCTIONS)
def test_the_same_cells_with_the_same_values(name, dialect, files):
    plain, other = cached_cells(files(name, "cells")), cached_cells(files(name, dialect))
    assert list(other)[: len(plain)][1:] == list(plain)[1:]
    changed = 0
    for sheet in list(plain)[1:]:  # About lists one sheet more where there is one
        added = other[sheet].keys() - plain[sheet].keys()
        assert plain[sheet].keys() <= other[sheet].keys()
        # What the sentence looks at: a line below the others, with a heading where there was none.
        assert {column for _, column in added} <= {1, 2, 3}
        assert sum(other[sheet][place].formula is not None for place in added) <= 1
        for place, cell in plain[sheet].items():
            assert other[sheet][place].value == cell.value
            changed += other[sheet][place].formula != cell.formula
    assert changed


@pytest.mark.parametrize("dialect", ["excel", "lambda"])  # LibreOffice's is the same with other names
@pytest.mark.parametrize("name", WITH_FUNCTIONS)
def test_valid(name, dialect, files):
    assert audit(files(name, dialect)) == []
    assert own_findings(files(name, dialect)) == []


def formulas(dialect: Dialect, folder: Path) -> dict[tuple[int, int], CachedCell]:
    return cached_cells(built(made("01-basic-sgd"), dialect, folder))["SGD"]


def test_how_a_row_reads(tmp_path):
    """One call fills it, from the prediction (column L) to the new weights (Q)."""
    rows = {
        key: [formulas(dialect, tmp_path)[7, column].formula for column in range(12, 19)]
        for key, dialect in DIALECTS.items()
    }
    call = 'TRAIN_STEP(H7,I7,J7:K7,"1-1",learning_rate,"forward",h)'
    moved = "((J7+h)*H7+K7-I7)^2"
    assert rows["excel"] == rows["lambda"] == [call, None, None, None, None, None, moved]
    call = call.replace("TRAIN_STEP", libreoffice.qualified_name("TRAIN_STEP"))
    assert rows["libreoffice"] == [call, None, None, None, None, None, moved]


def test_an_excel_workbook_has_macros_descriptions_and_dynamic_arrays(tmp_path):
    parts = Package(built(made("01-basic-sgd"), excel.FUNCTIONS, tmp_path)).parts
    assert parts["xl/vbaProject.bin"]
    assert b"<x14:argumentDescription " in parts["xl/workbook.xml"]
    assert b'codeName="Sheet2"' in parts["xl/worksheets/sheet2.xml"]
    assert b'cm="1"><f t="array" ref="L7:Q7">' in parts["xl/worksheets/sheet2.xml"]
    assert b"XLDAPR" in parts["xl/metadata.xml"]


def test_libreoffice_does_not_get_what_it_does_not_know(tmp_path):
    package = Package(built(made("01-basic-sgd"), libreoffice.FUNCTIONS, tmp_path))
    assert "xl/metadata.xml" not in package.parts
    assert b"cm=" not in package.parts["xl/worksheets/sheet2.xml"]


def calculated(path: Path, settings: dict[tuple[str, int, int], float] | None = None) -> ironcalc.Model:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    tabs = list(cached_cells(path))
    for (tab, row, column), value in (settings or {}).items():
        model.set_user_input(tabs.index(tab), row, column, repr(value))
    model.evaluate()
    return model


ERRORS = {error.value: error for error in CellError}


def alike(cached: Cell, found: Cell) -> bool:
    """Whether two values have the same order of magnitude, or both are errors."""
    both = isinstance(cached, CellError) and isinstance(found, CellError)
    return both or same_magnitude(cached, found)


def assert_agrees(model: ironcalc.Model, path: Path) -> None:
    """Every cell as the file has it, to a relative 1e-9 (or 1e-12 of the largest number of its row).

    Where errors explode, their order of magnitude.
    """
    exploded = exploded_rows(path)
    for number, (tab, cells) in enumerate(cached_cells(path).items()):
        scales: dict[int, float] = {}
        for (row, _), cell in cells.items():
            if isinstance(cell.value, float):
                scales[row] = max(scales.get(row, 1.0), abs(cell.value))
        for (row, column), cell in cells.items():
            value = model.get_cell_value(number, row, column)
            found = ERRORS.get(value, value) if isinstance(value, str) else value
            found = float(found) if isinstance(found, int) and not isinstance(found, bool) else found
            same = agree(cell.value or None, found or None, 1e-12 * scales.get(row, 1.0)) or agree(
                cell.value, found
            )
            assert same or (row in exploded[tab] and alike(cell.value, found)), (
                tab,
                row,
                column,
                cell,
                found,
            )


@pytest.mark.parametrize("name", WITH_FUNCTIONS)
def test_ironcalc_calculates_the_lambdas(name, files):
    assert_agrees(calculated(files(name, "lambda")), files(name, "lambda"))


def test_ironcalc_follows_a_changed_setting(tmp_path):
    shipped = built(made("01-basic-sgd"), LAMBDA, tmp_path)
    model = calculated(shipped, {("SGD", 5, 2): 2e-5})
    assert_agrees(model, built(lesson("01-basic-sgd", learning_rate=2e-5), LAMBDA, tmp_path))


def test_a_template_without_functions_says_so(tmp_path, capsys, monkeypatch):
    from xlneuron import cli

    plain = [name for name in LESSONS if name not in WITH_FUNCTIONS]
    for name in plain:
        assert cli.main(["build", name, "--formulas", "lambda", "--out", str(tmp_path)]) == 1
        assert f"{name}: nothing in it is written with functions" in capsys.readouterr().err
    assert cli.main(["build", "01", "--formulas", "lambda", "--out", str(tmp_path), "--quiet"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["01-basic-sgd-lambda.xlsx"]
