"""The models of the lessons as expressions: forward, derivatives and steps, cell by cell.

`NEURON` is a*x + b, `CHAIN` two of them one after the other, c*(a*x + b) + d, and `RELU` the same with a
ReLU between them, c*max(0, a*x + b) + d.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xlneuron.books.lessons.parts import counters
from xlneuron.tables.differentiate import written_out
from xlneuron.tables.fill import as_text, fill, inlined
from xlneuron.tables.model import Column, filled

ESTIMATED, EXACT = "Estimated derivatives", "Exact derivatives"
MOVED = "One weight moved by h"


@dataclass(frozen=True)
class Model:
    """A model with the weights a, b (and c, d): its forward pass in cells, from which all else follows."""

    network: str  # in the notation of the worksheet functions
    weights: str
    cells: Mapping[str, str] = field(
        hash=False
    )  # name -> expression, in the order of calculation; pred is last

    @property
    def relu(self) -> bool:
        """Whether a ReLU is between its neurons."""
        return "act" in self.cells

    def predict(self, **other: str) -> str:
        """Return the prediction in one expression, with others in place of some names: predict(a="a + h")."""
        return inlined(self.cells, "pred", **other)

    def error(self, **other: str) -> str:
        """Return the squared error in one expression, likewise: error(a="a + h") if a were larger by h."""
        return inlined({**self.cells, "err": ERROR}, "err", **other)

    def estimated(self, weight: str, way: str, err: str = "err", **names: str) -> str:
        """Return the derivative by a weight as a difference, `forward` from the error `err` or `central`.

        `names` are those of the weights, where they are different.
        """
        of = names.get(weight, weight)
        right, left = (self.error(**{**names, weight: f"{of} {sign} h"}) for sign in "+-")
        if way == "forward":
            return fill("({right} - {err})/h", right=right, err=err)
        return fill("({right} - {left})/(2*h)", right=right, left=left)

    def exact(self, weight: str, **other: str) -> str:
        """Return the exact derivative of the squared error by a weight, from the cells of the forward pass.

        `other` gives the names of these cells, of inputs and of weights where they are different.
        """
        slope = written_out({**self.cells, "err": ERROR}, "err", weight).expr
        return inlined({"slope": slope}, "slope", **other)


ERROR = "(pred - y)**2"
NEURON = Model("1-1", "ab", {"pred": "a*x + b"})
CHAIN = Model("1-1-1", "abcd", {"z": "a*x + b", "pred": "c*z + d"})
RELU = Model("1-1relu-1", "abcd", {"z": "a*x + b", "act": "max(0, z)", "pred": "c*act + d"})


def weight_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the weights before the step."""
    return tuple(
        Column(
            name,
            f"prev.new_{name}",
            f"Weight {name} before this step: the new {name} of the row above.",
            f"start_{name}",
            group="Weights",
        )
        for name in model.weights
    )


def forward_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns from z to the squared error."""
    columns = {
        "z": Column("z", note="The first neuron: a*x + b."),
        "act": Column("act", note="The ReLU: z where it is above 0, else 0.", header="relu(z)"),
        "pred": Column(
            "pred", note=f"The prediction, {as_text(model.predict())}.", header="prediction", width=10
        ),
        "err": Column(
            "err",
            note="The squared error, (prediction - y)^2. Darker is larger.",
            header="error",
            style="error",
        ),
    }
    cells = {**model.cells, "err": ERROR}
    return tuple(replace(columns[key], expr=expr, group="Prediction") for key, expr in cells.items())


def estimated_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the forward differences d_a, d_b, ..., made of `moved_columns`."""
    return tuple(
        Column(
            f"d_{name}",
            f"(err_{name} - err)/h",
            f"Estimated derivative of the error by {name}: how much the error changes if {name} is "
            f"larger by h "
            "(see the columns to the right), divided by h.",
            header=f"de/d{name}",
            style="derivative",
            group=ESTIMATED,
        )
        for name in model.weights
    )


def moved_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the error with each weight + h."""
    return tuple(
        Column(
            f"err_{name}",
            model.error(**{name: f"{name} + h"}),
            f"The error if {name} were larger by h.",
            header=f"error, {name}+h",
            style="error",
            group=MOVED,
        )
        for name in model.weights
    )


def exact_columns(model: Model) -> tuple[Column, ...]:
    """Return the columns of the exact derivatives e_a, e_b, ..."""
    return tuple(
        Column(
            f"e_{name}",
            model.exact(name),
            f"Exact derivative of the error by {name}, from calculus.",
            header=f"exact de/d{name}",
            style="derivative",
            group=EXACT,
        )
        for name in model.weights
    )


def step_columns(model: Model, slope: str = "d_{}", rate: str = "learning_rate") -> tuple[Column, ...]:
    """Return the columns of the new weights: each weight minus the rate times its `slope`."""
    return tuple(
        Column(
            f"new_{name}",
            f"{name} - {rate}*{slope.format(name)}",
            f"The step: {name} minus the learning rate times its derivative. The next row starts with it.",
            header=f"new {name}",
            group="New weights",
        )
        for name in model.weights
    )


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
