"""08: can a numerical derivative be trusted? By h, by datapoint, and in a training close to the optimum."""

from __future__ import annotations

from xlneuron.books.lessons.models import NEURON, RELU, Model
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import counters, data_columns
from xlneuron.books.verdict import RATE
from xlneuron.errors import XlneuronError
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Setting, Sheet, Table, Words
from xlneuron.xlsx.styles import BLACK, BLUE, ORANGE, VERMILLION

EPOCHS = 20
# Not below 1e-10: there the two errors are nearly equal, and spreadsheets differ in how they subtract them.
# As digit and power: 1E-01, 3E-02, 1E-02 ...
STEPS_OF_H = tuple((digit, power) for power in range(1, 11) for digit in (3, 1))[1:]
WAYS = {"forward": "forward", "central": "central"}
# A tanh neuron: unlike those of a line, its error is no parabola in a.
TANH = "(tanh({a}*x + b) - y)**2"


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    epochs = options.epochs_or(name, EPOCHS)
    h = options.h_or()
    if h <= 0:
        raise XlneuronError(f"{name}: h is {h}, but the estimates divide by it; it has to be above 0")
    start = options.start(name, "ab") if options.weights is not None else (2.0, 30.5)
    rows = len(options.data)
    by_h = Sheet(
        "by_h", "By h", "The same derivative, estimated with smaller and smaller h", "sentence",
        settings=(
            Setting("x", "x", 0.5, "The datapoint's input."),
            Setting("y", "y", 0.2, "The datapoint's target."),
            Setting("weight_a", "Weight a", 1.0, "The derivative by a is looked at."),
            Setting("b", "Weight b", 0.5, "The bias."),
        ),
        outputs=BY_H_OUTPUTS, outputs_title="The best h",
        tables=(Table("by_h", _by_h_columns(), len(STEPS_OF_H)),),
        charts=(_by_h_chart("tanh", "A tanh neuron: how far off the estimate is"),
                _by_h_chart("line", "A linear neuron: its error is a parabola (no line: exact to 13 digits)")),
        about="Start here: how far off the estimates are, for h from 0.1 down to 0.0000000001.",
    )  # fmt: skip
    check = Sheet(
        "check", "Check", "A gradient check on every datapoint", "sentence",
        settings=(
            Setting("h", "h", h, "How far a weight is moved."),
            Setting("tolerance", "Tolerance", 0.01, "An estimate may be off by this part of the derivative: 0.01 is 1 %."),
            *(
                Setting(f"weight_{key}", f"Weight {key}", value, "Of both models." if key in "ab" else "Of the model with ReLU.")
                for key, value in {"a": 2.2, "b": 20.0, "c": 1.0, "d": 1.0}.items()
            ),
        ),
        outputs=CHECK_OUTPUTS, outputs_title="Datapoints that fail",
        tables=(Table("check", (*_lookup(), *_check_columns("line", NEURON), *_check_columns("relu", RELU)), rows),),
        charts=(CHECK_CHART,),
        about="Exact and estimated derivatives of every weight for every datapoint: PASS or FAIL.",
    )  # fmt: skip
    training = Sheet(
        "training", "Training", "Three trainings that differ only in how they get their derivatives", "sentence",
        settings=(
            Setting("learning_rate", "Learning rate", options.rate_or(1e-4), "Of all three."),
            Setting("h", "h", h, "How far a weight is moved for an estimate."),
            *(
                Setting(f"start_{key}", f"Starting weight {key}", value, "Close to the optimum, a = 2 and b = 30.")
                for key, value in zip("ab", start, strict=True)
            ),
        ),
        outputs=TRAINING_OUTPUTS,
        outputs_title="RMSE of the last epoch",
        tables=(
            Table("epochs", _epoch_columns(), epochs),
            Table("training", _training_columns(), rows * epochs),
        ),
        charts=(RMSE_CHART, WEIGHT_CHART),
        about="Training with exact, central and forward derivatives from the same start, side by side.",
    )  # fmt: skip
    data = Sheet(
        "data", "Data", f"The data: {rows} datapoints from {options.data.source}",
        "Type or paste your own numbers into the yellow cells: the sheets Check and Training follow.",
        tables=(Table("data", data_columns(options), rows),),
        charts=(Chart("The data", "x", "y", (Series("data", "x", "y", "data", BLACK, marker=True),)),),
        about="The datapoints.",
    )  # fmt: skip
    return Book(name, question, WORDS, (by_h, check, training, data), options.described())


