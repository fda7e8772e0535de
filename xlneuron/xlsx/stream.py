"""A sheet's XML: the shell's, with all rows of its tables put in, one after the other.

The template rows of the shell give each column its style; formulas come from the layout, values from the
engine. A row is one text with places for its values, so writing it costs little more than its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import orjson

from xlneuron.functions.cells import Cell, CellError
from xlneuron.limits import SHEET_COLUMNS
from xlneuron.tables.layout import FIRST_ROW, THIS_ROW, Formula, Layout, fill_row, letters
from xlneuron.tables.loop import Row
from xlneuron.tables.model import Sheet, Table
from xlneuron.tables.values import BookValues

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BATCH = 256  # rows that are handed on at once
NUMBERS = {float}  # the types of the values in most rows
MOST_AROUND = 120  # bytes of a cell besides its formula and its texts: tags, attributes and a number


def stream_sheet(
    shell: str, sheet: Sheet, layout: Layout, values: BookValues, done: Callable[[int], None]
) -> Iterator[bytes]:
    """Yield the XML of a sheet; `done` is told how many rows of its tables were added."""
    head, rest = shell.split("<sheetData>")
    data, tail = rest.split("</sheetData>")
    left = min((layout.first_column[table.key] for table in sheet.tables), default=SHEET_COLUMNS)
    static = _StaticRows(data, _panel_values(sheet, layout, values), left)
    tables = [
        TableRows(table, layout, values, [static.styles[where] for where in _template_cells(table, layout)])
        for table in sheet.tables
    ]
    last = max((FIRST_ROW + table.rows - 1 for table in sheet.tables), default=0)
    end = f"{letters(max(layout.tables_end(sheet), 3))}{max(last, static.last)}"
    yield re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{end}"', head).encode()
    yield b"<sheetData>"
    for start in range(1, max(last, static.last) + 1, BATCH):
        rows = range(start, min(start + BATCH, max(last, static.last) + 1))
        yield "".join(_row_xml(row, static, tables) for row in rows).encode()
        done(len(range(max(start, FIRST_ROW), min(rows.stop, last + 1))))
    yield f"</sheetData>{tail}".encode()


def most_bytes(shell: bytes, sheet: Sheet, layout: Layout) -> int:
    """Return how many bytes the XML of a sheet may come to: rather too many than too few."""
    size = 2 * len(shell)
    for table in sheet.tables:
        last = layout.first_row(table.key) + table.rows - 1
        for column, formula in zip(table.columns, layout.row_formulas(table, first=False), strict=True):
            text = fill_row(formula_xml(formula), last)
            texts = [each for each in column.values or () if isinstance(each, str)]
            if '"' in text:  # what it says is hardly longer than what it is made of
                texts.append(text)
            longest = max((len(escape(each).encode()) for each in texts), default=0)
            size += table.rows * (MOST_AROUND + len(text.encode()) + longest)
    return size


def _row_xml(row: int, static: _StaticRows, tables: list[TableRows]) -> str:
    cells = static.cells.get(row, "") + "".join(table.cells(row) for table in tables)
    attributes = static.attributes.get(row, "")
    return f'<row r="{row}"{attributes}>{cells}</row>' if cells or attributes else ""


def _template_cells(table: Table, layout: Layout) -> list[str]:
    """Return where the shell has the styles of a table's columns."""
    return [f"{letters(layout.column(table.key, key))}{FIRST_ROW}" for key in table.keys]


def cell_xml(where: str, attributes: str, formula: str, value: Cell) -> str:
    """Return a cell with a formula (`<f>...</f>`, or empty for a constant) and its value."""
    kind, text = _typed(value)
    if kind == "str" and not formula:
        if not text:
            return f'<c r="{where}"{attributes}/>'
        return f'<c r="{where}"{attributes} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    # A program may drop spaces at the ends of what does not ask for them.
    space = ' xml:space="preserve"' if kind == "str" and text != text.strip() else ""
    kind = f' t="{kind}"' if kind else ""
    return f'<c r="{where}"{attributes}{kind}>{formula}<v{space}>{text}</v></c>'


def formula_xml(formula: Formula | None) -> str:
    """Return a formula's element, or nothing for a cell without one."""
    if formula is None:
        return ""
    array = f' t="array" ref="{formula.array}"' if formula.array else ""
    return f"<f{array}>{escape(formula.text.removeprefix('='))}</f>"


def _typed(value: Cell) -> tuple[str, str]:
    """Return a value's type and text."""
    match value:
        case bool():
            return "b", str(int(value))
        case float():
            return "", repr(value)
        case CellError():
            return "e", value.value
        case _:
            return "str", escape(value or "")


