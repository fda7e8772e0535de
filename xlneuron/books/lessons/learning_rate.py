"""03: sixteen learning rates, three models: which of them learn, which explode, which kill the ReLU."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.books.lessons.data_sheet import data_sheet
from xlneuron.books.lessons.models import Model, one_step_columns
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import HELPERS, RELU_COLUMNS, start_settings
from xlneuron.books.lessons.three_models import THREE, Compared, start_errors
from xlneuron.books.verdict import RATE
from xlneuron.books.words import page_of
from xlneuron.tables.model import (
    Allowed,
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
    group,
    helper,
)
from xlneuron.xlsx.styles import VERMILLION

EPOCHS = 1
RATES = (*(float(f"{digit}e{power}") for power in range(-7, -2) for digit in (1, 2, 5)), 1e-2)


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. A learning rate of the options joins the grid."""
    epochs = options.epochs_or(name, EPOCHS)
    own = () if options.learning_rate is None else (options.learning_rate,)
    rates = sorted({*RATES, *own})
    overview = Sheet(
        "rates",
        "Rates",
        "Three models, many learning rates: which one is right?",
        "sentence",
        settings=(
            Setting("h", "h", options.h_or(0.0), allowed=Allowed(0, example="0.01")).says(
                "0: exact derivatives. Above 0: estimated ones, as in template 02 (0.01)."
            ),
            *start_settings("abcd", options.start(name, "abcd")),
        ),
        outputs=(
            Output("sentence", "", SENTENCE, style="text"),
            *BESTS,
            *SIZES,
            detail("n_epochs", "Epochs", str(epochs), "Of every training; the sheets have rows for so many."),
        ),
        outputs_title="The best rate of each model",
        tables=(Table("rates", (_rate_column(rates),), len(rates)), Table("grid", GRID_COLUMNS, len(rates))),
        charts=(CLOSER, WHOLE),
        about="Start here: a row for every learning rate, and what became of each of the three models.",
    )
    runs = (_runs(each, len(rates), len(options.data), epochs) for each in THREE)
    errors = tuple(start_errors("rates"))
    data = data_sheet(options, "The datapoints, and the errors of the starting weights.", more=errors)
    return Book(name, question, page_of(__file__).words(), (overview, *runs, data), options.described())


# A model's sheet.
def _runs(each: Compared, rates: int, n_data: int, epochs: int) -> Sheet:
    """Return a model's sheet: one training per rate, one below the other."""
    key, model = each.key, each.model
    training = (
        *COUNTERS,
        *_weights(each.weights),
        *one_step_columns(model, _slopes(model), ', "exact" if h == 0 else "forward", h', "rate"),
        *(DEAD_COLUMNS if model.relu else ()),
        *WATCH,
    )
    return Sheet(
        key,
        each.tab,
        f"{each.name}, {each.formula}: a training for every learning rate, one below the other",
        "sentence",
        outputs=tuple(_results(each)),
        outputs_title="What came out",
        tables=(
            Table(key, training, rates * n_data * epochs),
            Table(f"{key}_after", _after_columns(each), rates * n_data),
        ),
        charts=(
            Chart(
                "Squared error of every step (up to 10^12), one training after the other",
                "row of the table: from small rates to large ones",
                "squared error (log scale)",
                (Series(key, "count", "shown", "error", VERMILLION),),
                log_y=True,
                y_min=1e-2,
                y_max=1e12,
            ),
        ),
        about=f"{each.name}, trained once with every learning rate; to the right, its errors over the data "
        "afterwards.",
    )


def _results(each: Compared) -> Iterator[Output]:
    note = "Change it on sheet Rates."
    start = f"max(data.start_{each.key})"
    yield Output("sentence", "", _verdict(each.key), style="text")
    yield Output("best", "Best learning rate", f"rates.best_{each.key}", style="general").says(
        "With the smallest RMSE after training."
    )
    yield Output("stable", "Largest stable rate", f"rates.stable_{each.key}", style="general").says(
        "The largest that learns."
    )
    yield detail("h", "h", "rates.h", note)
    for weight in each.weights:
        yield detail(f"start_{weight}", f"Starting weight {weight}", f"rates.start_{weight}", note)
    yield detail("n_rows", "Datapoints", "rates.n_rows", "So many rows are one epoch.")
    yield detail("n_steps", "Steps of a training", "rates.n_steps", "Datapoints x epochs.")
    yield detail(
        "limit",
        "Exploded above",
        f"10 * ({start} if {start} > 0 else max(max(data.y), -min(data.y))**2)",
        "Ten times the largest error of the starting weights.",
        style="error",
    )
    yield detail("x_min", "Smallest x", "min(data.x)", "Of the data.")
    yield detail("x_max", "Largest x", "max(data.x)", "Of the data.")


