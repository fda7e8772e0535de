"""CSV files: what is read, and what is refused in one line that says where."""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlneuron import data
from xlneuron.data import DataSet, check_rows, default_data, read_csv
from xlneuron.errors import DataError


@pytest.fixture
def csv_file(tmp_path):
    def write(content: str | bytes) -> Path:
        path = tmp_path / "my.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def points(data_set: DataSet) -> list[tuple[float, ...]]:
    return [x + y for x, y in zip(data_set.inputs, data_set.targets, strict=True)]


def test_default_data_is_the_seed():
    data_set = default_data()
    assert len(data_set) == 29
    assert points(data_set)[:2] == [(14.0, 58.0), (86.0, 202.0)]
    assert all(y == 2 * x + 30 for x, y in points(data_set))
    assert (data_set.names, data_set.source) == (("x", "y"), "line.csv")


@pytest.mark.parametrize(
    "content",
    [
        "x,y\n1,2\n3.5,-4e-1\n",
        "x,y\r\n1,2\r\n3.5,-4e-1",  # Windows, no line end at the end
        "x,y\r1,2\r3.5,-4e-1\r",  # old Mac
        codecs.BOM_UTF8 + b"x,y\n1,2\n3.5,-.4\n",  # "CSV UTF-8" of Excel
        "\n  \nx,y\n\n1,2\n   \n3.5,-0.4\n\n",  # blank lines
        ' X , "y"\n" 1", 2\n+3.50 ,-0.4\n',  # spaces, quotes, another case
        "name,y,größe,x\nanna,2,8,1\nbert,-.4,=1+1,3.5\n",  # other columns, another order
        "y,,x,\n2,,1,\n-.4,,3.5,\n",  # columns without a name
        "X,y,x\n9,2,1\n9,-.4,3.5\n",  # the exact name comes first
        "x;y\n1;2\n3,5;-0,4\n",  # European Excel
        "x\ty\n1\t2\n3.5\t-0.4\n",  # copied from a sheet
        "y;x;a,b,c\n2;1;0\n-,4;3,5;0\n",  # more commas than semicolons in the header
        'x,y,"note, long"\n1,2,"two\nlines"\n3.5,-0.4,""\n',
    ],
)
def test_spellings_of_the_same_data(csv_file, content):
    assert read_csv(csv_file(content)) == DataSet(
        inputs=((1.0,), (3.5,)), targets=((2.0,), (-0.4,)), names=("x", "y"), source="my.csv"
    )


def test_several_inputs_and_targets(csv_file):
    path = csv_file("y,x2,x1,z\n1,2,3,4\n5,6,7,8\n")
    data_set = read_csv(path, inputs=("x1", "x2"), targets=("z", "y"))
    assert data_set.inputs == ((3, 2), (7, 6))
    assert data_set.targets == ((4, 1), (8, 5))
    assert data_set.names == ("x1", "x2", "z", "y")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", ": is empty; the first line names the columns, as in x,y"),
        (" \n\n", ": is empty; the first line names the columns, as in x,y"),
        ("x,y\n", ": no rows below the header; at least 2 are needed"),
        ("x,y\n1,2\n", ": one row below the header; at least 2 are needed"),
        ("a,b\n1,2\n3,4\n", ": no column 'x'; the first line names 'a', 'b'"),
        ("x\n1\n2\n", ": no column 'y'; the first line names 'x'"),
        ("1,2\n3,4\n", ": no column 'x'; the first line names '1', '2'"),
        ('""\n1,2\n3,4\n', ": no column 'x'; the first line names '1', '2'"),
        ('""\n', ": no column 'x'; the first line names "),
        ("x,y,x\n1,2,3\n4,5,6\n", ", line 1: 2 columns are named x; only one may be"),
        ("Y,y\n1,2\n", ": no column 'x'; the first line names 'Y', 'y'"),
        ("x,y\n1,2\n3,\n", ", line 3, column y: is blank; a number is needed"),
        ("x,y\n1,2\n\n,\n", ", line 4, column x: is blank; a number is needed"),
        ("x,y\n1,12 apples\n3,4\n", ", line 2, column y: '12 apples' is not a number"),
        ("x,y\n1,=1+1\n3,4\n", ", line 2, column y: '=1+1' is not a number"),
        ("x,y\n1,@SUM(A1)\n3,4\n", ", line 2, column y: '@SUM(A1)' is not a number"),
        ("x,y\n-cmd|' /C calc'!A0,4\n", """, line 2, column x: "-cmd|' /C calc'!A0" is not a number"""),
        ("x,y\n1,inf\n3,4\n", ", line 2, column y: 'inf' is not a number"),
        ("x,y\n1,-Infinity\n3,4\n", ", line 2, column y: '-Infinity' is not a number"),
        ("x,y\nNaN,2\n3,4\n", ", line 2, column x: 'NaN' is not a number"),
        ("x,y\n1e999,2\n3,4\n", ", line 2, column x: '1e999' is too large for a number"),
        ("x,y\n1_000,2\n3,4\n", ", line 2, column x: '1_000' is not a number"),
        ("x,y\n١,2\n3,4\n", ", line 2, column x: '١' is not a number"),
        ("x,y\n#NUM!,2\n3,4\n", ", line 2, column x: '#NUM!' is not a number"),
        ("x,y\n1,2\n3\n", ", line 3: 1 value, but the first line names 2 columns"),
        ("x,y\n1,2\n3,4,5\n", ", line 3: 3 values, but the first line names 2 columns"),
        (
            'x,y\n"1,5",2\n3,4\n',
            ", line 2, column x: '1,5' has a decimal comma: "
            "write '1.5', or separate the columns by semicolons",
        ),
        (
            "x;y\n1,5;2\n3.5;4\n",
            ", line 3, column x: '3.5': decimal commas and decimal points in one file; use only one of them",
        ),
        ("x;y\n1.234,5;2\n3;4\n", ", line 2, column x: '1.234,5' is not a number"),
        ('x,y\n1,2\n"3,4\n5,6\n', ", line 3: not a CSV line (unexpected end of data); is a quote open?"),
        (b"x,y\n1,2\n3,\xb5\n", ", line 3: not UTF-8 text; save it as CSV UTF-8 (comma delimited)"),
        ("x,y\n1,2\n".encode("utf-16"), ", line 1: not UTF-8 text; save it as CSV UTF-8 (comma delimited)"),
        (b"PK\x03\x04\x00\x00", ", line 1: not UTF-8 text; save it as CSV UTF-8 (comma delimited)"),
        ("x,y" + "," * 1_000_000, ", line 1: a line of more than 1,000,000 characters; is it a CSV file?"),
    ],
)
def test_refusals_say_where_and_what(csv_file, content, problem):
    path = csv_file(content)
    with pytest.raises(DataError) as raised:
        read_csv(path)
    assert str(raised.value) == f"{path}{problem}"


