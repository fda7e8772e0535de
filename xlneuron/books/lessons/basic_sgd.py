"""01: one neuron, y = a*x + b, trained by SGD with numerical derivatives: one row per datapoint."""

from __future__ import annotations

from xlneuron.books.lessons.data_sheet import DATAPOINT, DATAPOINTS, data_sheet
from xlneuron.books.lessons.models import NEURON, exact_columns, training_columns
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import HELPERS, health, start_settings, watch_columns
from xlneuron.books.words import page_of
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
    group,
    helper,
)
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, GREY, ORANGE, VERMILLION

EPOCHS = 10


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    epochs = options.epochs_or(name, EPOCHS)
    start = options.start(name, NEURON.weights)
    rows = len(options.data)
    columns = (
        *training_columns(NEURON),
        *exact_columns(NEURON),
        *GAPS,
        *watch_columns(NEURON.weights, "d_{}"),
        *group(HELPERS, LARGER_GAP),
    )
    settings = (
        Setting("learning_rate", "Learning rate", options.rate_or(1e-4)).says(
            "How far a step goes: derivative x rate."
        ),
        Setting("h", "h", options.h_or(), "How far a weight is moved to estimate its derivative."),
        *start_settings(NEURON.weights, start),
    )
    results = (
        Output("largest_gap", "Largest gap est. - exact", "max(sgd.gap)", style="error").says(
            "The forward estimate is off by h*x*x for a, by h for b."
        ),
        Output("final_a", "Weight a after training", "last(sgd.new_a)", "After the last row."),
        Output("final_b", "Weight b after training", "last(sgd.new_b)", "After the last row."),
    )
    sgd = Sheet(
        "sgd",
        "SGD",
        "One neuron learns: prediction = a*x + b",
        "sentence",
        settings=settings,
        outputs=(*health("sgd", NEURON.weights, start="data.start_error", end="fit.end_error"), *results),
        tables=(Table("sgd", columns, rows * epochs),),
        charts=(ERROR, WEIGHTS, DERIVATIVES, RMSE, FIT),
        about="The training, one row per datapoint. Settings and the health of the training are on the left.",
    )
    epoch_sheet = Sheet(
        "epochs",
        "Epochs",
        "What every epoch brought",
        "RMSE: the root of the MEAN squared error of the epoch's rows, each with the weights of its moment.",
        tables=(Table("epochs", EPOCH_COLUMNS, epochs),),
        charts=(RMSE,),
        about="One row per epoch: its RMSE and the weights that it hands on to the next.",
    )
    data = data_sheet(
        options,
        "The datapoints, and the neuron's line before and after training.",
        more=(START_ERROR,),
        fit=FIT_COLUMNS,
        chart=FIT,
    )
    return Book(name, question, page_of(__file__).words(), (sgd, epoch_sheet, data), options.described())


GAPS = group(
    "Estimated minus exact",
    Column("diff_a", "d_a - e_a", header="gap a", style="error").says(
        "Estimated minus exact for a: h*x^2, so it grows with x."
    ),
    Column("diff_b", "d_b - e_b", "Estimated minus exact for b: always h.", header="gap b"),
)
LARGER_GAP = helper("gap", "iferror(max(abs(diff_a), abs(diff_b)), 0)", style="error").says(
    "The larger gap of the two."
)
START_ERROR = Column(
    "start_error",
    "(sgd.start_a*x + sgd.start_b - y)**2",
    header="error at start",
    style="error",
    width=11,
    group="The data",
).says("The squared error with the starting weights.")
FIT_COLUMNS = group(
    "Before and after training",
    *DATAPOINT,
    Column("before", "sgd.start_a*x + sgd.start_b", "The prediction with the starting weights."),
    Column("after", "sgd.final_a*x + sgd.final_b", "The prediction with the weights after the last row."),
    Column("end_error", "(after - y)**2", header="error at end", style="error", width=11).says(
        "The squared error of that prediction."
    ),
)
EPOCH_COLUMNS = (
    counter("epoch", "The epoch."),
    Column("rmse", "sqrt(index(sgd.sum_err, epoch*sgd.n_rows)/sgd.n_rows)", header="RMSE").says(
        "The root of the mean squared error of the epoch's rows."
    ),
    Column("a", "index(sgd.new_a, epoch*sgd.n_rows)", header="a after").says(
        "Weight a after the epoch's LAST row: the next epoch starts with it."
    ),
    Column(
        "b", "index(sgd.new_b, epoch*sgd.n_rows)", "Weight b after the epoch's last row.", header="b after"
    ),
)

ERROR = Chart(
    "Squared error of every step",
    "step",
    "squared error (log scale)",
    (Series("sgd", "step", "shown", "error", VERMILLION),),
    log_y=True,
)
WEIGHTS = Chart(
    "The weights move",
    "step",
    "weight",
    (Series("sgd", "step", "a", "a", BLUE), Series("sgd", "step", "b", "b", ORANGE)),
)
DERIVATIVES = Chart(
    "Derivatives: estimated (dots) on exact (lines)",
    "step",
    "derivative",
    (
        Series("sgd", "step", "e_a", "exact de/da", BLUE),
        Series("sgd", "step", "e_b", "exact de/db", ORANGE),
        Series("sgd", "step", "d_a", "estimated de/da", GREY, marker=True),
        Series("sgd", "step", "d_b", "estimated de/db", BLACK, marker=True),
    ),
)
RMSE = Chart(
    "RMSE of every epoch", "epoch", "RMSE", (Series("epochs", "epoch", "rmse", "RMSE", GREEN),), y_min=0
)
FIT = Chart(
    "The data and the neuron's line",
    "x",
    "y",
    (
        DATAPOINTS,
        Series("fit", "x", "before", "before training", GREY),
        Series("fit", "x", "after", "after training", BLUE),
    ),
)
