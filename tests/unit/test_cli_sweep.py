"""`xlneuron sweep`: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow.parquet
import pytest

from xlneuron.cli import main, make_parser
from xlneuron.cli.values import learning_rates
from xlneuron.data import default_data
from xlneuron.engine.network import parse
from xlneuron.engine.sweep import sweep
from xlneuron.errors import ArgumentError
from xlneuron.xlsx.marks import SHADES
from xlneuron.xlsx.package import read_mark

DATA = default_data()
OPTIONS = ("--network", "1-1relu-1", "--learning-rates", "1e-6:1e-4:3", "--seeds", "4", "--epochs", "2")
FOUND = sweep(parse("1-1relu-1"), DATA.inputs, DATA.targets, learning_rates("1e-6:1e-4:3"), 4, epochs=2)


def run(*arguments: str) -> int:
    return main(["sweep", *OPTIONS, *arguments])


def test_the_terminal_shows_each_learning_rate_and_the_best_run(capsys):
    assert run() == 0
    out, err = capsys.readouterr()
    assert err == ""
    header, *rows, blank, best = out.splitlines()
    assert header.split() == ["learning", "rate", "best", "RMSE", "median", "RMSE", "exploded"]
    assert [row.split()[0] for row in rows] == ["1e-06", "1e-05", "0.0001"]
    assert rows[0].split()[1:] == [f"{min(FOUND.rmse[0]):.5g}", f"{np.median(FOUND.rmse[0]):.5g}", "0/4"]
    assert blank == ""
    rate, seed = FOUND.best
    assert best == (
        f"Best: RMSE {FOUND.rmse.min():.5g} at learning rate {FOUND.learning_rates[rate]:.3g}, "
        f"seed {seed + 1}"
    )


def test_json(capsys):
    assert run("--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["network"] == "1-1relu-1"
    assert shown["path"] is None
    assert [rate["best"] for rate in shown["rates"]] == FOUND.rmse.min(axis=1).tolist()
    assert shown["best"]["rmse"] == FOUND.rmse.min()


def check_columns(columns: dict[str, list[float]]) -> None:
    names = ["learning_rate", "seed", "rmse_start", "rmse", *(f"start_{name}" for name in "abcd"), *"abcd"]
    assert list(columns) == names
    assert columns["learning_rate"] == np.repeat(FOUND.learning_rates, 4).tolist()
    assert columns["seed"] == [1, 2, 3, 4] * 3
    assert columns["rmse"] == FOUND.rmse.ravel().tolist()
    assert columns["rmse_start"] == FOUND.rmse_start.tolist() * 3
    for place, name in enumerate("abcd"):
        assert columns[name] == FOUND.weights[..., place].ravel().tolist()
        assert columns[f"start_{name}"] == FOUND.start[:, place].tolist() * 3


def test_csv(tmp_path, capsys):
    path = tmp_path / "sweep.csv"
    assert run("--out", str(path)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(path)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    check_columns({name: [float(row[place]) for row in rows] for place, name in enumerate(header)})


def test_parquet(tmp_path):
    path = tmp_path / "sweep.parquet"
    assert run("--out", str(path)) == 0
    check_columns(pyarrow.parquet.read_table(path).to_pydict())


def test_workbook(tmp_path):
    path = tmp_path / "sweep.xlsx"
    assert run("--out", str(path)) == 0
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == ["About", "Heat map", "Runs"]
    heat = book["Heat map"]
    cells = [cell for row in heat.iter_rows(min_row=6, max_row=8) for cell in row if cell.value is not None]
    numbers = {cell.value for cell in cells if isinstance(cell.value, float)}
    assert set(FOUND.rmse.ravel().tolist()) <= numbers
    rules = [rule for rules in heat.conditional_formatting for rule in rules.rules]
    assert sum("SUMPRODUCT(MAX(" in rule.formula[0] for rule in rules) == SHADES
    assert {rule.type for rule in rules} == {"expression"}  # a colour scale vanishes where a cell is an error
    mark = read_mark(path)
    assert mark is not None
    assert mark["options"] == {
        "network": "1-1relu-1",
        "data": "line.csv",
        "learning_rates": list(learning_rates("1e-6:1e-4:3")),
        "seeds": 4,
        "epochs": 2,
        "optimizer": "sgd",
    }
    assert run("--out", str(path)) == 0  # ours and unchanged: made again


def test_a_file_stays_whole_when_the_new_one_cannot_be_finished(tmp_path, monkeypatch):
    path = tmp_path / "sweep.csv"
    path.write_text("precious")
    monkeypatch.setattr("xlneuron.cli.sweep._columns", lambda _: {"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(ValueError, match="longer"):
        run("--out", str(path), "--force")
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_a_file_that_exists_is_kept_unless_forced(ending, tmp_path, capsys):
    path = tmp_path / f"mine{ending}"
    path.write_text("mine", "utf-8")
    assert run("--out", str(path)) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert path.read_text("utf-8") == "mine"
    assert run("--out", str(path), "--force") == 0
    assert path.read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("arguments", "status", "problem"),
    [
        (("--out", "sweep.txt"), 2, "--out: .txt is not .csv, .parquet or .xlsx (see xlneuron sweep --help)"),
        (
            ("--out", "sweep"),
            2,
            "--out: no ending is not .csv, .parquet or .xlsx (see xlneuron sweep --help)",
        ),
        (("--out", "nowhere/sweep.csv"), 1, "nowhere/sweep.csv: there is no folder nowhere"),
        (("--network", "2-1"), 1, "--network: 2-1 has 2 inputs, but the data has 1"),
        (("--network", "1-2"), 1, "--network: 1-2 has 2 outputs, but the data has 1"),
        (("--optimizer", "sdg"), 1, "optimizer: unknown optimizer 'sdg'"),
        (("--learning-rates", "0"), 1, "--learning-rates: '0' is not a number above 0; write 1e-7:1e-2:50"),
        (("--learning-rates", "1:x:3"), 1, "--learning-rates: 'x' is not a number above 0"),
        (("--learning-rates", "1:2"), 1, "--learning-rates: '1:2' is not a number above 0"),
        (("--learning-rates", "1:2:0"), 1, "--learning-rates: '0' is not a whole number from 1"),
        (("--seeds", "0"), 1, "--seeds: '0' is not a whole number from 1"),
        (("--seeds", "1000000"), 1, "learning_rates: 3 learning rates x 1000000 seeds; 1 to 1,000,000 runs"),
    ],
)
def test_what_is_refused(arguments, status, problem, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"xlneuron: {problem}")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_parquet_without_pyarrow(tmp_path):
    code = """
