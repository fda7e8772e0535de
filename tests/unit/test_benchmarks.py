"""The benchmarks run, with sizes that tell nothing: so nothing is said about times here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.measure import Result, take_turns, times

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks", "--tiny", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.slow
def test_what_needs_no_other_program_runs():
    lines = run("training", "sweeping", "start").splitlines()
    assert lines[0].startswith("| what | against |")
    measured = {line.split("|")[2].strip() for line in lines[2:10]}
    assert {
        "NumPy, row by row",
        "PyTorch, eager, row by row",
        "PyTorch, one batch, autograd",
        "C with SIMD",
        "`python -c pass`",
        "`import openpyxl` alone",
    } <= measured


@pytest.mark.slow
def test_everything_else_runs():
    lines = run("writing", "opening", "calls").splitlines()
    measured = {line.split("|")[2].strip() for line in lines if line.startswith("|")}
    assert {
        "openpyxl write-only, no values",
        "XlsxWriter in constant memory",
        "the sheet by XlsxWriter",
        "an add-in that does nothing",
        "xlwings' NumPy converter",
    } <= measured


def test_an_unknown_part_is_refused():
    command = [sys.executable, "-m", "benchmarks", "reading"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 2
    assert "unknown part 'reading'" in ended.stderr


@pytest.mark.parametrize(
    ("result", "ratio", "met"),
    [
        (Result("a", "b", 4.0, 1.0, 4.0), 4.0, True),
        (Result("a", "b", 4.0, 1.0, 3.9), 3.9, False),
        (Result("a", "b", 1.4, 7.0, 5.0, faster=False), 1.4, True),
        (Result("a", "b", 1.3, 7.0, 5.0, faster=False), 1.4, False),
        (Result("a", "b", 4.0, 1.0, "not installed"), None, None),
        (Result("a", "b", None, 1.0, 2.0), 2.0, None),
    ],
)
def test_ratios_and_goals(result, ratio, met):
    assert result.ratio == ratio
    assert result.met is met


def test_the_first_turn_does_not_count_and_a_contender_may_measure_itself():
    turns = iter([100.0, 3.0, 1.0, 2.0])
    found = take_turns(3, {"one": lambda: next(turns), "two": lambda: 0.5})
    assert found == {"one": 2.0, "two": 0.5}


def test_a_call_made_many_times_is_measured_by_the_call():
    made = []
    assert times(5, lambda: made.append(1))() >= 0
    assert len(made) == 5


def test_tables():
    results = [
        Result("writing", "openpyxl", 4.0, 0.5, 2.5),
        Result("calling", "nothing", 1.4, 3e-5, 1e-5, faster=False),
        Result("training", "PyTorch", 200.0, 0.02, "not installed"),
        Result("memory", "before", 1.2, 53.0, 52.0, faster=False, unit="MB"),
    ]
    lines = report.tables(
        results, {"Writing": {"ours": {1000: 0.1}, "theirs": {}}}, {"gcc": "12"}
    ).splitlines()
    assert lines[2] == "| writing | openpyxl | 500 ms | 2.5 s | 5.00 | at least 4 | met |"
    assert lines[3] == "| calling | nothing | 30 µs | 10 µs | 3.00 | at most 1.4 | **not met** |"
    assert lines[4] == "| training | PyTorch | 20 ms | not installed |  | at least 200 |  |"
    assert lines[5] == "| memory | before | 53 MB | 52 MB | 1.02 | at most 1.2 | met |"
    assert "gcc 12" in lines[8]
    assert lines[-1] == "| 1,000 | 100 ms |  |"


def test_the_document_is_changed_between_its_marks_only(tmp_path):
    path = tmp_path / "benchmarks.md"
    path.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", "utf-8")
    report.put(path, "new")
    assert path.read_text("utf-8") == f"before\n{report.BEGIN}\n\nnew\n{report.END}\nafter\n"


def test_the_document_has_the_marks():
    text = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert text.count(report.BEGIN) == text.count(report.END) == 1
