"""03: sixteen learning rates, three models: which of them learn, which explode, which kill the ReLU."""

from __future__ import annotations

from xlneuron.books.lessons.models import CHAIN, NEURON, RELU, Model, one_step_columns
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import HELPERS, RELU_COLUMNS, data_columns, start_settings
from xlneuron.books.verdict import RATE
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Setting, Sheet, Table, Words
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
        "rates", "Rates", "Three models, many learning rates: which one is right?", "sentence",
        settings=(
            Setting("h", "h", options.h_or(0.0), "0: exact derivatives. Above 0: estimated ones, as in template 02 (0.01)."),
            *start_settings("abcd", options.start(name, "abcd")),
        ),
        outputs=(*_overview(), *SIZES, Output("n_epochs", "Epochs", str(epochs), "Of every training; the sheets have rows for so many.",
                                              style="general", detail=True)),
        outputs_title="The best rate of each model",
        tables=(
            Table("rates", (_rate_column(rates),), len(rates)),
            Table("grid", GRID_COLUMNS, len(rates)),
        ),
        charts=(CLOSER, WHOLE),
        about="Start here: a row for every learning rate, and what became of each of the three models.",
    )  # fmt: skip
    runs = (_runs(key, len(rates), n_data, epochs) for key in MODELS)
    data = Sheet(
        "data", "Data", f"The data: {n_data} datapoints from {options.data.source}",
        "Type or paste your own numbers into the yellow cells: every sheet follows.",
        tables=(Table("data", (*data_columns(options), *START_ERRORS), n_data),),
        charts=(Chart("The data", "x", "y", (Series("data", "x", "y", "data", BLACK, marker=True),)),),
        about="The datapoints, and the errors of the starting weights.",
    )  # fmt: skip
    return Book(name, question, WORDS, (overview, *runs, data), options.described())


def _runs(key: str, rates: int, n_data: int, epochs: int) -> Sheet:
    """Return a model's sheet: one training per rate, one below the other."""
    model = MODELS[key]
    label = FULL_NAMES[key]
    outputs = (
        Output("sentence", "", _verdict(key), style="text"),
        Output("best", "Best learning rate", f"rates.best_{key}", "With the smallest RMSE after training.", style="general"),
        Output("stable", "Largest stable rate", f"rates.stable_{key}", "The largest that learns.", style="general"),
        Output("h", "h", "rates.h", "Change it on sheet Rates.", style="general", detail=True),
        *(
            Output(f"start_{weight}", f"Starting weight {weight}", f"rates.start_{weight}", "Change it on sheet Rates.",
                   style="general", detail=True)
            for weight in model.weights
        ),
        Output("n_rows", "Datapoints", "rates.n_rows", "So many rows are one epoch.", style="general", detail=True),
        Output("n_steps", "Steps of a training", "rates.n_steps", "Datapoints x epochs.", style="general", detail=True),
        Output("limit", "Exploded above", f"10 * (max(data.start_{key}) if max(data.start_{key}) > 0 else max(max(data.y), -min(data.y))**2)",
               "Ten times the largest error of the starting weights.",
               style="error", detail=True),
        Output("x_min", "Smallest x", "min(data.x)", "Of the data.", style="general", detail=True),
        Output("x_max", "Largest x", "max(data.x)", "Of the data.", style="general", detail=True),
    )  # fmt: skip
    weights = tuple(
        Column(weight, f"start_{weight} if step == 1 else prev.new_{weight}",
               f"Weight {weight} before this step: the new {weight} of the row above, or the starting weight where a training begins.",
               f"start_{weight}", group="Weights")
        for weight in model.weights
    )  # fmt: skip
    training = (
        *COUNTERS,
        *weights,
        *one_step_columns(model, _slopes(model), ', "exact" if h == 0 else "forward", h', "rate"),
        *(DEAD_COLUMNS if model.relu else ()),
        *WATCH,
    )
    after = (
        *AFTER_COUNTERS,
        *(
            Column(weight, f"index({key}.new_{weight}, run*n_steps)", f"Weight {weight} after the last step of this rate's training.",
                   group="After training")
            for weight in model.weights
        ),
        Column("pred", model.predict(), f"The prediction, {FORMULAS[key]}.", header="prediction", style="short", group="After training"),
        Column("err", "(pred - y)**2", "The squared error.", header="error", style="error", group="After training"),
        Column("total", "err if row == 1 else prev.total + err", "The errors of this rate so far, added up.", "err",
               header="errors so far", style="short", width=10, group="After training"),
    )  # fmt: skip
    return Sheet(
        key, TABS[key], f"{label}, {FORMULAS[key]}: a training for every learning rate, one below the other", "sentence",
        outputs=outputs,
        outputs_title="What came out",
        tables=(Table(key, training, rates * n_data * epochs), Table(f"{key}_after", after, rates * n_data)),
        charts=(
            Chart("Squared error of every step (up to 10^12), one training after the other", "row of the table: from small rates to large ones",
                  "squared error (log scale)", (Series(key, "count", "shown", "error", VERMILLION),), log_y=True,
                  y_min=1e-2, y_max=1e12),
        ),
        about=f"{label}, trained once with every learning rate; to the right, its errors over the data afterwards.",
    )  # fmt: skip


