"""One of our sheets, written anew: tables refilled, results calculated, all else as the user left it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from xlneuron.functions.cells import Cell
from xlneuron.tables.expressions import Node
from xlneuron.tables.layout import Formula
from xlneuron.tables.model import Sheet, Table
from xlneuron.tables.values import BookValues
from xlneuron.upkeep.find.book import Found, FoundLayout
from xlneuron.upkeep.find.expressions import NotKnown, read_formula
from xlneuron.upkeep.find.tables import TablePlace
from xlneuron.upkeep.find.user_cells import FillColumn, SheetValues, fill_columns, in_the_way
from xlneuron.xlsx.cells import SheetXml, XmlCell, reference
from xlneuron.xlsx.elements import Edit, edited, elements, escaped
from xlneuron.xlsx.stream import BATCH, TableRows, cell_xml, formula_xml
from xlneuron.xlsx.tokens import Stretch, meaning, shifted, stretched

ROWS = b"<sheetData/>"
FORMULAS = frozenset({"formula", "formula1", "formula2", "sqref", "f"})

At = tuple[int, int]  # row, column


@dataclass(frozen=True)
class Foreign:
    """A cell that is not ours: as it was (or the one that it is filled down from), and its formula now."""

    cell: XmlCell
    formula: str | None
    raw: bool  # whether it is kept as it is, unless its value changes


@dataclass(frozen=True)
class Span:
    """Where a table stands, and will stand; columns: those of ours, pasted: those that hold datapoints."""

    columns: frozenset[int]
    pasted: frozenset[int]
    first: int
    ruled: int  # the last row that has the table's formulas
    end: int  # the last row in the file, pasted datapoints included
    last: int  # the last row from now on

    def covers(self, row: int, column: int) -> bool:
        """Whether the table has, or will have, this cell."""
        return column in self.columns and self.first <= row <= max(self.end, self.last)

    def takes_in(self, row: int, column: int) -> bool:
        """Whether a cell that it covers is the table's already, if only as a datapoint."""
        return row <= self.ruled or (column in self.pasted and row <= self.end)


