"""`xlneuron doctor excel`: everything that a call from a cell goes through, checked one by one on Windows.

Excel loads the add-in, whose macros have to be allowed; they read the settings, load xlwings' DLL from beside
the Python that those name, and that starts it as a COM server, which imports `xlneuron.udfs`.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from xlneuron.hosts import Check
from xlneuron.hosts.excel import interpreter, settings
from xlneuron.hosts.excel.addin import addin, is_ours
from xlneuron.hosts.excel.interpreter import REINSTALL
from xlneuron.hosts.excel.places import NOT_FROM_STORE, Places, store_python

EXCEL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
VBA_OFF = (
    r"HKLM\SOFTWARE\Policies\Microsoft\Office\16.0\Common",
    r"HKCU\Software\Policies\Microsoft\Office\16.0\Common",
)
SECURITY = (
    r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security",  # what an administrator sets goes first
    r"HKCU\Software\Microsoft\Office\16.0\Excel\Security",
)
BITS = {0x8664: 64, 0xAA64: 64, 0x14C: 32}  # of an .exe by its machine: x64, ARM64 (runs x64 DLLs), x86


@dataclass(frozen=True)
class Machine:
    """What is asked of Windows: a value of the registry, and what a program prints (None if it fails)."""

    registry: Callable[[str, str], object]
    run: interpreter.Run


def examine(places: Places, machine: Machine) -> list[Check]:
    """Return all checks, in the order in which a call passes them."""
    excel = find_excel(machine)
    return [
        *_excel(excel),
        *_macros(places, machine),
        *_store(),
        _addin(places.addin),
        *_others(places.addin),
        *_python(settings.read(places.settings), bits(excel), machine),
    ]


def find_excel(machine: Machine) -> Path | None:
    """Return where Excel is, as Windows has been told when it was installed."""
    found = machine.registry(EXCEL, "")
    return Path(found) if isinstance(found, str) else None


def _excel(path: Path | None) -> Iterator[Check]:
    if path is None:
        yield Check(False, "Excel is not installed", "install Microsoft Office for Windows")
        return
    size = bits(path)
    yield Check(True, f"Excel{f', {size}-bit' if size else ''}: {path}")
    if "WindowsApps" in path.parts:
        cure = "uninstall Office and install it from office.com: a COM server cannot reach that of the Store"
        yield Check(False, "this Office is from the Microsoft Store", cure)


def _macros(places: Places, machine: Machine) -> Iterator[Check]:
    def value(folders: tuple[str, ...], name: str) -> object:
        """Return a setting; what an administrator has set stands in the first folder that has it."""
        values = (machine.registry(folder, name) for folder in folders)
        return next((value for value in values if value is not None), None)

    def security(folder: str, name: str) -> object:
        return value(tuple(f"{key}{folder}" for key in SECURITY), name)

    center = "File > Options > Trust Center > Trust Center Settings: allow {} (or ask your administrator)"
    administrator = (
        "only an administrator can change this policy; `xlneuron build` makes workbooks without macros"
    )
    folder = str(places.addin)
    on_a_network = PureWindowsPath(folder).drive.startswith("\\\\") and (
        security(r"\Trusted Locations", "AllowNetworkLocations") != 1
    )
    for blocked, what, state, cure in (
        (
            security(r"\Trusted Locations", "AllLocationsDisabled") == 1,
            "trusted locations",
            "disabled",
            center.format("trusted locations"),
        ),
        (security("", "DisableAllAddins") == 1, "add-ins", "disabled", center.format("add-ins")),
        (value(VBA_OFF, "VBAOff") == 1, "macros (VBA)", "switched off for all of Office", administrator),
        (
            security("", "RequireAddinSig") == 1,
            "add-ins without a signature",
            "disabled",
            center.format("add-ins that no trusted publisher has signed"),
        ),
        (
            on_a_network,
            "the folder of add-ins",
            f"on a network, where macros are not trusted ({folder})",
            center.format("trusted locations on the network"),
        ),
    ):
        yield Check(not blocked, f"{what}: {state if blocked else 'no obstacle'}", cure)


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


def _others(path: Path) -> Iterator[Check]:
    """Say that another add-in of xlwings is there, which is no obstacle: ours shares nothing with it."""
    other = path.with_name("xlwings.xlam")
    if other.exists():
        yield Check(True, f"xlwings' own add-in is there, too, and has nothing to do with ours: {other}")


def _python(known: dict[str, str], size: int | None, machine: Machine) -> Iterator[Check]:
    named = known.get(settings.INTERPRETER)
    if named is None or not Path(named).is_file():
        what = f"the settings name {f'{named}, which is gone' if named else 'no Python'}"
        yield Check(False, what, REINSTALL)
        return
    yield Check(True, f"Python of the settings: {named}")
    yield from interpreter.examine(Path(named), size, machine.run)


def bits(program: Path | None) -> int | None:
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
    return Machine(_registry, interpreter.run)


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
