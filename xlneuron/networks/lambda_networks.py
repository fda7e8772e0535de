"""The LAMBDAs that know a network: its prediction, its derivatives estimated and exact.

Every neuron is spelled out, with the names and expressions of the cells that `xlneuron new` makes: z1_2 is
the weighted sum of neuron 2 of layer 1, h1_2 what it hands on, d_z1_2 the derivative of the error by that
sum. A weight is w_a, for c alone would be a column, and an input x_1, for x1 is a cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xlneuron.engine.network import Network
from xlneuron.networks.columns import error_column, forward_columns
from xlneuron.networks.derivatives import slopes
from xlneuron.networks.lambda_draft import Draft, Step, count, quoted, size
from xlneuron.networks.losses import LOSSES
from xlneuron.networks.plan import Plan
from xlneuron.tables.arrays import for_arrays
from xlneuron.tables.model import Column


@dataclass(frozen=True)
class Data:
    """What a function's inputs and targets are called: as arguments, and as steps, brought into shape."""

    inputs: str = "inputs"
    x: str = "x"
    target: str = "target"
    y: str = "y"


USUAL = Data()
OF_A_STEP = Data("x", "inputs", "y", "targets")


def arguments(draft: Draft, net: Network, data: Data = USUAL) -> None:
    """Add the steps that bring weights and inputs into shape, with the checks of both."""
    lone = len(net.layers) == net.n_outputs == 1
    known = [net.layers[0].activation.name, net.text] if lone else [net.text]
    draft.option("network", "net", "the network that is asked for")
    other = ", ".join(f'net<>"{name}"' for name in known)
    draft.check(
        f"AND({other})" if lone else other,
        "network",
        *(quoted("'"), "net", quoted(f"', but this workbook defines it for {net.text}")),
    )
    number = net.n_weights
    draft.step("given", "ROWS(weights)*COLUMNS(weights)", "how many weights are given")
    draft.step(
        "w",
        f"IF(given={number}, TOROW(weights), weights)",
        "the weights: one row for all datapoints, or one row for each",
    )
    draft.check(
        f"COLUMNS(w)<>{number}",
        "weights",
        *(count("given", "value"), quoted(f", but network {net.text} has {number}")),
    )
    _rows(draft, data.inputs, data.x, net.n_inputs)
    inputs = f"{net.n_inputs} input{'' if net.n_inputs == 1 else 's'}"
    draft.check(
        f"COLUMNS({data.x})<>{net.n_inputs}",
        data.inputs,
        *(count(f"COLUMNS({data.inputs})", "column"), quoted(f", but network {net.text} has {inputs}")),
    )
    draft.check(
        f"AND(ROWS({data.x})>1, ROWS(w)>1, ROWS({data.x})<>ROWS(w))",
        "weights",
        *(count("ROWS(w)", "row"), quoted(f", but {data.inputs} has "), f"ROWS({data.x})"),
    )


def targets(draft: Draft, net: Network, data: Data = USUAL) -> None:
    """Add the step that brings the targets into shape, with its check."""
    _rows(draft, data.target, data.y, net.n_outputs)
    if net.n_outputs == 1:
        problem = [count(f"ROWS({data.target})*COLUMNS({data.target})", "value")]
        problem += [quoted(f", but {data.inputs} has "), count(f"ROWS({data.x})", "row")]
    else:
        problem = [size(data.target), quoted(" cells, but "), f"ROWS({data.x})"]
        problem.append(quoted(f" rows of {net.n_outputs} targets are needed"))
    wrong = f"OR(ROWS({data.y})<>ROWS({data.x}), COLUMNS({data.y})<>{net.n_outputs})"
    draft.check(wrong, data.target, *problem)


def _rows(draft: Draft, argument: str, name: str, columns: int) -> None:
    formula = f"IF(COLUMNS({argument})={columns}, {argument}, TRANSPOSE({argument}))"
    draft.step(name, formula, f"the {argument}, one row per datapoint")


# The network itself: the steps of its cells


def names(plan: Plan) -> dict[str, str]:
    """Return the names of a definition, by those of the cells: what could be a cell or a column is longer."""
    cells = [*plan.x, *plan.y, *plan.pred, *plan.weights]
    return {name: _local(name, plan) for name in cells}


