"""Compiled training sheets: scaling, validation, predictions, health, words, limits."""

from __future__ import annotations

import json
from dataclasses import replace

import ironcalc
import numpy as np
import pytest
from support.compiled import compiled, data_of
from support.package import cached_cells

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.limits import check_formulas, file_size, size_words
from xlneuron.books.any_network.request import prepare, start_weights
from xlneuron.data import default_data
from xlneuron.engine.network import error, forward, parse
from xlneuron.errors import XlneuronError
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.dialects import CELLS
from xlneuron.xlsx.write import write

XOR = data_of([[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]])


def random_data(rows: int, inputs: int, outputs: int = 1, seed: int = 5):
    random = np.random.default_rng(seed)
    return data_of(random.normal(3, 2, (rows, inputs)).round(2), random.normal(size=(rows, outputs)).round(2))


CLASSES = data_of(np.random.default_rng(6).normal(size=(12, 2)).round(2), [[n % 3 + 1] for n in range(12)])


def test_scaled_columns():
    data = random_data(9, 2)
    x = np.array(data.inputs)
    standard = compiled(data, "2-1", scale="standard", epochs=1).columns(("x1", "x2"))
    np.testing.assert_allclose(standard, (x - x.mean(axis=0)) / x.std(axis=0), rtol=1e-12)
    minmax = compiled(data, "2-1", scale="minmax", epochs=1).columns(("x1", "x2"))
    np.testing.assert_allclose(minmax, (x - x.min(axis=0)) / np.ptp(x, axis=0), rtol=1e-12)
    assert (minmax.min(), minmax.max()) == (0, 1)


def test_a_constant_input_is_scaled_to_0():
    data = data_of([[7, 1], [7, 2], [7, 4]], [[1], [2], [3]])
    for scale in ("standard", "minmax"):
        assert compiled(data, "2-1", scale=scale, epochs=1).column("x1").tolist() == [0, 0, 0]


def test_validation_uses_the_weights_after_each_epoch_and_the_scale_of_the_training_data():
    made = compiled(
        random_data(20, 2), "2-3tanh-1", validation=0.25, scale="standard", epochs=3, learning_rate=0.05
    )
    request = made.request
    assert (len(request.data), len(request.held)) == (15, 5)
    x = np.array(request.data.inputs)
    scaled = (np.array(request.held.inputs) - x.mean(axis=0)) / x.std(axis=0)
    weights = made.by_weight("new_")[14::15]
    errors = error(request.network, weights[:, None, :], scaled, np.array(request.held.targets))
    np.testing.assert_allclose(made.column("err", "valid"), errors.ravel(), rtol=1e-9)
    np.testing.assert_allclose(made.column("held", "epochs"), np.sqrt(errors.mean(axis=1)), rtol=1e-9)
    assert made.named("held_loss") == pytest.approx(np.sqrt(errors[-1].mean()), rel=1e-9)


