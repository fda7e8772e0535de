"""The five optimisers of 07 as sheets: one neuron each, and the columns that its optimiser adds to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlneuron.books.lessons.models import (
    NEURON,
    exact_columns,
    forward_columns,
    one_step_columns,
    weight_columns,
)
from xlneuron.books.lessons.parts import HELPERS, counters, health, watch_columns
from xlneuron.networks.optimizers import (
    AVERAGE,
    FILLED_COLUMNS,
    FREED,
    MOMENTUM,
    OPTIMIZERS,
    SETTINGS,
    SQUARES,
    SUM,
    Stat,
    names,
)
from xlneuron.tables.model import Chart, Column, Output, Series, Setting, Sheet, Table, filled
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE

EXACT = "e_"  # what begins the names of the exact derivatives


@dataclass(frozen=True)
class Rival:
    """An optimiser: its columns between the weights and the RMSE, and what its third chart shows."""

    key: str  # of its sheet and table, and its name in `xlneuron.engine.optimizers`
    name: str
    color: str
    rule: str
    columns: tuple[Column, ...]
    chart: Chart

    def sheet(self, rate: float, steps: int) -> Sheet:
        """Return the optimiser's sheet with so many steps and this learning rate."""
        weights = NEURON.weights
        columns = (
            *counters(),
            *weight_columns(NEURON),
            *self.columns,
            *RMSE_COLUMNS,
            *(column for column in watch_columns(weights) if column.key not in {"shown", "sum_err"}),
        )
        lines = (Series(self.key, "step", "a", "a", BLUE), Series(self.key, "step", "b", "b", ORANGE))
        rmse = Series(self.key, "step", "shown", "RMSE", self.color)
        return Sheet(
            self.key,
            self.name,
            f"{self.name}: {self.rule}",
            "sentence",
            settings=(
                Setting("learning_rate", "Learning rate", rate, "As shipped, the best of the sheet Rates."),
                *(SETTINGS[key] for key in OPTIMIZERS[self.key].settings),
            ),
            outputs=(
                *health(self.key, NEURON.weights, start="data.start_error", end=f"fit.end_{self.key}"),
                *_ends(self.key),
            ),
            tables=(Table(self.key, columns, steps),),
            charts=(
                Chart("RMSE over the data after every step", "step", "RMSE (log scale)", (rmse,), log_y=True),
                Chart("The weights move", "step", "weight", lines),
                self.chart,
            ),
            about=f"One neuron trained with {self.name}, one row per step.",
        )


def _ends(key: str) -> tuple[Output, ...]:
    return (
        *(
            Output(
                f"final_{name}",
                f"Weight {name} after training",
                f"last({key}.new_{name})",
                "After the last step.",
            )
            for name in NEURON.weights
        ),
        *(
            Output(
                f"start_{name}",
                f"Starting weight {name}",
                f"race.start_{name}",
                "Set on the sheet Race.",
                style="general",
                detail=True,
            )
            for name in NEURON.weights
        ),
    )


def pair(
    key: str,
    expr: str,
    note: str,
    group: str,
    *,
    first: str | None = None,
    header: str = "{key} {w}",
    style: str = "short",
) -> tuple[Column, ...]:
    """Return a column for each weight: {w} is the weight, {d} its derivative, {m} its momentum."""

    def column(weight: str) -> Column:
        parts = names(weight, EXACT)
        return Column(
            f"{key}_{weight}",
            expr.format(**parts),
            note.format(**parts),
            None if first is None else first.format(**parts),
            header=header.format(key=key, **parts),
            group=group,
            style=style,
            width=10.5,
        )

    return tuple(map(column, NEURON.weights))


def kept(
    stat: Stat, note: str, group: str, *, header: str = "{key} {w}", style: str = "short"
) -> tuple[Column, ...]:
    """Return the columns of what an optimiser keeps."""
    return pair(stat.key, stat.expr, note, group, first=stat.first, header=header, style=style)


def new_weights(optimizer: str, note: str) -> tuple[Column, ...]:
    """Return the columns of the weights after the step, which a row's only call fills."""
    chosen = OPTIMIZERS[optimizer]
    spans = {key: f"span({key}_a, {key}_b)" for key in ("m", "s", "v")}
    call = chosen.call.format(weights="span(a, b)", grads=f"span({EXACT}a, {EXACT}b)", **spans)
    step = chosen.step.replace("{m_hat}", "m_hat_{w}").replace("{v_hat}", "v_hat_{w}")
    note = f"{note} The next row starts with it."
    return filled(pair("new", step, note, "New weights", header="new {w}", style="number"), call)


def own_rate(root: str) -> tuple[Column, ...]:
    """Return the columns of the rate that each weight gets for itself."""
    what = root.format(s="s", v="v", w="").replace("_)", ")")
    note = f"The rate that {{w}} gets for itself: learning_rate / ({what} + eps)."
    expr = f"learning_rate/({root} + eps)"
    return pair("own", expr, note, "Own rates", header="own rate {w}", style="small")


# The mean squared error is a bowl over a and b, its lowest point the best line: no sum over the rows needed.
RMSE_COLUMNS = (
    Column(
        "rmse",
        "sqrt(data.rest + (new_b - data.b_best + (new_a - data.a_best)*data.x_mean)**2"
        " + (new_a - data.a_best)**2*data.x_var)",
        "Root of the mean squared error over ALL datapoints with the new weights, worked out from how far "
        "they are from the best line (sheet Data).",
        header="RMSE after step",
        style="error",
        group="Result",
    ),
    Column(
        "shown",
        "(rmse if rmse > 0 else na()) if isnumber(rmse) else na()",
        "The RMSE for the chart: #N/A is a gap in its line.",
        style="error",
        group=HELPERS,
        detail=True,
    ),
)

