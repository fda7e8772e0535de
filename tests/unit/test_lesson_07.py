"""Template 07: each optimiser's table against the NumPy engine, and who wins."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from support import lessons
from support.lessons import table

from xlneuron.books.lessons.optimizer_grid import RATES
from xlneuron.data import DataSet, default_data
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import parse, rmse_over
from xlneuron.engine.training import Trace, train
from xlneuron.tables.values import BookValues

NEURON = parse("1-1")
DATA = default_data()
X, Y = np.array(DATA.inputs), np.array(DATA.targets)
STATE = {  # the engine's state -> the sheet's columns
    "sgd": {},
    "momentum": {"grad_avg": "m"},
    "adagrad": {"sqr_sum": "s"},
    "rms_prop": {"sqr_avg": "v"},
    "adam": {"grad_avg": "m", "sqr_avg": "v"},
}
AS_SHIPPED = {"sgd": 5e-5, "momentum": 5e-6, "adagrad": 5.0, "rms_prop": 0.5, "adam": 0.2}
built = partial(lessons.built, "07-optimizers")
changed = partial(lessons.changed, "07-optimizers")


def trained(values: BookValues, optimizer: str, epochs: int = 20) -> Trace:
    """Train with the settings of the optimiser's sheet."""
    names = values.names
    hyper = {key: names[optimizer, key] for key in ("mom", "sqr_mom", "eps") if (optimizer, key) in names}
    start = [names["race", "start_a"], names["race", "start_b"]]
    rate = names[optimizer, "learning_rate"]
    return train(NEURON, X, Y, start, learning_rate=rate, epochs=epochs, optimizer=optimizer, **hyper)


OTHER = {
    "race__start_a": -1.0,
    "race__start_b": 50.0,
    "sgd__learning_rate": 1e-5,
    "momentum__mom": 0.5,
    "adagrad__learning_rate": 1.0,
    "rms_prop__sqr_mom": 0.9,
    "rms_prop__learning_rate": 0.05,
    "adam__mom": 0.8,
    "adam__sqr_mom": 0.999,
    "adam__eps": 1.0,
}


@pytest.mark.parametrize("settings", [{}, OTHER], ids=["as shipped", "other settings"])
@pytest.mark.parametrize("optimizer", STATE)
def test_every_cell_of_an_optimiser_is_that_of_the_engine(optimizer: str, settings: dict[str, float]):
    values = changed(**settings)
    trace, sheet = trained(values, optimizer), table(values, optimizer)
    columns = {"": trace.weights, "e_": trace.grads, "new_": trace.new_weights}
    columns |= {f"{key}_": trace.state[state] for state, key in STATE[optimizer].items()}
    for prefix, expected in columns.items():
        for place, weight in enumerate("ab"):
            assert sheet[f"{prefix}{weight}"] == pytest.approx(expected[:, place], rel=1e-9), prefix
    assert sheet["pred"] == pytest.approx(trace.prediction[:, 0], rel=1e-9)
    assert sheet["err"] == pytest.approx(trace.error, rel=1e-9)
    assert sheet["rmse"] == pytest.approx(rmse_over(NEURON, trace.new_weights, X, Y), rel=1e-9)
    assert (sheet["epoch"], sheet["row"]) == (trace.epoch.tolist(), trace.row.tolist())


def test_adam_frees_both_averages_of_their_bias():
    adam = table(built(), "adam")
    step = np.arange(1, 581)
    for weight in "ab":
        assert adam[f"m_hat_{weight}"] == pytest.approx(adam[f"m_{weight}"] / (1 - 0.9**step), rel=1e-12)
        assert adam[f"v_hat_{weight}"] == pytest.approx(adam[f"v_{weight}"] / (1 - 0.99**step), rel=1e-12)
        assert adam[f"m_hat_{weight}"][0] == pytest.approx(adam[f"e_{weight}"][0])  # one derivative: itself
    assert adam["new_a"][0] == pytest.approx(1.2)  # and so the first step is as long as the learning rate


def test_all_five_start_alike_and_end_where_the_race_says():
    race = table(built(), "rounds")
    for optimizer in STATE:
        trace = trained(built(), optimizer)
        ends = rmse_over(NEURON, np.concatenate([trace.weights[:1], trace.new_weights[28::29]]), X, Y)
        assert race[optimizer] == pytest.approx(ends, rel=1e-9)
        assert built().names[optimizer, "rmse_end"] == pytest.approx(ends[-1], rel=1e-9)
        assert len(table(built(), optimizer)["step"]) == 580


