"""Compiled training sheets in LibreOffice: as made, with other settings, weights and data, and at random."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.compiled import data_of
from support.recalculation import assert_recalculates, assert_shows

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import Request, prepare
from xlneuron.data import default_data
from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.network import parse
from xlneuron.engine.optimizers import OPTIMIZERS
from xlneuron.hosts.libreoffice import extension
from xlneuron.hosts.libreoffice.dialect import FUNCTIONS
from xlneuron.hosts.office import Office
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

FIGURES = json.loads((Path(__file__).parents[1] / "figures" / "compiler_figures.json").read_text())


def request(
    network: str, rows: int = 6, *, seed: int = 1, loss: str | None = None, **options: object
) -> Request:
    """A network on random data that suits it."""
    net = parse(network, softmax=True)
    random = np.random.default_rng(seed)
    x = random.normal(2, 3, (rows, net.n_inputs)).round(2)
    if network.endswith("softmax"):
        y = np.eye(net.n_outputs)[random.integers(0, net.n_outputs, rows)]
    elif loss == "cross-entropy":
        y = random.integers(0, 2, (rows, net.n_outputs)).astype(float)
    else:
        y = random.normal(size=(rows, net.n_outputs)).round(2)
    return prepare(
        data_of(x, y), network, **{"seed": seed, "loss": loss, "learning_rate": 0.01, "epochs": 2, **options}
    )


BOTH = {"derivatives": "both"}
ESTIMATED = {"derivatives": "numerical"}
REQUESTS = {
    "line": prepare(default_data(), epochs=2),
    "relu": request("1-1relu-1", **ESTIMATED, optimizer="momentum", validation=0.34),
    "sigmoid": request("2-3tanh-1sigmoid", 8, **BOTH, optimizer="adam", scale="standard", validation=0.25),
    "entropy": request(
        "2-2gelu-3sigmoid", loss="cross-entropy", **BOTH, optimizer="rms_prop", scale="minmax"
    ),
    "deep": request("2-2softplus-2leaky_relu-2gelu-2", **BOTH, optimizer="adagrad", init="normal"),
    "softmax": request("4-8relu-4relu-3softmax", optimizer="adam", validation=0.34),
    "softmax-estimated": request("2-2sigmoid-3softmax", **ESTIMATED, optimizer="dampened_momentum"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_as_made(office: Office, name: str, tmp_path: Path) -> None:
    assert_recalculates(office, write(make(REQUESTS[name]), tmp_path / f"{name}.xlsx"))


@pytest.mark.parametrize("number", range(len(FIGURES["cases"])))
def test_the_networks_of_pytorchs_figures(office: Office, number: int, tmp_path: Path) -> None:
    """The other half: the unit tests compare the same sheets' values with the figures."""
    case = FIGURES["cases"][number]
    run = case["runs"][number // 2 % len(case["runs"])]
    made = prepare(
        data_of(case["x"], case["y"]),
        case["network"],
        loss=case["loss"],
        optimizer=run["optimizer"],
        learning_rate=FIGURES["learning_rate"],
        epochs=FIGURES["epochs"],
    )
    made = replace(made, weights=tuple(case["start"]))
    assert_recalculates(office, write(make(made), tmp_path / "case.xlsx"))


def test_another_learning_rate_weight_and_datapoint(office: Office, tmp_path: Path) -> None:
    made = REQUESTS["sigmoid"]
    shipped = write(make(made), tmp_path / "shipped.xlsx")
    inputs = ((9.5, *made.data.inputs[0][1:]), *made.data.inputs[1:])
    changed = replace(
        made,
        learning_rate=0.1,
        h=0.5,
        weights=(0.25, *made.weights[1:]),
        data=replace(made.data, inputs=inputs),
    )
    expected = make(changed)
    sheets = {sheet.key: sheet for sheet in expected.sheets}
    with office.open(shipped) as opened:
        opened.set("Training", "learning_rate", 0.1)
        opened.set("Training", "h", 0.5)
        opened.set("Start", "F6", 0.25)
        opened.set("Data", data_cell(made), 9.5)
        opened.set("Predict", "A6", 9.5)  # made with the data, and then the user's own
        # What will happen with other rates was calculated for the rates that it was made with.
        same_words = replace(expected, words=make(made).words, sheets=tuple(sheets.values()))
        opened.calculate()
        assert_shows(opened, write(same_words, tmp_path / "expected.xlsx"))


def data_cell(made: Request) -> str:
    """The cell of the first datapoint's first input: to the right of the panel, if there is one."""
    return "B6" if made.scale == "none" else "F6"


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A LibreOffice with the extension."""
    path = extension.write(tmp_path_factory.mktemp("extension") / extension.FILE)
    with Office(extensions=[path]) as office:
        yield office


@pytest.mark.parametrize("name", ["relu", "sigmoid", "entropy", "softmax"])
def test_with_worksheet_functions(extended: Office, name: str, tmp_path: Path) -> None:
    assert_recalculates(extended, write(make(REQUESTS[name]), tmp_path / f"{name}.xlsx", dialect=FUNCTIONS))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A small network with data and settings."""
    sizes = draw(st.lists(st.integers(1, 2), min_size=2, max_size=3))
    names = [draw(st.sampled_from(sorted(ACTIVATIONS))) for _ in sizes[1:]]
    loss = draw(st.sampled_from(["squared", "cross-entropy"]))
    if loss == "cross-entropy":
        names[-1] = "softmax" if sizes[-1] > 1 else "sigmoid"
    layers = [f"{size}{'' if name == 'none' else name}" for size, name in zip(sizes[1:], names, strict=True)]
    return request(
        "-".join([str(sizes[0]), *layers]),
        draw(st.integers(2, 5)),
        seed=draw(st.integers(0, 99)),
        loss=loss,
        optimizer=draw(st.sampled_from(sorted(OPTIMIZERS))),
        derivatives=draw(st.sampled_from(["exact", "numerical", "both"])),
        scale=draw(st.sampled_from(["none", "standard", "minmax"])),
        # With equal weights derivatives cancel to almost 0: LibreOffice makes that 0, and counts it as quiet.
        init="normal",
    )


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=requests())
def test_any_network(office: Office, tmp_path: Path, made: Request) -> None:
    assert_recalculates(office, write(make(made), tmp_path / "any.xlsx", force=True))
