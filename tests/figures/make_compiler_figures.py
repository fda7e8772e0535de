"""PyTorch's figures for training runs that `xlneuron new` compiles: `compiler_figures.json` beside this file.

    python tests/figures/make_compiler_figures.py

Needs PyTorch (the committed figures are of 2.13). Each run is two epochs with batch size 1: the loss of every
step, autograd's gradient of the last one, and the weights after it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from make_torch_figures import build, flat
from torch import nn
from torch.nn import functional

FIGURES = Path(__file__).with_name("compiler_figures.json")
EPOCHS = 2
RATE = 0.05

NETWORKS = (
    ("1-1", "squared"),
    ("3-1", "squared"),
    ("1-1-1", "squared"),
    ("1-1relu-1", "squared"),
    ("2-3tanh-1sigmoid", "squared"),
    ("2-3tanh-1sigmoid", "cross-entropy"),
    ("2-2sigmoid-2", "squared"),
    ("3-4leaky_relu-2softplus-1", "squared"),
    ("2-3gelu-2", "squared"),
    ("1-6relu-6relu-1", "squared"),
    ("3-5tanh-2sigmoid", "cross-entropy"),
    ("2-3softmax", "cross-entropy"),
    ("4-8relu-4relu-3softmax", "cross-entropy"),
    ("2-3silu-2elu-1", "squared"),
    ("2-3elu-2sigmoid", "cross-entropy"),
)
ROWS = (5, 4)  # of the two data sets
OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {}),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    "adam": (torch.optim.Adam, {"betas": (0.9, 0.99), "eps": 1e-8}),
    "adamw": (torch.optim.AdamW, {"betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0.01}),
}


def loss_of(network: str, loss: str, z: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss of one datapoint, by torch's own functions, from what the last layer gives before softmax."""
    if network.endswith("softmax"):
        return functional.cross_entropy(z, target, reduction="sum")
    if loss == "cross-entropy":
        return functional.binary_cross_entropy(z, target, reduction="sum")
    return functional.mse_loss(z, target, reduction="sum")


def run(network: str, loss: str, start: dict[str, Any], x: torch.Tensor, y: torch.Tensor, name: str) -> Any:
    """One training run."""
    model = build(network.removesuffix("softmax"))
    model.load_state_dict(start)
    kind, settings = OPTIMIZERS[name]
    optimizer = kind(model.parameters(), lr=RATE, **settings)
    losses = []
    for _ in range(EPOCHS):
        for row, target in zip(x, y, strict=True):
            optimizer.zero_grad()
            error = loss_of(network, loss, model(row), target)
            error.backward()
            optimizer.step()
            losses.append(error.item())
    return {"optimizer": name, "losses": losses, "grad": flat(model, "grad"), "weights": flat(model, "data")}


def case(network: str, loss: str, rows: int) -> dict[str, Any]:
    """A network on random data, with each optimiser. Numbers have four decimals."""
    model = build(network.removesuffix("softmax"))
    for parameter in model.parameters():
        nn.init.normal_(parameter)
        parameter.data = (parameter.data * 1e4).round() / 1e4
    start = {key: value.clone() for key, value in model.state_dict().items()}
    x = (torch.randn(rows, model[0].in_features, dtype=torch.float64) * 1e4).round() / 1e4
    outputs = model(x).shape[1]
    if network.endswith("softmax"):
        y = functional.one_hot(torch.randint(outputs, (rows,)), outputs).to(torch.float64)
    elif loss == "cross-entropy":
        y = torch.randint(2, (rows, outputs)).to(torch.float64)
    else:
        y = (torch.randn(rows, outputs, dtype=torch.float64) * 1e4).round() / 1e4
    return {
        "network": network,
        "loss": loss,
        "x": x.tolist(),
        "y": y.tolist(),
        "start": flat(model, "data"),
        "runs": [run(network, loss, start, x, y, name) for name in OPTIMIZERS],
    }


def compact(value: Any) -> Any:
    """Numbers with the 13 digits that a comparison to 1e-9 takes."""
    if isinstance(value, float):
        return float(f"{value:.13g}")
    if isinstance(value, dict):
        return {key: compact(each) for key, each in value.items()}
    return [compact(each) for each in value] if isinstance(value, list) else value


def main() -> None:
    cases = []
    for number, (network, loss, rows) in enumerate((*each, rows) for each in NETWORKS for rows in ROWS):
        torch.manual_seed(number + 100)  # so that a case stays what it is when others are added
        cases.append(compact(case(network, loss, rows)))
    if not all(math.isfinite(loss) for each in cases for run in each["runs"] for loss in run["losses"]):
        raise SystemExit("a training that explodes compares nothing: choose other seeds")
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
    text = f'{{"learning_rate": {RATE}, "epochs": {EPOCHS}, "cases": [\n{lines}\n]}}\n'
    FIGURES.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
