"""`xlneuron install excel`: the add-in where Excel loads it, and the settings by which it finds Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlneuron.errors import XlneuronError
from xlneuron.files import replacing
from xlneuron.hosts import Check
from xlneuron.hosts.excel import interpreter, settings
from xlneuron.hosts.excel.addin import addin, is_ours
from xlneuron.hosts.excel.doctor import bits, examine, find_excel, this_machine
from xlneuron.hosts.excel.places import ELSEWHERE, NOT_FROM_STORE, Places, places, store_python

EXCEL_OPENS = "xlstart"  # the folder in which Excel opens every file


def install(directory: Path | None = None) -> list[str]:
    """Write the add-in and the settings; what is right already is left alone.

    Raises XlneuronError where something else is in their places, Excel would not find them, or this Python
    lacks something that a call from a cell needs. After any error all is as it was.
    """
    target = places(directory)
    if directory is None and (what := store_python()):
        raise XlneuronError(f"{what}: {NOT_FROM_STORE}")
    _refuse_others(target)
    if sys.platform == "win32":  # elsewhere the files can be written, but nothing can be called
        _refuse_to_fail(Path(sys.executable))
    with _undone_after_an_error(target):
        written = _write_addin(target.addin)
        changed = settings.write(target.settings, settings.wanted(Path(sys.executable)))
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
    """Remove the add-in and our settings; other lines of the settings' file, and another's add-in, stay."""
    target = places(directory)
    addin_was = "was not there"
    if target.addin.exists():
        addin_was = "kept, it is not an add-in of xlneuron"
        with _excel_closed(target.addin):
            if is_ours(target.addin):
                target.addin.unlink()
                addin_was = "removed"
    changed = settings.write(target.settings, {})
    if directory is None:
        with suppress(OSError):  # not empty, or never made
            target.settings.parent.rmdir()
    return [
        f"{target.addin}: {addin_was}",
        f"{target.settings}: {'our settings removed' if changed else 'has no settings of ours'}",
    ]


def doctor() -> list[Check]:
    """Check everything that a call from a cell goes through, from Excel to this Python."""
    try:
        target = places()
    except XlneuronError:
        return [Check(False, "this is not Windows", ELSEWHERE)]
    return examine(target, this_machine())


def _refuse_to_fail(python: Path) -> None:
    """Raise XlneuronError if a call from a cell would not reach this Python."""
    machine = this_machine()
    for check in interpreter.examine(python, bits(find_excel(machine)), machine.run):
        if not check.ok:
            raise XlneuronError(f"{python}: {check.what}: {check.cure}")


def _refuse_others(target: Places) -> None:
    with _excel_closed(target.addin):
        if target.addin.exists() and not is_ours(target.addin):
            raise XlneuronError(
                f"{target.addin} is not an add-in of xlneuron and is kept: "
                "move it away, or name another folder with --dir"
            )
    if target.settings.exists() and not target.settings.is_file():
        raise XlneuronError(f"{target.settings} is no file, so it cannot have the settings: move it away")


@contextmanager
def _undone_after_an_error(target: Places) -> Iterator[None]:
    before = target.addin.read_bytes() if target.addin.is_file() else None
    paths = (target.addin, target.settings)
    new_folders = [folder for path in paths for folder in path.parents if not folder.exists()]
    try:
        yield
    except BaseException:
        with suppress(OSError):
            if before is None:
                target.addin.unlink(missing_ok=True)
            elif target.addin.read_bytes() != before:
                _put(target.addin, before)
        for folder in new_folders:
            with suppress(OSError):
                folder.rmdir()
        raise


def _write_addin(path: Path) -> bool:
    content = addin()
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with _excel_closed(path):
        _put(path, content)
    return True


def _put(path: Path, content: bytes) -> None:
    """Write the add-in in one step. Excel would open a temporary file in its folder, too: it is one above."""
    in_excel_s = path.parent.name.casefold() == EXCEL_OPENS
    with replacing(path, folder=path.parent.parent if in_excel_s else None) as file:
        file.write(content)


@contextmanager
def _excel_closed(path: Path) -> Iterator[None]:
    try:
        yield
    except (PermissionError, XlneuronError) as error:
        if not isinstance(error.__cause__ or error, PermissionError):
            raise
        raise XlneuronError(f"{path} is in use: close Excel and try again") from None