def test_the_split_is_drawn_by_seed_and_loses_nothing():
    data = random_data(20, 1)
    first, again, other = (prepare(data, validation=0.2, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.held_numbers != other.held_numbers
    assert sorted(first.numbers + first.held_numbers) == list(range(1, 21))
    assert first.held.inputs[0] == data.inputs[first.held_numbers[0] - 1]


def test_before_and_after_training():
    made = compiled(random_data(7, 1), "1-2relu-1", epochs=2, learning_rate=0.01)
    network, x = made.request.network, np.array(made.request.data.inputs)
    for table, weights in (("before", np.array(made.request.weights)), ("after", made.by_weight("new_")[-1])):
        np.testing.assert_allclose(made.columns(["pred"], table), forward(network, weights, x), rtol=1e-9)
    assert made.named("end_loss") == pytest.approx(np.sqrt(made.column("err", "after").mean()), rel=1e-12)


def test_predictions_are_those_of_the_last_weights():
    made = compiled(random_data(9, 2, 2), "2-3tanh-2", epochs=1, scale="minmax")
    np.testing.assert_allclose(
        made.columns(("pred1", "pred2"), "predict"), made.columns(("pred1", "pred2"), "after")[:5], rtol=1e-12
    )


def test_classes_by_number_become_one_column_each():
    made = compiled(CLASSES, "2-4tanh-3softmax", epochs=4, optimizer="adam", learning_rate=0.05)
    assert made.columns(("y1", "y2", "y3"), "data").tolist() == [
        [float(label == each) for each in (1, 2, 3)] for (label,) in CLASSES.targets
    ]
    predictions = made.columns(made.plan.pred, "after")
    right = predictions.argmax(axis=1) + 1 == np.array(CLASSES.targets)[:, 0]
    assert made.column("right", "after").tolist() == right.astype(float).tolist()
    assert made.named("right_share") == pytest.approx(right.mean())
    answers = [row[-1] for row in made.values.rows("predict")]
    assert answers == [f"out1 {each}" for each in predictions[:5].argmax(axis=1) + 1]


def test_classes_may_count_from_0():
    data = replace(CLASSES, targets=tuple((label - 1,) for (label,) in CLASSES.targets))
    assert compiled(data, "2-3softmax", epochs=1).request.target_names == ("out1 0", "out1 1", "out1 2")


def test_xor_is_learned():
    made = compiled(
        XOR, "2-3tanh-1sigmoid", loss="cross-entropy", optimizer="adam", learning_rate=0.1, epochs=100
    )
    assert made.named("right_share") == 1
    assert made.column("met_right", "epochs")[-1] == 1
    assert str(made.named("sentence")).startswith("Learning: the cross-entropy over the data fell from 0.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"learning_rate": 1e-3},
            "The step at row 8 overshot and the errors exploded from row 9 on. Try a learning rate "
            "of 0.0001.",
        ),
        ({"weights": (2.0, 30.0)}, "Learned: the RMSE over the data is 0, the weights fit every datapoint."),
        ({"epochs": 2}, "Learning: the RMSE over the data fell from 76.14 to "),
    ],
)
def test_the_sentence(options, sentence):
    assert str(compiled(default_data(), "1-1", **options).named("sentence")).startswith(sentence)


def test_an_exploded_training_has_a_first_row_and_error_values():
    made = compiled(default_data(), "1-3-1", learning_rate=1.0, init="ones", epochs=2)
    assert np.isnan(made.column("err")[-1])
    assert made.named("exploded_row") == 2
    assert made.named("end_loss") == 1e300


def test_dead_neurons_are_counted_and_found():
    data = data_of([[1], [2], [3]], [[2], [3], [5]])
    made = compiled(data, "1-2relu-1", weights=(-1, -1, 1, 0, 1, 1, 0), epochs=3, learning_rate=0.01)
    assert (made.named("frozen"), made.named("frozen1_1"), made.named("frozen1_2")) == (1, 1, "never")
    assert "nothing exploded, but 1 of 3 neurons is frozen." in str(made.named("sentence"))


def test_the_gap_of_both_kinds_of_derivatives():
    made = compiled(random_data(5, 2), "2-2sigmoid-1", derivatives="both", epochs=1)
    gaps = np.abs(made.by_weight("est_") - made.by_weight("d_")).max(axis=1)
    np.testing.assert_allclose(made.column("gap"), gaps, rtol=1e-12)
    assert made.named("largest_gap") == gaps.max()


def test_columns_stand_in_the_order_that_they_are_read_in():
    keys = compiled(XOR, "2-2tanh-1", epochs=1).book.tables["train"][1].keys
    weights = ("w1_11", "w1_12", "b1_1", "w1_21", "w1_22", "b1_2", "w2_11", "w2_12", "b2_1")
    order = [
        *("step", "epoch", "row", "x1", "x2", "y"),
        *weights,
        *("z1_1", "z1_2", "h1_1", "h1_2", "pred", "err"),
        *(f"d_{weight}" for weight in weights),
        *(f"new_{weight}" for weight in weights),
        *("d_z1_1", "d_z1_2", "d_h1_1", "d_h1_2", "d_pred"),
    ]
    assert list(keys[: len(order)]) == order


def test_every_column_has_a_note():
    made = compiled(
        CLASSES, "2-3gelu-3softmax", epochs=1, derivatives="both", optimizer="adam", scale="minmax"
    )
    assert [c.key for _, table in made.book.tables.values() for c in table.columns if not c.note] == []


@pytest.mark.parametrize("init", ["normal", "glorot", "he"])
def test_starting_weights_are_seeded_and_biases_0(init):
    network = parse("3-50tanh-1")
    origin, weights = start_weights(network, init, 7)
    assert start_weights(network, init, 7) == (origin, weights)
    assert start_weights(network, init, 8)[1] != weights
    assert "seed 7" in origin
    spread = np.array(weights)[:200].reshape(50, 4)
    assert not spread[:, 3].any()
    expected = {"normal": 1.0, "glorot": np.sqrt(2 / 53), "he": np.sqrt(2 / 3)}[init]
    assert spread[:, :3].std() == pytest.approx(expected, rel=0.2)


