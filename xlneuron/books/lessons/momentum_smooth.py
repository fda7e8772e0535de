"""Sheet Smooth of 05: the momentum of a sine."""

from __future__ import annotations

from xlneuron.books.lessons.parts import HELPERS
from xlneuron.tables.model import Chart, Column, Output, Series, Setting, Sheet, Table, counter, group, helper
from xlneuron.xlsx.styles import BLUE, GREY

ROWS = 126
SENTENCE = """(
    "Careful: set mom to at least 0 and below 1; outside of that it is no average."
    if mom < 0 or mom >= 1 else
    "With mom 0 nothing is kept: the momentum is y itself." if mom == 0 else
    join("Momentum averages about the last ", format(window, "0"), " values: it goes down to ",
         format(lowest, "0.00"), " where y goes down to ", format(lowest_y, "0.00"),
         (join(", and follows ", lag, " row" if lag == 1 else " rows", " behind")
          if both(isnumber(lag), lag > 0) else ""), ".")
)"""
WINDOW = '1/(1 - mom) if mom < 1 else "no average"'
LAG = 'iferror(match(1, smooth.falls) - match(1, smooth.wave_falls), "it never falls")'
COLUMNS = (
    *group(
        "The line",
        counter("t", "Counts the rows.", header="row"),
        Column("x", "spacing*(t - 1)", "The input of the sine.", style="data"),
        Column("wave", "sin(x)", "The wave.", header="sin(x)"),
        Column(
            "zigzag", "-prev.zigzag", "The wiggle: up and down from row to row.", "wiggle", header="wiggle"
        ),
        Column("y", "wave + zigzag", "What momentum gets to see: sin(x), with the wiggle on top."),
    ),
    *group(
        "Momentum",
        Column("before", "prev.m", "The momentum so far: that of the row above.", "start", header="m before"),
        Column("m", "mom*before + (1 - mom)*y", functions="AVERAGE_GRAD(y, before, mom, 1)").says(
            "The new momentum: mom of the old one, and 1 - mom of y."
        ),
    ),
    *group(
        HELPERS,
        helper("falls", "(1 if m <= 0 else 0) if before > 0 else 0", style="flag").says(
            "1 in a row where the momentum falls below 0."
        ),
        helper("wave_falls", "(1 if wave <= 0 else 0) if prev.wave > 0 else 0", first="0", style="flag").says(
            "1 in a row where sin(x) falls below 0."
        ),
    ),
)
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
        Output("sentence", "", SENTENCE, style="text"),
        Output("window", "Values it averages, about", WINDOW, "1/(1 - mom)", style="general"),
        Output("lowest", "Lowest momentum", "min(smooth.m)", style="error").says(
            "An average is never as extreme as what it averages."
        ),
        Output("lowest_y", "Lowest y", "min(smooth.y)", "The trough of the wave.", style="error"),
        Output("lag", "Rows it lags behind", LAG, style="general").says(
            "From where sin(x) falls below 0 to where the momentum does."
        ),
    ),
    outputs_title="What it does to the line",
    tables=(Table("smooth", COLUMNS, ROWS),),
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
