"""ONLYOFFICE's spreadsheet engine (PyPI document-builder, AGPL: for tests only, nothing of it is shipped).

It runs in a process of its own, which this module is when it is run: `python onlyoffice.py FILE COPY ...`
calculates every formula of FILE and saves what comes out as COPY.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

EVERYTHING = 4  # what is to be calculated: all formulas of all sheets
CACHED = re.compile(rb"(</f>|<f [^>]*/>)<v(?: [^>]*)?>[^<]*</v>")


def recalculated(files: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """Files with the values that ONLYOFFICE calculates: it is given the formulas without theirs."""
    copies, arguments = {}, []
    for number, (name, path) in enumerate(files.items()):
        bare = folder / f"{number}-bare.xlsx"
        _without_values(path, bare)
        copies[name] = folder / f"{number}.xlsx"
        arguments += [str(bare), str(copies[name])]
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, f"ONLYOFFICE ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return copies


def _without_values(source: Path, target: Path) -> None:
    """Copy a workbook without the values of its formulas."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            content = before.read(part)
            if part.startswith("xl/worksheets/sheet"):
                content = CACHED.sub(rb"\1", content)
            after.writestr(part, content)


def _calculate(source: str, target: str) -> None:
    from docbuilder import CDocBuilder

    builder = CDocBuilder()
    assert builder.OpenFile(source, "") == 0, f"{source} cannot be opened"
    for _ in range(2):  # at first COUNTIF counts before there is something in the cells
        assert builder.ExecuteCommand(f"Asc.editor.asc_calculate({EVERYTHING});")
    assert builder.SaveFile("xlsx", target) == 0, f"{target} cannot be saved"
    builder.CloseFile()


if __name__ == "__main__":
    for pair in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        _calculate(*pair)
