"""Writing the table with formulas and values: ours, openpyxl's and XlsxWriter's, at the same compression."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from zipfile import ZipFile

from benchmarks.measure import Peer, Result, Sizes, take_turns
from benchmarks.tables import COLUMNS, training_book
from xlneuron.tables.layout import FIRST_ROW, HEADER_ROW, Layout, fill_row, letters
from xlneuron.tables.model import Book
from xlneuron.tables.values import BookValues
from xlneuron.xlsx import package, styles
from xlneuron.xlsx.write import write

SHEET = "sgd"
MAX_MEGABYTES = 200.0
Cells = list[tuple[str, float]]
Writer = Callable[[Path], object]


def all_cells(book: Book) -> list[Cells]:
    """Return every row's formulas and values: what the other writers are given, ready made."""
    layout, (_, table) = Layout(book), book.tables[SHEET]
    formulas = {
        first: "\n".join(each.text for each in layout.row_formulas(table, first=first) if each)
        for first in (True, False)
    }
    return [
        list(zip(fill_row(formulas[row == 0], row + FIRST_ROW).split("\n"), values, strict=True))
        for row, values in enumerate(BookValues(book).rows(SHEET))
    ]


def compressing(level: int) -> ExitStack:
    """Have all three writers compress at a level, for as long as the block lasts."""
    import openpyxl.writer.excel
    import xlsxwriter.workbook

    patches = [
        (package, "LEVEL", level),
        (openpyxl.writer.excel, "ZipFile", partial(ZipFile, compresslevel=level)),
        (xlsxwriter.workbook, "ZipFile", partial(ZipFile, compresslevel=level)),
    ]
    stack = ExitStack()
    for module, name, value in patches:
        stack.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, value)
    return stack


def with_openpyxl(cells: list[Cells], path: Path) -> None:
    """Write the formulas in openpyxl's fastest mode, which has no place for their values."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("SGD")
    for _ in range(HEADER_ROW):
        sheet.append(())
    left = [None] * (Layout(training_book(2)).first_column[SHEET] - 1)
    for row in cells:
        sheet.append([*left, *(formula for formula, _ in row)])
    book.save(path)


def with_xlsxwriter(cells: list[Cells], path: Path) -> None:
    """Write formulas, values, number formats and conditional formats, row by row in constant memory."""
    import xlsxwriter

    layout = Layout(training_book(max(len(cells), 2)))
    left = layout.first_column[SHEET] - 1
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("SGD")
        for name, cell in layout.name_rows.items():
            sheet.write_number(cell - 1, 1, 1.0)
            book.define_name(f"SGD!{name[1]}", f"=SGD!$B${cell}")
        formats = [
            book.add_format({"num_format": styles.STYLES[column.style].number_format, "font_size": 10})
            for column in COLUMNS
        ]
        for number, row in enumerate(cells, FIRST_ROW - 1):
            for place, (formula, value) in enumerate(row):
                sheet.write_formula(number, left + place, formula, formats[place], value)
        corner = f"{letters(left + 1)}{FIRST_ROW}"
        area = FIRST_ROW - 1, left, FIRST_ROW + len(cells) - 2, left + len(COLUMNS) - 1
        large = book.add_format({"num_format": styles.LARGE})
        for criteria in (f"=ISERROR({corner})", f"=ABS({corner})>=1000000"):
            sheet.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": large})


def writers(rows: int, *, slow: bool = True) -> dict[str, Writer]:
    """Return what writes a table of so many rows to a file."""
    book = training_book(rows)
    cells = all_cells(book) if slow else []
    ours = {"xlneuron": lambda path: write(book, path, force=True)}
    peers = {
        "openpyxl": lambda path: with_openpyxl(cells, path),
        "XlsxWriter": lambda path: with_xlsxwriter(cells, path),
    }
    return {**ours, **peers} if slow else ours


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The rows of the table about writing."""
    path = folder / "written.xlsx"
    contenders = {name: (lambda writer=writer: writer(path)) for name, writer in writers(sizes.rows).items()}
    what = f"Writing {sizes.rows:,} rows x {len(COLUMNS)} columns with formulas and values"
    goals = {
        "openpyxl": ("openpyxl write-only, no values", 4.0),
        "XlsxWriter": ("XlsxWriter in constant memory", 10.0),
    }
    results = []
    for level, counts in ((package.LEVEL, True), (6, False)):
        with compressing(level):
            found = take_turns(sizes.rounds if counts else sizes.plot_rounds, contenders)
        results += [
            Result(
                f"{what}, zlib level {level}", peer, goal if counts else None, found["xlneuron"], found[name]
            )
            for name, (peer, goal) in goals.items()
        ]
    peaks = {rows: peak_memory(rows, path) for rows in (sizes.rows, 10 * sizes.rows, max(sizes.plot_rows))}
    few, more, most = peaks
    return [
        *results,
        Result(
            f"Memory of writing {more:,} rows", f"{few:,} rows", 1.2, peaks[more], peaks[few], False, "MB"
        ),
        Result(
            f"Memory of writing {most:,} rows", "at most 200 MB", 1.0, peaks[most], MAX_MEGABYTES, False, "MB"
        ),
    ]


def peak_memory(rows: int, path: Path) -> float:
    with Peer("memory.py") as peer:
        return peer.ask("write_table", rows=rows, path=str(path))["megabytes"]


def curve(sizes: Sizes, folder: Path) -> dict[str, dict[int, float]]:
    """Seconds by rows, for the plot."""
    path = folder / "written.xlsx"
    seconds: dict[str, dict[int, float]] = {}
    for rows in sizes.plot_rows:
        contenders = writers(rows, slow=rows <= 100_000)
        found = take_turns(
            0, {name: (lambda writer=writer: writer(path)) for name, writer in contenders.items()}
        )
        for name, value in found.items():
            seconds.setdefault(name, {})[rows] = value
    return seconds
