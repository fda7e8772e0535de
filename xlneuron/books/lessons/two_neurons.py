"""02: one neuron, two neurons in a chain, and the same with a ReLU: who explodes, who dies, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlneuron.books.lessons.collapse import collapse_sheet
from xlneuron.books.lessons.data_sheet import DATAPOINT, DATAPOINTS, data_sheet
from xlneuron.books.lessons.models import exact_columns, training_columns
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import HELPERS, RELU_COLUMNS, health, start_settings, watch_columns
from xlneuron.books.lessons.three_models import THREE, Compared, start_errors
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
    detail,
    for_chart,
    gap_unless,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLUE, GREEN, ORANGE, VERMILLION

EPOCHS = 1
OF_WEIGHT = {"a": BLUE, "b": ORANGE, "c": GREEN, "d": VERMILLION}


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    steps = options.epochs_or(name, EPOCHS) * len(options.data)
    compare = Sheet(
        "compare",
        "Compare",
        "The same data, rate and starting weights: three models side by side",
        "sentence",
        settings=(
            Setting("learning_rate", "Learning rate", options.rate_or(1e-4)).says(
                "Of all three models. Try 0.00001."
            ),
            Setting("h", "h", options.h_or(), "How far a weight is moved to estimate its derivative."),
            *start_settings("abcd", options.start(name, "abcd")),
        ),
        outputs=(Output("sentence", "", SENTENCE, style="text"),),
        tables=(Table("errors", ERROR_COLUMNS, steps), Table("models", MODEL_COLUMNS, len(THREE))),
        charts=(ERRORS, CLOSER),
        about="Start here: the settings, and one neuron, two neurons, and two with a ReLU side by side.",
    )
    data = data_sheet(
        options,
        "The datapoints, and what the three models made of them.",
        more=tuple(start_errors("compare")),
        fit=FIT_COLUMNS,
        chart=FIT,
    )
    sheets = (compare, *(_run(each, steps) for each in THREE), collapse_sheet(steps), data)
    return Book(name, question, page_of(__file__).words(), sheets, options.described())


def _run(each: Compared, steps: int) -> Sheet:
    """Return a model's sheet: its training, with the settings of the sheet Compare."""
    key, model = each.key, each.model
    note = "Change it on sheet Compare."
    links = (
        Output("learning_rate", "Learning rate", "compare.learning_rate", note, style="general"),
        detail("h", "h", "compare.h", note),
        *(detail(f"start_{w}", f"Starting weight {w}", f"compare.start_{w}", note) for w in each.weights),
    )
    checks = health(key, each.weights, start=f"data.start_{key}", end=f"fit.end_{key}", relu=model.relu)
    final = (
        Output(f"final_{w}", f"Weight {w} after training", f"last({key}.new_{w})", "After the last row.")
        for w in each.weights
    )
    columns = (
        *training_columns(model),
        *exact_columns(model),
        *(RELU_COLUMNS if model.relu else ()),
        *watch_columns(each.weights, "d_{}"),
        *_sizes(each.weights),
    )
    if key == "chain":  # room for what explodes
        columns = tuple(
            replace(column, width=12) if column.style == "number" else column for column in columns
        )
    return Sheet(
        key,
        each.tab,
        f"{each.name}: prediction = {each.formula}",
        "sentence",
        outputs=(*links, *checks, *final),
        tables=(Table(key, columns, steps),),
        charts=_charts(each),
        about=f"The training of {each.name[0].lower()}{each.name[1:]}, one row per datapoint.",
    )


def _sizes(weights: str) -> tuple[Column, ...]:
    """Return the sizes of derivatives and weights for charts with a log axis, where 0 is a gap."""
    sizes = {"size_d": ("d_", "the derivative by"), "size": ("", "weight")}
    return group(
        HELPERS,
        *(
            helper(f"{key}_{w}", gap_unless(f"{of}{w} != 0", f"abs({of}{w})"), style="error").says(
                f"The size of {what} {w}, for the chart: #N/A is a gap in its line."
            )
            for key, (of, what) in sizes.items()
            for w in weights
        ),
    )


def _pick(text: str, *, relu_only: bool = False) -> str:
    """Return the expression `text` with the key of the model whose number is in this row in its braces."""
    one, two, three = (text.format(each.key) for each in THREE)
    if relu_only:
        one = two = '"no ReLU"'
    return f"{one} if number == 1 else {two} if number == 2 else {three}"


def _lines(key: str, columns: str, weights: Sequence[str]) -> tuple[Series, ...]:
    """Return a line for each weight; dots for c and d, which are close to a and b."""
    return tuple(Series(key, "step", columns.format(w), w, OF_WEIGHT[w], marker=w in "cd") for w in weights)


