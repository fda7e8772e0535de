"""The memory of a sweep, the work and the message of a call are bounded, and results are checked."""

from __future__ import annotations

import time
from datetime import datetime

import numpy as np
import pytest

from xlneuron import udfs
from xlneuron.cli import main
from xlneuron.data import default_data
from xlneuron.engine.network import parse
from xlneuron.engine.sweep import sweep, train_block
from xlneuron.errors import ArgumentError, XlneuronError
from xlneuron.functions import FUNCTIONS
from xlneuron.functions import call as module
from xlneuron.functions.call import LONGEST_MESSAGE, MOST_CELLS, call
from xlneuron.functions.shapes import MAX_LAYER_STEPS

DATA = default_data()
SECONDS = 20.0  # on a machine that does other things as well; 10 on a quiet one


# A sweep


def test_the_memory_of_a_sweep_is_bounded(capsys):
    begun = time.process_time()
    command = ["sweep", "--network", "1-5000-1", "--seeds", "1000000", "--learning-rates", "1e-5"]
    assert main(command) == 1
    assert time.process_time() - begun < SECONDS
    assert capsys.readouterr().err == (
        "xlneuron: seeds: 1,000,000 at 1 learning rates take 240.0 GB of memory for the 15,001 weights "
        "of each run, more than 0.8 GB; at most 3,333 seeds\n"
    )
    with pytest.raises(ArgumentError, match="GB of memory"):
        sweep(parse("1-5000-1"), DATA.inputs, DATA.targets, [1e-5], 1_000_000)


def test_a_large_sweep_is_told_before_it_starts(monkeypatch, capsys):
    monkeypatch.setattr("xlneuron.cli.sweep.LARGE", 1000)
    command = ["sweep", "--learning-rates", "1e-5", "--seeds", "50"]
    assert main(command) == 0
    assert capsys.readouterr().err == "50 runs of 2 weights: about 0.0 GB of memory\n"
    assert main([*command, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_blocks_are_made_one_by_one():
    """Else the starting weights of all runs were in memory before the first one is trained."""
    alive = []

    def trained(blocks):
        assert not isinstance(blocks, list)
        for block in blocks:
            alive.append(block.first)
            assert len(alive) == 1 + block.first // 1000
            yield train_block(block)

    sweep(parse("1-1"), DATA.inputs, DATA.targets, [1e-5, 1e-4], 2000, trained=trained)
    assert alive == [0, 1000, 2000, 3000]


def good(block):
    return train_block(block)


WRONG = {
    "another block": lambda first, weights, rmse: (first + 1, weights, rmse),
    "no number": lambda first, weights, rmse: ("0", weights, rmse),
    "fewer rows": lambda first, weights, rmse: (first, weights[:-1], rmse[:-1]),
    "fewer weights": lambda first, weights, rmse: (first, weights[:, :-1], rmse),
    "single precision": lambda first, weights, rmse: (first, weights.astype("f4"), rmse),
    "objects": lambda first, weights, rmse: (first, weights.astype(object), rmse),
    "a list": lambda first, weights, rmse: (first, weights.tolist(), rmse),
    "not a number": lambda first, weights, rmse: (first, weights, rmse * np.nan),
    "negative": lambda first, weights, rmse: (first, weights, -1 - rmse),
    "not flagged": lambda first, weights, rmse: (first, weights * np.inf, np.minimum(rmse, 1.0)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_results_are_checked(wrong):
    """They may come from another machine; what was not there would be whatever was in memory."""
    with pytest.raises(XlneuronError, match=r"^(a|the) result of runs from ") as error:
        sweep(
            parse("1-1"), DATA.inputs, DATA.targets, [1e-5], 3,
            trained=lambda blocks: [WRONG[wrong](*train_block(block)) for block in blocks],
        )  # fmt: skip
    assert len(str(error.value)) < LONGEST_MESSAGE


def test_every_block_has_to_come_once():
    def run(trained):
        return sweep(parse("1-1"), DATA.inputs, DATA.targets, [1e-5], 3, trained=trained)

    with pytest.raises(XlneuronError, match="1 blocks of runs have no result; run this again"):
        run(lambda _: [])
    with pytest.raises(XlneuronError, match="a result of runs from 0 on, which nobody has asked for"):
        run(lambda blocks: [train_block(block) for block in blocks for _ in range(2)])


def test_a_run_that_ends_at_infinity_is_flagged():
    found = sweep(parse("1-1"), DATA.inputs, DATA.targets, [1e3], 3, epochs=50)
    assert np.isinf(found.rmse).all()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--dask", ""],
        ["--dask", "x"],
        ["--dask", "tcp://host"],
        ["--dask", "tcp://ho st:1"],
        ["--dask", "http://host:80"],
        ["--dask-ca", "ca.pem"],
        ["--dask-timeout", "3"],
        ["--dask", "tls://host:1", "--dask-cert", "c.pem"],
        ["--dask", "tls://host:1", "--dask-ca", "ca.pem", "--dask-cert", "c.pem"],
    ],
)
def test_wrong_usage_of_a_cluster(arguments, capsys):
    assert main(["sweep", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# A call


def test_the_work_of_a_call_is_bounded():
    layers = 2720
    x = tuple((float(each),) for each in range(500))
    begun = time.process_time()
    network = "-".join(["1"] * (layers + 1))
    ((message,),) = call(FUNCTIONS["SGD_TRAIN"], (x, x, ((1.0,) * 2 * layers,), network, 1e-9, 1))
    assert "too many" in message
    most = MAX_LAYER_STEPS // layers
    rows = call(FUNCTIONS["SGD_TRAIN"], (x[:most], x[:most], ((1.0,) * 2 * layers,), network, 1e-9, 1))
    assert len(rows) == most + 1
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_call_takes_long_however_much_it_gets(name):
    """As many cells as one may give."""
    function = FUNCTIONS[name]
    column = tuple((1.0,) for _ in range(1_048_576))
    begun = time.process_time()
    rows = call(function, (column,) * min(3, len(function.arguments)))
    assert rows
    assert time.process_time() - begun < SECONDS


def test_more_cells_are_refused():
    row = (1.0,) * 4001
    ((message, *_), *_) = call(FUNCTIONS["SMOOTH"], ((row,) * 1000,))
    assert message == f"SMOOTH: 4,001,000 cells are too many for one call, which takes {MOST_CELLS:,}"


def test_messages_are_short(monkeypatch):
    def fail(*_: object) -> None:
        raise XlneuronError("x" * 10_000)

    monkeypatch.setattr(module, "convert", fail)
    ((message,),) = call(FUNCTIONS["SMOOTH"], (1.0,))
    assert message == "x" * (LONGEST_MESSAGE - 3) + "..."


class Odd:
    """What no host should send."""

    def __len__(self) -> int:
        raise RuntimeError("no length")

    def __eq__(self, _: object) -> bool:
        raise RuntimeError("no comparison")

    __hash__ = object.__hash__


def nested(levels: int) -> object:
    value: object = 1.0
    for _ in range(levels):
        value = (value, object())
    return value


@pytest.mark.parametrize(
    "value", [nested(5000), datetime.max, Odd(), (Odd(),), ((Odd(),),), (1.0, (2.0,)), b"", {}]
)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_whatever_excel_sends_a_cell_comes_back(name, value):
    """Conversion included, which comes before the call."""
    rows = getattr(udfs, name)(value, value)
    assert isinstance(rows, list)
    assert all(isinstance(row, list) for row in rows)
    assert len(str(rows[0][0])) <= LONGEST_MESSAGE
