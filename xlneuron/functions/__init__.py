"""The worksheet functions: what a cell calls, as plain functions of arrays.

Each function's signature and docstring are the only place where its arguments are named and described: the
first paragraph and the lines `name: text` are the texts of the function wizard. Called from Python, a
function takes numbers, lists or arrays and returns arrays; `functions.call` is the way in for cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from xlneuron.engine import diagnosis, optimizers, training
from xlneuron.engine.array import Array
from xlneuron.engine.network import Network, forward, gradient, numerical_gradient, parse, squared_error
from xlneuron.errors import ArgumentError
from xlneuron.functions.call import run
from xlneuron.functions.cells import Table, check_size
from xlneuron.functions.scalar import POINTS
from xlneuron.functions.shapes import WIDTHS, check_steps, fit, input_rows, like, target_rows, weight_rows
from xlneuron.functions.signature import Function, describe

R = TypeVar("R")

FUNCTIONS: dict[str, Function] = {}


def worksheet_function(implementation: Callable[..., R]) -> Callable[..., R]:
    """Register a worksheet function; called, it checks and converts its arguments by its own record."""
    function = describe(implementation)
    function = replace(function, point=POINTS.get(function.name), width=WIDTHS.get(function.name))
    FUNCTIONS[function.name] = function

    @wraps(implementation)
    def worksheet(*args: Any, **kwargs: Any) -> R:
        result: R = run(function, args, kwargs)
        return result

    return worksheet


@worksheet_function
def NEURON_FORWARD(inputs: Array, weights: Array, network: str = "none") -> Array:
    """Prediction of a neuron or a small network, one row per row of inputs.

    inputs: The inputs x, one row per datapoint.
    weights: The weights in order: layer by layer, neuron by neuron, input weights and then the bias. One
        row for all datapoints, or one row per datapoint.
    network: Layer sizes with activations such as 1-1relu-1, or an activation alone for one neuron: none,
        relu, leaky_relu, sigmoid, tanh, softplus, gelu, silu, elu.

    Returns the prediction, one column per output.
    """
    net, inputs, weights = fit(inputs, weights, network)
    return forward(net, weights, inputs)


@worksheet_function
def NUM_DERIV(
    inputs: Array,
    target: Array,
    weights: Array,
    network: str = "none",
    h: float = 0.01,
    method: str = "forward",
) -> Array:
    """Estimated derivative of the squared error by each weight: the error is measured again after moving
    the weight by h.

    inputs: The inputs x, one row per datapoint.
    target: The target y of each datapoint.
    weights: The weights, as for NEURON_FORWARD: one row for all datapoints, or one row per datapoint.
    network: Layer sizes with activations such as 1-1relu-1, or an activation alone for one neuron.
    h: How far a weight is moved.
    method: forward: (error at w+h, minus error at w) / h. central: (error at w+h, minus error at w-h) /
        2h, which is closer to the exact derivative.

    Returns one row per datapoint, one column per weight.
    """
    net, inputs, weights = fit(inputs, weights, network, moved=True)
    target = target_rows(target, len(inputs), net, "target", "inputs")
    if h == 0:
        raise ArgumentError("h", "0, but the estimate divides by it")
    return numerical_gradient(net, weights, inputs, target, h=h, method=method.strip().lower())


@worksheet_function
def NEURON_GRAD(inputs: Array, target: Array, weights: Array, network: str = "none") -> Array:
    """Exact derivative (gradient) of the squared error by each weight, by backpropagation.

    inputs: The inputs x, one row per datapoint.
    target: The target y of each datapoint.
    weights: The weights, as for NEURON_FORWARD: one row for all datapoints, or one row per datapoint.
    network: Layer sizes with activations such as 1-1relu-1, or an activation alone for one neuron.

    Returns one row per datapoint, one column per weight.
    """
    net, inputs, weights = fit(inputs, weights, network)
    target = target_rows(target, len(inputs), net, "target", "inputs")
    return gradient(net, weights, inputs, target)


@worksheet_function
def SGD_STEP(weights: Array, grads: Array, learning_rate: float = 0.0001) -> Array:
    """New weights after one step of stochastic gradient descent (SGD): weights - learning_rate * grads.

    weights: The weights before the step.
    grads: The derivative by each weight, or its momentum from AVERAGE_GRAD.
    learning_rate: The factor that makes a step of a derivative.

    Returns the new weights, in the shape of weights.
    """
    return optimizers.sgd_step(weights, like(weights, grads, "grads"), learning_rate)


@worksheet_function
def AVERAGE_GRAD(
    grad: Array, grad_avg: Array | None = None, mom: float = 0.9, dampening: bool = False
) -> Array:
    """Momentum: grad_avg * mom + grad, or + grad * (1 - mom) with dampening, which makes it an average of
    the derivatives.

    grad: The derivatives of this step.
    grad_avg: The momentum after the step before; zeros if left out.
    mom: How much of the momentum is kept: 0 nothing, 0.9 nine tenths.
    dampening: TRUE: the derivative counts (1 - mom) times, so that the momentum never exceeds the largest
        derivative. FALSE: it counts in full.

    Returns the new momentum, in the shape of grad. Source: average_grad of fastai.optimizer.
    """
    if grad_avg is not None:
        grad_avg = like(grad, grad_avg, "grad_avg", "grad")
    return optimizers.average_grad(grad, grad_avg, mom, dampening)


@worksheet_function
def AVERAGE_SQR_GRAD(
    grad: Array, sqr_avg: Array | None = None, sqr_mom: float = 0.99, dampening: bool = True
) -> Array:
    """Average of the squared derivatives: sqr_avg * sqr_mom + grad^2 * (1 - sqr_mom). RMSprop, Adagrad and
    Adam divide by its root.

    grad: The derivatives of this step.
    sqr_avg: The average after the step before; zeros if left out.
    sqr_mom: How much of the average is kept.
    dampening: TRUE: grad^2 counts (1 - sqr_mom) times. FALSE: it counts in full; with sqr_mom 1 that is
        the sum of squares that ADAGRAD_STEP takes.

    Returns the new average, in the shape of grad. Source: average_sqr_grad of fastai.optimizer.
    """
    if sqr_avg is not None:
        sqr_avg = like(grad, sqr_avg, "sqr_avg", "grad")
    return optimizers.average_sqr_grad(grad, sqr_avg, sqr_mom, dampening)


@worksheet_function
def ADAGRAD_STEP(
    weights: Array, grads: Array, sqr_sum: Array, learning_rate: float = 0.01, eps: float = 1e-8
) -> Array:
    """New weights after one step of Adagrad: weights - learning_rate * grads / (root of sqr_sum + eps).

    weights: The weights before the step.
    grads: The derivatives of this step.
    sqr_sum: The sum of all squared derivatives, this step's included: AVERAGE_SQR_GRAD with sqr_mom 1 and
        dampening FALSE.
    learning_rate: The factor that makes a step of a derivative.
    eps: A small number that keeps the division from being by 0.

    Returns the new weights, in the shape of weights. Source: Duchi and others 2011; Adagrad of PyTorch.
    """
    grads, sqr_sum = like(weights, grads, "grads"), like(weights, sqr_sum, "sqr_sum")
    return optimizers.adagrad_step(weights, grads, sqr_sum, learning_rate, eps)


@worksheet_function
def RMS_PROP_STEP(
    weights: Array, grads: Array, sqr_avg: Array, learning_rate: float = 0.01, eps: float = 1e-8
) -> Array:
    """New weights after one step of RMSprop: weights - learning_rate * grads / (root of sqr_avg + eps).

    weights: The weights before the step.
    grads: The derivatives of this step.
    sqr_avg: The average of the squared derivatives, this step's included: from AVERAGE_SQR_GRAD.
    learning_rate: The factor that makes a step of a derivative.
    eps: A small number that keeps the division from being by 0.

    Returns the new weights, in the shape of weights. Source: Hinton's lecture 6e, 2012; RMSprop of PyTorch.
    """
    grads, sqr_avg = like(weights, grads, "grads"), like(weights, sqr_avg, "sqr_avg")
    return optimizers.rms_prop_step(weights, grads, sqr_avg, learning_rate, eps)


@worksheet_function
def ADAM_STEP(
    weights: Array,
    grad_avg: Array,
    sqr_avg: Array,
    step_number: int,
    learning_rate: float = 0.001,
    mom: float = 0.9,
    sqr_mom: float = 0.99,
    eps: float = 1e-8,
    wd: float = 0.0,
) -> Array:
    """New weights after one step of Adam, with bias correction: both averages start at zeros, so each is
    divided by the share of them that is filled. With weight decay: AdamW.

    weights: The weights before the step.
    grad_avg: The average of the derivatives, this step's included: from AVERAGE_GRAD with dampening TRUE.
    sqr_avg: The average of the squared derivatives, this step's included: from AVERAGE_SQR_GRAD.
    step_number: Which step this is: 1, 2, 3 and so on.
    learning_rate: About how far a weight moves in one step.
    mom: The mom that grad_avg was made with.
    sqr_mom: The sqr_mom that sqr_avg was made with (0.99 as in fastai; PyTorch's default is 0.999).
    eps: A small number that keeps the division from being by 0.
    wd: Weight decay, of AdamW: besides the step, learning_rate * wd of each weight is taken away.

    Returns weights - learning_rate * (grad_avg / (1 - mom^n)) / (root of (sqr_avg / (1 - sqr_mom^n)) + eps),
    n being the step number, in the shape of weights. Source: Kingma and Ba 2015; Adam and AdamW of
    PyTorch (whose default for weight decay is 0.01).
    """
    if step_number < 1:
        raise ArgumentError("step_number", f"{step_number}, but the first step is 1")
    return optimizers.adam_step(
        weights,
        like(weights, grad_avg, "grad_avg"),
        like(weights, sqr_avg, "sqr_avg"),
        step_number,
        learning_rate=learning_rate,
        mom=mom,
        sqr_mom=sqr_mom,
        eps=eps,
        wd=wd,
    )


@worksheet_function
def SMOOTH(series: Array, mom: float = 0.9, dampening: bool = True, start: float = 0.0) -> Array:
    """Exponentially weighted average of a whole series, each value from the one before: average * mom +
    value * (1 - mom).

    series: The values: one row, or columns that are averaged one by one.
    mom: How much of the average is kept: near 1 is smoother and slower.
    dampening: TRUE: a value counts (1 - mom) times. FALSE: it counts in full, and the result grows up to
        1 / (1 - mom) times as large.
    start: The average before the first value.

    Returns the averages, in the shape of series.
    """
    values = series.T if len(series) == 1 else series
    averages = np.empty_like(values)
    average = np.full(values.shape[1], start)
    for row, value in enumerate(values):
        averages[row] = average = optimizers.average_grad(value, average, mom, dampening)
    return averages.reshape(series.shape)


@worksheet_function
def SGD_TRAIN(
    x: Array,
    y: Array,
    weights: Array | None = None,
    network: str = "none",
    learning_rate: float = 0.0001,
    epochs: int = 1,
    optimizer: str = "sgd",
    mom: float = 0.9,
) -> Table:
    """Trains a neuron or a small network on the data and returns every step: one row per datapoint and
    epoch, with headers.

    x: The inputs, one row per datapoint.
    y: The target of each datapoint.
    weights: The starting weights, as for NEURON_FORWARD; ones if left out.
    network: Layer sizes with activations such as 1-1relu-1, or an activation alone for one neuron.
    learning_rate: The factor that makes a step of a derivative.
    epochs: How often the training goes through all the data.
    optimizer: How a step is made of derivatives: sgd, momentum, dampened_momentum, nesterov, adagrad,
        rms_prop, adam or adamw.
    mom: How much of the momentum is kept; what has momentum (nesterov, adam and adamw, too) uses it.

    Returns the columns epoch, row, x, y, the weights before the step, prediction, squared error, the exact
    derivatives, what the optimizer keeps, and the weights after the step.
    """
    if weights is None:
        on_its_side = x.shape[1] == y.size != len(x)
        net = parse(network, len(x) if on_its_side else x.shape[1])
        weights = np.ones((1, net.n_weights))
    net, x, weights = fit(x, weights, network, name="x")
    if len(weights) > 1:
        raise ArgumentError("weights", f"{len(weights)} rows, but training starts from one")
    y = target_rows(y, len(x), net, "y", "x")
    chosen = optimizers.find_optimizer(optimizer)
    header = _train_header(net, chosen)
    check_size(max(epochs, 0) * len(x) + 1, len(header), "epochs")
    check_steps(net, max(epochs, 0) * len(x), "epochs")
    trace = training.train(
        net, x, y, weights[0], learning_rate=learning_rate, epochs=epochs, optimizer=optimizer, mom=mom
    )
    columns = [
        trace.epoch,
        trace.row,
        trace.x,
        trace.y,
        trace.weights,
        trace.prediction,
        trace.error,
        trace.grads,
        *trace.state.values(),
        trace.new_weights,
    ]
    return Table(header, np.column_stack(columns))


@worksheet_function
def TRAIN_STEP(
    x: Array,
    y: Array,
    weights: Array,
    network: str = "none",
    learning_rate: float = 0.0001,
    method: str = "exact",
    h: float = 0.01,
) -> Array:
    """One step of a training as a whole row: the prediction, its squared error, the derivatives of the error,
    and the weights after a step of SGD.

    x: The inputs, one row per datapoint. Each row is a step by itself; steps that follow each other are
        SGD_TRAIN.
    y: The target of each datapoint.
    weights: The weights before the step, as for NEURON_FORWARD: one row for all datapoints, or one row per
        datapoint.
    network: Layer sizes with activations such as 1-1relu-1, or an activation alone for one neuron.
    learning_rate: The factor that makes a step of a derivative.
    method: exact: the derivatives by backpropagation, as NEURON_GRAD has them. forward or central: estimated
        by moving each weight by h, as NUM_DERIV has them.
    h: How far a weight is moved; exact derivatives need none.

    Returns one row per datapoint: the prediction (one column per output), the squared error, the derivative
    by each weight, and the new weights: weights - learning_rate * derivatives. What is wrong with the
    arguments is said in the first cell, and the others are #NUM!, so that no row goes on from blank cells.
    """
    method = method.strip().lower()
    net, x, weights = fit(x, weights, network, name="x", moved=method != "exact")
    y = target_rows(y, len(x), net, "y", "x")
    grads = training.derivative(method, h, argument="method")(net, weights, x, y)
    prediction = forward(net, weights, x)
    new_weights = optimizers.sgd_step(weights, grads, learning_rate)
    return np.column_stack([prediction, squared_error(prediction, y), grads, new_weights])


@worksheet_function
def DIAGNOSE(x: Array, y: Array, weights: Array, network: str = "none", errors: Array | None = None) -> str:
    """Says in one sentence what became of a training: it learns, it exploded, a ReLU died, or weights are
    frozen, and from which row on.

    x: The inputs of the data, one row per datapoint (or per row of weights).
    y: The target of each datapoint.
    weights: The weights as trained: one row per datapoint and epoch, each before its step.
    network: Layer sizes with activations such as 1-1relu-1, or an activation alone for one neuron.
    errors: The squared error of each row of weights; computed if left out.

    Returns one sentence.
    """
    net, weights = weight_rows(weights, network)
    x = input_rows(x, net, "x")
    y = target_rows(y, len(x), net, "y", "x")
    return diagnosis.diagnose(net, x, y, weights, None if errors is None else errors.ravel()).sentence


def _train_header(net: Network, optimizer: optimizers.Optimizer) -> tuple[str, ...]:
    names = net.weight_names
    return (
        "epoch",
        "row",
        *_numbered("x", net.n_inputs),
        *_numbered("y", net.n_outputs),
        *names,
        *_numbered("prediction", net.n_outputs),
        "error",
        *(f"d_{name}" for name in names),
        *(f"{state}_{name}" for state in optimizer.state for name in names),
        *(f"new_{name}" for name in names),
    )


def _numbered(name: str, count: int) -> list[str]:
    return [name] if count == 1 else [f"{name}{number}" for number in range(1, count + 1)]
