"""The dialects: the same cells and values, written with functions or with LAMBDAs, as IronCalc has them."""

from __future__ import annotations

from pathlib import Path

import ironcalc
import pytest
from support.lessons import with_calls
from support.package import Package, cached_cells
from support.package_checks import audit, own_findings
from support.recalculation import agree, exploded_rows, same_magnitude

from xlneuron.books.lessons import LESSONS
from xlneuron.functions.cells import Cell, CellError
from xlneuron.hosts.excel import dialect as excel
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.networks.definitions import LAMBDA

DIALECTS = {"excel": excel.FUNCTIONS, "libreoffice": libreoffice.FUNCTIONS, "lambda": LAMBDA}
BASIC = "01-basic-sgd"


def test_most_templates_can_be_written_with_functions():
    assert {"01-basic-sgd"} <= set(with_calls())


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", with_calls())
def test_the_same_cells_with_the_same_values(name, dialect, written):
    plain, other = cached_cells(written(name)), cached_cells(written(name, DIALECTS[dialect]))
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


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["excel", "lambda"])  # LibreOffice's is the same with other names
@pytest.mark.parametrize("name", with_calls())
def test_valid(name, dialect, written):
    path = written(name, DIALECTS[dialect])
    assert audit(path) == []
    assert own_findings(path) == []


def test_how_a_row_reads(written):
    """One call fills it, from the prediction (column L) to the new weights (Q)."""
    cells = {key: cached_cells(written(BASIC, dialect))["SGD"] for key, dialect in DIALECTS.items()}
    rows = {key: [found[7, column].formula for column in range(12, 19)] for key, found in cells.items()}
    call = 'TRAIN_STEP(H7,I7,J7:K7,"1-1",learning_rate,"forward",h)'
    moved = "((J7+h)*H7+K7-I7)^2"
    assert rows["excel"] == rows["lambda"] == [call, None, None, None, None, None, moved]
    call = call.replace("TRAIN_STEP", libreoffice.qualified_name("TRAIN_STEP"))
    assert rows["libreoffice"] == [call, None, None, None, None, None, moved]


def test_an_excel_workbook_has_macros_descriptions_and_dynamic_arrays(written):
    parts = Package(written(BASIC, excel.FUNCTIONS)).parts
    assert parts["xl/vbaProject.bin"]
    assert b"<x14:argumentDescription " in parts["xl/workbook.xml"]
    assert b'codeName="Sheet2"' in parts["xl/worksheets/sheet2.xml"]
    assert b'cm="1"><f t="array" ref="L7:Q7">' in parts["xl/worksheets/sheet2.xml"]
    assert b"XLDAPR" in parts["xl/metadata.xml"]


def test_libreoffice_does_not_get_what_it_does_not_know(written):
    package = Package(written(BASIC, libreoffice.FUNCTIONS))
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


@pytest.mark.host
@pytest.mark.parametrize("name", with_calls())
def test_ironcalc_calculates_the_lambdas(name, written):
    path = written(name, LAMBDA)
    assert_agrees(calculated(path), path)


@pytest.mark.host
def test_ironcalc_follows_a_changed_setting(written):
    model = calculated(written(BASIC, LAMBDA), {("SGD", 5, 2): 2e-5})
    assert_agrees(model, written(BASIC, LAMBDA, learning_rate=2e-5))


def test_a_template_without_functions_says_so(tmp_path, capsys, monkeypatch):
    from xlneuron import cli

    plain = [name for name in LESSONS if name not in with_calls()]
    for name in plain:
        assert cli.main(["build", name, "--formulas", "lambda", "--out", str(tmp_path)]) == 1
        assert f"{name}: nothing in it is written with functions" in capsys.readouterr().err
    assert cli.main(["build", "01", "--formulas", "lambda", "--out", str(tmp_path), "--quiet"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["01-basic-sgd-lambda.xlsx"]
