"""What the About sheet says of a training sheet; what it says will happen has been calculated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from xlneuron.books.any_network.request import Request
from xlneuron.books.any_network.scaling import SAYS
from xlneuron.books.words import page_of
from xlneuron.errors import counted
from xlneuron.networks.activations import inner_cells
from xlneuron.networks.losses import TOP, TOTAL, grown, is_softmax
from xlneuron.tables.model import Words

# From a learning rate to the sentence that the training then shows; None if that takes too long to calculate.
Outcome = Callable[[float], str | None]

DERIVATIVES = {"exact": "Exact derivatives", "numerical": "Numerical derivatives", "both": "Both derivatives"}


def words(request: Request, outcome: Outcome) -> Words:
    """Return the words, with what will happen when a setting is changed."""
    plan, page = request.plan, page_of(__file__)
    hidden = [f"{counted(len(layer), 'neuron')} ({layer[0].activation})" for layer in plan.layers[:-1]]
    layers = "hidden layers" if len(hidden) > 1 else "a hidden layer"
    faster, slower = request.learning_rate * 10, request.learning_rate / 10
    told = page.words(
        network=request.network.text,
        inside=f"{layers} of {', then '.join(hidden)}, " if hidden else "",
        weights=counted(len(plan.weights), "weight"),
        targets=_listed(request.data.names[len(plan.x) :]),
        inputs=_listed(request.input_names),
        rows=len(request.data),
        source=request.data.source,
        error=request.measure.error,
        optimizer=request.optimizer,
        faster_rate=_plain(faster),
        faster=_happens(outcome(faster), "Faster"),
        slower_rate=_plain(slower),
        slower=_happens(outcome(slower), "Slower"),
    )
    return replace(told, shows=(*told.shows, *_more(request)), notes=tuple(_notes(request)))


def _happens(sentence: str | None, otherwise: str) -> str:
    page = page_of(__file__)
    return page.text(otherwise) if sentence is None else page.text("What will happen", sentence=sentence)


def _more(request: Request) -> Iterator[str]:
    page = page_of(__file__)
    yield page.text(DERIVATIVES[request.derivatives])
    if request.scale != "none":
        yield page.text("Scaled", scaling=SAYS[request.scale])
    if request.held is not None:
        yield page.text("Held back", held=counted(len(request.held), "datapoint"))


def _notes(request: Request) -> Iterator[str]:
    plan, page = request.plan, page_of(__file__)
    yield " ".join(_names(request))
    if is_softmax(plan):
        first = plan.outputs[0]
        yield page.text("Softmax", top=TOP, grown=grown(first), z=first.z, total=TOTAL)
    yield page.text("Folded")
    if any(len(layer) > 1 for layer in plan.layers[:-1]):
        yield page.text("Twins")


def _names(request: Request) -> Iterator[str]:
    """Yield what the names of the columns mean, with names that this network has."""
    plan, page = request.plan, page_of(__file__)
    neuron = plan.layers[0][:3][-1]
    if request.network.has_letters:
        yield page.text("Names in a long chain" if len(plan.weights) > 2 else "Names in a chain")
    else:
        place = min(2, len(plan.x))
        yield page.text(
            "Names of weights",
            weight=neuron.weights[place - 1].name,
            number=neuron.number,
            place=place,
            input=request.input_names[place - 1],
            bias=neuron.bias,
        )
    hidden = not plan.is_output(neuron)
    if neuron.z != neuron.h:
        if hidden:
            yield page.text("Names of a neuron", z=neuron.z, neuron=neuron.label, h=neuron.h)
        else:
            activation = neuron.activation
            yield page.text("Names of an output", z=neuron.z, neuron=neuron.label, activation=activation)
    elif hidden:
        yield page.text("Names of a linear neuron", h=neuron.h, neuron=neuron.label)
    for cell in inner_cells(neuron):
        yield f"{cell.name} is {cell.words}."
    yield page.text("Names of derivatives", bias=neuron.bias)
    if request.derivatives == "both":
        yield page.text("Names of estimates", bias=neuron.bias)


def _plain(rate: float) -> str:
    """Return a learning rate as the live sentence shows it: 0.00001, not 1e-05."""
    return np.format_float_positional(float(f"{rate:.6g}"), trim="0")


def _listed(names: tuple[str, ...]) -> str:
    *most, last = names if len(names) <= 8 else (*names[:7], f"{len(names) - 7} more")
    return f"{', '.join(most)} and {last}" if most else last
