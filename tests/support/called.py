"""What the calls in a table's rows return: the dialects with functions, calculated by Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import call
from xlneuron.functions.cells import Cell, Rows
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.expressions import Call, Node, SpanRef
from xlneuron.tables.loop import Row
from xlneuron.tables.values import BookValues


@dataclass(frozen=True)
class Filled:
    """Neighbouring cells of a row: what the file holds there, and what the call returns that fills them."""

    function: str
    columns: tuple[str, ...]
    held: tuple[Cell, ...]
    returned: Rows


@dataclass(frozen=True)
class _Row:
    """What an argument sees."""

    values: BookValues
    keys: Sequence[str]
    now: Row
    before: Row

    def cell(self, table: str, column: str, back: int) -> Cell:
        return (self.before if back else self.now)[self.keys.index(column)]

    def column(self, table: str, column: str) -> Sequence[Cell]:
        raise AssertionError(f"{table}.{column}: a call about all rows")

    def name(self, sheet: str, name: str) -> Cell:
        return self.values.names[sheet, name]

    def argument(self, node: Node) -> object:
        if not isinstance(node, SpanRef):
            return evaluate(node, self)
        row = self.before if node.back else self.now
        return (row[self.keys.index(node.first) : self.keys.index(node.last) + 1],)


def calls(values: BookValues, *, every: int = 1) -> Iterator[tuple[str, int, list[Filled]]]:
    """Yield the table's key, the row from 0, and its calls, of every so many rows of a book's tables."""
    for table, found in groupby(values.book.calls.items(), key=lambda item: item[0][0]):
        columns = values.book.tables[table][1].columns
        keys = [column.key for column in columns]
        nodes = {first: node for (_, first), node in found}
        before: Row = ()
        for number, now in enumerate(values.rows(table)):
            row = _Row(values, keys, now, before)
            if number % every == 0:
                yield (
                    table,
                    number,
                    [
                        _filled(row, columns[keys.index(key)].spill or key, key, node)
                        for key, node in nodes.items()
                    ],
                )
            before = now


def _filled(row: _Row, last: str, first: str, node: Node) -> Filled:
    assert isinstance(node, Call)
    start, stop = row.keys.index(first), row.keys.index(last) + 1
    returned = call(FUNCTIONS[node.function], [row.argument(each) for each in node.arguments])
    return Filled(node.function, tuple(row.keys[start:stop]), row.now[start:stop], returned)
