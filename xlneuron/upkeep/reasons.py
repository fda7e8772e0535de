"""Why a formula is not the one that its column has, as far as can be told from the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlneuron.tables.layout import letters
from xlneuron.xlsx.tokens import Place

Meaning = Sequence[str | Place | float]

OPERATORS = frozenset("+-*/^&=<>") | {"<=", ">=", "<>"}


def why(
    expected: Meaning,
    found: Meaning,
    row: int,
    epoch: int | None = None,
    names: Mapping[str, Place] | None = None,
) -> str:
    """Return what is wrong with a formula in a row of a table (0: not in a table).

    epoch: the epoch that begins in this row, if one does. names: what the sheet's names stand for.
    """
    called: dict[object, str] = {place: name for name, place in (names or {}).items()}
    if epoch is not None and _is_row_above(expected, row):
        return f"epoch {epoch} does not start with the last update of epoch {epoch - 1}, which is lost"
    if len(expected) == len(found):
        differing = [
            number for number, pair in enumerate(zip(expected, found, strict=True)) if pair[0] != pair[1]
        ]
        if differing:
            return _one(expected, found, differing[0], row, called)
    return "it is not the formula of its column" if row else "it is not the formula of this cell"


def _is_row_above(meaning: Meaning, row: int) -> bool:
    return len(meaning) == 1 and isinstance(meaning[0], Place) and meaning[0].row == row - 1


def _one(expected: Meaning, found: Meaning, number: int, row: int, called: Mapping[object, str]) -> str:
    """Return what is wrong at the first difference."""
    whose = "its column has" if row else "it should be"
    right, wrong = expected[number], found[number]
    named = right in called or wrong in called
    if isinstance(right, Place) and isinstance(wrong, Place) and not named:
        if right.sheet != wrong.sheet:
            return f"it refers to sheet {wrong.sheet!r} instead of {right.sheet!r}"
        if ":" in (*expected[number - 1 : number], *expected[number + 1 : number + 2]):
            return f"its range has {_cell(wrong)} where {whose} {_cell(right)}"
        if right.column == wrong.column:
            return f"it refers to row {wrong.row} instead of row {right.row}"
        return f"it refers to {_cell(wrong)} instead of {_cell(right)}"
    if right in OPERATORS and wrong in OPERATORS:
        return f"it has {wrong} where {whose} {right}"
    return f"it has {_shown(wrong, called)} where {whose} {_shown(right, called)}"


def _shown(part: str | Place | float, called: Mapping[object, str]) -> str:
    if isinstance(part, Place):
        return called.get(part, _cell(part))
    return f"{part:.15g}" if isinstance(part, float) else part


def _cell(place: Place) -> str:
    return f"{letters(place.column)}{place.row}"
