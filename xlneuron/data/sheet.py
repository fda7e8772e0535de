"""Data from a sheet of an existing workbook, checked cell by cell as `data` checks a CSV file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from xlneuron.data import DataSet, data_set, find_column, read_csv
from xlneuron.errors import DataError, echo
from xlneuron.functions.cells import Cell, CellError
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.cells import CellReadError, SheetXml

WORKBOOK = re.compile(r"(.+\.xls[xm])(?:#(.*))?", re.IGNORECASE | re.DOTALL)
SEARCHED = 50  # rows with cells in which the one that names the columns is looked for


def read_data(source: str, inputs: Sequence[str] = ("x",), targets: Sequence[str] = ("y",)) -> DataSet:
    """Read a CSV file, or a sheet of a workbook: book.xlsx#Sheet1, or its first sheet: book.xlsx."""
    found = WORKBOOK.fullmatch(source)
    if found is None:
        return read_csv(source, inputs, targets)
    return read_sheet(found[1], found[2], inputs, targets)


def read_sheet(
    path: str | Path,
    sheet: str | None = None,
    inputs: Sequence[str] = ("x",),
    targets: Sequence[str] = ("y",),
) -> DataSet:
    """Read the named columns of a sheet (the first if None), below the first row that has all their names.

    Formulas count with the values that the file holds. Rows that are empty in all named columns are left
    out. Raises DataError, or XlneuronError for a file that is no workbook.
    """
    path = Path(path)
    with Archive(path) as archive:
        sheets = archive.sheets
        name = next(iter(sheets), "") if sheet is None else sheet
        if name not in sheets:
            known = ", ".join(echo(each) for each in list(sheets)[:12])
            raise DataError(str(path), f"no sheet {echo(name)}; there are {known or 'no sheets'}")
        xml = SheetXml(name, archive.utf8(sheets[name]), archive.strings)
    return _read(xml, f"{path}#{name}", f"{path.name}#{name}", tuple(inputs), tuple(targets))


def _read(
    xml: SheetXml, source: str, name: str, inputs: tuple[str, ...], targets: tuple[str, ...]
) -> DataSet:
    rows_with_cells = [
        row for row in sorted(xml.rows) if any(_is_there(xml, row, c) for c in xml.rows[row].cells)
    ]
    if not rows_with_cells:
        raise DataError(source, "is empty; a row has to name the columns, as in x, y")
    titles = {row: _titles(xml, row) for row in rows_with_cells[:SEARCHED]}
    wanted = {each.strip().casefold() for each in inputs + targets}
    fits = (
        row for row, names in titles.items() if wanted <= {each.strip().casefold() for each in names.values()}
    )
    top = next(fits, rows_with_cells[0])
    places = list(titles[top])
    header = list(titles[top].values())
    columns = [(each, places[find_column(each, header, source, top)]) for each in inputs + targets]
    rows = [
        tuple(_number(xml, row, place, source, column) for column, place in columns)
        for row in range(top + 1, xml.last_row + 1)
        if any(_is_there(xml, row, place) for _, place in columns)
    ]
    return data_set(rows, inputs, targets, source, name)


def _titles(xml: SheetXml, row: int) -> dict[int, str]:
    """Return the texts of a row by their columns."""
    return {
        column: str(_value(xml, row, column)) for column in xml.rows[row].cells if _is_there(xml, row, column)
    }


def _value(xml: SheetXml, row: int, column: int) -> Cell | CellReadError:
    """Return a cell's value, or what is wrong with it: only the named columns have to be right."""
    try:
        return xml.value(row, column)
    except CellReadError as error:
        return error


def _is_there(xml: SheetXml, row: int, column: int) -> bool:
    """Whether a cell holds something; blanks are nothing."""
    value = _value(xml, row, column)
    return (
        bool(value.strip()) if isinstance(value, str) else value is not None or bool(xml.formula(row, column))
    )


def _number(xml: SheetXml, row: int, place: int, source: str, column: str) -> float:
    value = _value(xml, row, place)
    if isinstance(value, float):
        return value
    if isinstance(value, CellReadError):
        problem = value.problem
    elif isinstance(value, CellError):
        problem = f"{value.value} is not a number"
    elif isinstance(value, bool):
        problem = f"{str(value).upper()} is not a number"
    elif value is None or not value.strip():
        formula = xml.formula(row, place)
        problem = "is blank; a number is needed"
        if formula:
            problem = "is a formula without a value; save the workbook in a spreadsheet program first"
    else:
        problem = f"{echo(value)} is not a number"
    raise DataError(source, problem, row, column)
