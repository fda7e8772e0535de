"""`xlneuron open`: a template workbook in the spreadsheet that this system opens .xlsx files with."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from pathlib import Path
from subprocess import DEVNULL

from xlneuron import processes
from xlneuron.books.lessons import Options
from xlneuron.cli.output import make_folder
from xlneuron.cli.templates import find
from xlneuron.data import default_data
from xlneuron.errors import XlneuronError

OPENER_SECONDS = 10.0  # an opener that is still busy after that has found its program


def open_template(arguments: Namespace) -> None:
    """Open a template from the user's documents; make it there first, but never over an existing file."""
    lesson = find(arguments.name)
    path = documents() / "xlneuron" / f"{lesson.name}.xlsx"
    if not path.exists():
        from xlneuron.xlsx.write import write  # noqa: PLC0415 - an existing file does not need it

        make_folder(path.parent)
        write(lesson.make(Options(data=default_data())), path)
    if open_file(path):
        print(path)
    else:
        print(f"{path}  (no desktop to open it on: open it in your spreadsheet)")


def documents() -> Path:
    """Return the user's documents folder, wherever this system keeps it."""
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - Windows only

        # Not always ~/Documents: OneDrive and companies move it.
        folders = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, folders) as key:
            return Path(os.path.expandvars(winreg.QueryValueEx(key, "Personal")[0]))
    home = Path.home()
    if sys.platform != "darwin":
        # What `xdg-user-dir DOCUMENTS` reads: a line such as XDG_DOCUMENTS_DIR="$HOME/Dokumente".
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config", "user-dirs.dirs")
        try:
            # A folder's name is any bytes, so it is read as the system's calls give and take names.
            text = os.fsdecode(config.read_bytes())
        except OSError:  # none there, or not for us to read: a file that only says where to look
            text = ""
        named = re.search(r'^\s*XDG_DOCUMENTS_DIR="(?:\$HOME/|(?=/))([^\0\n]+?)/?"\s*$', text, re.MULTILINE)
        if named:
            return home / named[1]
    return home / "Documents"


def open_file(path: Path) -> bool:
    """Open a file with the system's program for it; False if there is no desktop to open it on."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    desktop = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    program = processes.find(opener)
    if not desktop or program is None:
        return False
    command = [program, path.absolute()]
    process = processes.start(command, path.absolute().parent, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    try:
        status = process.wait(OPENER_SECONDS)
    except processes.TimeoutExpired:
        return True
    if status:
        raise XlneuronError(f"{path}: {opener} found no program for it (exit code {status})")
    return True
