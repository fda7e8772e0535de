"""05: momentum: of a sine, of constant and alternating steps, and of the derivatives in a training."""

from __future__ import annotations

from dataclasses import replace

from xlneuron.books.lessons.data_sheet import data_sheet
from xlneuron.books.lessons.models import (
    CHAIN,
    RELU,
    Model,
    estimated_columns,
    exact_columns,
    forward_columns,
    moved_columns,
    step_columns,
    training_columns,
    weight_columns,
)
from xlneuron.books.lessons.momentum_smooth import SMOOTH
from xlneuron.books.lessons.momentum_steps import STEPS
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import (
    HELPERS,
    RELU_COLUMNS,
    counters,
    health,
    start_settings,
    watch_columns,
)
from xlneuron.books.words import page_of
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Setting, Sheet, Table, filled
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION

EPOCHS = 1
RATE_SHIPPED = 1e-5  # at 1e-4 the run without ReLU explodes and no chart can show all four lines
RUNS = {"no_relu": "No ReLU", "relu": "ReLU", "under_mom": "Under mom"}


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    steps = options.epochs_or(name, EPOCHS) * len(options.data)
    derivative = Sheet(
        "derivative",
        "Derivative of d",
        "Momentum on the derivative of weight d, in three trainings",
        "sentence",
        settings=(
            Setting(
                "learning_rate", "Learning rate", options.rate_or(RATE_SHIPPED), "Of all three trainings."
            ),
            Setting(
                "mom", "mom", 0.9, "How much of the momentum is kept; 1 - mom of the derivative comes in."
            ),
            Setting("h", "h", options.h_or(), "How far a weight is moved to estimate its derivative."),
            *start_settings("abcd", options.start(name, "abcd")),
        ),
        outputs=DERIVATIVE_OUTPUTS,
        outputs_title="How much it jumps",
        tables=(Table("compare", COMPARE_COLUMNS, steps),),
        charts=(FOUR_SERIES, THREE_ERRORS),
        about="The derivative of weight d in a training without ReLU, with ReLU, and with ReLU and momentum.",
    )
    about = "The datapoints, and what the three trainings made of them."
    data = data_sheet(options, about, more=START_ERRORS, fit=FIT_COLUMNS, chart=FIT)
    runs = (
        _run("no_relu", "Without ReLU: c*(a*x + b) + d, plain steps", CHAIN, training_columns(CHAIN), steps),
        _run("relu", "With ReLU: c*max(0, a*x + b) + d, plain steps", RELU, training_columns(RELU), steps),
        _run("under_mom", "With ReLU, each step along the momentum", RELU, MOMENTUM_COLUMNS, steps),
    )
    return Book(
        name,
        question,
        page_of(__file__).words(),
        (SMOOTH, STEPS, derivative, *runs, data),
        options.described(),
    )


def _run(key: str, title: str, model: Model, columns: tuple[Column, ...], steps: int) -> Sheet:
    """Return the sheet of one training, whose settings are those of the sheet that compares them."""
    shared = ("learning_rate", "h", *(f"start_{weight}" for weight in "abcd"))
    links = tuple(
        Output(
            each,
            each.replace("_", " "),
            f"derivative.{each}",
            "From sheet Derivative of d: change it there.",
            style="general",
            detail=True,
        )
        for each in (*shared, *(("mom",) if key == "under_mom" else ()))
    )
    final = tuple(
        Output(
            f"final_{weight}",
            f"Weight {weight} after training",
            f"last({key}.new_{weight})",
            "After the last row.",
            detail=True,
        )
        for weight in "abcd"
    )
    checks = health(
        key,
        "abcd",
        start=f"data.start_{'relu' if model.relu else 'no_relu'}",
        end=f"fit.end_{key}",
        relu=model.relu,
    )
    exact = (replace(column, group=HELPERS, detail=True) for column in exact_columns(model))
    watch = (*exact, *(RELU_COLUMNS if model.relu else ()), *watch_columns("abcd"))
    colors = zip("abcd", (BLUE, ORANGE, GREEN, VERMILLION), strict=True)
    return Sheet(
        key,
        RUNS[key],
        title,
        "sentence",
        outputs=(*checks, *links, *final),
        tables=(Table(key, (*columns, *watch), steps),),
        charts=(
            Chart(
                "Squared error of every step",
                "step",
                "squared error (log scale)",
                (Series(key, "step", "shown", "error", VERMILLION),),
                log_y=True,
            ),
            Chart(
                "The weights move",
                "step",
                "weight",
                tuple(
                    Series(key, "step", weight, weight, color, marker=weight in "cd")
                    for weight, color in colors
                ),
            ),
        ),
        about=f"A training behind sheet Derivative of d, row by row. {title}.",
    )