def _verdict(key: str) -> str:
    """Return the expression of the sentence of a model's sheet."""
    lowest = _size(f"rates.lowest_{key}")
    return f"""(
        join("The best rate is ", format(best, "{RATE}"), ", with an RMSE of ", {lowest},
             " after training. The largest stable rate is ", format(stable, "{RATE}"), ".")
        if stable > 0 else
        "Careful: at none of these rates does it learn."
    )"""


def _size(rmse: str) -> str:
    """Return the expression of an RMSE in a sentence."""
    return f'(format({rmse}, "0.00") if {rmse} < 1000000000 else "nothing")'


STEP_OF_ROW = "1 if prev.row == n_rows else prev.row + 1"
RUN = "The number of the learning rate on sheet Rates."
COUNTERS = group(
    "Which training",
    counter("count", "Counts the rows.", header="#"),
    Column("step", "1 if prev.step == n_steps else prev.step + 1", first="1", style="integer").says(
        "Counts the updates of a training; 1 begins the next one."
    ),
    Column("run", "prev.run + 1 if step == 1 else prev.run", RUN, "1", header="rate no.", style="integer"),
    Column("rate", "index(rates.rate, run)", header="learning rate", style="data", width=11).says(
        "The learning rate, from sheet Rates."
    ),
    Column("row", STEP_OF_ROW, "The row of the Data sheet that this step learns from.", "1", style="integer"),
    Column("x", "index(data.x, row)", "The input, looked up on the Data sheet.", style="data"),
    Column("y", "index(data.y, row)", "The target, looked up on the Data sheet.", style="data"),
)


def _weights(names: str) -> tuple[Column, ...]:
    return tuple(
        Column(w, f"start_{w} if step == 1 else prev.new_{w}", first=f"start_{w}", group="Weights").says(
            f"Weight {w} before this step: the new {w} of the row above, or the starting weight where a "
            "training begins."
        )
        for w in names
    )


def _slopes(model: Model) -> tuple[Column, ...]:
    """Return the derivatives: exact where h is 0, else forward differences."""
    return group(
        "Derivatives",
        *(
            Column(
                f"d_{w}",
                f"({model.estimated(w, 'forward')}) if h != 0 else {model.exact(w)}",
                header=f"de/d{w}",
                style="derivative",
            ).says(
                f"The derivative of the error by {w}: exact if h is 0, else (error with {w} + h, minus "
                "error)/h."
            )
            for w in model.weights
        ),
    )


WATCH = group(
    HELPERS,
    helper("shown", for_chart("err", "err > 0"), style="error").says(
        "The error for the chart: #N/A is a gap in its line."
    ),
    helper("over", "(1 if err > limit else 0) if isnumber(err) else 1", style="flag").says(
        "1 if the error is over the limit."
    ),
    helper(
        "exploded",
        "prev.exploded if (prev.exploded if step > 1 else 0) > 0 else step*over",
        first="step*over",
        style="flag",
    ).says("The first step of this training with an exploded error; 0 so far none."),
)
DEAD_COLUMNS = group(
    HELPERS,
    RELU_COLUMNS[0],
    helper(
        "dead",
        "((prev.dead if step > 1 else 0) + 1) if iferror(z_top, 1) <= 0 else 0",
        first="1 if iferror(z_top, 1) <= 0 else 0",
        style="flag",
    ).says("For how many rows of this training in a row the ReLU has been 0 for every x of the data."),
)


def _after_columns(each: Compared) -> tuple[Column, ...]:
    """Return the columns of every datapoint with the weights after each training."""
    return (
        *group(
            "Every datapoint once more",
            Column("row", STEP_OF_ROW, "The datapoint.", "1", style="integer"),
            Column(
                "run", "prev.run + 1 if row == 1 else prev.run", RUN, "1", header="rate no.", style="integer"
            ),
            Column("x", "index(data.x, row)", "The input.", style="data"),
            Column("y", "index(data.y, row)", "The target.", style="data"),
        ),
        *group(
            "After training",
            *(
                Column(weight, f"index({each.key}.new_{weight}, run*n_steps)").says(
                    f"Weight {weight} after the last step of this rate's training."
                )
                for weight in each.weights
            ),
            Column("pred", each.model.predict(), header="prediction", style="short").says(
                f"The prediction, {each.formula}."
            ),
            Column("err", "(pred - y)**2", "The squared error.", header="error", style="error"),
            Column(
                "total",
                "err if row == 1 else prev.total + err",
                first="err",
                header="errors so far",
                style="short",
                width=10,
            ).says("The errors of this rate so far, added up."),
        ),
    )


# Sheet Rates.
def _rate_column(rates: list[float]) -> Column:
    return Column(
        "rate", values=rates, header="learning rate", style="input", width=11, group="Change these"
    ).says(
        "Type another learning rate: its row, and its training on the other sheets, follow. Keep them in "
        "order for the charts."
    )


