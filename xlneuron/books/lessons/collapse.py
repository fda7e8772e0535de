"""The sheet Collapse of 02: the linear chain as one line, row by row, and what its steps do differently."""

from __future__ import annotations

from xlneuron.books.lessons.parts import HELPERS
from xlneuron.tables.fill import fill
from xlneuron.tables.model import (
    Chart,
    Column,
    Output,
    Series,
    Sheet,
    Table,
    counter,
    detail,
    for_chart,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLUE, GREY, ORANGE


def collapse_sheet(steps: int) -> Sheet:
    """Return the sheet; the book has the sheets `compare` and `chain` (its training) and the table `data`."""
    return Sheet(
        "collapse",
        "Collapse",
        "Two neurons without a ReLU are one line. So why do they train so differently?",
        "sentence",
        outputs=COLLAPSE_OUTPUTS,
        outputs_title="The same line, another step",
        tables=(Table("collapse", COLLAPSE_COLUMNS, steps),),
        charts=(STEP_ERRORS, PREDICTIONS),
        about="The linear chain written as one line, row by row: the same prediction, but much larger steps.",
    )


def _amount(result: str) -> str:
    """Return the expression of an error in a sentence, without the many digits of an exploded one."""
    return f"""(
        ("more than a billion" if {result} > 1000000000 else format({result}, "0"))
        if isnumber({result}) else "more than a number holds"
    )"""


def _chain(key: str, what: str, style: str = "number", header: str = "") -> Column:
    """Return a column of the linear chain's training."""
    width = 12 if style == "number" else None
    return Column(key, f"index(chain.{key}, step)", header=header, style=style, width=width).says(
        f"{what} on sheet Linear chain."
    )


SAME = """(
    ("PASS" if abs(line - pred) <= 1e-9*(abs(pred) + 1) else "FAIL") if isnumber(line) else "too large"
)"""
# The steps: of one neuron in the place of the line, and of the two neurons.
SLOPE_ONE = "-compare.learning_rate*((((slope + compare.h)*x + offset - y)**2 - (line - y)**2)/compare.h)"
OFFSET_ONE = "-compare.learning_rate*(((slope*x + (offset + compare.h) - y)**2 - (line - y)**2)/compare.h)"
AFTER_TWO = fill(
    "({c}*({a}*x + {b}) + {d} - y)**2", **{weight: f"index(chain.new_{weight}, step)" for weight in "abcd"}
)
COLLAPSE_COLUMNS = (
    *group(
        "The linear chain",
        counter("step", "One row is one step."),
        _chain("x", "The input", "data"),
        _chain("y", "The target", "data"),
        *(_chain(weight, f"Weight {weight} before the step") for weight in "abcd"),
        _chain("pred", "The prediction of the two neurons", "short", "their prediction"),
    ),
    *group(
        "As one line: slope*x + offset",
        Column("slope", "a*c", "The collapsed weight of x: a*c.", header="slope a*c", width=11),
        Column("offset", "b*c + d", "The collapsed bias: b*c + d.", header="offset b*c+d"),
        Column("line", "slope*x + offset", header="prediction of the line", style="short", width=10).says(
            "The prediction of the one line."
        ),
        Column("same", SAME, header="the same?", style="verdict").says(
            "Whether the line predicts the same as the two neurons, to 9 digits."
        ),
    ),
    *group(
        "The step changes the slope by",
        Column(
            "slope_two",
            "index(chain.new_a, step)*index(chain.new_c, step) - slope",
            header="slope change, two neurons",
            width=11,
        ).says("How much the step of the two neurons changes the slope a*c."),
        Column("slope_one", SLOPE_ONE, header="slope change, one neuron", width=11).says(
            "How much ONE neuron with this slope and offset would change its slope, at the same learning "
            "rate."
        ),
    ),
    *group(HELPERS, helper("offset_one", OFFSET_ONE, "How much that one neuron would change its offset.")),
    *group(
        "Squared error of this datapoint",
        Column("err", "(pred - y)**2", header="before the step", style="error", width=11).says(
            "The squared error before the step."
        ),
        Column("err_two", AFTER_TWO, header="after it, two neurons", style="error", width=11).says(
            "The squared error of the SAME datapoint after the step of the two neurons."
        ),
        Column(
            "err_one",
            "((slope + slope_one)*x + (offset + offset_one) - y)**2",
            header="after it, one neuron",
            style="error",
            width=11,
        ).says(
            "The squared error of the same datapoint after the step of one neuron with this slope and offset."
        ),
    ),
    *group(
        HELPERS,
        *(
            helper(f"shown_{key}", for_chart(key, f"{key} > 0"), style="error").says(
                "For the chart: #N/A is a gap in its line."
            )
            for key in ("err", "err_two", "err_one")
        ),
        helper("differ", "iferror(abs(err_two - err_one), 0)", style="error").says(
            "How far the two errors after the step are apart."
        ),
        *(
            helper(
                f"shown_{key}", for_chart(key, f"abs({key}) <= 3*largest_y"), "For the chart.", style="error"
            )
            for key in ("line", "pred")
        ),
    ),
)
SENTENCE = f"""join(
    "The same line in ", same, " of ", all, " rows, but not the same step: at row ", worst,
    " two neurons took the error from ", {_amount("before")}, " to ", {_amount("after_two")},
    "; one neuron in the same place would get to ", {_amount("after_one")}, "."
)"""
WORST = """(
    (exploded_row - 1 if exploded_row > 1 else 1)
    if isnumber(exploded_row) else match(max(collapse.differ), collapse.differ)
)"""
COLLAPSE_OUTPUTS = (
    Output("sentence", "", SENTENCE, style="text"),
    Output("same", "Rows with the same prediction", 'count_if(collapse.same, "PASS")', style="general").says(
        "c*(a*x + b) + d is (a*c)*x + (b*c + d): one line."
    ),
    detail("all", "Rows", "rows(collapse.step)", "All of them."),
    Output("worst", "The row to look at", WORST, style="general").says(
        "Its step exploded; if none did: where the two differ most."
    ),
    Output("before", "Error before its step", "index(collapse.err, worst)", style="short").says(
        "The squared error of this row's datapoint."
    ),
    Output("after_two", "After it, two neurons", "index(collapse.err_two, worst)", style="short").says(
        "The same datapoint once more."
    ),
    Output("after_one", "After it, one neuron", "index(collapse.err_one, worst)", style="short").says(
        "If one neuron stepped from the same line, at the same rate."
    ),
    Output(
        "squares",
        "a^2 + c^2 in that row",
        "index(collapse.a, worst)**2 + index(collapse.c, worst)**2",
        style="short",
    ).says("Their step aims at about so many times one neuron's change of slope."),
    detail("exploded_row", "First exploded row", "chain.exploded_row", "Of the linear chain."),
    detail("largest_y", "Largest y", "max(max(data.y), -min(data.y))").says(
        "The last chart leaves out what is over three times that."
    ),
)
STEP_ERRORS = Chart(
    "What a step does to the error of its own datapoint (up to 100 million)",
    "step",
    "squared error (log scale)",
    (
        Series("collapse", "step", "shown_err", "before the step", GREY),
        Series("collapse", "step", "shown_err_two", "after it, two neurons", ORANGE),
        Series("collapse", "step", "shown_err_one", "after it, one neuron", BLUE),
    ),
    log_y=True,
    y_min=1e-2,
    y_max=1e8,
)
PREDICTIONS = Chart(
    "The same predictions, until they explode",
    "step",
    "prediction",
    (
        Series("collapse", "step", "shown_pred", "two neurons", ORANGE, marker=True),
        Series("collapse", "step", "shown_line", "one line", BLUE),
        Series("collapse", "step", "y", "target", GREY, dash=True),
    ),
)