def _momentum_columns() -> tuple[Column, ...]:
    """Return the momentum of every weight before the step, and with this step's derivative in it."""
    before = tuple(
        Column(
            f"old_{name}",
            f"prev.mom_{name}",
            f"The momentum of {name} so far: that of the row above, 0 at first.",
            "0",
            header=f"mom {name} before",
            style="short",
            width=10.5,
            group="Momentum",
        )
        for name in "abcd"
    )
    after = tuple(
        Column(
            f"mom_{name}",
            f"old_{name}*mom + d_{name}*(1 - mom)",
            f"The new momentum: mom of the old one, and 1 - mom of the derivative of {name}.",
            header=f"mom {name}",
            style="short",
            width=10.5,
            group="Momentum",
        )
        for name in "abcd"
    )
    return (*before, *filled(after, "AVERAGE_GRAD(span(d_a, d_d), span(old_a, old_d), mom, 1)"))


MOMENTUM_COLUMNS = (
    *counters(),
    *weight_columns(RELU),
    *forward_columns(RELU),
    *estimated_columns(RELU),
    *_momentum_columns(),
    *step_columns(RELU, "mom_{}"),
    *moved_columns(RELU),
)

# Sheet Derivative of d: the four series.
SERIES = {  # key: label, table and column, note
    "no_relu": ("no ReLU", "no_relu.d_d", "in the training without ReLU"),
    "relu": ("ReLU", "relu.d_d", "in the training with ReLU"),
    "under_mom": ("under mom", "under_mom.d_d", "in the training with ReLU whose steps follow the momentum"),
    "mom_d": ("mom", "under_mom.mom_d", "its momentum there, along which that training steps"),
}
COMPARE_COLUMNS = (
    Column(
        "step",
        "prev.step + 1",
        "One row is one step.",
        "1",
        style="integer",
        group="Derivative of the error by d",
    ),
    *(
        Column(
            key,
            f"index({column}, step)",
            f"The derivative of d {note}." if key != "mom_d" else f"The derivative of d: {note}.",
            header=label,
            style="derivative",
            group="Derivative of the error by d",
        )
        for key, (label, column, note) in SERIES.items()
    ),
    *(
        Column(
            f"jump_{key}",
            f"abs({key} - prev.{key})",
            f"How far {label} jumped from the row above.",
            "0",
            header=f"jump, {label}",
            style="derivative",
            group="Jump from the row above",
            detail=True,
        )
        for key, (label, _, _) in SERIES.items()
    ),
    *(
        Column(
            f"shown_{key}",
            f"iferror(({key} if both(index({run}.exploded, step) == 0, abs({key}) <= "
            f"2*sqrt({run}.limit)) else na()), na())",
            "For the chart: #N/A, a gap, in a row whose error exploded and where the value is as "
            "large as it gets then.",
            style="short",
            group="For the chart",
            detail=True,
        )
        for key, (_, column, _) in SERIES.items()
        for run in [column.partition(".")[0]]
    ),
)


