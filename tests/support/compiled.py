"""Compiled training sheets as arrays, to compare them with engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xlneuron.books.any_network.book import NAME, sheets_of
from xlneuron.books.any_network.request import Request, prepare
from xlneuron.data import DataSet
from xlneuron.engine.array import Array
from xlneuron.tables.loop import Row
from xlneuron.tables.model import Book, Words
from xlneuron.tables.values import BookValues


def data_of(x: Array | Sequence[Sequence[float]], y: Array | Sequence[Sequence[float]]) -> DataSet:
    """A data set of arrays; its columns are named in1, in2, ... and out1, ..."""
    inputs, targets = (tuple(tuple(map(float, row)) for row in rows) for rows in (x, y))
    names = [f"in{n}" for n in range(1, len(inputs[0]) + 1)] + [
        f"out{n}" for n in range(1, len(targets[0]) + 1)
    ]
    return DataSet(inputs, targets, tuple(names), "my.csv")


class Compiled:
    """A request, its workbook and its values."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.plan = request.plan
        self.book = Book(NAME, "", Words((), ()), sheets_of(request))
        self.values = BookValues(self.book)
        self.rows: dict[str, list[Row]] = {}

    def columns(self, keys: Sequence[str], table: str = "train") -> Array:
        """Columns of a table, one row per row; what is no number is NaN."""
        places = [self.book.tables[table][1].keys.index(key) for key in keys]
        if table not in self.rows:
            self.rows[table] = list(self.values.rows(table))
        rows = [[row[place] for place in places] for row in self.rows[table]]
        return np.array([[v if isinstance(v, float) else np.nan for v in row] for row in rows])

    def by_weight(self, prefix: str = "", table: str = "train") -> Array:
        """The columns that there is one of for each weight."""
        return self.columns([f"{prefix}{name}" for name in self.plan.weights], table)

    def column(self, key: str, table: str = "train") -> Array:
        """One column of a table."""
        return self.columns([key], table)[:, 0]

    def named(self, key: str, sheet: str = "train") -> Any:
        """A setting or a result."""
        return self.values.names[sheet, key]


def compiled(data: DataSet, network: str, **options: Any) -> Compiled:
    """The workbook of a network and data; `weights` are other starting weights than the drawn ones."""
    weights = options.pop("weights", None)
    request = prepare(data, network, **options)
    if weights is not None:
        request = replace(request, weights=tuple(weights))
    return Compiled(request)
