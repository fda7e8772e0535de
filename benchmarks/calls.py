"""Calls: from LibreOffice's cells against an add-in that does nothing, and conversion against xlwings'."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from benchmarks.measure import Contender, Peer, Result, Sizes, take_turns, times
from xlneuron.functions.cells import as_array, to_cells
from xlneuron.hosts.libreoffice import extension
from xlneuron.hosts.office import Book, Office, OfficeMissing
from xlneuron.udfs import received, returned

OURS, NOTHING = "xlneuron", "xlnothing"
ADDIN = """
import json
from pathlib import Path

import unohelper
from org.xlnothing import XAddIn

SERVICES = ("org.xlnothing.AddIn", "com.sun.star.sheet.AddIn")
RESULT = ((1.0,),)


class Component(unohelper.Base, XAddIn):
    def __init__(self, context):
        pass


for key in json.loads(Path(__file__).with_name("functions.json").read_text()):
    setattr(Component, key, lambda self, *cells: RESULT)

g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(Component, SERVICES[0], SERVICES)
"""
NETWORK = "1-1relu-1"
NAME = extension.qualified_name("NEURON_FORWARD")


def addin_that_does_nothing(path: Path) -> Path:
    """Write our extension with the same functions and arguments, of which none does anything."""
    parts = {
        name: text.replace(OURS, NOTHING)
        for name, text in extension.parts().items()
        if not name.startswith("pythonpath")
    }
    files = {name.replace(OURS, NOTHING): text for name, text in parts.items()}
    path.write_bytes(extension.archive({**files, "addin.py": ADDIN}))
    return path


def workbook(path: Path, name: str, rows: int, *, array: bool = False) -> Path:
    """Write rows with an input each, and predictions: one call a row, or one array call for all."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for place, weight in enumerate((0.5, 1.0, -0.5, 2.0), 2):
        sheet.cell(1, place, weight)
    for row in range(1, rows + 1):
        sheet.cell(row, 1, float(row))
        if not array:
            sheet.cell(row, 7, f'={name}(A{row},$B$1:$E$1,"{NETWORK}")')
    if array:
        area = f"G1:G{rows}"
        sheet["G1"] = ArrayFormula(area, f'={name}(A1:A{rows},$B$1:$E$1,"{NETWORK}")')
    book.save(path)
    return path


def calculation(book: Book, expected: float) -> Contender:
    """Return what calculates a workbook; its last value is looked at once."""
    book.calculate()
    last = book.values("Sheet")[-1][-1]
    assert last == expected, last
    return book.calculate


def from_cells(sizes: Sizes, folder: Path) -> list[Result]:
    """Calls from cells. Both add-ins run in the same LibreOffice, and in its main thread.

    In a thread that Python does not know, LibreOffice makes a new thread state for every call, and CPython
    3.11 maps memory for it each time: a call that does nothing takes three times as long there.
    """
    rows = sizes.calls
    last = -0.5 * (0.5 * rows + 1) + 2
    add_ins = [extension.write(folder / extension.FILE), addin_that_does_nothing(folder / "nothing.oxt")]
    none = NAME.replace(OURS.upper(), NOTHING.upper())
    paths = {
        "single": workbook(folder / "single.xlsx", NAME, rows),
        "none": workbook(folder / "none.xlsx", none, rows),
        "array": workbook(folder / "array.xlsx", NAME, rows, array=True),
    }
    with Office(extensions=add_ins) as office:
        contenders = {
            name: calculation(office.open(path), 1.0 if name == "none" else last)
            for name, path in paths.items()
        }
        found = take_turns(sizes.rounds * 5, contenders)  # they take a tenth of a second
    return [
        Result(
            "A call from a LibreOffice cell",
            "an add-in that does nothing",
            1.4,
            found["single"] / rows,
            found["none"] / rows,
            faster=False,
        ),
        Result(
            f"One array call for {rows:,} rows, per row",
            f"{rows:,} calls",
            4.0,
            found["array"] / rows,
            found["single"] / rows,
        ),
    ]


def measure(sizes: Sizes, folder: Path) -> list[Result]:
    """The rows of the table about calls."""
    try:
        results = from_cells(sizes, folder)
    except OfficeMissing as error:
        results = [
            Result(
                "A call from a LibreOffice cell", "an add-in that does nothing", 1.4, 0.0, str(error), False
            )
        ]
    return [*results, *conversions(sizes)]


def conversions(sizes: Sizes) -> list[Result]:
    """Arguments and results between cells and arrays, without a call."""
    results = []
    with Peer("with_xlwings.py") as peer:
        for rows, columns, number in ((1, 4, sizes.calls), (sizes.rows, 4, max(sizes.calls // 2_500, 1))):
            cells = tuple(tuple(float(row + column) for column in range(columns)) for row in range(rows))
            array = as_array(cells, "cells")

            def both(cells: object = cells, array: object = array) -> None:
                as_array(received(cells), "cells")
                returned(to_cells(array))

            found = take_turns(
                sizes.rounds,
                {
                    "ours": times(number, both),
                    "xlwings": peer.contender("convert", rows=rows, columns=columns, number=number),
                },
            )
            what = f"Converting {rows:,} x {columns} cells to an array and back"
            results.append(
                Result(what, "xlwings' NumPy converter", 0.25, found["ours"], found["xlwings"], faster=False)
            )
    return results
