"""Which parts of a file change when its tables are made anew, and what they become."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field

from xlneuron.functions.cells import Cell
from xlneuron.tables.layout import SUBTITLE_ROW, TITLE_ROW
from xlneuron.tables.model import Book, Sheet
from xlneuron.tables.values import BookValues
from xlneuron.upkeep.find.book import Found, FoundLayout
from xlneuron.upkeep.find.tables import TablePlace, territories
from xlneuron.upkeep.find.user_cells import SheetValues
from xlneuron.upkeep.neighbours import (
    charts_of,
    formulas_elsewhere,
    tables_of,
    with_chart,
    with_names,
    with_table,
    without_chain,
)
from xlneuron.upkeep.rewrite import SheetRewriter
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.package import MARK_PART, change_mark, digest, write_part
from xlneuron.xlsx.tokens import Stretch, stretched


@dataclass
class Job:
    """The parts of a file that change."""

    archive: Archive
    found: Found
    book: Book
    notes: list[str] = field(default_factory=list)
    mark: bytes = b""  # the part that has it

    def __post_init__(self) -> None:
        self.layout: FoundLayout = self.found.layout(self.book)
        self.engine = BookValues(self.book)
        self.stretch = self._stretch()
        self.was_untouched = self.found.mark.get("parts") == digest(self.archive.zip)

    def rows(self) -> dict[str, tuple[int, int]]:
        """Return the numbers of rows before and after of the tables."""
        return {
            f"{sheet.name}, {table.title or table.key}": (self.found.tables[table.key].rows, table.rows)
            for sheet, table in self.book.tables.values()
        }

    def _stretch(self) -> Stretch:
        """Return the rule for areas: one that has a table down to its last row goes on doing so."""
        tables: dict[str, list[tuple[range, TablePlace, int]]] = {}
        for sheet in self.book.sheets:
            rows = {table.key: table.rows for table in sheet.tables}
            tables[sheet.name] = [
                (columns, place, place.header + rows[key])
                for key, place, columns in territories(sheet, self.found.tables)
            ]

        def last(sheet: str, left: int, top: int, right: int, bottom: int) -> int:
            inside = [
                (place.last, now)
                for columns, place, now in tables.get(sheet, ())
                if left < columns.stop and right >= columns.start and top <= place.first
            ]
            if bottom not in {was for was, _ in inside}:
                return bottom
            return max(now for was, now in inside if was <= bottom)

        return last

    def contents(self) -> tuple[dict[str, bytes], set[str]]:
        """Return the changed parts, and the names of those that have to be left out."""
        archive, found = self.archive, self.found
        archive.check_parts()
        self.mark = archive.utf8(MARK_PART)  # now, as nothing may go wrong when it is written
        ours = {sheet.name: sheet.key for sheet in self.book.sheets}
        rewriters = {
            sheet.key: SheetRewriter(
                sheet, found.sheets[sheet.key], found, self.layout, self._constants(sheet), self.stretch
            )
            for sheet in self.book.sheets
        }
        values = SheetValues(
            found,
            self.book,
            self.layout,
            self.engine,
            lambda sheet, row, column: rewriters[ours[sheet]].at(row, column),
        )
        values.need([node for each in rewriters.values() for node in each.nodes()])
        changed: dict[str, bytes] = {}
        for tab, key in ours.items():
            part = archive.sheets[tab]
            changed[part] = b"".join(rewriters[key].write(self.engine, values))
            for chart in charts_of(archive, part):
                changed[chart] = with_chart(archive.utf8(chart), tab, ours, self.stretch)
            for table in tables_of(archive, part):
                changed[table] = with_table(archive.utf8(table), tab, self.stretch)
        calculate = any(each.not_calculated for each in rewriters.values()) | self._elsewhere(ours)
        workbook = archive.utf8(archive.workbook)
        changed[archive.workbook] = with_names(workbook, self.stretch, calculate=calculate)
        left_out = without_chain(archive, changed)
        return changed, left_out | {MARK_PART}

    def _elsewhere(self, ours: dict[str, str]) -> bool:
        """Whether formulas on other sheets use ours; the notes get those that end where a table did."""
        using = list(formulas_elsewhere(self.archive, ours, self._global_names(ours)))
        short = [
            (cell, formula) for cell, formula in using if stretched(formula, "", self.stretch) != formula
        ]
        if short:
            cell, formula = short[0]
            more = f" (and {len(short) - 1} more)" if len(short) > 1 else ""
            self.notes.append(f"{cell} still refers to the old length of a table: ={formula}{more}")
        return bool(using)

    def _global_names(self, ours: dict[str, str]) -> set[str]:
        root = self.archive.xml(self.archive.workbook)
        return {
            each.get("name", "").lower()
            for each in root.iter()
            if each.tag.endswith("}definedName") and any(tab in (each.text or "") for tab in ours)
        }

    def _constants(self, sheet: Sheet) -> dict[tuple[int, int], Cell]:
        """Return our cells that get another number or text: settings, and lines that count the datapoints."""
        old = self.found.layout(self.found.book).sheet(sheet.key)
        xml = self.found.sheets[sheet.key]
        cells: dict[tuple[int, int], Cell] = {}
        for setting, was in zip(sheet.settings, old.settings, strict=True):
            if setting.value != was.value:
                value = setting.value
                cells[self.found.names[sheet.key, setting.key]] = (
                    float(value) if isinstance(value, int) else value
                )
        for row, now, before in (
            (TITLE_ROW, sheet.title, old.title),
            (SUBTITLE_ROW, sheet.subtitle, old.subtitle),
        ):
            there = xml.text(row, 1)
            if now != there and _without_numbers(there) == _without_numbers(before):
                cells[row, 1] = now
        return cells

    def finish(self, target: zipfile.ZipFile, mark: dict[str, object]) -> None:
        """Add our mark. A file that nobody else has changed stays one that `build` may replace."""
        if self.was_untouched:
            mark = {**mark, "parts": digest(target)}
        same = mark == self.found.mark
        content = self.archive.read(MARK_PART) if same else change_mark(self.mark, mark)
        write_part(target, MARK_PART, content)


def _without_numbers(text: str) -> str:
    """Return a line without the numbers that count datapoints."""
    return re.sub(r"\d+", "#", text)
