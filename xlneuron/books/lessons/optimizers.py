"""07: SGD, momentum, Adagrad, RMSProp and Adam on the same neuron, data, start and number of steps."""

from __future__ import annotations

from xlneuron.books.lessons.data_sheet import DATAPOINT
from xlneuron.books.lessons.models import NEURON
from xlneuron.books.lessons.optimizer_grid import (
    LENGTHS,
    LENGTHS_STEPS,
    RATES,
    best,
    course_sheet,
    lengths_sheet,
    rates_sheet,
    sweep,
)
from xlneuron.books.lessons.optimizer_sheets import RIVALS, all_of, lines, pick
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import HELPERS, data_columns, start_settings
from xlneuron.books.words import page_of
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Sheet, Table, counter, group, helper
from xlneuron.xlsx.styles import GREY

EPOCHS = 20
TIE = 1.01  # an RMSE that is less than this many times the best shares its place


NAMES = [each.name for each in RIVALS]
ENDED = '"exploded" if ended > 1E+299 else ended'
WINNERS = """(
    join(prev.winners, ", " if prev.winners != "" else "", optimizer) if place == 1 else prev.winners
)"""
BETTER = " + ".join(f"(1 if {each.key}.rmse_end*{TIE} < ended else 0)" for each in RIVALS)
SCORE_COLUMNS = (
    *group(
        "After training",
        counter("nr", "Counts the optimisers.", header="no."),
        Column(
            "optimizer", header="optimiser", values=[each.name for each in RIVALS], style="text", width=11
        ).says("Each has its own sheet."),
        Column("rate", pick("{}.learning_rate"), header="learning rate", style="general", width=10).says(
            "The learning rate of its sheet; as shipped, the best of the sheet Rates."
        ),
        Column(
            "rmse", '"exploded" if ended > 1E+299 else ended', header="RMSE after training", width=11
        ).says("Root of the mean squared error over the data after its last step."),
        Column("place", f"1 + {BETTER}", style="integer").says(
            "Its place: 1 plus how many are better by more than 1 %, so that near ties share a place."
        ),
    ),
    *group(
        HELPERS,
        helper("ended", pick("{}.rmse_end"), "The RMSE as its sheet has it.", style="general"),
        helper(
            "winners",
            WINNERS,
            "The names in place 1 so far.",
            'optimizer if place == 1 else ""',
            style="text",
        ),
    ),
)


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    page = page_of(__file__)
    epochs = options.epochs_or(name, EPOCHS)
    start = options.start(name, NEURON.weights)
    n_rows = len(options.data)
    lengths = tuple(each for each in LENGTHS if each * n_rows <= LENGTHS_STEPS) or (epochs,)
    swept = {each.key: sweep(options, start, each.key, (epochs, *lengths)) for each in RIVALS}
    rates = {key: options.rate_or(RATES[best(found[0])]) for key, found in swept.items()}
    sheets = (
        _race(start, epochs),
        rates_sheet(epochs, start, {key: found[0] for key, found in swept.items()}),
        lengths_sheet(lengths, {key: found[1:] for key, found in swept.items()}),
        *(each.sheet(rates[each.key], n_rows * epochs) for each in RIVALS),
        _data(options),
        course_sheet(page.table("Differences")),
    )
    return Book(name, question, page.words(), sheets, options.described())