def _slopes(model: Model) -> tuple[Column, ...]:
    """Return the derivatives: exact where h is 0, else forward differences."""
    return tuple(
        Column(f"d_{w}", f"((({model.predict(**{w: f'({w} + h)'})} - y)**2 - err)/h) if h != 0 else {model.exact(w)}",
               f"The derivative of the error by {w}: exact if h is 0, else (error with {w} + h, minus error)/h.",
               header=f"de/d{w}", style="derivative", group="Derivatives")
        for w in model.weights
    )  # fmt: skip


WHICH = "Which training"
COUNTERS = (
    Column("count", "prev.count + 1", "Counts the rows.", "1", header="#", style="integer", group=WHICH),
    Column("step", "1 if prev.step == n_steps else prev.step + 1", "Counts the updates of a training; 1 begins the next one.", "1",
           style="integer", group=WHICH),
    Column("run", "prev.run + 1 if step == 1 else prev.run", "The number of the learning rate on sheet Rates.", "1",
           header="rate no.", style="integer", group=WHICH),
    Column("rate", "index(rates.rate, run)", "The learning rate, from sheet Rates.", header="learning rate", style="data", width=11,
           group=WHICH),
    Column("row", "1 if prev.row == n_rows else prev.row + 1", "The row of the Data sheet that this step learns from.", "1",
           style="integer", group=WHICH),
    Column("x", "index(data.x, row)", "The input, looked up on the Data sheet.", style="data", group=WHICH),
    Column("y", "index(data.y, row)", "The target, looked up on the Data sheet.", style="data", group=WHICH),
)  # fmt: skip
AFTER_COUNTERS = (
    Column("row", "1 if prev.row == n_rows else prev.row + 1", "The datapoint.", "1", style="integer", group="Every datapoint once more"),
    Column("run", "prev.run + 1 if row == 1 else prev.run", "The number of the learning rate on sheet Rates.", "1",
           header="rate no.", style="integer", group="Every datapoint once more"),
    Column("x", "index(data.x, row)", "The input.", style="data", group="Every datapoint once more"),
    Column("y", "index(data.y, row)", "The target.", style="data", group="Every datapoint once more"),
)  # fmt: skip
WATCH = (
    Column("shown", "(err if err > 0 else na()) if isnumber(err) else na()",
           "The error for the chart: #N/A is a gap in its line.", style="error", group=HELPERS, detail=True),
    Column("over", "(1 if err > limit else 0) if isnumber(err) else 1", "1 if the error is over the limit.", style="flag",
           group=HELPERS, detail=True),
    Column("exploded", "prev.exploded if (prev.exploded if step > 1 else 0) > 0 else step*over",
           "The first step of this training with an exploded error; 0 so far none.", "step*over", style="flag",
           group=HELPERS, detail=True),
)  # fmt: skip
DEAD_COLUMNS = (
    RELU_COLUMNS[0],
    Column("dead", "((prev.dead if step > 1 else 0) + 1) if iferror(z_top, 1) <= 0 else 0",
           "For how many rows of this training in a row the ReLU has been 0 for every x of the data.",
           "1 if iferror(z_top, 1) <= 0 else 0", style="flag", group=HELPERS, detail=True),
)  # fmt: skip