NUMBER = counter("number", "The number of the learning rate on the other sheets.", header="no.")
AT = helper("at", "index(rates.rate, number)", header="learning rate", style="general").says(
    "The learning rate, for the charts."
)


def _ends(each: Compared) -> Iterator[Column]:
    """Yield what became of a model at this row's learning rate."""
    key = each.key
    exploded, dead = (f"index({key}.{column}, number*n_steps)" for column in ("exploded", "dead"))
    yield Column(
        f"err_{key}",
        f'iferror(index({key}.err, number*n_steps), "too large")',
        header="final error",
        style="short",
        width=10,
    ).says("The squared error of the last step.")
    yield Column(
        f"rmse_{key}",
        f'iferror(sqrt(index({key}_after.total, number*n_rows)/n_rows), "too large")',
        header="RMSE after",
        style="short",
        width=10,
    ).says("Root of the mean squared error over the data, with the weights after training.")
    yield Column(
        f"exploded_{key}",
        f'{exploded} if {exploded} > 0 else "never"',
        header="exploded at step",
        style="general",
        width=10,
    ).says("The first step whose error is over ten times the largest error at the start.")
    if each.model.relu:
        yield Column(
            "dead",
            f'n_steps - {dead} + 1 if {dead} > 0 else "never"',
            header="ReLU dead from step",
            style="general",
            width=10,
        ).says("From there on a*x + b is below 0 for every x of the data.")


def _compared(each: Compared) -> Iterator[Column]:
    """Yield a model's helpers of this row."""
    key, rmse = each.key, f"rmse_{each.key}"
    bad = f"isnumber(exploded_{key})" + (" or isnumber(dead)" if each.model.relu else "")
    yield helper(f"shown_{key}", f"{rmse} if isnumber({rmse}) else na()", style="short").says(
        "The RMSE for the chart."
    )
    yield helper(f"rank_{key}", f"{rmse} if isnumber({rmse}) else 1E+300", style="short").says(
        "The RMSE, a huge number if it is too large."
    )
    yield helper(
        f"stable_{key}", f"0 if {bad} else at if rank_{key} < start_rmse_{key} else 0", style="general"
    ).says("The rate if nothing exploded or died and the RMSE fell, else 0.")


GRID_COLUMNS = (
    *group("Rate", NUMBER),
    *(column for each in THREE for column in group(f"{each.tab}: {each.formula}", *_ends(each))),
    *group(HELPERS, AT, *(column for each in THREE for column in _compared(each))),
)


def _best(each: Compared) -> Iterator[Output]:
    """Yield a model's best rate, and the largest at which it learns."""
    rank = f"grid.rank_{each.key}"
    lives = ", the ReLU lives," if each.model.relu else ""
    yield Output(
        f"best_{each.key}",
        f"Best rate, {each.label}",
        f"index(rates.rate, match(min({rank}), {rank}))",
        "With the smallest RMSE after training.",
        style="general",
    )
    yield Output(f"lowest_{each.key}", "RMSE there", f"min({rank})").says(
        "Over the data, with the weights after training."
    )
    yield Output(
        f"stable_{each.key}", "Largest stable rate", f"max(grid.stable_{each.key})", style="general"
    ).says(f"It learns: nothing explodes{lives} and the RMSE falls.")


BESTS = tuple(output for each in THREE for output in _best(each))
SIZES = (
    detail("n_rows", "Datapoints", "rows(data.x)", "So many steps are one epoch."),
    detail("n_steps", "Steps of a training", "n_rows*n_epochs", "Datapoints x epochs."),
    *(
        detail(
            f"start_rmse_{key}", f"RMSE before, {label}", f"sqrt(average(data.start_{key}))", style="error"
        ).says("With the starting weights.")
        for key, label in ((each.key, each.label) for each in THREE)
    ),
)
SENTENCE = f"""join(
    "Each at its own best rate, one neuron gets the RMSE down to ", {_size("lowest_neuron")},
    " (at ", format(best_neuron, "{RATE}"), "), two neurons with a ReLU to ", {_size("lowest_relu")},
    " (at ", format(best_relu, "{RATE}"), "): ",
    "one neuron wins." if lowest_neuron <= min(lowest_chain, lowest_relu) else
    "the ReLU sandwich wins; without its ReLU it does just as well."
    if abs(lowest_relu - lowest_chain) <= 0.000000001*lowest_chain else
    "the ReLU sandwich wins." if lowest_relu < lowest_chain else
    "the linear chain wins."
)"""


def _by_rate(title: str, y_max: float | None) -> Chart:
    lines = tuple(each.line("grid", "at", f"shown_{each.key}", marker=each.model.relu) for each in THREE)
    return Chart(
        title, "learning rate (log scale)", "RMSE (log scale)", lines, log_x=True, log_y=True, y_max=y_max
    )


CLOSER = _by_rate("The error after training, by learning rate (up to 1000)", 1000)
WHOLE = _by_rate("Seen from further off: the explosions", None)
