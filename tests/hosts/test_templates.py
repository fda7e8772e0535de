"""Every template in LibreOffice: as shipped, with other settings, and with any data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.books import WORDS
from support.expressions import COLUMNS, RANGES, VALUES
from support.lessons import cell_of, lesson, with_settings
from support.recalculation import assert_recalculates, assert_shows

from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import DataSet, default_data
from xlneuron.hosts.office import Office
from xlneuron.tables.model import Book, Column, Output, Sheet, Table
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

# Every template with three times other settings, as sheet__setting, or other cells: table__column__row.
CHANGES: list[tuple[str, dict[str, float | str]]] = [
    ("01-basic-sgd", {"sgd__learning_rate": 1e-5}),
    ("01-basic-sgd", {"sgd__h": 0.5, "sgd__start_a": -2.0}),
    ("01-basic-sgd", {"sgd__learning_rate": 5e-5, "sgd__start_b": 30.0}),
    ("02-two-neurons", {"compare__learning_rate": 1e-5}),
    ("02-two-neurons", {"compare__start_d": 30.0, "compare__h": 0.1}),
    ("02-two-neurons", {"compare__start_a": -1.0, "compare__start_b": -1.0, "compare__learning_rate": 2e-5}),
    ("03-learning-rate", {"rates__start_d": 30.0}),
    ("03-learning-rate", {"rates__start_b": 30.0, "rates__start_a": -0.5}),
    ("03-learning-rate", {"rates__start_c": 0.3}),
    ("04-relu", {"curve__weight_a": -1.0, "curve__weight_b": 4.0}),
    ("04-relu", {"curve__weight_b": -20.0, "kink__h": 0.001}),
    ("04-relu", {"curve__weight_c": -0.5, "curve__x_first": -3.0, "kink__tolerance": 1e-4}),
    (
        "05-momentum",
        {
            "derivative__learning_rate": 1e-6,
            "derivative__mom": 0.5,
            "smooth__wiggle": 0.5,
            "steps__mom": 0.99,
        },
    ),
    (
        "05-momentum",
        {
            "derivative__learning_rate": 5e-5,
            "derivative__start_b": -40.0,
            "smooth__mom": 1.0,
            "steps__mom": 1.0,
        },
    ),
    (
        "05-momentum",
        {"derivative__mom": 0.0, "derivative__h": 0.5, "smooth__start": 1.0, "steps__second_step": 2.0},
    ),
    ("06-average-grad", {"tests__mom": 0.5}),
    ("06-average-grad", {"tests__grad_1": 0.0, "tests__grad_2": 0.0, "tests__grad_3": 0.0}),
    ("06-average-grad", {"tests__mom": 0.99, "tests__grad_2": -7.5}),
    ("07-optimizers", {"race__start_a": -1.0, "race__start_b": 50.0, "sgd__learning_rate": 1e-5}),
    ("07-optimizers", {"momentum__mom": 0.5, "rms_prop__learning_rate": 0.05, "adam__sqr_mom": 0.999}),
    (
        "07-optimizers",
        {"adagrad__learning_rate": 1.0, "rms_prop__sqr_mom": 0.9, "adam__mom": 0.8, "adam__eps": 1.0},
    ),
    ("08-derivatives", {"training__h": 0.1, "check__h": 1e-4}),
    ("08-derivatives", {"training__learning_rate": 1e-5, "by_h__weight_a": 0.25}),
    ("08-derivatives", {"training__start_a": 1.0, "check__weight_c": -2.0, "by_h__y": -0.7}),
    ("document-functions", {"what__name__1": "num1", "what__text__2": 'The "first" number.'}),
    (
        "document-functions",
        {"check__arguments": 3.0, "what__name__4": "num3", "what__text__4": "A third number."},
    ),
    (
        "document-functions",
        {"what__name__2": "Next", "what__text__3": "x" * 256, "what__name__5": "a b", "what__text__1": ""},
    ),
]


@pytest.mark.parametrize("name", LESSONS)
def test_as_shipped(office: Office, name: str, tmp_path: Path) -> None:
    assert_recalculates(office, write(lesson(name), tmp_path / f"{name}.xlsx"))


@pytest.mark.parametrize(("name", "changes"), CHANGES)
def test_other_settings_give_what_building_with_them_gives(
    office: Office, name: str, changes: dict[str, float | str], tmp_path: Path
) -> None:
    book = lesson(name)
    shipped = write(book, tmp_path / "shipped.xlsx")
    expected = write(with_settings(book, **changes), tmp_path / f"{name}.xlsx")
    with office.open(shipped) as opened:
        for change, value in changes.items():
            opened.set(*cell_of(book, change), value)
        opened.calculate()
        assert_shows(opened, expected)


def test_the_learning_rate_cell_is_the_learning_rate_option(office: Office, tmp_path: Path) -> None:
    shipped = write(lesson("01-basic-sgd"), tmp_path / "shipped.xlsx")
    expected = write(lesson("01-basic-sgd", learning_rate=2e-5), tmp_path / "expected.xlsx")
    with office.open(shipped) as opened:
        opened.set("SGD", "learning_rate", 2e-5)
        opened.calculate()
        assert_shows(opened, expected)


def test_pasted_data_are_the_data_option(office: Office, tmp_path: Path) -> None:
    shipped = write(lesson("01-basic-sgd"), tmp_path / "shipped.xlsx")
    points = default_data()
    other = replace(points, targets=tuple((y[0] / 2 - 7,) for y in points.targets))
    made = lesson("01-basic-sgd", data=other)
    with office.open(shipped) as opened:
        for row, (y,) in enumerate(other.targets, 6):
            opened.set("Data", f"B{row}", y)
        opened.calculate()
        assert_shows(opened, write(made, tmp_path / "expected.xlsx"))


NUMBERS = st.floats(-50, 50).map(lambda number: round(number, 2))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=8, unique_by=lambda point: point[0]),
    rate=st.sampled_from([1e-6, 1e-5, 1e-4]),
    weights=st.tuples(NUMBERS, NUMBERS),
)
def test_any_data(
    office: Office,
    tmp_path: Path,
    points: list[tuple[float, float]],
    rate: float,
    weights: tuple[float, float],
) -> None:
    x, y = ([(value,) for value in column] for column in zip(*points, strict=True))
    data = DataSet(tuple(x), tuple(y), ("x", "y"), "random.csv")
    book = LESSONS["01-basic-sgd"].make(Options(data, learning_rate=rate, weights=weights, epochs=3))
    assert_recalculates(office, write(book, tmp_path / "random.xlsx", force=True))


# Where LibreOffice itself differs from Excel: 0^0 is 1 there, 0^-1 is #NUM!, and it finds real odd roots;
# beyond the end of a range it has #NUM!, not #REF!, and for less than no characters #NUM!, not #VALUE!.
DIFFERENT = {(0, 0, "x**y"), (0, -1, "x**y"), (-8, 1 / 3, "x**y"), (-1, 0, 'left("abc", x)')}
DIFFERENT_RANGES = {"index(t.x, 4)"}


def test_the_examples_of_the_compiler(office: Office, tmp_path: Path) -> None:
    """Every expression of the unit tests, with its errors, as LibreOffice calculates it."""
    tables = []
    for number, (x, y, expr, _) in enumerate(VALUES):
        if (x, y, expr) not in DIFFERENT:
            columns = (Column("x", values=[x, x]), Column("y", values=[y, y]), Column("z", expr))
            tables.append(Table(f"t{number}", columns, 2))
    outputs = tuple(
        Output(f"out_{number}", "", expr)
        for number, (expr, _) in enumerate(RANGES)
        if expr not in DIFFERENT_RANGES
    )
    sheets = (
        Sheet("rows", "Rows", "", "", tables=tuple(tables)),
        Sheet("results", "Results", "", "", outputs=outputs, tables=(Table("t", COLUMNS, 3),)),
    )
    book = Book("examples", "All of them?", WORDS, sheets)
    found = assert_recalculates(office, write(book, tmp_path / "examples.xlsx"))
    assert found.formulas > 90


def test_every_template_is_tried_with_three_other_settings() -> None:
    assert {name: [each for each, _ in CHANGES].count(name) for name in LESSONS} == dict.fromkeys(LESSONS, 3)


def test_at_a_small_rate_nothing_explodes_and_the_sentences_say_so(office: Office, tmp_path: Path) -> None:
    with office.open(write(lesson("02-two-neurons"), tmp_path / "shipped.xlsx")) as opened:
        sheets = [name for name in opened.sheets() if name in {"Linear chain", "With ReLU"}]
        before = [opened.texts(name, "sentence")[0][0] for name in sheets]
        opened.set("Compare", "learning_rate", 1e-5)
        opened.calculate()
        after = [opened.texts(name, "sentence")[0][0] for name in sheets]
    assert before[0].startswith("The step at row 25 overshot and the errors exploded from row 26 on.")
    assert before[1].startswith(
        "The step at row 25 overshot and the ReLU died: a*x+b is below 0 for every x, so"
    )
    assert [text.split()[0] for text in after] == ["Learning:", "Learning:"]
