"""The workbook without its rows: sheets, styles, settings, headers, notes, charts, names.

Every table gets one row that has its cells' styles; `stream` makes all its rows from that.
"""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xlneuron.tables.layout import (
    CHART_ROWS,
    DETAILS,
    FIRST_ROW,
    GROUP_ROW,
    HEADER_ROW,
    PANEL_COLUMNS,
    RESULTS,
    ROW_HEIGHT,
    SETTINGS,
    SUBTITLE_ROW,
    TITLE_ROW,
    Layout,
    letters,
    sheet_reference,
)
from xlneuron.tables.missing import MISSING
from xlneuron.tables.model import Book, Output, Setting, Sheet, Table
from xlneuron.xlsx import styles
from xlneuron.xlsx.about import write_about
from xlneuron.xlsx.charts import make_chart
from xlneuron.xlsx.marks import mark_cells

PANEL_WIDTHS = (25, 12, 50, 2)
DRAWN_WIDTH = 0.3  # two pixels: of helper columns that charts show
A3 = 8
# The colour of a live sentence by how it begins.
SENTENCE_COLORS = {"Learn": styles.GREEN, "PASS": styles.GREEN, "Careful": styles.VERMILLION}


def make_shell(book: Book, layout: Layout) -> Workbook:
    """Return the workbook with everything but the tables' rows."""
    workbook = Workbook()
    about = workbook.active
    assert isinstance(about, Worksheet)
    write_about(about, book)
    for sheet in book.sheets:
        _write_sheet(workbook.create_sheet(sheet.name), sheet, layout)
    for sheet in book.sheets:  # when all of them exist: a chart may show another sheet's table
        _place_charts(workbook, sheet, layout)
    workbook.active = 1
    for worksheet in workbook.worksheets:
        worksheet.sheet_view.tabSelected = worksheet is workbook.active
    return workbook


def _write_sheet(worksheet: Worksheet, sheet: Sheet, layout: Layout) -> None:
    worksheet.sheet_view.showGridLines = False
    worksheet.sheet_view.zoomScale = 85
    worksheet.sheet_format.defaultRowHeight = ROW_HEIGHT
    worksheet.sheet_format.customHeight = True  # charts take so many rows of this height, not of another
    styles.write(worksheet.cell(TITLE_ROW, 1), sheet.title, size=15, bold=True)
    worksheet.row_dimensions[TITLE_ROW].height = 24
    worksheet.row_dimensions[SUBTITLE_ROW].height = 20
    if sheet.names:
        _write_panel(worksheet, sheet, layout)
    if (sheet.key, sheet.subtitle) not in layout.book.names:
        styles.write(worksheet.cell(SUBTITLE_ROW, 1), sheet.subtitle, size=11, color=styles.GREY)
    for table in sheet.tables:
        _write_table(worksheet, table, layout)
    if sheet.tables:
        worksheet.row_dimensions[HEADER_ROW].height = 31
        worksheet.freeze_panes = worksheet.cell(FIRST_ROW, 1)
        worksheet.print_title_rows = f"{GROUP_ROW}:{HEADER_ROW}"
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = A3
    worksheet.page_setup.fitToWidth = 1
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True
    worksheet.oddFooter.center.text = "&A, page &P of &N"


def _write_panel(worksheet: Worksheet, sheet: Sheet, layout: Layout) -> None:
    for column, width in enumerate(PANEL_WIDTHS, 1):
        worksheet.column_dimensions[letters(column)].width = width
    headings = {
        SETTINGS: "Settings: change one and watch",
        RESULTS: sheet.outputs_title,
        DETAILS: "What the results above are made of",
    }
    for block, row in layout.blocks(sheet).items():
        _heading(worksheet, row, headings[block])
    for item in sheet.names:
        _write_item(worksheet, sheet, item, layout)


def _heading(worksheet: Worksheet, row: int, text: str) -> None:
    styles.write(worksheet.cell(row, 1), text, bold=True, size=11)
    for column in range(1, PANEL_COLUMNS + 1):
        worksheet.cell(row, column).border = styles.under(styles.GREY)


