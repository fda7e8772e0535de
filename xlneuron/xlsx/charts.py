"""The model's charts as openpyxl's: axes named and shown, few grid lines, lines that can be told apart."""

from __future__ import annotations

from typing import Any

from openpyxl.chart import Reference, ScatterChart
from openpyxl.chart import Series as XlSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.workbook import Workbook

from xlneuron.tables.layout import CHART_HEIGHT, FIRST_ROW, Layout
from xlneuron.tables.model import Book, Chart, Series
from xlneuron.xlsx.styles import BLACK, GREY, LINE, SERIES

CROWDED = 60  # dots; more of them are drawn small
FEW = 12  # counted rows; an axis of so many has a mark for each, and none in between
WIDTH = 16.2  # centimetres, as wide as the panel


def make_chart(chart: Chart, layout: Layout, workbook: Workbook) -> ScatterChart:
    """Return a chart of lines or dots over a numeric x."""
    made = ScatterChart()
    made.style = 2
    made.scatterStyle = "lineMarker"
    made.width, made.height = WIDTH, CHART_HEIGHT
    made.title = chart.title
    made.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_characters(1100, bold=True))
    made.title.overlay = False
    made.legend.position = "b"
    if len(chart.series) == 1:
        made.legend = None
    made.display_blanks = "gap"
    made.visible_cells_only = False  # helper columns are folded away, what is drawn from them is not
    made.roundedCorners = False
    made.x_axis.axPos = "b"  # openpyxl says "l", and there are programs that believe it
    for axis, title in ((made.x_axis, chart.x_title), (made.y_axis, chart.y_title)):
        axis.title = title
        axis.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=_characters(900))
        axis.title.overlay = False
        axis.delete = False  # recent Excel hides axes that do not say so
        axis.crosses = "min"  # at the other one's end: left to itself, it crosses a logarithmic one at 1
        axis.txPr = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=_characters(800)), endParaRPr=None)])
        axis.tickLblPos = "low"  # below and left of everything, also where values are negative
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=GREY, w=9525))
    made.x_axis.majorGridlines = None
    made.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=LINE, w=6350))
    made.x_axis.number_format = "General"
    made.y_axis.number_format = "0E+00" if chart.log_y else "General"
    if chart.log_x:
        made.x_axis.scaling.logBase = 10
        made.x_axis.number_format = "0E+00"
    if chart.log_y:
        made.y_axis.scaling.logBase = 10
    steps = _counted(chart, layout.book)
    made.x_axis.scaling.min = 0 if steps and chart.x_min is None else chart.x_min
    made.x_axis.scaling.max = steps if steps and chart.x_max is None else chart.x_max
    if steps and steps <= FEW:
        made.x_axis.majorUnit = 1
    made.y_axis.scaling.min, made.y_axis.scaling.max = chart.y_min, chart.y_max
    for number, series in enumerate(chart.series):
        made.series.append(_series(series, SERIES[number % len(SERIES)], layout, workbook))
    return made


def _counted(chart: Chart, book: Book) -> int | None:
    """Return how far the x axis goes if all its series count rows; left to itself it would go on empty."""
    tables = [(book.tables[series.table][1], series.x) for series in chart.series]
    counters = [next(c for c in table.columns if c.key == x).style == "integer" for table, x in tables]
    return max(table.rows for table, _ in tables) if all(counters) else None


def _series(series: Series, color: str, layout: Layout, workbook: Workbook) -> Any:
    sheet, table = layout.book.tables[series.table]
    first, last = FIRST_ROW, FIRST_ROW + table.rows - 1

    def reference(column: str) -> Reference:
        place = layout.column(series.table, column)
        return Reference(workbook[sheet.name], min_col=place, min_row=first, max_row=last)

    made = XlSeries(reference(series.y), reference(series.x), title=series.label)
    color = series.color or color
    made.smooth = False
    line = LineProperties(solidFill=color, w=19050, prstDash="sysDash" if series.dash else None)
    if series.marker:
        line = LineProperties(noFill=True)
        made.marker.symbol = "circle"
        made.marker.size = 6 if table.rows <= CROWDED else 3
        made.marker.graphicalProperties = GraphicalProperties(solidFill=color)
        made.marker.graphicalProperties.line.solidFill = color
    else:
        made.marker.symbol = "none"
    made.graphicalProperties = GraphicalProperties(ln=line)
    return made


def _characters(size: int, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=BLACK)
