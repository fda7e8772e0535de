"""Template 01: the figures of experiment E1, and any data, rate and weights against the NumPy engine."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import lessons
from support.lessons import table

from xlneuron.books.lessons import Options
from xlneuron.books.lessons.basic_sgd import make
from xlneuron.data import DataSet
from xlneuron.engine.diagnosis import diagnose
from xlneuron.engine.network import parse
from xlneuron.engine.training import rmse, train
from xlneuron.errors import XlneuronError
from xlneuron.tables.values import BookValues

NEURON = parse("1-1")
built = partial(lessons.built, "01-basic-sgd")


def test_e1():
    sgd = table(built(), "sgd")
    first = [sgd[key][0] for key in ("err", "d_a", "d_b", "new_a", "new_b")]
    assert first == pytest.approx([1849, -1202.04, -85.99, 1.120204, 1.008599], rel=1e-9)
    assert sgd["err"][28] == pytest.approx(594.3484116685793, rel=1e-9)
    assert [sgd["new_a"][28], sgd["new_b"][28]] == pytest.approx(
        [2.6080618930940993, 1.072660342137999], rel=1e-9
    )


def test_the_weights_after_the_last_row_go_to_the_next_epoch():
    sgd = table(built(), "sgd")
    assert (sgd["epoch"][29], sgd["row"][29]) == (2, 1)
    assert (sgd["a"][29], sgd["b"][29]) == (sgd["new_a"][28], sgd["new_b"][28])


def test_rmse_is_the_root_of_the_mean():
    values = built()
    error = np.array(table(values, "sgd")["err"]).reshape(10, 29)
    assert table(values, "epochs")["rmse"] == pytest.approx(np.sqrt(error.mean(axis=1)), rel=1e-9)


@pytest.mark.parametrize(
    ("options", "names", "sentence"),
    [
        ({"learning_rate": 1e-3}, {"exploded_row": 9}, "The step at row 8 overshot and the errors exploded"),
        ({"h": 1.0}, {"largest_gap": 9801}, "Learning: the RMSE over the data fell from 76.14 to 24.08"),
        ({"h": 1e-4}, {"exploded_row": "never"}, "Learning: the RMSE over the data fell from 76.14 to 16.73"),
        ({"weights": (2.0, 30.0), "h": 1e-12}, {"rmse_start": 0}, "Not learning"),
    ],
)
def test_what_the_about_sheet_says_will_happen(options, names, sentence):
    values = built(**options)
    assert str(values.names["sgd", "sentence"]).startswith(sentence)
    for key, expected in names.items():
        assert values.names["sgd", key] == (
            pytest.approx(expected) if isinstance(expected, int) else expected
        )


def test_a_small_rate_is_worse_in_the_first_epoch_and_better_in_the_tenth():
    usual, small = (table(built(learning_rate=rate), "epochs")["rmse"] for rate in (1e-4, 1e-5))
    assert [usual[0], small[0]] == pytest.approx([28, 46], abs=0.5)
    assert [usual[-1], small[-1]] == pytest.approx([19.3, 16.0], abs=0.05)


def test_frozen_weights_are_named():
    zeros = DataSet(((0.0,), (0.0,), (0.0,)), ((1.0,), (2.0,), (4.0,)), ("x", "y"), "zeros.csv")
    values = built(data=zeros, epochs=2)
    assert (values.names["sgd", "frozen"], values.names["sgd", "frozen_a"]) == ("a", 1)
    assert str(values.names["sgd", "sentence"]).startswith("All x on sheet Data are the same")
    assert str(values.names["sgd", "says_frozen"]).startswith(
        "Frozen: weight a gets derivative 0 since row 1."
    )


def test_options_that_do_not_suit():
    with pytest.raises(XlneuronError, match="01-basic-sgd: 3 weights given, but it has 2: a, b"):
        built(weights=(1.0, 2.0, 3.0))
    with pytest.raises(XlneuronError, match="29 rows x 40,000 epochs do not fit a sheet of 1,048,576 rows"):
        built(epochs=40_000)


NUMBERS = st.floats(-100, 100).map(lambda number: round(number, 3))


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=12),
    rate=st.sampled_from([1e-6, 1e-4, 1e-3, 0.3]),
    weights=st.tuples(NUMBERS, NUMBERS),
    epochs=st.integers(1, 4),
)
def test_any_data_as_the_numpy_engine_has_it(points, rate, weights, epochs):
    x, y = zip(*points, strict=True)
    data = DataSet(tuple((v,) for v in x), tuple((v,) for v in y), ("x", "y"), "random.csv")
    values = BookValues(make("01-basic-sgd", "?", Options(data, rate, epochs=epochs, weights=weights)))
    sgd = table(values, "sgd")
    trace = train(NEURON, x, y, weights, learning_rate=rate, epochs=epochs, derivatives="forward")
    # A run that explodes amplifies every rounding: compare up to there.
    limit = 10 * max(np.max((weights[0] * np.array(x) + weights[1] - np.array(y)) ** 2), 1)
    calm = int(np.argmax(np.append(~(trace.error <= limit), True)))
    # So does the difference of two nearly equal errors; it is as exact as the larger one, divided by h.
    scale = float(np.max(trace.error[: calm + 1], initial=1) / 0.01)
    expected = dict(zip(["a", "b"], trace.weights.T, strict=True))
    expected |= {"pred": trace.prediction[:, 0], "err": trace.error}
    expected |= dict(
        zip(["d_a", "d_b", "new_a", "new_b"], [*trace.grads.T, *trace.new_weights.T], strict=True)
    )
    for key, column in expected.items():
        assert sgd[key][:calm] == pytest.approx(column[:calm], rel=1e-9, abs=1e-12 * scale), key
    found = diagnose(
        NEURON,
        trace.x[: len(x)],
        trace.y[: len(x)],
        trace.weights,
        trace.error,
        grads=trace.grads,
        final=trace.final_weights,
        learning_rate=rate,
    )
    assume(calm == len(trace.error))
    assert values.names["sgd", "rmse_end"] == pytest.approx(found.rmse_end, rel=1e-9, abs=1e-9)
    assert values.names["sgd", "exploded_row"] == (found.exploded_row or "never")
    assert values.names["sgd", "sentence"] == found.sentence
    assert table(values, "epochs")["rmse"] == pytest.approx(rmse(trace), rel=1e-9, abs=1e-9)