def _race(start: tuple[float, ...], epochs: int) -> Sheet:
    score = Table(
        "score",
        SCORE_COLUMNS,
        len(RIVALS),
        "Place: 1 + how many are better by more than 1 %, so near ties share a place.",
    )
    rounds = Table(
        "rounds",
        (
            Column(
                "epoch",
                "prev.epoch + 1",
                "How many epochs were trained; 0 is the start.",
                "0",
                style="integer",
                group=ROUNDS,
            ),
            *(
                Column(
                    each.key,
                    f"iferror(index({each.key}.shown, epoch*{each.key}.n_rows), na())",
                    f"RMSE over the data after this epoch with {each.name}.",
                    "rmse_start",
                    header=each.name,
                    style="error",
                    group=ROUNDS,
                )
                for each in RIVALS
            ),
            *(
                Column(
                    f"drawn_{each.key}",
                    f"({each.key} if both({each.key} > 0, {each.key} <= 10*rmse_start) else na()) "
                    f"if isnumber({each.key}) else na()",
                    "For the chart: #N/A, a gap, from ten times the RMSE before training on.",
                    style="error",
                    group="For the chart",
                    detail=True,
                )
                for each in RIVALS
            ),
        ),
        epochs + 1,
    )
    second = ", ".join(
        f"({r.key}.rmse_end if {r.key}.rmse_end > best_rmse*{TIE} else 1E+300)" for r in RIVALS
    )
    return Sheet(
        "race",
        "Race",
        "Who wins? The same data, the same start, the same number of steps",
        "sentence",
        settings=start_settings(NEURON.weights, start),
        outputs=(
            Output("sentence", "", SENTENCE),
            Output(
                "epochs",
                "Epochs",
                "rows(rounds.epoch) - 1",
                "How often every optimiser sees the data.",
                style="general",
            ),
            Output(
                "rmse_start",
                "RMSE before training",
                "sqrt(average(data.start_error))",
                "Root of the mean squared error over the data.",
                style="error",
            ),
            Output("best_rmse", "Best RMSE after training", f"min({all_of('{}.rmse_end')})", "The winner's."),
            Output(
                "second",
                "Runner-up's RMSE",
                f"min({second})",
                "The best that is not within 1 % of the winner.",
                detail=True,
            ),
        ),
        outputs_title="The race",
        tables=(score, rounds),
        charts=(
            Chart(
                "RMSE after every epoch (no line: over 10 times the RMSE before)",
                "epoch",
                "RMSE (log scale)",
                lines("rounds", "epoch", "drawn_{}"),
                log_y=True,
                x_min=0,
                x_max=epochs,
            ),
        ),
        about=(
            "The result: the RMSE of all five after every epoch, and who is first. Everything here is live."
        ),
    )


def _data(options: Options) -> Sheet:
    rows = len(options.data)
    data = Table("data", (*data_columns(options), *DATA_COLUMNS), rows)
    line = Table("line", LINE_COLUMNS, rows)
    fit = Table(
        "fit",
        (
            *group(FIT, *DATAPOINT),
            *(
                Column(
                    f"after_{each.key}",
                    f"{each.key}.final_a*x + {each.key}.final_b",
                    f"The prediction after training with {each.name}.",
                    header=each.name,
                    group=FIT,
                )
                for each in RIVALS
            ),
            *(
                Column(
                    f"end_{each.key}",
                    f"(after_{each.key} - y)**2",
                    f"Its squared error with {each.name}.",
                    header=f"error, {each.name}",
                    style="error",
                    width=10.5,
                    group="Squared errors after training",
                )
                for each in RIVALS
            ),
            *(
                Column(
                    f"drawn_{each.key}",
                    f"(after_{each.key} if end_{each.key} <= {each.key}.limit else na()) "
                    f"if isnumber(end_{each.key}) else na()",
                    "The prediction, or #N/A (a gap) where it exploded.",
                    style="short",
                    group=SHOWN,
                    detail=True,
                )
                for each in RIVALS
            ),
            Column(
                "at",
                "iferror(x_min + (row - 1)/(rows(data.x) - 1)*(x_max - x_min), x_min)",
                "From the smallest x to the largest, in equal steps.",
                style="short",
                group=SHOWN,
                detail=True,
            ),
            *(
                Column(
                    f"gap_{each.key}",
                    f"abs({each.key}.final_a*at + {each.key}.final_b - (a_best*at + b_best))",
                    f"How far the line of {each.name} is from the best line there.",
                    style="short",
                    group=SHOWN,
                    detail=True,
                )
                for each in RIVALS
            ),
            *(
                Column(
                    f"off_{each.key}",
                    f"iferror((gap_{each.key} if both(gap_{each.key} > 0, "
                    f"gap_{each.key}**2 <= {each.key}.limit) else na()), na())",
                    "The same, or #N/A (a gap) where it is 0 or exploded.",
                    style="short",
                    group=SHOWN,
                    detail=True,
                )
                for each in RIVALS
            ),
        ),
        rows,
    )
    return Sheet(
        "data",
        "Data",
        f"The data: {rows} datapoints from {options.data.source}",
        "Type or paste your own numbers into the yellow cells: every live sheet follows.",
        outputs=STATISTICS,
        outputs_title="The best line there is",
        tables=(data, line, fit),
        charts=(
            Chart(
                "The data and the lines after training (no line: it exploded)",
                "x",
                "y",
                (Series("data", "x", "y", "data", GREY, marker=True), *lines("fit", "x", "drawn_{}")),
            ),
            Chart(
                "Seen closer: how far each line is from the best line",
                "x",
                "distance (log scale)",
                lines("fit", "at", "off_{}"),
                log_y=True,
            ),
        ),
        about="The datapoints, the best line through them, and the five lines after training.",
    )


