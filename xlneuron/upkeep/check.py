"""`xlneuron check`: every cell of our tables and results, recomputed and compared with what the file has."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlneuron.errors import counted
from xlneuron.functions.cells import Cell
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.expressions import Node
from xlneuron.tables.layout import fill_row
from xlneuron.tables.loop import Row
from xlneuron.tables.model import Sheet, Table
from xlneuron.tables.rounding import rounding
from xlneuron.tables.values import BookValues
from xlneuron.upkeep.find.book import Found, FoundLayout, Key, find
from xlneuron.upkeep.find.lengths import Lengths, lengths
from xlneuron.upkeep.find.tables import is_text
from xlneuron.upkeep.reasons import why
from xlneuron.upkeep.report import (
    DATA,
    EMPTY,
    FORMULA,
    SURPLUS,
    TYPED,
    VALUE,
    Problem,
    Report,
    agree,
    merged,
    plain,
    shown,
)
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.cells import SheetXml
from xlneuron.xlsx.tokens import meaning

Read = Callable[[str, int, int], Cell]  # (sheet's key, row, column) -> value


def check(path: Path, *, recalculate: bool = False) -> Report:
    """Check a workbook that xlneuron made; `recalculate` has LibreOffice calculate it as well."""
    report = Report()
    with Archive(path) as archive:
        found = find(archive)
        wanted = lengths(found)
        report.problems += _data_problems(found, wanted)
        if report.problems:
            return report
        report.problems += _surplus_rows(found, wanted.rows)
        found = found.with_rows({**wanted.rows, **wanted.datapoints})
        checker = _Checker(found, report)
        checker.formulas()
        if checker.has_values:
            checker.values(lambda sheet, row, column: found.sheets[sheet].value(row, column), "the file has")
        else:
            report.notes.append(
                "the file holds no values (its last program does not calculate); --recalculate checks them"
            )
        if recalculate:
            checker.values(_recalculated(path, found), "LibreOffice calculates")
    report.problems = merged(report.problems)
    return report


def changed_formulas(found: Found) -> list[Problem]:
    """Return the cells that have something else than what they were made with."""
    rows = lengths(found).rows
    report = Report([*_surplus_rows(found, rows)])
    _Checker(found.with_rows(rows), report).formulas()
    return merged(report.problems)


def _recalculated(path: Path, found: Found) -> Read:
    from xlneuron.hosts.office import Office  # noqa: PLC0415 - only this needs it

    with Office() as office, office.open(path) as book:
        book.calculate()
        grids = {sheet.key: book.values(sheet.name) for sheet in found.book.sheets}

    def read(sheet: str, row: int, column: int) -> Cell:
        grid = grids[sheet]
        return grid[row - 1][column - 1] if row <= len(grid) and column <= len(grid[row - 1]) else None

    return read


def _data_problems(found: Found, wanted: Lengths) -> Iterator[Problem]:
    """Yield the datapoints that are not part of their table, and the tables' rows without one."""
    for table, columns in found.origin.data_columns(found.book).items():
        place, there, made_for = found.tables[table], len(found.data[table]), wanted.datapoints[table]
        if there == made_for:
            continue
        sheet = found.book.tables[table][0]
        row, column = place.first + min(there, made_for), place.columns[columns[0]]
        reason = (
            "the tables were made for another number of datapoints; `xlneuron regenerate` takes in those here"
            if there > made_for
            else "a row without a datapoint; `xlneuron regenerate` makes the tables shorter"
        )
        expected = counted(made_for, "datapoint")
        yield Problem(sheet.name, row, column, DATA, expected, str(there), reason)


def _surplus_rows(found: Found, rows: Mapping[str, int]) -> Iterator[Problem]:
    """Yield the rows that stand below a table's last one as if they belonged to it."""
    for key, wanted in rows.items():
        place = found.tables[key]
        sheet, xml = found.book.tables[key][0], found.sheets[place.sheet]
        end = place.header + wanted
        for row in range(end + 1, place.last + 1):
            there = [column for column in place.columns.values() if not xml.is_empty(row, column)]
            if there:
                formula = xml.formula(row, there[0])
                said = shown(xml.value(row, there[0])) if formula is None else f"={formula}"
                reason = f"a row too many: the table ends in row {end}"
                yield Problem(sheet.name, row, there[0], SURPLUS, "an empty cell", said, reason)


