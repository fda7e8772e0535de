"""The dialects with functions: a row makes few calls, and they return what the cells hold."""

from __future__ import annotations

import pytest
from support.called import Filled, calls
from support.compiled import compiled, data_of
from support.lessons import lesson, with_calls
from support.recalculation import same_magnitude

from xlneuron.engine.optimizers import OPTIMIZERS
from xlneuron.functions.cells import CellError
from xlneuron.tables.values import BookValues

POINTS = data_of([[0.5, -1], [1, 2], [-2, 0.25], [1.5, 1]], [[1], [-0.5], [2], [0.25]])


def agrees(filled: Filled, *, rel: float = 1e-9, exploded: bool = False) -> bool:
    (returned,) = filled.returned
    scale = max((abs(cell) for cell in filled.held if isinstance(cell, float)), default=1.0)
    return len(filled.held) == len(returned) and all(
        (isinstance(held, CellError) and isinstance(cell, CellError))
        or held == pytest.approx(cell, rel=rel, abs=1e-12 * scale)
        or (exploded and same_magnitude(held, cell))
        for held, cell in zip(filled.held, returned, strict=True)
    )


@pytest.mark.parametrize("name", with_calls())
def test_a_row_of_a_lesson_makes_one_call_which_returns_its_cells(name):
    values = BookValues(lesson(name))
    limits = {sheet: limit for (sheet, key), limit in values.names.items() if key == "limit"}
    seen = set()
    for table, row, found in calls(values, every=7):
        assert len(found) == 1, table
        (filled,) = found
        error = dict(zip(filled.columns, filled.held, strict=True)).get("err", 0.0)
        exploded = not isinstance(error, float) or error > limits.get(table, error)
        assert agrees(filled, exploded=exploded), f"{table}, row {row}: {filled}"
        seen.add(table)
    assert seen == {table for table, _ in values.book.calls}


def test_which_function_a_training_of_the_lessons_calls():
    one_step = ["sgd", *("neuron", "chain", "relu") * 2, "no_relu", "relu", "sgd"]
    found = [
        table
        for name in with_calls()
        for table, row, (filled, *_) in calls(BookValues(lesson(name)), every=1000)
        if filled.function == "TRAIN_STEP"
    ]
    assert found == one_step


@pytest.mark.parametrize("derivatives", ["exact", "numerical", "both"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("network", ["2-1", "2-3tanh-1", "2-2relu-2gelu-1sigmoid"])
def test_calls_of_a_network_of_the_user_s_return_the_cells(network, optimizer, derivatives):
    values = compiled(POINTS, network, optimizer=optimizer, derivatives=derivatives, epochs=2).values
    slopes = "NUM_DERIV" if derivatives == "numerical" else "NEURON_GRAD"
    for table, row, found in calls(values):
        functions = [each.function for each in found]
        if table != "train":
            assert functions == ["NEURON_FORWARD"]
        elif optimizer == "sgd":
            assert functions == ["TRAIN_STEP"]
        else:
            assert functions[0] == slopes
            assert functions[1].endswith("_STEP")
            assert len(functions) == 2
        assert all(agrees(each, rel=1e-8) for each in found), f"{table}, row {row}: {found}"


def test_two_outputs():
    data = data_of([[0.5], [1.5]], [[1, -1], [0.25, 2]])
    values = compiled(data, "1-2tanh-2", epochs=1).values
    for table, _, found in calls(values):
        assert all(map(agrees, found))
        if table == "train":
            assert found[0].columns[:3] == ("pred1", "pred2", "err")


def test_functions_are_left_out_where_they_do_not_know_the_loss():
    classes = data_of([[0.5, 1], [1, -1], [0, 2]], [[1], [2], [3]])
    softmax = compiled(classes, "2-3softmax", epochs=1, derivatives="both")
    assert {key for _, key in softmax.book.calls} == {"new_w1_11"}
    bits = data_of([[0.5, 1], [1, -1]], [[0], [1]])
    entropy = compiled(bits, "2-1sigmoid", epochs=1, loss="cross-entropy")
    assert {key for table, key in entropy.book.calls if table == "train"} == {"new_w1_11"}


def test_the_first_experiment_is_one_call():
    values = BookValues(lesson("01-basic-sgd"))
    _, _, (first,) = next(calls(values))
    assert first.columns == ("pred", "err", "d_a", "d_b", "new_a", "new_b")
    assert first.returned[0] == pytest.approx((15, 1849, -1202.04, -85.99, 1.120204, 1.008599))
