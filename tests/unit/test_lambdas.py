"""The LAMBDA definitions, calculated by IronCalc, against the Python functions."""

from __future__ import annotations

import math
import re
from pathlib import Path

import ironcalc
import numpy as np
import pytest
from support.calls import Argument, Call, write_calls
from support.package import position

from xlneuron.errors import ArgumentError, XlneuronError
from xlneuron.examples import EXAMPLES, Example
from xlneuron.functions import FUNCTIONS
from xlneuron.grid import Cell, CellError
from xlneuron.grid import call as python
from xlneuron.network import ACTIVATIONS, parse
from xlneuron.signature import Missing
from xlneuron.workbook.lambda_draft import stored
from xlneuron.workbook.lambdas import WRITERS, definition

EXACT = 1e-12
NAMES_OF_ERRORS = {error.value: error for error in CellError}
LIKE_A_CELL = re.compile(r"[a-z]{1,3}[0-9]+|[rc][0-9]*|r[0-9]*c[0-9]*", re.IGNORECASE)


def calculate(path: Path, calls: list[Call], network: str) -> list[list[list[Cell]]]:
    """The results of calls in a workbook that defines the functions for a network."""
    definitions = {name: definition(name, network).formula for name in WRITERS}
    places = write_calls(path, calls, definitions)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()

    def cell(row: int, column: int) -> Cell:
        value = model.get_cell_value(0, row, column)
        return NAMES_OF_ERRORS.get(value, value) if isinstance(value, str) else value

    found = []
    for _, area in places:
        (top, left), (bottom, right) = (position(corner) for corner in area.split(":"))
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        found.append([[cell(row, column) for column in columns] for row in rows])
    return found


def agree(expected: list[list[Cell]], found: list[list[Cell]]) -> bool:
    return all(
        math.isclose(left, right, rel_tol=EXACT, abs_tol=EXACT)
        if isinstance(left, float) and isinstance(right, float)
        else left == right
        for lefts, rights in zip(expected, found, strict=True)
        for left, right in zip(lefts, rights, strict=True)
    )


def network_of(example: Example) -> str:
    """The network that an example is about, with its number of inputs."""
    names = [argument.name for argument in FUNCTIONS[example.function].arguments]
    given = dict(zip(names, example.args, strict=False))
    network = given.get("network")
    network = "none" if network is None or isinstance(network, Missing) else str(network)
    weights: Argument = given.get("weights")
    if network not in ACTIVATIONS or not isinstance(weights, tuple):
        return network
    size = len(weights) if len(weights[0]) == 1 else len(weights[0])
    return f"{size - 1}-1{network}"


# What a LAMBDA shows where Python shows something else: Excel's own rules for blanks, texts and ranges.
VALUE, DIV0 = CellError.VALUE, CellError.DIV0
DIFFERENT: dict[tuple[str, str], list[list[Cell]]] = {
    ("NEURON_FORWARD", "blank input"): [[1.0]],
    ("NEURON_FORWARD", "blank weight"): [[14.0]],
    ("NEURON_FORWARD", "text among the inputs"): [[2.0]],  # the first row; the second is #VALUE!
    ("NEURON_FORWARD", "a number stored as text"): [[15.0]],
    ("NEURON_FORWARD", "no weights"): [[VALUE]],
    ("SGD_STEP", "a learning rate in words"): [[VALUE]],
    ("SGD_STEP", "a range of learning rates"): [[0.9]],
    ("AVERAGE_GRAD", "text for TRUE or FALSE"): [[VALUE]],
    ("ADAGRAD_STEP", "0 / 0 without eps"): [[DIV0]],
}
# A network that is none has no definition; a neuron without a weight has none either.
UNDEFINED = {"unknown activation", "1-1 that became a date", "a layer without inputs", "a bias is missing"}
CASES = [each for each in EXAMPLES if each.function in WRITERS and each.note not in UNDEFINED]


def test_every_example(tmp_path: Path) -> None:
    by_network: dict[str, list[Example]] = {}
    for example in CASES:
        by_network.setdefault(network_of(example), []).append(example)
    for number, (network, examples) in enumerate(by_network.items()):
        calls = [
            Call(each.function, each.args, len(each.expected), len(each.expected[0])) for each in examples
        ]
        results = calculate(tmp_path / f"{number}.xlsx", calls, network)
        for example, found in zip(examples, results, strict=True):
            expected = DIFFERENT.get(
                (example.function, example.note), python(FUNCTIONS[example.function], example.args)
            )
            assert agree(expected, found), f"{example.function}, {example.note}: {found}, expected {expected}"


NETWORKS = [
    *ACTIVATIONS,
    *("1-1", "3-1tanh", "1-1-1", "1-1relu-1", "1-1gelu-1sigmoid", "1-1tanh-1softplus-1leaky_relu"),
    *("2-2", "2-3tanh-1sigmoid", "1-2relu-2", "3-2softplus-2gelu-1"),
]


