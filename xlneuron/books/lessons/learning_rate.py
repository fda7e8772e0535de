"""03: sixteen learning rates, three models: which of them learn, which explode, which kill the ReLU."""

from __future__ import annotations

from xlneuron.books.lessons.models import CHAIN, NEURON, RELU, Model, one_step_columns
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import HELPERS, RATE, RELU_COLUMNS, data_columns, start_settings
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
RATES = (*(float(f"{digit}e{power}") for power in range(-7, -2) for digit in (1, 2, 5)), 1e-2)
MODELS = {"neuron": NEURON, "chain": CHAIN, "relu": RELU}
TABS = {"neuron": "One neuron", "chain": "Linear chain", "relu": "With ReLU"}
LABELS = {"neuron": "one neuron", "chain": "linear chain", "relu": "with ReLU"}
COLORS = {"neuron": BLUE, "chain": ORANGE, "relu": GREEN}
FULL_NAMES = {
    "neuron": "One neuron",
    "chain": "Two neurons in a linear chain",
    "relu": "Two neurons with a ReLU",
}
FORMULAS = {"neuron": "a*x + b", "chain": "c*(a*x + b) + d", "relu": "c*max(0, a*x + b) + d"}


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. A learning rate of the options joins the grid."""
    epochs = options.epochs_or(name, EPOCHS)
    own = () if options.learning_rate is None else (options.learning_rate,)
    rates = sorted({*RATES, *own})
    n_data = len(options.data)
    overview = Sheet(
        "rates",
        "Rates",
        "Three models, many learning rates: which one is right?",
        "sentence",
        settings=(
            Setting(
                "h",
                "h",
                options.h_or(0.0),
                "0: exact derivatives. Above 0: estimated ones, as in template 02 (0.01).",
            ),
            *start_settings("abcd", options.start(name, "abcd")),
        ),
        outputs=(
            *_overview(),
            *SIZES,
            detail("n_epochs", "Epochs", str(epochs), "Of every training; the sheets have rows for so many."),
        ),
        outputs_title="The best rate of each model",
        tables=(Table("rates", (_rate_column(rates),), len(rates)), Table("grid", GRID_COLUMNS, len(rates))),
        charts=(CLOSER, WHOLE),
        about="Start here: a row for every learning rate, and what became of each of the three models.",
    )
    runs = (_runs(key, len(rates), n_data, epochs) for key in MODELS)
    data = Sheet(
        "data",
        "Data",
        f"The data: {n_data} datapoints from {options.data.source}",
        "Type or paste your own numbers into the yellow cells: every sheet follows.",
        tables=(Table("data", (*data_columns(options), *START_ERRORS), n_data),),
        charts=(Chart("The data", "x", "y", (Series("data", "x", "y", "data", BLACK, marker=True),)),),
        about="The datapoints, and the errors of the starting weights.",
    )
    return Book(name, question, page_of(__file__).words(), (overview, *runs, data), options.described())


def _runs(key: str, rates: int, n_data: int, epochs: int) -> Sheet:
    """Return a model's sheet: one training per rate, one below the other."""
    model = MODELS[key]
    label = FULL_NAMES[key]
    outputs = (
        Output("sentence", "", _verdict(key), style="text"),
        Output("best", "Best learning rate", f"rates.best_{key}", style="general").says(
            "With the smallest RMSE after training."
        ),
        Output("stable", "Largest stable rate", f"rates.stable_{key}", style="general").says(
            "The largest that learns."
        ),
        detail("h", "h", "rates.h", "Change it on sheet Rates."),
        *(
            detail(f"start_{weight}", f"Starting weight {weight}", f"rates.start_{weight}").says(
                "Change it on sheet Rates."
            )
            for weight in model.weights
        ),
        detail("n_rows", "Datapoints", "rates.n_rows", "So many rows are one epoch."),
        detail("n_steps", "Steps of a training", "rates.n_steps", "Datapoints x epochs."),
        detail(
            "limit",
            "Exploded above",
            f"10 * (max(data.start_{key}) if max(data.start_{key}) > 0 else max(max(data.y),"
            " -min(data.y))**2)",
            style="error",
        ).says("Ten times the largest error of the starting weights."),
        detail("x_min", "Smallest x", "min(data.x)", "Of the data."),
        detail("x_max", "Largest x", "max(data.x)", "Of the data."),
    )
    weights = tuple(
        Column(
            weight,
            f"start_{weight} if step == 1 else prev.new_{weight}",
            first=f"start_{weight}",
            group="Weights",
        ).says(
            f"Weight {weight} before this step: the new {weight} of the row above, or the starting weight"
            " where a training begins."
        )
        for weight in model.weights
    )
    training = (
        *COUNTERS,
        *weights,
        *one_step_columns(model, _slopes(model), ', "exact" if h == 0 else "forward", h', "rate"),
        *(DEAD_COLUMNS if model.relu else ()),
        *WATCH,
    )
    after = (
        *AFTER_COUNTERS,
        *group(
            "After training",
            *(
                Column(weight, f"index({key}.new_{weight}, run*n_steps)").says(
                    f"Weight {weight} after the last step of this rate's training."
                )
                for weight in model.weights
            ),
            Column("pred", model.predict(), header="prediction", style="short").says(
                f"The prediction, {FORMULAS[key]}."
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
    return Sheet(
        key,
        TABS[key],
        f"{label}, {FORMULAS[key]}: a training for every learning rate, one below the other",
        "sentence",
        outputs=outputs,
        outputs_title="What came out",
        tables=(Table(key, training, rates * n_data * epochs), Table(f"{key}_after", after, rates * n_data)),
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
        about=(
            f"{label}, trained once with every learning rate; to the right, its errors over the data"
            " afterwards."
        ),
    )


def _slopes(model: Model) -> tuple[Column, ...]:
    """Return the derivatives: exact where h is 0, else forward differences."""
    return tuple(
        Column(
            f"d_{w}",
            f"((({model.predict(**{w: f'({w} + h)'})} - y)**2 - err)/h) if h != 0 else {model.exact(w)}",
            header=f"de/d{w}",
            style="derivative",
            group="Derivatives",
        ).says(
            f"The derivative of the error by {w}: exact if h is 0, else (error with {w} + h, minus error)/h."
        )
        for w in model.weights
    )


WHICH = "Which training"
COUNTERS = group(
    WHICH,
    Column("count", "prev.count + 1", "Counts the rows.", "1", header="#", style="integer"),
    Column("step", "1 if prev.step == n_steps else prev.step + 1", first="1", style="integer").says(
        "Counts the updates of a training; 1 begins the next one."
    ),
    Column(
        "run", "prev.run + 1 if step == 1 else prev.run", first="1", header="rate no.", style="integer"
    ).says("The number of the learning rate on sheet Rates."),
    Column("rate", "index(rates.rate, run)", header="learning rate", style="data", width=11).says(
        "The learning rate, from sheet Rates."
    ),
    Column("row", "1 if prev.row == n_rows else prev.row + 1", first="1", style="integer").says(
        "The row of the Data sheet that this step learns from."
    ),
    Column("x", "index(data.x, row)", "The input, looked up on the Data sheet.", style="data"),
    Column("y", "index(data.y, row)", "The target, looked up on the Data sheet.", style="data"),
)
AFTER_COUNTERS = group(
    "Every datapoint once more",
    Column("row", "1 if prev.row == n_rows else prev.row + 1", "The datapoint.", "1", style="integer"),
    Column(
        "run", "prev.run + 1 if row == 1 else prev.run", first="1", header="rate no.", style="integer"
    ).says("The number of the learning rate on sheet Rates."),
    Column("x", "index(data.x, row)", "The input.", style="data"),
    Column("y", "index(data.y, row)", "The target.", style="data"),
)
WATCH = group(
    HELPERS,
    helper("shown", "(err if err > 0 else na()) if isnumber(err) else na()", style="error").says(
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
DEAD_COLUMNS = (
    RELU_COLUMNS[0],
    helper(
        "dead",
        "((prev.dead if step > 1 else 0) + 1) if iferror(z_top, 1) <= 0 else 0",
        first="1 if iferror(z_top, 1) <= 0 else 0",
        style="flag",
        group=HELPERS,
    ).says("For how many rows of this training in a row the ReLU has been 0 for every x of the data."),
)


def _rate_column(rates: list[float]) -> Column:
    note = (
        "Type another learning rate: its row, and its training on the other sheets, follow. Keep them in"
        " order for the charts."
    )
    return Column(
        "rate", note=note, values=rates, header="learning rate", style="input", width=11, group="Change these"
    )


def _grid_columns() -> tuple[Column, ...]:
    """Return the columns of the grid: what became of every model at this row's learning rate."""
    columns = [
        Column("number", "prev.number + 1", first="1", header="no.", style="integer", group="Rate").says(
            "The number of the learning rate on the other sheets."
        )
    ]
    helpers = [
        helper(
            "at", "index(rates.rate, number)", header="learning rate", style="general", group=HELPERS
        ).says("The learning rate, for the charts.")
    ]
    for key, model in MODELS.items():
        band = f"{TABS[key]}: {FORMULAS[key]}"
        columns += [
            *group(
                band,
                Column(
                    f"err_{key}",
                    f'iferror(index({key}.err, number*n_steps), "too large")',
                    header="final error",
                    style="short",
                    width=10,
                ).says("The squared error of the last step."),
                Column(
                    f"rmse_{key}",
                    f'iferror(sqrt(index({key}_after.total, number*n_rows)/n_rows), "too large")',
                    header="RMSE after",
                    style="short",
                    width=10,
                ).says("Root of the mean squared error over the data, with the weights after training."),
                Column(
                    f"exploded_{key}",
                    f"index({key}.exploded, number*n_steps) if index({key}.exploded, number*n_steps) > 0 else"
                    ' "never"',
                    header="exploded at step",
                    style="general",
                    width=10,
                ).says("The first step whose error is over ten times the largest error at the start."),
            )
        ]
        bad = f"isnumber(exploded_{key})"
        if model.relu:
            dead = f"index({key}.dead, number*n_steps)"
            columns += [
                Column(
                    "dead",
                    f'n_steps - {dead} + 1 if {dead} > 0 else "never"',
                    header="ReLU dead from step",
                    style="general",
                    width=10,
                    group=band,
                ).says("From there on a*x + b is below 0 for every x of the data.")
            ]
            bad = f"{bad} or isnumber(dead)"
        helpers += [
            *group(
                HELPERS,
                helper(f"shown_{key}", f"rmse_{key} if isnumber(rmse_{key}) else na()", style="short").says(
                    "The RMSE for the chart."
                ),
                helper(f"rank_{key}", f"rmse_{key} if isnumber(rmse_{key}) else 1E+300", style="short").says(
                    "The RMSE, a huge number if it is too large."
                ),
                helper(
                    f"stable_{key}",
                    f"0 if {bad} else (at if rank_{key} < start_rmse_{key} else 0)",
                    style="general",
                ).says("The rate if nothing exploded or died and the RMSE fell, else 0."),
            )
        ]
    return (*columns, *helpers)


GRID_COLUMNS = _grid_columns()
SIZES = (
    detail("n_rows", "Datapoints", "rows(data.x)", "So many steps are one epoch."),
    detail("n_steps", "Steps of a training", "n_rows*n_epochs", "Datapoints x epochs."),
    *(
        detail(
            f"start_rmse_{key}",
            f"RMSE before, {LABELS[key]}",
            f"sqrt(average(data.start_{key}))",
            style="error",
        ).says("With the starting weights.")
        for key in MODELS
    ),
)
WINNER = (
    '"one neuron wins." if lowest_neuron <= min(lowest_chain, lowest_relu) else "the ReLU sandwich wins;'
    ' without its ReLU it does just as well." if abs(lowest_relu - lowest_chain) <= 0.000000001*lowest_chain'
    ' else "the ReLU sandwich wins." if lowest_relu < lowest_chain else "the linear chain wins."'
)


def _size(rmse: str) -> str:
    """Return the expression of an RMSE in a sentence."""
    return f'(format({rmse}, "0.00") if {rmse} < 1000000000 else "nothing")'


def _verdict(key: str) -> str:
    """Return the expression of the sentence of a model's sheet."""
    return (
        'join("The best rate is ", '
        f'format(best, "{RATE}"), ", with an RMSE of ", {_size(f"rates.lowest_{key}")}, '
        f'" after training. The largest stable rate is ", format(stable, "{RATE}"), ".") '
        'if stable > 0 else "Careful: at none of these rates does it learn."'
    )


def _overview() -> tuple[Output, ...]:
    """Return the results of sheet Rates."""
    lowest = {key: _size(f"lowest_{key}") for key in MODELS}
    best = {key: f'format(best_{key}, "{RATE}")' for key in MODELS}
    sentence = (
        f'join("Each at its own best rate, one neuron gets the RMSE down to ", {lowest["neuron"]}, " (at ",'
        f' {best["neuron"]}, "), two neurons with a ReLU to ", {lowest["relu"]}, " (at ", {best["relu"]}, "):'
        f' ", {WINNER})'
    )
    return (
        Output("sentence", "", sentence, style="text"),
        *(
            output
            for key in MODELS
            for output in (
                Output(
                    f"best_{key}",
                    f"Best rate, {LABELS[key]}",
                    f"index(rates.rate, match(min(grid.rank_{key}), grid.rank_{key}))",
                    style="general",
                ).says("With the smallest RMSE after training."),
                Output(f"lowest_{key}", "RMSE there", f"min(grid.rank_{key})").says(
                    "Over the data, with the weights after training."
                ),
                Output(
                    f"stable_{key}", "Largest stable rate", f"max(grid.stable_{key})", style="general"
                ).says(
                    "It learns: nothing explodes"
                    + (", the ReLU lives," if key == "relu" else "")
                    + " and the RMSE falls."
                ),
            )
        ),
    )


START_ERRORS = tuple(
    Column(
        f"start_{key}",
        f"({model.predict(**{w: f'rates.start_{w}' for w in 'abcd'})} - y)**2",
        header=f"error at start, {LABELS[key]}",
        style="error",
        width=13,
        group="The data",
    ).says("The squared error with the starting weights.")
    for key, model in MODELS.items()
)


def _by_rate(title: str, y_max: float | None) -> Chart:
    lines = tuple(
        Series("grid", "at", f"shown_{key}", LABELS[key], COLORS[key], marker=key == "relu") for key in MODELS
    )
    return Chart(
        title, "learning rate (log scale)", "RMSE (log scale)", lines, log_x=True, log_y=True, y_max=y_max
    )


CLOSER = _by_rate("The error after training, by learning rate (up to 1000)", 1000)
WHOLE = _by_rate("Seen from further off: the explosions", None)
