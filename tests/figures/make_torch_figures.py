"""PyTorch's figures for networks and optimisers, in double precision: `torch_figures.json` beside this file.

    python tests/figures/make_torch_figures.py

Needs PyTorch (the committed figures are of 2.13). A network is built here from torch's own modules, so that
these figures and xlneuron share nothing but the table of cases.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

FIGURES = Path(__file__).with_name("torch_figures.json")

ACTIVATIONS = {
    "": nn.Identity(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(0.01),
    "sigmoid": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "softplus": nn.Softplus(threshold=1e9),  # torch's own threshold of 20 makes it linear beyond
    "gelu": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "elu": nn.ELU(),
}

NETWORKS = (
    "1-1",
    "3-1",
    "1-1-1",
    *(f"1-1{name}" for name in ACTIVATIONS if name),
    *(f"1-1{name}-1" for name in ACTIVATIONS if name),
    *(f"2-3{name}-2" for name in ACTIVATIONS if name),
    "2-3tanh-1sigmoid",
    "4-5leaky_relu-3softplus-2",
    "1-8relu-8relu-1",
    "3-2gelu-2sigmoid-2tanh-1",
    "2-1relu-4tanh-3",
)
DATAPOINTS = 4

WEIGHTS = [1.0, -2.0, 0.5, 3.0]
STEPS = 12
OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any]]] = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "dampened_momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.9}),
    "nesterov": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adagrad": (torch.optim.Adagrad, {"lr": 0.1, "eps": 1e-8}),
    "rms_prop": (torch.optim.RMSprop, {"lr": 0.1, "alpha": 0.99, "eps": 1e-8}),
    "adam": (torch.optim.Adam, {"lr": 0.1, "betas": (0.9, 0.99), "eps": 1e-8}),
    "adamw": (torch.optim.AdamW, {"lr": 0.1, "betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0.01}),
}


def build(network: str) -> nn.Sequential:
    """The network of a notation such as 2-3tanh-1sigmoid, from torch's modules."""
    (inputs, _), *layers = [re.fullmatch(r"(\d+)(\w*)", part).groups() for part in network.split("-")]  # type: ignore[union-attr]
    modules: list[nn.Module] = []
    for size, activation in layers:
        modules += [nn.Linear(int(inputs), int(size), dtype=torch.float64), ACTIVATIONS[activation]]
        inputs = size
    return nn.Sequential(*modules)


def flat(model: nn.Sequential, what: str) -> list[float]:
    """All weights (`data`) or gradients (`grad`), neuron by neuron: input weights, then bias."""
    values: list[float] = []
    for linear in model:
        if isinstance(linear, nn.Linear):
            weight, bias = getattr(linear.weight, what), getattr(linear.bias, what)
            values += torch.cat([weight, bias[:, None]], dim=1).flatten().tolist()
    return values


def network_figures(network: str) -> dict[str, Any]:
    """Prediction, squared error and its gradient for random weights and datapoints."""
    model = build(network)
    for parameter in model.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(DATAPOINTS, model[0].in_features, dtype=torch.float64)
    prediction = model(x)
    y = torch.randn_like(prediction)
    losses, grads = [], []
    for inputs, target in zip(x, y, strict=True):
        model.zero_grad()
        loss = ((model(inputs) - target) ** 2).sum()
        loss.backward()
        losses.append(loss.item())
        grads.append(flat(model, "grad"))
    return {
        "network": network,
        "weights": flat(model, "data"),
        "x": x.tolist(),
        "y": y.tolist(),
        "prediction": prediction.tolist(),
        "error": losses,
        "grads": grads,
    }


def optimizer_figures(name: str, grads: torch.Tensor) -> dict[str, Any]:
    """The weights after each step along a given sequence of gradients."""
    kind, settings = OPTIMIZERS[name]
    weights = nn.Parameter(torch.tensor(WEIGHTS, dtype=torch.float64))
    optimizer = kind([weights], **settings)
    path = []
    for grad in grads:
        weights.grad = grad.clone()
        optimizer.step()
        path.append(weights.tolist())
    return {"optimizer": name, "weights": WEIGHTS, "grads": grads.tolist(), "path": path}


def main() -> None:
    torch.manual_seed(1)
    grads = torch.randn(STEPS, len(WEIGHTS), dtype=torch.float64)
    networks = ",\n".join(json.dumps(network_figures(network)) for network in NETWORKS)
    optimizers = ",\n".join(json.dumps(optimizer_figures(name, grads)) for name in OPTIMIZERS)
    text = f'{{"networks": [\n{networks}\n],\n"optimizers": [\n{optimizers}\n]}}\n'
    FIGURES.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
