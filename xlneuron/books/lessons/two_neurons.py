"""02: one neuron, two neurons in a chain, and the same with a ReLU: who explodes, who dies, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlneuron.books.lessons.collapse import collapse_sheet
from xlneuron.books.lessons.models import CHAIN, NEURON, RELU, exact_columns, training_columns
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import (
    HELPERS,
    RELU_COLUMNS,
    data_columns,
    health,
    start_settings,
    watch_columns,
)
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
    detail,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, ORANGE, VERMILLION

EPOCHS = 1
MODELS = {"neuron": NEURON, "chain": CHAIN, "relu": RELU}
TABS = {"neuron": "One neuron", "chain": "Linear chain", "relu": "With ReLU"}
LABELS = {"neuron": "one neuron", "chain": "linear chain", "relu": "with ReLU"}
COLORS = {"neuron": BLUE, "chain": ORANGE, "relu": GREEN}
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
            Setting(
                "learning_rate", "Learning rate", options.rate_or(1e-4), "Of all three models. Try 0.00001."
            ),
            Setting("h", "h", options.h_or(), "How far a weight is moved to estimate its derivative."),
            *start_settings("abcd", options.start(name, "abcd")),
        ),
        outputs=(Output("sentence", "", VERDICTS, style="text"),),
        tables=(Table("errors", ERROR_COLUMNS, steps), Table("models", MODEL_COLUMNS, len(MODELS))),
        charts=(ERRORS, CLOSER),
        about="Start here: the settings, and one neuron, two neurons, and two with a ReLU side by side.",
    )
    data = Sheet(
        "data",
        "Data",
        f"The data: {len(options.data)} datapoints from {options.data.source}",
        "Type or paste your own numbers into the yellow cells: every sheet follows.",
        tables=(
            Table("data", (*data_columns(options), *START_ERRORS), len(options.data)),
            Table("fit", FIT_COLUMNS, len(options.data)),
        ),
        charts=(FIT,),
        about="The datapoints, and what the three models made of them.",
    )
    runs = (_run(key, steps) for key in MODELS)
    return Book(
        name,
        question,
        page_of(__file__).words(),
        (compare, *runs, collapse_sheet(steps), data),
        options.described(),
    )


def _run(key: str, steps: int) -> Sheet:
    """Return a model's sheet: its training, with the settings of the sheet Compare."""
    model = MODELS[key]
    links = (
        Output("learning_rate", "Learning rate", "compare.learning_rate", style="general").says(
            "Change it on sheet Compare."
        ),
        detail("h", "h", "compare.h", "Change it on sheet Compare."),
        *(
            detail(f"start_{weight}", f"Starting weight {weight}", f"compare.start_{weight}").says(
                "Change it on sheet Compare."
            )
            for weight in model.weights
        ),
    )
    weights = (
        *(
            Output(f"final_{weight}", f"Weight {weight} after training", f"last({key}.new_{weight})").says(
                "After the last row."
            )
            for weight in model.weights
        ),
    )
    checks = health(key, model.weights, start=f"data.start_{key}", end=f"fit.end_{key}", relu=model.relu)
    relu = RELU_COLUMNS if model.relu else ()
    watch = (*relu, *watch_columns(model.weights, "d_{}"), *_sizes(model.weights))
    columns = (*training_columns(model), *exact_columns(model), *watch)
    if key == "chain":  # room for what explodes
        columns = tuple(replace(each, width=12) if each.style == "number" else each for each in columns)
    return Sheet(
        key,
        TABS[key],
        f"{FULL_NAMES[key]}: prediction = {FORMULAS[key]}",
        "sentence",
        outputs=(*links, *checks, *weights),
        tables=(Table(key, columns, steps),),
        charts=_charts(key),
        about=f"The training of {FULL_NAMES[key][0].lower()}{FULL_NAMES[key][1:]}, one row per datapoint.",
    )


def _sizes(weights: str) -> tuple[Column, ...]:
    """Return the sizes of derivatives and weights for charts with a log axis, where 0 is a gap."""
    return tuple(
        helper(
            f"{prefix}_{weight}",
            f"iferror((abs({of}) if {of} != 0 else na()), na())",
            style="error",
            group=HELPERS,
        ).says(f"The size of {what} {weight}, for the chart: #N/A is a gap in its line.")
        for prefix, of_weight, what in (("size_d", "d_{}", "the derivative by"), ("size", "{}", "weight"))
        for weight in weights
        for of in [of_weight.format(weight)]
    )


def _pick(result: str, *, relu_only: bool = False) -> str:
    """Return the expression of a result of the model whose number is in this row."""
    one, two = ('"no ReLU"', '"no ReLU"') if relu_only else (f"neuron.{result}", f"chain.{result}")
    return f"{one} if number == 1 else {two} if number == 2 else relu.{result}"


def _lines(key: str, columns: str, weights: Sequence[str]) -> tuple[Series, ...]:
    """Return a line for each weight; dots for c and d, which are close to a and b."""
    return tuple(Series(key, "step", columns.format(w), w, OF_WEIGHT[w], marker=w in "cd") for w in weights)


def _charts(key: str) -> tuple[Chart, ...]:
    """Return the charts of a model's sheet: with log axes where its values can explode."""
    weights = MODELS[key].weights
    error = Chart(
        "Squared error of every step",
        "step",
        "squared error (log scale)",
        (Series(key, "step", "shown", "error", VERMILLION),),
        log_y=True,
        y_min=1e-2 if key == "chain" else None,
    )
    derivatives = "Size of the estimated derivatives" + (
        " (no line, no dot: it is 0)" if key == "relu" else ""
    )
    sizes = Chart(derivatives, "step", "size (log scale)", _lines(key, "size_d_{}", weights), log_y=True)
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