@dataclass
class SheetRewriter:
    """Writes a sheet. `constants` are our cells with another setting or text, by row and column."""

    sheet: Sheet
    xml: SheetXml
    found: Found
    layout: FoundLayout
    constants: dict[At, Cell]
    stretch: Stretch
    foreign: dict[int, dict[int, Foreign]] = field(default_factory=dict)
    ours: dict[int, dict[int, str]] = field(default_factory=dict)  # written cells outside the tables
    not_calculated: bool = False  # whether a formula of the user's was left without a value

    def __post_init__(self) -> None:
        self.shared = set(self.xml.shared)
        self.places = [(table, self.found.tables[table.key]) for table in self.sheet.tables]
        self.outputs = {self.found.names[self.sheet.key, each.key]: each for each in self.sheet.outputs}
        self._collect()
        fills = fill_columns(self.xml, self.sheet, self.found.tables)
        for table, place in self.places:
            for fill in fills.get(table.key, ()):
                self._fill(fill, self._last(table, place))

    def _last(self, table: Table, place: TablePlace) -> int:
        return place.header + table.rows

    def _end(self, table: Table, place: TablePlace) -> int:
        """Return the last row that is the table's in the file, pasted datapoints included."""
        return max(place.last, place.header + len(self.found.data.get(table.key, ())))

    # What is whose

    def _collect(self) -> None:
        """Find the cells that are not ours. Raises XlneuronError for one that a table would cover."""
        spans = [self._span(table, place) for table, place in self.places]
        for row, found in self.xml.rows.items():
            for column, cell in found.cells.items():
                if (row, column) in self.outputs or (row, column) in self.constants:
                    continue
                span = next((each for each in spans if each.covers(row, column)), None)
                if span is None:
                    self.foreign.setdefault(row, {})[column] = self._foreign(row, column, cell)
                elif not (
                    span.takes_in(row, column) or cell.is_empty or self._is_filled_down(row, column, span.end)
                ):
                    raise in_the_way(self.sheet.name, row, column)

    def _span(self, table: Table, place: TablePlace) -> Span:
        has_data = table.key in self.found.data
        return Span(
            columns=frozenset(place.columns.values()),
            pasted=frozenset(
                place.columns[each.key] for each in table.columns if has_data and each.values is not None
            ),
            first=place.first,
            ruled=place.last,
            end=self._end(table, place),
            last=self._last(table, place),
        )

    def _is_filled_down(self, row: int, column: int, end: int) -> bool:
        """Whether a cell beside pasted datapoints is a formula of the table that was filled down there."""
        above, here = self.xml.formula(row - 1, column), self.xml.formula(row, column)
        if row > end or above is None or here is None:
            return False
        return meaning(shifted(above, 1), self.sheet.name, {}) == meaning(here, self.sheet.name, {})

    def _foreign(self, row: int, column: int, cell: XmlCell) -> Foreign:
        formula = self.xml.formula(row, column)
        if formula is None:
            return Foreign(cell, None, True)
        longer = stretched(formula, self.sheet.name, self.stretch)
        return Foreign(cell, longer, longer == formula and (row, column) not in self.shared)

    def _fill(self, fill: FillColumn, last: int) -> None:
        """Make a column of the user's as long as its table."""
        for row in range(last + 1, fill.end + 1):
            cells = self.foreign.get(row, {})
            if fill.column in cells and self.xml.formula(row, fill.column) == fill.at(row):
                del cells[fill.column]
        for row in range(fill.end + 1, last + 1):
            cells = self.foreign.setdefault(row, {})
            if fill.column in cells and not cells[fill.column].cell.is_empty:
                raise in_the_way(self.sheet.name, row, fill.column)
            formula = stretched(fill.at(row), self.sheet.name, self.stretch)
            cells[fill.column] = Foreign(fill.cell, formula, False)

    def at(self, row: int, column: int) -> tuple[str | None, Cell]:
        """Return the formula and the value of a cell that is not ours."""
        found = self.foreign.get(row, {}).get(column)
        if found is None:
            return None, None
        return found.formula, None if found.formula is not None else self.xml.value(row, column)

    def nodes(self) -> Iterator[Node]:
        """Yield the expressions of the user's formulas, as far as they can be read."""
        for cells in self.foreign.values():
            for each in cells.values():
                if each.formula is not None:
                    try:
                        yield read_formula(each.formula, self.sheet.name)
                    except NotKnown:
                        continue

    # Writing

    def write(self, engine: BookValues, values: SheetValues) -> Iterator[bytes]:
        """Yield the sheet's XML."""
        tables = [
            (table, place, TableRows(table, self.layout, engine, self._styles(table, place, place.last)))
            for table, place in self.places
        ]
        self._write_panel(engine)
        last = max([0, *(rows.last for _, _, rows in tables), *self._kept_rows()])
        head, tail = self._around(last)
        yield head
        yield b"<sheetData>"
        lines: list[str] = []
        for row in range(1, last + 1):
            lines.append(self._row(row, tables, values))
            if len(lines) == BATCH:
                yield "".join(lines).encode()
                lines.clear()
        yield "".join(lines).encode()
        yield b"</sheetData>"
        yield tail

    def _write_panel(self, engine: BookValues) -> None:
        """Write our cells outside the tables: the results, and what gets another number or text."""
        for at, output in self.outputs.items():
            formula = self.layout.item_formula(self.sheet, output)
            assert formula is not None
            value = engine.names[self.sheet.key, output.key]
            made = cell_xml(reference(*at), self._style(*at), formula_xml(Formula(formula)), value)
            self.ours.setdefault(at[0], {})[at[1]] = made
        for at, value in self.constants.items():
            made = cell_xml(reference(*at), self._style(*at), "", value)
            self.ours.setdefault(at[0], {})[at[1]] = made

    def _kept_rows(self) -> Iterator[int]:
        yield from (row for row, cells in self.foreign.items() if cells)
        yield from (row for row, _ in (*self.outputs, *self.constants))

    def _around(self, last: int) -> tuple[bytes, bytes]:
        """Return the XML before and after the rows, with the areas that there are now."""
        columns = [column for row in self.xml.rows.values() for column in row.cells]
        end = reference(last, max(columns, default=1))
        xml = self.xml.head + ROWS + self.xml.tail
        return around(xml, len(self.xml.head), f"A1:{end}", self.sheet.name, self.stretch)

    def _row(
        self,
        row: int,
        tables: list[tuple[Table, TablePlace, TableRows]],
        values: SheetValues,
    ) -> str:
        pieces: dict[int, str] = {}
        foreign = self.foreign.get(row, {})
        for table, place, rows in tables:
            if rows.first <= row <= rows.last:
                xml = rows.cells(row, self._styles(table, place, row) if row <= place.last else None)
                columns = place.columns.values()
                typed = self._typed_formulas(table, place, row)
                if typed or any(min(columns) < column < max(columns) for column in foreign):
                    pieces.update(self._pieces(row, xml, typed))
                else:
                    pieces[min(columns)] = xml
        for column, each in foreign.items():
            pieces[column] = self._foreign_xml(row, column, each, values)
        pieces.update(self.ours.get(row, {}))
        kept = self.xml.rows.get(row)
        attributes = kept.attributes if kept is not None else ""
        if not pieces and not attributes:
            return ""
        cells = "".join(pieces[column] for column in sorted(pieces))
        return f'<row r="{row}"{attributes}>{cells}</row>'

    def _pieces(self, row: int, xml: str, typed: dict[int, XmlCell]) -> Iterator[tuple[int, str]]:
        """Yield the cells of a table's row one by one; a typed formula that still gives the value is kept."""
        for column, made in row_cells(xml).items():
            old = typed.get(column)
            same = old is not None and self.xml.value(row, column) == made.value(())
            yield column, old.raw if old is not None and same else made.raw

    def _typed_formulas(self, table: Table, place: TablePlace, row: int) -> dict[int, XmlCell]:
        """Return the cells of columns without formulas in which the user has typed one; it is kept."""
        found = {}
        for column in table.columns:
            if column.values is not None:
                cell = self.xml.cell(row, place.columns[column.key])
                if cell is not None and cell.formula is not None:
                    found[place.columns[column.key]] = cell
        return found

    def _foreign_xml(self, row: int, column: int, cell: Foreign, values: SheetValues) -> str:
        old = cell.cell
        if cell.formula is None:
            return old.raw
        assert old.formula is not None
        is_array = old.formula[0].get("t") in ("array", "dataTable")
        try:
            value = None if is_array else self._value(row, column, cell.formula, values)
        except NotKnown:
            value = None
        if value is None:
            self.not_calculated = True
            formula = old.formula_xml if is_array else f"<f>{escape(cell.formula)}</f>"
            return f'<c r="{reference(row, column)}"{_style(old)}>{formula}</c>'
        if cell.raw and value == self.xml.value(row, column):
            return old.raw
        return cell_xml(reference(row, column), _style(old), f"<f>{escape(cell.formula)}</f>", value)

    def _value(self, row: int, column: int, formula: str, values: SheetValues) -> Cell:
        value = values.formula(self.sheet.name, row, column, read_formula(formula, self.sheet.name))
        return 0.0 if value is None else value  # a formula that refers to a blank cell shows 0

    def _styles(self, table: Table, place: TablePlace, row: int) -> tuple[str, ...]:
        """Return the attributes of a table's cells in a row: the user may have coloured some."""
        return tuple(
            self._style(row, column) or self._style(place.last, column)
            for column in (place.columns[key] for key in table.keys)
        )

    def _style(self, row: int, column: int) -> str:
        cell = self.xml.cell(row, column)
        return "" if cell is None else _style(cell, ("s",))


