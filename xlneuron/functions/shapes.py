"""How ranges fit a network: rows, columns and single cells become one row per datapoint.

Weights come as one row for all datapoints or as one row for each; inputs and targets may lie on their side, a
row where a column is meant. What does not fit is an ArgumentError that says how many there are and should be.
"""

from __future__ import annotations

import numpy as np

from xlneuron.engine.array import Array
from xlneuron.engine.network import Network, parse
from xlneuron.errors import ArgumentError, counted

MAX_LAYER_STEPS = 400_000  # layers x steps of a training that goes step by step, each some 10 microseconds
MAX_VALUES = 20_000_000  # numbers that one call may work on at once: 160 MB


def fit(
    inputs: Array, weights: Array, network: str, *, name: str = "inputs", moved: bool = False
) -> tuple[Network, Array, Array]:
    """Return the network, the inputs as (m, n_inputs) and the weights as (m, n_weights).

    One of the two may have 1 row instead of m. With `moved`, every weight is to be moved on its own.
    """
    net, weights = weight_rows(weights, network)
    inputs = input_rows(inputs, net, name)
    if 1 not in (len(inputs), len(weights)) and len(inputs) != len(weights):
        raise ArgumentError("weights", f"{counted(len(weights), 'row')}, but {name} has {len(inputs)}")
    rows = max(len(inputs), len(weights))
    work = rows * net.n_weights * (net.n_weights if moved else 1)
    if work > MAX_VALUES:
        raise ArgumentError(name, f"{rows} rows with {net.n_weights} weights are too many for one call")
    return net, inputs, weights


def check_steps(net: Network, steps: int, name: str) -> None:
    """Raise ArgumentError for a training that would keep the sheet waiting for long."""
    if steps * len(net.layers) > MAX_LAYER_STEPS and steps > 1:
        most = max(1, MAX_LAYER_STEPS // len(net.layers))
        layers = counted(len(net.layers), "layer")
        problem = f"{steps:,} steps of {layers} are too many for one call; at most {most:,}"
        raise ArgumentError(name, problem)


def weight_rows(weights: Array, network: str) -> tuple[Network, Array]:
    """Return the network and the weights as (rows, n_weights).

    As many values as the network has weights are one row, in whatever shape they come. A text that names no
    layers is one neuron, with as many inputs as there are weights for.
    """
    if "-" not in network:
        columns = weights.size if 1 in weights.shape else weights.shape[1]
        if columns < 2:
            raise ArgumentError(
                "weights", "1 value, but a neuron has 2 or more: one per input, then the bias"
            )
        net = parse(network, columns - 1)
    else:
        net = parse(network)
    if weights.size == net.n_weights:
        return net, weights.reshape(1, -1)
    if weights.shape[1] == net.n_weights:
        return net, weights
    count = counted(weights.size, "value") if 1 in weights.shape else counted(weights.shape[1], "column")
    raise ArgumentError("weights", f"{count}, but network {net.text} has {net.n_weights}")


def input_rows(inputs: Array, net: Network, name: str) -> Array:
    """Return the inputs as one row per datapoint; they may lie on their side if only that fits."""
    if inputs.shape[1] == net.n_inputs:
        return inputs
    if inputs.shape[0] == net.n_inputs:
        return inputs.T
    problem = (
        f"{counted(inputs.shape[1], 'column')}, but network {net.text} has {counted(net.n_inputs, 'input')}"
    )
    raise ArgumentError(name, problem)


def target_rows(target: Array, rows: int, net: Network, name: str, inputs_name: str) -> Array:
    """Return the targets as (rows, n_outputs); they may lie on their side if only that fits."""
    if target.shape == (rows, net.n_outputs):
        return target
    if target.shape == (net.n_outputs, rows):
        return target.T
    if net.n_outputs == 1:
        raise ArgumentError(
            name, f"{counted(target.size, 'value')}, but {inputs_name} has {counted(rows, 'row')}"
        )
    size = " x ".join(map(str, target.shape))
    raise ArgumentError(name, f"{size} cells, but {rows} rows of {net.n_outputs} targets are needed")


def like(weights: Array, values: Array, name: str, whose: str = "weights") -> Array:
    """Return values in the shape of weights; a row may stand for a column."""
    if values.shape == weights.shape:
        return values
    if values.size == weights.size and 1 in values.shape and 1 in weights.shape:
        return values.reshape(weights.shape)
    sizes = [f"{rows} x {columns}" for rows, columns in (values.shape, weights.shape)]
    raise ArgumentError(name, f"{sizes[0]} cells, but {whose} has {sizes[1]}")


def step_width(x: object, y: object, weights: object, network: object = None, *others: object) -> int:
    """Return how many columns TRAIN_STEP returns, for arguments as cells, of which any may be wrong.

    Where one is, its message has to leave no cell of the row blank: blank cells count as 0, and the next row
    of a sheet would start from such weights.
    """
    if isinstance(network, str) and "-" in network:
        net = parse(network)
        return net.n_outputs + 1 + 2 * net.n_weights
    shape: tuple[int, ...] = np.array(weights, dtype=object).shape
    return 2 + 2 * (max(shape) if 1 in shape else shape[-1])


WIDTHS = {"TRAIN_STEP": step_width}