def _local(name: str, plan: Plan) -> str:
    if name in plan.weights:
        return name if "_" in name else f"w_{name}"
    return re.sub(r"(?<=[a-z])(?=[0-9])", "_", name)


def weights(plan: Plan) -> list[Step]:
    """Return the steps that take the weights out of their row."""
    local = names(plan)
    return [
        Step(local[name], f"INDEX(w, 0, {number})", f"weight {name}, {role}")
        for number, (name, role) in enumerate(zip(plan.weights, roles(plan), strict=True), start=1)
    ]


def roles(plan: Plan) -> Iterator[str]:
    """Yield what each weight does."""
    for neuron in plan.neurons:
        whose = "the neuron" if len(plan.neurons) == 1 else neuron.label
        for number, weight in enumerate(neuron.weights, start=1):
            which = f" {number}" if len(neuron.weights) > 2 else ""
            yield f"the bias of {whose}" if weight.signal is None else f"of {whose}'s input{which}"


def data_steps(draft: Draft, plan: Plan, data: Data, *, targets: bool) -> None:
    """Add the steps that take several inputs and targets apart."""
    sides = ((plan.x, data.x, "input"), *([(plan.y, data.y, "target")] if targets else []))
    for cells, whole, what in sides:
        for number, name in enumerate(cells, start=1):
            if len(cells) > 1:
                draft.step(names(plan)[name], f"INDEX({whole}, 0, {number})", f"{what} {number}")


def steps(plan: Plan, data: Data, columns: Iterable[Column]) -> list[Step]:
    """Return the steps of columns of one row, for many datapoints at once."""
    local = names(plan)
    if len(plan.x) == 1:
        local[plan.x[0]] = data.x
    if len(plan.y) == 1:
        local[plan.y[0]] = data.y
    return [
        Step(local.get(each.key, each.key), for_arrays(each.expr, local), each.note.rstrip("."))
        for each in columns
    ]


def forward_steps(plan: Plan, data: Data = USUAL) -> list[Step]:
    """Return the steps of the forward pass."""
    return steps(plan, data, forward_columns(plan, plan.y, fold=False))


def error_step(plan: Plan, data: Data = USUAL) -> Step:
    """Return the step of the squared error."""
    (step,) = steps(plan, data, [error_column(plan, LOSSES["squared"], "error")])
    return step._replace(name="squared_error", what="the squared error")


def backward_steps(plan: Plan, data: Data = USUAL) -> list[Step]:
    """Return the steps of backpropagation, from the error to the weights."""
    return steps(plan, data, slopes(plan, LOSSES["squared"]).values())


def derivative_names(plan: Plan) -> list[str]:
    """Return the names of the derivatives by the weights."""
    return [f"d_{name}" for name in plan.weights]


def predictions(plan: Plan) -> str:
    """Return the formula of the predictions, one column per output."""
    return side_by_side([names(plan)[name] for name in plan.pred])


def side_by_side(columns: Sequence[str]) -> str:
    """Return the formula of columns beside each other."""
    return columns[0] if len(columns) == 1 else f"HSTACK({', '.join(columns)})"


# The definitions


def forward(draft: Draft, net: Network) -> tuple[str, str]:
    """Write NEURON_FORWARD."""
    plan = Plan(net)
    arguments(draft, net)
    data_steps(draft, plan, USUAL, targets=False)
    draft.add(weights(plan) + forward_steps(plan))
    return predictions(plan), "the prediction, one row per datapoint"


def gradient(draft: Draft, net: Network) -> tuple[str, str]:
    """Write NEURON_GRAD: backpropagation, from the last layer to the first."""
    plan = Plan(net)
    arguments(draft, net)
    targets(draft, net)
    data_steps(draft, plan, USUAL, targets=True)
    draft.add(weights(plan) + forward_steps(plan) + backward_steps(plan))
    return side_by_side(derivative_names(plan)), "the derivatives, one column per weight"


def numerical_gradient(draft: Draft, net: Network) -> tuple[str, str]:
    """Write NUM_DERIV: the error is measured again with one weight moved."""
    plan = Plan(net)
    arguments(draft, net)
    targets(draft, net)
    data_steps(draft, plan, USUAL, targets=True)
    up = draft.option("h", "up", "how far a weight is moved")
    draft.check(f"{up}=0", "h", quoted("0, but the estimate divides by it"))
    way = draft.option("method", "way", "forward or central")
    _known(draft, way, "forward", "central")
    found = error_step(plan)
    inner = [*weights(plan), *forward_steps(plan), found]
    draft.define("error_with", "w", inner, found.name, "the squared error with some weights")
    estimated = estimates(draft, plan, way, up, "error_with({})")
    return side_by_side(estimated), "the derivatives, one column per weight"


