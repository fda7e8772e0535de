"""What a template uses of the options, and what its About sheet says of others than the shipped."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openpyxl import Workbook, load_workbook
from support.lessons import EACH_LESSON

from xlneuron.books.lessons import LESSONS, SETTINGS, Lesson, Options
from xlneuron.data import DataSet, default_data
from xlneuron.errors import XlneuronError
from xlneuron.tables.model import Book
from xlneuron.xlsx.about import write_about
from xlneuron.xlsx.write import write

SHIPPED = Options(default_data())
DATA = DataSet(((1.0,), (2.0,), (3.5,)), ((3.0,), (5.0,), (7.0,)), ("x", "y"), "my.csv")
OTHER = {"data": DATA, "learning_rate": 0.000123, "h": 0.0123, "epochs": 2}
BASIC = LESSONS["01-basic-sgd"]


def other(lesson: Lesson, setting: str) -> Options:
    """Options of which one is another than the shipped."""
    if setting != "weights":
        return replace(SHIPPED, **{setting: OTHER[setting]})
    try:
        options = replace(SHIPPED, weights=(0.75, -0.5))
        lesson._book(options)
    except XlneuronError:
        return replace(SHIPPED, weights=(0.75, -0.5, 0.25, 2.0))
    return options


def about(book: Book) -> list[str]:
    """The texts of the About sheet's second column."""
    worksheet = Workbook().active
    write_about(worksheet, book)
    return [cell.value for (cell,) in worksheet.iter_rows(min_col=2, max_col=2)]


@pytest.mark.parametrize("name", EACH_LESSON)
def test_a_template_uses_what_it_declares_and_nothing_else(name):
    lesson = LESSONS[name]
    shipped = lesson._book(SHIPPED).sheets
    used = [setting for setting in SETTINGS if lesson._book(other(lesson, setting)).sheets != shipped]
    assert sorted(lesson.uses) == sorted(used)


def test_what_a_template_does_not_use_leaves_no_trace():
    """Neither on its sheets nor in the mark of its file."""
    lesson = LESSONS["06-average-grad"]
    assert lesson.make(Options(DATA, 0.1, 0.2, 3, (4.0,))) == lesson.make(SHIPPED)


@pytest.mark.parametrize("name", LESSONS)
def test_as_shipped_the_words_stand_alone(name):
    book = LESSONS[name].make(SHIPPED)
    assert book.built_with == ""
    assert about(book)[:2] == [
        book.question,
        f"Template {name} of xlneuron: a neural network that you can read cell by cell.",
    ]


@pytest.mark.parametrize("name", EACH_LESSON)
def test_every_setting_that_is_used_is_named(name):
    lesson = LESSONS[name]
    shown = {
        "data": "data (my.csv)",
        "learning_rate": "settings (learning rate 0.000123)",
        "h": "settings (h 0.0123)",
        "epochs": "settings (2 epochs)",
        "weights": "settings (weights 0.75, -0.5",
    }
    for setting in SETTINGS:
        line = lesson.make(other(lesson, setting)).built_with
        assert line.startswith(f"Built with your {shown[setting]}" if setting in lesson.uses else "")
        assert bool(line) == (setting in lesson.uses)


def test_the_line_stands_under_the_question(tmp_path):
    options = Options(DATA, learning_rate=0.00001, weights=(-1.0, 5.0))
    path = write(BASIC.make(options), tmp_path / "book.xlsx")
    worksheet = load_workbook(path).worksheets[0]
    assert worksheet["B2"].value == (
        "Built with your data and settings (my.csv; learning rate 0.00001; weights -1, 5). "
        "The texts below tell what happens with the template's own data and settings."
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("01-basic-sgd", replace(SHIPPED, learning_rate=1e-4, h=0.01, epochs=10, weights=(1.0, 1.0))),
        ("01-basic-sgd", replace(SHIPPED, data=replace(default_data(), source="my-copy.csv"))),
        ("03-learning-rate", replace(SHIPPED, learning_rate=1e-4)),  # one of its sixteen
    ],
)
def test_what_is_as_shipped_is_not_named(name, options):
    assert LESSONS[name].make(options).built_with == ""


def test_only_what_differs_is_named():
    options = Options(DATA, learning_rate=1e-4, h=1e-12, epochs=1, weights=(1.0, 1.0))
    assert BASIC.make(options).built_with.startswith(
        "Built with your data and settings (my.csv; h 1e-12; 1 epoch). "
    )


def test_more_epochs_than_the_shipped_data_allow():
    """They fit a sheet with a few datapoints only."""
    assert "(my.csv; 200000 epochs)" in BASIC.make(Options(DATA, epochs=200_000)).built_with
