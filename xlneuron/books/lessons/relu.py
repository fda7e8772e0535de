"""04: what a ReLU looks like, and leaky ReLU, sigmoid and tanh; where an estimated derivative is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlneuron.books.lessons.options import Options
from xlneuron.books.words import page_of
from xlneuron.errors import XlneuronError
from xlneuron.tables.model import (
    Book,
    Chart,
    Column,
    Output,
    Series,
    Setting,
    Sheet,
    Table,
    counter,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILLION

POINTS = 41  # of the curves, from left to right
WAYS = {"fwd": "forward", "cen": "central"}
ZOOM = 21  # of the rows around the kink; the middle one is z = 0
WEIGHTS = {"a": 1.0, "b": -2.0, "c": 1.5, "d": 1.0}
ROLES = {
    "a": "Slope of the first neuron.",
    "b": "Bias of the first neuron: moves the bend.",
    "c": "Stretches what the activation lets through.",
    "d": "Bias of the second neuron: lifts the whole curve.",
}


@dataclass(frozen=True)
class Activation:
    """An activation as expressions of z; `at` gives its value at another place."""

    key: str
    name: str
    value: str
    slope: str
    color: str

    def at(self, place: str) -> str:
        """Return the value's expression at a place such as (z + h)."""
        return self.value.replace("z", place)


ACTIVATIONS = (
    Activation("relu", "ReLU", "max(0, z)", "1 if z > 0 else 0", BLUE),
    Activation("leaky", "leaky ReLU", "max(0.01*z, z)", "1 if z > 0 else 0.01", ORANGE),
    Activation("sigmoid", "sigmoid", "1/(1 + exp(-z))", "sigmoid*(1 - sigmoid)", GREEN),
    Activation("tanh", "tanh", "tanh(z)", "1 - tanh**2", PURPLE),
)


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. It draws functions and trains nothing, so the data and the rates do not matter."""
    weights = tuple(WEIGHTS.values()) if options.weights is None else options.start(name, "abcd")
    h = options.h_or()
    if h <= 0:
        raise XlneuronError(f"{name}: h is {h}, but the estimates divide by it; it has to be above 0")
    curve = Sheet(
        "curve",
        "ReLU",
        "c * max(0, a*x + b) + d: two neurons with a ReLU between them",
        "sentence",
        settings=(
            *(
                Setting(f"weight_{key}", f"Weight {key}", value, ROLES[key])
                for key, value in zip(WEIGHTS, weights, strict=True)
            ),
            Setting("x_first", "First x", -10.0, "Where the curve begins."),
            Setting("x_step", "Step of x", 0.5, f"From one row to the next; there are {POINTS}."),
        ),
        outputs=(
            Output("sentence", "", SENTENCE, style="text"),
            Output("bend", "The bend, x = -b/a", 'iferror(-weight_b/weight_a, "none")', style="general").says(
                "Where a*x + b is 0."
            ),
            Output("flat", "Flat rows", "count_if(curve.act, 0)", style="general").says(
                "There the ReLU lets nothing through."
            ),
            Output("z_largest", "Largest a*x + b", "max(curve.z)", style="short").says(
                "If not above 0, the ReLU is dead."
            ),
            Output("z_smallest", "Smallest a*x + b", "min(curve.z)", style="short").says(
                "If above 0, there is no bend to see."
            ),
        ),
        outputs_title="The curve",
        tables=(Table("curve", CURVE_COLUMNS, POINTS),),
        charts=(CURVE_CHART,),
        about="Start here: three lines and how they make a bend. Move it with a, b, c and d.",
    )
    others = Sheet(
        "others",
        "Others",
        "The same two neurons with other activations",
        "a, b, c and d are those of the sheet ReLU. A sigmoid and a tanh bend softly; a leaky ReLU is never "
        "quite flat.",
        tables=(Table("others", OTHER_COLUMNS, POINTS),),
        charts=(
            _curves("c*f(a*x + b) + d", "out", "output", x="x"),
            _curves("The derivative by z = a*x + b", "slope", "f'(z)", x="z"),
        ),
        about="ReLU, leaky ReLU, sigmoid and tanh over the same x, with their derivatives.",
    )
    kink = Sheet(
        "kink",
        "Kink",
        "Close to z = 0: can the derivative be estimated there?",
        "sentence",
        settings=(
            Setting("h", "h", h, "How far z is moved for an estimate."),
            Setting("z_step", "Step of z", 0.005, "From one row to the next; z = 0 is in the middle."),
            Setting("tolerance", "Tolerance", 0.02, "An estimate may be off by so much and still PASS."),
        ),
        outputs=(Output("sentence", "", KINK_SENTENCE, style="text"), *FAILS),
        outputs_title=f"Rows of {ZOOM} where the estimate fails",
        tables=(Table("kink", KINK_COLUMNS, ZOOM),),
        charts=KINK_CHARTS,
        about="The four derivatives close to z = 0, exact and estimated, with PASS and FAIL.",
    )
    return Book(name, question, page_of(__file__).words(), (curve, others, kink), options.described())


SENTENCE = """(
    join("Dead: a*x + b is above 0 for no x here. The output is flat at d = ", weight_d,
         " and only d still learns.")
    if z_largest <= 0 else
    "Straight: a*x + b is above 0 for every x here, "
    "so the ReLU changes nothing and two neurons make one line."
    if z_smallest > 0 else
    join("The bend is at x = -b/a = ", format(bend, "0.0##"), ". To the ",
         "left" if weight_a > 0 else "right",
         " of it the ReLU lets nothing through and the output is flat at d = ", weight_d,
         "; on the other side its slope is a*c = ", format(weight_a*weight_c, "0.0##"), ".")
)"""
CURVE = "From x to the output"
CURVE_COLUMNS = group(
    CURVE,
    counter("row", "Counts the rows."),
    Column("x", "x_first + (row - 1)*x_step", "The input.", style="data"),
    Column("z", "weight_a*x + weight_b", "The first neuron: a*x + b.", header="a*x + b"),
    Column("act", "max(0, z)", "The ReLU: z where it is above 0, else 0.", header="max(0, z)"),
    Column("out", "weight_c*act + weight_d", header="c*max(0, z) + d", width=12).says(
        "The second neuron: c*max(0, z) + d."
    ),
)
CURVE_CHART = Chart(
    "A line, cut off, stretched and lifted",
    "x",
    "value",
    (
        Series("curve", "x", "z", "a*x + b", GREY, dash=True),
        Series("curve", "x", "act", "max(0, a*x + b)", ORANGE),
        Series("curve", "x", "out", "c*max(0, a*x + b) + d", BLUE),
    ),
)


OTHER_COLUMNS = (
    *group(
        CURVE,
        counter("row", "Counts the rows."),
        Column("x", "index(curve.x, row)", "The input, from the sheet ReLU.", style="data"),
        Column("z", "curve.weight_a*x + curve.weight_b", "The first neuron: a*x + b.", header="a*x + b"),
    ),
    *group(
        "Activation f(z)", *(Column(f.key, f.value, f"{f.name} of z.", header=f.name) for f in ACTIVATIONS)
    ),
    *group(
        "Output c*f(z) + d",
        *(
            Column(f"out_{f.key}", f"curve.weight_c*{f.key} + curve.weight_d", header=f.name).says(
                f"c * {f.name} + d."
            )
            for f in ACTIVATIONS
        ),
    ),
    *group(
        "Derivative f'(z)",
        *(
            Column(f"slope_{f.key}", f.slope, f"The exact derivative of {f.name} by z.", header=f.name)
            for f in ACTIVATIONS
        ),
    ),
)


def _curves(title: str, kind: str, y_title: str, *, x: str) -> Chart:
    lines = (
        Series("others", x, f"{kind}_{f.key}", f.name, f.color, dash=f.key == "leaky") for f in ACTIVATIONS
    )
    return Chart(title, x, y_title, tuple(lines))


def _estimates(f: Activation) -> Iterator[Column]:
    """Yield an activation's value, its derivative, exact and estimated, and the verdicts."""
    right, left = f.at("(z + h)"), f.at("(z - h)")
    yield Column(f.key, f.value, f"{f.name} of z.", header="f(z)")
    yield Column(f"slope_{f.key}", f.slope, header="exact").says(
        "The exact derivative; at the kink 0 by convention, as in PyTorch."
    )
    yield Column(f"fwd_{f.key}", f"({right} - {f.key})/h", header="forward").says(
        "Forward: (f(z + h) - f(z)) / h."
    )
    yield Column(f"cen_{f.key}", f"({right} - ({left}))/(2*h)", header="central").says(
        "Central: (f(z + h) - f(z - h)) / 2h."
    )
    for way, name in WAYS.items():
        verdict = f'"PASS" if abs({way}_{f.key} - slope_{f.key}) <= tolerance else "FAIL"'
        yield Column(f"{way}_ok_{f.key}", verdict, header=name, style="verdict").says(
            f"Whether the {name} estimate is close enough."
        )


