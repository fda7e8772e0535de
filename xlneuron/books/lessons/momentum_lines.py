"""The first sheets of 05: momentum of a sine, and of constant and alternating steps."""

from __future__ import annotations

from xlneuron.books.lessons.parts import HELPERS
from xlneuron.tables.model import Chart, Column, Output, Series, Setting, Sheet, Table
from xlneuron.xlsx.styles import BLUE, GREY, ORANGE

WAVE_ROWS, STEP_ROWS, TURN_ROWS = 126, 100, 40

# Sheet Smooth: momentum of a sine.
SMOOTH = Sheet(
    "smooth",
    "Smooth",
    "Momentum smooths y = sin(x): m = mom*m + (1 - mom)*y",
    "sentence",
    settings=(
        Setting("mom", "mom (beta)", 0.9, "How much of the momentum is kept in every row."),
        Setting("start", "Momentum at the start", 0, "m before the first row."),
        Setting("wiggle", "Wiggle", 0, "Makes y jump up and down by this from row to row. Try 0.5."),
        Setting("spacing", "x from row to row", 0.1, "A smaller one makes the wave longer, in rows."),
    ),
    outputs=(
        Output(
            "sentence",
            "",
            (
                '"Careful: set mom to at least 0 and below 1; outside of that it is no average." '
                "if mom < 0 or mom >= 1 else "
                '"With mom 0 nothing is kept: the momentum is y itself." if mom == 0 else '
                'join("Momentum averages about the last ", format(window, "0"), " values: it goes down to ",'
                ' format(lowest, "0.00"), " where y goes down to ", format(lowest_y, "0.00"), '
                '(join(", and follows ", lag, " row" if lag == 1 else " rows", " behind") '
                'if both(isnumber(lag), lag > 0) else ""), ".")'
            ),
            style="text",
        ),
        Output(
            "window",
            "Values it averages, about",
            '1/(1 - mom) if mom < 1 else "no average"',
            "1/(1 - mom)",
            style="general",
        ),
        Output(
            "lowest",
            "Lowest momentum",
            "min(smooth.m)",
            "An average is never as extreme as what it averages.",
            style="error",
        ),
        Output("lowest_y", "Lowest y", "min(smooth.y)", "The trough of the wave.", style="error"),
        Output(
            "lag",
            "Rows it lags behind",
            'iferror(match(1, smooth.falls) - match(1, smooth.wave_falls), "it never falls")',
            "From where sin(x) falls below 0 to where the momentum does.",
            style="general",
        ),
    ),
    outputs_title="What it does to the line",
    tables=(
        Table(
            "smooth",
            (
                Column(
                    "t",
                    "prev.t + 1",
                    "Counts the rows.",
                    "1",
                    header="row",
                    style="integer",
                    group="The line",
                ),
                Column("x", "spacing*(t - 1)", "The input of the sine.", style="data", group="The line"),
                Column("wave", "sin(x)", "The wave.", header="sin(x)", group="The line"),
                Column(
                    "zigzag",
                    "-prev.zigzag",
                    "The wiggle: up and down from row to row.",
                    "wiggle",
                    header="wiggle",
                    group="The line",
                ),
                Column(
                    "y",
                    "wave + zigzag",
                    "What momentum gets to see: sin(x), with the wiggle on top.",
                    group="The line",
                ),
                Column(
                    "before",
                    "prev.m",
                    "The momentum so far: that of the row above.",
                    "start",
                    header="m before",
                    group="Momentum",
                ),
                Column(
                    "m",
                    "mom*before + (1 - mom)*y",
                    "The new momentum: mom of the old one, and 1 - mom of y.",
                    group="Momentum",
                    functions="AVERAGE_GRAD(y, before, mom, 1)",
                ),
                Column(
                    "falls",
                    "(1 if m <= 0 else 0) if before > 0 else 0",
                    "1 in a row where the momentum falls below 0.",
                    style="flag",
                    group=HELPERS,
                    detail=True,
                ),
                Column(
                    "wave_falls",
                    "(1 if wave <= 0 else 0) if prev.wave > 0 else 0",
                    "1 in a row where sin(x) falls below 0.",
                    "0",
                    style="flag",
                    group=HELPERS,
                    detail=True,
                ),
            ),
            WAVE_ROWS,
        ),
    ),
    charts=(
        Chart(
            "y and its momentum",
            "x",
            "y and momentum",
            (Series("smooth", "x", "y", "y", GREY), Series("smooth", "x", "m", "momentum", BLUE)),
        ),
    ),
    about="Momentum as the learner drew it: an average that forgets, applied to a sine.",
)

