"""The sheets that a user changes: the data, the starting weights, and inputs to predict from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlneuron.books.any_network.request import Request
from xlneuron.books.any_network.scaling import SAYS, scaled, scaled_table, statistics
from xlneuron.data import DataSet
from xlneuron.networks.columns import Source, labelled, predicted_columns, weight_columns, width
from xlneuron.networks.losses import is_softmax
from xlneuron.networks.plan import largest
from xlneuron.tables.model import Column, Sheet, Table, counter, group

PREDICTIONS = 5  # rows to type inputs into
GROUP = "The data"
NAMED_CLASSES = 20  # most classes that are named; each is one more IF inside the others


def source(request: Request, table: str = "data") -> Source:
    """Return where rows find their datapoints; `held` is the table of those to validate with."""
    is_scaled = request.scale != "none"
    inputs = f"{table}_scaled" if is_scaled else table
    return Source(inputs, table, request.input_names, request.target_names, is_scaled)


def input_headers(request: Request) -> dict[str, str]:
    """Return what stands over the columns of the inputs, by their keys: what the data calls them."""
    scaled_too = ", scaled" if request.scale != "none" else ""
    return {key: f"{name}{scaled_too}" for key, name in zip(request.plan.x, request.input_names, strict=True)}


def data_sheet(request: Request) -> Sheet:
    """Return the sheet Data: the datapoints to train on and those held back, each with its scaled inputs."""
    tables = [_data_table(request, "data", request.data, request.numbers, "To train on")]
    if request.scale != "none":
        tables.append(scaled_table(request, "data", len(request.data)))
    if request.held is not None:
        tables.append(
            _data_table(request, "held", request.held, request.held_numbers, "Held back, to validate with")
        )
        if request.scale != "none":
            tables.append(scaled_table(request, "held", len(request.held)))
    count = len(request.data) + (len(request.held) if request.held else 0)
    return Sheet(
        "data",
        "Data",
        f"The data: {count} datapoints from {request.data.source}",
        "Type or paste your own numbers into the yellow cells: every sheet follows.",
        outputs=tuple(statistics(request)),
        outputs_title="What scaling subtracts and divides by",
        tables=tuple(tables),
        about=f"The datapoints{'' if request.held is None else ', to train on and held back'}"
        + ("." if request.scale == "none" else f", and the inputs scaled: {SAYS[request.scale]}."),
    )


def start_sheet(request: Request) -> Sheet:
    """Return the sheet Start: every weight with its starting value."""
    plan = request.plan
    headers = input_headers(request)
    described = [
        (neuron.layer, neuron.number, headers.get(weight.signal, weight.signal) if weight.signal else "bias")
        for neuron in plan.neurons
        for weight in neuron.weights
    ]
    layers, neurons, signals = zip(*described, strict=True)
    columns = group(
        "Starting weights",
        counter("nr", "Counts the weights, in the order of the training's columns.", header="no."),
        Column("weight", note="The name that it has on every sheet.", values=plan.weights, style="text"),
        Column("layer", note="The layer of its neuron, from 1.", values=layers, style="integer"),
        Column("neuron", note="Its neuron's number in the layer.", values=neurons, style="integer", width=8),
        Column("signal", values=signals, header="times", style="text").says(
            "What it is multiplied by; a bias is just added."
        ),
        Column("value", values=request.weights, style="input", width=12).says(
            "What the first row of the training starts with. Type your own."
        ),
    )
    return Sheet(
        "start",
        "Start",
        f"The starting weights of the network {request.network.text}",
        f"{request.origin[:1].upper()}{request.origin[1:]}. Type your own numbers into the yellow cells.",
        tables=(Table("start", columns, plan.network.n_weights),),
        about="The weights that the first row of the training starts with. They can be changed.",
    )


def predict_sheet(request: Request) -> Sheet:
    """Return the sheet Predict: inputs to type, and what the trained network answers."""
    plan = request.plan
    rows = [request.data.inputs[number % len(request.data)] for number in range(PREDICTIONS)]
    is_scaled = request.scale != "none"
    named = list(zip(plan.x, request.input_names, strict=True))
    raw = (
        Column(
            f"raw_{key}" if is_scaled else key,
            values=[row[place] for row in rows],
            header=name,
            style="input",
            width=width(name, 9),
        ).says(f"Type any {name}.")
        for place, (key, name) in enumerate(named)
    )
    scaled_columns = (
        Column(key, scaled(key, f"raw_{key}"), header=f"{name}, scaled", width=width(name, 9)).says(
            f"{name}, scaled like the data."
        )
        for key, name in named
        if is_scaled
    )
    columns = [*group("Your inputs", *raw), *group("Scaled", *scaled_columns)]
    note = "Weight {name} after the last step of the training."
    columns += weight_columns(plan, "last(train.new_{name})", note, detail=True)
    columns += predicted_columns(plan, request.target_names)
    columns += _answers(request)
    return Sheet(
        "predict",
        "Predict",
        "Ask the trained network",
        "Type inputs into the yellow cells and read the prediction. It uses the weights after the last step.",
        tables=(Table("predict", labelled(columns), len(rows)),),
        about="Type inputs, read what the trained network predicts.",
    )


def _data_table(request: Request, key: str, data: DataSet, numbers: tuple[int, ...], title: str) -> Table:
    plan = request.plan
    number = Column("nr", values=numbers or range(1, len(data) + 1), header="no.", style="integer").says(
        "Which datapoint of the source this is."
    )
    inputs = (
        _given(key, name, values, f"Input {name}. Type or paste your own.")
        for key, name, values in zip(plan.x, request.input_names, zip(*data.inputs, strict=True), strict=True)
    )
    targets = zip(*data.targets, strict=True)
    if request.first_class is None:
        outputs: Iterable[Column] = (
            _given(key, name, values, f"Target {name}: what the network should answer.")
            for key, name, values in zip(plan.y, request.target_names, targets, strict=True)
        )
        classes: Iterable[Column] = ()
    else:
        name = request.data.names[-1]
        outputs = [_given("label", name, next(targets), f"The class {name}: what the network should answer.")]
        classes = (
            Column(
                key, f"1 if label == {number} else 0", header=name, style="integer", width=width(name)
            ).says(f"1 if the class is {number}, else 0.")
            for number, (key, name) in enumerate(
                zip(plan.y, request.target_names, strict=True), request.first_class
            )
        )
    columns = (*group(GROUP, number, *inputs, *outputs), *group("One column a class", *classes))
    return Table(key, labelled(columns), len(data), title=title)


def _given(key: str, name: str, values: Sequence[float], note: str) -> Column:
    """Return a column of the user's numbers."""
    return Column(key, "", note, header=name, style="input", values=values, width=width(name))


def _answers(request: Request) -> Iterator[Column]:
    """Yield the column that says which class is predicted, for a classification."""
    plan = request.plan
    if (
        not request.classifies
        or not (is_softmax(plan) or len(plan.pred) == 1)
        or len(plan.pred) > NAMED_CLASSES
    ):
        return
    if is_softmax(plan):
        *others, answer = (repr(name) for name in request.target_names)
        for name, key in reversed(list(zip(others, plan.pred, strict=False))):
            answer = f"({name} if {key} >= {largest(plan.pred)} else {answer})"
        note = "The class with the largest probability."
    else:
        answer = "1 if pred > 0.5 else 0"
        note = "1 if the probability is above a half, else 0."
    yield Column("answer", answer, note, header="class", style="general", group="Answer", width=14)
