"""How many calls a changed setting makes: counted in the files, and held against what changes in them."""

from __future__ import annotations

import pytest
from support.package import cached_cells

from benchmarks.dependents import calls_of, dependents
from benchmarks.windows import replayed
from xlneuron.hosts.excel.dialect import FUNCTIONS as EXCEL
from xlneuron.hosts.libreoffice.dialect import FUNCTIONS as LIBREOFFICE
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.xlsx.tokens import Place

DIALECTS = {"excel": EXCEL, "libreoffice": LIBREOFFICE, "lambda": LAMBDA}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("setting", ["learning_rate", "h", "start_a"])
def test_a_row_of_the_first_template_is_one_call(written, setting: str, dialect: str):
    assert calls_of(written("01-basic-sgd", DIALECTS[dialect], epochs=3), "sgd", setting) == 3 * 29


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sheet", "setting", "calls"),
    [
        ("02-two-neurons", "compare", "learning_rate", 3 * 29),
        ("03-learning-rate", "rates", "h", 3 * 16 * 29),
        (
            "05-momentum",
            "derivative",
            "learning_rate",
            3 * 29 - 1,
        ),  # the first derivative does not depend on it
        ("05-momentum", "derivative", "mom", 29),
        ("05-momentum", "smooth", "mom", 126),
        ("07-optimizers", "sgd", "learning_rate", 580),
        ("07-optimizers", "adam", "learning_rate", 580),
        ("07-optimizers", "race", "start_a", 5 * 580),
    ],
)
def test_a_row_of_every_other_training_is_one_call(written, name: str, sheet: str, setting: str, calls: int):
    assert calls_of(written(name, EXCEL), sheet, setting) == calls


def test_plain_cells_make_no_calls(written):
    assert set(dependents(written("01-basic-sgd", CELLS, epochs=3), "sgd", "learning_rate").values()) == {0}


@pytest.mark.parametrize("dialect", [CELLS, EXCEL], ids=["cells", "functions"])
@pytest.mark.parametrize(
    ("name", "epochs", "sheet", "setting", "options"),
    [
        ("01-basic-sgd", 3, "sgd", "learning_rate", {"learning_rate": 3e-5}),
        ("01-basic-sgd", 3, "sgd", "h", {"h": 0.5}),
        ("02-two-neurons", 1, "compare", "learning_rate", {"learning_rate": 2e-5}),
    ],
)
def test_what_changes_is_calculated_anew(
    written, name: str, epochs: int, sheet: str, setting: str, options, dialect: Dialect
):
    """The files of two settings, compared: whatever has another value depends on the setting."""
    path, other = (written(name, dialect, epochs=epochs, **each) for each in ({}, options))
    found = dependents(path, sheet, setting)
    before, after = cached_cells(path), cached_cells(other)
    changed = {
        Place(tab, column, row)
        for tab, cells in before.items()
        for (row, column), cell in cells.items()
        if cell.formula and cell.value != after[tab][row, column].value
    }
    assert changed
    assert changed <= set(found)


def test_the_calls_are_replayed_with_the_values_of_the_file(written):
    calls = replayed(written("01-basic-sgd", EXCEL, epochs=3), "sgd", "learning_rate")
    assert len(calls) == 87
    assert calls[0] == ("TRAIN_STEP", [14, 58, [[1, 1]], "1-1", 0.0001, "forward", 0.01])
    assert calls[1][1][2] == [[pytest.approx(1.120204), pytest.approx(1.008599)]]