SIZE_OF_H = "h = digit / 10^power"


def _by_h_columns() -> tuple[Column, ...]:
    """Return the columns of two neurons: a tanh neuron, whose error bends in every way, and a linear one."""
    columns = [
        Column("digit", values=[digit for digit, _ in STEPS_OF_H], style="input", group=SIZE_OF_H,
               note="The digit of h. Type your own."),
        Column("power", values=[power for _, power in STEPS_OF_H], style="input", group=SIZE_OF_H,
               note="How often it is divided by 10. Type your own: a whole number from 1 to 10."),
        Column("h", "digit/10**power", "How far a is moved: digit / 10^power. 3.0E-02 is 3/10^2, or 0.03.", style="small",
               group=SIZE_OF_H),
    ]  # fmt: skip
    shown = []
    slopes = {
        "tanh": "2*(tanh(weight_a*x + b) - y)*(1 - tanh(weight_a*x + b)**2)*x",
        "line": "2*(weight_a*x + b - y)*x",
    }
    for key, text in {"tanh": TANH, "line": "({a}*x + b - y)**2"}.items():
        group = {"tanh": "A tanh neuron, tanh(a*x + b)", "line": "A linear neuron, a*x + b"}[key]
        here, right, left = (text.format(a=a) for a in ("weight_a", "(weight_a + h)", "(weight_a - h)"))
        columns += [
            Column(f"{key}_exact", slopes[key], "The exact derivative of the squared error by a.", header="exact",
                   width=12, style="digits", group=group),
            Column(f"{key}_forward", f"({right} - {here})/h", "(error at a + h, minus error at a) / h.", header="forward",
                   width=12, style="digits", group=group),
            Column(f"{key}_central", f"({right} - {left})/(2*h)", "(error at a + h, minus error at a - h) / 2h.",
                   header="central", width=12, style="digits", group=group),
        ]  # fmt: skip
        for way in WAYS:
            off = f"abs({key}_{way} - {key}_exact)/abs({key}_exact)"
            columns.append(
                Column(f"{key}_{way}_off", off, "How far off, as a part of the exact derivative: 0.01 is 1 %.",
                       header=f"{way} off by", style="small", group=group)
            )  # fmt: skip
            shown.append(
                Column(f"{key}_{way}_shown", f"iferror(({key}_{way}_off if {key}_{way}_off > 1e-13 else na()), na())",
                       "For the chart: #N/A where nothing is off that could be drawn.", style="small",
                       group="Helpers of the charts", detail=True)
            )  # fmt: skip
    return (*columns, *shown)


def _best(column: str, of: str = "h") -> str:
    return f"index(by_h.{of}, match(min(by_h.{column}), by_h.{column}))"


def _best_h(column: str) -> str:
    """Return the parts of the best h in a sentence, spelled as the column spells it: 3.0E-08."""
    power = _best(column, "power")
    return f'format({_best(column, "digit")}, "0.0##"), "E-0" if {power} < 10 else "E-", {power}'


def _right(off: str) -> str:
    """Return the expression of how many digits are right if a number is off by this part of itself."""
    return f'(format(-log10({off}), "0") if {off} > 1e-15 else "15")'


BY_H_OUTPUTS = (
    Output("sentence", "",
           '"Careful: here the exact derivative is 0, or an h is. Try another datapoint, weights or h." '
           'if iferror(off_forward + off_central, -1) < 0 else '
           f'join("Of these h, forward differences do best with ", {_best_h("tanh_forward_off")}, ": about ", {_right("off_forward")}, '
           f'" digits are right. Central ones do best with ", {_best_h("tanh_central_off")}, ": about ", {_right("off_central")}, '
           '" digits.")', style="text"),
    Output("best_forward", "Best h, forward", _best("tanh_forward_off"), "Of the tanh neuron. 1.0E-05 is 0.00001.", style="small"),
    Output("off_forward", "Off by, at best", "min(by_h.tanh_forward_off)", "As a part of the exact derivative.", style="small"),
    Output("best_central", "Best h, central", _best("tanh_central_off"), "Of the tanh neuron.", style="small"),
    Output("off_central", "Off by, at best", "min(by_h.tanh_central_off)", "As a part of the exact derivative.", style="small"),
)  # fmt: skip


