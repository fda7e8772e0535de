"""`xlneuron doctor excel`: everything that a call from a cell goes through, checked one by one on Windows.

Excel loads the add-in, whose macros have to be allowed; they read the settings, load xlwings' DLL from beside
the Python that those name, and that starts it as a COM server, which imports `xlneuron.udfs`.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlneuron import __version__
from xlneuron.hosts import Check
from xlneuron.hosts.excel import settings
from xlneuron.hosts.excel.addin import addin, is_ours
from xlneuron.hosts.excel.places import NOT_FROM_STORE, Places, store_python
from xlneuron.hosts.excel.project import XLWINGS_VERSION
from xlneuron.hosts.excel.vba import MODULE

REINSTALL = "run `xlneuron install excel`"
SECONDS = 60.0

EXCEL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
SECURITY = (
    r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security",  # what an administrator sets goes first
    r"HKCU\Software\Microsoft\Office\16.0\Excel\Security",
)
BITS = {0x8664: 64, 0xAA64: 64, 0x14C: 32}  # of an .exe by its machine: x64, ARM64 (runs x64 DLLs), x86

# What the Python of the settings has, as JSON. `answer` is 0 if the functions work.
PROBE = f"""
import json
from importlib.metadata import PackageNotFoundError, version
found = {{}}
for name in ("xlneuron", "xlwings", "pywin32"):
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = None
try:
    import {MODULE} as module
    found["answer"] = module.SGD_STEP(1.0, 4.0, 0.25)
except Exception as error:
    found["answer"] = repr(error)
print(json.dumps(found))
"""

# Start the COM server as xlwings' DLL does, and connect to it.
SERVER = """
import subprocess, sys, time, uuid, pythoncom, win32com.client
clsid = "{%s}" % str(uuid.uuid4()).upper()
server = subprocess.Popen([sys.executable, "-c", f"import xlwings; xlwings.serve('{clsid}')"])
try:
    for _ in range(400):
        try:
            win32com.client.Dispatch(clsid)
            break
        except pythoncom.com_error as error:
            if server.poll() is not None:
                sys.exit("the server ended by itself")
            last = error
            time.sleep(0.1)
    else:
        sys.exit(str(last))
finally:
    server.kill()