def _panel_values(sheet: Sheet, layout: Layout, values: BookValues) -> dict[str, Cell]:
    cells = {}
    for output in sheet.outputs:
        letter, row = layout.name_cell(sheet.key, output.key)
        cells[f"{letter}{row}"] = values.names[sheet.key, output.key]
    return cells


class _StaticRows:
    """The shell's own cells: panel and headers. Of the tables' cells there are only the styles."""

    def __init__(self, data: str, values: dict[str, Cell], left: int) -> None:
        root = ElementTree.fromstring(f'<sheetData xmlns="{MAIN.strip("{}")}">{data}</sheetData>')
        self.attributes: dict[int, str] = {}
        self.styles: dict[str, str] = {}
        self.cells: dict[int, str] = {}
        self.last = 0
        for element in root:
            row = int(element.attrib["r"])
            others = {key: value for key, value in element.attrib.items() if key not in ("r", "spans")}
            if others:
                self.attributes[row] = "".join(f' {key}="{value}"' for key, value in others.items())
            written = [(cell.attrib["r"], self._cell(cell, values)) for cell in element]
            own = [text for where, text in written if row < FIRST_ROW or _column(where) < left]
            self.cells[row] = "".join(own)
            self.last = row if own else self.last

    def _cell(self, cell: Element, values: dict[str, Cell]) -> str:
        where = cell.attrib["r"]
        self.styles[where] = style = f' s="{cell.attrib["s"]}"' if "s" in cell.attrib else ""
        formula, text, number = (cell.find(MAIN + path) for path in ("f", f"is/{MAIN}t", "v"))
        if formula is not None:
            return cell_xml(where, style, f"<f>{escape(formula.text or '')}</f>", values.get(where))
        if text is not None:
            return cell_xml(where, style, "", text.text or "")
        if number is not None and number.text:
            return cell_xml(where, style, "", float(number.text))
        return f'<c r="{where}"{style}/>'


class TableRows:
    """The cells of a table, row by row, with their formulas and values.

    attributes: those of each column's cells, as in ` s="7"`. A row may have others.
    """

    def __init__(self, table: Table, layout: Layout, values: BookValues, attributes: Sequence[str]) -> None:
        self.first = layout.first_row(table.key)
        self.last = self.first + table.rows - 1
        self.rows: Iterator[Row] = values.rows(table.key)
        self.attributes = tuple(attributes)
        self.where = [f"{letters(layout.column(table.key, key))}{THIS_ROW}" for key in table.keys]
        formulas = {first: layout.row_formulas(table, first=first) for first in (True, False)}
        self.formulas = {first: [formula_xml(each) for each in found] for first, found in formulas.items()}
        # Of a formula that spills as only Excel knows it.
        self.dynamic = {
            first: [
                ' cm="1"' if layout.dialect.dynamic and each is not None and each.array else ""
                for each in found
            ]
            for first, found in formulas.items()
        }
        self.numbers: dict[tuple[bool, tuple[str, ...]], str] = {}

    def cells(self, row: int, attributes: tuple[str, ...] | None = None) -> str:
        """Return the table's cells of a row; rows are asked for in order."""
        if not self.first <= row <= self.last:
            return ""
        first = row == self.first
        attributes = attributes or self.attributes
        values = next(self.rows)
        if set(map(type, values)) == NUMBERS:
            return fill_row(self._numbers(first, attributes) % _texts(values), row)
        cells = (
            cell_xml(*part, value) for part, value in zip(self._parts(first, attributes), values, strict=True)
        )
        return fill_row("".join(cells), row)

    def _numbers(self, first: bool, attributes: tuple[str, ...]) -> str:
        """Return a row of numbers, which nearly all rows are, as one text with places for them."""
        key = first, attributes
        if key not in self.numbers:
            self.numbers[key] = "".join(
                f'<c r="{where}"{attribute}>{formula.replace("%", "%%")}<v>%s</v></c>'
                for where, attribute, formula in self._parts(first, attributes)
            )
        return self.numbers[key]

    def _parts(self, first: bool, attributes: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        for where, own, dynamic, formula in zip(
            self.where, attributes, self.dynamic[first], self.formulas[first], strict=True
        ):
            yield where, own + dynamic, formula


def _texts(numbers: Row) -> tuple[str, ...]:
    """Return finite numbers as `repr` writes them: by orjson, which takes a tenth of the time.

    It writes very small and very large ones differently, so a row with such ones goes the slow way.
    """
    text = orjson.dumps(numbers).decode()
    if "e" in text or "0.0000" in text:
        return tuple(map(repr, numbers))
    return tuple(text[1:-1].split(","))


def _column(where: str) -> int:
    """Return the column of a cell's address: 2 for B7."""
    number = 0
    for letter in where.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