SIZES = (
    Column("size_damp", "abs(damp)", "The size of the dampened momentum.", group=HELPERS, detail=True),
    Column(
        "size_plain", "abs(plain)", "The size of the momentum without dampening.", group=HELPERS, detail=True
    ),
)
# Sheet Steps: who is right about "the steps are getting bigger and bigger"?
STEPS = Sheet(
    "steps",
    "Steps",
    "Do the steps get bigger and bigger?",
    "sentence",
    settings=(
        Setting("mom", "mom", 0.9, "How much of the momentum is kept in every row."),
        Setting("first_step", "Step at first", 1, "The derivative in every row at first."),
        Setting("second_step", "Step later", 0.5, "The derivative in every row after that."),
        Setting("change_after", "Changes after row", 50, "The last row with the first step."),
    ),
    outputs=(
        Output(
            "sentence",
            "",
            (
                '"With mom 0 nothing is kept: the momentum is the step itself, with dampening and '
                'without." if mom == 0 else '
                'join("With mom 1 everything is kept: without dampening the steps add up, here to '
                '", format(top_plain, "0.00"), '
                '", and there is no limit; with dampening no step comes in and the momentum stays '
                '0.") if mom == 1 else '
                'join("Learner and teacher are both right. With dampening the momentum reaches ", '
                'format(top_damp, "0.00"), '
                '", never above the largest step of ", format(top_step, "0.00"), "; without, it gets to ", '
                'format(top_plain, "0.00"), ", and its limit is ", format(limit, "0.00"), ".")'
            ),
            style="text",
        ),
        Output("top_step", "Largest step", "max(steps.size)", "Whatever its sign.", style="error"),
        Output(
            "top_damp",
            "Largest, with dampening",
            "max(steps.size_damp)",
            "The learner: never above the largest step.",
            style="error",
        ),
        Output(
            "top_plain",
            "Largest, no dampening",
            "max(steps.size_plain)",
            "The teacher: bigger and bigger, if mom is above 0.",
            style="error",
        ),
        Output(
            "limit",
            "Its limit",
            'top_step/(1 - mom) if both(mom >= 0, mom < 1) else "none"',
            "Largest step / (1 - mom): at mom 0.9 ten times the step.",
            style="error",
        ),
        Output(
            "last_damp",
            "With dampening, at the end",
            "last(steps.damp)",
            "It comes towards the later step: the larger mom, the slower.",
            style="number",
        ),
        Output(
            "turn_damp",
            "Alternating, with dampening",
            "last(turns.size_damp)",
            "Its size in the last row.",
            style="number",
        ),
        Output(
            "turn_plain",
            "Alternating, no dampening",
            "last(turns.size_plain)",
            "Its size in the last row.",
            style="number",
        ),
    ),
    outputs_title="How far the momentum gets",
    tables=(
        Table(
            "steps",
            (
                Column(
                    "row",
                    "prev.row + 1",
                    "Counts the rows.",
                    "1",
                    style="integer",
                    group="The same step, then another",
                ),
                Column(
                    "step",
                    "first_step if row <= change_after else second_step",
                    "The derivative in this row.",
                    style="data",
                    group="The same step, then another",
                ),
                Column(
                    "damp",
                    "prev.damp*mom + step*(1 - mom)",
                    "With dampening: mom of the row above, 1 - mom of the step.",
                    "0*mom + step*(1 - mom)",
                    header="with dampening",
                    width=11,
                    group="The same step, then another",
                ),
                Column(
                    "plain",
                    "prev.plain*mom + step",
                    "No dampening: mom of the row above, and all of the step.",
                    "0*mom + step",
                    header="no dampening",
                    width=11,
                    group="The same step, then another",
                ),
                Column("size", "abs(step)", "The size of the step.", group=HELPERS, detail=True),
                *SIZES,
            ),
            STEP_ROWS,
        ),
        Table(
            "turns",
            (
                Column(
                    "row", "prev.row + 1", "Counts the rows.", "1", style="integer", group="Steps to and fro"
                ),
                Column(
                    "step",
                    "-prev.step",
                    "The derivative in this row: to and fro.",
                    "first_step",
                    style="data",
                    group="Steps to and fro",
                ),
                Column(
                    "damp",
                    "prev.damp*mom + step*(1 - mom)",
                    "With dampening: mom of the row above, 1 - mom of the step.",
                    "0*mom + step*(1 - mom)",
                    header="with dampening",
                    width=11,
                    group="Steps to and fro",
                ),
                Column(
                    "plain",
                    "prev.plain*mom + step",
                    "No dampening: mom of the row above, and all of the step.",
                    "0*mom + step",
                    header="no dampening",
                    width=11,
                    group="Steps to and fro",
                ),
                *SIZES,
            ),
            TURN_ROWS,
        ),
    ),
    charts=(
        Chart(
            "The same step again and again, then another",
            "row",
            "step and momentum",
            (
                Series("steps", "row", "step", "step", GREY),
                Series("steps", "row", "damp", "momentum with dampening", BLUE),
                Series("steps", "row", "plain", "momentum, no dampening", ORANGE),
            ),
        ),
        Chart(
            "With dampening, seen closer: never above the largest step",
            "row",
            "step and momentum",
            (
                Series("steps", "row", "step", "step", GREY),
                Series("steps", "row", "damp", "momentum with dampening", BLUE),
            ),
        ),
        Chart(
            "Steps to and fro",
            "row",
            "step and momentum",
            (
                Series("turns", "row", "step", "step", GREY, marker=True),
                Series("turns", "row", "damp", "momentum with dampening", BLUE),
                Series("turns", "row", "plain", "momentum, no dampening", ORANGE),
            ),
        ),
    ),
    about=(
        "Constant steps and steps to and fro, with and without dampening: the learner and the "
        "teacher are both right."
    ),
)
