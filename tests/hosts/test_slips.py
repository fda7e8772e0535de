"""Slips of the user, set through LibreOffice: the live sentence names the cell and says what to type."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import default_data
from xlneuron.hosts.office import Book as OpenBook
from xlneuron.hosts.office import Office
from xlneuron.tables.dependencies import made_from
from xlneuron.tables.layout import FIRST_ROW, Layout, letters
from xlneuron.tables.model import Allowed, Book, Setting, Sheet
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

NAMES = [*LESSONS, "network"]
EMPTY, TEXT, COMMA = None, "much", "0,001"


@cache
def made(name: str) -> Book:
    if name == "network":
        return make(prepare(default_data(), "1-2tanh-1", optimizer="adamw", epochs=2))
    return LESSONS[name].make(Options(default_data()))


def slips_of(setting: Setting) -> dict[float | str | None, str]:
    """What may be typed, and what the sentence says then."""
    label, allowed = setting.label, setting.allowed
    found: dict[float | str | None, str] = {EMPTY: f"{label} is empty: type a number"}
    found |= dict.fromkeys((TEXT, COMMA), f"{label} is a text: type a number")
    if allowed != Allowed():
        found[-0.5] = f"Type {allowed.words}."
    if allowed.above:
        found[0.0] = f"{label} is 0"
    if allowed.most < 1e300:
        found[allowed.most + 1] = f"Type {allowed.words}."
    return found


def dependents(book: Book, key: tuple[str, str]) -> list[Sheet]:
    """The sheets whose sentence is made from a setting or a column."""
    return [
        sheet
        for sheet in book.sheets
        if (sheet.key, sheet.subtitle) in book.names and key in made_from(book, (sheet.key, sheet.subtitle))
    ]


def sentence(opened: OpenBook, sheet: Sheet) -> str:
    return str(opened.values(sheet.name, "A2")[0][0])


@pytest.fixture(scope="module", params=NAMES)
def opened(
    request: pytest.FixtureRequest, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Book, OpenBook]]:
    name = request.param
    path = write(made(name), tmp_path_factory.mktemp("slips") / f"{name}.xlsx")
    with office.open(path) as found:
        yield made(name), found


def test_every_slip_in_a_setting_is_named(opened: tuple[Book, OpenBook]) -> None:
    book, cells = opened
    layout, count = Layout(book), 0
    for sheet in book.sheets:
        for setting in sheet.settings:
            sheets = dependents(book, (sheet.key, setting.key))
            letter, row = layout.name_cell(sheet.key, setting.key)
            for value, says in slips_of(setting).items():
                before = {each.key: sentence(cells, each) for each in sheets}
                cells.set(sheet.name, f"{letter}{row}", value)
                for each in sheets:
                    found = sentence(cells, each)
                    assert found.startswith(f"{setting.label} is "), f"{each.name}, {value!r}: {found}"
                    assert says in found, f"{each.name}, {value!r}: {found}"
                    count += 1
                cells.set(sheet.name, f"{letter}{row}", setting.value)
                assert {each.key: sentence(cells, each) for each in sheets} == before
    assert count or not any(sheet.settings for sheet in book.sheets)


class Data:
    """The sheet with the data, and the sentences that are made from it."""

    def __init__(self, book: Book, cells: OpenBook) -> None:
        self.cells = cells
        self.sheet, table = book.tables["data"]
        first, inputs = Layout(book).first_column["data"], []
        for place, column in enumerate(table.columns, first):
            if column.style == "input":
                inputs.append((letters(place), column.key))
        self.columns = [letter for letter, _ in inputs]
        self.rows, self.last = table.rows, FIRST_ROW + table.rows - 1
        self.dependents = dependents(book, ("data", inputs[0][1]))

    def fill(self, rows: range, value: float | str | None) -> None:
        for row in rows:
            for letter in self.columns:
                self.cells.set(self.sheet.name, f"{letter}{row}", value)

    def say(self, text: str) -> None:
        assert self.dependents
        for each in self.dependents:
            assert text in sentence(self.cells, each), f"{each.name}: {sentence(self.cells, each)}"


def test_every_slip_in_the_data_is_named(opened: tuple[Book, OpenBook]) -> None:
    if "data" not in opened[0].tables:
        return
    data = Data(*opened)
    for letter in data.columns:
        for row in (FIRST_ROW, data.last):
            ((value,),) = data.cells.values(data.sheet.name, f"{letter}{row}")
            for slip in (EMPTY, TEXT, COMMA):
                data.cells.set(data.sheet.name, f"{letter}{row}", slip)
                data.say(f"row {row}: a cell there is empty or a text")
            data.cells.set(data.sheet.name, f"{letter}{row}", value)
    for more in (1, 10):
        pasted = range(data.last + 1, data.last + 1 + more)
        data.fill(pasted, 1.0)
        data.say(
            f"{data.rows + more} datapoints on sheet {data.sheet.name}, {data.rows} are used: run xlneuron"
        )
        data.fill(pasted, EMPTY)
    data.fill(range(data.last - 18, data.last + 1), EMPTY)
    data.say(f"row {data.last - 18}: a cell there is empty or a text")