def _jumps_or_trouble() -> str:
    """Return the expression of the sentence: which training broke, or else how much the derivative jumps."""
    text = (
        'join("From one row to the next the derivative of d jumps by ", format(jump_under_mom, "0.0"), '
        '" on average, its momentum by ", format(jump_mom_d, "0.0"), ".")'
    )
    for key, tab in reversed(RUNS.items()):
        troubles = {"exploded_row": "the errors exploded", "dead_row": "the ReLU is dead"}
        for result, trouble in troubles.items():
            if result == "exploded_row" or key != "no_relu":
                where = f'"Careful: on sheet {tab} {trouble} from row ", {key}.{result}'
                said = f'join({where}, " on. The sheet says why, and what to try.")'
                text = f"{said} if isnumber({key}.{result}) else {text}"
    return text


DERIVATIVE_OUTPUTS = (
    Output("sentence", "", _jumps_or_trouble(), style="text"),
    *(
        Output(
            f"jump_{key}",
            f"Average jump, {label}",
            f'iferror(sum(compare.jump_{key})/(rows(compare.step) - 1), "too large")',
            "From one row to the next, up or down.",
            style="error",
        )
        for key, (label, _, _) in SERIES.items()
    ),
    *(
        Output(
            f"rmse_{key}",
            f"RMSE after training, {label}",
            f"{key}.rmse_end",
            f"Over the data; see sheet {RUNS[key]}.",
            style="error",
        )
        for key, (label, _, _) in SERIES.items()
        if key in RUNS
    ),
)
FOUR_SERIES = Chart(
    "The derivative of weight d, and its momentum (no line: it exploded)",
    "step",
    "derivative",
    (
        Series("compare", "step", "shown_no_relu", "no ReLU", SKY),
        Series("compare", "step", "shown_relu", "ReLU", ORANGE, marker=True),
        Series("compare", "step", "shown_under_mom", "under mom", GREY),
        Series("compare", "step", "shown_mom_d", "mom", BLUE),
    ),
)
THREE_ERRORS = Chart(
    "Squared error of every step",
    "step",
    "squared error (log scale)",
    (
        Series("no_relu", "step", "shown", "no ReLU", SKY),
        Series("relu", "step", "shown", "ReLU", ORANGE, marker=True),
        Series("under_mom", "step", "shown", "under mom", GREY),
    ),
    log_y=True,
)

# Sheet Data: errors over the data before and after, and the three lines.
START_ERRORS = tuple(
    Column(
        f"start_{key}",
        f"({model.predict(**{w: f'derivative.start_{w}' for w in 'abcd'})} - y)**2",
        f"The squared error with the starting weights, {words} ReLU.",
        header=f"error at start, {words} ReLU",
        style="error",
        width=13,
        group="The data",
    )
    for key, model, words in (("no_relu", CHAIN, "no"), ("relu", RELU, "with"))
)
FIT_GROUP = "After training"
FIT_COLUMNS = (
    Column("row", "prev.row + 1", "The datapoint.", "1", style="integer", group=FIT_GROUP),
    Column("x", "index(data.x, row)", "The input.", style="data", group=FIT_GROUP),
    Column("y", "index(data.y, row)", "The target.", style="data", group=FIT_GROUP),
    *(
        Column(
            f"pred_{key}",
            model.predict(**{w: f"{key}.final_{w}" for w in "abcd"}),
            f"The prediction of the training on sheet {RUNS[key]}.",
            header=f"prediction, {RUNS[key]}",
            width=11,
            group=FIT_GROUP,
        )
        for key, model in (("no_relu", CHAIN), ("relu", RELU), ("under_mom", RELU))
    ),
    *(
        Column(
            f"end_{key}",
            f"(pred_{key} - y)**2",
            f"The squared error of the training on sheet {tab}.",
            header=f"error, {tab}",
            style="error",
            width=11,
            group=FIT_GROUP,
        )
        for key, tab in RUNS.items()
    ),
)
FIT = Chart(
    "The data and what the three trainings predict",
    "x",
    "y",
    (
        Series("data", "x", "y", "data", BLACK, marker=True),
        Series("fit", "x", "pred_no_relu", "no ReLU", SKY),
        Series("fit", "x", "pred_relu", "ReLU", ORANGE, marker=True),
        Series("fit", "x", "pred_under_mom", "under mom", PURPLE),
    ),
)
