"""Every kind of workbook opens in other people's readers, with every value that is in it.

What a reader does with a value that it has no way to say is written down here; whatever else differs is a
fault of the file.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pytest
from support.kinds import ADDIN, KINDS, write_addin
from support.package import Package, cached_cells, reference

from xlneuron.functions.cells import Cell, CellError

pytestmark = pytest.mark.host

NODE = Path(__file__).parents[1] / "support" / "node"
MODULES = Path(__file__).parents[2] / "build" / "node"  # where npm puts the libraries, once

Cells = dict[str, Cell]  # by address; what is empty is not there
Sheets = dict[str, Cells]
Reader = Callable[[str], dict[str, Sheets]]  # of all files with a library, by kind


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of every kind, by its name."""
    folder = tmp_path_factory.mktemp("kinds")
    made = {}
    for number, (kind, each) in enumerate(KINDS.items()):
        (folder / str(number)).mkdir()
        made[kind] = each.write(folder / str(number))
    return {**made, ADDIN: write_addin(folder)}


def expected(path: Path) -> Sheets:
    """The values that are in a file."""
    return {
        sheet: {reference(*at): cell.value for at, cell in cells.items() if cell.value not in (None, "")}
        for sheet, cells in cached_cells(path).items()
    }


def differences(wanted: Sheets, found: Sheets) -> list[str]:
    """What was read otherwise, or not at all."""
    assert list(found) == list(wanted)
    return [
        f"{sheet}!{at}: {cells.get(at)!r} in the file, {found[sheet].get(at)!r} read"
        for sheet, cells in wanted.items()
        for at in sorted(cells.keys() | found[sheet].keys())
        if cells.get(at) != found[sheet].get(at)
    ]


def only(sheets: Sheets, keep: Callable[[str, str, Cell], bool]) -> Sheets:
    """The cells of which a function of sheet, address and value says so."""
    return {
        name: {at: value for at, value in cells.items() if keep(name, at, value)}
        for name, cells in sheets.items()
    }


def test_openpyxl(files: Mapping[str, Path]) -> None:
    """It opens no add-in, whoever wrote it."""

    def value(cell: Any) -> Cell:
        return CellError(cell.value) if cell.data_type == "e" else cell.value

    for kind, path in files.items():
        if kind != ADDIN:
            book = openpyxl.load_workbook(path, data_only=True)
            cells = {sheet.title: [cell for row in sheet for cell in row] for sheet in book}
            found = {name: {cell.coordinate: value(cell) for cell in each} for name, each in cells.items()}
            assert differences(expected(path), only(found, is_filled)) == [], kind


def is_filled(_: str, __: str, value: Cell) -> bool:
    return value is not None and value != ""


def test_pandas_with_calamine(files: Mapping[str, Path]) -> None:
    """It has nothing for an error value: such a cell is empty."""
    for kind, path in files.items():
        frames = pandas.read_excel(
            path, engine="calamine", sheet_name=None, header=None, dtype=object, keep_default_na=False
        )
        found = {
            name: {
                reference(row, column): value
                for row, values in enumerate(frame.itertuples(index=False), 1)
                for column, value in enumerate(values, 1)
            }
            for name, frame in frames.items()
        }
        wanted = only(expected(path), lambda _, __, value: not isinstance(value, CellError))
        assert differences(wanted, only(found, is_filled)) == [], kind


@pytest.fixture(scope="module")
def node(files: Mapping[str, Path]) -> Reader:
    """Read all files with a JavaScript library. Where there is Node, npm has to be able to install them."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed: the readers in JavaScript were not tried")
    lock = (NODE / "package-lock.json").read_bytes()
    installed = MODULES / "installed.json"  # of which lock
    if not installed.is_file() or installed.read_bytes() != lock:
        MODULES.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NODE / name, MODULES)
        npm = ["npm", "ci", "--prefix", str(MODULES), "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(npm, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"npm could not install SheetJS and exceljs:\n{done.stderr}"
        installed.write_bytes(lock)
    shutil.copy(NODE / "read.js", MODULES)

    def read(library: str) -> dict[str, Sheets]:
        command = ["node", str(MODULES / "read.js"), library, *map(str, files.values())]
        done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout, parse_int=float)
        return {kind: only(found[str(path)], is_filled) for kind, path in files.items()}

    return read


def with_errors(sheets: Sheets) -> Sheets:
    """Values with the errors that the script has as objects."""

    def value(each: Any) -> Cell:
        return CellError(each["error"]) if isinstance(each, dict) and "error" in each else each

    return {name: {at: value(each) for at, each in cells.items()} for name, cells in sheets.items()}


def test_sheetjs(files: Mapping[str, Path], node: Reader) -> None:
    for kind, found in node("sheetjs").items():
        assert differences(expected(files[kind]), with_errors(found)) == [], kind


def test_exceljs(files: Mapping[str, Path], node: Reader) -> None:
    """It loses a result that is 0 or an empty text: only the formula is left of such a cell."""
    for kind, read in node("exceljs").items():
        found, wanted = with_errors(read), expected(files[kind])
        lost = {(name, at) for name, cells in found.items() for at, v in cells.items() if isinstance(v, dict)}
        for name, at in lost:
            assert wanted[name].pop(at, 0.0) == 0.0, f"{kind}: {name}!{at}"
            del found[name][at]
        assert differences(wanted, found) == [], kind


def test_there_are_errors_texts_and_zeros_to_read(files: Mapping[str, Path]) -> None:
    values = [value for cells in expected(files["03-learning-rate"]).values() for value in cells.values()]
    assert {CellError.NUM, CellError.NA, 0.0} <= set(values)
    assert any(isinstance(value, str) for value in values)
    assert [sheet.name for sheet in Package(files[ADDIN]).sheets] == ["xlneuron"]