def estimates(draft: Draft, plan: Plan, way: str, up: str, error: str) -> list[str]:
    """Add the steps that estimate each derivative; return their formulas. `error` is that with weights {}."""
    down = draft.step("down", f'IF({way}="central", {up}, 0)', "how far it is moved the other way")
    only = f"LAMBDA(place, IF(SEQUENCE(1, {plan.network.n_weights})=place, 1, 0))"
    draft.step("only", only, "1 for the weight in that place, 0 for the others")
    change = f"{error.format(f'w+{up}*only(place)')}-{error.format(f'w-{down}*only(place)')}"
    draft.step(
        "estimate",
        f"LAMBDA(place, ({change})/({up}+{down}))",
        "how much the error changes when the weight in that place is moved, divided by the move",
    )
    draft.inner |= {"place"}
    return [f"estimate({place})" for place in range(1, len(plan.weights) + 1)]


def train_step(draft: Draft, net: Network) -> tuple[str, str]:
    """Write TRAIN_STEP: prediction, error, derivatives and new weights."""
    plan, data = Plan(net), OF_A_STEP
    arguments(draft, net, data)
    targets(draft, net, data)
    data_steps(draft, plan, data, targets=True)
    factor = draft.option("learning_rate", "factor", "what makes a step of a derivative")
    way = draft.option("method", "way", "exact, forward or central")
    _known(draft, way, "exact", "forward", "central")
    up = draft.option("h", "up", "how far a weight is moved to estimate its derivative")
    draft.check(f'AND({up}=0, {way}<>"exact")', "h", quoted("0, but the estimate divides by it"))
    found = error_step(plan, data)
    inner = [*weights(plan), *forward_steps(plan, data), found, *backward_steps(plan, data)]
    results = [*(names(plan)[name] for name in plan.pred), found.name, *derivative_names(plan)]
    # Else a single error would take the place of a whole row, and the next row of a sheet would start from
    # weights in blank cells, which count as 0.
    wide = draft.step(
        "wide",
        "LAMBDA(cells, many, IF(SEQUENCE(1, many), cells))",
        "in so many columns, also if it is a single error",
    )
    draft.inner |= {"cells", "many"}
    what = "predictions, error and derivatives with some weights"
    draft.define("measured", "w", inner, side_by_side([f"{wide}({each}, 1)" for each in results]), what)
    draft.step("before", "measured(w)", "these with the weights before the step")
    predictions, (error, *exact) = _places("before", results, len(plan.pred))
    estimated = estimates(draft, plan, way, up, f"INDEX(measured({{}}), 0, {len(plan.pred) + 1})")
    grads = draft.step(
        "slopes",
        f'IF({way}="exact", {side_by_side(exact)}, {side_by_side(estimated)})',
        "the derivatives of the error",
    )
    changed = draft.step("changed", f"w-{factor}*{grads}", "the weights after the step")
    parts = {
        side_by_side(predictions): len(plan.pred),
        error: 1,
        grads: net.n_weights,
        changed: net.n_weights,
    }
    draft.refusal = f"IF(SEQUENCE(1, {sum(parts.values())})=1, problem, SQRT(-1))"
    row = side_by_side([f"{wide}({part}, {columns})" for part, columns in parts.items()])
    return row, "all of them side by side; or what is wrong, and #NUM! in the other cells"


def _places(whole: str, columns: Sequence[str], split: int) -> tuple[list[str], list[str]]:
    """Return the formulas of a range's columns, split in two."""
    found = [f"INDEX({whole}, 0, {place})" for place in range(1, len(columns) + 1)]
    return found[:split], found[split:]


def _known(draft: Draft, way: str, *known: str) -> None:
    """Refuse a method that is none of those known."""
    condition = ", ".join(f'{way}<>"{name}"' for name in known)
    words = quoted(f"' (known: {', '.join(known)})")
    draft.check(f"AND({condition})", "method", quoted("unknown method '"), way, words)
