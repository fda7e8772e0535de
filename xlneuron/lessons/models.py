"""The models of the lessons as expressions: forward, derivatives and steps, cell by cell.

`NEURON` is a*x + b, `CHAIN` two of them one after the other, c*(a*x + b) + d, and `RELU` the same with a
ReLU between them, c*max(0, a*x + b) + d.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlneuron.lessons.parts import counters
from xlneuron.workbook.model import Column, filled

ESTIMATED, EXACT = "Estimated derivatives", "Exact derivatives"
MOVED = "One weight moved by h"


@dataclass(frozen=True)
class Model:
    """A model with the weights a, b (and c, d)."""

    network: str  # in the notation of the worksheet functions
    weights: str

    @property
    def relu(self) -> bool:
        """Whether a ReLU is between its neurons."""
        return "relu" in self.network

    def predict(self, x: str = "x", **other: str) -> str:
        """Return the prediction's expression. `other` writes weights differently, as in a="(a + h)"."""
        a, b, c, d = (other.get(name, name) for name in "abcd")
        z = f"{a}*{x} + {b}"
        if self.weights == "ab":
            return z
        return f"{c}*max(0, {z}) + {d}" if self.relu else f"{c}*({z}) + {d}"

    def exact(self, weight: str, x: str = "x", **other: str) -> str:
        """Return the exact derivative of the squared error by a weight, from the cells pred, y, z and act.

        `other` gives the names of these cells and of c where they are different.
        """
        pred, y, z, act, c = (other.get(name, name) for name in ("pred", "y", "z", "act", "c"))
        slope = f"2*({pred} - {y})"
        back = f"{slope}*{c}"
        if self.relu:
            back = f"({back} if {z} > 0 else 0)"
        if self.weights == "ab":
            return {"a": f"{slope}*{x}", "b": slope}[weight]
        return {"a": f"{back}*{x}", "b": back, "c": f"{slope}*{act if self.relu else z}", "d": slope}[weight]


NEURON = Model("1-1", "ab")
CHAIN = Model("1-1-1", "abcd")
RELU = Model("1-1relu-1", "abcd")


def weight_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the weights before the step."""
    return tuple(
        Column(name, f"prev.new_{name}", f"Weight {name} before this step: the new {name} of the row above.",
               f"start_{name}", group="Weights")
        for name in model.weights
    )  # fmt: skip


def forward_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns from z to the squared error."""
    group = "Prediction"
    hidden = (Column("z", "a*x + b", "The first neuron: a*x + b.", group=group),)
    act = (
        Column("act", "max(0, z)", "The ReLU: z where it is above 0, else 0.", header="relu(z)", group=group),
    )
    inner = "act" if model.relu else "z"
    pred = "a*x + b" if model.weights == "ab" else f"c*{inner} + d"
    return (
        *(hidden if model.weights == "abcd" else ()),
        *(act if model.relu else ()),
        Column("pred", pred, f"The prediction, {model.predict()}.", header="prediction", group=group, width=10),
        Column("err", "(pred - y)**2", "The squared error, (prediction - y)^2. Darker is larger.", header="error",
               style="error", group=group),
    )  # fmt: skip


def estimated_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the forward differences d_a, d_b, ..., made of `moved_columns`."""
    return tuple(
        Column(f"d_{name}", f"(err_{name} - err)/h",
               f"Estimated derivative of the error by {name}: how much the error changes if {name} is larger by h "
               "(see the columns to the right), divided by h.",
               header=f"de/d{name}", style="derivative", group=ESTIMATED)
        for name in model.weights
    )  # fmt: skip


def moved_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the error with each weight + h."""
    return tuple(
        Column(f"err_{name}", f"({model.predict(**{name: f'({name} + h)'})} - y)**2",
               f"The error if {name} were larger by h.", header=f"error, {name}+h", style="error", group=MOVED)
        for name in model.weights
    )  # fmt: skip


def exact_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the exact derivatives e_a, e_b, ..."""
    return tuple(
        Column(f"e_{name}", model.exact(name), f"Exact derivative of the error by {name}, from calculus.",
               header=f"exact de/d{name}", style="derivative", group=EXACT)
        for name in model.weights
    )  # fmt: skip


def step_columns(model: Model, slope: str = "d_{}", rate: str = "learning_rate") -> tuple[Column, ...]:
    """Return the columns of the new weights: each weight minus the rate times its `slope`."""
    return tuple(
        Column(f"new_{name}", f"{name} - {rate}*{slope.format(name)}",
               f"The step: {name} minus the learning rate times its derivative. The next row starts with it.",
               header=f"new {name}", group="New weights")
        for name in model.weights
    )  # fmt: skip


def one_step_columns(
    model: Model, slopes: tuple[Column, ...], options: str = "", rate: str = "learning_rate"
) -> tuple[Column, ...]:
    """Return the columns from z to the new weights: one TRAIN_STEP in the dialects with functions.

    `slopes` are the columns of the derivatives that the step follows, `options` the call's arguments that say
    how they are made.
    """
    *hidden, prediction, error = forward_columns(model)
    new = step_columns(model, f"{slopes[0].key.removesuffix(model.weights[0])}{{}}", rate)
    weights = f"span({model.weights[0]}, {model.weights[-1]})"
    call = f'TRAIN_STEP(x, y, {weights}, "{model.network}", {rate}{options})'
    return (*hidden, *filled((prediction, error, *slopes, *new), call))


def training_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of a training with estimated derivatives: a step, then what they are made of."""
    return (
        *counters(),
        *weight_columns(model),
        *one_step_columns(model, estimated_columns(model), ', "forward", h'),
        *moved_columns(model),
    )
