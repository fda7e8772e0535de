"""The derivative of the error by each weight: exact by backpropagation, estimated by moving the weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from xlneuron.networks import activations, losses
from xlneuron.networks.activations import activated
from xlneuron.networks.columns import LARGE, column_width, error_column, forward_columns, label_width, span
from xlneuron.networks.losses import Loss, error
from xlneuron.networks.plan import Neuron, Plan, Weight, added, largest
from xlneuron.tables.differentiate import derivatives
from xlneuron.tables.model import Column

MANY = 50  # weights that one formula looks at
EXACT = "Derivatives, exact"
BACK, BACKWARDS = "Backpropagation", ": from right to left"
# A group's label stands over its first column, so what is folded away before the first error has its own.
MOVED, MOVED_ERROR = "Up to the first error", "With one weight moved by h"
ESTIMATED = "Derivatives, estimated"


@lru_cache(maxsize=4)
def slopes(plan: Plan, loss: Loss) -> Mapping[str, Column]:
    """Return the column of every derivative of the error, by its key: d_w1_11, d_z1_1 and so on.

    They come in the order of calculation: from the error back.
    """
    columns = (*forward_columns(plan, plan.y, fold=False), error_column(plan, loss, "error"))
    known = {neuron.h: activations.handed_back(neuron) for neuron in plan.neurons}
    known["err"] = losses.handed_back(plan, loss)
    found = derivatives(
        {column.key: column.expr for column in columns},
        "err",
        plan.weights,
        known={name: back for name, back in known.items() if back},
    )
    return {column.key: column for column in found}


def exact_columns(plan: Plan, loss: Loss, inputs: Mapping[str, str]) -> Iterator[Column]:
    """Yield d_w1_11 and so on, made of `back_columns`. `inputs` is what people call them, by their keys."""
    found = slopes(plan, loss)
    for neuron in plan.neurons:
        for weight in neuron.weights:
            times = ""
            if weight.signal is not None:
                times = f" times {inputs.get(weight.signal, weight.signal)}, what it is multiplied by"
            yield Column(
                f"d_{weight.name}",
                found[f"d_{weight.name}"].expr,
                f"Derivative of the error by {weight.name}: d_{neuron.z}{times}.",
                style="slope",
                group=EXACT,
            )


def back_columns(plan: Plan, loss: Loss) -> Iterator[Column]:
    """Yield what the exact derivatives are made of, the last layer rightmost."""
    columns = [column for layer in plan.layers for column in _back_columns(plan, loss, layer)]
    label = BACK + BACKWARDS
    if not columns[0].detail and sum(column_width(column) for column in columns) < label_width(label):
        label = BACK
    yield from (replace(column, group=label) for column in columns)


def estimated_columns(plan: Plan, prefix: str) -> Iterator[Column]:
    """Yield the forward differences, made of `moved_columns`.

    `prefix` begins the names of the derivatives: d_ if training uses them, est_ beside the exact ones.
    """
    for name in plan.weights:
        yield Column(
            f"{prefix}{name}",
            f"(err_{name} - err)/h",
            f"Estimated derivative of the error by {name}: how much the error changes, divided by h.",
            style="slope",
            group=ESTIMATED,
        )


def moved_columns(plan: Plan, loss: Loss) -> Iterator[Column]:
    """Yield the error with each weight + h, re-evaluating only what the weight touches."""
    for neuron in plan.neurons:
        for weight in neuron.weights:
            group = MOVED if weight.name == plan.weights[0] else MOVED_ERROR
            yield from _moved_columns(plan, loss, neuron, weight, group)


def gradient_call(plan: Plan, *, exact: bool) -> str:
    """Return the call that gives the derivatives of the squared error."""
    return f"NEURON_GRAD({_about(plan)})" if exact else f'NUM_DERIV({_about(plan)}, h, "forward")'


def step_call(plan: Plan, *, exact: bool) -> str:
    """Return the call that gives a row from its predictions to the new weights, of a plain step."""
    how = "" if exact else ', "forward", h'
    return f"TRAIN_STEP({_about(plan)}, learning_rate{how})"


def _about(plan: Plan) -> str:
    return f'{span(plan.x)}, {span(plan.y)}, {span(plan.weights)}, "{plan.network.text}"'


def gap_columns(plan: Plan, style: str) -> Iterator[Column]:
    """Yield the column of the largest gap between estimated and exact derivatives, and what it is made of."""
    note = "The largest gap between an estimated derivative and the exact one in this row."
    groups = [plan.weights[start : start + MANY] for start in range(0, len(plan.weights), MANY)]
    gaps = [largest([f"abs(est_{name} - d_{name})" for name in group]) for group in groups]
    if len(groups) > 1:
        for number, (group, gap) in enumerate(zip(groups, gaps, strict=True), 1):
            what = f"The largest gap of {group[0]} to {group[-1]}."
            yield Column(f"gap_{number}", gap, what, style=style, group=ESTIMATED, detail=True)
        gaps = [f"gap_{number}" for number in range(1, len(groups) + 1)]
    yield Column("gap", f"iferror({largest(gaps)}, 0)", note, style=style, group=ESTIMATED)


def _back_columns(plan: Plan, loss: Loss, layer: tuple[Neuron, ...]) -> Iterator[Column]:
    """Yield the derivatives by a layer's sums and, to their right, by its outputs: these come first."""
    large = plan.network.n_weights > LARGE
    by_sums, by_outputs = [], []
    for neuron in layer:
        by_output = slopes(plan, loss).get(f"d_{neuron.h}")  # cross-entropy goes back to the sum at once
        if by_output is not None:
            through = "how the error changes when the prediction does"
            if not plan.is_output(neuron):
                through = "through every neuron that it goes to, times the weight there"
            by_outputs.append(
                Column(
                    f"d_{neuron.h}",
                    by_output.expr,
                    f"Derivative of the error by {neuron.h}: {through}.",
                    style="slope",
                    group=BACK,
                    detail=large,
                )
            )
        if neuron.z != neuron.h:
            why = f"d_{neuron.h} times the derivative of {neuron.activation}"
            if by_output is None:
                why = "prediction minus target, which is what the two derivatives on its way multiply to"
            by_sums.append(
                Column(
                    f"d_{neuron.z}",
                    slopes(plan, loss)[f"d_{neuron.z}"].expr,
                    f"Derivative of the error by {neuron.z}: {why}.",
                    style="slope",
                    group=BACK,
                    detail=large,
                )
            )
    yield from (*by_sums, *by_outputs)


