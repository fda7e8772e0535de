"""Compiled training sheets: their values against PyTorch's figures and against the NumPy engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.compiled import Compiled, compiled, data_of
from support.engine import trained

from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.network import Network, parse
from xlneuron.engine.optimizers import OPTIMIZERS

FIGURES = json.loads((Path(__file__).parents[1] / "figures" / "compiler_figures.json").read_text())
RUNS = [(case, run) for case in FIGURES["cases"] for run in case["runs"]]


def close(actual: Any, expected: Any, scale: float = 1.0) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-12 * scale)


def name_of(value: Any) -> str:
    return value["network"] if "network" in value else value["optimizer"]


def test_the_figures_are_of_enough_networks():
    assert len({case["network"] for case in FIGURES["cases"]}) >= 12
    assert len(RUNS) >= 12 * 3 * 2


@pytest.mark.parametrize(("case", "run"), RUNS, ids=name_of)
def test_losses_and_weights_are_pytorchs(case, run):
    """With exact derivatives; those of the last row equal autograd's."""
    made = compiled(
        data_of(case["x"], case["y"]),
        case["network"],
        loss=case["loss"],
        weights=case["start"],
        optimizer=run["optimizer"],
        learning_rate=FIGURES["learning_rate"],
        epochs=FIGURES["epochs"],
    )
    close(made.column("err"), run["losses"])
    close(made.by_weight("d_")[-1], run["grad"])
    close(made.by_weight("new_")[-1], run["weights"])


def agrees_with_numpy(made: Compiled) -> None:
    """Compare every column that an engine has with the NumPy engine's."""
    request = made.request
    x = made.columns(made.plan.x)[: len(request.data)]
    estimated = request.derivatives == "numerical"
    steps = trained(
        request.network,
        x,
        np.array(request.targets(request.data)),
        np.array(request.weights),
        optimizer=request.optimizer,
        learning_rate=request.learning_rate,
        epochs=request.epochs,
        loss=request.loss,
        h=request.h if estimated else None,
    )
    close(made.by_weight(), steps["weights"])
    close(made.columns(made.plan.pred), steps["prediction"])
    close(made.column("err"), steps["error"])
    close(made.by_weight("new_"), steps["new_weights"])
    # The error's rounding is divided by h.
    rounding = 100 * (1 + np.abs(steps["error"]).max())
    if request.derivatives != "exact":
        close(made.by_weight("d_" if estimated else "est_"), steps["estimated"], rounding)
    if not estimated:
        close(made.by_weight("d_"), steps["exact"], rounding)


CASES = [
    ("1-1", "squared"),
    ("3-2", "squared"),
    ("2-3gelu-2softplus-2tanh-1", "squared"),
    ("3-2leaky_relu-4sigmoid-2", "squared"),
    ("10-1relu-2", "squared"),
    ("2-2gelu-3sigmoid", "cross-entropy"),
    ("2-4tanh-3softmax", "cross-entropy"),
]


def points(network: Network, loss: str, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random datapoints that a network and a loss can be given."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, network.n_inputs)).round(3)
    if loss == "squared":
        return x, random.normal(size=(rows, network.n_outputs)).round(3)
    if network.text.endswith("softmax"):
        return x, np.eye(network.n_outputs)[random.integers(0, network.n_outputs, rows)]
    return x, random.integers(0, 2, (rows, network.n_outputs)).astype(float)


@pytest.mark.parametrize("derivatives", ["numerical", "both"])
@pytest.mark.parametrize(("network", "loss"), CASES)
@pytest.mark.parametrize("optimizer", ["sgd", "dampened_momentum", "adagrad", "rms_prop"])
def test_every_step_is_the_numpy_engines(network, loss, optimizer, derivatives):
    x, y = points(parse(network, softmax=True), loss, 6, 4)
    made = compiled(
        data_of(x, y),
        network,
        loss=loss,
        optimizer=optimizer,
        derivatives=derivatives,
        learning_rate=0.02,
        epochs=2,
        init="normal",
    )
    agrees_with_numpy(made)


@st.composite
def networks(draw: st.DrawFn) -> tuple[str, str]:
    """A small network and its loss."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    hidden = st.sampled_from(sorted(ACTIVATIONS))
    loss = draw(st.sampled_from(["squared", "cross-entropy"]))
    names = [draw(hidden) for _ in sizes[1:]]
    if loss == "cross-entropy":
        names[-1] = draw(st.sampled_from(["sigmoid", "softmax"])) if sizes[-1] > 1 else "sigmoid"
    layers = [f"{size}{'' if name == 'none' else name}" for size, name in zip(sizes[1:], names, strict=True)]
    return "-".join([str(sizes[0]), *layers]), loss


@settings(max_examples=25, deadline=None)
@given(
    made_of=networks(),
    rows=st.integers(2, 5),
    seed=st.integers(0, 1000),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    rate=st.sampled_from([1e-4, 0.003, 0.03]),
    derivatives=st.sampled_from(["exact", "numerical", "both"]),
    scale=st.sampled_from(["none", "standard", "minmax"]),
    init=st.sampled_from(["ones", "normal", "glorot", "he"]),
)
def test_any_network_data_and_settings(made_of, rows, seed, optimizer, rate, derivatives, scale, init):
    # An estimate of some 1e-8 is mostly rounding, and these make steps of full length of it.
    assume(derivatives != "numerical" or optimizer not in {"adagrad", "rms_prop", "adam"})
    network, loss = made_of
    x, y = points(parse(network, softmax=True), loss, rows, seed)
    made = compiled(
        data_of(x, y),
        network,
        loss=loss,
        optimizer=optimizer,
        learning_rate=rate,
        epochs=2,
        derivatives=derivatives,
        scale=scale,
        init=init,
        seed=seed,
    )
    agrees_with_numpy(made)


def test_a_gelu_or_a_softmax_of_huge_sums_is_a_number():
    for network, loss in (
        ("1-2gelu-1", "squared"),
        ("1-2softmax", "cross-entropy"),
        ("1-2sigmoid", "cross-entropy"),
    ):
        net = parse(network, softmax=True)
        made = compiled(
            data_of([[1.0], [-1.0]], np.eye(2)[:, : net.n_outputs]),
            network,
            loss=loss,
            epochs=1,
            weights=[1e4 * (-1) ** n for n in range(net.n_weights)],
        )
        assert np.isfinite(made.column("err")).all()
        assert np.isfinite(made.by_weight("d_")).all()
