"""Training with the NumPy engine, step by step, for any loss: what compiled sheets are compared with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlneuron.engine.array import Array
from xlneuron.engine.network import LOSSES, Network, error, forward, gradient, numerical_gradient
from xlneuron.engine.optimizers import Hyper, State, find_optimizer


def trained(
    network: Network,
    x: Array,
    y: Array,
    weights: Array,
    *,
    optimizer: str,
    learning_rate: float,
    epochs: int,
    loss: str = "squared",
    h: float | None = None,
) -> Mapping[str, Array]:
    """All that a sheet shows of each step, by name; with `h`, steps are by estimated derivatives."""
    measure, chosen = LOSSES[loss], find_optimizer(optimizer)
    hyper = Hyper(learning_rate)
    state: State = {}
    steps: dict[str, list[Array]] = {}
    with np.errstate(all="ignore"):
        for number in range(epochs * len(x)):
            row, target = x[number % len(x)], y[number % len(x)]
            exact = gradient(network, weights, row, target, measure)
            estimated = numerical_gradient(network, weights, row, target, h=h or 0.01, loss=measure)
            new, state = chosen.update(weights, estimated if h else exact, state, number + 1, hyper)
            step = {
                "weights": weights,
                "prediction": forward(network, weights, row),
                "error": error(network, weights, row, target, measure),
                "exact": exact,
                "estimated": estimated,
                "new_weights": new,
            }
            for name, value in step.items():
                steps.setdefault(name, []).append(value)
            weights = new
    return {name: np.array(values) for name, values in steps.items()}
