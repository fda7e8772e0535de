"""The About sheet: what a workbook shows, what to try, and what its colours mean."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.worksheet.worksheet import Worksheet

from xlneuron.tables.layout import ABOUT
from xlneuron.tables.model import Book
from xlneuron.xlsx import styles

WIDTH = 112  # of the text columns
LINE = 145  # characters of this font that fit into them


def legend(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the colours that the book's cells can have, and what they mean."""
    columns = [column for sheet in book.sheets for table in sheet.tables for column in table.columns]
    shown = [column for column in columns if not column.detail]
    used = {column.style for column in shown}
    if any(column.is_input for column in shown) or any(sheet.settings for sheet in book.sheets):
        yield (
            styles.INPUT_FILL,
            "A setting: the cells that you may change. Everything recalculates, no macro needed.",
        )
    if used & {"derivative", "slope"}:
        yield styles.ORANGE, "A derivative that is exactly 0: this weight does not move in this row."
    if used & set(styles.ERRORS):
        yield styles.ERROR, "The darker, the larger the error, next to the largest in its table's first rows."
    if any(column.values is None for column in columns):
        yield styles.BANDS[3], "An error value such as #NUM!: the number became too large for a cell."


def write_about(worksheet: Worksheet, book: Book) -> None:
    """Fill the first sheet with the book's words."""
    worksheet.title = ABOUT
    worksheet.sheet_view.showGridLines = False
    worksheet.column_dimensions["A"].width = 3
    worksheet.column_dimensions["B"].width = 16
    worksheet.column_dimensions["C"].width = WIDTH - 16
    writer = _Writer(worksheet)
    writer.line(book.question, size=18, bold=True, height=30)
    if book.built_with:
        writer.paragraph(book.built_with, color=styles.VERMILLION)
    writer.line(
        f"Template {book.name} of xlneuron: a neural network that you can read cell by cell.",
        color=styles.GREY,
    )
    writer.heading("What this workbook shows")
    for text in book.words.shows:
        writer.paragraph(text)
    writer.heading("Three things to try")
    for number, (what, result) in enumerate(book.words.experiments, 1):
        writer.paragraph(f"{number}.  {what}", bold=True)
        writer.paragraph(f"What will happen: {result}")
    writer.heading("The sheets")
    for sheet in book.sheets:
        writer.pair(sheet.name, sheet.about or sheet.title)
    writer.heading("Colours")
    for color, text in legend(book):
        writer.pair("", text, color=color)
    if book.words.notes:
        writer.heading("Good to know")
        for text in book.words.notes:
            writer.paragraph(text)
    worksheet.page_setup.orientation = "portrait"
    worksheet.page_setup.fitToWidth = 1
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True


class _Writer:
    """Writes lines one below the other."""

    def __init__(self, worksheet: Worksheet) -> None:
        self.worksheet = worksheet
        self.row = 1

    def line(self, text: str, height: float = 18, **options: object) -> None:
        styles.write(self.worksheet.cell(self.row, 2), text, **options)
        self.worksheet.row_dimensions[self.row].height = height
        self.row += 1

    def heading(self, text: str) -> None:
        self.row += 1
        self.line(text, size=12, bold=True, color=styles.BLUE)

    def paragraph(self, text: str, **options: object) -> None:
        self.worksheet.merge_cells(start_row=self.row, end_row=self.row, start_column=2, end_column=3)
        lines = sum(1 + len(part) // LINE for part in text.split("\n"))
        self.line(text, height=14.5 * lines + 3, wrap=True, **options)

    def pair(self, name: str, text: str, *, color: str = "") -> None:
        cell = self.worksheet.cell(self.row, 2)
        styles.write(cell, name, bold=True, wrap=True)
        if color:
            cell.fill = styles.fill(color)
        styles.write(self.worksheet.cell(self.row, 3), text, wrap=True, horizontal="left", indent=1)
        self.worksheet.row_dimensions[self.row].height = 14.5 * (1 + len(text) // (LINE - 20)) + 3
        self.row += 1
