"""The five optimisers of 07 as sheets: one neuron each, and the columns that its optimiser adds to it."""

from __future__ import annotations

from dataclasses import dataclass

from xlneuron.books.lessons.models import (
    NEURON,
    exact_columns,
    forward_columns,
    one_step_columns,
    weight_columns,
)
from xlneuron.books.lessons.parts import HELPERS, counters, health, watch_columns
from xlneuron.tables.model import Chart, Column, Output, Series, Setting, Sheet, Table, filled
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE

MOM, SQR_MOM, EPS = 0.9, 0.99, 1e-8
OPTIMIZER_SETTINGS = {
    "mom": Setting("mom", "mom", MOM, "How much of the momentum a step keeps."),
    "sqr_mom": Setting("sqr_mom", "sqr_mom", SQR_MOM, "How much of the average of squares a step keeps."),
    "eps": Setting("eps", "eps", EPS, "Keeps the division from being by 0; added outside the root."),
}


@dataclass(frozen=True)
class Racer:
    """An optimiser: its columns between the weights and the RMSE, and what its third chart shows."""

    key: str  # of its sheet and table, and its name in `xlneuron.engine.optimizers`
    name: str
    color: str
    rule: str
    settings: tuple[str, ...]
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
            self.key, self.name, f"{self.name}: {self.rule}", "sentence",
            settings=(
                Setting("learning_rate", "Learning rate", rate, "As shipped, the best of the sheet Rates."),
                *(OPTIMIZER_SETTINGS[key] for key in self.settings),
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
        )  # fmt: skip


def _ends(key: str) -> tuple[Output, ...]:
    return (
        *(
            Output(f"final_{name}", f"Weight {name} after training", f"last({key}.new_{name})",
                   "After the last step.")
            for name in NEURON.weights
        ),
        *(
            Output(f"start_{name}", f"Starting weight {name}", f"race.start_{name}", "Set on the sheet Race.",
                   style="general", detail=True)
            for name in NEURON.weights
        ),
    )  # fmt: skip


def pair(
    key: str, expr: str, note: str, group: str, *, first: str | None = None, header: str = "",
    style: str = "short",
) -> tuple[Column, ...]:  # fmt: skip
    """Return a column for each weight; `?` stands for the weight's name."""
    return tuple(
        Column(
            f"{key}_{name}", expr.replace("?", name), note.replace("?", name), group=group, style=style,
            first=None if first is None else first.replace("?", name),
            header=(header or f"{key} ?").replace("?", name), width=10.5,
        )
        for name in NEURON.weights
    )  # fmt: skip


def new_weights(expr: str, note: str, call: str) -> tuple[Column, ...]:
    """Return the columns of the weights after the step, which a row's only call fills."""
    note = f"{note} The next row starts with it."
    return filled(pair("new", expr, note, "New weights", header="new ?", style="number"), call)


def own_rate(root: str) -> tuple[Column, ...]:
    """Return the columns of the rate that each weight gets for itself."""
    note = f"The rate that ? gets for itself: learning_rate / ({root.replace('_?', '')} + eps)."
    return pair("own", f"learning_rate/({root} + eps)", note, "Own rates", header="own rate ?", style="small")


# The mean squared error is a bowl over a and b, its lowest point the best line: no sum over the rows needed.
RMSE_COLUMNS = (
    Column("rmse",
           "sqrt(data.rest + (new_b - data.b_best + (new_a - data.a_best)*data.x_mean)**2"
           " + (new_a - data.a_best)**2*data.x_var)",
           "Root of the mean squared error over ALL datapoints with the new weights, worked out from how far "
           "they are from the best line (sheet Data).", header="RMSE after step", style="error", group="Result"),
    Column("shown", "(rmse if rmse > 0 else na()) if isnumber(rmse) else na()",
           "The RMSE for the chart: #N/A is a gap in its line.", style="error", group=HELPERS, detail=True),
)  # fmt: skip

