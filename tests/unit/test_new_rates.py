"""The learning rate that `xlneuron new` starts with, if nobody says one."""

from __future__ import annotations

import numpy as np
import pytest
from support.compiled import data_of

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.rates import RATES, with_good_rate
from xlneuron.books.any_network.request import prepare
from xlneuron.cli import main
from xlneuron.data import default_data
from xlneuron.tables.values import BookValues

NETWORKS = [
    *("-1", "-1-1", "-1relu-1", "-2tanh-1", "-3relu-1", "-4sigmoid-1", "-3gelu-2tanh-1", "-8tanh-1"),
    *("-5leaky_relu-1", "-2softplus-1", "-3silu-1", "-4elu-2tanh-1"),
]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("network", NETWORKS)
def test_the_first_training_learns(network: str, columns: int) -> None:
    """It ends at less than half the error of always predicting the mean, and the sentence says so."""
    chance = np.random.default_rng(columns)
    x = chance.normal(size=(40, columns))
    for y in (2 * x.sum(axis=1) + 1, 0.3 * np.square(x).sum(axis=1) + 2 * x.sum(axis=1)):
        made = with_good_rate(prepare(data_of(x, y[:, None]), f"{columns}{network}", epochs=20))
        names = BookValues(make(made)).names
        assert names["train", "end_loss"] < 0.5 * np.std(y), f"{network} at {made.learning_rate}"
        assert str(names["train", "sentence"]).startswith("Learning:")


@pytest.mark.parametrize("scale", ["none", "standard", "minmax"])
def test_none_of_those_tried_is_better(scale: str) -> None:
    request = prepare(default_data(), "1-2tanh-1", epochs=3, scale=scale, optimizer="adam")
    chosen = with_good_rate(request).learning_rate

    def loss(rate: float) -> float:
        other = prepare(
            default_data(), "1-2tanh-1", epochs=3, scale=scale, optimizer="adam", learning_rate=rate
        )
        return float(BookValues(make(other)).names["train", "end_loss"])  # type: ignore[arg-type]

    assert chosen in RATES
    assert loss(chosen) <= min(map(loss, RATES)) * (1 + 1e-9)


def test_a_rate_that_is_said_is_taken(tmp_path, capsys) -> None:
    for options, says in (([], ": the best of a few"), (["--learning-rate", "0.5"], "")):
        main(["new", str(tmp_path / "net.xlsx"), "--force", "--epochs", "1", *options])
        out = capsys.readouterr().out
        assert says in out
        assert ("best of a few" in out) is bool(says)
