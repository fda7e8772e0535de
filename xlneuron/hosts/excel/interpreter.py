"""What a Python must have for the add-in to call it, checked by asking that Python."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

from xlneuron import __version__, processes
from xlneuron.hosts import Check
from xlneuron.hosts.excel.probe import find_dll
from xlneuron.hosts.excel.vba import XLWINGS_VERSION, dll

REINSTALL = "run `xlneuron install excel`"
ENVIRONMENT = (
    "make a virtual environment with `py -m venv env`, install xlneuron there with "
    r"`env\Scripts\python -m pip install ...`, and run `env\Scripts\xlneuron install excel`"
)
SECONDS = 60.0

Run = Callable[[list[str]], "dict[str, object] | None"]  # what a program finds; None if it fails

# The versions of what it needs, or null; like the probe it writes JSON to the file that it is given.
VERSIONS = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in ("xlneuron", "xlwings", "pywin32"):
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = None
with open(sys.argv[1], "w") as file:
    json.dump(found, file)
"""


def examine(python: Path, bits: int | None, run: Run) -> Iterator[Check]:
    """Check a Python, the one thing after the other; what comes after a failure may fail for that.

    `bits` are those of the Excel that loads the DLL, where that is known.
    """
    found = run([str(python), "-I", "-c", VERSIONS])
    if found is None:
        yield Check(False, f"{python} does not start", f"repair it, or {REINSTALL} from another one")
        return
    pip = f'"{python}" -m pip install'
    yield Check(
        found.get("xlneuron") == __version__,
        f"xlneuron in it: {found.get('xlneuron') or 'missing'} (here: {__version__})",
        f"{REINSTALL} from the environment that you use; if this is it, {ENVIRONMENT}",
    )
    yield Check(
        found.get("xlwings") == XLWINGS_VERSION,
        f"xlwings in it: {found.get('xlwings') or 'missing'} (the add-in is for {XLWINGS_VERSION})",
        f"{pip} xlwings=={XLWINGS_VERSION}",
    )
    yield Check(
        found.get("pywin32") is not None,
        f"pywin32 in it: {found.get('pywin32') or 'missing'}",
        f"{pip} pywin32",
    )
    name = dll(bits or 64)
    there = find_dll(python, bits or 64) is not None
    # pip without administrator rights puts it into the user's folder, where the VBA cannot look for it.
    yield Check(there, f"{'' if there else 'no '}{name} beside it or one folder up", ENVIRONMENT)
    yield from _calls(python, run([str(python), "-I", "-B", "-m", "xlneuron.hosts.excel.probe"]))


def _calls(python: Path, probed: dict[str, object] | None) -> Iterator[Check]:
    """Check what calls through the COM server gave."""
    reason = "the probe does not run" if probed is None else probed.get("failed")
    if probed is None or reason:
        cure = f'look at what "{python}" -I -m xlneuron.hosts.excel.probe says'
        yield Check(False, f"a call through xlwings' COM server fails: {reason}", cure)
        return
    results = probed["results"]
    assert isinstance(results, dict)
    wrong = ", ".join(f"{what} comes back as {got}" for what, got in results.items() if got != "ok")
    called = f"{', '.join(results)} through xlwings' COM server, in {probed['seconds']} s with its start"
    yield Check(not wrong, wrong or called, "please report it with this line")


def run(command: list[str]) -> dict[str, object] | None:
    """Run a program that writes JSON to the file which is its last argument, and return that.

    It runs in a folder of its own, so that nothing of the current one is taken for a part of it. Its output
    is not read: programs that it starts may keep the pipes open for long.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = Path(folder, "result.json")
        try:
            with processes.start(
                [*command, str(result)], Path(folder), stdin=PIPE, stdout=PIPE, stderr=PIPE
            ) as process:
                try:
                    process.wait(SECONDS)
                finally:
                    process.kill()
            found = json.loads(result.read_text("utf-8"))
        except (OSError, processes.TimeoutExpired, ValueError):
            return None
    return found if process.returncode == 0 and isinstance(found, dict) else None
