"""xlwings' real DLL, activated as the VBA does it with the settings that `xlneuron install excel` wrote.

dll.py HOME      a line for each thing that was tried: what, and what came of it
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

from com import VT_DISPATCH, ComError, Server, Variant, ole32, text

from xlneuron.hosts.excel import settings
from xlneuron.hosts.excel.places import places
from xlneuron.hosts.excel.vba import dll

START, STOP = 1, -1


class Library:
    """The DLL beside a Python, and the command of that Python."""

    def __init__(self, python: Path, command: str) -> None:
        self.function = ctypes.WinDLL(str(python.parent / dll(64))).XLPyDLLActivateAuto
        self.command = command.encode("mbcs")

    def activate(self) -> Server:
        answer = Variant()
        if self.function(ctypes.byref(answer), self.command, START):
            raise OSError(" ".join(text(answer.pointer).split()))
        assert answer.kind == VT_DISPATCH
        assert answer.pointer is not None
        return Server(answer.pointer)

    def stop(self) -> None:
        self.function(ctypes.byref(Variant()), self.command, STOP)


def refused(library: Library) -> str:
    """Whether a Python that cannot serve is refused soon, and with what words."""
    began = time.monotonic()
    try:
        library.activate()
    except OSError as error:
        return f"refused {'soon' if time.monotonic() - began < 10 else 'late'}: {error}"
    return "activated"


def main(home: str) -> None:
    ole32.CoInitializeEx(None, 2)
    os.environ["USERPROFILE"], os.environ["APPDATA"] = home, rf"{home}\AppData\Roaming"
    installed = subprocess.run(
        [sys.executable, "-m", "xlneuron", "install", "excel"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    print("install:", installed.returncode)
    named = Path(settings.read(places().settings)[settings.INTERPRETER])
    print("settings:", "this Python" if named == Path(sys.executable) else named)
    library = Library(named, settings.command(named))
    server = library.activate()
    print("answers:", server.udf("SGD_STEP", 1.0, 4.0, 0.25))
    print("again:", library.activate().udf("SGD_STEP", 1.0, 4.0, 0.25))
    try:
        server.call("Exec", "import os; os._exit(3)")
    except ComError as error:
        print("killed:", error.args[0])
    print("after that:", library.activate().udf("SGD_STEP", 1.0, 4.0, 0.25))
    library.stop()
    for what, python in {"gone": r"C:\gone\python.exe", "without xlneuron": r"C:\python\python.exe"}.items():
        print(f"{what}:", refused(Library(named, settings.command(Path(python)))))


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    os._exit(0)  # interfaces of servers that have ended are still held
