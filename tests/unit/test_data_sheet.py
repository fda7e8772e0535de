"""Data from a sheet of a workbook: what is read, and what is refused in one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.shipped import changed

from xlneuron.data import DataSet, default_data
from xlneuron.data.sheet import read_data
from xlneuron.errors import XlneuronError


def workbook(path: Path, rows: list[list[Any]], sheet: str = "Sheet1") -> str:
    """Write a workbook with a first sheet that is empty and one with these rows."""
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    for row in rows:
        (book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)).append(row)
    book.save(path)
    return f"{path}#{sheet}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "my data.xlsx"


def test_named_columns_in_any_order_and_case(path):
    source = workbook(path, [["y", "note", "X2", "x1"], [1, "a", 2.5, 3], [4, None, 5, 6e-3]])
    expected = DataSet(((3.0, 2.5), (0.006, 5.0)), ((1.0,), (4.0,)), ("x1", "x2", "y"), "my data.xlsx#Sheet1")
    assert read_data(source, ("x1", "x2"), ("y",)) == expected


def test_titles_above_blank_rows_and_other_columns_do_no_harm(path):
    rows = [["My measurements"], [], [None, "x", "y"], [], ["first", 1, 2], ["a note"], [None, 3, 4]]
    assert read_data(workbook(path, rows)).inputs == ((1.0,), (3.0,))


def test_the_first_sheet_is_read_if_none_is_named(path):
    book = openpyxl.Workbook()
    for row in (["x", "y"], [1, 2], [3, 4]):
        book.active.append(row)
    book.save(path)
    assert read_data(str(path)).targets == ((2.0,), (4.0,))


def test_a_csv_file_is_read_as_ever(tmp_path):
    (tmp_path / "my#1.csv").write_text("x,y\n1,2\n3,4\n")
    assert read_data(str(tmp_path / "my#1.csv")).inputs == ((1.0,), (3.0,))


def test_a_workbook_of_ours_is_data_too(tmp_path):
    from xlneuron.books.any_network.book import make
    from xlneuron.books.any_network.request import prepare
    from xlneuron.xlsx.write import write

    made = write(make(prepare(default_data(), epochs=1)), tmp_path / "made.xlsx")
    assert read_data(f"{made}#Data").inputs == default_data().inputs


TABLE = [["x", "y"], [1, 2], [3, 4]]
BAD_CELLS = [
    ("12 apples", "'12 apples' is not a number"),
    (True, "TRUE is not a number"),
    ("#N/A", "#N/A is not a number"),
    (None, "is blank; a number is needed"),
    (" ", "is blank; a number is needed"),
    ("=1+1", "is a formula without a value; save the workbook in a spreadsheet program first"),
]


@pytest.mark.parametrize(("cell", "problem"), BAD_CELLS)
def test_a_cell_that_is_no_number_is_named(path, cell, problem):
    source = workbook(path, [*TABLE, [5, cell]])
    with pytest.raises(XlneuronError) as raised:
        read_data(source)
    assert str(raised.value) == f"{source}, line 4, column y: {problem}"


BAD_VALUES = [
    ("<v>INF</v>", "'INF' is not a number"),
    ("<v>NaN</v>", "'NaN' is not a number"),
    ("<v>1e999</v>", "'1e999' is too large for a number"),
    ("<v>1_0</v>", "'1_0' is not a number"),
    ("<v>1,5</v>", "'1,5' is not a number"),
    ("<v>\u0661</v>", "'\u0661' is not a number"),
    (f"<v>{'9' * 5000}</v>", f"'{'9' * 37}...' is too large for a number"),
]
BAD_TEXTS = [(text, f"the file has no text number '{text}'") for text in ("-1", "99", "1.0", "x", "1_0")]


def with_value(source: str, cell: str) -> str:
    """The source with another content of cell A3, as no spreadsheet writes it but a program may."""
    file, _, sheet = source.partition("#")
    part = "xl/worksheets/sheet2.xml"
    new = changed(Path(file), {part: lambda xml: re.sub(r'<c r="A3"[^>]*>.*?</c>', cell, xml)})
    return f"{new}#{sheet}"


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        *((f'<c r="A3">{value}</c>', problem) for value, problem in BAD_VALUES),
        *((f'<c r="A3" t="s"><v>{text}</v></c>', problem) for text, problem in BAD_TEXTS),
    ],
)
def test_a_cell_that_no_spreadsheet_writes_is_named(path, cell, problem):
    source = with_value(workbook(path, TABLE), cell)
    with pytest.raises(XlneuronError) as raised:
        read_data(source)
    assert str(raised.value) == f"{source}, line 3, column x: {problem}"
    assert read_data(source.replace("changed", path.stem)).inputs == ((1.0,), (3.0,))


def test_such_a_cell_in_another_column_does_no_harm(path):
    rows = [["note", "x", "y"], [0, 1, 2], [0, 3, 4]]
    source = with_value(workbook(path, rows), '<c r="A3"><v>INF</v></c>')
    assert read_data(source).inputs == ((1.0,), (3.0,))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([["x", "z"], [1, 2], [3, 4]], "no column 'y'; the first line names 'x', 'z'"),
        ([["x", "y", "y"], [1, 2, 3]], "2 columns are named y; only one may be"),
        ([["x", "y"], [1, 2]], "one row below the header; at least 2 are needed"),
        ([["x", "y"]], "no rows below the header; at least 2 are needed"),
    ],
)
def test_a_sheet_without_the_data_is_refused(path, rows, problem):
    with pytest.raises(XlneuronError, match=problem):
        read_data(workbook(path, rows))


def test_an_empty_and_a_missing_sheet(path):
    workbook(path, TABLE)
    with pytest.raises(XlneuronError, match="#Empty: is empty; a row has to name the columns, as in x, y"):
        read_data(f"{path}#Empty")
    with pytest.raises(XlneuronError, match="no sheet 'None'; there are 'Empty', 'Sheet1'"):
        read_data(f"{path}#None")


@pytest.mark.parametrize(
    "content", [b"", b"x,y\n1,2\n", bytes.fromhex("d0cf11e0a1b11ae1") * 99, b"PK\3\4" * 99]
)
def test_what_is_no_workbook_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(XlneuronError) as raised:
        read_data(str(path))
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)
    with pytest.raises(XlneuronError, match="no such file"):
        read_data(str(path.with_name("none.xlsx")))
