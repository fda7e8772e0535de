"""Starting: the command line against Python itself, and a small build against the import of openpyxl."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Contender, Result, Sizes, take_turns


def process(*arguments: str) -> Contender:
    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    return run


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The rows of the table about starting."""
    build = (
        "-m",
        "xlneuron",
        "build",
        "01",
        "--epochs",
        "1",
        "--quiet",
        "--force",
        "--out",
        str(folder / "built"),
    )
    found = take_turns(
        3 * sizes.rounds,
        {
            "help": process("-m", "xlneuron", "--help"),
            "python": process("-c", "pass"),
            "build": process(*build),
            "openpyxl": process("-c", "import openpyxl"),
        },
    )
    return [
        Result("`xlneuron --help`", "`python -c pass`", 4.0, found["help"], found["python"], faster=False),
        Result(
            "`xlneuron build` of a template of 29 rows",
            "`import openpyxl` alone",
            2.5,
            found["build"],
            found["openpyxl"],
            faster=False,
        ),
    ]
