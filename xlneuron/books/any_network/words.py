"""What the About sheet says of a training sheet; what it says will happen has been calculated."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from xlneuron.books.any_network.request import Request
from xlneuron.books.any_network.scaling import SAYS
from xlneuron.errors import counted
from xlneuron.networks.activations import inner_cells
from xlneuron.networks.losses import TOP, TOTAL, grown, is_softmax
from xlneuron.tables.model import Words

# From a learning rate to the sentence that the training then shows; None if that takes too long to calculate.
Outcome = Callable[[float], str | None]

ORDER = {
    "exact": "The derivatives are exact. They are made to the right of the new weights: read the columns of the "
    "backpropagation from right to left, how the error changes with the prediction, with each neuron's sum, and so "
    "back to every weight.",
    "numerical": "The derivatives are estimated. What they are made of stands to the right of the new weights: each "
    "weight is moved by h, what it touches is calculated again (folded away), and the change of the error is divided "
    "by h.",
    "both": "The derivatives are exact. They are made to the right of the new weights: read the columns of the "
    "backpropagation from right to left. Further on each weight is moved by h (folded away) and its derivative "
    "estimated from that; the gap between the two is shown.",
}


def words(request: Request, outcome: Outcome) -> Words:
    """Return the words, with what will happen when a setting is changed."""
    plan = request.plan
    hidden = [f"{counted(len(layer), 'neuron')} ({layer[0].activation})" for layer in plan.layers[:-1]]
    layers = "hidden layers" if len(hidden) > 1 else "a hidden layer"
    inside = f"{layers} of {', then '.join(hidden)}, " if hidden else ""
    count = counted(len(plan.weights), "weight")
    what = f"{_listed(request.data.names[len(plan.x) :])} from {_listed(request.input_names)}"
    shows = [
        f"The network {request.network.text} ({inside}{count}) learns to predict {what}, from "
        f"{len(request.data)} datapoints of {request.data.source}.",
        "Every row of the sheet Training is one step: one datapoint, the prediction from left to right, its "
        f"{request.measure.error}, the derivative of that by every weight, and the new weights ({request.optimizer}). "
        "The next row starts with them.",
        ORDER[request.derivatives],
    ]
    if request.scale != "none":
        shows.append(f"The inputs are scaled: {SAYS[request.scale]}. The sheet Data has both.")
    if request.held is not None:
        shows.append(
            f"{counted(len(request.held), 'datapoint')} were held back. The sheet Validation asks the network about "
            "them after every epoch; it never learns from them."
        )
    experiments = [
        (
            f"Set the learning rate on the sheet Training to {_plain(rate)}.",
            _happens(outcome(rate), faster=faster),
        )
        for rate, faster in ((request.learning_rate * 10, True), (request.learning_rate / 10, False))
    ]
    experiments.append(
        ("On the sheet Predict, type the inputs of a datapoint from the sheet Data.",
         "The prediction is the one that the sheet Fit shows for it after training. Now type inputs that are not there.")
    )  # fmt: skip
    return Words(tuple(shows), tuple(experiments), tuple(_notes(request)))


def _happens(sentence: str | None, *, faster: bool) -> str:
    if sentence is not None:
        return f"The sentence at the top becomes: {sentence}"
    if faster:
        return "Every step goes ten times as far. Watch the chart of the errors: they fall faster, or the steps overshoot."
    return "Every step goes a tenth as far: calmer, and slower. Compare the chart of the epochs."


def _notes(request: Request) -> list[str]:
    plan = request.plan
    notes = [" ".join(_names(request)), "What is folded away opens with the + above the columns."]
    if is_softmax(plan):
        first = plan.outputs[0]
        notes.insert(
            1,
            f"Softmax makes probabilities of the last layer's sums: {TOP} is the largest of them, {grown(first)} is e to "
            f"the power of {first.z} - {TOP}, {TOTAL} is what all of these add up to, and a prediction is its part of that.",
        )
    if any(len(layer) > 1 for layer in plan.layers[:-1]):
        notes.append(
            "With the same starting weights for all neurons (set them all to 1 on the sheet Start) the neurons of a "
            "hidden layer stay twins: they get the same derivatives in every step. That is why weights start at random."
        )
    return notes


def _names(request: Request) -> Iterator[str]:
    """Yield what the names of the columns mean, with names that this network has."""
    plan = request.plan
    neuron = plan.layers[0][:3][-1]
    if request.network.is_chain:
        more = "; c and d do the same with what comes out of that" if len(plan.weights) > 2 else ""
        yield f"a multiplies the input and b is added{more}."
    else:
        number = min(2, len(plan.x))
        weight, name = neuron.weights[number - 1].name, request.input_names[number - 1]
        yield f"{weight} is a weight of layer 1: of its neuron {neuron.number}, for input {number} ({name})."
        yield f"{neuron.bias} is that neuron's bias."
    hidden = not plan.is_output(neuron)
    if neuron.z != neuron.h:
        output = (
            f"{neuron.h} what it hands on"
            if hidden
            else f"its prediction is what {neuron.activation} makes of that"
        )
        yield f"{neuron.z} is the sum of {neuron.label}, {output}."
    elif hidden:
        yield f"{neuron.h} is the sum of {neuron.label}, which it hands on as it is."
    for cell in inner_cells(neuron):
        yield f"{cell.name} is {cell.words}."
    yield f"d_ before a name is the derivative of the error by it: d_{neuron.bias} is that by {neuron.bias}."
    if request.derivatives == "both":
        yield f"est_{neuron.bias} is its estimate."


def _plain(rate: float) -> str:
    """Return a learning rate as the live sentence shows it: 0.00001, not 1e-05."""
    return np.format_float_positional(float(f"{rate:.6g}"), trim="0")


def _listed(names: tuple[str, ...]) -> str:
    *most, last = names if len(names) <= 8 else (*names[:7], f"{len(names) - 7} more")
    return f"{', '.join(most)} and {last}" if most else last
