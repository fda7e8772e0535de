"""What sentences say while functions cannot be called; what spreadsheets make of it is tested in hosts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pytest
from support.books import WORDS
from support.lessons import lesson

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS
from xlneuron.data import default_data
from xlneuron.functions.cells import Cell, CellError
from xlneuron.hosts.excel import dialect as excel
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.layout import Layout
from xlneuron.tables.missing import MISSING, with_missing
from xlneuron.tables.model import Book, Column, Output, Setting, Sheet, Table
from xlneuron.tables.values import BookValues
from xlneuron.xlsx.shell import make_shell

NUM, NAME, VALUE, NA = (CellError[name] for name in ("NUM", "NAME", "VALUE", "NA"))
DIALECTS = {"excel": excel.FUNCTIONS, "libreoffice": libreoffice.FUNCTIONS, "lambda": LAMBDA}
BOOKS = [*LESSONS, "network"]
WITHOUT = {("05-momentum", "steps")}  # in a workbook with functions, but made from none of them
LONGEST, DEEPEST = 400, 3  # characters of a formula, conditions within each other


@cache
def book(name: str) -> Book:
    if name == "network":
        return make(prepare(default_data(), "1-2relu-1", optimizer="adam", epochs=2))
    return lesson(name)


def formula(book: Book, sheet: str, key: str, dialect: Dialect) -> str:
    layout = Layout(book, dialect)
    text = layout.item_formula(layout.sheet(sheet), book.names[sheet, key])
    assert text is not None
    return text


def depth(formula: str) -> int:
    """How many IFs stand within each other."""
    deepest, brackets = 0, [""]
    for name, bracket in re.findall(r'"[^"]*"|([A-Z.]*)(\()|\)', formula):
        if bracket:
            brackets.append(name)
        elif len(brackets) > 1:
            brackets.pop()
        deepest = max(deepest, brackets.count("IF"))
    return deepest


@pytest.mark.parametrize("name", BOOKS)
def test_plain_cells_have_nothing_to_miss(name: str) -> None:
    assert with_missing(book(name), CELLS) is book(name)


@pytest.mark.parametrize("name", BOOKS)
def test_every_sentence_that_functions_go_into_looks_at_them_first(name: str) -> None:
    plain = book(name)
    found = with_missing(plain, libreoffice.FUNCTIONS)
    sentences = [sheet.key for sheet in plain.sheets if (sheet.key, sheet.subtitle) in plain.names]
    looking = [key for key in sentences if (key, MISSING) in found.names]
    assert looking == [key for key in sentences if plain.calls and (name, key) not in WITHOUT]
    for sheet in found.sheets:
        if (sheet.key, MISSING) in found.names:
            before = formula(plain, sheet.key, sheet.subtitle, CELLS)
            after = formula(found, sheet.key, sheet.subtitle, CELLS)
            assert after == f'=IF({MISSING}<>"",{MISSING},{before[1:]})'
            assert sheet.outputs[-1].key == MISSING, "the cells above stay where they are"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", BOOKS)
def test_while_functions_are_there_sentences_are_the_usual_ones(name: str, dialect: str) -> None:
    found = with_missing(book(name), DIALECTS[dialect])
    plain, values = BookValues(book(name)).names, BookValues(found).names
    assert {at: values[at] for at in plain} == plain
    assert {values[at] for at in values.keys() - plain.keys()} <= {""}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", BOOKS)
def test_its_formulas_are_short_and_name_a_function_of_the_sheet(name: str, dialect: str) -> None:
    found = with_missing(book(name), DIALECTS[dialect])
    names = {call.function for call in book(name).calls.values()}  # type: ignore[union-attr]
    for sheet, key in found.names:
        if key == MISSING:
            text = formula(found, sheet, key, DIALECTS[dialect])
            assert len(text) <= LONGEST
            assert depth(text) <= DEEPEST
            if dialect != "lambda":
                assert (named := re.findall(r"does not know (\w+) here", text)) == [] or {*named} <= names


def test_depth_counts_conditions_within_each_other() -> None:
    assert depth('=1+SUM(IF(1,2,3),IF(1,2,3))&"IF(IF("') == 1
    assert depth('=IF(OR(A1,IF(1,MAX(1,IF(")",2,3)),2)),1,2)') == 3


def small(dialect: Dialect = excel.FUNCTIONS) -> Book:
    """Three sheets: one trains, one sees its results, one sees the cells of a sheet without a sentence."""
    columns = (
        Column("x", values=[1, 2, 3]),
        Column("a", "prev.new", first="rate"),
        Column("pred", "a*x", functions='NEURON_FORWARD(x, a, "none")'),
        Column("new", "a - pred*rate", functions="SGD_STEP(a, pred, rate)"),
    )
    sentence = Output("sentence", "", 'join("It ends with ", last(t.new))')
    train = Sheet(
        "train",
        "Train",
        "",
        "sentence",
        (Setting("rate", "", 0.5),),
        (sentence,),
        tables=(Table("t", columns, 3),),
    )
    sums = (Column("y", values=[1, 2]), Column("sum", "y", functions="AVERAGE_GRAD(y)"))
    quiet = Sheet("quiet", "Quiet", "", "Sums.", tables=(Table("s", sums, 2),))
    outputs = (
        Output("sentence", "", 'join("Sum ", total)'),
        Output("total", "", "sum(s.sum) + last(t.new)"),
    )
    above = Sheet("above", "Above", "", "sentence", outputs=outputs)
    return with_missing(Book("small", "?", WORDS, (above, train, quiet)), dialect)


class Seen:
    """Columns with other values than the book's own."""

    def __init__(self, book: Book, columns: dict[str, Sequence[Cell]]) -> None:
        self.book = book
        self.columns = {
            "x": [1.0, 2.0, 3.0],
            "a": [0.5, 0.5, 0.5],
            "y": [1.0, 2.0],
            "sum": [1.0, 2.0],
            "pred": [0.5, 0.5, 0.5],
            "new": [0.1, 0.2, 0.3],
            **columns,
        }

    def cell(self, table: str, column: str, back: int) -> Cell:
        raise AssertionError("a result refers to whole columns")

    def column(self, table: str, column: str) -> Sequence[Cell]:
        return self.columns[column]

    def name(self, sheet: str, name: str) -> Cell:
        return evaluate(self.book.cells[sheet, name], self)


