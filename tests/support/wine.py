"""A Windows Python under Wine, with xlneuron for a user whose name has a space and an umlaut.

`.ci/windows` makes the Wine prefix. Programs get pipes for all three streams: the Windows Python ends at once
with anything else. Wine's services must not inherit one of them, so they are started first, detached.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
INSIDE = ROOT / "tests" / "windows" / "inside"
USER = "Ada Größe"
WAIT = 120


class Wine:
    """The only user of the prefix while it is open; with a fresh wheel of this tree in the environment."""

    def __init__(self) -> None:
        made = subprocess.run(
            [str(ROOT / ".ci" / "windows"), sys.executable], stdout=subprocess.PIPE, text=True, check=False
        )
        if made.returncode:
            raise RuntimeError("no Windows Python: see above for what is missing")
        self.prefix = Path(made.stdout.strip())
        self.user = self.prefix / "drive_c" / "users" / USER
        self.environment = self.user / "env"
        self.python = rf"C:\users\{USER}\env\python.exe"
        self._lock = self.prefix.with_suffix(".lock").open("w")
        self._variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",
            "DISPLAY": "",
            "LC_ALL": "C.UTF-8",  # for the umlaut in the names of folders
        }

    def __enter__(self) -> Wine:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._stop()
        shutil.rmtree(self.user, ignore_errors=True)
        self.user.mkdir()
        self._install()
        self._detached("setsid", "-f", "wineserver", f"-p{WAIT}")
        self._detached("wine", "wineboot")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._lock.close()

    def run(
        self, *arguments: str, seconds: float = WAIT, program: str = "", encoding: str = "utf-8"
    ) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python, or another program of Windows; both outputs come as one text."""
        return subprocess.run(
            ["wine", program or self.python, *arguments],
            input="",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding=encoding,
            errors="replace",
            env={**self._variables, "PYTHONUTF8": "1"},
            cwd=self.user,
            timeout=seconds,
            check=False,
        )

    def script(
        self, name: str, *arguments: str, seconds: float = WAIT, encoding: str = "utf-8"
    ) -> subprocess.CompletedProcess[str]:
        """Run a script of tests/windows/inside; it can import its neighbours."""
        # A Python of this kind has only what its ._pth names on its path.
        start = f"import runpy, sys; sys.path.insert(0, {windows_path(INSIDE)!r}); sys.argv = sys.argv[1:]"
        run = f"runpy.run_path({windows_path(INSIDE / name)!r}, run_name='__main__')"
        command = ("-u", "-c", f"{start}; {run}", name, *arguments)
        return self.run(*command, seconds=seconds, encoding=encoding)

    def path(self, name: str) -> Path:
        """Return where a file of the user's folder is for this system."""
        return self.user / name

    def _install(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--wheel-dir",
                folder,
                str(ROOT),
            ]
            subprocess.run(command, check=True, capture_output=True)
            (wheel,) = Path(folder).glob("xlneuron-*.whl")
            subprocess.run(
                ["cp", "-al", str(self.prefix / "drive_c" / "python"), str(self.environment)], check=True
            )
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(self.environment / "Lib" / "site-packages")

    def _detached(self, *command: str) -> None:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._variables,
            timeout=WAIT,
            check=False,
        )

    def _stop(self) -> None:
        self._detached("wineserver", "-k")


def windows_path(path: Path) -> str:
    """Return how a path of this system is called under Wine."""
    return "Z:" + str(path).replace("/", "\\")
