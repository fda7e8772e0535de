"""Conditional formats of a table: what matters in its cells, seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from xlneuron.tables.layout import FIRST_ROW, Layout, letters
from xlneuron.tables.model import Column, Table
from xlneuron.xlsx import styles

SHADES = 10  # of the colour of errors
HEAD_ROWS, HEAD_CELLS = 100, 1000  # at the most, in which the largest error is looked for


def mark_cells(worksheet: Worksheet, table: Table, layout: Layout) -> None:
    """Mark error values and derivatives of 0, shade errors by their size, shorten large numbers."""
    marks = _Marks(worksheet, table, layout)
    for style in styles.ERRORS:  # first: of several formats LibreOffice takes the first alone
        marks.shade([column for column in marks.styled(style) if not column.detail], style)
    marks.add(table.columns, "ISERROR({0})", styles.highlight(styles.BANDS[3], styles.VERMILLION))
    large = styles.highlight(number_format=styles.LARGE)
    marks.add(table.columns, f"ABS({{0}})>={styles.LARGE_FROM}", large)
    middle = styles.highlight(number_format=styles.MIDDLE)
    for style in (name for name, each in styles.STYLES.items() if each.is_long):
        size = f"AND(ABS({{0}})>={styles.MIDDLE_FROM},ABS({{0}})<{styles.LARGE_FROM})"
        marks.add(marks.styled(style), size, middle)
    for style in ("derivative", "slope"):
        zero = styles.highlight(styles.ORANGE, bold=True)
        marks.add(marks.styled(style), "AND(ISNUMBER({0}),{0}=0)", zero)
    for text, color in (("PASS", styles.GREEN), ("FAIL", styles.VERMILLION)):
        marks.add(marks.styled("verdict"), f'LEFT({{0}},4)="{text}"', styles.highlight(font=color, bold=True))


@dataclass(frozen=True)
class _Marks:
    worksheet: Worksheet
    table: Table
    layout: Layout

    def styled(self, style: str) -> list[Column]:
        return [column for column in self.table.columns if column.style == style]

    def add(self, columns: Sequence[Column], formula: str, style: DifferentialStyle) -> None:
        """Add a rule for all cells of columns, if there are any; in its formula {0} is the cell."""
        if columns:
            runs = self.runs(columns)
            _, first, last = self.layout.range(self.table.key, columns[0].key)
            area = " ".join(f"{left}{first}:{right}{last}" for left, right in runs)
            rule = Rule("expression", dxf=style, formula=[formula.format(f"{runs[0][0]}{first}")])
            self.worksheet.conditional_formatting.add(area, rule)

    def shade(self, columns: Sequence[Column], style: str) -> None:
        """Colour errors, the darker the larger.

        By rules, in steps: Excel may draw no colour scale at all where one of the cells is an error value.
        The largest error is looked for in the first rows only, since this is done whenever a cell is drawn.
        """
        last = FIRST_ROW - 1 + max(1, min(HEAD_ROWS, HEAD_CELLS // max(1, len(columns))))
        heads = (f"${left}${FIRST_ROW}:${right}${last}" for left, right in self.runs(columns))
        # MAX would be an error if one of them is. IF looks at every cell because it is inside of SUMPRODUCT.
        largest = f"SUMPRODUCT(MAX({','.join(f'IF(ISNUMBER({head}),{head})' for head in heads)}))"
        for shade in range(SHADES, 0, -1):
            least = (shade - 0.5) / SHADES
            color = styles.mixed(styles.ERROR, shade / SHADES)
            shaded = styles.highlight(color, number_format=styles.STYLES[style].for_any_size)
            self.add(columns, f"AND(ISNUMBER({{0}}),{{0}}>{least:g}*{largest})", shaded)

    def runs(self, columns: Sequence[Column]) -> list[tuple[str, str]]:
        """Return the letters of the first and the last of neighbouring columns."""
        places = {self.layout.column(self.table.key, column.key): None for column in columns}
        starts = [place for place in places if place - 1 not in places]
        ends = [place for place in places if place + 1 not in places]
        return [(letters(start), letters(end)) for start, end in zip(starts, ends, strict=True)]
