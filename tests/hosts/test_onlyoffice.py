"""Plain workbooks in ONLYOFFICE: its engine calculates the values that are in the files."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from support.kinds import PLAIN
from support.onlyoffice import recalculated
from support.package import cached_cells
from support.recalculation import assert_shows, exploded_rows

from xlneuron.functions.cells import Cell

pytestmark = [
    pytest.mark.host,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="document-builder is for Linux"
    ),
]

# The difference of two nearly equal numbers is their rounding: of a number in the same row, it is so much.
NOISE = 1e-13
# It takes a text that is nothing but a quotation mark for an empty one: in these cells it is missing.
QUOTES_LOST = {"document-functions": [("Code", row, 12) for row in range(10, 17)]}


class Saved:
    """A workbook that a program has saved, as the comparison takes it."""

    def __init__(self, path: Path) -> None:
        self.cells = cached_cells(path)

    def sheets(self) -> list[str]:
        return list(self.cells)

    def values(self, sheet: str) -> list[list[Cell]]:
        cells = self.cells[sheet]
        rows, columns = (max((at[axis] for at in cells), default=0) for axis in (0, 1))
        found: list[list[Cell]] = [[None] * columns for _ in range(rows)]
        for (row, column), cell in cells.items():
            found[row - 1][column - 1] = cell.value
        return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("written")
    made = {}
    for number, (kind, each) in enumerate(PLAIN.items()):
        (folder / str(number)).mkdir()
        made[kind] = each.write(folder / str(number))
    return made


@pytest.fixture(scope="module")
def saved(written: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every kind of plain workbook, recalculated: one start of the engine for all."""
    return recalculated(written, tmp_path_factory.mktemp("saved"))


@pytest.mark.parametrize("kind", PLAIN)
def test_it_calculates_what_is_in_the_file(
    kind: str, written: Mapping[str, Path], saved: Mapping[str, Path]
) -> None:
    path, found = written[kind], Saved(saved[kind])
    for sheet, *at in QUOTES_LOST.get(kind, ()):
        cell = found.cells[sheet][tuple(at)]
        found.cells[sheet][tuple(at)] = replace(cell, value=f'{cell.value}"')
    assert_shows(found, path, exploded=exploded_rows(path), noise=NOISE)
