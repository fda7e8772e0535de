"""A changed setting on Windows: the calls that it makes, replayed through xlwings' COM server under Wine.

The workbook is one of the dialect `functions`. What a spreadsheet then calculates anew is found in its
formulas, and every call is made with the values that are in the file. Beside it: as many calls of a function
that does nothing, through the same server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import openpyxl

from benchmarks.dependents import CALLED, dependents
from benchmarks.measure import Result, Sizes
from tests.support.wine import Wine, windows_path
from xlneuron.cli import main
from xlneuron.functions import FUNCTIONS
from xlneuron.upkeep.find.book import find
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.tokens import Place, meaning

Meaning = list[str | Place | float]
Call = tuple[str, list[object]]  # a function, and the values of its arguments

CHANGES = (  # what is changed: the template, its sheet, the setting; and the seconds that it may take
    ("01-basic-sgd", "sgd", "learning_rate", 0.5),
    ("07-optimizers", "adam", "learning_rate", 3.0),
    ("07-optimizers", "race", "start_a", 3.0),
)


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The rows of the table about Windows."""
    try:
        wine = Wine()
    except RuntimeError as error:
        return [Result("A changed setting on Windows", "calls that do nothing", None, 0.0, str(error))]
    results = []
    with wine:
        for template, sheet, setting, most in CHANGES:
            main(["build", template, "--formulas", "functions", "--out", str(folder), "--quiet", "--force"])
            calls = replayed(folder / f"{template}-functions.xlsm", sheet, setting)
            ours, nothing = seconds(wine, calls, folder, sizes.rounds)
            what = f"{template}: another {setting} ({sheet}), {len(calls):,} calls by COM, at most {most:g} s"
            results.append(Result(what, "as many that do nothing", None, ours, nothing, faster=False))
    return results


def replayed(path: Path, sheet: str, setting: str) -> list[Call]:
    """Return the calls that a change of a setting makes in a workbook, by rows."""
    values = openpyxl.load_workbook(path, data_only=True)

    def value(argument: Meaning) -> object:
        match argument:
            case [Place() as first, ":", Place() as last]:
                rows = values[first.sheet].iter_rows(
                    first.row, last.row, first.column, last.column, values_only=True
                )
                return [list(row) for row in rows]
            case [Place() as place]:
                return values[place.sheet].cell(place.row, place.column).value
            case [str() as text]:
                return text.strip('"')
        (number,) = argument
        return number

    found = []
    for function, *arguments in _calls(path, sheet, setting):
        found.append((str(function[0]).upper(), [value(argument) for argument in arguments]))
    return found


def _calls(path: Path, sheet: str, setting: str) -> Iterator[list[Meaning]]:
    """Yield the parts of every call: its function, and its arguments."""
    cells = [cell for cell, number in dependents(path, sheet, setting).items() if number]
    with Archive(path) as archive:
        book = find(archive)
    for each in book.book.sheets:
        xml, names = book.sheets[each.key], book.places(each)
        for cell in sorted((cell for cell in cells if cell.sheet == each.name), key=lambda cell: cell.row):
            text = xml.formula(cell.row, cell.column)
            assert text is not None
            said = meaning(text, each.name, names)
            assert said[0] in CALLED
            parts = groupby(said, key=lambda part: part in ("(", ")", ","))
            yield [list(part) for is_mark, part in parts if not is_mark]


def seconds(wine: Wine, calls: list[Call], folder: Path, rounds: int) -> tuple[float, float]:
    """Return how long all calls take, and as many that do nothing."""
    assert all(function in FUNCTIONS for function, _ in calls)
    listed = folder / "calls.json"
    listed.write_text(json.dumps(calls))
    done = wine.script("replay.py", windows_path(listed), str(rounds), seconds=600)
    if done.returncode:
        raise RuntimeError(done.stdout)
    ours, nothing = json.loads(done.stdout)
    return ours, nothing
