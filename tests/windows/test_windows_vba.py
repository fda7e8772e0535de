"""The VBA of the add-in, translated to VBScript and run by Wine's cscript, against the real COM server.

Not translated: the declarations of the two DLL functions (test_windows_com.py has the real DLL called),
attributes, types and conditional compilation, whose branch for 64 bits is taken.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.vba_text import as_vbscript
from support.wine import ROOT, Wine

from xlneuron.hosts.excel import settings

pytestmark = pytest.mark.windows

HERE = Path(__file__).parent
HOME = "C:\\users\\{}\\home"
SETTINGS = '"OTHER","x"\r\n"interpreter_win","{}"\r\n'


@pytest.fixture(scope="module")
def answers(wine: Wine) -> dict[str, str]:
    """What answer.vbs printed: a label, and what a cell gets."""
    places = {"home/.xlneuron": wine.python, "home/beside": r"C:\gone\python.exe"}
    for folder, python in places.items():
        wine.path(folder).mkdir(parents=True)
        (wine.path(folder) / "xlneuron.conf").write_bytes(SETTINGS.format(python).encode("cp1252"))
    parts = [
        (HERE / "prelude.vbs").read_text("ascii"),
        as_vbscript((ROOT / "vba" / "xlneuron_udfs.bas").read_text("ascii")),
        (HERE / "answer.vbs").read_text("ascii").replace("WScript.Arguments(1)", f'"{home(wine)}"'),
    ]
    script = "\n".join(parts).replace("\n", "\r\n").encode("cp1252")
    wine.path("answer.vbs").write_bytes(script)
    done = wine.script("run_vbscript.py", rf"C:\users\{wine.user.name}\answer.vbs", encoding="cp437")
    assert done.returncode == 0, done.stdout
    pairs = (line.partition(": ") for line in done.stdout.splitlines())
    return {label: value for label, _, value in pairs}


def home(wine: Wine) -> str:
    return HOME.format(wine.user.name)


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        ("scalar", "Double 31"),
        ("row", "Array [Double 0] [Double 0.75]"),
        ("column", "Array [Double 5]; [Double 7]; [Double 9];"),
        ("table", "Array [Double 0] [Double 0]; [Double 4] [Double 2];"),
        ("overflow", "Array [Double 5]; [String CVErr(2036)];"),
        ("overflow in a row", "Array [String CVErr(2036)] [String CVErr(2036)]"),
        ("ranges", "Double 31"),
        ("areas", "String NEURON_FORWARD: an argument is one range of cells, not several"),
        ("a server that died", "Double 0, activated 2"),
        ("two of them", "String xlneuron: Python ended during the call. Run: xlneuron doctor excel"),
    ],
)
def test_what_a_cell_gets(answers: dict[str, str], label: str, cells: str) -> None:
    assert answers[label] == cells


def test_a_message_of_python(answers: dict[str, str]) -> None:
    assert answers["message"].startswith(
        "String NEURON_FORWARD: network: unknown activation 'relo' (known: none,"
    )


def test_python_is_started_once_by_the_command_of_the_settings(answers: dict[str, str], wine: Wine) -> None:
    assert answers["activated"] == "1"
    assert answers["command"] == settings.command(Path(wine.python))


def test_a_python_that_does_not_start_is_tried_once_for_a_thousand_cells(
    answers: dict[str, str], wine: Wine
) -> None:
    sentence = f"String xlneuron: {wine.python} does not start. Run: xlneuron doctor excel"
    assert answers["no start"] == f"{sentence}, activated 1"


def test_settings_beside_a_workbook_are_not_read(answers: dict[str, str]) -> None:
    """Else whoever sends a workbook could send a program with it."""
    assert answers["a workbook beside settings"] == "Double 0"


def test_settings_beside_an_add_in_are_read_first(answers: dict[str, str]) -> None:
    gone = r"C:\gone\python.exe is gone. Run: xlneuron install excel"
    assert answers["an add-in beside settings"] == f"String xlneuron: {gone}"


def test_no_settings(answers: dict[str, str], wine: Wine) -> None:
    place = rf"{home(wine)}\nobody\.xlneuron\xlneuron.conf"
    assert (
        answers["no settings"]
        == f"String xlneuron: no Python is named in {place}. Run: xlneuron install excel"
    )