def _by_h_chart(key: str, title: str) -> Chart:
    lines = (
        Series("by_h", "h", f"{key}_forward_shown", "forward", VERMILLION),
        Series("by_h", "h", f"{key}_central_shown", "central", BLUE),
    )
    return Chart(
        title, "h (log scale)", "relative error (log scale)", lines, log_x=True, log_y=True, y_min=1e-13
    )


def _lookup() -> tuple[Column, ...]:
    return (
        Column("row", "prev.row + 1", "The datapoint.", "1", style="integer", group="Which datapoint"),
        Column("x", "index(data.x, row)", "The input.", style="data", group="Which datapoint"),
        Column("y", "index(data.y, row)", "The target.", style="data", group="Which datapoint"),
    )  # fmt: skip


def _check_columns(key: str, model: Model) -> tuple[Column, ...]:
    """Return a model's gradient check: exact, forward and central derivative of every weight, and two verdicts."""
    group = {"line": "One neuron, a*x + b", "relu": "Two neurons with a ReLU, c*max(0, a*x + b) + d"}[key]
    cells = {weight: f"weight_{weight}" for weight in "abcd"}
    names = {"pred": f"{key}_pred", "z": f"{key}_z", "act": f"{key}_act", "c": "weight_c"}
    columns = [
        Column(
            f"{key}_pred",
            model.predict(**cells),
            "The prediction.",
            header="prediction",
            group=group,
            width=10,
        )
    ]
    if model.relu:
        columns += [
            Column(f"{key}_z", "weight_a*x + weight_b", "The first neuron before the ReLU.", header="z", group=group),
            Column(f"{key}_act", f"max(0, {key}_z)", "The ReLU of it.", header="relu(z)", group=group),
        ]  # fmt: skip
    columns.append(
        Column(
            f"{key}_err",
            f"({key}_pred - y)**2",
            "The squared error.",
            header="error",
            style="error",
            group=group,
        )
    )
    for weight in model.weights:
        moved = {way: model.predict(**{**cells, weight: f"({cells[weight]} {way} h)"}) for way in "+-"}
        right, left = (f"({moved[way]} - y)**2" for way in "+-")
        columns += [
            Column(f"{key}_e_{weight}", model.exact(weight, **names), f"Exact derivative by {weight}.",
                   header=f"exact de/d{weight}", style="derivative", group=group),
            Column(f"{key}_f_{weight}", f"({right} - {key}_err)/h", f"Forward estimate of the derivative by {weight}.",
                   header=f"forward de/d{weight}", style="derivative", group=group),
            Column(f"{key}_m_{weight}", f"({right} - {left})/(2*h)", f"Central estimate of the derivative by {weight}.",
                   header=f"central de/d{weight}", style="derivative", group=group),
        ]  # fmt: skip
    for way, letter in (("forward", "f"), ("central", "m")):
        gaps = [f"abs({key}_{letter}_{w} - {key}_e_{w})/max(abs({key}_e_{w}), 1e-6)" for w in model.weights]
        columns += [
            Column(f"{key}_{way}_off", f"max({', '.join(gaps)})", "The worst of the weights, as a part of its derivative.",
                   header=f"{way} off by", style="small", group=group),
            Column(f"{key}_{way}", f'"PASS" if {key}_{way}_off <= tolerance else "FAIL"',
                   "PASS if no weight is off by more than the tolerance.", header=way, style="verdict", group=group),
        ]  # fmt: skip
    columns.append(
        Column(f"{key}_shown", f"iferror(({key}_forward_off if {key}_forward_off > 1e-13 else na()), na())",
               "For the chart.", style="small", group="Helpers of the chart", detail=True)
    )  # fmt: skip
    return tuple(columns)


