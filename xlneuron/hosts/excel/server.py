"""Python as the server of worksheet functions, as the add-in's VBA starts it through xlwings' DLL.

    python -I -B -m xlneuron.hosts.excel.server {CLASS-ID}

It serves the class until Excel, which the DLL has put it into one job with, ends. What is needed is imported
before anything is served: if that fails the process ends at once, and the DLL sees it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# What activating an environment of conda puts in front of PATH, on Windows.
CONDA_FOLDERS = ("", r"Library\mingw-w64\bin", r"Library\usr\bin", r"Library\bin", "Scripts", "bin")


def main(class_id: str) -> None:
    """Serve a class of COM under this identifier."""
    # Nobody reads it: Windows hides the console, and where there is none a full pipe would stop the server.
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    if Path(sys.prefix, "conda-meta").is_dir():
        _activate_conda(Path(sys.prefix))
    import xlwings  # noqa: PLC0415 - not before the paths are right

    import xlneuron.udfs  # noqa: F401, PLC0415

    xlwings.serve(class_id)  # type: ignore[call-arg, unused-ignore]


def _activate_conda(prefix: Path) -> None:
    """Let packages of conda find their DLLs, which they expect to be done for them."""
    folders = [str(prefix / name) for name in CONDA_FOLDERS if (prefix / name).is_dir()]
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", "")])
    if sys.platform == "win32":
        for folder in folders:
            os.add_dll_directory(folder)


if __name__ == "__main__":
    main(sys.argv[1])