def _charts(each: Compared) -> tuple[Chart, ...]:
    """Return the charts of a model's sheet: with log axes where its values can explode."""
    key, weights = each.key, each.weights
    error = Chart(
        "Squared error of every step",
        "step",
        "squared error (log scale)",
        (Series(key, "step", "shown", "error", VERMILLION),),
        log_y=True,
        y_min=1e-2 if key == "chain" else None,
    )
    still = " (no line, no dot: it is 0)" if key == "relu" else ""
    title = f"Size of the estimated derivatives{still}"
    sizes = Chart(title, "step", "size (log scale)", _lines(key, "size_d_{}", weights), log_y=True)
    if key == "chain":
        size = Chart(
            "Size of the weights", "step", "size (log scale)", _lines(key, "size_{}", weights), log_y=True
        )
        return error, sizes, size
    moves = Chart("The weights move", "step", "weight", _lines(key, "{}", weights))
    if key == "neuron":
        return error, sizes, moves
    alive = Chart(
        "The largest a*x + b of all the data: at 0 or below, the ReLU is dead",
        "step",
        "largest a*x + b",
        (Series(key, "step", "z_top", "largest a*x + b", BLUE),),
    )
    return error, sizes, alive, moves


# Sheet Compare.
SENTENCE = """(
    "Learning: at this learning rate nothing explodes, no ReLU dies, and all three models learn."
    if count_if(models.verdict, "learns") == 3 else
    join("One neuron ", index(models.verdict, 1), ". The linear chain ", index(models.verdict, 2),
         ". The chain with a ReLU ", index(models.verdict, 3), ".")
)"""
VERDICT = """(
    join("has a dead ReLU from row ", dead, " on") if isnumber(dead) else
    join("explodes from row ", exploded, " on") if isnumber(exploded) else
    otherwise
)"""
OTHERWISE = """(
    join("freezes: ", frozen) if frozen != "none" else
    "learns" if after < before else "does not learn"
)"""
MODEL_COLUMNS = (
    *group(
        "The model",
        Column("number", values=[1, 2, 3], header="#", style="integer", width=3).says(
            "The number of the model."
        ),
        Column("model", values=[each.tab for each in THREE], style="text", width=13).says(
            "Each has a sheet with its training."
        ),
        Column(
            "formula", values=[each.formula for each in THREE], header="prediction", style="text", width=22
        ).says("How it predicts y from x."),
    ),
    *group(
        "What became of it",
        Column("final", _pick("last({}.err)"), header="error, last row", style="short", width=10).says(
            "The squared error of the last row."
        ),
        Column("before", _pick("{}.rmse_start"), header="RMSE before", style="short", width=10).says(
            "Root of the mean squared error over the data, with the starting weights."
        ),
        Column("after", _pick("{}.rmse_end"), header="RMSE after", style="short", width=10).says(
            "The same with the weights after the last row."
        ),
        Column(
            "exploded", _pick("{}.exploded_row"), header="exploded from row", style="general", width=11
        ).says("The first row whose error is over ten times the largest one at the start."),
        Column(
            "dead",
            _pick("{}.dead_row", relu_only=True),
            header="ReLU dead from row",
            style="general",
            width=11,
        ).says("From there on a*x + b is below 0 for every x of the data."),
        Column(
            "health", _pick("{}.sentence"), header="what happened, and what to try", style="text", width=125
        ).says("What happened, why, and what to try."),
    ),
    *group(
        "Words of the sentence at the top",
        helper("frozen", _pick("{}.frozen"), "The weights that do not move any more.", style="text"),
        helper("otherwise", OTHERWISE, "The same, if nothing exploded and nothing is dead.", style="text"),
        helper("verdict", VERDICT, "What became of it, in a few words.", style="text"),
    ),
)
ERROR_COLUMNS = group(
    "Squared error of every step",
    counter("step", "One row is one step."),
    *(
        Column(each.key, f"index({each.key}.err, step)", header=each.label, style="error", width=11).says(
            f"The error of the step on sheet {each.tab}."
        )
        for each in THREE
    ),
)
LINES = tuple(each.line(each.key, "step", "shown", marker=each.key == "relu") for each in THREE)
ERRORS = Chart(
    "Squared error of every step", "step", "squared error (log scale)", LINES, log_y=True, y_min=1e-2
)
CLOSER = replace(ERRORS, title="Seen closer: errors up to 10 million", y_max=1e7)

# Sheet Data: the three models after training.
FIT_COLUMNS = (
    *group(
        "After training",
        *DATAPOINT,
        *(
            Column(
                each.key,
                each.model.predict(**{w: f"{each.key}.final_{w}" for w in each.weights}),
                header=each.label,
                style="short",
                width=10,
            ).says("The prediction with the weights after the last row.")
            for each in THREE
        ),
        *(
            Column(
                f"end_{key}", f"({key} - y)**2", header=f"error at end, {label}", style="error", width=13
            ).says("The squared error of that prediction.")
            for key, label in ((each.key, each.label) for each in THREE)
        ),
    ),
    *group(
        "For the chart",
        *(
            helper(f"shown_{key}", for_chart(key, f"({key} - y)**2 <= {key}.limit"), style="short").says(
                "The prediction, or #N/A (a gap) where it exploded."
            )
            for key in (each.key for each in THREE)
        ),
    ),
)
FIT = Chart(
    "The data and the models after training (no dots: it exploded)",
    "x",
    "y",
    (DATAPOINTS, *(each.line("fit", "x", f"shown_{each.key}", marker=True) for each in THREE)),
)
