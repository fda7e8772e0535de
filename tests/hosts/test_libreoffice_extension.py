"""The extension in a real LibreOffice, on a profile of its own."""

from __future__ import annotations

import csv
import math
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from support.calls import Argument, Call, write_calls
from support.package import reference

from tests.examples import EXAMPLES, Example
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import call as python
from xlneuron.functions.cells import Cell, CellError
from xlneuron.functions.signature import Kind
from xlneuron.hosts.libreoffice import extension, install
from xlneuron.hosts.libreoffice.extension import qualified_name
from xlneuron.hosts.office import Book, Office, find_office

pytestmark = pytest.mark.host

EXACT = 1e-12  # relative: the same NumPy does the same, but the two may be of different versions


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A LibreOffice with the extension."""
    path = extension.write(tmp_path_factory.mktemp("extension") / extension.FILE)
    with Office(extensions=[path]) as office:
        yield office


def sheet(path: Path, cells: dict[str, object]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Sheet"
    for place, value in cells.items():
        page[place] = value
    book.save(path)
    return path


# What LibreOffice does before it calls an add-in: a single blank cell is the number 0, and a range with an
# error in it is an error in the list of arguments, Err:504, without a call.


def adapted(args: tuple[Argument, ...], kinds: list[Kind]) -> tuple[Argument, ...]:
    """The arguments as Python gets them from LibreOffice."""
    return tuple(
        0.0 if arg is None and kind is not Kind.TEXT else arg for arg, kind in zip(args, kinds, strict=False)
    )


def has_error(args: tuple[Argument, ...]) -> bool:
    return any(
        isinstance(cell, CellError) for arg in args if isinstance(arg, tuple) for row in arg for cell in row
    )


def agree(expected: Cell, found: Cell) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(expected, found, rel_tol=EXACT, abs_tol=0)
    return expected == found


def expectation(example: Example) -> list[list[Cell]]:
    """What Python returns; LibreOffice adds the two rules above."""
    function = FUNCTIONS[example.function]
    if has_error(example.args):
        rows, columns = len(example.expected), len(example.expected[0])
        return [[CellError.VALUE] * columns for _ in range(rows)]
    return python(function, adapted(example.args, [argument.kind for argument in function.arguments]))


def test_every_example_in_cells(office: Office, tmp_path: Path) -> None:
    expected = [expectation(example) for example in EXAMPLES]
    calls = [
        Call(qualified_name(example.function), example.args, len(rows), len(rows[0]))
        for example, rows in zip(EXAMPLES, expected, strict=True)
    ]
    places = write_calls(tmp_path / "examples.xlsx", calls)
    with office.open(tmp_path / "examples.xlsx") as book:
        book.calculate()
        cells = book.values("Results")
    for example, rows, (first, _) in zip(EXAMPLES, expected, places, strict=True):
        found = [line[: len(rows[0])] for line in cells[first - 1 : first - 1 + len(rows)]]
        same = [
            agree(*pair)
            for left, right in zip(rows, found, strict=True)
            for pair in zip(left, right, strict=True)
        ]
        assert all(same), f"{example.function}, {example.note}: {found}, expected {rows}"


def test_the_rules_of_libreoffice_concern_few_examples() -> None:
    """All others, every message about them included, have to be what Python returns."""
    differing = [
        example
        for example in EXAMPLES
        if expectation(example) != python(FUNCTIONS[example.function], example.args)
    ]
    assert len(differing) < len(EXAMPLES) / 8, [(example.function, example.note) for example in differing]


NEURON_FORWARD = qualified_name("NEURON_FORWARD")
SGD_STEP = qualified_name("SGD_STEP")


def test_single_cells_ranges_blanks_texts_and_errors(office: Office, tmp_path: Path) -> None:
    cells: dict[str, object] = {
        "A1": 2,
        "B1": 1,
        "C1": "text",
        "D1": "=1/0",
        "E1": "relu",
        "F1": -5,
        "H1": True,
    }
    results: dict[str, Cell] = {
        f"={NEURON_FORWARD}(F1,A1:B1)": -9.0,
        f"={NEURON_FORWARD}(F1,A1:B1,E1)": 0.0,
        f"={NEURON_FORWARD}(F1,A1:B1,G1)": -9.0,  # a blank network is the default
        f"={NEURON_FORWARD}(F1,A1:B1,)": -9.0,
        f"={NEURON_FORWARD}(H1,A1:B1)": 3.0,
        f"={NEURON_FORWARD}(G1,A1:B1)": 1.0,  # a single blank cell is 0
        f"={NEURON_FORWARD}(C1,A1:B1)": "NEURON_FORWARD: inputs: 'text' is not a number",
        f"={NEURON_FORWARD}(F1,A1:C1)": "NEURON_FORWARD: weights: 'text' in row 1, column 3 is not a number",
        f"={NEURON_FORWARD}(F1,F1:G1)": "NEURON_FORWARD: weights: a blank cell in row 1, column 2, "
        "expected a number",
        f"={NEURON_FORWARD}(F1)": "NEURON_FORWARD: weights: missing",
        f"={NEURON_FORWARD}(D1,A1:B1)": CellError.DIV0,
        f"={NEURON_FORWARD}(F1,C1:D1)": CellError.VALUE,
        f"={NEURON_FORWARD}({SGD_STEP}(1,2,0.25),A1:B1)": 2.0,  # a call in a call
        f"=SUM({SGD_STEP}(A1:B1,A1:B1,0.5))": 1.5,
        f"={SGD_STEP}(1,2,)": 0.9998,
    }
    for row, formula in enumerate(results, start=3):
        cells[f"A{row}"] = formula
    with office.open(sheet(tmp_path / "cells.xlsx", cells)) as book:
        book.calculate()
        found = [row[0] for row in book.values("Sheet", f"A3:A{len(results) + 2}")]
    assert dict(zip(results, found, strict=True)) == results


def test_changing_a_cell_recalculates(office: Office, tmp_path: Path) -> None:
    cells = {
        "A1": 14,
        "B1": 1,
        "C1": 1,
        "D1": 0.0001,
        "E1": f"={NEURON_FORWARD}(A1,B1:C1)",
        "F1": f"={SGD_STEP}(B1,100,D1)",
    }
    with office.open(sheet(tmp_path / "live.xlsx", cells)) as book:
        book.calculate()
        assert book.values("Sheet", "E1:F1") == [[15.0, 0.99]]
        book.set("Sheet", "D1", 0.001)
        assert book.values("Sheet", "E1:F1") == [[15.0, 0.9]]
        book.set("Sheet", "B1", 2)
        assert book.values("Sheet", "E1:F1") == [[29.0, 1.9]]
        book.set("Sheet", "C1", "one")
        assert book.values("Sheet", "E1") == [
            ["NEURON_FORWARD: weights: 'one' in row 1, column 2 is not a number"]
        ]


def test_the_function_wizard_has_every_text(office: Office) -> None:
    shown = office.function_descriptions()
    for function in FUNCTIONS.values():
        assert shown[function.name].description == function.description
        assert [(name, text) for name, text, _ in shown[function.name].arguments] == [
            (argument.name, argument.description) for argument in function.arguments
        ]


# Random calls: nothing that is given may take LibreOffice down, or show a bug of ours.

CELLS: list[object] = [
    *(0, 1, -1, 2, 3, 0.5, -0.25, 14, 86, 1e-300, 1e300, -1e300, 1e308, 5e-324, 1e15, 45658),
    *(
        "text",
        "relu",
        "1-1relu-1",
        "2-2tanh-1",
        "central",
        "adam",
        "momentum",
        "",
        "1",
        "\u4e2d\U0001f600",
        "x" * 300,
    ),
    *("1-99999-1", "TRUE", "-", "0-0", None, None, None, True, False),
    *("=1/0", "=NA()", "=SQRT(-1)", "=10^308*10", '=""', "=NOSUCH()"),
]
CONSTANTS = [
    "1",
    "-0.5",
    "1E+300",
    "TRUE",
    '"relu"',
    '"1-1-1"',
    '"central"',
    "{1,2;3,4}",
    "{1,1}",
    '""',
    "",
    "1/0",
]
MESSAGE = tuple(f"{name}: " for name in FUNCTIONS)
HEADER_OR_SENTENCE = ("epoch", "Learn", "Not learning", "The ", "Frozen")


SENSIBLE = {
    Kind.NUMBER: ["0.5", ""],
    Kind.INTEGER: ["1", "2", ""],
    Kind.FLAG: ["TRUE", "FALSE", ""],
    Kind.TEXT: ["", '"relu"', '"1-1"'],
}


def random_argument(chance: random.Random, kind: Kind) -> str:
    """Most of them of the right kind."""
    sensible = chance.random() < 0.75
    if sensible and kind is not Kind.RANGE:
        return chance.choice(SENSIBLE[kind])
    if not sensible and chance.random() < 0.4:
        return chance.choice(CONSTANTS)
    sizes = [(1, 2)] if sensible else [(1, 1), (1, 3), (1, 4), (2, 1), (2, 2), (4, 1), (6, 4)]
    height, width = chance.choice(sizes)
    row, column = chance.randrange(1, 60), chance.randrange(1, 20)
    end = "" if height == width == 1 else f":{reference(row + height - 1, column + width - 1)}"
    return f"Cells!{reference(row, column)}{end}"


def random_call(chance: random.Random) -> str:
    function = chance.choice(list(FUNCTIONS.values()))
    count = max(chance.randint(0, len(function.arguments)) for _ in range(3))
    arguments = [random_argument(chance, argument.kind) for argument in function.arguments[:count]]
    return f"={qualified_name(function.name)}({','.join(arguments)})"


@pytest.fixture(scope="module")
def random_sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10,000 calls, 100 in a row. Most of the cells are small numbers, so that many calls succeed."""
    chance = random.Random(20)
    book = openpyxl.Workbook()
    calls, cells = book.active, book.create_sheet("Cells")
    assert calls is not None
    calls.title = "Calls"
    for _ in range(70):
        cells.append(
            [chance.choice(CELLS) if chance.random() < 0.1 else chance.randint(-3, 3) for _ in range(26)]
        )
    for _ in range(100):
        calls.append([random_call(chance) for _ in range(100)])
    path = tmp_path_factory.mktemp("random") / "random.xlsx"
    book.save(path)
    return path


