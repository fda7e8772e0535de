"""How long our tables should be: as long as their origin makes them for so many datapoints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from xlneuron.tables.model import Book, Table
from xlneuron.upkeep.find.book import Found
from xlneuron.upkeep.find.tables import is_text


@dataclass(frozen=True)
class Lengths:
    """What the tables of a file were made for.

    datapoints: how many, by their table; others may be there since. rows: of every other table.
    """

    datapoints: dict[str, int]
    rows: dict[str, int]


def lengths(found: Found) -> Lengths:
    """Return how long the tables should be.

    The tables were made for the datapoints that are there if one of them has the length for those, and else
    for as many as most have the length for. So a row that was deleted at the end of a table, or is too many
    there, does not change what belongs into the others.
    """
    datapoints = {table: len(points) for table, points in found.data.items()}
    wanted = _rows(found.made)
    rows = {
        key: found.tables[key].rows if is_the_user_s(table) else wanted[key]
        for key, (_, table) in found.made.tables.items()
        if key not in found.data
    }
    for data, points in found.data.items():
        if all(found.tables[key].rows == number for key, number in rows.items()):
            break
        more = _rows(found.origin.with_data({**found.data, data: [*points, points[-1]]}).book())
        steps = {key: more[key] - wanted[key] for key in rows if more[key] > wanted[key]}
        off = _usual({key: found.tables[key].rows - rows[key] for key in steps}, steps, 2 - len(points))
        datapoints[data] += off
        rows |= {key: rows[key] + off * step for key, step in steps.items()}
    return Lengths(datapoints, rows)


def is_the_user_s(table: Table) -> bool:
    """Whether a table, into which the user types, may have any number of rows."""
    return any(column.is_input for column in table.columns) and not any(map(is_text, table.columns))


def _rows(book: Book) -> dict[str, int]:
    return {key: table.rows for key, (_, table) in book.tables.items()}


def _usual(differences: dict[str, int], steps: dict[str, int], least: int) -> int:
    """Return by how many datapoints the tables are longer, each of which has `steps` rows a datapoint."""
    votes = Counter(
        differences[key] // step
        for key, step in steps.items()
        if differences[key] % step == 0 and differences[key] // step >= least
    )
    return 0 if 0 in votes else max(votes, key=votes.__getitem__, default=0)