DERIVED = (*forward_columns(NEURON), *exact_columns(NEURON))
GRADS, WEIGHTS = "span(e_a, e_b)", "span(a, b)"
ADAGRAD = (
    *DERIVED,
    *pair("s", "prev.s_? + e_?**2", "The sum of all squared derivatives of ? so far. It only grows.",
          "Sums of squares", first="e_?**2", header="sum ?"),
    *own_rate("sqrt(s_?)"),
    *new_weights("? - learning_rate*e_?/(sqrt(s_?) + eps)",
                 "The step: the derivative of ? over the root of the sum, times the learning rate.",
                 f"ADAGRAD_STEP({WEIGHTS}, {GRADS}, span(s_a, s_b), learning_rate, eps)"),
)  # fmt: skip
AVERAGE_SQUARE = pair(
    "v", "prev.v_?*sqr_mom + e_?**2*(1 - sqr_mom)", "The running average of the squared derivatives of ?.",
    "Averages of squares", first="e_?**2*(1 - sqr_mom)",
)  # fmt: skip
RMS_PROP = (
    *DERIVED,
    *AVERAGE_SQUARE,
    *own_rate("sqrt(v_?)"),
    *new_weights("? - learning_rate*e_?/(sqrt(v_?) + eps)",
                 "The step: the derivative of ? over the root of its average square, times the learning rate.",
                 f"RMS_PROP_STEP({WEIGHTS}, {GRADS}, span(v_a, v_b), learning_rate, eps)"),
)  # fmt: skip
MOMENTUM = (
    *DERIVED,
    *pair("m", "prev.m_?*mom + e_?", "The momentum of ?: what is kept of it, plus the derivative.", "Momentum",
          first="e_?", style="derivative"),
    *new_weights("? - learning_rate*m_?", "The step: the momentum of ? times the learning rate.",
                 f"SGD_STEP({WEIGHTS}, span(m_a, m_b), learning_rate)"),
)  # fmt: skip
ADAM = (
    *DERIVED,
    *pair("m", "prev.m_?*mom + e_?*(1 - mom)", "The running average of the derivatives of ?.",
          "Averages of derivatives", first="e_?*(1 - mom)"),
    *AVERAGE_SQUARE,
    *pair("m_hat", "m_?/(1 - mom**step)",
          "m ? freed of its bias: it started at 0, and after this many steps only 1 - mom^step of it is filled.",
          "Freed of their bias", header="m hat ?"),
    *pair("v_hat", "v_?/(1 - sqr_mom**step)", "v ? freed of its bias in the same way: v / (1 - sqr_mom^step).",
          "Freed of their bias", header="v hat ?"),
    *own_rate("sqrt(v_hat_?)"),
    *new_weights("? - learning_rate*m_hat_?/(sqrt(v_hat_?) + eps)",
                 "The step: m hat of ? over the root of its v hat, times the learning rate.",
                 f"ADAM_STEP({WEIGHTS}, span(m_a, m_b), span(v_a, v_b), step, learning_rate, mom, sqr_mom, eps)"),
)  # fmt: skip


def _chart(
    key: str, title: str, y_title: str, lines: dict[str, tuple[str, str]], *, log: bool = False
) -> Chart:
    series = tuple(Series(key, "step", column, label, color) for column, (label, color) in lines.items())
    return Chart(title, "step", y_title, series, log_y=log)


def _own(key: str) -> Chart:
    lines = {"own_a": ("rate of a", BLUE), "own_b": ("rate of b", ORANGE)}
    return _chart(key, "Each weight's own rate: b's is larger", "rate (log scale)", lines, log=True)


RACERS = (
    Racer("sgd", "SGD", BLACK, "against the derivative, one rate for all weights", (),
          one_step_columns(NEURON, exact_columns(NEURON)),
          _chart("sgd", "The derivative of a is x times that of b", "derivative",
                 {"e_a": ("exact de/da", BLUE), "e_b": ("exact de/db", ORANGE)})),
    Racer("momentum", "Momentum", ORANGE, "every step keeps a part of the steps before it", ("mom",), MOMENTUM,
          _chart("momentum", "Weight a: momentum over its derivative", "derivative, momentum",
                 {"m_a": ("momentum of a", BLUE), "e_a": ("exact de/da", GREY)})),
    Racer("adagrad", "Adagrad", GREEN, "each weight's rate is divided by the root of all its squared derivatives",
          ("eps",), ADAGRAD, _own("adagrad")),
    Racer("rms_prop", "RMSProp", PURPLE, "Adagrad with an average that forgets instead of the sum",
          ("sqr_mom", "eps"), RMS_PROP, _own("rms_prop")),
    Racer("adam", "Adam", BLUE, "RMSProp with momentum, both averages freed of their bias",
          ("mom", "sqr_mom", "eps"), ADAM, _own("adam")),
)  # fmt: skip


def pick(text: str) -> str:
    """Return an expression that is `text`, with the optimiser number `nr` in its braces."""
    *most, last = (text.format(racer.key) for racer in RACERS)
    return "(" + "".join(f"{one} if nr == {nr} else " for nr, one in enumerate(most, 1)) + last + ")"


def all_of(text: str) -> str:
    """Return arguments: `text` for every optimiser, with its key in the braces."""
    return ", ".join(text.format(racer.key) for racer in RACERS)


def lines(table: str, x: str, y: str = "{}") -> tuple[Series, ...]:
    """Return a line for every optimiser. SGD's is dots: momentum's is nearly the same."""
    return tuple(
        Series(table, x, y.format(racer.key), racer.name, racer.color,
               marker=racer.key == "sgd")
        for racer in RACERS
    )  # fmt: skip
