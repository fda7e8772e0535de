"""Formulas as text: filled down, stretched, and compared up to spelling.

Spreadsheets write one formula in many ways: spaces, case, `$` signs, quoted sheet names, 1E-4 or 0.0001. Here
a formula is a list of tokens, so that only what it means is compared and only references are changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from xlneuron.errors import echo
from xlneuron.limits import SHEET_COLUMNS, SHEET_ROWS
from xlneuron.tables.expressions import as_typed
from xlneuron.tables.layout import letters

TEXT, SHEET, CELL, NUMBER, NAME, SPACE = "text", "sheet", "cell", "number", "name", "space"

TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<sheet>(?:(?<!')'[^']*(?:''[^']*)*'|[^\W\d][\w.]*|\[\d+\][\w.]*)!)
  | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?![\w.(!]))
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[^\W\d][\w.\\]*)
  | (?P<space>\s+)
  | (?P<other><>|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
CELL_PARTS = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")
PREFIX = re.compile(r"_xlfn\.|_xlws\.|_xlpm\.", re.IGNORECASE)  # before functions that are newer than 2007


@dataclass(frozen=True)
class Token:
    """A piece of a formula; `kind` is the name of its group in TOKEN."""

    kind: str
    text: str


@dataclass(frozen=True)
class Place:
    """A reference to a cell, resolved: its sheet, column and row."""

    sheet: str
    column: int
    row: int


def tokens(formula: str) -> Iterator[Token]:
    """Yield the tokens of a formula, which together are its text."""
    for found in TOKEN.finditer(formula):
        assert found.lastgroup is not None
        yield Token(found.lastgroup, found[0])


@lru_cache(maxsize=1 << 14)
def column_number(text: str) -> int:
    """Return a column's number: 1 for A, 27 for AA."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def split_cell(where: str) -> tuple[int, int]:
    """Return (row, column) of an address such as B12 or $B$12. Raises ValueError for any other text."""
    found = CELL_PARTS.fullmatch(where)
    if found is None:
        raise ValueError(f"{echo(where)} is not a cell")
    return int(found[4]), column_number(found[2])


def sheet_name(token: str) -> str:
    """Return the sheet that a prefix such as `'My sheet'!` names."""
    name = token.removesuffix("!")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def shifted(formula: str, rows: int, columns: int = 0) -> str:
    """Return a formula as it is after filling it down by so many rows (and to the right by columns)."""

    def moved(token: str) -> str:
        found = CELL_PARTS.fullmatch(token)
        assert found is not None
        column = column_number(found[2]) + (0 if found[1] else columns)
        row = int(found[4]) + (0 if found[3] else rows)
        if not (1 <= column <= SHEET_COLUMNS and 1 <= row <= SHEET_ROWS):
            return "#REF!"
        return f"{found[1]}{letters(column)}{found[3]}{row}"

    return "".join(moved(each.text) if each.kind == CELL else each.text for each in tokens(formula))


def meaning(formula: str, sheet: str, names: Mapping[str, Place]) -> list[str | Place | float]:
    """Return what a formula on `sheet` says: places, numbers, and the rest in one spelling.

    names: what the sheet's names stand for, in lower case; such a name and its cell mean the same.
    """
    said: list[str | Place | float] = []
    on = sheet
    for token in tokens(formula.removeprefix("=").strip()):
        match token.kind:
            case "space":
                continue
            case "sheet":
                on = sheet_name(token.text)
                continue
            case "cell":
                row, column = split_cell(token.text)
                said.append(Place(on, column, row))
            case "number":
                said.append(as_typed(float(token.text)))
            case "text":
                said.append(token.text)
            case "name":
                name = PREFIX.sub("", token.text).lower()
                said.append(names.get(name, name))
            case _:
                said.append(token.text)
                if token.text == ":":  # the end of a range is on the sheet where it begins
                    continue
        on = sheet
        if isinstance(said[-1], Place) and len(said) > 2 and said[-2] == ":":
            start = said[-3]
            if isinstance(start, Place):
                said[-1] = Place(start.sheet, said[-1].column, said[-1].row)
    if len(said) > 1 and said[0] == "+":
        del said[0]
    return said


AREA = re.compile(
    r"(?P<sheet>(?:(?<!')'[^']*(?:''[^']*)*'|(?<![\w.])[^\W\d][\w.]*)!)?"
    r"(?<![\w$:])(?P<start>\$?[A-Za-z]{1,3}\$?[0-9]{1,7})"
    r"(?::(?P<end>\$?[A-Za-z]{1,3}\$?[0-9]{1,7}))?(?![\w(:!])"
)
# (sheet, first column, first row, last column, last row) -> the new last row
Stretch = Callable[[str, int, int, int, int], int]


def stretched(text: str, sheet: str, stretch: Stretch, *, cells: bool = False) -> str:
    """Return a text with references in which every area ends in the row that `stretch` says.

    sheet: where references without a sheet's name are. cells: whether single cells are areas, too, as they
    are in charts and formats: a table of one row is nothing else there.
    """

    def changed(found: re.Match[str]) -> str:
        if found["end"] is None and not cells:
            return found[0]
        on = sheet_name(found["sheet"]) if found["sheet"] else sheet
        end = found["end"] or found["start"]
        (top, left), (bottom, right) = split_cell(found["start"]), split_cell(end)
        last = stretch(on, left, top, right, bottom)
        if last == bottom:
            return found[0]
        return f"{found['sheet'] or ''}{found['start']}:{end.removesuffix(str(bottom))}{last}"

    parts = re.split(r'("(?:[^"]|"")*")', text)  # not in constant texts
    return "".join(part if part.startswith('"') else AREA.sub(changed, part) for part in parts)