def test_a_network_gets_weights_that_suit_it():
    assert start_weights(parse("1-1relu-1"), None, 1)[0] == "all 1"
    assert start_weights(parse("2-3tanh-1"), None, 1)[0].startswith("Glorot's")
    assert start_weights(parse("2-3relu-1"), None, 1)[0].startswith("He's")


def test_what_the_file_keeps_is_plain():
    options = make(prepare(XOR, "2-2tanh-1", validation=0.25, epochs=2)).options
    assert json.loads(json.dumps(options)) == options
    assert (options["network"], options["inputs"], options["targets"]) == (
        "2-2tanh-1",
        ["in1", "in2"],
        ["out1"],
    )


def test_the_about_sheet_says_what_other_rates_do():
    book = make(prepare(default_data(), epochs=2))
    for (what, result), rate in zip(book.words.experiments[:2], ("0.001", "0.00001"), strict=True):
        assert what == f"Set the learning rate on the sheet Training to {rate}."
        sentence = compiled(default_data(), "1-1", epochs=2, learning_rate=float(rate)).named("sentence")
        assert result == f"The sentence at the top becomes: {sentence}"


COLUMNS = "needs more columns than the 16,384 of a sheet; use"
REFUSED = [
    ("2-1", {}, "network: 2-1 has 2 inputs, but the data has 1"),
    ("1-2", {}, "network: 1-2 has 2 outputs, but the data has 1 target"),
    ("1-1softmax", {}, "network: 1-1softmax: softmax takes 2 or more outputs, one for each class"),
    ("1-2relusoftmax", {}, "network: '1-2relusoftmax' has two activations after its last size"),
    ("1-2softmax-1", {}, "network: unknown activation 'softmax'"),
    ("1-2softmax", {"loss": "squared"}, "loss: softmax goes with cross-entropy, not with the squared"),
    ("1-2softmax", {}, "target: datapoint 1: 58 is no class; 1-2softmax has the classes 1 to 2"),
    ("1-1", {"loss": "cross-entropy"}, "loss: cross-entropy needs a sigmoid or softmax output, which 1-1"),
    ("1-1sigmoid", {"loss": "cross-entropy"}, "target: datapoint 1: 58 is not from 0 to 1, as cross-e"),
    ("1-1", {"loss": "hinge"}, "loss: unknown loss 'hinge' (known: squared, cross-entropy)"),
    ("1-1", {"optimizer": "lion"}, "optimizer: unknown optimizer 'lion'"),
    ("1-1", {"scale": "log"}, "scale: unknown scale 'log' (known: none, standard, minmax)"),
    ("1-1", {"init": "zeros"}, "init: unknown init 'zeros' (known: ones, normal, glorot, he)"),
    ("1-1", {"derivatives": "none"}, "derivatives: unknown derivatives 'none' (known: exact, numerical, "),
    ("1-1", {"validation": 0.99}, "validation: 0.99 of 29 rows leaves too few of one kind"),
    ("1-1", {"epochs": 0}, "epochs: 0 is not a whole number from 1 to 1,048,576"),
    ("1-1", {"epochs": 1.5}, "epochs: 1.5 is not a whole number from 1 to 1,048,576"),
    ("1-1", {"epochs": True}, "epochs: True is not a whole number from 1 to 1,048,576"),
    ("1-1", {"learning_rate": "a"}, "learning_rate: 'a' is not a number above 0"),
    ("1-1", {"learning_rate": np.inf}, "learning_rate: inf is not a number above 0"),
    ("1-1", {"learning_rate": 10**400}, "learning_rate: 1000"),
    ("1-1", {"h": 0}, "h: 0 is not a number above 0"),
    ("1-1", {"eps": np.nan}, "eps: nan is not a number from 0"),
    ("1-1", {"mom": 2}, "mom: 2 is not a number from 0 to 1"),
    ("1-1", {"optimizer": 5}, "optimizer: 5 is not a text"),
    ("1-1", {"epochs": 40_000}, "line.csv: 29 rows x 40,000 epochs do not fit a sheet of 1,048,576 rows;"),
    ("1-2000-1", {}, f"network: 1-2000-1 {COLUMNS} a smaller network"),
    ("1-1200-1", {"derivatives": "numerical"}, f"network: 1-1200-1 {COLUMNS} exact derivatives or a smaller"),
]


