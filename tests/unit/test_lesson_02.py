"""Template 02: the figures of experiments E1, E2, E3 and E5, and the health of the three models."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from support import lessons
from support.lessons import table

from xlneuron.data import default_data
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import parse
from xlneuron.engine.training import train
from xlneuron.tables.values import BookValues

NETWORKS = {"neuron": "1-1", "chain": "1-1-1", "relu": "1-1relu-1"}
X, Y = (np.array(values) for values in (default_data().inputs, default_data().targets))
EXPLODED = (
    "The step at row 25 overshot and the errors exploded from row 26 on. Try a learning rate of 0.00001."
)
DEAD = (
    "The step at row 25 overshot and the ReLU died: a*x+b is below 0 for every x, so a, b and c get "
    "derivative 0 and only d still learns. Try a learning rate of 0.00001."
)


built = partial(lessons.built, "02-two-neurons")


def sentences(values: BookValues) -> list[object]:
    return [values.names[key, "sentence"] for key in NETWORKS]


@pytest.fixture(scope="module")
def shipped() -> BookValues:
    return built()


def test_e1(shipped):
    neuron = table(shipped, "neuron")
    first = [neuron[key][0] for key in ("err", "d_a", "d_b", "new_a", "new_b")]
    assert first == pytest.approx([1849, -1202.04, -85.99, 1.120204, 1.008599], rel=1e-9)
    assert neuron["err"][28] == pytest.approx(594.3484116685793, rel=1e-9)
    final = [shipped.names["neuron", key] for key in ("final_a", "final_b")]
    assert final == pytest.approx([2.6080618930940993, 1.072660342137999], rel=1e-9)


def test_e2(shipped):
    chain = table(shipped, "chain")
    first = [chain[key][0] for key in ("err", "d_a", "d_b", "d_c", "d_d")]
    assert first == pytest.approx([1764, -1174.04, -83.99, -1257.75, -83.99], rel=1e-9)
    assert chain["err"][24] == pytest.approx(35085.186, rel=1e-8)
    assert chain["err"][25] == pytest.approx(4041477.8, rel=1e-3)
    assert chain["err"][26] == pytest.approx(3.82e11, abs=0.005e11)
    assert chain["err"][28] == pytest.approx(2.04e65, abs=0.005e65)
    assert shipped.names["chain", "limit"] == 10 * (99 + 28) ** 2
    assert shipped.names["chain", "sentence"] == EXPLODED


def test_e3(shipped):
    chain, relu = table(shipped, "chain"), table(shipped, "relu")
    for key in ("a", "b", "c", "d", "pred", "err", "d_a", "d_b", "d_c", "d_d"):
        assert relu[key][:25] == chain[key][:25], key
    assert relu["pred"][25] != chain["pred"][25]
    for weight in "abc":
        assert relu[f"d_{weight}"][25:] == relu[f"e_{weight}"][25:] == [0, 0, 0, 0]
    assert all(relu["d_d"][25:])
    final = [shipped.names["relu", f"final_{weight}"] for weight in "abcd"]
    expected = [-5.641554062044071, 0.9636570857464529, -5.531824881142887, 1.1791355869642868]
    assert final == pytest.approx(expected, rel=1e-9)
    assert (shipped.names["relu", "exploded_row"], shipped.names["relu", "dead_row"]) == ("never", 26)
    assert shipped.names["relu", "frozen"] == "a, b and c"
    assert shipped.names["relu", "sentence"] == DEAD


def test_e5(shipped):
    chain, collapse = table(shipped, "chain"), table(shipped, "collapse")
    a, b, c, d = (np.array(chain[weight]) for weight in "abcd")
    assert collapse["slope"] == pytest.approx(a * c, rel=1e-9)
    assert collapse["offset"] == pytest.approx(b * c + d, rel=1e-9)
    assert collapse["line"][:25] == pytest.approx(chain["pred"][:25], rel=1e-9)
    assert collapse["same"] == ["PASS"] * 29
    assert shipped.names["collapse", "sentence"] == (
        "The same line in 29 of 29 rows, but not the same step: at row 25 two neurons took the error "
        "from 35085 to 8164605; one neuron in the same place would get to 32712."
    )


@pytest.mark.parametrize("row", [1, 7, 25])
def test_the_steps_that_collapse_compares(shipped, row):
    """One step of one neuron from the collapsed weights, and of two from theirs, by the NumPy engine."""
    collapse = {key: column[row - 1] for key, column in table(shipped, "collapse").items()}
    for network, weights, slope, error in (
        ("1-1", [collapse["slope"], collapse["offset"]], "slope_one", "err_one"),
        ("1-1-1", [collapse[weight] for weight in "abcd"], "slope_two", "err_two"),
    ):
        step = train(
            parse(network), [collapse["x"]] * 2, [collapse["y"]] * 2, weights, derivatives="forward", epochs=1
        )
        new = step.new_weights[0]
        change = (new[0] if network == "1-1" else new[0] * new[2]) - collapse["slope"]
        assert collapse[slope] == pytest.approx(change, rel=1e-7), slope
        assert collapse[error] == pytest.approx(step.error[1], rel=1e-7), error


def test_the_three_side_by_side(shipped):
    models = table(shipped, "models")
    assert models["health"] == sentences(shipped)
    assert models["exploded"] == ["never", 26, "never"]
    assert models["dead"] == ["no ReLU", "no ReLU", 26]
    assert models["final"] == [table(shipped, key)["err"][28] for key in NETWORKS]
    assert models["before"] == pytest.approx([76.135, 75.203, 75.203], abs=1e-3)
    assert shipped.names["compare", "sentence"] == (
        "One neuron learns. The linear chain explodes from row 26 on. "
        "The chain with a ReLU has a dead ReLU from row 26 on."
    )


def test_a_tenth_of_the_learning_rate_heals_all():
    values = built(learning_rate=1e-5)
    models = table(values, "models")
    assert (models["exploded"], models["dead"][2]) == (["never"] * 3, "never")
    for sentence, after in zip(
        sentences(values), ("76.14 to 22.79", "75.20 to 15.00", "75.20 to 15.00"), strict=True
    ):
        assert sentence == (
            f"Learning: the RMSE over the data fell from {after}; "
            "nothing exploded and every weight still moves."
        )
    assert str(values.names["compare", "sentence"]).startswith(
        "Learning: at this learning rate nothing explodes"
    )
    assert min(table(values, "relu")["z"]) > 0


def test_what_the_about_sheet_says_will_happen(shipped):
    small = built(weights=(0.1, 1.0, 0.1, 1.0))
    assert "to 40.80" in small.names["chain", "sentence"]
    assert str(small.names["relu", "sentence"]).startswith("The step at row 9 overshot and the ReLU died")
    high = built(weights=(1.0, 1.0, 1.0, 30.0))
    assert all("to 4.11; nothing exploded" in high.names[key, "sentence"] for key in ("chain", "relu"))
    assert high.names["neuron", "sentence"] == shipped.names["neuron", "sentence"]
    chain, collapse = table(shipped, "chain"), table(shipped, "collapse")
    moved = [
        chain["a"][24],
        chain["new_a"][24],
        chain["c"][24],
        chain["new_c"][24],
        *collapse["slope"][24:26],
    ]
    assert moved == pytest.approx([2.02, -5.64, 2.06, -5.53, 4.16, 31.2], abs=0.01)
    assert [chain[f"d_{weight}"][28] for weight in "abcd"] == [0, 0, 0, 0]
    assert min(chain[f"e_{weight}"][28] for weight in "abcd") > 1e30


@pytest.mark.parametrize("rate", [1e-6, 2e-5, 5e-5, 1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0, 1.0), (-1.0, -1.0, 1.0, 1.0), (0.5, -2.0, 0.7, 30.0)])
def test_as_the_engine_and_its_diagnosis_have_it(rate, weights):
    values = built(learning_rate=rate, weights=weights)
    for key, text in NETWORKS.items():
        network = parse(text)
        trace = train(network, X, Y, weights[: network.n_weights], learning_rate=rate, derivatives="forward")
        found = diagnose(
            network,
            X,
            Y,
            trace.weights,
            trace.error,
            grads=trace.grads,
            final=trace.final_weights,
            learning_rate=rate,
        )
        assert values.names[key, "sentence"] == found.sentence, key
        calm = (found.exploded_row or len(X) + 1) - 1
        assert table(values, key)["err"][:calm] == pytest.approx(trace.error[:calm], rel=1e-7)


def test_more_epochs():
    values = built(epochs=3, learning_rate=1e-5)
    assert [len(table(values, key)["step"]) for key in (*NETWORKS, "collapse", "errors")] == [87] * 5
    trace = train(parse("1-1relu-1"), X, Y, learning_rate=1e-5, derivatives="forward", epochs=3)
    assert table(values, "relu")["new_d"] == pytest.approx(trace.new_weights[:, 3], rel=1e-9)