CHECK_OUTPUTS = (
    Output("sentence", "",
           '"Careful: an estimate is an error value, so nothing is checked. Try another h." if iferror(worst, -1) < 0 else '
           '"PASS: every estimate is within the tolerance on every datapoint." if line_forward + line_central + '
           'relu_forward + relu_central == 0 else '
           'join("Careful: of ", rows(check.x), " datapoints the forward estimate fails on ", line_forward, " with one neuron and on ", '
           'relu_forward, " with the ReLU; at worst it is off by ", format(100*worst, "0"), " %. The central one fails on ", '
           'line_central + relu_central, ".")', style="text"),
    *(
        Output(f"{key}_{way}", f"{text}, {way}", f'count_if(check.{key}_{way}, "FAIL")', "Off by more than the tolerance.",
               style="general")
        for key, text in (("line", "One neuron"), ("relu", "With ReLU"))
        for way in WAYS
    ),
    Output("worst", "Worst forward estimate", "max(max(check.line_forward_off), max(check.relu_forward_off))",
           "As a part of the derivative: 1 is 100 %.", style="short"),
)  # fmt: skip
CHECK_CHART = Chart(
    "Forward is off most where the error is small (no dot: exact to 13 digits)", "squared error (log scale)",
    "relative error (log scale)",
    (
        Series("check", "line_err", "line_shown", "one neuron", BLUE, marker=True),
        Series("check", "relu_err", "relu_shown", "with ReLU", ORANGE, marker=True),
    ), log_x=True, log_y=True,
)  # fmt: skip


RUNS = {"exact": BLACK, "central": BLUE, "forward": VERMILLION}


def _training_columns() -> tuple[Column, ...]:
    columns = [*counters()]
    for run in RUNS:
        own = {weight: f"{run}_{weight}" for weight in "ab"}
        slopes = {}
        for weight in "ab":
            moved = {way: NEURON.predict(**{**own, weight: f"({own[weight]} {way} h)"}) for way in "+-"}
            right, left = (f"({moved[way]} - y)**2" for way in "+-")
            slopes[weight] = {
                "exact": NEURON.exact(weight, pred=f"{run}_pred"),
                "forward": f"({right} - {run}_err)/h",
                "central": f"({right} - {left})/(2*h)",
            }[run]
        group = f"With {run} derivatives"
        columns += [
            *(
                Column(own[weight], f"prev.{run}_new_{weight}", f"Weight {weight} before the step.", f"start_{weight}",
                       header=weight, group=group)
                for weight in "ab"
            ),
            Column(f"{run}_pred", NEURON.predict(**own), "The prediction.", header="prediction", group=group, width=10),
            Column(f"{run}_err", f"({run}_pred - y)**2", "The squared error.", header="error", style="error", group=group),
            *(
                Column(f"{run}_d_{weight}", slopes[weight], f"The derivative by {weight}, {run}.", header=f"de/d{weight}",
                       style="derivative", group=group)
                for weight in "ab"
            ),
            *(
                Column(f"{run}_new_{weight}", f"{own[weight]} - learning_rate*{run}_d_{weight}", "The step.",
                       header=f"new {weight}", group=group)
                for weight in "ab"
            ),
            Column(f"{run}_sum", f"{run}_err if row == 1 else prev.{run}_sum + {run}_err", "The errors of this epoch so far.",
                   f"{run}_err", group="Helpers of the epochs", detail=True),
        ]  # fmt: skip
    return tuple(columns)


def _epoch_columns() -> tuple[Column, ...]:
    return (
        Column("epoch", "prev.epoch + 1", "The epoch.", "1", style="integer", group="RMSE of every epoch"),
        *(
            Column(f"rmse_{run}", f"sqrt(index(training.{run}_sum, epoch*n_rows)/n_rows)",
                   f"The root of the mean squared error of the epoch's rows, with {run} derivatives.", header=run,
                   group="RMSE of every epoch")
            for run in RUNS
        ),
    )  # fmt: skip