# The derivative of the ReLU jumps; one line through it would look like a slope.
JUMP = group(
    "Helpers of the chart",
    helper("left_of_0", "slope_relu if z <= 0 else na()").says(
        "For the chart: the exact derivative of the ReLU up to 0."
    ),
    helper("right_of_0", "slope_relu if z > 0 else na()", "For the chart: the same above 0."),
)
KINK_COLUMNS = (
    *group(
        "Close to 0",
        counter("row", "Counts the rows."),
        Column("z", f"(row - {ZOOM // 2 + 1})*z_step", "0 in the middle row.", style="data"),
    ),
    *(column for f in ACTIVATIONS for column in group(f.name, *_estimates(f))),
    *JUMP,
)
FAILS = tuple(
    Output(
        f"{way}_fails_{f.key}",
        f"{f.name}, {name}",
        f'count_if(kink.{way}_ok_{f.key}, "FAIL")',
        style="general",
    ).says("Off by more than the tolerance.")
    for f in ACTIVATIONS
    for way, name in WAYS.items()
)
KINK_SENTENCE = """(
    "Careful: an estimate is an error value, because it divides by h. Try an h above 0."
    if iferror(sum(kink.fwd_relu), -1E+300) < -1E+299 else
    join("The ReLU has a kink at 0: there the forward estimate fails in ", fwd_fails_relu,
         " row" if fwd_fails_relu == 1 else " rows", " and the central one in ", cen_fails_relu,
         "; tanh, which bends softly, fails in ", fwd_fails_tanh + cen_fails_tanh, ".")
)"""


def _kink_chart(key: str, name: str, *exact: Series) -> Chart:
    estimates = (
        Series("kink", "z", f"fwd_{key}", "forward", VERMILLION, marker=True),
        Series("kink", "z", f"cen_{key}", "central", BLUE, marker=True),
    )
    return Chart(f"{name}: exact and estimated derivative", "z", "derivative by z", (*exact, *estimates))


KINK_CHARTS = (
    replace(
        _kink_chart(
            "relu",
            "ReLU",
            Series("kink", "z", "left_of_0", "exact, z up to 0", BLACK),
            Series("kink", "z", "right_of_0", "exact, z above 0", GREY),
        ),
        y_min=-0.1,
        y_max=1.1,
    ),
    _kink_chart("tanh", "tanh", Series("kink", "z", "slope_tanh", "exact", BLACK)),
)
