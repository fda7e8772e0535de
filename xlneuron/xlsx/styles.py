"""How things look: one palette, one set of cell styles. Colours are those of Okabe and Ito, which people who
see colours differently can tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

BLACK, GREY, LINE = "222222", "6B6B6B", "D5D8DC"
BLUE, ORANGE, GREEN, VERMILLION = "0072B2", "E69F00", "009E73", "D55E00"
SKY, PURPLE = "56B4E9", "CC79A7"
SERIES = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, GREY, BLACK)

# The bands over the columns, in turn: pale versions of the palette.
BANDS = ("D9E8F5", "FBE9C6", "D3EEE4", "F9DCCB", "F3E1EC", "E0F1FB", "EAEAEA")
INPUT_FILL = "FFF8D6"

ERROR = PURPLE  # the darker, the larger an error; orange is for a derivative of 0

# Numbers with more digits than a cell has room for are shown with fewer, so that none becomes ####.
LARGE, LARGE_FROM = "0.0E+00", 100_000
MIDDLE, MIDDLE_FROM = "0.0", 1_000  # where four digits or more stand behind the point otherwise


@dataclass(frozen=True)
class Style:
    """A cell's number format and how it stands; `input` for a cell that the user may change."""

    number_format: str = "General"
    horizontal: str | None = None
    input: bool = False
    bold: bool = False
    width: float = 9.5
    font: str = "Calibri"

    @property
    def is_long(self) -> bool:
        """Whether it shows four digits or more behind the point."""
        return self.number_format.startswith("0.0000")

    @property
    def for_any_size(self) -> str:
        """The number format of numbers above 0, however large they are."""
        middle = f"[>={MIDDLE_FROM}]{MIDDLE};" if self.is_long else ""
        return f"[>={LARGE_FROM}]{LARGE};{middle}{self.number_format}"


STYLES = {
    "number": Style("0.0000", "right"),
    "derivative": Style("0.00", "right", width=10.5),
    "slope": Style("0.0000", "right"),  # a derivative where all numbers are small
    "error": Style("0.00", "right"),
    "fine error": Style("0.0000", "right"),  # where all errors are small
    "short": Style("0.00", "right"),
    "share": Style("0 %", "right"),
    "digits": Style("0.00000000", "right", width=12),
    "small": Style("0.0E+00"),
    "integer": Style("0", "center", width=6.5),
    "data": Style("General", "center", width=7),
    "input": Style("General", "center", input=True, width=7),
    "input text": Style("General", "left", input=True),
    "flag": Style("0", "center", width=9),
    "setting": Style("General", "center", input=True),
    "text": Style("General", "left"),
    "code": Style("General", "left", font="Consolas"),
    "general": Style("General", "center"),
    "verdict": Style("General", "center", bold=True, width=9),
}


ERRORS = ("error", "fine error")  # styles of what is coloured by its size


def apply(cell: Cell, name: str) -> None:
    """Give a value's cell its style."""
    style = STYLES[name]
    cell.number_format = style.number_format
    cell.font = Font(name=style.font, size=10, color=BLUE if style.input else BLACK, bold=style.bold)
    cell.alignment = Alignment(horizontal=style.horizontal, vertical="center")
    if style.input:
        cell.fill = fill(INPUT_FILL)
        side = Side(style="thin", color=ORANGE)
        cell.border = Border(left=side, right=side, top=side, bottom=side)


def reads_as_formula(text: object) -> bool:
    """Whether Excel takes a text for a formula once somebody types it, or only edits its cell."""
    return isinstance(text, str) and text.startswith(("=", "+", "-", "@"))


def write(cell: Cell, text: str, **options: object) -> None:
    """Write a text: size, bold, italic, color, wrap, horizontal, indent."""
    if text:
        cell.value = text
        cell.data_type = "s"  # never a formula, whatever the text begins with
        cell.quotePrefix = reads_as_formula(text)
    wrap = bool(options.pop("wrap", False))
    place = {name: options.pop(name, default) for name, default in (("horizontal", None), ("indent", 0))}
    cell.font = Font(name="Calibri", **{"size": 10, "color": BLACK, **options})
    cell.alignment = Alignment(vertical="top" if wrap else "center", wrap_text=wrap, **place)


def fill(color: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", start_color=color, end_color=color)


def mixed(color: str, share: float) -> str:
    """Return a colour with white: all of it for a share of 1, white for 0."""
    parts = (int(color[place : place + 2], 16) for place in (0, 2, 4))
    return "".join(f"{round(255 + share * (part - 255)):02X}" for part in parts)


def under(color: str = LINE, style: str = "thin") -> Border:
    """Return a line below a cell."""
    return Border(bottom=Side(style=style, color=color))


def highlight(
    color: str | None = None, font: str | None = None, *, bold: bool = False, number_format: str | None = None
) -> DifferentialStyle:
    """Return what a conditional format changes; `tidy` numbers the format's code."""
    return DifferentialStyle(
        font=Font(color=font, bold=bold or None) if font or bold else None,
        fill=PatternFill(bgColor=color) if color else None,
        numFmt=NumberFormat(numFmtId=0, formatCode=number_format) if number_format else None,
    )