"""


@dataclass(frozen=True)
class Machine:
    """What is asked of Windows: a value of the registry, and what a program prints (None if it fails)."""

    registry: Callable[[str, str], object]
    run: Callable[[list[str]], str | None]


def examine(places: Places, machine: Machine) -> list[Check]:
    """Return all checks, in the order in which a call passes them."""
    found = machine.registry(EXCEL, "")
    excel = Path(found) if isinstance(found, str) else None
    return [
        *_excel(excel),
        *_macros(machine),
        *_store(),
        _addin(places.addin),
        *_python(settings.read(places.settings), _bits(excel), machine),
    ]


def _excel(path: Path | None) -> Iterator[Check]:
    if path is None:
        yield Check(False, "Excel is not installed", "install Microsoft Office for Windows")
        return
    bits = _bits(path)
    yield Check(True, f"Excel{f', {bits}-bit' if bits else ''}: {path}")
    if "WindowsApps" in path.parts:
        cure = "uninstall Office and install it from office.com: a COM server cannot reach that of the Store"
        yield Check(False, "this Office is from the Microsoft Store", cure)


def _macros(machine: Machine) -> Iterator[Check]:
    def setting(folder: str, name: str) -> object:
        values = (machine.registry(f"{key}{folder}", name) for key in SECURITY)
        return next((value for value in values if value is not None), None)

    blocked = {
        "trusted locations": setting(r"\Trusted Locations", "AllLocationsDisabled") == 1,
        "add-ins": setting("", "DisableAllAddins") == 1,
    }
    for what, is_blocked in blocked.items():
        cure = (
            f"File > Options > Trust Center > Trust Center Settings: allow {what} (or ask your administrator)"
        )
        yield Check(not is_blocked, f"{what} are {'disabled' if is_blocked else 'allowed'}", cure)


def _store() -> Iterator[Check]:
    if what := store_python():
        yield Check(False, what, NOT_FROM_STORE)


def _addin(path: Path) -> Check:
    if not path.exists():
        return Check(False, f"no add-in at {path}", REINSTALL)
    if not is_ours(path):
        return Check(False, f"{path} is not an add-in of xlneuron", f"move it away and {REINSTALL}")
    current = path.read_bytes() == addin()
    what = f"add-in {'of this version' if current else 'of another version'}: {path}"
    return Check(current, what, f"close Excel and {REINSTALL}")


def _python(known: dict[str, str], bits: int | None, machine: Machine) -> Iterator[Check]:
    python = _interpreter(known)
    if python is None or not python.is_file():
        yield Check(
            False, f"the settings name {f'{python}, which is gone' if python else 'no Python'}", REINSTALL
        )
        return
    yield Check(True, f"Python of the settings: {python}")
    if settings.INTERPRETER not in known:
        yield _conda(Path(known[settings.CONDA_PATH]))
    try:
        found = json.loads((machine.run([str(python), "-c", PROBE]) or "").strip().rpartition("\n")[2])
    except ValueError:
        yield Check(False, "this Python does not start", f"repair it, or {REINSTALL} from another one")
        return
    pip = f'"{python}" -m pip install'
    yield Check(
        found["xlneuron"] == __version__,
        f"xlneuron in it: {found['xlneuron'] or 'missing'} (here: {__version__})",
        f"{REINSTALL} from the environment that you use",
    )
    yield Check(
        found["xlwings"] == XLWINGS_VERSION,
        f"xlwings in it: {found['xlwings'] or 'missing'} (the add-in is for {XLWINGS_VERSION})",
        f"{pip} xlwings=={XLWINGS_VERSION}",
    )
    yield Check(
        found["pywin32"] is not None, f"pywin32 in it: {found['pywin32'] or 'missing'}", f"{pip} pywin32"
    )
    dll = f"xlwings{bits or 64}-{XLWINGS_VERSION}.dll"
    has_dll = any((folder / dll).is_file() for folder in (python.parent, python.parent.parent))
    yield Check(
        has_dll,
        f"{'' if has_dll else 'no '}{dll} beside it or one folder up",
        f"{pip} --force-reinstall xlwings=={XLWINGS_VERSION}",
    )
    answers = found["answer"] == 0
    what = "the functions answer" if answers else f"the functions do not answer: {found['answer']}"
    yield Check(answers, what, f"install xlneuron anew in it, then {REINSTALL}")
    started = machine.run([str(python), "-c", SERVER]) is not None
    cure = (
        f'{pip} --force-reinstall pywin32; then look at what "{python}" -c "import xlwings.com_server" says'
    )
    yield Check(started, f"the COM server {'starts' if started else 'does not start'}", cure)


def _conda(root: Path) -> Check:
    """Whether the command is there by which xlwings' VBA activates the environment."""
    found = settings.has_conda(root)
    what = f"the conda of the settings, {root}, {'has' if found else 'has no'} condabin\\conda.bat"
    return Check(found, what, f"{REINSTALL} in the activated environment")


def _interpreter(known: dict[str, str]) -> Path | None:
    """Return the Python that xlwings' VBA starts with these settings."""
    if settings.INTERPRETER in known:
        return Path(known[settings.INTERPRETER])
    if not (known.get(settings.CONDA_PATH) and known.get(settings.CONDA_ENVIRONMENT)):
        return None
    conda, environment = Path(known[settings.CONDA_PATH]), known[settings.CONDA_ENVIRONMENT]
    if environment == "base":
        return conda / "python.exe"
    return conda / "envs" / environment / "python.exe"  # if it is a full path, then just that


def _bits(program: Path | None) -> int | None:
    """Return whether an .exe is a 32-bit or a 64-bit one, by its header; None if that cannot be read."""
    if program is None:
        return None
    try:
        with program.open("rb") as file:
            file.seek(0x3C)
            file.seek(struct.unpack("<I", file.read(4))[0])
            signature, machine = struct.unpack("<4sH", file.read(6))
    except (OSError, struct.error):
        return None
    return BITS.get(machine) if signature == b"PE\0\0" else None


def this_machine() -> Machine:
    """Return the Windows that this runs on."""
    return Machine(_registry, _run)


def _registry(key: str, name: str) -> object:
    if sys.platform != "win32":
        return None
    import winreg  # noqa: PLC0415 - Windows only

    root, _, path = key.partition("\\")
    roots = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
    try:
        with winreg.OpenKey(roots[root], path) as opened:
            return winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None


def _run(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
