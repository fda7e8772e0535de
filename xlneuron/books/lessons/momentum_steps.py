"""Sheet Steps of 05: who is right about "the steps are getting bigger and bigger"?"""

from __future__ import annotations

from xlneuron.books.lessons.parts import HELPERS
from xlneuron.tables.model import Chart, Column, Output, Series, Setting, Sheet, Table, counter, group, helper
from xlneuron.xlsx.styles import BLUE, GREY, ORANGE

STEP_ROWS, TURN_ROWS = 100, 40
SENTENCE = """(
    "With mom 0 nothing is kept: the momentum is the step itself, with dampening and without."
    if mom == 0 else
    join("With mom 1 everything is kept: without dampening the steps add up, here to ",
         format(top_plain, "0.00"),
         ", and there is no limit; with dampening no step comes in and the momentum stays 0.")
    if mom == 1 else
    join("Learner and teacher are both right. With dampening the momentum reaches ", format(top_damp, "0.00"),
         ", never above the largest step of ", format(top_step, "0.00"), "; without, it gets to ",
         format(top_plain, "0.00"), ", and its limit is ", format(limit, "0.00"), ".")
)"""
# The momentum of a step, in both ways.
PART = "step*(1 - mom)"
MOMENTA = (
    Column(
        "damp",
        "prev.damp*mom + step*(1 - mom)",
        first="0*mom + step*(1 - mom)",
        header="with dampening",
        width=11,
    ).says("With dampening: mom of the row above, 1 - mom of the step."),
    Column("plain", "prev.plain*mom + step", first="0*mom + step", header="no dampening", width=11).says(
        "No dampening: mom of the row above, and all of the step."
    ),
)
SIZES = (
    helper("size_damp", "abs(damp)", "The size of the dampened momentum."),
    helper("size_plain", "abs(plain)", "The size of the momentum without dampening."),
)
ROW = counter("row", "Counts the rows.")
STEP_COLUMNS = (
    *group(
        "The same step, then another",
        ROW,
        Column("step", "first_step if row <= change_after else second_step", style="data").says(
            "The derivative in this row."
        ),
        *MOMENTA,
    ),
    *group(HELPERS, helper("size", "abs(step)", "The size of the step."), *SIZES),
)
TURN_COLUMNS = (
    *group(
        "Steps to and fro",
        ROW,
        Column("step", "-prev.step", "The derivative in this row: to and fro.", "first_step", style="data"),
        *MOMENTA,
    ),
    *group(HELPERS, *SIZES),
)
LIMIT = 'top_step/(1 - mom) if both(mom >= 0, mom < 1) else "none"'
RESULTS = (
    Output("top_step", "Largest step", "max(steps.size)", "Whatever its sign.", style="error"),
    Output("top_damp", "Largest, with dampening", "max(steps.size_damp)", style="error").says(
        "The learner: never above the largest step."
    ),
    Output("top_plain", "Largest, no dampening", "max(steps.size_plain)", style="error").says(
        "The teacher: bigger and bigger, if mom is above 0."
    ),
    Output(
        "limit", "Its limit", 'top_step/(1 - mom) if both(mom >= 0, mom < 1) else "none"', style="error"
    ).says("Largest step / (1 - mom): at mom 0.9 ten times the step."),
    Output("last_damp", "With dampening, at the end", "last(steps.damp)").says(
        "It comes towards the later step: the larger mom, the slower."
    ),
    Output("turn_damp", "Alternating, with dampening", "last(turns.size_damp)", "Its size in the last row."),
    Output("turn_plain", "Alternating, no dampening", "last(turns.size_plain)", "Its size in the last row."),
)


def _lines(table: str, *, dots: bool = False, plain: bool = True) -> tuple[Series, ...]:
    lines = (
        Series(table, "row", "step", "step", GREY, marker=dots),
        Series(table, "row", "damp", "momentum with dampening", BLUE),
        Series(table, "row", "plain", "momentum, no dampening", ORANGE),
    )
    return lines if plain else lines[:2]


def _chart(title: str, lines: tuple[Series, ...]) -> Chart:
    return Chart(title, "row", "step and momentum", lines)


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
    outputs=(Output("sentence", "", SENTENCE, style="text"), *RESULTS),
    outputs_title="How far the momentum gets",
    tables=(Table("steps", STEP_COLUMNS, STEP_ROWS), Table("turns", TURN_COLUMNS, TURN_ROWS)),
    charts=(
        _chart("The same step again and again, then another", _lines("steps")),
        _chart("With dampening, seen closer: never above the largest step", _lines("steps", plain=False)),
        _chart("Steps to and fro", _lines("turns", dots=True)),
    ),
    about="Constant steps and steps to and fro, with and without dampening: the learner and the teacher are "
    "both right.",
)
