"""`xlneuron install libreoffice`: the extension, by LibreOffice's own installer of extensions, unopkg.

A user gets it into their own profile. For the administrator (root) unopkg insists on installing it for all
users of the machine.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from xlneuron import __version__, processes
from xlneuron.errors import XlneuronError
from xlneuron.hosts import Check
from xlneuron.hosts.libreoffice.extension import FILE, IDENTIFIER, is_ours, write
from xlneuron.hosts.office import Installation, OfficeError, OfficeMissing, find_office

SECONDS = 120.0
OLDEST_PYTHON = (3, 10)
OLDEST_NUMPY = (1, 24)
REINSTALL = "run `xlneuron install libreoffice`"

# What the Python of LibreOffice has, as JSON.
PROBE = """
import json, sys
try:
    from numpy import __version__ as numpy
except ImportError:
    numpy = None
print(json.dumps([sys.version.split()[0], numpy]))
"""


def install(directory: Path | None = None) -> list[str]:
    """Install the extension, or write it into a directory. Raises OfficeError, OfficeMissing."""
    if directory is not None:
        path = directory / FILE
        _refuse_others(path)
        directory.mkdir(parents=True, exist_ok=True)
        write(path)
        return [
            f"{path}: written",
            "In LibreOffice: Tools > Extension Manager > Add, choose it, and start LibreOffice anew.",
        ]
    office = find_office()
    with tempfile.TemporaryDirectory(prefix="xlneuron-") as folder:
        _unopkg(office, "add", "--force", "--suppress-license", str(write(Path(folder) / FILE)))
    return [
        f"xlneuron {__version__} is installed in LibreOffice{' for all users' if _is_root() else ''}",
        "Start LibreOffice Calc anew, type =NEURON_FORWARD( in a cell and press Ctrl+F2.",
    ]


def uninstall(directory: Path | None = None) -> list[str]:
    """Remove the extension from LibreOffice, or its file from a directory. Raises as `install` does."""
    if directory is not None:
        path = directory / FILE
        if not os.path.lexists(path):
            return [f"{path}: was not there"]
        if not is_ours(path):
            return [f"{path}: kept, it is not an extension of xlneuron"]
        path.unlink()
        return [f"{path}: removed"]
    office = find_office()
    if _installed(office) is None:
        return ["xlneuron was not installed in LibreOffice"]
    _unopkg(office, "remove", IDENTIFIER)
    _installed(office)  # only when it is asked again does unopkg delete what it has removed
    return ["xlneuron is removed from LibreOffice"]


def _refuse_others(path: Path) -> None:
    if os.path.lexists(path) and not is_ours(path):
        raise XlneuronError(
            f"{path} is not an extension of xlneuron and is kept: "
            "move it away, or name another folder with --dir"
        )


def doctor() -> list[Check]:
    """Check everything that a call from a cell of LibreOffice needs."""
    try:
        office = find_office()
    except OfficeMissing as error:
        what, _, cure = str(error).partition(": ")
        return [Check(False, what, cure)]
    return [
        Check(True, f"LibreOffice: {office.soffice}"),
        *_python(office.python),
        _extension(office),
        *_terminal(),
    ]


def _terminal() -> Iterator[Check]:
    """Say what happens to a LibreOffice that is started by hand where a virtual environment is active."""
    if sys.platform != "win32" and (there := processes.virtual_environment()):
        yield Check(
            True,
            f"the environment {there} is active: a LibreOffice that is started in this terminal takes it for "
            "the home of its own Python and finds no functions; `deactivate` it, or use the desktop",
        )


def _python(python: Path) -> Iterator[Check]:
    try:
        version, numpy = json.loads(
            processes.run([python, "-c", PROBE], seconds=SECONDS, first=python).stdout
        )
    except (OSError, ValueError, processes.TimeoutExpired):
        yield Check(False, f"{python} does not start", "repair the installation of LibreOffice")
        return
    yield Check(
        _numbers(version) >= OLDEST_PYTHON,
        f"its Python is {version} ({python})",
        "install a LibreOffice with Python {}.{} or newer".format(*OLDEST_PYTHON),
    )
    debian = "apt-get install python3-numpy" if python == Path("/usr/bin/python3") else ""
    yield Check(
        numpy is not None and _numbers(numpy) >= OLDEST_NUMPY,
        f"NumPy in it: {numpy or 'missing'} ({'.'.join(map(str, OLDEST_NUMPY))} or newer is needed)",
        debian or f'"{python}" -m ensurepip, then "{python}" -m pip install numpy',
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def _extension(office: Installation) -> Check:
    version = _installed(office) or _installed(office, shared=True)
    what = "the extension is not installed" if version is None else f"the extension is version {version}"
    return Check(version == __version__, f"{what} (here: {__version__})", REINSTALL)


def _installed(office: Installation, *, shared: bool = False) -> str | None:
    """Return the version that is installed for this user (or for all of them), None if there is none."""
    try:
        listed = _unopkg(office, "list", *(["--shared"] if shared and not _is_root() else []), IDENTIFIER)
    except OfficeError:
        return None
    version = re.search(r"^\s*Version: (\S+)", listed, re.MULTILINE)
    return version and version[1]


def _unopkg(office: Installation, command: str, *arguments: str) -> str:
    """Run unopkg, which lies beside LibreOffice's own program, and return what it says."""
    program = office.soffice.resolve().with_name("unopkg.com" if sys.platform == "win32" else "unopkg")
    shared = ["--shared"] if _is_root() else []
    try:
        run = processes.run([program, command, *shared, *arguments], seconds=SECONDS, first=office.python)
    except (OSError, processes.TimeoutExpired) as error:
        raise OfficeError(f"{program}: {error}") from None
    if run.returncode:
        said = [line for line in (run.stderr + run.stdout).splitlines() if line.strip()] or ["it failed"]
        raise OfficeError(f"unopkg {command}: {said[0].removeprefix('ERROR: ')}")
    return run.stdout


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
