"""08: can a numerical derivative be trusted? By h, by datapoint, and in a training close to the optimum."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.books.lessons.data_sheet import data_sheet
from xlneuron.books.lessons.derivatives_by_h import by_h_sheet
from xlneuron.books.lessons.derivatives_check import check_sheet
from xlneuron.books.lessons.models import NEURON
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import counters
from xlneuron.books.verdict import RATE
from xlneuron.books.words import page_of
from xlneuron.errors import XlneuronError
from xlneuron.tables.model import (
    Book,
    Chart,
    Column,
    Output,
    Series,
    Setting,
    Sheet,
    Table,
    counter,
    detail,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLACK, BLUE, VERMILLION

EPOCHS = 20
RUNS = ("exact", "central", "forward")


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    epochs = options.epochs_or(name, EPOCHS)
    h = options.h_or()
    if h <= 0:
        raise XlneuronError(f"{name}: h is {h}, but the estimates divide by it; it has to be above 0")
    start = options.start(name, "ab") if options.weights is not None else (2.0, 30.5)
    rows = len(options.data)
    training = Sheet(
        "training",
        "Training",
        "Three trainings that differ only in how they get their derivatives",
        "sentence",
        settings=(
            Setting("learning_rate", "Learning rate", options.rate_or(1e-4), "Of all three."),
            Setting("h", "h", h, "How far a weight is moved for an estimate."),
            *(
                Setting(f"start_{key}", f"Starting weight {key}", value).says(
                    "Close to the optimum, a = 2 and b = 30."
                )
                for key, value in zip("ab", start, strict=True)
            ),
        ),
        outputs=OUTPUTS,
        outputs_title="RMSE of the last epoch",
        tables=(Table("epochs", EPOCH_COLUMNS, epochs), Table("training", TRAINING_COLUMNS, rows * epochs)),
        charts=(RMSE_CHART, WEIGHT_CHART),
        about="Training with exact, central and forward derivatives from the same start, side by side.",
    )
    data = data_sheet(options, "The datapoints.", follow="the sheets Check and Training follow")
    sheets = (by_h_sheet(), check_sheet(h, rows), training, data)
    return Book(name, question, page_of(__file__).words(), sheets, options.described())


def _slope(run: str, weight: str) -> str:
    """Return the expression of a training's derivative by a weight."""
    if run == "exact":
        return NEURON.exact(weight, pred=f"{run}_pred")
    return NEURON.estimated(weight, run, f"{run}_err", **{w: f"{run}_{w}" for w in "ab"})


def _run_columns(run: str) -> Iterator[Column]:
    """Yield the columns of a training, whose derivatives are made in that way."""
    for w in "ab":
        yield Column(
            f"{run}_{w}", f"prev.{run}_new_{w}", f"Weight {w} before the step.", f"start_{w}", header=w
        )
    pred = NEURON.predict(a=f"{run}_a", b=f"{run}_b")
    yield Column(f"{run}_pred", pred, "The prediction.", header="prediction", width=10)
    yield Column(f"{run}_err", f"({run}_pred - y)**2", "The squared error.", header="error", style="error")
    for w in "ab":
        yield Column(f"{run}_d_{w}", _slope(run, w), header=f"de/d{w}", style="derivative").says(
            f"The derivative by {w}, {run}."
        )
    for w in "ab":
        step = f"{run}_{w} - learning_rate*{run}_d_{w}"
        yield Column(f"{run}_new_{w}", step, "The step.", header=f"new {w}")


def _sum(run: str) -> Column:
    error = f"{run}_err"
    return helper(f"{run}_sum", f"{error} if row == 1 else prev.{run}_sum + {error}", first=error).says(
        "The errors of this epoch so far."
    )


TRAINING_COLUMNS = (
    *counters(),
    *(
        column
        for run in RUNS
        for column in (
            *group(f"With {run} derivatives", *_run_columns(run)),
            *group("Helpers of the epochs", _sum(run)),
        )
    ),
)
EPOCH_COLUMNS = group(
    "RMSE of every epoch",
    counter("epoch", "The epoch."),
    *(
        Column(f"rmse_{run}", f"sqrt(index(training.{run}_sum, epoch*n_rows)/n_rows)", header=run).says(
            f"The root of the mean squared error of the epoch's rows, with {run} derivatives."
        )
        for run in RUNS
    ),
)
FORWARD, CENTRAL, EXACT = (f'format(rmse_{run}, "0.000")' for run in ("forward", "central", "exact"))
SENTENCE = f"""(
    join("Careful: the errors exploded, whatever the derivatives. Try a learning rate of ",
         format(learning_rate/10, "{RATE}"), ".")
    if iferror(max(rmse_exact, rmse_central, rmse_forward), 1E+300) > limit else
    join("Careful: exact derivatives find nothing to improve at the optimum; forward ones with h = ",
         format(h, "{RATE}"), " drift away from it to RMSE ", {FORWARD}, ".")
    if rmse_exact < 1e-6 else
    join("Careful: with forward differences and h = ", format(h, "{RATE}"), " training ends ",
         format(loss, "0"), " % worse (RMSE ", {FORWARD}, ") than with exact derivatives (", {EXACT},
         "); central ones ",
         "do as well as exact (" if abs(rmse_central/rmse_exact - 1) <= 0.01 else "do not, either (",
         {CENTRAL}, ").")
    if loss > 1 else
    join("Learned alike: RMSE ", {FORWARD}, " with forward, ", {CENTRAL}, " with central, ", {EXACT},
         " with exact derivatives.")
)"""
OUTPUTS = (
    Output("sentence", "", SENTENCE, style="text"),
    *(
        Output(f"rmse_{run}", f"With {run} derivatives", f"last(epochs.rmse_{run})").says(
            "RMSE of the last epoch's rows."
        )
        for run in RUNS
    ),
    Output(
        "loss",
        "Forward is worse by, in %",
        "iferror(100*(rmse_forward/rmse_exact - 1), 100)",
        "Than exact.",
        style="short",
    ),
    detail("n_rows", "Datapoints", "rows(data.x)", "So many rows are one epoch."),
    detail(
        "limit",
        "Exploded above",
        "10*max(max(data.y), -min(data.y), sqrt(index(training.exact_err, 1)))",
        "An RMSE of ten times the largest y, or of the first row's error if that is larger.",
        style="short",
    ),
)
RMSE_CHART = Chart(
    "RMSE of every epoch",
    "epoch",
    "RMSE",
    (
        Series("epochs", "epoch", "rmse_exact", "exact", BLACK),
        Series("epochs", "epoch", "rmse_central", "central", BLUE, marker=True),
        Series("epochs", "epoch", "rmse_forward", "forward", VERMILLION),
    ),
    y_min=0,
)
WEIGHT_CHART = Chart(
    "Weight a: the optimum is 2",
    "step",
    "weight a",
    (
        Series("training", "step", "exact_a", "exact", BLACK),
        Series("training", "step", "forward_a", "forward", VERMILLION),
    ),
)
