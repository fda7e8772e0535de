"""The sheets that calculate: the training, what its epochs brought, before and after, the held back data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from xlneuron.books.any_network import pictures
from xlneuron.books.any_network.data_sheets import input_headers, source
from xlneuron.books.any_network.health import (
    LARGE_NUMBER,
    error_style,
    gap_style,
    health,
    over,
    right_column,
    sum_columns,
    watch_columns,
)
from xlneuron.books.any_network.request import Request
from xlneuron.errors import ArgumentError
from xlneuron.limits import SHEET_COLUMNS
from xlneuron.networks.columns import (
    DATAPOINT,
    LARGE,
    counters,
    datapoint_columns,
    error_column,
    forward_columns,
    labelled,
    predicted_columns,
    row_column,
    weight_columns,
)
from xlneuron.networks.derivatives import (
    back_columns,
    estimated_columns,
    exact_columns,
    gap_columns,
    gradient_call,
    moved_columns,
    step_call,
)
from xlneuron.networks.optimizers import OPTIMIZERS, SETTINGS, new_call, new_columns, state_columns
from xlneuron.tables.layout import PANEL_COLUMNS
from xlneuron.tables.model import Column, Setting, Sheet, Table, counter, filled, group

FEW_WEIGHTS = 12  # that an epoch's row also shows


def training_columns(request: Request) -> Iterator[Column]:
    """Yield the columns of the training, one row per step."""
    plan, loss = request.plan, request.measure
    yield from group(DATAPOINT, counter("step", "Counts the updates: one row is one step."))
    yield from counters()
    yield from datapoint_columns(plan, source(request))
    yield from weight_columns(
        plan,
        "prev.new_{name}",
        "Weight {name} before this step: the new {name} of the row above.",
        "index(start.value, {place})",
        detail=request.network.n_weights > LARGE,
    )
    yield from step_columns(request)
    if request.derivatives != "numerical":
        yield from back_columns(plan, loss)
    if request.derivatives != "exact":
        yield from moved_columns(plan, loss)
    if request.derivatives == "both":
        yield from estimated_columns(plan, "est_")
        yield from gap_columns(plan, gap_style(request))
    yield from watch_columns(request)


def step_columns(request: Request) -> Iterator[Column]:
    """Yield the columns from the inputs to the new weights.

    In the dialects with functions one call fills them from the predictions on: TRAIN_STEP, which knows plain
    steps and the squared error. For another optimiser the derivatives and the step are a call each.
    """
    plan, optimizer = request.plan, request.optimizer
    is_exact, is_squared = request.derivatives != "numerical", request.measure.name == "squared"
    passed = tuple(forward_columns(plan, request.target_names, fold=False))
    hidden, predictions = passed[: -len(plan.pred)], passed[-len(plan.pred) :]
    error = error_column(plan, request.measure, error_style(request))
    slopes = tuple(
        exact_columns(plan, request.measure, input_headers(request))
        if is_exact
        else estimated_columns(plan, "d_")
    )
    new = tuple(new_columns(plan, optimizer))
    yield from hidden
    if is_squared and optimizer == "sgd":
        yield from filled((*predictions, error, *slopes, *new), step_call(plan, exact=is_exact))
        return
    yield from (*predictions, error)
    yield from filled(slopes, gradient_call(plan, exact=is_exact)) if is_squared else slopes
    yield from state_columns(plan, optimizer)
    yield from filled(new, new_call(plan, optimizer))


def training_sheet(request: Request) -> Sheet:
    """Return the sheet Training. Raises ArgumentError if it needs more columns than a sheet has."""
    most = SHEET_COLUMNS - PANEL_COLUMNS - 1
    columns = tuple(_readable(request, column) for column in islice(training_columns(request), most + 1))
    if len(columns) > most:
        advice = "a smaller network"
        if request.derivatives != "exact":
            advice = f"exact derivatives or {advice}"
        problem = f"needs more columns than the {SHEET_COLUMNS:,} of a sheet; use {advice}"
        raise ArgumentError("network", f"{request.network.text} {problem}")
    rate = Setting("learning_rate", "Learning rate", request.learning_rate, "How far a step goes.")
    move = Setting("h", "h", request.h, "How far a weight is moved to estimate its derivative.")
    own = (
        replace(SETTINGS[key], value=getattr(request, key)) for key in OPTIMIZERS[request.optimizer].settings
    )
    text = f"{request.network.text}, {request.measure.error}, {request.optimizer}"
    return Sheet(
        "train",
        "Training",
        f"The network learns: {text}",
        "sentence",
        settings=(rate, *(() if request.derivatives == "exact" else (move,)), *own),
        outputs=tuple(health(request)),
        tables=(Table("train", labelled(columns), len(request.data) * request.epochs),),
        charts=tuple(pictures.of_training(request)),
        about="The training, one row per datapoint and step. Settings and the health of the training are on "
        "the left.",
    )


def epochs_sheet(request: Request) -> Sheet:
    """Return the sheet Epochs: the loss of every epoch, as met and over the data held back."""
    name = request.measure.over_data
    validated = "" if request.held is None else ", also over the data held back"
    columns = [
        *group("Epoch", counter("epoch", "The epoch.")),
        *group("To train on", *_met_columns(request)),
        *group("Held back", *(_held_columns(request) if request.held is not None else ())),
    ]
    if request.network.n_weights <= FEW_WEIGHTS:
        columns += group(
            "Weights",
            *(
                Column(f"after_{w}", f"index(train.new_{w}, epoch*train.n_rows)", header=f"{w} after").says(
                    f"Weight {w} after the epoch's LAST row: the next epoch starts with it."
                )
                for w in request.plan.weights
            ),
        )
    return Sheet(
        "epochs",
        "Epochs",
        "What every epoch brought",
        pictures.EPOCHS_SUBTITLE[request.measure.rooted],
        tables=(Table("epochs", labelled(columns), request.epochs),),
        charts=tuple(pictures.of_epochs(request)),
        about=f"One row per epoch: its {name}{validated}.",
    )


def _met_columns(request: Request) -> Iterator[Column]:
    name, mean = request.measure.over_data, "(index(train.sum_err, epoch*train.n_rows)/train.n_rows)"
    yield Column("met", over(request.measure.rooted, mean), header=f"{name}, training", width=13).says(
        f"The {name} of the epoch's rows, each with the weights of its moment."
    )
    if request.classifies:
        share = "index(train.sum_right, epoch*train.n_rows)/train.n_rows"
        yield Column("met_right", share, header="right, training", style="share", width=13).says(
            "The share of right answers in the epoch's rows."
        )


def _held_columns(request: Request) -> Iterator[Column]:
    name, mean = request.measure.over_data, "(index(valid.sum_err, epoch*train.n_held)/train.n_held)"
    yield Column("held", over(request.measure.rooted, mean), header=f"{name}, validation", width=13).says(
        f"The {name} of the data held back, with the weights after the epoch."
    )
    if request.classifies:
        share = "index(valid.sum_right, epoch*train.n_held)/train.n_held"
        yield Column("held_right", share, header="right, validation", style="share", width=13).says(
            "The share of right answers for the data held back."
        )


def fit_sheet(request: Request) -> Sheet:
    """Return the sheet Fit: every datapoint with the weights before and after training."""
    before = _pass(request, "index(start.value, {place})", "Weight {name} before training.")
    after = _pass(request, "last(train.new_{name})", "Weight {name} after the last step.")
    rows = len(request.data)
    return Sheet(
        "fit",
        "Fit",
        "The data, before and after training",
        "Every datapoint with the starting weights, and to the right with the weights after the last step.",
        tables=(
            Table("before", before, rows, title="Before training"),
            Table("after", after, rows, title="After training"),
        ),
        charts=tuple(pictures.of_fit(request)),
        about="The predictions for all the data, before and after training.",
    )


def validation_sheet(request: Request) -> Sheet:
    """Return the sheet Validation: after every epoch, the data that was not trained on."""
    assert request.held is not None
    plan = request.plan
    columns = chain(
        counters("train.n_held"),
        datapoint_columns(plan, source(request, "held")),
        weight_columns(
            plan,
            "index(train.new_{name}, epoch*train.n_rows)",
            "Weight {name} after this epoch.",
            detail=True,
        ),
        predicted_columns(plan, request.target_names),
        [error_column(plan, request.measure, error_style(request))],
        [right_column(plan)] if request.classifies else [],
        sum_columns(request),
    )
    return Sheet(
        "valid",
        "Validation",
        "After every epoch: the data that was held back",
        "Nothing is learned here: the network only answers, with the weights that the epoch ended with.",
        tables=(Table("valid", labelled(columns), len(request.held) * request.epochs),),
        about="The data held back, with the weights after every epoch.",
    )


def _readable(request: Request, column: Column) -> Column:
    """Return a column of derivatives with fewer decimals if the data are large numbers."""
    fewer = column.style == "slope" and request.largest_number > LARGE_NUMBER
    return replace(column, style="derivative") if fewer else column


def _pass(request: Request, weight: str, note: str) -> tuple[Column, ...]:
    """Return the columns from the datapoint to the error with given weights."""
    plan = request.plan
    columns = chain(
        [row_column()],
        datapoint_columns(plan, source(request)),
        weight_columns(plan, weight, note, detail=True),
        predicted_columns(plan, request.target_names),
        [error_column(plan, request.measure, error_style(request))],
        [right_column(plan)] if request.classifies else [],
    )
    return labelled(columns)