@pytest.mark.parametrize("network", NETWORKS)
def test_networks(network: str, tmp_path: Path) -> None:
    """Random numbers: several datapoints, one row of weights or one for each; prediction and derivatives."""
    net, chance = parse(network), np.random.default_rng(7)

    def some(rows: int, columns: int) -> tuple[tuple[float, ...], ...]:
        return tuple(map(tuple, chance.normal(scale=2, size=(rows, columns)).round(3).tolist()))

    calls = []
    for rows, weight_rows in ((1, 1), (4, 1), (4, 4), (1, 4)):
        height = max(rows, weight_rows)
        inputs, weights, target = (
            some(rows, net.n_inputs),
            some(weight_rows, net.n_weights),
            some(rows, net.n_outputs),
        )
        calls += [
            Call("NEURON_FORWARD", (inputs, weights, network), height, net.n_outputs),
            Call("NEURON_GRAD", (inputs, target, weights, network), height, net.n_weights),
            Call("NUM_DERIV", (inputs, target, weights, network, 0.125), height, net.n_weights),
            Call("NUM_DERIV", (inputs, target, weights, network, 0.125, "central"), height, net.n_weights),
        ]
    for call, found in zip(calls, calculate(tmp_path / "book.xlsx", calls, network), strict=True):
        expected = python(FUNCTIONS[call.name], call.args)
        close = np.allclose(np.array(found, float), np.array(expected, float), rtol=1e-10, atol=1e-10)
        assert close, f"{call}: {found}, expected {expected}"


@pytest.mark.parametrize("network", ["sigmoid", "tanh", "softplus", "gelu"])
def test_nothing_overflows(network: str, tmp_path: Path) -> None:
    x = tuple((x,) for x in (-1e300, -1000.0, -50.0, 0.0, 50.0, 1000.0, 1e300))
    calls = [
        Call("NEURON_FORWARD", (x, ((1.0, 0.0),), network), len(x)),
        Call("NEURON_GRAD", (x, x, ((1.0, 0.0),), network), len(x), 2),
    ]
    for call, found in zip(calls, calculate(tmp_path / "book.xlsx", calls, network), strict=True):
        expected = python(FUNCTIONS[call.name], call.args)
        assert agree(expected, found), f"{found}, expected {expected}"


def test_another_network_is_refused(tmp_path: Path) -> None:
    calls = [
        Call("NEURON_FORWARD", (1.0, ((1.0, 1.0, 1.0, 1.0),), asked))
        for asked in ("1-1RELU-1", "1-1-1", None)
    ]
    text = "NEURON_FORWARD: network: '{}', but this workbook defines it for 1-1relu-1"
    assert calculate(tmp_path / "book.xlsx", calls, "1-1relu-1") == [
        [[3.0]],
        [[text.format("1-1-1")]],
        [[text.format("none")]],
    ]


def test_the_text_is_laid_out_one_step_a_line() -> None:
    made = definition("NEURON_FORWARD", "1-1relu-1")
    steps = [line.strip() for line, what in made.lines if what]
    assert steps == [
        "=LAMBDA(inputs,weights,[network],",
        'net, IF(ISOMITTED(network), "none", IF(ISBLANK(network), "none", network)),',
        "given, ROWS(weights)*COLUMNS(weights),",
        "w, IF(given=4, TOROW(weights), weights),",
        "x, IF(COLUMNS(inputs)=1, inputs, TRANSPOSE(inputs)),",
        "w_a, INDEX(w, 0, 1),",
        "w_b, INDEX(w, 0, 2),",
        "w_c, INDEX(w, 0, 3),",
        "w_d, INDEX(w, 0, 4),",
        "z_1, w_a*x+w_b,",
        "signal_1, IF(z_1>0, z_1, 0),",
        "prediction, w_c*signal_1+w_d,",
        "problem,",
        'IF(problem="", prediction, problem)',
    ]
    assert made.formula.count("\n") == made.text.count("\n")
    plain = re.sub(r"_xl(fn|pm)\.", "", made.formula)
    assert f"={plain}" == made.text.replace("[network]", "_xlop.network")


def test_how_a_file_stores_it() -> None:
    assert stored('LAMBDA(x,[y],IF(ISOMITTED(y), x, "x y LET"&MAX(x, xy)))', {"x", "y"}) == (
        '_xlfn.LAMBDA(_xlpm.x,_xlop.y,IF(_xlfn.ISOMITTED(_xlpm.y), _xlpm.x, "x y LET"&MAX(_xlpm.x, xy)))'
    )


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", WRITERS)
def test_excel_accepts_it(name: str, network: str) -> None:
    """Its limits, and its rules for names; every function is known, in Excel's spelling."""
    made = definition(name, network)
    assert len(made.formula) <= 8000
    assert made.formula.isascii()
    names = set(re.findall(r"_xlpm\.(\w+)", made.formula))
    assert [each for each in names if LIKE_A_CELL.fullmatch(each)] == []
    assert all(len(each) <= 255 for each in re.findall(r'"((?:[^"]|"")*)"', made.formula))
    code = re.sub(r'"(?:[^"]|"")*"', '""', made.formula)
    called = set(re.findall(r"([\w.]+)\(", code)) - {"_xlpm.error", "_xlpm.only"} - set(made.needs)
    old = {"IF", "ISBLANK", "ROWS", "COLUMNS", "TRANSPOSE", "INDEX", "AND", "OR", "INT", "SUM"}
    old |= {"EXP", "ABS", "SIGN", "SQRT", "PI", "TANH", "LN"}
    young = {"LAMBDA", "LET", "ISOMITTED", "TOROW", "HSTACK", "SEQUENCE", "BYROW"}
    assert called <= old | {f"_xlfn.{each}" for each in young}
    bare = set(re.findall(r"(?<![\w.])[a-z]\w*", code))
    assert bare == set(), "a name of the LAMBDA without its prefix"
    assert all(line.strip() and "\n" not in line + what for line, what in made.lines)


def test_what_has_no_definition() -> None:
    with pytest.raises(XlneuronError, match="SMOOTH: no LAMBDA definition"):
        definition("SMOOTH")
    with pytest.raises(ArgumentError, match="unknown activation 'relo'"):
        definition("NEURON_FORWARD", "relo")
    with pytest.raises(XlneuronError, match="NUM_DERIV: network 1-99-1 is too large"):
        definition("NUM_DERIV", "1-99-1")