def test_it_survives_random_calls(office: Office, random_sheet: Path) -> None:
    with office.open(random_sheet) as book:
        book.calculate()
        cells = [cell for row in book.values("Calls") for cell in row]
        assert alive(book)
    assert len(cells) == 10_000
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert [text for text in texts if "a bug in xlneuron" in text] == []
    assert [text for text in texts if not text.startswith((*MESSAGE, *HEADER_OR_SENTENCE))] == []
    assert max(map(len, texts)) < 300
    assert len(texts) > 3_000
    assert sum(isinstance(cell, float) for cell in cells) > 1_000
    assert None not in cells


def alive(book: Book) -> bool:
    book.set("Calls", "A200", f"={NEURON_FORWARD}(1,{{2,3}})")
    return book.values("Calls", "A200") == [[5.0]]


def test_without_numpy_every_cell_says_so(tmp_path: Path) -> None:
    """The folder of the extension's modules is searched first: a module numpy there stands in the way."""
    missing = "raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')\n"
    path = tmp_path / extension.FILE
    path.write_bytes(extension.archive(extension.parts() | {"pythonpath/numpy.py": missing}))
    cells = {"A1": f"={SGD_STEP}(1,2)", "A2": f"={NEURON_FORWARD}(1,{{2,3}})"}
    with Office(extensions=[path]) as office, office.open(sheet(tmp_path / "cells.xlsx", cells)) as book:
        book.calculate()
        assert book.values("Sheet") == [
            [f"{name}: NumPy is missing in the Python of LibreOffice; `xlneuron doctor` says what to do"]
            for name in ("SGD_STEP", "NEURON_FORWARD")
        ]