def _short(value: str) -> str:
    return f'(format({value}, "0.00") if {value} >= 0.01 else format({value}, "0.000000"))'


ROUNDS, FIT = "RMSE over the data after every epoch", "The lines after training"
SHOWN = "For the charts"
SENTENCE = (
    '"Nothing to learn: the starting weights fit every datapoint." if rmse_start == 0 else '
    '"Nobody learned: every training exploded or ended worse than it began." if best_rmse >= rmse_start else '
    'join("Learned best: ", last(score.winners), " (a tie, within 1 %)" if count_if(score.place, '
    '1) > 1 else "", '
    f'". The RMSE over the data fell from ", {_short("rmse_start")}, " to ", {_short("best_rmse")}, '
    f'" in ", epochs, '
    '" epoch" if epochs == 1 else " epochs", (join("; ", index(score.optimizer, match(second, score.rmse)), '
    f'" follows with ", {_short("second")})) if second < 1E+6 else "", ".")'
)
DATA_COLUMNS = (
    Column(
        "start_error",
        "(race.start_a*x + race.start_b - y)**2",
        "The squared error with the starting weights.",
        header="error at start",
        style="error",
        width=11,
        group="The data",
    ),
    Column("xx", "x*x", "For the best line.", header="x * x", style="general", group=HELPERS, detail=True),
    Column("xy", "x*y", "For the best line.", header="x * y", style="general", group=HELPERS, detail=True),
)
LINE_COLUMNS = (
    Column("row", "prev.row + 1", "The datapoint.", "1", style="integer", group="The best line"),
    Column(
        "best_line",
        "a_best*index(data.x, row) + b_best",
        "The best line at this datapoint.",
        header="best line",
        group="The best line",
    ),
    Column(
        "best_error",
        "(best_line - index(data.y, row))**2",
        "Its squared error.",
        header="its error",
        style="short",
        group="The best line",
    ),
)
STATISTICS = (
    Output(
        "a_best",
        "Best a",
        "(average(data.xy) - x_mean*average(data.y))/x_var if x_var > 0 else 0",
        "By least squares: what the training looks for.",
    ),
    Output("b_best", "Best b", "average(data.y) - a_best*x_mean", "By least squares."),
    Output("lowest", "Lowest RMSE there is", "sqrt(rest)", "Of the best line.", style="error"),
    Output("x_mean", "Mean of x", "average(data.x)", "Of the data.", detail=True),
    Output(
        "x_var",
        "Variance of x",
        "average(data.xx) - x_mean**2",
        "Mean of the squares minus square of the mean.",
        detail=True,
    ),
    Output("x_min", "Smallest x", "min(data.x)", "Of the data.", style="general", detail=True),
    Output("x_max", "Largest x", "max(data.x)", "Of the data.", style="general", detail=True),
    Output(
        "rest",
        "Lowest mean squared error",
        "average(line.best_error)",
        "Of the best line.",
        style="short",
        detail=True,
    ),
)
