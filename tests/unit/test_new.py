"""`xlneuron new`: what it writes, and what it refuses before anything is written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from support.package_checks import audit, own_findings

from xlneuron.cli import main
from xlneuron.hosts.libreoffice.extension import qualified_name
from xlneuron.xlsx.package import read_mark


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "my.csv"
    rows = [f"{n % 7},{n % 5 / 2},{n % 3 + 1},{(n * n) % 11}" for n in range(20)]
    path.write_text("\n".join(["width,height,kind,value", *rows]))
    return path


def test_a_sheet_of_ones_own_network_and_data(data, tmp_path, capsys):
    path = tmp_path / "book.xlsx"
    arguments = (
        f"new {path} --network 2-3tanh-1 --data {data} --inputs width,height --target value --optimizer adam "
        "--learning-rate 0.01 --epochs 3 --derivatives both --scale standard --validation 0.2 --seed 3"
    )
    assert main(arguments.split()) == 0
    assert capsys.readouterr().out == f"{path}  How does the network 2-3tanh-1 learn?\n"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["About", "Training", "Epochs", "Validation", "Fit", "Predict", "Data", "Start"]
    headers = [cell.value for cell in book["Training"][5]]
    for header in ("width, scaled", "value", "w1_11", "z1_1", "h1_1", "d_w1_11", "est_w1_11", "new w1_11"):
        assert header in headers
    steps = [cell.value for cell in book["Training"]["E"]]
    assert sum(value is not None for value in steps[5:]) == 3 * 16
    assert read_mark(path)["template"] == "network"
    assert read_mark(path)["options"]["optimizer"] == "adam"
    assert (audit(path), own_findings(path)) == ([], [])


def test_classes_by_number(data, tmp_path, capsys):
    path = tmp_path / "kinds.xlsx"
    arguments = (
        f"new {path} --network 2-4relu-3softmax --data {data} --inputs width,height --target kind --json"
    )
    assert main(arguments.split()) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["path"], made["loss"], made["targets"]) == (str(path), "cross-entropy", ["kind"])


def test_the_same_options_give_the_same_file(tmp_path):
    paths = [tmp_path / name for name in ("a.xlsx", "b.xlsx")]
    for path in paths:
        assert main(["new", str(path), "--network", "1-3tanh-1", "--epochs", "2", "--quiet"]) == 0
    first, second = (path.read_bytes() for path in paths)
    assert first == second


@pytest.mark.parametrize(
    ("formulas", "name", "expected"),
    [
        ("lambda", "book.xlsx", "TRAIN_STEP("),
        ("functions", "book.xlsm", "TRAIN_STEP("),
        ("functions --host libreoffice", "book.xlsx", qualified_name("TRAIN_STEP")),
    ],
)
def test_formulas_of_every_kind(tmp_path, formulas, name, expected):
    path = tmp_path / name
    assert main(f"new {path} --network 1-2relu-1 --epochs 1 --quiet --formulas {formulas}".split()) == 0
    book = openpyxl.load_workbook(path)
    texts = [getattr(cell.value, "text", cell.value) for cell in book["Training"][7]]
    assert any(expected in str(text) for text in texts)


def test_a_file_of_somebody_else_is_kept(tmp_path, capsys):
    path = tmp_path / "mine.xlsx"
    path.write_text("mine")
    assert main(["new", str(path)]) == 1
    assert "exists and is not an unchanged workbook of xlneuron" in capsys.readouterr().err
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("book.ods", 2, "book.ods: with --formulas cells the file's name has to end in .xlsx"),
        ("book.xlsx --formulas functions", 2, "has to end in .xlsm"),
        ("book.xlsx --inputs a,b", 2, "--inputs and --target name columns of --data, which is missing"),
        ("book.xlsx --data none.csv", 1, "none.csv: no such file or directory"),
        ("book.xlsx --data my.csv", 1, "my.csv: no column 'x'; the first line names 'width', 'height', "),
        (
            "book.xlsx --data my.csv --inputs width, --target value",
            1,
            "--inputs: 'width,' is not names joined",
        ),
        ("book.xlsx --data my.csv --inputs width,width", 1, "--inputs: 'width,width' has a name twice"),
        ("book.xlsx --network 2-1", 1, "network: 2-1 has 2 inputs, but the data has 1"),
        (
            "book.xlsx --network 1-2000-1",
            1,
            "network: 1-2000-1 needs more columns than the 16,384 of a sheet",
        ),
        ("book.xlsx --epochs 40000", 1, "29 rows x 40,000 epochs do not fit a sheet of 1,048,576 rows"),
        ("book.xlsx --validation 1", 1, "--validation: '1' is not a share of the data, such as 0.2"),
        ("book.xlsx --seed -1", 1, "--seed: '-1' is not a whole number from 0 to 1,048,576"),
        ("book.xlsx --learning-rate 0", 1, "--learning-rate: '0' is not a number above 0"),
        ("book.xlsx --network 1-20tanh-20tanh-1 --formulas lambda", 1, "too large for a LAMBDA definition"),
        ("none/book.xlsx --epochs 1", 1, "none"),
    ],
)
def test_what_is_refused_leaves_nothing(data, tmp_path, monkeypatch, capsys, arguments, status, message):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["new", *arguments.split()]) == status
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_a_large_file_is_told_first(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("xlneuron.books.any_network.limits.LARGE_FILE", 10_000)
    path = tmp_path / "book.xlsx"
    assert main(["new", str(path), "--epochs", "100"]) == 0
    assert f"{path}: 2,900 rows x 19 columns, about 1 MB" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM that a program could answer")
@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_command_leaves_nothing(tmp_path, ending):
    path = tmp_path / "book.xlsx"
    path_of_log = tmp_path / "log"
    command = [sys.executable, "-m", "xlneuron", "new", str(path), "--epochs", "20000", "--quiet"]
    with path_of_log.open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        give_up = time.monotonic() + 60
        while not list(tmp_path.glob(".book.xlsx-*.tmp")):
            assert process.poll() is None
            assert time.monotonic() < give_up
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(ending)
        assert process.wait(30) == 128 + ending
    assert path_of_log.read_text() == "xlneuron: stopped\n"
    assert list(tmp_path.iterdir()) == [path_of_log]


def test_who_calls_main_keeps_its_own_signals(tmp_path):
    def mine(*_: object) -> None: ...

    before = signal.getsignal(signal.SIGTERM)
    assert main(["list"]) == 0
    assert signal.getsignal(signal.SIGTERM) == before
    signal.signal(signal.SIGTERM, mine)
    try:
        assert main(["list"]) == 0
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)
