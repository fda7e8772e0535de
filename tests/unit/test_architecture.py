"""The rules of the code's shape: which module may import which, how light it stays, how long it gets."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "xlneuron"

# From the bottom to the top: a module imports from what stands before it, or from its own folder.
HOUSE = (
    "limits errors digits exchange files processes < engine < functions < udfs < tables < xlsx < data "
    "< hosts < networks < books < upkeep < cli __main__"
)
LAYERS = tuple(frozenset(names.split()) for names in HOUSE.split(" < "))
LIGHT_LAYERS = 3  # so many from the bottom use NumPy and the standard library only
CLUSTER = {"xlneuron.engine.cluster": {"dask", "distributed"}}  # what is only there where it is asked for
HEAVY = {"openpyxl", "xlwings", "rich"}
LONGEST_MODULE = 400

# LibreOffice's own Python runs these, a script and a module beside it, with modules that no other Python has.
FOREIGN = {
    "xlneuron.hosts.office.server": {"uno", "com", "program"},
    "xlneuron.hosts.office.program": {"uno", "unohelper", "com"},
}


@dataclass(frozen=True)
class Import:
    """`importer` imports `imported`; at_top: whenever it is loaded, not in a function or for types only."""

    importer: str
    imported: str
    at_top: bool


def modules(package: Path) -> dict[str, Path]:
    """The modules of a package by their dotted name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, source: str, known: set[str], *, is_package: bool = False) -> Iterator[Import]:
    """What a module imports; `from package import module` counts for the module."""

    def walk(node: ast.AST, at_top: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(name, alias.name, at_top)
            elif isinstance(child, ast.ImportFrom):
                base = child.module or ""
                if child.level:
                    parts = name.split(".")
                    kept = len(parts) - child.level + is_package
                    base = ".".join([*parts[:kept], *filter(None, [base])])
                for alias in child.names:
                    module = f"{base}.{alias.name}"
                    yield Import(name, module if module in known else base, at_top)
            else:
                inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
                types_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
                yield from walk(child, at_top and not inside and not types_only)

    return walk(ast.parse(source), True)


@cache
def imports() -> list[Import]:
    """All imports of the package."""
    known = modules(PACKAGE)
    return [
        found
        for name, path in known.items()
        for found in imports_of(name, path.read_text("utf-8"), set(known), is_package=path.stem == "__init__")
    ]


def layer(module: str) -> int | None:
    """The number of a module's layer; None for the package itself, which only knows its version."""
    parts = module.split(".")
    if parts == ["xlneuron"]:
        return None
    for number, names in enumerate(LAYERS):
        if parts[1] in names:
            return number
    raise AssertionError(f"{module} is in no layer: add it to LAYERS, where it belongs")


def is_upward(found: Import) -> bool:
    """Whether an import goes to a higher layer (or to the package from nowhere near it)."""
    if found.imported.partition(".")[0] != "xlneuron":
        return False
    lower, upper = layer(found.imported), layer(found.importer)
    return lower is not None and (upper is None or lower > upper)


def test_no_arrow_points_upward() -> None:
    assert [found for found in imports() if is_upward(found)] == []


def test_every_module_is_in_a_layer() -> None:
    for name in modules(PACKAGE):
        layer(name)


def test_contributing_tells_the_same_layers() -> None:
    assert f"\n    {HOUSE}\n" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_there_is_no_cycle() -> None:
    """Not even within a layer; a subpackage's modules may know the subpackage's own `__init__`."""
    graph: dict[str, set[str]] = {}
    for found in imports():
        if found.imported.startswith("xlneuron.") and not found.importer.startswith(f"{found.imported}."):
            graph.setdefault(found.importer, set()).add(found.imported)
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"modules import each other: {' -> '.join(error.args[1])}")


def test_the_lower_layers_need_numpy_and_nothing_else() -> None:
    allowed = {"xlneuron", "numpy"} | sys.stdlib_module_names
    for found in imports():
        number = layer(found.importer)
        if number is not None and number < LIGHT_LAYERS:
            package = found.imported.partition(".")[0]
            assert package in allowed | CLUSTER.get(found.importer, set()), found


def test_the_command_line_loads_nothing_heavy_by_itself() -> None:
    """Nor do the commands and what they load at once: openpyxl and rich come with the work."""
    loaded, waiting = (
        set(),
        ["xlneuron", "xlneuron.__main__", *(n for n in modules(PACKAGE) if "xlneuron.cli" in n)],
    )
    while waiting:
        name = waiting.pop()
        if name in loaded:
            continue
        loaded.add(name)
        for found in imports():
            if found.importer == name and found.at_top:
                assert found.imported.partition(".")[0] not in HEAVY, found
                waiting.append(found.imported)


