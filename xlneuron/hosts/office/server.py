"""Serve one headless LibreOffice as JSON lines. Run by LibreOffice's own Python; needs only its ``uno``.

    python3 server.py SOFFICE PROFILE [EXTENSION.oxt ...]

Every line on standard input is a request ``{"do": name, ...}``; every line on standard output is the answer
to the next one, ``{"result": ...}`` or ``{"error": text}``. The first answer, LibreOffice's version, comes
unasked when it has started. The end of standard input ends LibreOffice and this process, and removes the
profile. The client is ``xlneuron.hosts.office``.
"""

# ruff: noqa: B905 - LibreOffice brings a Python of its own that may be as old as 3.8, without zip(strict=...)

from __future__ import annotations

import csv
import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import uno  # noqa: F401 - without it there is no module com
from com.sun.star.awt import Size
from com.sun.star.beans import PropertyValue
from program import STOP_SECONDS, Program  # type: ignore[import-not-found]  # beside this script

MACROS_OFF, MACROS_ON = 0, 4  # com.sun.star.document.MacroExecutionMode: never, always and without a question
EXCEL_FORMULAS = 3  # com.sun.star.sheet.AddressConvention.XL_OOX; XL_A1 does not take commas

# The errors that LibreOffice shows by number. 502 is an argument outside a function's domain, SQRT(-1) or
# LN(0), where Excel says #NUM!. Every other number is a formula that cannot be calculated, Excel's #VALUE!.
NUMBERED_ERRORS = {"Err:502": "#NUM!", "Err:503": "#NUM!", "Err:521": "#NULL!", "Err:523": "#NUM!"}


def error_name(text: str) -> str:
    """Excel's name of the error that LibreOffice shows as `text`."""
    return NUMBERED_ERRORS.get(text, "#VALUE!") if text.startswith("Err:") else text


def properties(**values: Any) -> tuple[Any, ...]:
    """The values as the list of named values that UNO takes."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


class Server:
    """The requests: every public method is one, and its parameters are the request's."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.books: dict[int, Any] = {}
        self.opened = 0

    def version(self) -> str:
        """LibreOffice's version."""
        provider = self.program.service("com.sun.star.configuration.ConfigurationProvider")
        node = properties(nodepath="/org.openoffice.Setup/Product")
        product = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", node)
        return str(product.getByName("ooSetupVersionAboutBox"))

    def function_descriptions(self) -> list[Any]:
        """The function wizard's texts: name, description and arguments of every function."""
        functions = self.program.service("com.sun.star.sheet.FunctionDescriptions")
        found = []
        for index in range(functions.getCount()):
            entry = {item.Name: item.Value for item in functions.getByIndex(index)}
            arguments = [(each.Name, each.Description, each.IsOptional) for each in entry["Arguments"] or ()]
            found.append((entry["Name"], entry["Description"], arguments))
        return found

    def open(self, path: str, macros: bool, visible: bool) -> int:
        """Load a workbook as a document without a file: that way the file is neither locked nor changed."""
        mode = MACROS_ON if macros else MACROS_OFF
        options = properties(Hidden=not visible, AsTemplate=True, MacroExecutionMode=mode)
        book = self.program.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, options)
        if book is None:
            raise ValueError(f"{path} cannot be read")
        if not book.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            book.close(True)
            raise ValueError(f"{path} is not a workbook")
        # What is left to do after loading, such as Workbook_Open, which comes only now.
        self.program.service("com.sun.star.awt.Toolkit").processEventsToIdle()
        self.opened += 1
        self.books[self.opened] = book
        return self.opened

    def close(self, book: int) -> None:
        """Close a workbook without saving it."""
        self.books.pop(book).close(True)

    def calculate(self, book: int) -> None:
        """Calculate every formula anew."""
        self.books[book].calculateAll()

    def sheets(self, book: int) -> list[str]:
        """The names of the sheets, in order."""
        return list(self.books[book].Sheets.ElementNames)

    def values(self, book: int, sheet: str, where: str | None) -> list[list[Any]]:
        """The values of a range: a number, a text, null for an empty cell, ``[text]`` for an error."""
        cells = self._range(book, sheet, where)
        rows = [list(row) for row in cells.getDataArray()]  # None for an error, "" for an empty cell
        if any(None in row for row in rows):
            for row, texts in zip(rows, self.texts(book, sheet, where)):
                row[:] = [[error_name(text)] if value is None else value for value, text in zip(row, texts)]
        start = cells.RangeAddress
        for area in cells.queryEmptyCells().getRangeAddresses():  # a formula may give "", too
            columns = slice(area.StartColumn - start.StartColumn, area.EndColumn - start.StartColumn + 1)
            blank = [None] * (area.EndColumn - area.StartColumn + 1)
            for row in rows[area.StartRow - start.StartRow : area.EndRow - start.StartRow + 1]:
                row[columns] = blank
        return rows

    def texts(self, book: int, sheet: str, where: str | None) -> list[list[str]]:
        """The texts that a range shows. By way of a file, because asking cell by cell takes 2 ms for each."""
        area = self._range(book, sheet, where).RangeAddress
        as_shown = f"44,34,76,1,,0,false,true,false,false,false,{area.Sheet + 1}"
        with tempfile.TemporaryDirectory(dir=self.program.profile) as folder:
            options = properties(FilterName="Text - txt - csv (StarCalc)", FilterOptions=as_shown)
            self.books[book].storeToURL((Path(folder) / "sheet.csv").as_uri(), options)
            (file,) = Path(folder).iterdir()  # LibreOffice adds the sheet's name to the file's
            with file.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.reader(stream))
        height, width = area.EndRow + 1, area.EndColumn + 1
        rows = [row + [""] * (width - len(row)) for row in rows] + [[""] * width] * (height - len(rows))
        return [row[area.StartColumn : width] for row in rows[area.StartRow : height]]

    def formulas(self, book: int, sheet: str, where: str | None) -> list[list[str | None]]:
        """The formulas of a range as LibreOffice writes them (``;`` between arguments), null elsewhere."""
        rows = self._range(book, sheet, where).getFormulaArray()
        return [[text if text.startswith(("=", "{=")) else None for text in row] for row in rows]

    def set(self, book: int, sheet: str, where: str, value: Any) -> None:
        """Put a number, truth value, text, formula as Excel writes it (``=MAX(A1,B1)``) or null in a cell."""
        cell = self._range(book, sheet, where).getCellByPosition(0, 0)
        if value is None:
            cell.setFormula("")
        elif isinstance(value, bool):
            cell.setFormula(str(value).upper())
        elif isinstance(value, (int, float)):
            cell.setValue(value)
        elif value.startswith("="):
            parser = self.books[book].createInstance("com.sun.star.sheet.FormulaParser")
            parser.CompileEnglish, parser.FormulaConvention = True, EXCEL_FORMULAS
            cell.setTokens(parser.parseFormula(value[1:], cell.CellAddress))
        else:
            cell.setString(value)

    def _range(self, book: int, sheet: str, where: str | None) -> Any:
        """The cells of an address or a defined name (the sheet's before the workbook's), or all used ones."""
        document = self.books[book]
        if not document.Sheets.hasByName(sheet):
            raise ValueError(f"no sheet {sheet!r}, only {', '.join(document.Sheets.ElementNames)}")
        page = document.Sheets.getByName(sheet)
        if where is None:
            cursor = page.createCursor()
            cursor.gotoEndOfUsedArea(False)
            end = cursor.RangeAddress
            return page.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        for names in (page.NamedRanges, document.NamedRanges):
            if names.hasByName(where):
                return names.getByName(where).getReferredCells()
        try:
            return page.getCellRangeByName(where)
        except Exception:  # UNO names nothing but a line of its own source
            raise ValueError(f"{where!r} is neither a range nor a defined name") from None

    def store_xlsx(self, book: int, path: str) -> None:
        """Save a copy as .xlsx, as LibreOffice writes it."""
        self.books[book].storeToURL(Path(path).as_uri(), properties(FilterName="Calc MS Excel 2007 XML"))

    def store_pdf(self, book: int, path: str, sheet: str | None, page: list[float] | None) -> None:
        """Print one sheet or all to PDF; with `page` (width and height in mm), fitted to its width."""
        document = self.books[book]
        sheets = [document.Sheets.getByName(name) for name in document.Sheets.ElementNames]
        visible = [each for each in sheets if each.IsVisible]
        if page is not None:
            styles = document.StyleFamilies.getByName("PageStyles")
            for name in styles.ElementNames:
                fit_to_width(styles.getByName(name), *page)
        if sheet is not None:  # hidden sheets are not printed, and one must stay visible at any time
            self._range(book, sheet, "A1").Spreadsheet.IsVisible = True
            for each in sheets:
                each.IsVisible = each.Name == sheet
        document.storeToURL(Path(path).as_uri(), properties(FilterName="calc_pdf_Export"))
        for each in visible:
            each.IsVisible = True
        for each in sheets:
            each.IsVisible = each in visible