def _moved_columns(plan: Plan, loss: Loss, neuron: Neuron, weight: Weight, group: str) -> Iterator[Column]:
    """Yield what changes when a weight is larger by h, from its neuron to the error."""

    def column(name: str, expr: str) -> Column:
        note = f"{name} if {weight.name} were larger by h."
        return Column(
            f"{name}_by_{weight.name}",
            expr,
            note,
            header=f"{name}, {weight.name}+h",
            group=group,
            detail=True,
            width=10.5,
        )

    # The sums of the layer that has been reached, by their names, as they are after the move.
    sums = {neuron.z: f"({neuron.z} + h)" if weight.signal is None else f"({neuron.z} + h*{weight.signal})"}
    reached: tuple[Neuron, ...] = (neuron,)
    while not plan.is_output(reached[0]):
        for each in reached:
            yield column(each.h, activated(each.activation, sums[each.z]))
        after = plan.after(reached[0])
        if reached == (neuron,):  # one signal has changed: what was added for it changes
            change = f"({neuron.h}_by_{weight.name} - {neuron.h})"
            sums = {n.z: f"({n.z} + {n.weights[neuron.number - 1].name}*{change})" for n in after}
        else:
            sums = {n.z: _moved_sum(n, weight) for n in after}
        if plan.is_output(after[0]) and len(reached) > 1:  # long sums, which the error would repeat
            for n in after:
                yield column(n.z, sums[n.z])
            sums = {n.z: f"{n.z}_by_{weight.name}" for n in after}
        reached = after
    yield Column(
        f"err_{weight.name}",
        error(plan, loss, sums),
        f"The error if {weight.name} were larger by h.",
        header=f"error, {weight.name}+h",
        group=MOVED_ERROR,
        width=10.5,
    )


def _moved_sum(neuron: Neuron, weight: Weight) -> str:
    terms = [w.name if w.signal is None else f"{w.name}*{w.signal}_by_{weight.name}" for w in neuron.weights]
    return f"({added(terms)})"