# Installing, for this user or (as root) for all users. Both places are moved into the test's folder:
# LibreOffice reads from the environment where they are.


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def calculated(formula: str, folder: Path) -> str:
    """What LibreOffice, with the installed extensions, shows for a formula."""
    path = sheet(folder / "call.xlsx", {"A1": formula})
    convert = ["--headless", "--convert-to", "csv", "--outdir", str(folder), str(path)]
    subprocess.run([find_office().soffice, *convert], check=True, capture_output=True, timeout=120)
    with (folder / "call.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))[0]


def test_install_use_uninstall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, shared = tmp_path / "profile", tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("UserInstallation", profile.as_uri())
    monkeypatch.setenv("UNO_SHARED_PACKAGES_CACHE", shared.as_uri())
    for _ in range(2):  # the first start on a new profile only makes it
        calculated("=1+1", tmp_path)
    before = snapshot(profile)
    assert before
    assert [check.ok for check in install.doctor()] == [True, True, True, False]
    assert install.uninstall() == ["xlneuron was not installed in LibreOffice"]

    for _ in range(2):  # installing anew takes the place of what is there
        done = install.install()
        assert done[0].startswith("xlneuron ")
    assert [check.ok for check in install.doctor()] == [True] * 4
    assert calculated(f"={NEURON_FORWARD}(14,{{1,1}})", tmp_path) == "15"

    assert install.uninstall() == ["xlneuron is removed from LibreOffice"]
    assert [check.ok for check in install.doctor()] == [True, True, True, False]
    assert calculated(f"={NEURON_FORWARD}(14,{{1,1}})", tmp_path) == "#NAME?"
    assert snapshot(shared) == {}
    # LibreOffice's own books about extensions stay, and what it notes about itself among the settings.
    after = snapshot(profile)
    settings = "user/registrymodifications.xcu"
    bookkeeping = ("user/extensions/", "user/uno_packages/", "user/pack/")
    for name in before.keys() | after.keys():
        if not name.startswith(bookkeeping) and name != settings:
            assert before.get(name) == after.get(name), name
    assert set(before[settings].splitlines()) <= set(after[settings].splitlines())
    assert b"xlneuron" not in after[settings].lower()


def test_into_a_directory(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    install.install(folder)
    assert (folder / extension.FILE).read_bytes() == extension.archive(extension.parts())
    assert install.uninstall(folder) == [f"{folder / extension.FILE}: removed"]
    assert install.uninstall(folder) == [f"{folder / extension.FILE}: was not there"]
    assert list(folder.iterdir()) == []