def fit_to_width(style: Any, width: float, height: float) -> None:
    """Make pages as wide as the sheet: no margins, headers and footers, but the row and column heads."""
    style.IsLandscape = width > height
    style.Size = Size(round(width * 100), round(height * 100))
    for margin in ("TopMargin", "BottomMargin", "LeftMargin", "RightMargin"):
        setattr(style, margin, 0)
    style.HeaderIsOn = style.FooterIsOn = False
    style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
    style.PrintHeaders = True


def requests(program: Program) -> Iterator[dict[str, Any]]:
    """The requests, until standard input ends.

    A thread reads them, so that the end of the client is noticed even while LibreOffice hangs.
    """
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        lines.put("")
        time.sleep(2 * STOP_SECONDS)
        program.end()

    threading.Thread(target=read, daemon=True).start()
    while line := lines.get():
        yield json.loads(line)


def answer(program: Program, do: Callable[..., Any], **parameters: Any) -> None:
    """Do what is asked and write the answer. When LibreOffice is gone there is none: this process ends."""
    try:
        reply = json.dumps({"result": program.in_main_thread(lambda: do(**parameters))}, allow_nan=False)
    except Exception as error:  # whatever UNO raises goes to the client as its text
        if program.is_gone():
            raise
        text = str(getattr(error, "Message", "") or error).strip()
        reply = json.dumps({"error": text or type(error).__name__})
    sys.stdout.write(reply + "\n")
    sys.stdout.flush()


def serve(program: Program, extensions: list[str]) -> None:
    """Start LibreOffice, install the extensions, answer requests until there are no more."""
    server = Server(program)

    def begin() -> str:
        program.start()
        for extension in extensions:
            program.add_extension(extension)
        if extensions:
            program.stop()
            program.start()
        return server.version()

    answer(program, begin)
    for request in requests(program):
        answer(program, getattr(server, request.pop("do")), **request)


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    office = Program(sys.argv[1], Path(sys.argv[2]))
    try:
        serve(office, sys.argv[3:])
    finally:
        office.stop()
    shutil.rmtree(
        office.profile, ignore_errors=True
    )  # if something went wrong, the client reads the log first