def test_the_office_driver_needs_no_uno_and_its_server_nothing_but_uno() -> None:
    for found in imports():
        if found.importer in {"xlneuron.hosts.office", *FOREIGN}:
            allowed = sys.stdlib_module_names | FOREIGN.get(found.importer, {"xlneuron"})
            assert found.imported.partition(".")[0] in allowed, found


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "xlneuron", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert "xlneuron" in loaded
    assert not loaded & (HEAVY | {"numpy"})


def test_modules_are_short() -> None:
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in modules(PACKAGE).items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def found_by(*tool: str, text: str | None = None) -> str:
    """What a tool that pyproject.toml configures has to say."""
    command = [sys.executable, "-m", *tool]
    ended = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ended.stderr, bool(ended.stdout)) == ("", bool(ended.returncode))
    return ended.stdout


COMPLEXITY = ("ruff", "check", "--quiet", "--no-cache", "--select", "C901", "--output-format", "concise")


def test_no_function_is_complex() -> None:
    """McCabe's number: how many ways lead through a function."""
    assert found_by(*COMPLEXITY) == ""


def test_nothing_is_dead() -> None:
    assert found_by("vulture") == ""


MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:tmp|root|work|home)/|\.pyenv|[A-Z]:\\Users\\")


def test_no_file_names_a_path_of_somebody_s_machine() -> None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    found = []
    for name in filter(None, listed):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a workbook
        found += [
            f"{name}:{text.count(chr(10), 0, at.start()) + 1}: {at[0]}" for at in MACHINE_PATH.finditer(text)
        ]
    assert found == []


# The rules above would not see anything if these did not hold.

EXAMPLE = """
from __future__ import annotations
from typing import TYPE_CHECKING
import numpy as np
from xlneuron import engine, __version__
from xlneuron.xlsx.write import write
from . import table
from .. import lessons
from .table import Column
if TYPE_CHECKING:
    import openpyxl
def late():
    from rich.console import Console
class Row:
    import json
"""


def test_imports_are_found_wherever_they_stand() -> None:
    known = {
        "xlneuron",
        "xlneuron.engine",
        "xlneuron.lessons",
        "xlneuron.xlsx.write",
        "xlneuron.xlsx.table",
    }
    found = {(each.imported, each.at_top) for each in imports_of("xlneuron.xlsx.shell", EXAMPLE, known)}
    assert found == {
        ("__future__", True),
        ("typing", True),
        ("numpy", True),
        ("xlneuron.engine", True),
        ("xlneuron", True),
        ("xlneuron.xlsx.write", True),
        ("xlneuron.xlsx.table", True),
        ("xlneuron.lessons", True),
        ("openpyxl", False),
        ("rich.console", False),
        ("json", True),
    }
    (found_in_package,) = imports_of(
        "xlneuron.cli", "from . import values", {"xlneuron.cli.values"}, is_package=True
    )
    assert found_in_package.imported == "xlneuron.cli.values"


@pytest.mark.parametrize(("ways", "found"), [(12, False), (13, True)])
def test_what_is_complex(ways: int, found: bool) -> None:
    text = "def choose(x):\n" + "    if x: print(x)\n" * (ways - 1)
    assert ("C901" in found_by(*COMPLEXITY, "-", text=text)) is found


def test_what_is_dead(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("import json\n\n\ndef reached_by_its_name() -> None:\n    return\n    print()\n")
    lines = found_by("vulture", str(module)).splitlines()
    assert [re.sub(r".*module\.py:", "", line) for line in lines] == [
        "1: unused import 'json' (90% confidence)",
        "6: unreachable code after 'return' (100% confidence)",
    ]


@pytest.mark.parametrize(
    ("importer", "imported", "upward"),
    [
        ("xlneuron.engine.network", "xlneuron.functions", True),
        ("xlneuron.functions", "xlneuron.engine.network", False),
        ("xlneuron.functions", "xlneuron.xlsx.write", True),
        ("xlneuron.xlsx.write", "xlneuron.xlsx.table", False),
        ("xlneuron.hosts.office", "xlneuron.cli", True),
        ("xlneuron.cli", "xlneuron", False),
        ("xlneuron", "xlneuron.errors", True),
        ("xlneuron.errors", "numpy", False),
    ],
)
def test_what_is_upward(importer: str, imported: str, upward: bool) -> None:
    assert is_upward(Import(importer, imported, True)) is upward


@pytest.mark.parametrize(
    ("text", "is_path"),
    [
        ("see /tmp/x", True),
        ('"/root/project"', True),
        ("(/home/me/data.csv)", True),
        ("C:\\Users\\me", True),
        ("http://example.org/home/page", False),
        ("a/tmp/b", False),
        ("~/work/", False),
    ],
)
def test_what_is_a_machine_path(text: str, is_path: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is is_path


def test_the_picture_of_the_house_is_current() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "make_architecture.py"))
    assert set(made["FOLDERS"]) == {
        name for names in LAYERS for name in names if (PACKAGE / name).is_dir()
    } | {"udfs"}
    assert (ROOT / "docs" / "architecture.svg").read_text("utf-8") == made["picture"]()