DERIVED = (*forward_columns(NEURON), *exact_columns(NEURON))
ADAGRAD = (
    *DERIVED,
    *kept(
        SUM,
        "The sum of all squared derivatives of {w} so far. It only grows.",
        "Sums of squares",
        header="sum {w}",
    ),
    *own_rate("sqrt({s})"),
    *new_weights(
        "adagrad", "The step: the derivative of {w} over the root of the sum, times the learning rate."
    ),
)
AVERAGE_SQUARE = kept(
    SQUARES, "The running average of the squared derivatives of {w}.", "Averages of squares"
)
RMS_PROP = (
    *DERIVED,
    *AVERAGE_SQUARE,
    *own_rate("sqrt({v})"),
    *new_weights(
        "rms_prop",
        "The step: the derivative of {w} over the root of its average square, times the learning rate.",
    ),
)
MOMENTUM_COLUMNS = (
    *DERIVED,
    *kept(
        MOMENTUM,
        "The momentum of {w}: what is kept of it, plus the derivative.",
        "Momentum",
        style="derivative",
    ),
    *new_weights("momentum", "The step: the momentum of {w} times the learning rate."),
)
ADAM = (
    *DERIVED,
    *kept(AVERAGE, "The running average of the derivatives of {w}.", "Averages of derivatives"),
    *AVERAGE_SQUARE,
    *(replace(each, group="Freed of their bias", style="short", width=10.5) for each in FILLED_COLUMNS),
    *pair(
        "m_hat",
        FREED["m_hat"].replace("{filled}", "m_filled"),
        "m {w} freed of its bias: it started at 0, and after this many steps only 1 - mom^step of "
        "it is filled.",
        "Freed of their bias",
        header="m hat {w}",
    ),
    *pair(
        "v_hat",
        FREED["v_hat"].replace("{filled}", "v_filled"),
        "v {w} freed of its bias in the same way: v / (1 - sqr_mom^step).",
        "Freed of their bias",
        header="v hat {w}",
    ),
    *own_rate("sqrt(v_hat_{w})"),
    *new_weights("adam", "The step: m hat of {w} over the root of its v hat, times the learning rate."),
)


def _chart(
    key: str, title: str, y_title: str, lines: dict[str, tuple[str, str]], *, log: bool = False
) -> Chart:
    series = tuple(Series(key, "step", column, label, color) for column, (label, color) in lines.items())
    return Chart(title, "step", y_title, series, log_y=log)


def _own(key: str) -> Chart:
    lines = {"own_a": ("rate of a", BLUE), "own_b": ("rate of b", ORANGE)}
    return _chart(key, "Each weight's own rate: b's is larger", "rate (log scale)", lines, log=True)


RIVALS = (
    Rival(
        "sgd",
        "SGD",
        BLACK,
        "against the derivative, one rate for all weights",
        one_step_columns(NEURON, exact_columns(NEURON)),
        _chart(
            "sgd",
            "The derivative of a is x times that of b",
            "derivative",
            {"e_a": ("exact de/da", BLUE), "e_b": ("exact de/db", ORANGE)},
        ),
    ),
    Rival(
        "momentum",
        "Momentum",
        ORANGE,
        "every step keeps a part of the steps before it",
        MOMENTUM_COLUMNS,
        _chart(
            "momentum",
            "Weight a: momentum over its derivative",
            "derivative, momentum",
            {"m_a": ("momentum of a", BLUE), "e_a": ("exact de/da", GREY)},
        ),
    ),
    Rival(
        "adagrad",
        "Adagrad",
        GREEN,
        "each weight's rate is divided by the root of all its squared derivatives",
        ADAGRAD,
        _own("adagrad"),
    ),
    Rival(
        "rms_prop",
        "RMSProp",
        PURPLE,
        "Adagrad with an average that forgets instead of the sum",
        RMS_PROP,
        _own("rms_prop"),
    ),
    Rival(
        "adam", "Adam", BLUE, "RMSProp with momentum, both averages freed of their bias", ADAM, _own("adam")
    ),
)


def pick(text: str) -> str:
    """Return an expression that is `text`, with the optimiser number `nr` in its braces."""
    return _picked([text.format(each.key) for each in RIVALS], 1)


def _picked(texts: list[str], first: int) -> str:
    """Return the one of number `nr`; halved again and again, so that no condition is deep in others."""
    if len(texts) == 1:
        return texts[0]
    half = len(texts) // 2
    left, right = _picked(texts[:half], first), _picked(texts[half:], first + half)
    return f"({left} if nr < {first + half} else {right})"


def all_of(text: str) -> str:
    """Return arguments: `text` for every optimiser, with its key in the braces."""
    return ", ".join(text.format(each.key) for each in RIVALS)


def lines(table: str, x: str, y: str = "{}") -> tuple[Series, ...]:
    """Return a line for every optimiser. SGD's is dots: momentum's is nearly the same."""
    return tuple(
        Series(table, x, y.format(each.key), each.name, each.color, marker=each.key == "sgd")
        for each in RIVALS
    )