def test_no_file_and_no_file_at_all(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: no such file or directory$"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(DataError, match=r": is a directory; a CSV file is needed$"):
        read_csv(tmp_path)
    with pytest.raises(DataError, match="null"):
        read_csv("my\0.csv")


def test_what_opens_and_cannot_be_read_is_named(monkeypatch, tmp_path):
    path = Path("/proc/self/mem")
    if path.exists():
        with pytest.raises(DataError, match=r"^/proc/self/mem: cannot be read \(input/output error\)$"):
            read_csv(path)
    with pytest.raises(DataError, match="name too long"):
        read_csv("a" * 300)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("my data.csv", "my data.csv"),
        ("Größe – 数据.csv", "Größe – 数据.csv"),
        ("a\x01b.csv", "a?b.csv"),
        ("\udcff.csv", "?.csv"),  # a byte that is not UTF-8
        ("two\nlines\t.csv", "two lines .csv"),
        ("no\xa0break.csv", "no break.csv"),
        ("\uffff.csv", "?.csv"),
    ],
)
def test_a_name_becomes_printable(name, shown):
    assert data.printable(name) == shown
    assert data.data_set([(1.0, 2.0)] * 2, ("x",), ("y",), "from", name).source == shown


def test_an_endless_file_ends():
    with pytest.raises(DataError, match=r"is not a regular file, but a pipe or a device|line 1: "):
        read_csv("/dev/zero" if Path("/dev/zero").exists() else __file__)


def test_no_more_rows_than_a_sheet(csv_file, monkeypatch):
    monkeypatch.setattr(data, "SHEET_ROWS", 11)
    assert len(read_csv(csv_file("x,y\n" + "1,2\n" * 10))) == 10
    with pytest.raises(DataError, match="line 12: a sheet holds at most 10 rows below its header"):
        read_csv(csv_file("x,y\n" + "1,2\n" * 11))


@pytest.mark.parametrize(
    ("rows", "epochs", "header_rows", "problem"),
    [
        (29, 36_157, 23, None),
        (
            29,
            36_158,
            23,
            "29 rows x 36,158 epochs do not fit a sheet of 1,048,576 rows; at most 36,157 do",
        ),
        (1_048_575, 1, 1, None),
        (1_048_575, 1, 2, "1,048,575 rows do not fit a sheet of 1,048,576 rows"),
    ],
)
def test_rows_times_epochs_fit_a_sheet(rows, epochs, header_rows, problem):
    if problem is None:
        check_rows(rows, epochs, header_rows)
        return
    with pytest.raises(DataError) as raised:
        check_rows(rows, epochs, header_rows, "my.csv")
    assert str(raised.value) == f"my.csv: {problem}"


@given(st.data())
def test_random_numbers_come_back_exactly(draw):
    finite = st.floats(allow_nan=False, allow_infinity=False)
    rows = draw.draw(st.lists(st.tuples(finite, finite), min_size=2, max_size=20))
    separator = draw.draw(st.sampled_from(",;\t"))
    comma = separator != "," and draw.draw(st.booleans())
    lines = [f"x{separator}y", *(separator.join(map(repr, row)) for row in rows)]
    text = "\n".join(lines)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "random.csv")
        path.write_text(text.replace(".", ",") if comma else text, encoding="utf-8")
        assert points(read_csv(path)) == rows


@given(st.binary() | st.binary().map(b"x,y\n1,2\n".__add__) | st.text("x,y;1.5\n\r\t\"' =-").map(str.encode))
@example(b'"\t"\x01')
def test_any_bytes_are_data_or_one_clear_line(content):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "any.csv")
        path.write_bytes(content)
        try:
            data_set = read_csv(path)
        except DataError as error:
            message = str(error)
        else:
            message = f"{path}: {len(data_set)} rows"
            assert len(data_set.inputs) == len(data_set.targets) >= 2
            assert all(type(value) is float for row in points(data_set) for value in row)
        assert message.startswith(str(path))
        assert message.isprintable()