def _write_item(worksheet: Worksheet, sheet: Sheet, item: Setting | Output, layout: Layout) -> None:
    letter, row = layout.name_cell(sheet.key, item.key)
    cell = worksheet[f"{letter}{row}"]
    if row == SUBTITLE_ROW:
        cell.value = layout.item_formula(sheet, item)
        # A verdict is red unless it is good news; a sentence of style "text" is black unless it warns.
        color = styles.BLACK if item.style == "text" else styles.VERMILLION
        cell.font = Font(name="Calibri", size=12, bold=True, color=color)
        colors = {f'LEFT($A$2,{len(start)})="{start}"': color for start, color in SENTENCE_COLORS.items()}
        if (sheet.key, MISSING) in layout.book.names:
            colors[f'{MISSING}<>""'] = styles.VERMILLION
        for formula, color in colors.items():
            rule = Rule("expression", dxf=styles.highlight(font=color), formula=[formula])
            worksheet.conditional_formatting.add("A2", rule)
    else:
        styles.write(worksheet.cell(row, 1), item.label)
        styles.apply(cell, item.style)
        if item.style != "text":
            cell.alignment = Alignment(horizontal="center", vertical="center")
        if isinstance(item, Setting):
            cell.value = item.value
            if isinstance(item.value, int | float):
                _numbers_only(worksheet, cell.coordinate, item)
        else:
            cell.value = layout.item_formula(sheet, item)
            large = styles.highlight(number_format=styles.LARGE)
            rule = Rule("expression", dxf=large, formula=[f"ABS({cell.coordinate})>=1000000"])
            worksheet.conditional_formatting.add(cell.coordinate, rule)
        styles.write(worksheet.cell(row, 3), item.note, size=9, color=styles.GREY)
    name = DefinedName(item.key, attr_text=f"{sheet_reference(sheet.name)}!${letter}${row}")
    worksheet.defined_names[item.key] = name


def _numbers_only(worksheet: Worksheet, where: str, setting: Setting) -> None:
    """Let Excel refuse what cannot be meant; other programs may not, so the live sentence looks, too."""
    allowed = setting.allowed
    first = "greaterThan" if allowed.above else "between"
    validation = DataValidation(
        type="decimal",
        operator=first,
        formula1=f"{allowed.least:G}",
        formula2=None if allowed.above else f"{allowed.most:G}",
    )
    validation.showErrorMessage = True
    validation.errorTitle = "A number is needed"
    validation.error = f"{setting.label}: type {allowed.words}."
    worksheet.add_data_validation(validation)
    validation.add(where)


def _write_table(worksheet: Worksheet, table: Table, layout: Layout) -> None:
    start = layout.first_column[table.key]
    if table.title:
        styles.write(worksheet.cell(GROUP_ROW - 1, start), table.title, bold=True, size=11)
    groups = list(dict.fromkeys(column.group for column in table.columns))
    for number, column in enumerate(table.columns):
        place = start + number
        band = styles.fill(styles.BANDS[groups.index(column.group) % len(styles.BANDS)])
        new_group = number == 0 or table.columns[number - 1].group != column.group
        group = worksheet.cell(GROUP_ROW, place)
        styles.write(group, column.group if new_group else "", size=9, color=styles.GREY, italic=True)
        header = worksheet.cell(HEADER_ROW, place)
        styles.write(header, column.header or column.key, bold=True, wrap=True, horizontal="center")
        header.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        header.border = styles.under(styles.GREY)
        group.fill = header.fill = band
        if column.note:
            header.comment = Comment(
                column.note, "xlneuron", height=30 + 18 * (len(column.note) // 38 + 1), width=260
            )
        cell = worksheet.cell(FIRST_ROW, place)
        styles.apply(cell, column.style)
        cell.quotePrefix = any(map(styles.reads_as_formula, column.values or ()))
        dimension = worksheet.column_dimensions[letters(place)]
        dimension.width = column.width or styles.STYLES[column.style].width
        if column.detail and (table.key, column.key) in layout.book.drawn:
            dimension.width = DRAWN_WIDTH
            for each in (group, header, cell):
                each.alignment = Alignment(shrink_to_fit=True)
    worksheet.column_dimensions[letters(start + len(table.columns))].width = 2
    _fold(worksheet, table, layout)
    mark_cells(worksheet, table, layout)


def _fold(worksheet: Worksheet, table: Table, layout: Layout) -> None:
    """Fold helper columns away, with a [+] over the column to their right.

    What a chart shows is only made narrow: there are programs whose charts have nothing of hidden columns.
    """
    dimensions = worksheet.column_dimensions
    first = layout.first_column[table.key]
    folded = {place: column.key for place, column in enumerate(table.columns, first) if column.detail}
    for place, key in folded.items():
        dimensions.max_outline = 1  # without it Excel shows no [+]
        dimensions[letters(place)].outlineLevel = 1
        dimensions[letters(place)].hidden = (table.key, key) not in layout.book.drawn
        dimensions[letters(place + 1)].collapsed = place + 1 not in folded


def _place_charts(workbook: Workbook, sheet: Sheet, layout: Layout) -> None:
    """Stack the charts in the panel, or to the right of the tables where there is no panel."""
    worksheet = workbook[sheet.name]
    column, rows = 1, layout.chart_rows(sheet)
    if not sheet.names or sheet.charts_right:
        column = layout.tables_end(sheet) + 2
        rows = [GROUP_ROW + CHART_ROWS * number for number in range(len(sheet.charts))]
    for chart, row in zip(sheet.charts, rows, strict=True):
        worksheet.add_chart(make_chart(chart, layout, workbook), f"{letters(column)}{row}")