@pytest.mark.parametrize(("network", "options", "message"), REFUSED)
def test_what_does_not_go_together_is_refused(network, options, message):
    with pytest.raises(XlneuronError) as raised:
        make(prepare(default_data(), network, **options))
    assert str(raised.value).startswith(message)


def test_targets_that_do_not_add_up_to_1_are_no_classes():
    data = data_of([[1], [2]], [[1, 0], [1, 1]])
    with pytest.raises(XlneuronError, match=r"^target: datapoint 2: the sum is 2, not 1, as softmax"):
        prepare(data, "1-2softmax")


def test_a_wrong_target_is_named_by_its_place_in_the_data():
    """Also where the data was split: the number is that of the row in the file, whichever part it went to."""
    targets = [[n % 3 + 1] for n in range(20)]
    for place in range(20):
        wrong = data_of(
            [[n] for n in range(20)], [[9] if n == place else row for n, row in enumerate(targets)]
        )
        with pytest.raises(XlneuronError, match=rf"datapoint {place + 1}: 9 is no class; .* 1 to 3$"):
            prepare(wrong, "1-3softmax", validation=0.25)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_no_cell_holds_infinity(value):
    data = data_of([[1], [2], [3]], [[1], [value], [3]])
    with pytest.raises(XlneuronError, match=rf"^data: datapoint 2 has {value}; a number is needed"):
        prepare(data, "1-1")
    request = prepare(default_data(), "1-1")
    with pytest.raises(XlneuronError, match=rf"^weights: b is {value}; a number is needed"):
        replace(request, weights=(1.0, value))


@pytest.mark.parametrize(
    ("network", "options", "cure"),
    [
        ("900-1", {}, "take a smaller network or --formulas functions"),
        ("700-1", {"epochs": 250}, "take a smaller network or --formulas functions"),  # from some row on
        pytest.param("900-2tanh-1", {}, "take a smaller network", marks=pytest.mark.slow),
    ],
)
def test_long_formulas_are_told_with_a_cure(network, options, cure):
    book = make(prepare(random_data(4, parse(network).n_inputs), network, **{"epochs": 1, **options}))
    with pytest.raises(XlneuronError, match=rf"a formula of .* characters; a cell holds 8192; {cure}$"):
        check_formulas(book, CELLS)


def test_the_size_of_a_file_is_foreseen(tmp_path):
    for request in (
        prepare(random_data(300, 2), "2-4tanh-1", epochs=5),
        prepare(random_data(100, 2), "2-3tanh-1", epochs=5, derivatives="both", optimizer="adam"),
    ):
        book = make(request)
        actual = write(book, tmp_path / "book.xlsx", force=True).stat().st_size
        assert file_size(book, CELLS) == pytest.approx(actual, rel=0.25)
    assert size_words(30_000_000) == "30 MB"
    assert size_words(2_500_000_000) == "2.5 GB"


def test_a_network_too_large_for_a_lambda_is_told_and_nothing_is_written(tmp_path):
    book = make(prepare(random_data(3, 4), "4-20tanh-20tanh-1", epochs=1))
    with pytest.raises(XlneuronError, match="too large for a LAMBDA definition"):
        write(book, tmp_path / "book.xlsx", dialect=LAMBDA)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.host
def test_lambdas_calculate_what_the_file_holds(tmp_path):
    """IronCalc knows LAMBDA and evaluates the whole workbook."""
    request = prepare(
        random_data(5, 2), "2-2relu-1", optimizer="adam", learning_rate=0.01, epochs=2, scale="standard"
    )
    path = write(make(request), tmp_path / "lambda.xlsx", dialect=LAMBDA)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    cached = cached_cells(path)
    called = [cell for cell in cached["Training"].values() if cell.formula and "NEURON_GRAD(" in cell.formula]
    assert len(called) == 10
    for number, cells in enumerate(cached.values()):
        for (row, column), cell in cells.items():
            if isinstance(cell.value, float):
                found = model.get_cell_value(number, row, column)
                assert found == pytest.approx(cell.value, rel=1e-9, abs=1e-12), (
                    number,
                    row,
                    column,
                    cell.formula,
                )