UNKNOWN = "Excel does not know NEURON_FORWARD here: load the add-in (xlneuron install excel) or allow macros."
NO_PYTHON = "xlneuron: Python did not start (C:\\py\\python.exe)"
USUAL = "It ends with 0.3"


@pytest.mark.parametrize(
    ("pred", "sentence"),
    [
        ([0.5, 0.5, 0.5], USUAL),
        ([NAME, NAME, NAME], UNKNOWN),
        ([0.5, NAME, NAME], UNKNOWN),  # after a new rate, which the first row does not see
        ([0.5, 0.5, NAME], UNKNOWN),
        ([NUM, NUM, NUM], USUAL),
        ([0.5, NUM, VALUE], USUAL),
        ([0.5, VALUE, VALUE], USUAL),
        ([VALUE, VALUE, VALUE], UNKNOWN),  # LibreOffice, without macros
        ([NA, NA, NA], UNKNOWN),
        ([NO_PYTHON, NO_PYTHON, NO_PYTHON], NO_PYTHON),
        ([0.5, NO_PYTHON, NO_PYTHON], NO_PYTHON),
        ([0.5, "first", "next"], "first"),
        (["alone", 0.5, 0.5], "alone"),
        (["", 0.5, 0.5], USUAL),
    ],
)
def test_what_the_cells_of_a_function_make_of_the_sentence(pred: list[Cell], sentence: str) -> None:
    book = small()
    seen = Seen(book, {"pred": pred})
    assert evaluate(book.cells["train", "sentence"], seen) == sentence
    above = "Sum 3.3" if sentence == USUAL else sentence
    assert evaluate(book.cells["above", "sentence"], seen) == above


def test_an_error_that_an_argument_has_is_not_the_function_s() -> None:
    book = small()
    seen = Seen(book, {"x": [VALUE, 2.0, 3.0], "pred": [VALUE, VALUE, VALUE]})
    assert evaluate(book.cells["train", "sentence"], seen) == USUAL


def test_a_sentence_that_several_sheets_go_into_tells_of_the_first_that_fails() -> None:
    book = small()
    cells = book.cells["above", "sentence"]
    assert evaluate(cells, Seen(book, {})) == "Sum 3.3"
    unknown = UNKNOWN.replace("NEURON_FORWARD", "AVERAGE_GRAD")
    assert evaluate(cells, Seen(book, {"sum": [NAME, NAME]})) == unknown
    both = Seen(book, {"sum": [NAME, NAME], "pred": [NO_PYTHON] * 3})
    assert evaluate(cells, both) == NO_PYTHON


def test_what_is_missing_is_red() -> None:
    book = small()
    sheet = make_shell(book, Layout(book, excel.FUNCTIONS))["Train"]
    formulas = {
        rule.formula[0]: rule.dxf.font.color.rgb
        for area in sheet.conditional_formatting
        if area.sqref == "A2"
        for rule in area.rules
    }
    assert formulas[f'{MISSING}<>""'].endswith("D55E00")
