"""Template 03: the grid of experiment E4, each model at its own best rate (E6), and the engine's runs."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from support import lessons
from support.lessons import table

from xlneuron.books.lessons.learning_rate import RATES
from xlneuron.data import default_data
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import forward, parse
from xlneuron.engine.training import train
from xlneuron.tables.values import BookValues

NETWORKS = {"neuron": "1-1", "chain": "1-1-1", "relu": "1-1relu-1"}
X, Y = (np.array(values) for values in (default_data().inputs, default_data().targets))


built = partial(lessons.built, "03-learning-rate")


def row(values: BookValues, rate: float) -> dict[str, object]:
    place = table(values, "rates")["rate"].index(rate)
    return {key: column[place] for key, column in table(values, "grid").items()}


def best(values: BookValues) -> list[object]:
    return [values.names["rates", f"{key}_{model}"] for model in NETWORKS for key in ("lowest", "best")]


@pytest.fixture(scope="module")
def shipped() -> BookValues:
    return built()


def test_the_rates(shipped):
    assert table(shipped, "rates")["rate"] == list(RATES)
    assert RATES == (
        1e-7,
        2e-7,
        5e-7,
        1e-6,
        2e-6,
        5e-6,
        1e-5,
        2e-5,
        5e-5,
        1e-4,
        2e-4,
        5e-4,
        1e-3,
        2e-3,
        5e-3,
        1e-2,
    )


def test_e4(shipped):
    for rate in (1e-6, 1e-5):
        found = row(shipped, rate)
        assert [found[f"exploded_{key}"] for key in NETWORKS] == ["never"] * 3
        assert found["dead"] == "never"
        assert max(found[f"rmse_{key}"] for key in NETWORKS) < 70
    for rate in (1e-4, 1e-3, 1e-2):
        assert isinstance(row(shipped, rate)["exploded_chain"], float)
        assert isinstance(row(shipped, rate)["dead"], float)


def test_e4_with_estimated_derivatives_has_the_figures_of_e1_to_e3():
    found = row(built(h=0.01), 1e-4)
    assert found["err_neuron"] == pytest.approx(594.3484116685793, rel=1e-9)
    assert [found[f"exploded_{key}"] for key in NETWORKS] == ["never", 26, "never"]
    assert found["err_chain"] == pytest.approx(2.04e65, rel=1e-2)
    assert found["dead"] == 26


def test_e6(shipped):
    assert best(shipped) == pytest.approx([15.7965, 5e-5, 14.9606, 1e-5, 14.9606, 1e-5], abs=1e-4)
    assert [shipped.names["rates", f"stable_{key}"] for key in NETWORKS] == [2e-4, 5e-5, 5e-5]
    assert shipped.names["rates", "sentence"] == (
        "Each at its own best rate, one neuron gets the RMSE down to 15.80 (at 0.00005), two neurons "
        "with a ReLU to 14.96 (at 0.00001): the ReLU sandwich wins; without its ReLU it does just as well."
    )
    relu = table(shipped, "relu")
    assert min(z for z, rate in zip(relu["z"], relu["rate"], strict=True) if rate == 1e-5) > 0


@pytest.mark.parametrize("h", [0.0, 0.01])
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0, 1.0), (0.5, -2.0, 0.7, 30.0), (-1.0, -1.0, 1.0, 1.0)])
def test_the_grid_as_the_engine_and_its_diagnosis_have_it(h, weights):
    values = built(h=h, weights=weights)
    for rate in RATES:
        found = row(values, rate)
        for key, text in NETWORKS.items():
            network = parse(text)
            derivatives = {"derivatives": "forward", "h": h} if h else {"derivatives": "exact"}
            trace = train(network, X, Y, weights[: network.n_weights], learning_rate=rate, **derivatives)
            expected = diagnose(
                network, X, Y, trace.weights, trace.error, grads=trace.grads, final=trace.final_weights
            )
            assert found[f"exploded_{key}"] == (expected.exploded_row or "never"), (key, rate)
            if key == "relu":
                assert found["dead"] == (expected.dead_row or "never"), rate
            if expected.exploded_row is None:
                end = np.sqrt(np.mean((forward(network, trace.new_weights[-1], X) - Y) ** 2))
                assert found[f"rmse_{key}"] == pytest.approx(end, rel=1e-7), (key, rate)
                assert found[f"err_{key}"] == pytest.approx(trace.error[-1], rel=1e-6, abs=1e-12), (key, rate)


def test_a_rate_of_the_options_joins_the_grid():
    values = built(learning_rate=3e-4)
    assert len(table(values, "rates")["rate"]) == 17
    assert row(values, 3e-4)["rmse_neuron"] == pytest.approx(16.8, abs=0.05)
    assert values.names["rates", "stable_neuron"] == 3e-4
    exploding = row(built(learning_rate=4e-4), 4e-4)
    assert (exploding["exploded_neuron"], exploding["rmse_neuron"]) == (26, pytest.approx(246, abs=0.5))


def test_what_the_about_sheet_says_will_happen(shipped):
    assert row(shipped, 2e-4)["rmse_neuron"] == pytest.approx(38.4, abs=0.05)
    dead = [row(shipped, rate)["rmse_relu"] for rate in RATES if 1e-4 <= rate <= 5e-3]
    assert (min(dead) > 117, max(dead) < 130) == (True, True)
    assert best(built(h=0.01)) == pytest.approx([15.81, 5e-5, 15.0, 1e-5, 15.0, 1e-5], abs=5e-3)
    high_d, high_b = built(weights=(1.0, 1.0, 1.0, 30.0)), built(weights=(1.0, 30.0, 1.0, 1.0))
    assert best(high_d)[4] == pytest.approx(0.78, abs=5e-3)
    assert high_d.names["rates", "stable_relu"] == 1e-4
    assert [best(high_b)[0], best(high_b)[4]] == pytest.approx([0.01, 6.53], abs=5e-3)
    assert str(high_b.names["rates", "sentence"]).endswith("one neuron wins.")


def test_fifty_epochs():
    """The note of the About sheet; the engine, because the sheets would have 23,200 rows each."""
    for text, expected, at in (("1-1", 15.1023, 5e-5), ("1-1relu-1", 14.3853, 1e-5)):
        network = parse(text)
        trace = train(network, X, Y, learning_rate=RATES, epochs=50)
        with np.errstate(all="ignore"):
            ends = [np.sqrt(np.mean((forward(network, w, X) - Y) ** 2)) for w in trace.new_weights[-1]]
        assert np.nanmin(ends) == pytest.approx(expected, abs=5e-5)
        assert RATES[int(np.nanargmin(ends))] == at


def test_more_epochs():
    values = built(epochs=2)
    trace = train(parse("1-1relu-1"), X, Y, learning_rate=1e-5, epochs=2)
    assert row(values, 1e-5)["err_relu"] == pytest.approx(trace.error[-1], rel=1e-9)
