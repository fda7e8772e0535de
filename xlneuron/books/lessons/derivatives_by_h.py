"""The sheet By h of 08: one derivative, estimated with smaller and smaller h."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.tables.model import (
    Chart,
    Column,
    Output,
    Series,
    Setting,
    Sheet,
    Table,
    gap_unless,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLUE, VERMILLION

# Not below 1e-10: there the two errors are nearly equal, and spreadsheets differ in how they subtract them.
# As digit and power: 1E-01, 3E-02, 1E-02 ...
STEPS_OF_H = tuple((digit, power) for power in range(1, 11) for digit in (3, 1))[1:]
WAYS = ("forward", "central")
# By the key of their columns: the band, the squared error, its exact derivative by a. The error of a line
# is a parabola in a, that of a tanh neuron is none.
NEURONS = {
    "tanh": (
        "A tanh neuron, tanh(a*x + b)",
        "(tanh({a}*x + b) - y)**2",
        "2*(tanh(weight_a*x + b) - y)*(1 - tanh(weight_a*x + b)**2)*x",
    ),
    "line": ("A linear neuron, a*x + b", "({a}*x + b - y)**2", "2*(weight_a*x + b - y)*x"),
}


def by_h_sheet() -> Sheet:
    """Return the sheet, which has its own datapoint and weights."""
    return Sheet(
        "by_h",
        "By h",
        "The same derivative, estimated with smaller and smaller h",
        "sentence",
        settings=(
            Setting("x", "x", 0.5, "The datapoint's input."),
            Setting("y", "y", 0.2, "The datapoint's target."),
            Setting("weight_a", "Weight a", 1.0, "The derivative by a is looked at."),
            Setting("b", "Weight b", 0.5, "The bias."),
        ),
        outputs=OUTPUTS,
        outputs_title="The best h",
        tables=(Table("by_h", COLUMNS, len(STEPS_OF_H)),),
        charts=(
            _chart("tanh", "A tanh neuron: how far off the estimate is"),
            _chart("line", "A linear neuron: its error is a parabola (no line: exact to 13 digits)"),
        ),
        about="Start here: how far off the estimates are, for h from 0.1 down to 0.0000000001.",
    )


def _estimates(key: str, error: str, slope: str) -> Iterator[Column]:
    """Yield a neuron's derivative by a, its estimates, and how far off they are."""
    here, right, left = (error.format(a=a) for a in ("weight_a", "(weight_a + h)", "(weight_a - h)"))
    yield Column(f"{key}_exact", slope, header="exact", width=12, style="digits").says(
        "The exact derivative of the squared error by a."
    )
    yield Column(f"{key}_forward", f"({right} - {here})/h", header="forward", width=12, style="digits").says(
        "(error at a + h, minus error at a) / h."
    )
    yield Column(
        f"{key}_central", f"({right} - {left})/(2*h)", header="central", width=12, style="digits"
    ).says("(error at a + h, minus error at a - h) / 2h.")
    for way in WAYS:
        off = f"abs({key}_{way} - {key}_exact)/abs({key}_exact)"
        yield Column(f"{key}_{way}_off", off, header=f"{way} off by", style="small").says(
            "How far off, as a part of the exact derivative: 0.01 is 1 %."
        )


COLUMNS = (
    *group(
        "h = digit / 10^power",
        Column("digit", values=[digit for digit, _ in STEPS_OF_H], style="input").says(
            "The digit of h. Type your own."
        ),
        Column("power", values=[power for _, power in STEPS_OF_H], style="input").says(
            "How often it is divided by 10. Type your own: a whole number from 1 to 10."
        ),
        Column("h", "digit/10**power", style="small").says(
            "How far a is moved: digit / 10^power. 3.0E-02 is 3/10^2, or 0.03."
        ),
    ),
    *(
        column
        for key, (band, error, slope) in NEURONS.items()
        for column in group(band, *_estimates(key, error, slope))
    ),
    *group(
        "Helpers of the charts",
        *(
            helper(f"{off}_shown", gap_unless(f"{off}_off > 1e-13", f"{off}_off"), style="small").says(
                "For the chart: #N/A where nothing is off that could be drawn."
            )
            for off in (f"{key}_{way}" for key in NEURONS for way in WAYS)
        ),
    ),
)


def _best(column: str, of: str = "h") -> str:
    return f"index(by_h.{of}, match(min(by_h.{column}), by_h.{column}))"


def _best_h(column: str) -> str:
    """Return the parts of the best h in a sentence, spelled as the column spells it: 3.0E-08."""
    power = _best(column, "power")
    return f'format({_best(column, "digit")}, "0.0##"), "E-0" if {power} < 10 else "E-", {power}'


def _right(off: str) -> str:
    """Return the expression of how many digits are right if a number is off by this part of itself."""
    return f'(format(-log10({off}), "0") if {off} > 1e-15 else "15")'


SENTENCE = f"""(
    "Careful: here the exact derivative is 0, or an h is. Try another datapoint, weights or h."
    if iferror(off_forward + off_central, -1) < 0 else
    join("Of these h, forward differences do best with ", {_best_h("tanh_forward_off")}, ": about ",
         {_right("off_forward")}, " digits are right. Central ones do best with ",
         {_best_h("tanh_central_off")}, ": about ", {_right("off_central")}, " digits.")
)"""
PART = "As a part of the exact derivative."
OUTPUTS = (
    Output("sentence", "", SENTENCE, style="text"),
    Output("best_forward", "Best h, forward", _best("tanh_forward_off"), style="small").says(
        "Of the tanh neuron. 1.0E-05 is 0.00001."
    ),
    Output("off_forward", "Off by, at best", "min(by_h.tanh_forward_off)", PART, style="small"),
    Output(
        "best_central", "Best h, central", _best("tanh_central_off"), "Of the tanh neuron.", style="small"
    ),
    Output("off_central", "Off by, at best", "min(by_h.tanh_central_off)", PART, style="small"),
)


def _chart(key: str, title: str) -> Chart:
    lines = (
        Series("by_h", "h", f"{key}_forward_shown", "forward", VERMILLION),
        Series("by_h", "h", f"{key}_central_shown", "central", BLUE),
    )
    return Chart(
        title, "h (log scale)", "relative error (log scale)", lines, log_x=True, log_y=True, y_min=1e-13
    )
