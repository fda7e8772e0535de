"""Opening the written table in LibreOffice, ours and XlsxWriter's."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Contender, Result, Sizes, take_turns
from benchmarks.tables import COLUMNS, training_book
from benchmarks.writing import all_cells, with_xlsxwriter
from xlneuron.hosts.office import Office, OfficeMissing
from xlneuron.xlsx.write import write

SECONDS = 900.0
MOST_ROWS = 100_000  # of the plot: at a million, 25 million formulas need more memory than most machines have


def files(rows: int, folder: Path) -> dict[str, Path]:
    """Write the table with both writers."""
    book = training_book(rows)
    paths = {"xlneuron": folder / f"ours-{rows}.xlsx", "XlsxWriter": folder / f"theirs-{rows}.xlsx"}
    write(book, paths["xlneuron"], force=True)
    with_xlsxwriter(all_cells(book), paths["XlsxWriter"])
    return paths


def opener(office: Office, path: Path) -> Contender:
    def open_and_close() -> None:
        with office.open(path) as book:
            assert book.sheets()

    return open_and_close


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The row of the table about opening."""
    what = f"Opening {sizes.rows:,} rows x {len(COLUMNS)} columns in LibreOffice"
    try:
        with Office(timeout=SECONDS) as office:
            paths = files(sizes.rows, folder)
            found = take_turns(sizes.rounds, {name: opener(office, path) for name, path in paths.items()})
    except OfficeMissing as error:
        return [Result(what, "the sheet by XlsxWriter", 1.1, 0.0, str(error), False)]
    return [Result(what, "the sheet by XlsxWriter", 1.1, found["xlneuron"], found["XlsxWriter"], False)]


def curve(sizes: Sizes, folder: Path) -> dict[str, dict[int, float]]:
    """Seconds by rows, for the plot."""
    seconds: dict[str, dict[int, float]] = {}
    try:
        for rows in sizes.plot_rows:
            if rows <= MOST_ROWS:
                with Office(timeout=SECONDS) as office:
                    paths = files(rows, folder)
                    found = take_turns(
                        sizes.plot_rounds, {name: opener(office, path) for name, path in paths.items()}
                    )
                for name, value in found.items():
                    seconds.setdefault(name, {})[rows] = value
    except OfficeMissing:
        return {}
    return seconds
