"""What several lessons have in common: counters, data, the training-health block and its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlneuron.books.lessons.options import Options
from xlneuron.books.verdict import EXPLODED, Case, in_words, progress, rates, text, verdict
from xlneuron.books.watch import EXPLODED_COLUMN, run_column, shown_column, sum_column
from xlneuron.engine import diagnosis, sentences
from xlneuron.engine.diagnosis import why_dead
from xlneuron.engine.network import parse
from xlneuron.tables.fill import joined
from xlneuron.tables.model import Column, Output, Setting, counter, group, helper

HELPERS = "Helpers of the health block"


def data_columns(options: Options) -> tuple[Column, ...]:
    """Return the columns x and y with the user's data, which can be typed over."""
    return group(
        "The data",
        Column("x", values=options.x, style="input").says(
            "The input of this datapoint. Type or paste your own."
        ),
        Column("y", values=options.y, style="input").says("The target: what the neuron should answer for x."),
    )


def counters(data: str = "data", n_rows: str = "n_rows") -> tuple[Column, ...]:
    """Return the columns that count steps and epochs and look up the datapoint of each step."""
    epoch = f"prev.epoch + 1 if prev.row == {n_rows} else prev.epoch"
    return group(
        "Which datapoint",
        counter("step", "Counts the updates: one row is one step."),
        Column("epoch", epoch, "One epoch: every datapoint once.", "1", style="integer"),
        Column("row", f"1 if prev.row == {n_rows} else prev.row + 1", first="1", style="integer").says(
            "The row of the Data sheet that this step learns from."
        ),
        Column("x", f"index({data}.x, row)", "The input, looked up on the Data sheet.", style="data"),
        Column("y", f"index({data}.y, row)", "The target, looked up on the Data sheet.", style="data"),
    )


def start_settings(names: str, weights: Sequence[float]) -> tuple[Setting, ...]:
    """Return a setting for each starting weight."""
    return tuple(
        Setting(f"start_{name}", f"Starting weight {name}", weight, "The first row starts with it.")
        for name, weight in zip(names, weights, strict=True)
    )


def watch_columns(names: str, derivative: str = "e_{}") -> tuple[Column, ...]:
    """Return the folded-away helper columns that the health block counts with.

    The table has the columns err and row and every weight's `derivative`, the one that its steps follow; the
    sheet has the result `limit`.
    """
    return group(
        HELPERS,
        shown_column(),
        sum_column("sum_err", "err", "The errors of this epoch so far, added up."),
        EXPLODED_COLUMN,
        *(
            run_column(f"still_{name}", f"iferror({derivative.format(name)}, 1) == 0").says(
                f"For how many rows in a row the derivative of {name} has been exactly 0."
            )
            for name in names
        ),
    )


RELU_COLUMNS = group(
    HELPERS,
    helper("z_top", "max(a*x_min + b, a*x_max + b)").says(
        "The largest a*x + b that this row's weights give for any x of the data."
    ),
    run_column("dead", "iferror(z_top, 1) <= 0").says(
        "For how many rows in a row the ReLU has been 0 for every x of the data."
    ),
)