import sys
sys.modules["pyarrow"] = None  # as if it were not installed
from xlneuron.cli import main
sys.exit(main(["sweep", "--out", "sweep.parquet"]))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "xlneuron: sweep.parquet: Parquet needs pyarrow: pip install pyarrow, or write .csv or .xlsx\n"
    )
    assert not Path(tmp_path, "sweep.parquet").exists()


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("1e-4", (1e-4,)),
        ("1e-5,1e-4", (1e-5, 1e-4)),
        ("1e-7:1e-2:1", (1e-7,)),
        ("1e-7:1e-2:2", (1e-7, 1e-2)),
        ("1:100:3", (1.0, 10.0, 100.0)),
        ("1e-2:1e-4:3", (1e-2, 1e-3, 1e-4)),
    ],
)
def test_learning_rates(text, rates):
    assert learning_rates(text) == pytest.approx(rates, rel=1e-15)


def test_the_ends_of_a_range_are_exact():
    rates = learning_rates("1e-7:1e-2:50")
    assert (len(rates), rates[0], rates[-1]) == (50, 1e-7, 1e-2)
    np.testing.assert_allclose(rates, np.geomspace(1e-7, 1e-2, 50), rtol=1e-13)


def test_a_wrong_range_is_an_argument_error():
    with pytest.raises(ArgumentError, match="write 1e-7:1e-2:50, from, to and how many, or 1e-5,1e-4"):
        learning_rates("-1")


def test_the_default_is_what_help_says(capsys):
    assert main(["sweep", "--help"]) == 0
    assert "(default: 1e-7:1e-2:16)" in " ".join(capsys.readouterr().out.split())
    assert make_parser().parse_args(["sweep"]).learning_rates == learning_rates("1e-7:1e-2:16")