@dataclass
class _Checker:
    found: Found
    report: Report
    has_values: bool = False
    wrong: set[tuple[str, int, int]] = field(default_factory=set)  # sheet's key, row, column

    def __post_init__(self) -> None:
        self.book = self.found.book
        self.layout: FoundLayout = self.found.layout(self.book)
        self.engine = BookValues(self.book)
        self.names = {sheet.key: self.found.places(sheet) for sheet in self.book.sheets}

    # Formulas

    def formulas(self) -> None:
        """Compare every formula with the one that its column, or its cell, has, and our words with ours."""
        for sheet in self.book.sheets:
            xml = self.found.sheets[sheet.key]
            for table in sheet.tables:
                self._table_formulas(sheet, table, xml)
                self._words(sheet, table, xml)
            for output in sheet.outputs:
                row, column = self.found.names[sheet.key, output.key]
                expected = self.layout.item_formula(sheet, output)
                assert expected is not None
                self._formula(sheet, xml, (row, column), expected, None)

    def _table_formulas(self, sheet: Sheet, table: Table, xml: SheetXml) -> None:
        place = self.found.tables[table.key]
        columns = [place.columns[key] for key in table.keys]
        computed = [self.book.columns[table.key, key] is not None for key in table.keys]
        formulas = {first: self.layout.row_formulas(table, first=first) for first in (True, False)}
        epochs = self._epochs(table)
        for row in place.all_rows:
            for column, is_computed, formula in zip(
                columns, computed, formulas[row == place.first], strict=True
            ):
                if formula is not None:
                    self._formula(
                        sheet,
                        xml,
                        (row, column),
                        fill_row(formula.text, row),
                        next_epoch(epochs, row - place.first),
                    )
                elif is_computed and xml.is_empty(row, column):  # an array fills it
                    self._wrong(
                        sheet, (row, column), EMPTY, "a value", "an empty cell", "its value was deleted"
                    )

    def _words(self, sheet: Sheet, table: Table, xml: SheetXml) -> None:
        """Compare the texts that name what stands beside them: a weight, a model."""
        place = self.found.tables[table.key]
        for column in filter(is_text, self.found.made.tables[table.key][1].columns):
            for row, text in zip(place.all_rows, column.values or (), strict=True):
                at = row, place.columns[column.key]
                value = xml.value(*at)
                if isinstance(value, str) and value.split() == str(text).split():
                    continue
                if xml.is_empty(*at):
                    self._wrong(sheet, at, EMPTY, repr(text), "an empty cell", "the text was deleted")
                elif value is not None:
                    self._wrong(sheet, at, TYPED, repr(text), shown(value), "typed over a text of ours")

    def _epochs(self, table: Table) -> list[Cell]:
        """Return the epoch of every row, if the table counts them."""
        if "epoch" not in table.keys or "row" not in table.keys:
            return []
        number = table.keys.index("epoch")
        return [row[number] for row in self.engine.rows(table.key)]

    def _formula(
        self, sheet: Sheet, xml: SheetXml, at: tuple[int, int], expected: str, epoch: int | None
    ) -> None:
        self.report.formulas += 1
        found = xml.formula(*at)
        if found is not None:
            if not self.has_values:
                self.has_values = xml.value(*at) is not None
            if found == expected[1:]:
                return
            wanted, said = (meaning(text, sheet.name, self.names[sheet.key]) for text in (expected, found))
            if wanted != said:
                in_table = any(
                    at[0] in self.found.tables[t.key].all_rows
                    and at[1] in self.found.tables[t.key].columns.values()
                    for t in sheet.tables
                )
                reason = why(wanted, said, at[0] if in_table else 0, epoch, self.names[sheet.key])
                self._wrong(sheet, at, FORMULA, expected, f"={found}", reason)
            return
        value = xml.value(*at)
        if value is None:
            self._wrong(sheet, at, EMPTY, expected, "an empty cell", "the formula was deleted")
        else:
            what = "a text" if isinstance(value, str) else "a number"
            lost = ""
            if epoch is not None and expected[1:].isalnum():  # it refers to one cell, in the row above
                lost = f"; epoch {epoch} no longer starts with the last update of epoch {epoch - 1}"
            self._wrong(sheet, at, TYPED, expected, shown(value), f"{what} was typed over the formula{lost}")

    def _wrong(
        self, sheet: Sheet, at: tuple[int, int], kind: str, expected: str, found: str, reason: str
    ) -> None:
        if (sheet.key, *at) not in self.wrong:
            self.wrong.add((sheet.key, *at))
            self.report.problems.append(Problem(sheet.name, *at, kind, expected, found, reason))

    # Values

    def values(self, read: Read, who: str) -> None:
        """Compare every value with ours, and with what its formula makes of the values around it."""
        seen = FileValues(self.found, read)
        for sheet in self.book.sheets:
            for table in sheet.tables:
                self._table_values(sheet, table, seen, who)
            for output in sheet.outputs:
                node = self.book.cells[sheet.key, output.key]
                ours = self.engine.names[sheet.key, output.key]
                at = self.found.names[sheet.key, output.key]
                self._value(sheet, at, seen.name(sheet.key, output.key), ours, node, seen, who)

    def _table_values(self, sheet: Sheet, table: Table, seen: FileValues, who: str) -> None:
        place = self.found.tables[table.key]
        pairs = [self.book.columns[table.key, key] for key in table.keys]
        ours: Row
        for number, ours in enumerate(self.engine.rows(table.key)):
            seen.row = number
            for key, pair, expected in zip(table.keys, pairs, ours, strict=True):
                if pair is not None:
                    at = place.first + number, place.columns[key]
                    node = pair[0 if number == 0 else 1]
                    self._value(sheet, at, seen.cell(table.key, key, 0), expected, node, seen, who)

    def _value(
        self,
        sheet: Sheet,
        at: tuple[int, int],
        value: Cell,
        ours: Cell,
        node: Node,
        seen: FileValues,
        who: str,
    ) -> None:
        self.report.values += 1
        if agree(value, plain(ours)) or (sheet.key, *at) in self.wrong:
            return
        local = plain(evaluate(node, seen))
        if agree(value, local):
            return
        if (
            isinstance(value, float)
            and isinstance(local, float)
            and abs(value - local) <= rounding(node, seen)
        ):
            return
        if not isinstance(value, type(local)) and math.isinf(rounding(node, seen)):
            return
        self._wrong(
            sheet,
            at,
            VALUE,
            shown(plain(ours)),
            shown(value),
            f"{who} a value that the formula does not give",
        )


