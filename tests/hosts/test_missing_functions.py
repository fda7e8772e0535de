"""Workbooks with functions where these are missing: in a LibreOffice without the extension."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import ironcalc
import pytest
from support.lessons import lesson, with_calls
from support.package import CachedCell, cached_cells

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.data import default_data
from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import dialect as excel
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.hosts.office import Book as OpenBook
from xlneuron.hosts.office import Office
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.layout import Layout
from xlneuron.tables.missing import MISSING, with_missing
from xlneuron.tables.model import Book
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

DIALECTS = {"excel": excel.FUNCTIONS, "libreoffice": libreoffice.FUNCTIONS, "lambda": LAMBDA}
NO_PYTHON = "xlneuron: Python did not start; xlneuron doctor excel says why"


@cache
def made(name: str) -> Book:
    if name == "network":
        return make(prepare(default_data(), "1-2relu-1", derivatives="both", optimizer="adam", epochs=2))
    return lesson(name)


WITH_FUNCTIONS = (*with_calls(), "network")


def built(name: str, dialect: str, folder: Path) -> Path:
    chosen = DIALECTS[dialect]
    return write(made(name), folder / f"{name}{chosen.suffix}", dialect=chosen)


def sentences(opened: OpenBook, book: Book) -> dict[str, str]:
    """The live sentences by their sheet's key."""
    return {
        sheet.key: str(opened.values(sheet.name, "A2")[0][0])
        for sheet in book.sheets
        if (sheet.key, sheet.subtitle) in book.names
    }


def usual(path: Path, book: Book) -> dict[str, str]:
    """The sentences that the file has."""
    cells = cached_cells(path)
    return {
        sheet.key: str(cells[sheet.name].get((2, 1), CachedCell(None, None)).value)
        for sheet in book.sheets
        if (sheet.key, sheet.subtitle) in book.names
    }


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", WITH_FUNCTIONS)
def test_every_sentence_names_the_cause(office: Office, name: str, dialect: str, tmp_path: Path) -> None:
    """Not before a recalculation: what the file has is true as long as nothing is changed."""
    book = made(name)
    path = built(name, dialect, tmp_path)
    looking = [sheet for sheet, key in with_missing(book, DIALECTS[dialect]).names if key == MISSING]
    functions = {call.function for call in book.calls.values()}  # type: ignore[union-attr]
    causes = {DIALECTS[dialect].unknown.format(function) for function in functions}
    before = usual(path, book)
    with office.open(path) as opened:
        assert sentences(opened, book) == before
        opened.calculate()
        after = sentences(opened, book)
    assert looking
    assert {after[key] for key in looking} <= causes
    assert {key: after[key] for key in after if key not in looking} == {
        key: before[key] for key in before if key not in looking
    }


def first_call(book: Book, table: str) -> str:
    """The first cell of a table that calls a function."""
    layout = Layout(book, libreoffice.FUNCTIONS)
    column = next(key for key in book.tables[table][1].keys if (table, key) in book.calls)
    letters, first, _ = layout.range(table, column)
    return f"{letters}{first}"


@pytest.mark.parametrize(
    ("name", "tab", "table", "told"),
    [
        ("01-basic-sgd", "SGD", "sgd", {"sgd"}),
        ("02-two-neurons", "Linear chain", "chain", {"chain", "compare", "collapse"}),
        ("06-average-grad", "Steps", "steps", {"tests"}),
        ("07-optimizers", "Adam", "adam", {"adam", "race"}),
        ("network", "Training", "train", {"train"}),
    ],
)
def test_a_text_instead_of_values_is_the_sentence(
    office: Office, name: str, tab: str, table: str, told: set[str], tmp_path: Path
) -> None:
    """With the cached values around it, which LibreOffice keeps where nothing depends on the text.

    Rows that do depend on it call a function that this LibreOffice does not know: another sheet may say so.
    """
    book = made(name)
    path = built(name, "libreoffice", tmp_path)
    before = usual(path, book)
    with office.open(path) as opened:
        opened.set(tab, first_call(book, table), NO_PYTHON)
        after = sentences(opened, book)
    changed = {key for key in after if after[key] != before[key]}
    assert changed & told == told
    assert after.get(table, NO_PYTHON) == NO_PYTHON
    says = {NO_PYTHON, *(libreoffice.FUNCTIONS.unknown.format(each) for each in FUNCTIONS)}
    assert {after[key] for key in told} <= says


@pytest.mark.parametrize("name", WITH_FUNCTIONS)
def test_where_there_are_lambdas_the_sentences_are_the_usual_ones(name: str, tmp_path: Path) -> None:
    path = built(name, "lambda", tmp_path)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    tabs = list(cached_cells(path))
    found = {
        sheet.key: model.get_cell_value(tabs.index(sheet.name), 2, 1)
        for sheet in made(name).sheets
        if (sheet.key, sheet.subtitle) in made(name).names
    }
    assert found == usual(path, made(name))