def health(table: str, names: str, *, start: str, end: str, relu: bool = False) -> tuple[Output, ...]:
    """Return the health block: explosion, frozen weights, RMSE before and after, the live `sentence`.

    `table` is the training table, with `watch_columns` (and RELU_COLUMNS). `start` and `end` are the columns
    (`table.column`) of every datapoint's error with the starting weights and with those after the last row.
    """

    def since(counter: str) -> str:
        return f"rows({table}.err) - last({table}.{counter}) + 1"

    def frozen(name: str) -> str:
        text = f'(({since(f"still_{name}")}) if last({table}.still_{name}) >= n_rows else "never")'
        text = f'({text} if rmse_end > 0 else "never")'
        return f"dead_row if isnumber(dead_row) else {text}" if relu and name != "d" else text

    relu_outputs = (
        Output("x_min", "Smallest x", "min(data.x)", "Of the data.", style="general", detail=True),
        Output("x_max", "Largest x", "max(data.x)", "Of the data.", style="general", detail=True),
        Output(
            "dead_row",
            "ReLU dead since row",
            f'({since("dead")}) if last({table}.dead) > 0 else "never"',
            "From there on a*x+b is below 0 for every x of the data.",
            style="general",
        ),
    )
    frozen_names = [f"frozen_{name}" for name in names]
    since_rows = ", ".join(f"({each} if isnumber({each}) else 0)" for each in frozen_names)
    return (
        *verdict(_cases(names, relu=relu)),
        Output(
            "n_rows",
            "Datapoints",
            "rows(data.x)",
            "So many rows are one epoch.",
            style="general",
            detail=True,
        ),
        Output(
            "limit",
            "Exploded above",
            f"{diagnosis.EXPLODED} * (max({start}) if max({start}) > 0 else max(max(data.y), "
            f"-min(data.y))**2)",
            "Ten times the largest error of the starting weights.",
            style="error",
            detail=True,
        ),
        Output(
            "exploded_row",
            "First exploded row",
            f'iferror(match(1, {table}.exploded), "never")',
            "The first step whose error is over 10 times the largest one at the start.",
            style="general",
        ),
        *(relu_outputs if relu else ()),
        *(
            Output(
                f"frozen_{name}",
                f"Weight {name} frozen since row",
                frozen(name),
                "Its derivative is exactly 0, for an epoch or longer.",
                style="general",
                detail=True,
            )
            for name in names
        ),
        Output(
            "frozen",
            "Frozen weights",
            f'"none" if listed_{names[-1]} == "" else listed_{names[-1]}',
            "Their derivative has been exactly 0 for an epoch or longer.",
            style="general",
        ),
        Output(
            "rmse_start",
            "RMSE before training",
            f"sqrt(average({start}))",
            "Root of the mean squared error over the data.",
            style="error",
        ),
        Output(
            "rmse_end",
            "RMSE after training",
            f"iferror(sqrt(average({end})), 1E+300)",
            "The same with the weights after the last row.",
            style="error",
        ),
        Output(
            "suggestion",
            "A tenth of the rate",
            "learning_rate / 10",
            "What to try if it explodes.",
            style="general",
        ),
        *_listed(names),
        Output(
            "frozen_count",
            "Frozen weights, counted",
            " + ".join(f"(1 if isnumber({each}) else 0)" for each in frozen_names),
            "How many they are.",
            style="general",
            detail=True,
        ),
        Output(
            "frozen_since",
            "All frozen since row",
            f"max({since_rows})",
            "The last of their rows.",
            style="general",
            detail=True,
        ),
        *rates(),
        in_words("said_start", "RMSE before, in words", _figure("rmse_start")),
        in_words("said_end", "RMSE after, in words", _figure("rmse_end")),
    )


def _cases(names: str, *, relu: bool) -> list[Case]:
    """Return what may have become of the training: dead before exploded before frozen before the rest."""
    cases = [*EXPLODED]
    if relu:
        texts = {"who": "ReLU", "why": why_dead(parse("1-1relu-1"), 1)}
        at_once = joined(sentences.DEAD_FROM_THE_START, texts)
        died = joined(sentences.DIED, texts, before="dead_row - 1", cure="cure")
        cases = [
            Case("dead_at_once", "dead from the start", "dead_row == 1", at_once),
            Case("dead", "the ReLU died", "isnumber(dead_row)", died),
            *cases,
        ]
    what = (
        '"weight " if frozen_count == 1 else "weights "',
        "frozen",
        '" gets" if frozen_count == 1 else " get"',
    )
    frozen = joined(sentences.FROZEN, {"dead": ""}, weights=what, row="frozen_since", cure="cure")
    return [
        *cases,
        Case("frozen", "weights are frozen", "frozen_count > 0", frozen),
        *progress("rmse_start", "rmse_end", "RMSE", all_well=sentences.ALL_MOVE),
    ]


def _listed(names: str) -> Iterator[Output]:
    """Yield the frozen weights so far, as a sentence lists them: a, b and c."""
    for place, name in enumerate(names):
        this, later = f"frozen_{name}", [f"isnumber(frozen_{each})" for each in names[place + 1 :]]
        if not place:
            expr = f'"{name}" if isnumber({this}) else ""'
        else:
            before = f"listed_{names[place - 1]}"
            more = later[0] if len(later) == 1 else f"either({', '.join(later)})"
            link = f'(", " if {more} else " and ")' if later else '" and "'
            longer = f'join({before}, ("" if {before} == "" else {link}), "{name}")'
            expr = f"{longer} if isnumber({this}) else {before}"
        yield text(f"listed_{name}", f"Frozen, up to {name}", expr, "As the sentence lists them.")


def _figure(rmse: str) -> str:
    """Return the expression of an RMSE as a text: with enough digits that small ones do not read as 0."""
    return f'(format({rmse}, "0.00") if {rmse} >= 0.1 or {rmse} == 0 else format({rmse}, "0.000000"))'
