"""What a compiled workbook says and shows: names, labels over columns, decimals, charts, the hint."""

from __future__ import annotations

import re
from itertools import groupby

import numpy as np
import pytest
from support.compiled import compiled, data_of

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.data import DataSet, default_data
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import parse
from xlneuron.networks.columns import column_width, label_width
from xlneuron.tables.model import Book, Table

CASES = [
    ("1-1", {}),
    ("1-1sigmoid", {"derivatives": "numerical"}),
    ("1-1relu-1", {"derivatives": "numerical"}),
    ("1-1gelu-1leaky_relu", {"derivatives": "both"}),
    ("1-1-1-1", {"derivatives": "both"}),
    ("1-3tanh-1", {"derivatives": "both"}),
    ("2-1", {"validation": 0.25}),
    ("2-3tanh-1sigmoid", {"loss": "cross-entropy", "scale": "standard"}),
    ("2-3tanh-1leaky_relu", {"optimizer": "adam"}),
    ("2-4relu-3softmax", {"validation": 0.25}),
    ("2-3softmax", {"derivatives": "numerical"}),
    ("3-12gelu-2", {"derivatives": "both", "optimizer": "momentum"}),
]
NAME = re.compile(r"\b(?:(?:d_|est_)?(?:[wbzhe]|gate)\d+_\d+(?:_\d+)?|(?:d_|est_)[abcd]|z_top|e_sum)\b")


def data_for(network: str, rows: int = 8) -> DataSet:
    """Data with targets of 0 and 1, or of classes, that suit a network."""
    net = parse(network, softmax=True)
    x = np.random.default_rng(3).normal(size=(rows, net.n_inputs)).round(2)
    softmax = network.endswith("softmax")
    y = [[n % 3 + 1.0] if softmax else [float(n % 2)] * net.n_outputs for n in range(rows)]
    return data_of(x, y)


def book_of(network: str, options: dict[str, object]) -> Book:
    return make(prepare(data_for(network), network, epochs=1, **options))


@pytest.mark.parametrize(("network", "options"), CASES)
def test_about_explains_names_that_the_workbook_has(network, options):
    book = book_of(network, options)
    words = " ".join(book.words.notes)
    named = set(NAME.findall(words))
    assert named
    assert named <= set(book.tables["train"][1].keys)
    assert ("c and d do" in words) == (network in {"1-1relu-1", "1-1gelu-1leaky_relu"})


def test_about_explains_every_kind_of_column_of_a_softmax():
    words = " ".join(book_of("2-4relu-3softmax", {}).words.notes)
    assert "z_top is the largest of them, e2_1 is e to the power of z2_1 - z_top, e_sum is what all" in words
    assert "z_top" not in " ".join(book_of("2-3tanh-1sigmoid", {}).words.notes)


@pytest.mark.parametrize(
    ("rate", "shown"),
    [(1e-4, ("0.001", "0.00001")), (0.3, ("3.0", "0.03")), (3e-7, ("0.000003", "0.00000003"))],
)
def test_about_writes_rates_as_people_do(rate, shown):
    experiments = make(prepare(data_for("2-1"), "2-1", epochs=1, learning_rate=rate)).words.experiments
    assert [what for what, _ in experiments[:2]] == [
        f"Set the learning rate on the sheet Training to {each}." for each in shown
    ]


def labels(table: Table) -> list[tuple[str, bool, float]]:
    """The groups that are not all folded away: the label, whether it is seen, how wide what is seen is."""
    runs = [(label, list(run)) for label, run in groupby(table.columns, key=lambda column: column.group)]
    return [
        (label, not run[0].detail, sum(column_width(column) for column in run if not column.detail))
        for label, run in runs
        if not all(column.detail for column in run)
    ]


@pytest.mark.parametrize(("network", "options"), CASES)
def test_the_label_of_every_group_can_be_read(network, options):
    for _, table in book_of(network, options).tables.values():
        for label, seen, width in labels(table):
            assert seen, (table.key, label)
            assert width >= label_width(label), (table.key, label)


def test_folded_columns_are_no_part_of_a_label_s_room():
    found = {label: width for label, _, width in labels(book_of("2-4relu-3softmax", {}).tables["train"][1])}
    assert found["Layer 1: relu"] == 4 * 9.5
    assert "Inside layer 1" not in found


def styles(book: Book, table: str, *keys: str) -> list[str]:
    return [column.style for key in keys for column in book.tables[table][1].columns if column.key == key]


def test_small_targets_have_errors_with_four_decimals():
    small = book_of("1-1", {"derivatives": "both"})
    assert styles(small, "train", "err", "gap") == ["fine error", "fine error"]
    assert styles(small, "after", "err") == ["fine error"]
    large = make(prepare(default_data(), "1-1", epochs=1, derivatives="both"))
    assert styles(large, "train", "err", "gap") == ["error", "error"]
    for book in (small, large):
        (note,) = (column.note for column in book.tables["after"][1].columns if column.key == "err")
        assert note.endswith("Darker is larger.")


