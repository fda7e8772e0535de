"""Which cells of a book another one is made from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from xlneuron.tables.expressions import ColumnRef, NameRef, RangeRef, walk
from xlneuron.tables.model import Book

Key = tuple[str, str]  # of a table's column, or of a sheet's setting or result


def made_from(book: Book, key: Key) -> list[Key]:
    """Return everything that a setting, a result or a column depends on, itself first."""
    seen: dict[Key, None] = {}
    waiting = [key]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen[at] = None
            waiting += _needs(book, at)
    return list(seen)


def _needs(book: Book, at: Key) -> Iterator[Key]:
    """Yield what a column or a result (of a table and a sheet with the same key, both) is made from."""
    nodes = [*([book.cells[at]] if at in book.cells else ()), *(book.columns.get(at) or ())]
    for each in chain.from_iterable(map(walk, nodes)):
        if isinstance(each, ColumnRef | RangeRef):
            yield each.table, each.column
        elif isinstance(each, NameRef):
            yield each.sheet, each.name
