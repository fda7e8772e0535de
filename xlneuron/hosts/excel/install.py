"""`xlneuron install excel`: the add-in where Excel loads it, and the settings by which it finds Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlneuron.errors import XlneuronError
from xlneuron.hosts import Check
from xlneuron.hosts.excel import settings
from xlneuron.hosts.excel.addin import addin
from xlneuron.hosts.excel.doctor import examine, this_machine
from xlneuron.hosts.excel.places import ELSEWHERE, places


def install(directory: Path | None = None) -> list[str]:
    """Write the add-in and the settings; what is right already is left alone."""
    target = places(directory)
    written = _write_addin(target.addin)
    changed = settings.write(target.settings, settings.wanted(Path(sys.executable), Path(sys.prefix)))
    done = [
        f"{target.addin}: {'written' if written else 'is current'}",
        f"{target.settings}: {f'names {sys.executable}' if changed else 'is current'}",
    ]
    if not (written or changed):
        return done
    if directory is None:
        done.append("Start Excel anew, type =NEURON_FORWARD( in a cell and press fx.")
    else:
        done.append(f"In Excel: File > Options > Add-ins > Go > Browse, and choose {target.addin}.")
    return done


def uninstall(directory: Path | None = None) -> list[str]:
    """Remove the add-in and our settings; other lines of the settings' file stay."""
    target = places(directory)
    found = target.addin.exists()
    if found:
        with _excel_closed(target.addin):
            target.addin.unlink()
    changed = settings.write(target.settings, {})
    if directory is None:
        with suppress(OSError):  # not empty, or never made
            target.settings.parent.rmdir()
    return [
        f"{target.addin}: {'removed' if found else 'was not there'}",
        f"{target.settings}: {'our settings removed' if changed else 'has no settings of ours'}",
    ]


def doctor() -> list[Check]:
    """Check everything that a call from a cell goes through, from Excel to this Python."""
    try:
        target = places()
    except XlneuronError:
        return [Check(False, "this is not Windows", ELSEWHERE)]
    return examine(target, this_machine())


def _write_addin(path: Path) -> bool:
    content = addin()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with _excel_closed(path):
        path.write_bytes(content)  # in place: Excel would open a temporary file in its folder, too
    return True


@contextmanager
def _excel_closed(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise XlneuronError(f"{path} is in use: close Excel and try again") from None