def row_cells(xml: str) -> dict[int, XmlCell]:
    """Return the cells of one of our rows by their columns."""
    sheet = SheetXml("", f"<worksheet><sheetData><row>{xml}</row></sheetData></worksheet>".encode(), ())
    return sheet.rows[1].cells


def around(xml: bytes, rows: int, dimension: str, sheet: str, stretch: Stretch) -> tuple[bytes, bytes]:
    """Return the XML before and after a sheet's rows, which stand at `rows`.

    The areas behind them that cover a table become as long as the table is.
    """
    before: list[Edit] = []
    behind: list[Edit] = []

    def wanted(name: str, attributes: dict[str, str]) -> bool:
        return name in FORMULAS or "sqref" in attributes or name in ("dimension", "autoFilter")

    for each in elements(xml, wanted):
        area = each.attribute(xml, "ref" if each.name in ("dimension", "autoFilter") else "sqref")
        if each.start < rows:
            if each.name == "dimension" and area and not before:
                before.append((*area, dimension.encode()))
            continue
        if area:
            new = stretched(xml[slice(*area)].decode(), sheet, stretch, cells=True)
            behind.append((*area, new.encode()))
        if each.name in FORMULAS:
            text = each.text(xml)
            longer = stretched(text, sheet, stretch)
            if longer != text:
                behind.append((each.inner, each.inner_end, escaped(longer)))
    end = rows + len(ROWS)
    return edited(xml[:rows], before), edited(xml[end:], [(a - end, b - end, new) for a, b, new in behind])


def _style(cell: XmlCell, names: tuple[str, ...] = ("s", "cm")) -> str:
    found = cell.attributes
    return "".join(f' {name}="{found[name]}"' for name in found if name in names and found[name].isdecimal())
