"""What was measured, as docs/benchmarks.md shows it: tables, and a plot of seconds against rows."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.measure import Result

BEGIN, END = "<!-- measured: `make bench` writes what follows -->", "<!-- end of what is measured -->"
PACKAGES = ("numpy", "openpyxl", "xlsxwriter", "xlwings")
Curves = dict[str, dict[str, dict[int, float]]]  # what -> who -> rows -> seconds


def put(path: Path, text: str) -> None:
    """Put what was measured into a document, between its two marks."""
    document = path.read_text("utf-8")
    head, rest = document.split(BEGIN)
    _, tail = rest.split(END)
    path.write_text(f"{head}{BEGIN}\n\n{text}\n{END}{tail}", "utf-8")


def tables(results: list[Result], curves: Curves, others: dict[str, str]) -> str:
    """Return the tables as Markdown. `others` are versions of what is not a package of this Python."""
    lines = ["| what | against | ours | theirs | ratio | goal | |", "|---|---|---:|---:|---:|---:|---|"]
    for each in results:
        verdict = {True: "met", False: "**not met**", None: ""}[each.met]
        theirs = each.theirs if isinstance(each.theirs, str) else shown(each.theirs, each.unit)
        ours = shown(each.ours, each.unit) if each.ours else ""
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}" if each.ratio < 10 else f"{each.ratio:.0f}"
        sign = "at least" if each.faster else "at most"
        goal = "" if each.goal is None else f"{sign} {each.goal:g}"
        lines.append(f"| {each.what} | {each.against} | {ours} | {theirs} | {ratio} | {goal} | {verdict} |")
    text = "\n".join(lines) + "\n\n" + "\n".join(f"- {line}" for line in machine(others)) + "\n"
    if curves:
        text += "\n![Seconds against rows](benchmarks.png)\n"
    for what, by_name in curves.items():
        sizes = sorted({rows for seconds in by_name.values() for rows in seconds})
        text += f"\n{what}, seconds:\n\n| rows | {' | '.join(by_name)} |\n|---:|{'---:|' * len(by_name)}\n"
        for rows in sizes:
            cells = [shown(seconds[rows], "s") if rows in seconds else "" for seconds in by_name.values()]
            text += f"| {rows:,} | {' | '.join(cells)} |\n"
    return text


def shown(value: float, unit: str) -> str:
    """Return a number with three digits and its unit."""
    if unit == "MB":
        return f"{value:.0f} MB"
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1 or name == "µs":
            return f"{value * factor:.3g} {name}"
    raise AssertionError


def machine(others: dict[str, str]) -> list[str]:
    """Return what it was measured on."""
    versions = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    versions |= others
    return [
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        ", ".join(f"{name} {number}" for name, number in versions.items()),
    ]


def processor() -> str:
    """Return the processor's name."""
    try:
        named = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        named = None
    return named[1].strip() if named else platform.processor() or sys.platform


def plot(curves: Curves, path: Path) -> None:
    """Draw seconds against rows, a picture for each thing that was measured."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    colors = ("#0072B2", "#E69F00", "#009E73", "#D55E00")
    markers = "osD^"
    figure, places = pyplot.subplots(1, len(curves), figsize=(4 * len(curves), 3.4), layout="constrained")
    for axes, (what, by_name) in zip(places, curves.items(), strict=True):
        for (name, seconds), color, marker in zip(by_name.items(), colors, markers, strict=False):
            axes.loglog(
                list(seconds), list(seconds.values()), marker=marker, color=color, label=name, markersize=4
            )
        axes.set_title(what, fontsize=10)
        axes.set_xlabel("rows")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    places[0].set_ylabel("seconds")
    figure.savefig(path, dpi=110, metadata={"Software": None})
