"""A headless LibreOffice that opens, changes, recalculates and prints workbooks.

    with Office() as office, office.open("01-basic-sgd.xlsx") as book:
        book.set("SGD", "learning_rate", 1e-5)
        book.calculate()
        rows = book.values("SGD")

Only a Python with LibreOffice's ``uno`` module can speak to it, and that is hardly ever the one that runs
xlneuron. So ``server.py`` runs in that one, and this module sends it requests as JSON lines. Numbers arrive
exactly as the cells hold them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import PIPE
from threading import Thread
from typing import IO, Any

from xlneuron import processes
from xlneuron.errors import XlneuronError
from xlneuron.functions.cells import Cell, CellError

__all__ = [
    "Book",
    "FunctionDescription",
    "Installation",
    "Office",
    "OfficeError",
    "OfficeMissing",
    "find_office",
]

START_SECONDS = 200.0  # more than the server's own limit for two starts, which an extension takes
STOP_SECONDS = 15.0

# Where LibreOffice's installers put it.
PLACES = {
    "win32": ("C:/Program Files*/LibreOffice/program/soffice.exe",),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "linux": ("/opt/libreoffice*/program/soffice", "/usr/lib/libreoffice/program/soffice"),
}
DOWNLOAD = "https://www.libreoffice.org/download"


class OfficeError(XlneuronError):
    """LibreOffice refused, failed or did not answer in time."""


class OfficeMissing(OfficeError):  # noqa: N818
    """There is no LibreOffice, or no Python that can speak to it; the message says what to install."""


@dataclass(frozen=True)
class Installation:
    """The two programs of a LibreOffice: itself, and a Python that has its ``uno`` module."""

    soffice: Path
    python: Path


@dataclass(frozen=True)
class FunctionDescription:
    """What the function wizard shows of a function; each argument is (name, description, optional)."""

    name: str
    description: str
    arguments: tuple[tuple[str, str, bool], ...]


def find_office() -> Installation:
    """The LibreOffice on the PATH, or where its installers put it. Raises OfficeMissing."""
    debian = "" if sys.platform != "linux" else "apt-get install libreoffice-calc python3-uno, or "
    soffice = next(_programs(), None)
    if soffice is None:
        raise OfficeMissing(f"LibreOffice is not installed: {debian}see {DOWNLOAD}")
    folder = soffice.resolve().parent
    own = (folder / "python.exe", folder / "python", folder.parent / "Resources" / "python")
    for python in (*own, Path("/usr/bin/python3"), Path(sys.executable)):
        if python.is_file() and _has_uno(python):
            return Installation(soffice, python)
    raise OfficeMissing(f"no Python has the module uno of {soffice}: {debian}see {DOWNLOAD}")


def _programs() -> Iterator[Path]:
    if found := processes.find("soffice", "libreoffice"):
        yield found
    for pattern in PLACES.get(sys.platform, ()):
        yield from map(Path, sorted(glob(pattern), reverse=True))  # noqa: PTH207 (absolute patterns)


def _has_uno(python: Path) -> bool:
    # Not with -I: LibreOffice's own Python is a script that says by PYTHONPATH where the modules are. It
    # starts in an empty folder, so there is nothing else that it could import.
    try:
        test = processes.run([python, "-c", "import uno"], seconds=60, first=python)
    except (OSError, processes.TimeoutExpired):
        return False
    return test.returncode == 0


class Office:
    """One LibreOffice process on a user profile of its own; any number of them can run side by side.

    extensions: .oxt files to install into that profile. timeout: the seconds that a request may take; one
    that takes longer ends LibreOffice and raises OfficeError, and the next `open` starts a new one.
    """

    def __init__(self, *, extensions: Iterable[str | Path] = (), timeout: float = 120.0) -> None:
        self.extensions = [Path(each).resolve() for each in extensions]
        self.timeout = timeout
        self.version = ""
        self._server: _Server | None = None

    def __enter__(self) -> Office:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start LibreOffice unless it runs. Raises OfficeMissing, OfficeError."""
        if self._server is None:
            self._server = _Server(find_office(), self.extensions)
            self.version = self._answer("start", START_SECONDS)

    def stop(self) -> None:
        """End LibreOffice and everything that was started with it."""
        self._stop(STOP_SECONDS)

    def _stop(self, seconds: float) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.stop(seconds)

    def open(self, path: str | Path, *, macros: bool = False, visible: bool = False) -> Book:
        """Open a copy of a workbook, with the values that its file holds; the file itself stays untouched.

        macros: allow the workbook's macros. visible: with a window, which macros that run on opening want
        (nobody sees it, headless).
        """
        file = Path(path).resolve()
        if not file.is_file():
            raise OfficeError(f"{path}: no such file")
        self.start()
        return Book(self, self.request("open", path=str(file), macros=macros, visible=visible))

    def function_descriptions(self) -> dict[str, FunctionDescription]:
        """Every function of LibreOffice and its extensions by name, with the function wizard's texts."""
        self.start()
        found = self.request("function_descriptions")
        return {
            name: FunctionDescription(name, text, tuple(map(tuple, arguments)))
            for name, text, arguments in found
        }

    def request(self, do: str, **parameters: Any) -> Any:
        """Send a request of ``server.py`` and wait for its answer. Raises OfficeError."""
        if self._server is None:
            raise OfficeError("LibreOffice is not running")
        self._server.send({"do": do, **parameters})
        return self._answer(do, self.timeout)

    def _answer(self, do: str, seconds: float) -> Any:
        assert self._server is not None
        try:
            line = self._server.answers.get(timeout=seconds)
        except Empty:
            self._stop(0)
            raise OfficeError(f"LibreOffice took more than {seconds:g} s to {do} and was ended") from None
        except BaseException:  # interrupted: the answer that comes now would be taken for the next one
            self._stop(0)
            raise
        if not line:
            last_words = self._server.last_words()
            self._stop(0)
            raise OfficeError(f"LibreOffice ended when asked to {do}" + (last_words and f": {last_words}"))
        answer = json.loads(line)
        if "error" in answer:
            if do == "start":
                self._stop(STOP_SECONDS)
            raise OfficeError(f"LibreOffice ({do}): {answer['error']}")
        return answer["result"]