@pytest.mark.parametrize("settings", [{}, OTHER, {"sgd__learning_rate": 5e-4}], ids=["", "other", "too fast"])
def test_the_health_sentences_are_those_of_the_diagnosis(settings: dict[str, float]):
    values = changed(**settings)
    for optimizer in STATE:
        trace = trained(values, optimizer)
        rate = values.names[optimizer, "learning_rate"]
        found = diagnose(
            NEURON, X, Y, trace.weights, grads=trace.grads, final=trace.final_weights, learning_rate=rate
        )
        assert values.names[optimizer, "sentence"] == found.sentence


def test_adam_wins_as_built():
    ends = {
        optimizer: float(rmse_over(NEURON, trained(built(), optimizer).final_weights, X, Y))
        for optimizer in STATE
    }
    assert sorted(ends, key=ends.__getitem__) == ["adam", "rms_prop", "adagrad", "sgd", "momentum"]
    score = table(built(), "score")
    assert score["rmse"] == pytest.approx(list(ends.values()), rel=1e-9)
    assert score["place"] == [4, 4, 3, 2, 1]  # SGD and momentum are within 1 %
    assert built().names["race", "sentence"] == (
        "Learned best: Adam. The RMSE over the data fell from 76.14 to 0.22 in 20 epochs; "
        "RMSProp follows with 0.46."
    )


def test_a_tie_is_called_a_tie():
    slow = {f"{optimizer}__learning_rate": 1e-3 for optimizer in ("adagrad", "rms_prop", "adam")}
    assert changed(**slow).names["race", "sentence"] == (
        "Learned best: SGD, Momentum (a tie, within 1 %). The RMSE over the data fell from 76.14 to 15.52 in "
        "20 epochs; RMSProp follows with 51.57."
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"weights": (2.0, 30.0)}, "Nothing to learn: the starting weights fit every datapoint."),
        ({"learning_rate": 1e30}, "Nobody learned: every training exploded or ended worse than it began."),
        (
            {"learning_rate": 1e-4, "epochs": 1},
            "Learned best: SGD. The RMSE over the data fell from 76.14 to 17.0",
        ),
    ],
)
def test_the_race_has_a_sentence_for_every_end(options: dict[str, object], sentence: str):
    values = built(**{"epochs": 2, **options})
    assert values.names["race", "sentence"].startswith(sentence)


def test_each_optimiser_has_its_best_rate_of_the_grid():
    grid = table(built(), "grid")
    assert grid["rate"] == list(RATES)
    for optimizer, rate in AS_SHIPPED.items():
        assert built().names[optimizer, "learning_rate"] == rate
        one = train(NEURON, X, Y, learning_rate=rate, epochs=20, optimizer=optimizer)
        found = [cell for cell in grid[optimizer] if isinstance(cell, float)]
        assert min(found) == grid[optimizer][RATES.index(rate)]
        assert min(found) == pytest.approx(float(rmse_over(NEURON, one.final_weights, X, Y)), rel=1e-9)
    assert grid["sgd"][-1] == "exploded"
    chosen = table(built(), "chosen")
    assert chosen["best_rate"] == chosen["used"] == list(AS_SHIPPED.values())
    assert chosen["check"] == ["PASS"] * 5


def test_the_grid_says_when_it_is_out_of_date():
    assert table(changed(race__start_a=-1.0, race__start_b=50.0), "chosen")["check"] == ["FAIL"] * 5
    assert table(changed(adam__sqr_mom=0.999), "chosen")["check"] == [*["PASS"] * 4, "FAIL"]
    other = table(changed(adam__learning_rate=0.05), "chosen")
    assert other["check"] == ["PASS"] * 5  # another rate of the grid
    assert table(changed(adam__learning_rate=0.06), "chosen")["check"] == [*["PASS"] * 4, "-"]


def test_the_winner_depends_on_the_length():
    lengths = table(built(), "lengths")
    assert lengths["epochs"] == [1, 2, 5, 10, 20, 50, 100]
    assert lengths["first"] == ["Adagrad", "Adagrad", "Adam", "RMSProp", "Adam", "Adagrad", "Adagrad"]
    # Experiment E6: one neuron at its best rate after 1 and 50 epochs.
    assert (lengths["sgd"][0], lengths["rate_sgd"][0]) == (pytest.approx(15.7965, abs=5e-5), 5e-5)
    assert lengths["sgd"][5] == pytest.approx(15.1023, abs=5e-5)
    slow = np.minimum(lengths["sgd"], lengths["momentum"])
    fast = np.max([lengths["adagrad"], lengths["rms_prop"], lengths["adam"]], axis=0)
    assert (fast < slow).all()  # the three beat SGD and momentum at every length


