"""`xlneuron regenerate` and `xlneuron check` as they are typed."""

from __future__ import annotations

import json

import pytest
from support.package import cached_cells
from support.shipped import SGD, changed, formula

from xlneuron.cli import main


def test_regenerate_says_what_it_did(book, capsys):
    assert main(["regenerate", str(book), "--epochs", "2", "--learning-rate", "0.00001"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        str(book),
        "  SGD, sgd: 116 -> 58 rows",
        "  Epochs, epochs: 4 -> 2 rows",
        "  Data, data: 29 rows",
        "  Data, fit: 29 rows",
        f"  as it was before: {book.with_name('book.backup.xlsx')}",
    ]
    assert cached_cells(book)["SGD"][5, 2].value == 1e-5


def test_regenerate_for_programs(book, capsys):
    assert main(["regenerate", str(book), "--epochs", "2", "--no-backup", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["tables"]["SGD, sgd"] == {"before": 116, "after": 58}
    assert (said["path"], said["backup"], said["notes"]) == (str(book), None, [])
    assert list(book.parent.iterdir()) == [book]


def test_check_of_a_good_workbook(book, capsys):
    assert main(["check", str(book)]) == 0
    assert capsys.readouterr().out == f"{book}: all right, 3,184 formulas and 3,184 values\n"


def test_check_of_a_wrong_one(book, capsys):
    def two(xml: str) -> str:
        return formula("Q40", "K40+learning_rate*O40")(formula("L60", "J60*H59+K60")(xml))

    path = changed(book, {SGD: two})
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "SGD!Q40: expected =K40-learning_rate*O40, found =K40+learning_rate*O40: "
        "it has + where its column has -",
        "SGD!L60: expected =J60*H60+K60, found =J60*H59+K60: it refers to row 59 instead of row 60",
    ]
    assert said.err == f"xlneuron: {path}: 2 wrong cells; the first is SGD!Q40\n"
    assert main(["check", str(path), "--json"]) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [(each["sheet"], each["cell"], each["kind"]) for each in problems] == [
        ("SGD", "Q40", "formula"),
        ("SGD", "L60", "formula"),
    ]


def test_check_of_any_sheet_by_its_columns(book, capsys):
    columns = "x=H,y=I,a=J,b=K,pred=L,err=M,d_a=T,d_b=U"
    assert main(["check", str(book), "--sheet", "SGD", "--map", columns]) == 0
    assert capsys.readouterr().out.startswith(f"{book}: all right, 694 formulas")
    wrong = columns.replace("pred=L,err=M", "pred=M,err=L")
    assert main(["check", str(book), "--sheet", "SGD", "--map", wrong]) == 1
    assert "SGD!M6: expected 15, found 1849: it is not the prediction" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["check", "none.xlsx"], 1, "none.xlsx: no such file or directory"),
        (["regenerate", "none.xlsx"], 1, "none.xlsx: no such file or directory"),
        (["regenerate", "BOOK", "--epochs", "0"], 1, "--epochs"),
        (["regenerate", "BOOK", "--data", "none.csv"], 1, "none.csv: no such file"),
        (["check", "BOOK", "--map", "x"], 1, "--map: 'x': columns are written as in x=A"),
        (["check", "BOOK", "--map", "x=A,x=B"], 1, "--map"),
        (["check", "BOOK", "--map", "x=A,y=B"], 1, "--map: no column for a, b"),
        (["check", "BOOK", "--sheet", "SGD"], 2, "go with --map"),
        (["check", "BOOK", "--recalculate", "--map", "x=A"], 2, "--recalculate is for workbooks"),
        (["check"], 2, "see xlneuron check --help"),
    ],
)
def test_what_is_refused_in_one_line(book, capsys, arguments, status, message):
    before = book.read_bytes()
    assert main([str(book) if each == "BOOK" else each for each in arguments]) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert message in said.err
    assert book.read_bytes() == before
