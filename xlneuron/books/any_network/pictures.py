"""The charts of a training sheet."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.books.any_network.request import Request
from xlneuron.tables.model import Chart, Series
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILLION

LINES = 8  # most lines of a chart, as many as there are colours
EPOCHS_SUBTITLE = {
    True: (
        "RMSE: the root of the MEAN squared error of the epoch's rows, each with the weights of its moment."
    ),
    False: "The mean cross-entropy of the epoch's rows, each with the weights of its moment.",
}


def of_training(request: Request) -> Iterator[Chart]:
    """Yield the charts of the sheet Training."""
    error = request.measure.error
    yield Chart(
        f"{error[:1].upper()}{error[1:]} of every step",
        "step",
        f"{error} (log scale)",
        (Series("train", "step", "shown", "error", VERMILLION),),
        log_y=True,
    )
    weights = request.plan.weights
    shown = weights if len(weights) <= LINES else weights[: LINES // 2] + weights[-(LINES // 2) :]
    title = "The weights move" if len(shown) == len(weights) else f"{LINES} of the {len(weights)} weights"
    yield Chart(title, "step", "weight", tuple(Series("train", "step", name, name) for name in shown))
    if request.derivatives == "both":
        ends = dict.fromkeys((weights[0], weights[-1]))
        exact = (
            Series("train", "step", f"d_{w}", f"exact by {w}", c)
            for w, c in zip(ends, (BLUE, ORANGE), strict=True)
        )
        dots = (
            Series("train", "step", f"est_{w}", f"estimated by {w}", c, marker=True)
            for w, c in zip(ends, (BLACK, VERMILLION), strict=True)
        )
        yield Chart("Derivatives: estimated (dots) over exact (lines)", "step", "derivative", (*exact, *dots))
    yield from of_epochs(request)
    yield from of_fit(request)


def of_epochs(request: Request) -> Iterator[Chart]:
    """Yield the charts of the sheet Epochs."""
    name = request.measure.over_data
    validation = (Series("epochs", "epoch", "held", "validation", ORANGE),) if request.held else ()
    yield Chart(
        f"{name[:1].upper()}{name[1:]} of every epoch",
        "epoch",
        name,
        (Series("epochs", "epoch", "met", "training", GREEN), *validation),
        y_min=0,
    )
    if request.classifies:
        validation = (Series("epochs", "epoch", "held_right", "validation", ORANGE),) if request.held else ()
        yield Chart(
            "Right answers of every epoch",
            "epoch",
            "share",
            (Series("epochs", "epoch", "met_right", "training", GREEN), *validation),
            y_min=0,
            y_max=1,
        )


def of_fit(request: Request) -> Iterator[Chart]:
    """Yield the chart of the sheet Fit: the curve over one input, or predictions against targets."""
    plan = request.plan
    y, pred = plan.y[0], plan.pred[0]
    target = request.target_names[0]
    if len(plan.x) == 1:
        x = request.input_names[0]
        xs = [row[0] for row in request.data.inputs]
        dots = xs != sorted(xs)  # a line would run back and forth
        yield Chart(
            f"{target} over {x}",
            x if request.scale == "none" else f"{x}, scaled",
            target,
            (
                Series("after", "x", y, "data", BLACK, marker=True),
                Series("before", "x", pred, "before training", GREY, dash=not dots, marker=dots),
                Series("after", "x", pred, "after training", BLUE, marker=dots),
            ),
        )
    elif not request.classifies:
        yield Chart(
            f"Prediction against target {target}: right is on the diagonal",
            f"target {target}",
            "prediction",
            (
                Series("before", y, pred, "before training", GREY, marker=True),
                Series("after", y, pred, "after training", BLUE, marker=True),
                Series("after", y, y, "right", BLACK),
            ),
        )