FULL_NAMES = {
    "neuron": "One neuron",
    "chain": "Two neurons in a linear chain",
    "relu": "Two neurons with a ReLU",
}
FORMULAS = {"neuron": "a*x + b", "chain": "c*(a*x + b) + d", "relu": "c*max(0, a*x + b) + d"}

# Sheet Compare.
VERDICTS = (
    '"Learning: at this learning rate nothing explodes, no ReLU dies, and all three models learn." if'
    ' count_if(models.verdict, "learns") == 3 else join("One neuron ", index(models.verdict, 1), ". The'
    ' linear chain ", index(models.verdict, 2), ". The chain with a ReLU ", index(models.verdict, 3), ".")'
)
RESULT_GROUP, MODEL_GROUP, WORDS_GROUP = "What became of it", "The model", "Words of the sentence at the top"
MODEL_COLUMNS = (
    *group(
        MODEL_GROUP,
        Column(
            "number", note="The number of the model.", values=[1, 2, 3], header="#", style="integer", width=3
        ),
        Column("model", values=list(TABS.values()), style="text", width=13).says(
            "Each has a sheet with its training."
        ),
        Column("formula", values=list(FORMULAS.values()), header="prediction", style="text", width=22).says(
            "How it predicts y from x."
        ),
    ),
    *group(
        RESULT_GROUP,
        Column(
            "final",
            "last(neuron.err) if number == 1 else last(chain.err) if number == 2 else last(relu.err)",
            header="error, last row",
            style="short",
            width=10,
        ).says("The squared error of the last row."),
        Column("before", _pick("rmse_start"), header="RMSE before", style="short", width=10).says(
            "Root of the mean squared error over the data, with the starting weights."
        ),
        Column("after", _pick("rmse_end"), header="RMSE after", style="short", width=10).says(
            "The same with the weights after the last row."
        ),
        Column("exploded", _pick("exploded_row"), header="exploded from row", style="general", width=11).says(
            "The first row whose error is over ten times the largest one at the start."
        ),
        Column(
            "dead", _pick("dead_row", relu_only=True), header="ReLU dead from row", style="general", width=11
        ).says("From there on a*x + b is below 0 for every x of the data."),
        Column(
            "health", _pick("sentence"), header="what happened, and what to try", style="text", width=125
        ).says("What happened, why, and what to try."),
    ),
    *group(
        WORDS_GROUP,
        helper("frozen", _pick("frozen"), "The weights that do not move any more.", style="text"),
        helper(
            "verdict",
            'join("has a dead ReLU from row ", dead, " on") if isnumber(dead) else join("explodes from row ",'
            ' exploded, " on") if isnumber(exploded) else join("freezes: ", frozen) if frozen != "none" else'
            ' "learns" if after < before else "does not learn"',
            style="text",
        ).says("What became of it, in a few words."),
    ),
)
ERROR_COLUMNS = group(
    "Squared error of every step",
    Column("step", "prev.step + 1", "One row is one step.", "1", style="integer"),
    *(
        Column(key, f"index({key}.err, step)", header=LABELS[key], style="error", width=11).says(
            f"The error of the step on sheet {tab}."
        )
        for key, tab in TABS.items()
    ),
)
THREE = tuple(Series(key, "step", "shown", LABELS[key], COLORS[key], marker=key == "relu") for key in TABS)
ERRORS = Chart(
    "Squared error of every step", "step", "squared error (log scale)", THREE, log_y=True, y_min=1e-2
)
CLOSER = Chart(
    "Seen closer: errors up to 10 million",
    "step",
    "squared error (log scale)",
    THREE,
    log_y=True,
    y_min=1e-2,
    y_max=1e7,
)

# Sheet Data: errors over the data before and after, and the three lines.
START_ERRORS = tuple(
    Column(
        f"start_{key}",
        f"({model.predict(**{w: f'compare.start_{w}' for w in 'abcd'})} - y)**2",
        header=f"error at start, {LABELS[key]}",
        style="error",
        width=13,
        group="The data",
    ).says("The squared error with the starting weights.")
    for key, model in MODELS.items()
)
FIT_GROUP, SHOWN = "After training", "For the chart"
FIT_COLUMNS = (
    *group(
        FIT_GROUP,
        Column("row", "prev.row + 1", "The datapoint.", "1", style="integer"),
        Column("x", "index(data.x, row)", "The input.", style="data"),
        Column("y", "index(data.y, row)", "The target.", style="data"),
        *(
            Column(
                key,
                model.predict(**{w: f"{key}.final_{w}" for w in "abcd"}),
                header=LABELS[key],
                style="short",
                width=10,
            ).says("The prediction with the weights after the last row.")
            for key, model in MODELS.items()
        ),
        *(
            Column(
                f"end_{key}",
                f"({key} - y)**2",
                header=f"error at end, {LABELS[key]}",
                style="error",
                width=13,
            ).says("The squared error of that prediction.")
            for key in MODELS
        ),
    ),
    *group(
        SHOWN,
        *(
            helper(
                f"shown_{key}",
                f"({key} if ({key} - y)**2 <= {key}.limit else na()) if isnumber({key}) else na()",
                style="short",
            ).says("The prediction, or #N/A (a gap) where it exploded.")
            for key in MODELS
        ),
    ),
)
FIT = Chart(
    "The data and the models after training (no dots: it exploded)",
    "x",
    "y",
    (
        Series("data", "x", "y", "data", BLACK, marker=True),
        *(Series("fit", "x", f"shown_{key}", LABELS[key], COLORS[key], marker=True) for key in TABS),
    ),
)
