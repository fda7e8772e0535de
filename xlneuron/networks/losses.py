"""The loss as expressions: the error, what flows back from it, and whether an answer is right.

Cross-entropy is written with the sums z, not with the logarithm of the prediction: that would be the
logarithm of 0 as soon as a prediction is sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlneuron.networks.activations import SOFTMAX, activated
from xlneuron.networks.plan import Neuron, Plan, added, largest
from xlneuron.tables.fill import fill

# The cells of a softmax: its largest sum, e^(z - largest) of each output, and what these add up to.
TOP, TOTAL = "z_top", "e_sum"


def grown(neuron: Neuron) -> str:
    """Return the name of an output's e^(z - largest)."""
    return f"e{neuron.key}"


@dataclass(frozen=True)
class Loss:
    """What training makes smaller."""

    name: str  # as `network.LOSSES` has it
    error: str  # what one datapoint's is called
    over_data: str  # what its average over the data is called
    rooted: bool  # whether that is the root of the average
    note: str


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("squared", "squared error", "RMSE", True, "The squared error, (prediction - target)^2"),
        Loss(
            "cross-entropy",
            "cross-entropy",
            "cross-entropy",
            False,
            "The cross-entropy: minus the logarithm of the probability that the prediction gives "
            "to the right answer",
        ),
    )
}


def is_softmax(plan: Plan) -> bool:
    """Whether the outputs are the probabilities of classes."""
    return plan.outputs[0].activation == SOFTMAX


def error(plan: Plan, loss: Loss, moved: Mapping[str, str] | None = None) -> str:
    """Return the error of a row; `moved` has other expressions for some of the outputs' sums, by name."""
    moved = moved or {}
    if loss.name == "squared":
        return added(
            [
                fill("({pred} - {y})**2", pred=_prediction(n, moved), y=y)
                for n, y in zip(plan.outputs, plan.y, strict=True)
            ]
        )
    if is_softmax(plan):
        total = added([f"exp({moved[n.z]} - {TOP})" if n.z in moved else grown(n) for n in plan.outputs])
        right = added([f"{y}*{moved.get(n.z, n.z)}" for n, y in zip(plan.outputs, plan.y, strict=True)])
        return f"log({total if moved else TOTAL}) + {TOP} - ({right})"
    return added(
        [
            f"max(0, {z}) - {y}*{z} + log(1 + exp(-abs({z})))"
            for y, z in zip(plan.y, (moved.get(n.z, n.z) for n in plan.outputs), strict=True)
        ]
    )


def handed_back(plan: Plan, loss: Loss) -> dict[str, str]:
    """Return what the error hands back to the outputs' sums: of cross-entropy prediction minus target.

    Empty for the squared error, whose derivative the rules of `differentiate` find.
    """
    if loss.name == "squared":
        return {}
    return {neuron.z: f"{neuron.h} - {y}" for neuron, y in zip(plan.outputs, plan.y, strict=True)}


def is_right(plan: Plan) -> str:
    """Return 1 if the right class has the largest probability (of sigmoids, if all are on the right side)."""
    if is_softmax(plan):
        of_right = added([f"{y}*{h}" for y, h in zip(plan.y, plan.pred, strict=True)])
        return f"1 if {of_right} >= {largest(plan.pred)} else 0"
    sides = [f"({h} - 0.5)*({y} - 0.5)" for y, h in zip(plan.y, plan.pred, strict=True)]
    return f"1 if {largest(sides, 'min')} > 0 else 0"


def _prediction(neuron: Neuron, moved: Mapping[str, str]) -> str:
    return activated(neuron.activation, moved[neuron.z]) if neuron.z in moved else neuron.h