def _rate_column(rates: list[float]) -> Column:
    note = "Type another learning rate: its row, and its training on the other sheets, follow. Keep them in order for the charts."
    return Column(
        "rate", note=note, values=rates, header="learning rate", style="input", width=11, group="Change these"
    )


def _grid_columns() -> tuple[Column, ...]:
    """Return the columns of the grid: what became of every model at this row's learning rate."""
    columns = [Column("number", "prev.number + 1", "The number of the learning rate on the other sheets.", "1", header="no.",
                      style="integer", group="Rate")]  # fmt: skip
    helpers = [Column("at", "index(rates.rate, number)", "The learning rate, for the charts.", header="learning rate",
                      style="general", group=HELPERS, detail=True)]  # fmt: skip
    for key, model in MODELS.items():
        group = f"{TABS[key]}: {FORMULAS[key]}"
        columns += [
            Column(f"err_{key}", f'iferror(index({key}.err, number*n_steps), "too large")', "The squared error of the last step.",
                   header="final error", style="short", width=10, group=group),
            Column(f"rmse_{key}", f'iferror(sqrt(index({key}_after.total, number*n_rows)/n_rows), "too large")',
                   "Root of the mean squared error over the data, with the weights after training.", header="RMSE after",
                   style="short", width=10, group=group),
            Column(f"exploded_{key}", f'index({key}.exploded, number*n_steps) if index({key}.exploded, number*n_steps) > 0 else "never"',
                   "The first step whose error is over ten times the largest error at the start.", header="exploded at step",
                   style="general", width=10, group=group),
        ]  # fmt: skip
        bad = f"isnumber(exploded_{key})"
        if model.relu:
            dead = f"index({key}.dead, number*n_steps)"
            columns += [
                Column("dead", f'n_steps - {dead} + 1 if {dead} > 0 else "never"',
                       "From there on a*x + b is below 0 for every x of the data.", header="ReLU dead from step",
                       style="general", width=10, group=group),
            ]  # fmt: skip
            bad = f"{bad} or isnumber(dead)"
        helpers += [
            Column(f"shown_{key}", f"rmse_{key} if isnumber(rmse_{key}) else na()", "The RMSE for the chart.", style="short",
                   group=HELPERS, detail=True),
            Column(f"rank_{key}", f"rmse_{key} if isnumber(rmse_{key}) else 1E+300", "The RMSE, a huge number if it is too large.",
                   style="short", group=HELPERS, detail=True),
            Column(f"stable_{key}", f"0 if {bad} else (at if rank_{key} < start_rmse_{key} else 0)",
                   "The rate if nothing exploded or died and the RMSE fell, else 0.", style="general", group=HELPERS, detail=True),
        ]  # fmt: skip
    return (*columns, *helpers)


GRID_COLUMNS = _grid_columns()
SIZES = (
    Output("n_rows", "Datapoints", "rows(data.x)", "So many steps are one epoch.", style="general", detail=True),
    Output("n_steps", "Steps of a training", "n_rows*n_epochs", "Datapoints x epochs.", style="general", detail=True),
    *(
        Output(f"start_rmse_{key}", f"RMSE before, {LABELS[key]}", f"sqrt(average(data.start_{key}))", "With the starting weights.",
               style="error", detail=True)
        for key in MODELS
    ),
)  # fmt: skip
WINNER = (
    '"one neuron wins." if lowest_neuron <= min(lowest_chain, lowest_relu) else '
    '"the ReLU sandwich wins; without its ReLU it does just as well." if abs(lowest_relu - lowest_chain) <= 0.000000001*lowest_chain else '
    '"the ReLU sandwich wins." if lowest_relu < lowest_chain else "the linear chain wins."'
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
        f'join("Each at its own best rate, one neuron gets the RMSE down to ", {lowest["neuron"]}, " (at ", {best["neuron"]}, '
        f'"), two neurons with a ReLU to ", {lowest["relu"]}, " (at ", {best["relu"]}, "): ", {WINNER})'
    )
    return (
        Output("sentence", "", sentence, style="text"),
        *(
            output
            for key in MODELS
            for output in (
                Output(f"best_{key}", f"Best rate, {LABELS[key]}",
                       f"index(rates.rate, match(min(grid.rank_{key}), grid.rank_{key}))", "With the smallest RMSE after training.",
                       style="general"),
                Output(f"lowest_{key}", "RMSE there", f"min(grid.rank_{key})", "Over the data, with the weights after training."),
                Output(f"stable_{key}", "Largest stable rate", f"max(grid.stable_{key})",
                       "It learns: nothing explodes" + (", the ReLU lives," if key == "relu" else "") + " and the RMSE falls.",
                       style="general"),
            )
        ),
    )  # fmt: skip