TRAINING_OUTPUTS = (
    Output("sentence", "",
           '"Careful: h is 0, and an estimate divides by it. Try 0.01." if h == 0 else '
           'join("Careful: the errors exploded, whatever the derivatives. Try a learning rate of ", '
           f'format(learning_rate/10, "{RATE}"), ".") '
           'if iferror(max(rmse_exact, rmse_central, rmse_forward), 1E+300) > limit else '
           'join("Careful: exact derivatives find nothing to improve at the optimum; forward ones with h = ", '
           f'format(h, "{RATE}"), '
           '" drift away from it to RMSE ", format(rmse_forward, "0.000"), ".") if rmse_exact < 1e-6 else '
           'join("Careful: with forward differences and h = ", '
           f'format(h, "{RATE}"), '
           '" training ends ", format(loss, "0"), " % worse (RMSE ", '
           'format(rmse_forward, "0.000"), ") than with exact derivatives (", format(rmse_exact, "0.000"), '
           '"); central ones ", "do as well as exact (" if abs(rmse_central/rmse_exact - 1) <= 0.01 else "do not, either (", '
           'format(rmse_central, "0.000"), ").") if loss > 1 else '
           'join("Learned alike: RMSE ", format(rmse_forward, "0.000"), " with forward, ", format(rmse_central, "0.000"), '
           '" with central, ", format(rmse_exact, "0.000"), " with exact derivatives.")', style="text"),
    *(
        Output(f"rmse_{run}", f"With {run} derivatives", f"last(epochs.rmse_{run})", "RMSE of the last epoch's rows.")
        for run in RUNS
    ),
    Output("loss", "Forward is worse by, in %", "iferror(100*(rmse_forward/rmse_exact - 1), 100)", "Than exact.", style="short"),
    Output("n_rows", "Datapoints", "rows(data.x)", "So many rows are one epoch.", style="general", detail=True),
    Output("limit", "Exploded above", "10*max(max(data.y), -min(data.y), sqrt(index(training.exact_err, 1)))",
           "An RMSE of ten times the largest y, or of the first row's error if that is larger.", style="short", detail=True),
)  # fmt: skip
RMSE_CHART = Chart(
    "RMSE of every epoch", "epoch", "RMSE",
    (
        Series("epochs", "epoch", "rmse_exact", "exact", BLACK),
        Series("epochs", "epoch", "rmse_central", "central", BLUE, marker=True),
        Series("epochs", "epoch", "rmse_forward", "forward", VERMILLION),
    ), y_min=0,
)  # fmt: skip
WEIGHT_CHART = Chart(
    "Weight a: the optimum is 2", "step", "weight a",
    (
        Series("training", "step", "exact_a", "exact", BLACK),
        Series("training", "step", "forward_a", "forward", VERMILLION),
    ),
)  # fmt: skip

WORDS = Words(
    shows=(
        "A numerical derivative moves a weight by h and looks at how much the error changes. Forward differences compare "
        "with the error before the move, central differences move the weight both ways.",
        "Two things spoil the estimate. With a large h the error is no straight line over the distance (truncation): ten "
        "times the h is ten times as wrong with forward differences, a hundred times with central ones. With a small h two "
        "nearly equal numbers are subtracted and the 16 digits of a cell run out (rounding). In between is the best h.",
        "The error of a linear neuron is a parabola in each weight. For a parabola central differences are exact, "
        "whatever h is; forward differences are off by h*x*x for weight a.",
        "That is little while the derivative is large, and too much close to the minimum, where it is small: the sheet "
        "Check finds estimates that are off by 292 %, and on the sheet Training the weights settle beside the optimum.",
    ),
    experiments=(
        ("On sheet Training set h to 0.1, then to 0.0001.",
         "With 0.1 forward differences end at an RMSE of 2.553, exact ones at 0.327. With 0.0001 all three end alike. "
         "Central differences do as well as exact ones each time."),
        ("On sheet Check set h to 0.001, then to 0.00001.",
         "The forward estimate of the neuron fails on 7 datapoints instead of 24, and then on none. Set weight a and b to "
         "1 instead, far from the optimum: every estimate passes with h = 0.01, too."),
        ("On sheet Training set the starting weights to 2 and 30, the optimum itself.",
         "Exact derivatives are 0 and the weights stay. Forward differences are not 0 there, and drift away to an RMSE of "
         "0.251."),
    ),
    notes=(
        "h stops at 0.0000000001: with a smaller one the two errors agree to nearly all their digits, and spreadsheets "
        "differ in what they make of the difference.",
        "In template 01, row 12, the forward estimate of de/da is 147.62 and the exact derivative 109.18. The estimate is 38.44, or "
        "35 % of the exact derivative, too large.",
        "Rule of thumb: h = 0.00001 with central differences, and exact derivatives wherever there are any.",
    ),
)  # fmt: skip
