"""`xlneuron regenerate` and `xlneuron check`: workbooks that their users work with."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from xlneuron.cli.output import print_json
from xlneuron.errors import UsageError, XlneuronError, counted
from xlneuron.upkeep.report import Report
from xlneuron.xlsx.sizes import any_size

MOST_LINES = 20  # wrong cells that are listed


def regenerate_book(arguments: Namespace) -> None:
    """Refill a workbook's tables in place, and say how long they are now."""
    # What makes the tables needs openpyxl, which --help does not wait for.
    from xlneuron.upkeep.live import regenerate_live  # noqa: PLC0415
    from xlneuron.upkeep.regenerate import Changes, regenerate  # noqa: PLC0415

    changes = Changes(arguments.data, arguments.learning_rate, arguments.epochs)
    make = regenerate_live if arguments.live else regenerate
    with any_size(arguments.any_size):
        result = make(Path(arguments.book), changes, backup=not arguments.no_backup)
    if arguments.json:
        tables = {name: {"before": before, "after": after} for name, (before, after) in result.rows.items()}
        backup = str(result.backup) if result.backup else None
        print_json({"path": str(result.path), "tables": tables, "backup": backup, "notes": result.notes})
        return
    print(result.path)
    for name, (before, after) in result.rows.items():
        change = f"{after:,} rows" if before == after else f"{before:,} -> {after:,} rows"
        print(f"  {name}: {change}")
    for note in result.notes:
        print(f"  note: {note}")
    if result.backup:
        print(f"  as it was before: {result.backup}")


def check_book(arguments: Namespace) -> None:
    """Check a workbook; a wrong cell is an error."""
    from xlneuron.upkeep.check import check  # noqa: PLC0415 - as above
    from xlneuron.upkeep.check_handmade import check_mapped  # noqa: PLC0415

    path = Path(arguments.book)
    if arguments.map:
        if arguments.recalculate:
            raise UsageError("--recalculate is for workbooks that xlneuron made, --map for others")
        with any_size(arguments.any_size):
            report = check_mapped(
                path,
                arguments.map,
                network=arguments.network or "1-1",
                sheet=arguments.sheet,
                learning_rate=arguments.learning_rate,
                h=arguments.h,
            )
    else:
        if arguments.network or arguments.sheet or arguments.learning_rate:
            raise UsageError("--network, --sheet and --learning-rate go with --map")
        with any_size(arguments.any_size):
            report = check(path, recalculate=arguments.recalculate)
    if arguments.json:
        _print_json(path, report)
    else:
        _print(path, report)
    if report.problems:
        wrong = sum(1 + problem.more for problem in report.problems)
        first = report.problems[0]
        raise XlneuronError(
            f"{path}: {counted(wrong, 'wrong cell')}; the first is {first.sheet}!{first.cell}"
        )


def _print(path: Path, report: Report) -> None:
    for problem in report.problems[:MOST_LINES]:
        print(problem)
    if len(report.problems) > MOST_LINES:
        print(f"... and {len(report.problems) - MOST_LINES} more")
    for note in report.notes:
        print(f"note: {note}")
    if not report.problems:
        print(f"{path}: all right, {report.formulas:,} formulas and {report.values:,} values")


def _print_json(path: Path, report: Report) -> None:
    problems = [
        {
            "sheet": problem.sheet,
            "cell": problem.cell,
            "kind": problem.kind,
            "expected": problem.expected,
            "found": problem.found,
            "why": problem.why,
            "more_below": problem.more,
        }
        for problem in report.problems
    ]
    print_json(
        {
            "path": str(path),
            "formulas": report.formulas,
            "values": report.values,
            "notes": report.notes,
            "problems": problems,
        }
    )