def test_what_the_about_sheet_says():
    adaptive = {key: table(built(), key) for key in ("adagrad", "rms_prop", "adam")}
    ratios = [sheet["own_b"][-1] / sheet["own_a"][-1] for sheet in adaptive.values()]
    assert (round(min(ratios)), round(max(ratios))) == (65, 77)
    assert built().names["sgd", "final_b"] == pytest.approx(1.55, abs=0.005)
    rounds = table(built(), "rounds")
    assert (round(rounds["rms_prop"][14], 2), round(rounds["adam"][16], 2)) == (65.92, 14.89)
    assert adaptive["adagrad"]["own_a"] == sorted(adaptive["adagrad"]["own_a"], reverse=True)
    assert adaptive["adagrad"]["s_a"][5] > 1e9
    assert adaptive["rms_prop"]["own_a"][13 * 29] > 3 * adaptive["rms_prop"]["own_a"][29]


def test_the_three_things_to_try():
    first = changed(adam__sqr_mom=0.999)
    assert first.names["adam", "rmse_end"] == pytest.approx(1.38, abs=0.005)
    assert table(first, "score")["place"][-1] == 3
    assert "Learned best: RMSProp." in first.names["race", "sentence"]

    second = changed(momentum__mom=0.0, momentum__learning_rate=5e-5)
    sgd, momentum = table(second, "sgd"), table(second, "momentum")
    assert all(sgd[key] == momentum[key] for key in ("a", "b", "err", "new_a", "new_b", "rmse"))
    assert second.names["momentum", "rmse_end"] == pytest.approx(15.52, abs=0.005)

    third = changed(race__start_a=-1.0, race__start_b=50.0)
    assert "Learned best: Adagrad." in third.names["race", "sentence"]
    assert third.names["adagrad", "rmse_end"] == pytest.approx(0.47, abs=0.005)
    assert third.names["adam", "rmse_end"] == pytest.approx(6.34, abs=0.005)
    assert table(third, "score")["place"][-1] == 3


def test_one_that_explodes_does_not_hide_the_others():
    values = changed(sgd__learning_rate=5e-4)
    rounds, fit = table(values, "rounds"), table(values, "fit")
    assert rounds["sgd"][-1] > 1e15
    assert rounds["drawn_sgd"][0] == rounds["sgd"][0]
    assert not any(isinstance(each, float) for each in rounds["drawn_sgd"][1:])
    assert not any(isinstance(each, float) for each in fit["drawn_sgd"] + fit["off_sgd"])
    for optimizer in list(STATE)[1:]:
        assert rounds[f"drawn_{optimizer}"] == rounds[optimizer]
        assert fit[f"drawn_{optimizer}"] == fit[f"after_{optimizer}"]


def test_how_far_each_line_is_from_the_best_line():
    fit = table(built(), "fit")
    assert fit["at"] == pytest.approx(np.linspace(X.min(), X.max(), 29))
    for optimizer in STATE:
        a, b = (built().names[optimizer, f"final_{name}"] for name in "ab")
        far = np.abs((a - 2) * np.array(fit["at"]) + b - 30)
        assert fit[f"off_{optimizer}"] == pytest.approx(far, rel=1e-6)


def test_what_the_course_sheet_says():
    step = np.arange(1, 1000)
    too_long = (1 - 0.9**step) / np.sqrt(1 - 0.99**step)  # Adam's step without bias correction
    assert (int(too_long.argmax()) + 1, round(float(too_long.max()), 1)) == (13, 2.1)
    assert round(float(np.sqrt(29)), 1) == 5.4
    still = changed(race__start_a=2.0, race__start_b=30.0)  # every derivative is 0
    assert table(still, "adam")["new_a"] == [2.0] * 580


def test_other_data_start_and_length():
    data = DataSet(((0.1,), (0.5,), (0.9,)), ((1.0,), (2.0,), (2.5,)), ("x", "y"), "mine.csv")
    values = built(data=data, epochs=3, weights=(0.0, 0.0))
    fit = np.polyfit([0.1, 0.5, 0.9], [1.0, 2.0, 2.5], 1)
    assert [values.names["data", "a_best"], values.names["data", "b_best"]] == pytest.approx(fit.tolist())
    for optimizer in STATE:
        trace = train(
            NEURON,
            data.inputs,
            data.targets,
            [0.0, 0.0],
            epochs=3,
            optimizer=optimizer,
            learning_rate=values.names[optimizer, "learning_rate"],
        )
        end = rmse_over(NEURON, trace.new_weights, np.array(data.inputs), np.array(data.targets))
        assert table(values, optimizer)["rmse"] == pytest.approx(end, rel=1e-9)
        assert values.names[optimizer, "rmse_end"] == pytest.approx(float(end[-1]), rel=1e-9)
    assert table(values, "chosen")["check"] == ["PASS"] * 5