START_ERRORS = tuple(
    Column(f"start_{key}", f"({model.predict(**{w: f'rates.start_{w}' for w in 'abcd'})} - y)**2",
           "The squared error with the starting weights.", header=f"error at start, {LABELS[key]}", style="error",
           width=13, group="The data")
    for key, model in MODELS.items()
)  # fmt: skip


def _by_rate(title: str, y_max: float | None) -> Chart:
    lines = tuple(
        Series("grid", "at", f"shown_{key}", LABELS[key], COLORS[key], marker=key == "relu") for key in MODELS
    )
    return Chart(
        title, "learning rate (log scale)", "RMSE (log scale)", lines, log_x=True, log_y=True, y_max=y_max
    )


CLOSER = _by_rate("The error after training, by learning rate (up to 1000)", 1000)
WHOLE = _by_rate("Seen from further off: the explosions", None)

WORDS = Words(
    shows=(
        "The learning rate says how far a step goes. Too small, and the training hardly moves; too large, and it jumps over the "
        "goal and explodes. Sheet Rates tries sixteen rates, from 0.0000001 to 0.01, on one neuron, on two neurons in a linear "
        "chain, and on the chain with a ReLU: one epoch each, from the same starting weights.",
        "Every model has its own best rate. One neuron likes 0.00005 and still learns at 0.0002. Two neurons like 0.00001 and have had "
        "enough above 0.00005. At 0.0001, where the learner compared the models, one neuron is near its best and "
        "the others are beyond what they can bear: the linear chain explodes, and the ReLU dies.",
        "Can the ReLU sandwich ever beat one neuron on y = 2x + 30? Yes: each at its own best rate, its RMSE after one "
        "epoch is 14.96, that of one neuron 15.80. But that is not the ReLU's doing: the linear chain gets exactly the same "
        "14.96, because at this rate a*x + b is never below 0.",
        "At larger rates the RMSE of the ReLU model stays between 117 and 130 up to 0.005, where the others explode. It does not learn there: "
        "it is dead, and only d, a horizontal line, still moves.",
    ),
    experiments=(
        ("On sheet Rates, change the learning rate 0.0002 to 0.0004.",
         "This row recalculates: the errors of one neuron explode at step 26, and its RMSE is 246 instead of 38. Then try 0.0003: 16.8, "
         "nearly the best of all, but by luck. At such rates every large x throws the weights far off, and what remains depends on the "
         "last few datapoints."),
        ("Set h to 0.01.",
         "All derivatives are now estimated, as in template 02, and rate no. 10, 0.0001, has the numbers of that template: the linear chain explodes at "
         "step 26, and the ReLU dies there before its error can explode. The best rates stay the same; the RMSE there is 15.81 for one "
         "neuron and 15.00 for two."),
        ("Set h back to 0 and the starting weight d to 30. Then d back to 1 and b to 30.",
         "With d = 30 two neurons get down to an RMSE of 0.78, and they bear a rate of 0.0001. With b = 30 one neuron wins, with an RMSE of "
         "0.01, and two neurons only reach 6.53. Which model wins also depends on where it starts."),
    ),
    notes=(
        "After 50 epochs instead of one the order is the same: an RMSE of 15.10 for one neuron, at 0.00005, and 14.39 for two "
        "neurons with a ReLU, at 0.00001.",
        "A rate is called stable here if nothing exploded, no ReLU died, and the RMSE over the data fell. One epoch is a short test: what is stable "
        "for 29 steps may still explode later.",
        "RMSE after: the root of the mean squared error over all datapoints, with the weights after the last step.",
        "What explodes first are the large x: at x = 99 a step of one neuron changes the prediction by 2 * rate * (99^2 + 1) times its "
        "distance from the target. At 0.0001 that is 1.96; above 2 the next error is larger than the last.",
    ),
)  # fmt: skip