class _Server:
    """The process that runs ``server.py``, its process group, and the folder of its profile and its log."""

    def __init__(self, installation: Installation, extensions: list[Path]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xlneuron-office-")).resolve()
        script = Path(__file__).with_name("server.py")
        with (self.folder / "log").open("wb") as log:
            self.process = processes.start(
                [installation.python, script, installation.soffice, self.folder, *extensions],
                self.folder,
                first=installation.python,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                encoding="utf-8",
                start_new_session=True,  # the process group that `stop` ends
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.requests: IO[str] = self.process.stdin
        self.answers: SimpleQueue[str] = SimpleQueue()
        self.reader = Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def _read(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                self.answers.put(line)
        self.answers.put("")

    def send(self, request: dict[str, Any]) -> None:
        with suppress(OSError):  # the server is gone: then there is no answer
            self.requests.write(json.dumps(request, allow_nan=False) + "\n")
            self.requests.flush()

    def last_words(self) -> str:
        try:
            log = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""
        return log.splitlines()[-1] if log else ""

    def stop(self, seconds: float) -> None:
        """Let it end by itself for so many seconds, then end its process group."""
        with suppress(OSError):
            self.requests.close()
        self.reader.join(seconds)
        if sys.platform == "win32":
            killer = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
            processes.run([killer, "/T", "/F", "/PID", str(self.process.pid)], seconds=STOP_SECONDS)
        else:
            with suppress(ProcessLookupError):  # not yet waited for, so the number is nobody else's
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join()
        shutil.rmtree(self.folder, ignore_errors=True)


class Book:
    """An open workbook.

    Cells are named by a range (``B2:D9``, ``C4``) or a defined name, the sheet's own before the workbook's.
    Left out, they are all from A1 to the last used one.
    """

    def __init__(self, office: Office, number: int) -> None:
        self._office = office
        self._server = office._server
        self._number = number

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _is_open(self) -> bool:
        return self._server is not None and self._server is self._office._server

    def _request(self, do: str, **parameters: Any) -> Any:
        if not self._is_open:
            raise OfficeError("this workbook is closed")
        return self._office.request(do, book=self._number, **parameters)

    def close(self) -> None:
        """Close the workbook without saving it."""
        if self._is_open:
            self._request("close")
        self._server = None

    def calculate(self) -> None:
        """Calculate every formula anew."""
        self._request("calculate")

    def sheets(self) -> list[str]:
        """The names of the sheets, in order."""
        return list(self._request("sheets"))

    def values(self, sheet: str, where: str | None = None) -> list[list[Cell]]:
        """The cells' values: numbers (1.0 for TRUE), texts, errors, None for an empty cell."""
        rows = self._request("values", sheet=sheet, where=where)
        return [[CellError(cell[0]) if isinstance(cell, list) else cell for cell in row] for row in rows]

    def texts(self, sheet: str, where: str | None = None) -> list[list[str]]:
        """The cells as the sheet shows them (the General format's exponents with three digits, though)."""
        return list(self._request("texts", sheet=sheet, where=where))

    def formulas(self, sheet: str, where: str | None = None) -> list[list[str | None]]:
        """The cells' formulas as LibreOffice writes them (``=MAX(A1;B1)``), None elsewhere."""
        return list(self._request("formulas", sheet=sheet, where=where))

    def set(self, sheet: str, where: str, value: float | str | None) -> None:
        """Put a value into one cell.

        A text that starts with ``=`` is a formula as Excel writes it: ``=MAX(A1,B1)``. None empties the cell.
        """
        self._request("set", sheet=sheet, where=where, value=value)

    def store_xlsx(self, path: str | Path) -> None:
        """Save a copy as LibreOffice writes .xlsx."""
        self._request("store_xlsx", path=str(Path(path).resolve()))

    def store_pdf(
        self, path: str | Path, *, sheet: str | None = None, page: tuple[float, float] | None = None
    ) -> None:
        """Print one sheet, or all that are not hidden, to a PDF.

        page: width and height (mm) of pages as wide as the sheet, without margins, but with its row and
        column heads, as a screen would show it; the workbook keeps this page setup.
        """
        self._request("store_pdf", path=str(Path(path).resolve()), sheet=sheet, page=page)
