"""Other programs are started where nothing of the current folder or of a virtual environment reaches them."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from tests.support.traps import TRAPS, trace, traps
from xlneuron import processes
from xlneuron.hosts.excel import interpreter

PACKAGE = Path(processes.__file__).parent
# LibreOffice's own Python runs this one, which can import nothing of ours; it inherits what `processes` gave.
STARTERS = {PACKAGE / "processes.py", PACKAGE / "hosts" / "office" / "program.py"}
STARTS = {"Popen", "run", "call", "check_call", "check_output", "getoutput", "system", "popen"}


@pytest.fixture
def trapped(tmp_path, monkeypatch) -> Path:
    """The current folder: full of modules that leave a trace, and named by whatever could lead there."""
    traps(tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", os.environ["PATH"]]))
    return tmp_path


def test_nothing_of_the_current_folder_is_imported(trapped):
    imports = ", ".join(name.removesuffix(".py") for name in TRAPS if name.endswith(".py"))
    program = (
        f"import importlib.util, json\nfor name in '{imports}'.split(', '): importlib.util.find_spec(name)"
    )
    ended = processes.run([sys.executable, "-c", f"{program}\nimport os; print(os.listdir())"], seconds=60)
    assert ended.stdout == "[]\n", ended.stderr
    assert trace(trapped) == ""


def test_the_trap_would_spring(trapped, monkeypatch):
    """With nothing between: else the tests above and below would see nothing."""
    monkeypatch.delenv("PYTHONHOME")
    os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", "import json")
    assert "json.py" in trace(trapped)


def test_the_probe_of_excel_s_python(trapped):
    assert interpreter.run([sys.executable, "-I", "-c", interpreter.VERSIONS]) is not None
    assert trace(trapped) == ""


def test_programs_are_not_looked_for_in_the_current_folder(trapped):
    assert processes.find("soffice") is None or trapped not in processes.find("soffice").parents
    assert processes.find("only-here") is None
    with pytest.raises(FileNotFoundError, match="no absolute path"):
        processes.start(["only-here"], trapped)


@pytest.mark.parametrize("mark", ["pyvenv.cfg", "conda-meta"])
def test_the_virtual_environment_is_not_on_the_path(mark, tmp_path, monkeypatch):
    programs = tmp_path / "env" / "bin"
    programs.mkdir(parents=True)
    (tmp_path / "env" / mark).touch()
    monkeypatch.setenv("PATH", os.pathsep.join([str(programs), "", "relative", "/usr/bin", "/bin"]))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "env"))
    found = processes.environment()
    assert found["PATH"] == os.pathsep.join(["/usr/bin", "/bin"])
    assert not [name for name in found if name.startswith(("PYTHON", "VIRTUAL_ENV", "CONDA"))]
    first = processes.environment(Path("/opt/office/program/python"))
    assert first["PATH"] == os.pathsep.join(["/opt/office/program", "/usr/bin", "/bin"])


def test_what_takes_too_long_is_ended():
    with pytest.raises(processes.TimeoutExpired):
        processes.run([sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.5)


def test_nobody_else_starts_programs():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import) and any(each.name == "subprocess" for each in node.names):
                found.append(path)
            if isinstance(node, ast.ImportFrom) and node.module == "subprocess":
                found += [path for each in node.names if each.name in STARTS]
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                starts = node.attr in STARTS or node.attr.startswith(("exec", "spawn", "posix_spawn"))
                found += [path] * starts
    assert set(found) == STARTERS
