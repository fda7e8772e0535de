"""Formulas that somebody can read: short, and without conditions inside conditions inside conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.package import cached_cells

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS
from xlneuron.data import default_data
from xlneuron.xlsx.write import write

WORKBOOKS = Path(__file__).parents[2] / "workbooks"
LONGEST, DEEPEST = 400, 3  # characters, and IFs inside each other

# What is left to take apart: a template's sheet and column.
LEFT = {
    ("02-two-neurons", "Collapse", "A"),
    ("03-learning-rate", "Rates", "A"),
    ("07-optimizers", "Race", "B"),
    ("07-optimizers", "Length", "G"),
    ("08-derivatives", "By h", "B"),
}


def depth(formula: str) -> int:
    """How many IFs stand inside each other."""
    code = re.sub(r'"(?:[^"]|"")*"', '""', formula)
    found, open_brackets = 0, [False]
    for mark in re.findall(r"\bIF\(|\(|\)", code):
        if mark == ")":
            open_brackets.pop()
        else:
            open_brackets.append(mark == "IF(")
            found = max(found, sum(open_brackets))
    return found


def hard_to_read(path: Path) -> Iterator[tuple[str, str, int]]:
    """The sheet and column of each formula that is too long or too deep, and its length."""
    for sheet, cells in cached_cells(path).items():
        for (_, column), cell in cells.items():
            if cell.formula and (len(cell.formula) > LONGEST or depth(cell.formula) > DEEPEST):
                yield sheet, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column - 1], len(cell.formula)


@pytest.mark.parametrize("name", LESSONS)
def test_formulas_of_templates(name: str) -> None:
    found = {(name, sheet, column) for sheet, column, _ in hard_to_read(WORKBOOKS / f"{name}.xlsx")}
    assert found == {each for each in LEFT if each[0] == name}


@pytest.mark.parametrize("options", [{}, {"derivatives": "both", "optimizer": "adamw"}])
def test_formulas_of_new(options: dict[str, str], tmp_path: Path) -> None:
    book = make(prepare(default_data(), "1-3gelu-2tanh-1", epochs=2, **options))
    assert list(hard_to_read(write(book, tmp_path / "new.xlsx"))) == []


def test_what_is_deep() -> None:
    assert depth('=IF(A1,MAX(IF(B1,"IF(IF(",0)),IF(C1,(1),IF(D1,1,2)))') == 3