@pytest.mark.parametrize(("data", "style"), [(data_for("2-12tanh-1"), "slope"), (None, "derivative")])
def test_derivatives_of_all_weights_are_marked_alike(data, style):
    """Those of a weight and of the bias beside it: a zero is as orange here as there."""
    data = data or data_of([[30, 40], [50, 60]], [[1], [2]])
    book = make(prepare(data, "2-12tanh-1", epochs=1))
    slopes = [c for c in book.tables["train"][1].columns if c.key.startswith("d_")]
    assert len(slopes) == 49 + 12 + 12 + 1
    assert {column.style for column in slopes} == {style}


def test_the_start_sheet_names_the_inputs_as_the_data_does():
    def times(**options: object) -> list[str]:
        book = make(prepare(data_for("2-2tanh-1"), "2-2tanh-1", epochs=1, **options))
        return next(list(c.values) for c in book.tables["start"][1].columns if c.key == "signal")

    rest = ["h1_1", "h1_2", "bias"]
    assert times() == ["in1", "in2", "bias", "in1", "in2", "bias", *rest]
    assert times(scale="minmax") == ["in1, scaled", "in2, scaled", "bias"] * 2 + rest


def test_notes_of_derivatives_name_the_inputs_as_the_data_does():
    columns = {c.key: c for c in book_of("2-2tanh-1", {}).tables["train"][1].columns}
    assert (
        columns["d_w1_12"].note
        == "Derivative of the error by w1_12: d_z1_1 times in2, what it is multiplied by."
    )
    assert columns["d_w2_12"].note.endswith("d_pred times h1_2, what it is multiplied by.")


def test_charts_show_what_lies_upon_each_other():
    book = book_of("2-3tanh-1", {"derivatives": "both"})
    charts = {chart.title: chart for sheet in book.sheets for chart in sheet.charts}
    estimated = charts["Derivatives: estimated (dots) over exact (lines)"].series
    assert [series.marker for series in estimated] == [False, False, True, True]
    assert len({series.color for series in estimated}) == 4
    fit = next(chart for title, chart in charts.items() if title.startswith("Prediction against target"))
    assert not any(series.dash for series in fit.series)


def test_right_answers_are_a_share_in_percent():
    book = book_of("2-4relu-3softmax", {"validation": 0.25})
    (output,) = (output for sheet in book.sheets for output in sheet.outputs if output.key == "right_share")
    assert (output.label, output.style) == ("Right answers after", "share")
    assert styles(book, "epochs", "met_right", "held_right") == ["share", "share"]


XOR = data_of([[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]])


@pytest.mark.parametrize("loss", ["squared", "cross-entropy"])
@pytest.mark.parametrize(("rate", "next_rate"), [(1e-4, "0.001"), (1e-7, "0.000001"), (0.003, "0.03")])
def test_short_steps_are_told_with_ten_times_the_rate(loss, rate, next_rate):
    made = compiled(XOR, "2-3tanh-1sigmoid", loss=loss, learning_rate=rate)
    start, end = made.named("start_loss"), made.named("end_loss")
    assert 0.99 * start < end < start
    of = "RMSE" if loss == "squared" else "cross-entropy"
    assert made.named("sentence") == (
        f"Hardly learning: the {of} over the data only fell from {start:.4f} to {end:.4f}. "
        f"Unless the starting weights were good, try a learning rate of {next_rate}."
    )


def test_the_hint_is_in_the_words_of_train():
    """Of the squared error, which both know."""
    rate = 1e-8
    made = compiled(default_data(), "1-1", learning_rate=rate, epochs=1)
    x, y = made.columns(["x"], "after"), made.columns(["y"], "after")
    final = made.by_weight("new_")[-1]
    found = diagnose(made.request.network, x, y, made.by_weight(), final=final, learning_rate=rate)
    assert made.named("sentence") == found.sentence
    assert found.sentence.startswith("Hardly learning: ")


def test_long_steps_and_frozen_neurons_get_no_such_hint():
    learned = compiled(XOR, "2-3tanh-1sigmoid", loss="cross-entropy", optimizer="adam", learning_rate=0.1)
    assert str(learned.named("sentence")).endswith("; nothing exploded and no neuron is frozen.")
    data = data_of([[1], [2], [3]], [[2], [3], [5]])
    dead = compiled(data, "1-2relu-1", weights=(-1, -1, 1, 0, 1, 1, 0), epochs=3, learning_rate=1e-7)
    assert str(dead.named("sentence")).endswith("; nothing exploded, but 1 of 3 neurons is frozen.")


def test_a_tiny_loss_does_not_read_as_0():
    data = data_of([[1], [2], [3]], [[1.0001], [2], [3]])
    made = compiled(data, "1-1", weights=(1, 0), epochs=1, learning_rate=0.01)
    assert " from 0.000058 to 0.0000" in str(made.named("sentence"))


def test_the_sentence_s_formula_does_not_depend_on_the_data():
    """Other data may be typed into the workbook: its formula stays the one that `check` expects."""
    formulas = [
        next(o.expr for o in make(prepare(data, "1-1", epochs=1)).sheets[0].outputs if o.key == "sentence")
        for data in (data_for("1-1"), default_data())
    ]
    assert formulas[0] == formulas[1]
    assert str(compiled(default_data(), "1-1", epochs=2).named("sentence")).startswith(
        "Learning: the RMSE over the data fell from 76.14 to "
    )
