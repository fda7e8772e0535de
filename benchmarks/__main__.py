"""`python -m benchmarks`: measure everything, or the parts that are named, and show it.

With --write the tables and the plot go into docs/benchmarks.md, too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import calls, opening, report, start, sweeping, training, windows, writing
from benchmarks.measure import Result, Sizes, torch_python
from xlneuron.hosts.office import Office, OfficeMissing

PARTS = {
    "writing": writing,
    "opening": opening,
    "training": training,
    "sweeping": sweeping,
    "calls": calls,
    "start": start,
    "windows": windows,
}
CURVES = {
    "Writing": writing.curve,
    "Opening in LibreOffice": opening.curve,
    "Training row by row": training.curve,
    "A sweep, rows of all runs": sweeping.curve,
}
DOCUMENT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(arguments: list[str] | None = None) -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; all if none")
    parser.add_argument("--tiny", action="store_true", help="sizes that only show that it runs")
    parser.add_argument("--plot", metavar="FILE.png", help="measure against rows, too, and draw it")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and its plot")
    options = parser.parse_args(arguments)
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"unknown part {unknown[0]!r} (known: {', '.join(PARTS)})")
    sizes = Sizes.tiny() if options.tiny else Sizes()
    picture = DOCUMENT.with_suffix(".png") if options.write else options.plot and Path(options.plot)
    results: list[Result] = []
    curves: report.Curves = {}
    with tempfile.TemporaryDirectory(prefix="xlneuron-bench-") as folder:
        for name in options.parts or PARTS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            found = PARTS[name].measure(sizes, Path(folder))
            results += found
            for line in report.tables(found, {}, {}).splitlines()[2 : 2 + len(found)]:
                print(line, file=sys.stderr, flush=True)
        if picture:
            for name, curve in CURVES.items():
                print(f"{name}, against rows ...", file=sys.stderr, flush=True)
                curves[name] = curve(sizes, Path(folder))
    curves = {name: seconds for name, seconds in curves.items() if seconds}
    text = report.tables(results, curves, others())
    if picture:
        report.plot(curves, picture)
    if options.write:
        report.put(DOCUMENT, text)
    print(text)


def others() -> dict[str, str]:
    """Return the versions of PyTorch, the C compiler and LibreOffice."""
    commands = {
        "PyTorch": [torch_python() or "", "-c", "import torch; print(torch.__version__)"],
        "gcc": ["gcc", "-dumpfullversion"],
    }
    found = {}
    for name, command in commands.items():
        try:
            found[name] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            found[name] = "not installed"
    try:
        with Office() as office:
            found["LibreOffice"] = office.version
    except OfficeMissing:
        found["LibreOffice"] = "not installed"
    return found


if __name__ == "__main__":
    main()
