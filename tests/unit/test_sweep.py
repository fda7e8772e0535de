"""Sweeps: every run is the run that `train` makes, whatever block it is in; and the workbook of a sweep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.package_checks import audit, own_findings

from xlneuron.books.sweep import sweep_book
from xlneuron.data import default_data
from xlneuron.engine import sweep as module
from xlneuron.engine.network import parse, rmse_over
from xlneuron.engine.optimizers import OPTIMIZERS
from xlneuron.engine.sweep import Sweep, starting_weights, sweep
from xlneuron.engine.training import train, train_runs
from xlneuron.errors import ArgumentError
from xlneuron.tables.values import BookValues
from xlneuron.xlsx.write import write

DATA = default_data()
X, Y = np.array(DATA.inputs), np.array(DATA.targets)
RATES = [1e-6, 1e-5, 1e-2]
NETWORKS = ["1-1", "1-1-1", "1-1relu-1", "1-3tanh-1"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("text", NETWORKS)
def test_every_run_is_that_of_train(text, optimizer):
    network = parse(text)
    found = sweep(network, X, Y, RATES, 2, epochs=2, optimizer=optimizer)
    assert found.seeds == (1, 2)
    assert found.rmse.shape == found.exploded.shape == (3, 2)
    for rate, rmse_by_seed, weights_by_seed in zip(RATES, found.rmse, found.weights, strict=True):
        for start, rmse, weights in zip(found.start, rmse_by_seed, weights_by_seed, strict=True):
            alone = train(network, X, Y, start, learning_rate=rate, epochs=2, optimizer=optimizer)
            np.testing.assert_allclose(weights, alone.final_weights, rtol=1e-9)
            with np.errstate(all="ignore"):
                expected = rmse_over(network, alone.final_weights, X, Y)
            if np.isfinite(expected):
                assert math.isclose(rmse, expected, rel_tol=1e-9)
            else:
                assert rmse == math.inf


@pytest.mark.parametrize("text", NETWORKS)
def test_blocks_of_any_size_give_the_same(text, monkeypatch):
    whole = sweep(parse(text), X, Y, RATES, 7)
    told = []
    monkeypatch.setattr(module, "BLOCK_RUNS", 4)
    monkeypatch.setattr(module, "ERRORS_AT_ONCE", 60)
    parts = sweep(parse(text), X, Y, RATES, 7, progress=lambda *done: told.append(done))
    np.testing.assert_array_equal(parts.rmse, whole.rmse)
    np.testing.assert_array_equal(parts.weights, whole.weights)
    assert told == [(4, 21), (8, 21), (12, 21), (16, 21), (20, 21), (21, 21)]


def test_blocks_may_come_back_in_any_order(monkeypatch):
    expected = sweep(parse("1-1"), X, Y, RATES, 5)
    monkeypatch.setattr(module, "BLOCK_RUNS", 2)

    def backwards(blocks):
        return map(module.train_block, reversed(list(blocks)))

    found = sweep(parse("1-1"), X, Y, RATES, 5, trained=backwards)
    np.testing.assert_array_equal(found.rmse, expected.rmse)
    np.testing.assert_array_equal(found.weights, expected.weights)


def test_large_networks_are_trained_in_small_blocks():
    sizes = []

    def untrained(blocks):
        for block in blocks:
            sizes.append(len(block.weights))
            yield block.first, block.weights, np.zeros(len(block.weights))

    network = parse("1-2000-1")
    sweep(network, X, Y, [1e-4], 400, trained=untrained)
    assert len(sizes) == 2
    assert max(sizes) * network.n_weights <= module.BLOCK_WEIGHTS


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("text", NETWORKS)
def test_train_runs_ends_where_train_ends(text, optimizer):
    network = parse(text)
    start = np.random.default_rng(2).normal(size=(3, network.n_weights))
    settings = {"learning_rate": [1e-6, 1e-4, 1e-2], "epochs": 3, "optimizer": optimizer}
    expected = train(network, X, Y, start, **settings).final_weights
    np.testing.assert_array_equal(train_runs(network, X, Y, start, **settings), expected)
    alone = train(network, X, Y, start[0], epochs=2, optimizer=optimizer).final_weights
    np.testing.assert_array_equal(train_runs(network, X, Y, start[0], epochs=2, optimizer=optimizer), alone)


def test_seeds_give_the_same_weights_at_any_time():
    network = parse("1-1relu-1")
    assert np.array_equal(starting_weights(network, 3), starting_weights(network, 3))
    found = sweep(network, X, Y, [1e-5], 3)
    assert np.array_equal(found.start, [starting_weights(network, seed) for seed in (1, 2, 3)])
    assert len(np.unique(found.start)) == found.start.size


def test_what_explodes_and_what_is_best():
    found = sweep(parse("1-1-1"), X, Y, [1e-5, 1e-1], 4, epochs=10)
    assert found.exploded.tolist() == [[False] * 4, [True] * 4]
    assert (found.rmse[1] == math.inf).all()
    rate, seed = found.best
    assert rate == 0
    assert found.rmse[rate, seed] == found.rmse.min()


@pytest.mark.parametrize(
    ("rates", "seeds", "settings", "problem"),
    [
        ([], 1, {}, "learning_rates: 0 learning rates x 1 seeds"),
        ([1e-4], 0, {}, "learning_rates: 1 learning rates x 0 seeds"),
        ([1e-4] * 1001, 1000, {}, "learning_rates: 1001 learning rates x 1000 seeds; 1 to 1,000,000 runs"),
        ([1e-4], 1, {"epochs": 0}, "epochs: 0, but training takes at least 1"),
        ([1e-4], 1, {"optimizer": "sdg"}, "optimizer: unknown optimizer 'sdg'"),
    ],
)
def test_what_cannot_be_swept(rates, seeds, settings, problem):
    with pytest.raises(ArgumentError) as caught:
        sweep(parse("1-1"), X, Y, rates, seeds, **settings)
    assert str(caught.value).startswith(problem)


# The workbook


def make(text="1-1-1", rates=(1e-6, 1e-5, 1e-1), seeds=3) -> Sweep:
    return sweep(parse(text), X, Y, rates, seeds, epochs=5)


def test_the_heat_map_has_every_rmse():
    found = make()
    values = BookValues(sweep_book(found, {}))
    rows = list(values.rows("map"))
    assert [row[0] for row in rows] == found.learning_rates.tolist()
    assert [list(row[1:]) for row in rows[:2]] == found.rmse[:2].tolist()
    assert rows[2][1:] == ("exploded",) * 3
    best = found.rmse.min()
    assert values.names["heat", "best"] == best
    assert values.names["heat", "best_rate"] == found.learning_rates[found.best[0]]
    assert values.names["heat", "best_seed"] == found.seeds[found.best[1]]
    assert values.names["heat", "n_runs"] == 9
    assert values.names["heat", "n_exploded"] == 3
    assert [row[0] for row in values.rows("curve")] == [1e-6, 1e-5]


def test_the_list_has_every_run_with_its_weights():
    found = make()
    (_, table) = sweep_book(found, {}).tables["runs"]
    rows = [dict(zip(table.keys, row, strict=True)) for row in BookValues(sweep_book(found, {})).rows("runs")]
    assert len(rows) == 9
    assert [row["seed"] for row in rows] == [1, 2, 3] * 3
    assert [rows[4][f"start_{name}"] for name in "abcd"] == found.start[1].tolist()
    assert [rows[4][f"final_{name}"] for name in "abcd"] == found.weights[1, 1].tolist()
    assert rows[4]["rmse"] == found.rmse[1, 1]
    assert rows[8]["rmse"] == "exploded"


@pytest.mark.parametrize(
    ("text", "rates", "says"),
    [
        ("1-1-1", (1e-6, 1e-5, 1e-1), "they overshoot, and the errors explode."),
        ("1-1", (1e-6, 1e-5), "That is the largest one here: try larger ones, too."),
        ("1-1relu-1", (1e-5, 1e-2), "That is the smallest one here: try smaller ones, too."),
        ("1-1relu-1", (1e-5, 1e-2), "they overshoot, though nothing explodes."),
    ],
)
def test_the_words_say_what_this_sweep_found(text, rates, says):
    words = sweep_book(make(text, rates), {}).words
    assert says in words.experiments[0][1]
    assert ("explode" in " ".join(words.shows)) == ("explode." in says)


@pytest.mark.parametrize(
    ("text", "rates", "seeds"),
    [("1-1-1", (1e-6, 1e-5, 1e-1), 3), ("1-1-1", (0.1, 1.0), 2), ("1-30tanh-1", (1e-5,), 1)],
    ids=["some explode", "all explode", "more weights than are listed"],
)
def test_the_workbook_is_valid(text, rates, seeds, tmp_path):
    path = write(sweep_book(make(text, rates, seeds), {"network": text}), tmp_path / "sweep.xlsx")
    assert audit(path) == []
    assert own_findings(path) == []
