"""Optimisers, in order of increasing complexity, split as fastai splits them.

A *stat* takes the gradient and its own last value and returns its new value (`average_grad`); a *stepper*
takes the weights and what it needs of gradients and stats and returns the new weights (`adam_step`). Nothing
is changed in place: cells cannot do that either. One of these functions is one worksheet function and one
group of columns on a sheet. All arrays of a call have the shape of the weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from xlneuron.engine.array import Array
from xlneuron.errors import ArgumentError, echo

State = Mapping[str, Array]


@dataclass(frozen=True)
class Hyper:
    """The settings of an optimiser; `learning_rate` may be an array that broadcasts with the weights."""

    learning_rate: float | Array = 1e-4
    mom: float = 0.9
    sqr_mom: float = 0.99
    eps: float = 1e-8


def average_grad(
    grad: Array, grad_avg: Array | None = None, mom: float = 0.9, dampening: bool = False
) -> Array:
    """Return the new momentum: grad_avg * mom + grad, with grad * (1 - mom) if dampened.

    Without grad_avg it starts at zeros. Dampened it is an average and never exceeds the largest gradient; not
    dampened it grows towards grad / (1 - mom). Source: `average_grad` of fastai.optimizer. PyTorch's SGD
    starts at the first gradient: the same without dampening, different from step 1 on with it.
    """
    grad_avg = np.zeros_like(grad) if grad_avg is None else grad_avg
    return grad_avg * mom + grad * (1 - mom if dampening else 1.0)


def average_sqr_grad(
    grad: Array, sqr_avg: Array | None = None, sqr_mom: float = 0.99, dampening: bool = True
) -> Array:
    """Return the new average of squared gradients: sqr_avg * sqr_mom + grad^2 * (1 - sqr_mom).

    Without dampening the factor (1 - sqr_mom) is 1; with sqr_mom = 1 and no dampening this is the sum that
    Adagrad keeps. Source: `average_sqr_grad` of fastai.optimizer.
    """
    return average_grad(np.square(grad), sqr_avg, sqr_mom, dampening)


def sgd_step(weights: Array, grads: Array, learning_rate: float | Array) -> Array:
    """Return weights - learning_rate * grads."""
    return weights - learning_rate * grads


def adagrad_step(
    weights: Array, grads: Array, sqr_sum: Array, learning_rate: float | Array, eps: float = 1e-8
) -> Array:
    """Return weights - learning_rate * grads / (sqrt(sqr_sum) + eps).

    sqr_sum is the sum of all squared gradients, this step's included. Source: Duchi and others 2011;
    PyTorch's Adagrad.
    """
    return weights - learning_rate * grads / (np.sqrt(sqr_sum) + eps)


def rms_prop_step(
    weights: Array, grads: Array, sqr_avg: Array, learning_rate: float | Array, eps: float = 1e-8
) -> Array:
    """Return weights - learning_rate * grads / (sqrt(sqr_avg) + eps).

    The formula is Adagrad's; an average that forgets takes the place of the sum that only grows. sqr_avg has
    this step's gradient in it. Source: Hinton's lecture 6e, 2012; `rms_prop_step` of fastai.optimizer;
    PyTorch's RMSprop.
    """
    return adagrad_step(weights, grads, sqr_avg, learning_rate, eps)


def adam_step(
    weights: Array,
    grad_avg: Array,
    sqr_avg: Array,
    step: int,
    *,
    learning_rate: float | Array,
    mom: float = 0.9,
    sqr_mom: float = 0.99,
    eps: float = 1e-8,
) -> Array:
    """Return weights - learning_rate * m / (sqrt(v) + eps), m and v being the averages freed of their bias.

    Both averages start at zeros and so are too small at first: after step number `step` (1, 2, ...) they hold
    1 - mom^step and 1 - sqr_mom^step of the whole. Both are dampened and have this step's gradient in them.
    Source: Kingma and Ba 2015; `adam_step` of fastai, PyTorch's Adam (whose default for sqr_mom is 0.999).
    """
    m = grad_avg / (1 - np.power(mom, step))
    v = sqr_avg / (1 - np.power(sqr_mom, step))
    new_weights: Array = weights - learning_rate * m / (np.sqrt(v) + eps)
    return new_weights


@dataclass(frozen=True)
class Optimizer:
    """A choice of stats and a stepper.

    `update(weights, grads, state, step, hyper)` returns (new weights, new state); `state` names what it keeps
    from one step to the next (empty at the first, whose number is 1).
    """

    name: str
    state: tuple[str, ...]
    update: Callable[[Array, Array, State, int, Hyper], tuple[Array, State]]


def _sgd(weights: Array, grads: Array, state: State, step: int, hyper: Hyper) -> tuple[Array, State]:
    return sgd_step(weights, grads, hyper.learning_rate), {}


def _momentum(weights: Array, grads: Array, state: State, step: int, hyper: Hyper) -> tuple[Array, State]:
    grad_avg = average_grad(grads, state.get("grad_avg"), hyper.mom)
    return sgd_step(weights, grad_avg, hyper.learning_rate), {"grad_avg": grad_avg}


def _dampened(weights: Array, grads: Array, state: State, step: int, hyper: Hyper) -> tuple[Array, State]:
    grad_avg = average_grad(grads, state.get("grad_avg"), hyper.mom, dampening=True)
    return sgd_step(weights, grad_avg, hyper.learning_rate), {"grad_avg": grad_avg}


def _adagrad(weights: Array, grads: Array, state: State, step: int, hyper: Hyper) -> tuple[Array, State]:
    sqr_sum = average_sqr_grad(grads, state.get("sqr_sum"), sqr_mom=1.0, dampening=False)
    return adagrad_step(weights, grads, sqr_sum, hyper.learning_rate, hyper.eps), {"sqr_sum": sqr_sum}


def _rms_prop(weights: Array, grads: Array, state: State, step: int, hyper: Hyper) -> tuple[Array, State]:
    sqr_avg = average_sqr_grad(grads, state.get("sqr_avg"), hyper.sqr_mom)
    return rms_prop_step(weights, grads, sqr_avg, hyper.learning_rate, hyper.eps), {"sqr_avg": sqr_avg}


def _adam(weights: Array, grads: Array, state: State, step: int, hyper: Hyper) -> tuple[Array, State]:
    grad_avg = average_grad(grads, state.get("grad_avg"), hyper.mom, dampening=True)
    sqr_avg = average_sqr_grad(grads, state.get("sqr_avg"), hyper.sqr_mom)
    new_weights = adam_step(
        weights,
        grad_avg,
        sqr_avg,
        step,
        learning_rate=hyper.learning_rate,
        mom=hyper.mom,
        sqr_mom=hyper.sqr_mom,
        eps=hyper.eps,
    )
    return new_weights, {"grad_avg": grad_avg, "sqr_avg": sqr_avg}


OPTIMIZERS = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer("sgd", (), _sgd),
        Optimizer("momentum", ("grad_avg",), _momentum),
        Optimizer("dampened_momentum", ("grad_avg",), _dampened),
        Optimizer("adagrad", ("sqr_sum",), _adagrad),
        Optimizer("rms_prop", ("sqr_avg",), _rms_prop),
        Optimizer("adam", ("grad_avg", "sqr_avg"), _adam),
    )
}


def find_optimizer(name: str) -> Optimizer:
    """Return the optimiser of that name; raises ArgumentError with the known ones."""
    optimizer = OPTIMIZERS.get(name.strip().lower())
    if optimizer is None:
        raise ArgumentError("optimizer", f"unknown optimizer {echo(name)} (known: {', '.join(OPTIMIZERS)})")
    return optimizer
