"""The cached values of a file against those that LibreOffice calculates.

Allowances, all of them:
- Numbers agree to a relative 1e-9 (`RELATIVE`).
- LibreOffice makes the difference of two nearly equal numbers (to 2^-48 of them) exactly 0, and then what is
  computed from it is 0, too. So where LibreOffice has exactly 0, the cached value may be up to 1e-9 of the
  largest number in its row and the row above.
- In rows that a test names as exploded every rounding is amplified: numbers need the same sign and order of
  magnitude (a factor of 10) only. There LibreOffice may have #VALUE! for an error or for a number over 1e100:
  it does not call a function of a range with an error in it.
- Where a test says so by `noise`: functions add in another order than cells do. The difference of two nearly
  equal numbers then carries the rounding of the large ones: numbers may differ by `noise` of the largest one
  in the row.
- TRUE is 1 and FALSE is 0: LibreOffice keeps them as numbers.

Texts, errors, empty cells and everything else agree exactly.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from support.package import CachedCell, cached_cells, reference
from xlneuron.functions.cells import Cell, CellError
from xlneuron.hosts.office import Office

RELATIVE = 1e-9

Cells = Mapping[tuple[int, int], CachedCell]


class Shown(Protocol):
    """An open workbook, or another source of its values."""

    def sheets(self) -> list[str]:
        """Return the names of the sheets."""

    def values(self, sheet: str) -> Sequence[Sequence[Cell]]:
        """Return the values of a sheet, row by row from A1 on."""


@dataclass(frozen=True)
class Comparison:
    """How much was compared, and how often LibreOffice's 0 stood for a small number."""

    cells: int
    formulas: int
    snapped: int


def assert_recalculates(
    office: Office,
    path: str | Path,
    exploded: Mapping[str, Container[int]] | None = None,
    noise: float = 0.0,
) -> Comparison:
    """Recalculate a file in LibreOffice and compare every cell of every sheet with the file.

    exploded: the rows of a sheet, by its name, whose values only have to agree in their order of magnitude.
    """
    with office.open(path) as book:
        book.calculate()
        return assert_shows(book, path, exploded, noise)


def assert_shows(
    book: Shown,
    path: str | Path,
    exploded: Mapping[str, Container[int]] | None = None,
    noise: float = 0.0,
) -> Comparison:
    """Compare what an open workbook shows with the cached values of a file, which may be another one."""
    cached = cached_cells(path)
    assert book.sheets() == list(cached)
    cells = formulas = snapped = 0
    differences: list[str] = []
    for sheet, expected in cached.items():
        rows = book.values(sheet)
        found = {
            (row, column): value
            for row, values in enumerate(rows, 1)
            for column, value in enumerate(values, 1)
            if value is not None
        }
        scales = _scales(expected)
        for at in sorted(expected.keys() | found.keys()):
            cell, value = expected.get(at, CachedCell(None, None)), found.get(at)
            cells += 1
            formulas += cell.formula is not None
            scale = max(scales.get(at[0], 0.0), scales.get(at[0] - 1, 0.0))
            if agree(cell.value, value, noise * scale):
                continue
            if is_snapped(cell.value, value, scale):
                snapped += 1
            elif at[0] not in (exploded or {}).get(sheet, ()) or not (
                same_magnitude(cell.value, value) or is_refused(cell.value, value)
            ):
                formula = "no formula" if cell.formula is None else f"={cell.formula}"
                differences.append(
                    f"{sheet}!{reference(*at)}: {formula}\n"
                    f"    cached       {_shown(cell.value)}\n"
                    f"    recalculated {_shown(value)}"
                )
    assert formulas, f"{path} has no formula: nothing was tested"
    if differences:
        raise AssertionError(
            f"{Path(path).name}: {len(differences)} of {cells} cells differ when recalculated; the first:\n"
            f"  {differences[0]}"
        )
    return Comparison(cells, formulas, snapped)


def agree(cached: Cell, recalculated: Cell, most: float = 0.0) -> bool:
    """Whether two values are the same, but for the rounding of numbers, or a difference of `most`."""
    if isinstance(cached, (int, float)) and isinstance(recalculated, (int, float)):
        return math.isclose(cached, recalculated, rel_tol=RELATIVE, abs_tol=most)
    return cached == recalculated


def is_snapped(cached: Cell, recalculated: Cell, scale: float) -> bool:
    """Whether LibreOffice's 0 stands for a number that is next to nothing beside `scale`."""
    return recalculated == 0.0 and isinstance(cached, float) and abs(cached) <= RELATIVE * scale


def same_magnitude(cached: Cell, recalculated: Cell) -> bool:
    """Whether two numbers have one sign and are less than a factor of 10 apart."""
    if not isinstance(cached, float) or not isinstance(recalculated, float):
        return False
    if cached == 0 or recalculated == 0 or (cached > 0) != (recalculated > 0):
        return False
    return abs(math.log10(abs(cached)) - math.log10(abs(recalculated))) < 1


def is_refused(cached: Cell, recalculated: Cell) -> bool:
    """Whether a function was not called, since a number that it was to be called with had overflowed."""
    overflowed = isinstance(cached, CellError) or (isinstance(cached, float) and abs(cached) > 1e100)
    return recalculated is CellError.VALUE and overflowed


def exploded_rows(path: str | Path) -> dict[str, set[int]]:
    """The rows of every sheet with a number over 1e9 or an overflow in them."""
    return {
        sheet: {row for (row, _), cell in cells.items() if _is_exploded(cell.value)}
        for sheet, cells in cached_cells(path).items()
    }


def _is_exploded(value: Cell) -> bool:
    return value is CellError.NUM or (isinstance(value, float) and abs(value) > 1e9)


def _scales(cells: Cells) -> dict[int, float]:
    """The largest number of every row."""
    scales: dict[int, float] = {}
    for (row, _), cell in cells.items():
        if isinstance(cell.value, float):
            scales[row] = max(scales.get(row, 0.0), abs(cell.value))
    return scales


def _shown(value: Cell) -> str:
    return value.value if isinstance(value, CellError) else repr(value)