def next_epoch(epochs: Sequence[Cell], number: int) -> int | None:
    """Return the epoch that begins in a row (counted from 0) after another epoch, if one does."""
    if not 0 < number < len(epochs):
        return None
    now, before = epochs[number], epochs[number - 1]
    return int(now) if isinstance(now, float) and now != before else None


class FileValues:
    """What an expression sees in the file: the cells of one row and the one above, columns, names."""

    def __init__(self, found: Found, read: Read) -> None:
        self.found = found
        self.read = read
        self.row = 0  # of the table, from 0
        self.columns: dict[Key, list[Cell]] = {}

    def cell(self, table: str, column: str, back: int) -> Cell:
        """Return a column's value in this row or above."""
        return self.column(table, column)[self.row - back]

    def column(self, table: str, column: str) -> Sequence[Cell]:
        """Return a column's values."""
        if (table, column) not in self.columns:
            place = self.found.tables[table]
            number = place.columns[column]
            self.columns[table, column] = [
                plain(self.read(place.sheet, row, number)) for row in place.all_rows
            ]
        return self.columns[table, column]

    def name(self, sheet: str, name: str) -> Cell:
        """Return the value of a setting or a result."""
        row, column = self.found.names[sheet, name]
        return plain(self.read(sheet, row, column))
