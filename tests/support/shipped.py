"""Workbooks that a user has worked with: parts changed one by one, and a file with all that users add."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.chart import LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image as Picture

from support.lessons import lesson
from support.package import Package, column_letters, column_number
from xlneuron.xlsx.tokens import CELL, SHEET, sheet_name, tokens
from xlneuron.xlsx.write import write

SGD, EPOCHS, DATA = (f"xl/worksheets/sheet{number}.xml" for number in (2, 3, 4))
FIRST = 6  # row of the table SGD


def shipped(directory: Path, name: str = "01-basic-sgd") -> Path:
    """A template as it is built."""
    return write(lesson(name), directory / f"{name}.xlsx")


def changed(path: Path, changes: Mapping[str, Callable[[str], str]], name: str = "changed.xlsx") -> Path:
    """A copy of a file in which some parts have another text."""
    target = path.with_name(name)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            content = source.read(part)
            archive.writestr(part, changes[part](content.decode()) if part in changes else content)
    return target


def cell(reference: str, content: str) -> Callable[[str], str]:
    """Give a cell another content (`<f>...</f><v>...</v>`); its style stays."""

    def change(xml: str) -> str:
        made, count = re.subn(
            rf'<c r="{reference}"((?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)',
            lambda found: f'<c r="{reference}"{found[1]}>{content}</c>',
            xml,
            count=1,
        )
        assert count, f"{reference} is not there"
        return made

    return change


def formula(reference: str, text: str) -> Callable[[str], str]:
    """Give a cell another formula; its value stays, as if nobody had recalculated."""

    def change(xml: str) -> str:
        made, count = re.subn(
            rf'(<c r="{reference}"[^>]*>)<f>[^<]*</f>', lambda found: f"{found[1]}<f>{text}</f>", xml, count=1
        )
        assert count, f"{reference} is not there"
        return made

    return change


def row_added(row: int, cells: str) -> Callable[[str], str]:
    """Add a row below all others."""
    return lambda xml: xml.replace("</sheetData>", f'<row r="{row}">{cells}</row></sheetData>')


def with_inserted_column(path: Path, at: int, name: str = "inserted.xlsx") -> Path:
    """A copy with an empty column before column `at` of sheet SGD, as a spreadsheet inserts it."""

    def reference(found: str) -> str:
        letters, row = re.fullmatch(r"(\$?[A-Z]+)(\$?\d+)", found).groups()
        dollar, number = (
            letters[:-1] if letters == "$" else letters[: letters.startswith("$")],
            letters.strip("$"),
        )
        place = column_number(number)
        return f"{dollar}{column_letters(place + (place >= at))}{row}"

    def moved(text: str, on: str) -> str:
        parts, sheet = [], on
        for token in tokens(text):
            if token.kind == SHEET:
                sheet = sheet_name(token.text)
            parts.append(reference(token.text) if token.kind == CELL and sheet == "SGD" else token.text)
            if token.kind != SHEET and token.text != ":" and token.kind != CELL:
                sheet = on
        return "".join(parts)

    def sheet(xml: str) -> str:
        xml = re.sub(r'(<c r=")([A-Z]+\d+)', lambda c: c[1] + reference(c[2]), xml)
        return re.sub(r'((?:sqref|<f [^>]*ref)=")([^"]*)', lambda a: a[1] + moved(a[2], "SGD"), xml)

    def formulas(on: str) -> Callable[[str], str]:
        return lambda xml: re.sub(r"(<f\b[^>]*>)([^<]*)", lambda f: f[1] + moved(f[2], on), xml)

    package = Package(path)
    changes = {part: formulas("") for part in package.names if part.startswith("xl/charts/chart")}
    changes |= {EPOCHS: formulas("Epochs"), DATA: formulas("Data")}
    return changed(path, {**changes, SGD: lambda xml: formulas("SGD")(sheet(xml))}, name)


def with_user_parts(path: Path, name: str = "user.xlsx") -> Path:
    """A copy, saved by openpyxl, with another learning rate, three more datapoints, and what users add.

    That is on our sheet SGD columns AE and AF, a summary, a conditional format, a print area and a coloured
    cell; and a sheet Mine with a chart, an image and a note; and a name for a column of ours.
    """
    book = openpyxl.load_workbook(path)
    sgd = book["SGD"]
    sgd["AE5"], sgd["AF5"] = "share", "sum so far"
    last = max(cell.row for cell in sgd["M"] if cell.value is not None)  # the panel is longer
    for row in range(FIRST, last + 1):
        sgd[f"AE{row}"] = f"=M{row}/MAX($M$6:$M${last})"
        sgd[f"AF{row}"] = "=M6" if row == FIRST else f"=AF{row - 1}+M{row}"
    sgd["AH3"], sgd["AH4"] = f"=AVERAGE(M6:M{last})", "my average"
    sgd["B5"] = 0.00002
    sgd["L20"].fill = PatternFill("solid", start_color="00FF00")
    red = PatternFill("solid", bgColor="FF0000")
    shares = f"AE6:AE{last}"
    sgd.conditional_formatting.add(shares, CellIsRule(operator="greaterThan", formula=["0.5"], fill=red))
    sgd.print_area = f"A1:AF{last}"
    book.defined_names["my_errors"] = DefinedName("my_errors", attr_text=f"SGD!$M$6:$M${last}")
    mine = book.create_sheet("Mine")
    mine["A1"], mine["A2"] = "My notes", 42
    mine["A1"].comment = Comment("why?", "me")
    for number in range(5):
        mine.cell(number + 1, 4, number * number)
    chart = LineChart()
    chart.add_data(Reference(mine, min_col=4, min_row=1, max_row=5))
    mine.add_chart(chart, "F2")
    picture = BytesIO()
    Picture.new("RGB", (20, 20), "red").save(picture, "PNG")
    mine.add_image(Image(picture), "F20")
    for number in range(3):
        book["Data"][f"A{35 + number}"], book["Data"][f"B{35 + number}"] = 10 + number, 50 + 2 * number
    target = path.with_name(name)
    book.save(target)
    return target


def parts_of_ours(path: Path) -> set[str]:
    """The parts that belong to our sheets or are about the whole workbook; the user's are all others."""
    package = Package(path)
    found = {package.workbook, "docProps/custom.xml"}
    for sheet in package.sheets:
        if sheet.name in {"SGD", "Epochs", "Data"}:
            found.add(sheet.part)
            for drawing in package.related(sheet.part, "drawing"):
                found.update(package.related(drawing, "chart"))
    return found
