"""Optimisers, in order of increasing complexity, split as fastai splits them.

A *stat* takes the gradient and its own last value and returns its new value (`average_grad`); a *stepper*
takes the weights and what it needs of gradients and stats and returns the new weights (`adam_step`). An
optimiser is a list of stats and a stepper. Nothing is changed in place: cells cannot do that either. All
arrays of a call have the shape of the weights.

A new optimiser is an entry of OPTIMIZERS here, and one of the table of its cells (`networks/optimizers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    wd: float = 0.01


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


def nesterov_step(
    weights: Array, grads: Array, grad_avg: Array, learning_rate: float | Array, mom: float = 0.9
) -> Array:
    """Return weights - learning_rate * (grads + mom * grad_avg): momentum, looked at a step ahead.

    grad_avg is undampened and has this step's gradient in it. Source: Nesterov 1983, in the form of Sutskever
    and others 2013; PyTorch's SGD with nesterov=True.
    """
    return sgd_step(weights, grads + mom * grad_avg, learning_rate)


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
    wd: float = 0.0,
) -> Array:
    """Return weights - learning_rate * m / (sqrt(v) + eps), m and v being the averages freed of their bias.

    Both averages start at zeros and so are too small at first: after step number `step` (1, 2, ...) they hold
    1 - mom^step and 1 - sqr_mom^step of the whole. Both are dampened and have this step's gradient in them.
    With weight decay `wd` (AdamW) the weights shrink by learning_rate * wd of themselves first: decoupled,
    which means not by way of the gradient. Source: Kingma and Ba 2015, Loshchilov and Hutter 2019;
    `adam_step` of fastai, PyTorch's Adam (whose default for sqr_mom is 0.999) and AdamW.
    """
    m = grad_avg / (1 - np.power(mom, step))
    v = sqr_avg / (1 - np.power(sqr_mom, step))
    if wd:
        weights = weights - learning_rate * wd * weights
    new_weights: Array = weights - learning_rate * m / (np.sqrt(v) + eps)
    return new_weights


# (gradients, its last value or None, hyper) -> its new value
Stat = Callable[[Array, Array | None, Hyper], Array]
# (weights, gradients, all stats, number of the step, hyper) -> the new weights
Stepper = Callable[[Array, Array, Sequence[Array], int, Hyper], Array]


@dataclass(frozen=True, eq=False)  # compared and hashed as what it is, for it holds a dictionary
class Optimizer:
    """Stats, by their names, and a stepper."""

    name: str
    stats: Mapping[str, Stat]
    stepper: Stepper

    @property
    def state(self) -> tuple[str, ...]:
        """The names of what it keeps from one step to the next."""
        return tuple(self.stats)

    def update(
        self, weights: Array, grads: Array, state: State, step: int, hyper: Hyper
    ) -> tuple[Array, State]:
        """Return the new weights and the new state; `state` is empty at the first step, whose number is 1."""
        stats = [stat(grads, state.get(name), hyper) for name, stat in self.stats.items()]
        return self.stepper(weights, grads, stats, step, hyper), dict(zip(self.stats, stats, strict=True))


def _momentum(grads: Array, before: Array | None, hyper: Hyper) -> Array:
    return average_grad(grads, before, hyper.mom)


def _dampened(grads: Array, before: Array | None, hyper: Hyper) -> Array:
    return average_grad(grads, before, hyper.mom, dampening=True)


def _sqr_sum(grads: Array, before: Array | None, hyper: Hyper) -> Array:
    return average_sqr_grad(grads, before, sqr_mom=1.0, dampening=False)


def _sqr_avg(grads: Array, before: Array | None, hyper: Hyper) -> Array:
    return average_sqr_grad(grads, before, hyper.sqr_mom)


def _sgd(weights: Array, grads: Array, _: Sequence[Array], step: int, hyper: Hyper) -> Array:
    return sgd_step(weights, grads, hyper.learning_rate)


def _along(weights: Array, grads: Array, stats: Sequence[Array], step: int, hyper: Hyper) -> Array:
    """Step along the average of the gradients."""
    return sgd_step(weights, stats[0], hyper.learning_rate)


def _nesterov(weights: Array, grads: Array, stats: Sequence[Array], step: int, hyper: Hyper) -> Array:
    return nesterov_step(weights, grads, stats[0], hyper.learning_rate, hyper.mom)


def _adagrad(weights: Array, grads: Array, stats: Sequence[Array], step: int, hyper: Hyper) -> Array:
    return adagrad_step(weights, grads, stats[0], hyper.learning_rate, hyper.eps)


def _rms_prop(weights: Array, grads: Array, stats: Sequence[Array], step: int, hyper: Hyper) -> Array:
    return rms_prop_step(weights, grads, stats[0], hyper.learning_rate, hyper.eps)


def _adam(*, decays: bool) -> Stepper:
    def stepper(weights: Array, _: Array, stats: Sequence[Array], step: int, hyper: Hyper) -> Array:
        return adam_step(
            weights,
            stats[0],
            stats[1],
            step,
            learning_rate=hyper.learning_rate,
            mom=hyper.mom,
            sqr_mom=hyper.sqr_mom,
            eps=hyper.eps,
            wd=hyper.wd if decays else 0.0,
        )

    return stepper


OPTIMIZERS = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer("sgd", {}, _sgd),
        Optimizer("momentum", {"grad_avg": _momentum}, _along),
        Optimizer("dampened_momentum", {"grad_avg": _dampened}, _along),
        Optimizer("nesterov", {"grad_avg": _momentum}, _nesterov),
        Optimizer("adagrad", {"sqr_sum": _sqr_sum}, _adagrad),
        Optimizer("rms_prop", {"sqr_avg": _sqr_avg}, _rms_prop),
        Optimizer("adam", {"grad_avg": _dampened, "sqr_avg": _sqr_avg}, _adam(decays=False)),
        Optimizer("adamw", {"grad_avg": _dampened, "sqr_avg": _sqr_avg}, _adam(decays=True)),
    )
}


def find_optimizer(name: str) -> Optimizer:
    """Return the optimiser of that name; raises ArgumentError with the known ones."""
    optimizer = OPTIMIZERS.get(name.strip().lower())
    if optimizer is None:
        raise ArgumentError("optimizer", f"unknown optimizer {echo(name)} (known: {', '.join(OPTIMIZERS)})")
    return optimizer
