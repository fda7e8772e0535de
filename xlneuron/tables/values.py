"""Every value of a workbook: which table or result needs which, and the rows of the tables in that order."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from xlneuron.functions.cells import Cell
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.expressions import ColumnRef, ExpressionError, NameRef, Node, RangeRef, walk
from xlneuron.tables.loop import Compiled, NotFast, Row, as_floats, compile_loop
from xlneuron.tables.model import Book, Setting, Table

Item = tuple[str, str]  # (table's key, "") or (sheet's key, result's key)


class BookValues:
    """The values of a book: results and the columns that are used as ranges are kept, rows are not.

    So memory stays small however long a table is; its rows are calculated again when they are asked for.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.names: dict[tuple[str, str], Cell] = {
            at: float(item.value) if isinstance(item.value, int | float) else item.value
            for at, item in book.names.items()
            if isinstance(item, Setting)
        }
        self.ranges: dict[tuple[str, str], Sequence[Cell]] = {}
        for owner, name in self._order():
            if name:
                self.names[owner, name] = evaluate(book.cells[owner, name], _Seen(self))
            else:
                self._keep_ranges(owner)

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table, each the values of its columns as displayed."""
        return _Rows(self, self.book.tables[table][1]).run()

    @cached_property
    def _used_ranges(self) -> frozenset[tuple[str, str]]:
        pairs = [pair for pair in self.book.columns.values() if pair is not None]
        nodes = [*self.book.cells.values(), *(node for pair in pairs for node in pair)]
        return frozenset(
            (each.table, each.column) for node in nodes for each in walk(node) if isinstance(each, RangeRef)
        )

    def _order(self) -> list[Item]:
        """Return tables and results so that each comes after what it needs."""
        needs: dict[Item, set[Item]] = {(key, ""): set() for key in self.book.tables}
        for (table, _), pair in self.book.columns.items():
            for node in pair or ():
                needs[table, ""] |= self._needs(node)
        for at, node in self.book.cells.items():
            needs[at] = self._needs(node)
        try:
            return list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            circle = " -> ".join(".".join(filter(None, item)) for item in error.args[1])
            raise ExpressionError(f"{self.book.name}: these need each other: {circle}") from error

    def _needs(self, node: Node) -> set[Item]:
        found: set[Item] = set()
        for each in walk(node):
            if isinstance(each, RangeRef):
                found.add((each.table, ""))
            elif isinstance(each, NameRef) and (each.sheet, each.name) in self.book.cells:
                found.add((each.sheet, each.name))
        return found

    def _keep_ranges(self, table: str) -> None:
        keys = self.book.tables[table][1].keys
        places = [place for place, key in enumerate(keys) if (table, key) in self._used_ranges]
        if not places:
            return
        columns: list[array[float] | list[Cell]] = [array("d") for _ in places]
        for row in self.rows(table):
            for number, place in enumerate(places):
                value = row[place]
                if not isinstance(value, float) and isinstance(columns[number], array):
                    columns[number] = list(columns[number])
                columns[number].append(value)  # type: ignore[arg-type]
        for number, place in enumerate(places):
            self.ranges[table, keys[place]] = columns[number]


@dataclass(frozen=True)
class _Seen:
    """What an expression sees: names, ranges and, in a table, the cells of this row and the one above."""

    values: BookValues
    now: Mapping[str, Cell] = field(default_factory=dict)
    before: Mapping[str, Cell] = field(default_factory=dict)

    def cell(self, table: str, column: str, back: int) -> Cell:
        return (self.before if back else self.now)[column]

    def column(self, table: str, column: str) -> Sequence[Cell]:
        return self.values.ranges[table, column]

    def name(self, sheet: str, name: str) -> Cell:
        return self.values.names[sheet, name]


class _Rows:
    """The rows of one table, by its loop where that can do them, else cell by cell."""

    def __init__(self, values: BookValues, table: Table) -> None:
        self.values = values
        self.table = table
        self.given = {
            column.key: [float(v) if isinstance(v, int | float) else v for v in column.values]
            for column in table.columns
            if column.values is not None
        }
        for key, cells in self.given.items():
            if len(cells) != table.rows:
                raise ExpressionError(
                    f"column {key!r} of table {table.key!r}: {len(cells)} values for {table.rows} rows"
                )
        pairs = {key: values.book.columns[table.key, key] for key in table.keys}
        self.first = {key: pair[0] for key, pair in pairs.items() if pair is not None}
        self.other = {key: pair[1] for key, pair in pairs.items() if pair is not None}
        self.first_order, self.order = self._sorted(self.first), self._sorted(self.other)

    def run(self) -> Iterator[Row]:
        loop = self._loop()
        row = 0
        before: Row = (None,) * len(self.table.keys)
        while row < self.table.rows:
            before = self._careful(row, before)
            yield before
            row += 1
            if loop is None or not all(isinstance(before[place], float) for place in loop.carried):
                continue
            row, before = yield from loop.compiled.run(row, self.table.rows, before, loop.names, loop.ranges)

    def _careful(self, row: int, before: Row) -> Row:
        expressions = self.other if row else self.first
        now: dict[str, Cell] = {key: cells[row] for key, cells in self.given.items()}
        seen = _Seen(self.values, now, dict(zip(self.table.keys, before, strict=True)))
        for key in self.order if row else self.first_order:
            now[key] = evaluate(expressions[key], seen)
        return tuple(now[key] for key in self.table.keys)

    def _sorted(self, expressions: Mapping[str, Node]) -> tuple[str, ...]:
        """Return the columns so that each comes after those of the same row that it needs."""
        needs = {
            key: {
                each.column
                for each in walk(node)
                if isinstance(each, ColumnRef) and not each.back and each.column in expressions
            }
            for key, node in expressions.items()
        }
        try:
            return tuple(TopologicalSorter(needs).static_order())
        except CycleError as error:
            circle = " -> ".join(error.args[1])
            raise ExpressionError(
                f"table {self.table.key!r}: these columns need each other: {circle}"
            ) from error

    def _loop(self) -> _Loop | None:
        """Return the loop with its arguments, or None for a table or for values that it cannot do."""
        keys = self.table.keys
        try:
            compiled = compile_loop(self.order, self.other, tuple(self.given), keys)
        except NotFast:
            return None
        names = [self.values.names[ref.sheet, ref.name] for ref in compiled.names]
        ranges = [as_floats(self.values.ranges[ref.table, ref.column]) for ref in compiled.ranges]
        ranges += [as_floats(cells) for cells in self.given.values()]
        if not all(isinstance(name, float) for name in names) or any(cells is None for cells in ranges):
            return None
        return _Loop(compiled, tuple(keys.index(key) for key in compiled.carried), names, ranges)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Loop:
    compiled: Compiled
    carried: tuple[int, ...]
    names: Sequence[float]
    ranges: Sequence[Sequence[float]]
