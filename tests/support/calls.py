"""A workbook of calls of worksheet functions, as a user would type them.

Single cells are constants in the formula and ranges are cells of the sheet `Arguments`, one block of rows for
each call; the results are on the sheet `Results` in the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from support.package import reference
from tests.examples import Range
from xlneuron.functions.cells import Cell, CellError
from xlneuron.functions.signature import Missing

BLANK = "$A$1"  # a cell that stays blank, on the sheet of arguments
ERRORS = {CellError.NUM: "=10^308*10", CellError.DIV0: "=1/0", CellError.NA: "=NA()"}

Argument = Cell | Range | Missing


@dataclass(frozen=True)
class Call:
    """One call; `name` is the function's name in a formula, `height` and `width` are its result's."""

    name: str
    args: Sequence[Argument]
    height: int = 1
    width: int = 1


def write_calls(
    path: Path, calls: Sequence[Call], names: dict[str, str] | None = None
) -> list[tuple[int, str]]:
    """Write a workbook; return each call's first row and the range of its result.

    names: formulas that the workbook defines, by their name.
    """
    book = openpyxl.Workbook()
    results, arguments = book.active, book.create_sheet("Arguments")
    assert isinstance(results, Worksheet)
    results.title = "Results"
    for name, formula in (names or {}).items():
        book.defined_names[name] = DefinedName(name, attr_text=formula)
    row, places = 2, []
    for call in calls:
        texts, height, column = [], call.height, 1
        for arg in call.args:
            if isinstance(arg, tuple):
                texts.append(_put(arguments, row, column, arg))
                height, column = max(height, len(arg)), column + len(arg[0]) + 1
            else:
                texts.append(constant(arg))
        formula = f"={call.name}({','.join(texts)})"
        area = f"{reference(row, 1)}:{reference(row + call.height - 1, call.width)}"
        results.cell(row, 1).value = ArrayFormula(area, formula)
        places.append((row, area))
        row += height + 1
    book.save(path)
    return places


def _put(sheet: Worksheet, row: int, column: int, cells: Range) -> str:
    for down, line in enumerate(cells):
        for right, cell in enumerate(line):
            sheet.cell(row + down, column + right).value = (
                ERRORS[cell] if isinstance(cell, CellError) else cell
            )
    start, end = (row, column), (row + len(cells) - 1, column + len(cells[0]) - 1)
    return f"Arguments!{reference(*start)}:{reference(*end)}"


def constant(cell: Argument) -> str:
    """A single cell as a formula writes it; a blank one is a reference to a blank cell."""
    match cell:
        case None:
            return f"Arguments!{BLANK}"
        case Missing():
            return ""
        case bool():
            return str(cell).upper()
        case str():
            return '"' + cell.replace('"', '""') + '"'
        case CellError():
            return ERRORS[cell].removeprefix("=")
    return repr(cell)
