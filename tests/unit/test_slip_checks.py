"""Slips named as slips: what a book gets for it. What the sentences say is read in LibreOffice."""

from __future__ import annotations

import numpy as np
import pytest
from support.compiled import data_of

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.slips import IS_DATA, SLIPS
from xlneuron.tables.layout import Layout
from xlneuron.tables.values import BookValues


@pytest.mark.parametrize("inputs", [1, 24, 25, 60, 120, 900])
def test_any_number_of_inputs_is_looked_at(inputs: int) -> None:
    """In cells that are not long: of many inputs, some each."""
    chance = np.random.default_rng(1)
    book = make(prepare(data_of(chance.random((3, inputs)), chance.random((3, 1))), f"{inputs}-1", epochs=1))
    values = BookValues(book)
    table = book.tables["data"][1]
    assert [row[table.keys.index(IS_DATA)] for row in values.rows("data")] == [1, 1, 1]
    assert values.names["train", SLIPS] == ""
    formulas = Layout(book).row_formulas(table, first=False)
    checks = [
        each.text
        for column, each in zip(table.columns, formulas, strict=True)
        if column.key.startswith(IS_DATA) and each is not None
    ]
    looked_at = sum(each.count("ISNUMBER") for each in checks)
    assert looked_at == inputs + 1
    assert max(map(len, checks)) <= 400
