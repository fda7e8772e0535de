"""The sheets of 07 that are not live: trainings with many rates and of many lengths, the course."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xlneuron.books.lessons.models import NEURON
from xlneuron.books.lessons.optimizer_sheets import RIVALS, all_of, lines, pick
from xlneuron.books.lessons.options import Options
from xlneuron.books.words import text_column, text_table
from xlneuron.engine.array import Array
from xlneuron.engine.network import parse, rmse_over
from xlneuron.engine.optimizers import Hyper
from xlneuron.engine.training import train
from xlneuron.tables.model import Chart, Column, Sheet, Table, counter, group, helper

RATES = (*(float(f"{digit}e{power}") for power in range(-6, 1) for digit in (1, 2, 5)), 10.0)
LENGTHS = (1, 2, 5, 10, 20, 50, 100)  # epochs
LENGTHS_STEPS = 5_000  # the sheet Length has no longer trainings, which would take too long
SHORT = 20  # epochs; a second chart of the lengths ends there
CEILING = 1000.0  # charts over rates draw what is above as this


def sweep(options: Options, start: tuple[float, ...], optimizer: str, epochs: tuple[int, ...]) -> list[Array]:
    """Return the RMSE over the data after so many epochs, for each rate of RATES; inf where it exploded."""
    network = parse(NEURON.network)
    x, y = np.array(options.x)[:, None], np.array(options.y)[:, None]
    trace = train(
        network,
        x,
        y,
        start,
        learning_rate=RATES,
        epochs=max(epochs),
        optimizer=optimizer,
        mom=Hyper.mom,
        sqr_mom=Hyper.sqr_mom,
        eps=Hyper.eps,
    )
    with np.errstate(all="ignore"):
        ends = [rmse_over(network, trace.new_weights[each * len(x) - 1], x, y) for each in epochs]
    return [np.where(np.isfinite(end), end, np.inf) for end in ends]


def best(found: Array) -> int:
    """Return which rate ended best."""
    return int(np.argmin(found))


def rates_sheet(epochs: int, start: tuple[float, ...], found: dict[str, Array]) -> Sheet:
    """Return the sheet of the RMSE by rate: for each optimiser, what `sweep` found for so many epochs."""
    return Sheet(
        "rates",
        "Rates",
        f"Which learning rate? RMSE after {_counted(epochs)}, by rate and optimiser",
        f"Each cell is a whole training from {_weights(start)} with mom {Hyper.mom} "
        f"and sqr_mom {Hyper.sqr_mom}: computed when this workbook was made, not live. "
        "The check on the right is live.",
        tables=(
            Table("grid", _grid_columns(found), len(RATES)),
            Table("chosen", (*CHOSEN, *NOW), len(RIVALS)),
        ),
        charts=(
            Chart(
                f"RMSE after {_counted(epochs)} (1000 stands for all above it)",
                "learning rate (log scale)",
                "RMSE (log scale)",
                lines("grid", "rate", "drawn_{}"),
                log_x=True,
                log_y=True,
                y_max=CEILING,
            ),
        ),
        about="The best learning rate of each optimiser, from a grid. Computed when the workbook was made.",
    )


def _grid_columns(found: dict[str, Array]) -> tuple[Column, ...]:
    drawn = f"min({{0}}, {CEILING:g}) if isnumber({{0}}) else {CEILING:g}"
    rate = Column("rate", values=RATES, header="learning rate", style="general", width=10).says(
        "The learning rate of the five trainings of this row."
    )
    ends = (
        Column(each.key, values=_cells(found[each.key]), header=each.name).says(
            f"RMSE over the data after training with {each.name} at this rate. Computed when the workbook "
            "was made."
        )
        for each in RIVALS
    )
    helpers = (
        helper(f"drawn_{each.key}", drawn.format(each.key), header=f"{each.name}, drawn").says(
            "For the chart: 1000 stands for all above it."
        )
        for each in RIVALS
    )
    return (*group("RMSE after training", rate, *ends), *group("For the chart", *helpers))


CHOSEN = group(
    "Best of the grid",
    counter("nr", "Counts the optimisers.", header="no."),
    Column(
        "optimizer", values=[each.name for each in RIVALS], header="optimiser", style="text", width=11
    ).says("Each has its own sheet."),
    Column("best_rmse", pick("min(grid.{})"), "The lowest RMSE of its column.", header="best RMSE"),
    Column(
        "best_rate",
        f"index(grid.rate, {pick('match(min(grid.{0}), grid.{0})')})",
        header="best rate",
        style="general",
        width=10,
    ).says("The rate that gave it."),
)
NOW = group(
    "Now, live",
    Column("used", "index(score.rate, nr)", header="rate in use", style="general", width=10).says(
        "The rate that its sheet has now."
    ),
    Column("live", "index(score.rmse, nr)", "The RMSE of its sheet now.", header="RMSE now"),
    Column(
        "in_grid",
        f'iferror({pick("index(grid.{}, match(used, grid.rate))")}, "not in grid")',
        header="grid says",
    ).says("What the grid says for that rate."),
    Column(
        "check",
        '("PASS" if abs(live - in_grid) <= 0.001*in_grid else "FAIL") '
        'if isnumber(in_grid) and isnumber(live) else "-"',
        header="grid is current",
        style="verdict",
    ).says(
        "PASS: the grid agrees with the live sheet. FAIL: the data, the start or another setting was changed "
        "after the grid was computed. Make the workbook again."
    ),
)


def lengths_sheet(lengths: tuple[int, ...], found: dict[str, list[Array]]) -> Sheet:
    """Return the sheet of the best RMSE by length: for each optimiser, what `sweep` found for each length."""
    charts = {
        "The best RMSE after so many epochs": max(lengths),
        f"Seen closer: the first {SHORT} epochs": SHORT,
    }
    return Sheet(
        "length",
        "Length",
        "How long is the race? The winner depends on when it ends",
        "Every optimiser at the rate of the grid that is best for that many epochs: computed when this "
        "workbook was made, not live.",
        tables=(Table("lengths", _length_columns(lengths, found), len(lengths)),),
        charts=tuple(
            Chart(
                title,
                "epochs",
                "RMSE (log scale)",
                lines("lengths", "epochs"),
                log_y=True,
                x_min=0,
                x_max=end,
            )
            for title, end in charts.items()
            if end <= max(lengths)
        ),
        about="Shorter and longer races, each with its own best rates. Computed when the workbook was made.",
    )


def _length_columns(lengths: tuple[int, ...], found: dict[str, list[Array]]) -> tuple[Column, ...]:
    bests = {key: [best(end) for end in ends] for key, ends in found.items()}
    lowest = {
        key: [end[at] for end, at in zip(found[key], places, strict=True)] for key, places in bests.items()
    }
    epochs = Column("epochs", note="How long was trained.", values=lengths, style="general")
    ends = (
        Column(each.key, values=_rounded(_cells(lowest[each.key])), header=each.name, style="general").says(
            f"The lowest RMSE of {each.name} over all rates of the grid, to six digits."
        )
        for each in RIVALS
    )
    winner = Column("first", _first(), header="winner", style="general", width=11).says(
        "Who has the lowest RMSE of this row."
    )
    rates = (
        Column(
            f"rate_{each.key}",
            values=[RATES[at] for at in bests[each.key]],
            header=each.name,
            style="general",
            width=10,
        ).says(f"The learning rate with which {each.name} got there.")
        for each in RIVALS
    )
    return (
        *group("Training", epochs),
        *group("RMSE at the best rate", *ends, winner),
        *group("At the learning rate", *rates),
    )


def _first() -> str:
    """Return the expression of the name of the optimiser whose column is lowest."""
    *most, last = RIVALS
    tests = "".join(f'"{each.name}" if {each.key} <= min({all_of("{}")}) else ' for each in most)
    return f'{tests}"{last.name}"'


def _cells(values: Iterable[float]) -> list[float | str]:
    return [float(value) if np.isfinite(value) else "exploded" for value in values]


def _rounded(cells: list[float | str]) -> list[float | str]:
    """Return what a cell without a number format shows well, from 15.7965 down to 5.5864E-05."""
    return [cell if isinstance(cell, str) else float(f"{cell:.6g}") for cell in cells]


def _counted(epochs: int) -> str:
    return "1 epoch" if epochs == 1 else f"{epochs} epochs"


def _weights(start: tuple[float, ...]) -> str:
    return " and ".join(f"{name} = {weight:g}" for name, weight in zip(NEURON.weights, start, strict=True))


def course_sheet(rows: tuple[tuple[str, ...], ...]) -> Sheet:
    """Return the sheet of what differs from the course spreadsheet, from a table of the page."""
    return Sheet(
        "course",
        "Course",
        "What differs from the well-known course spreadsheet, and why",
        "The spreadsheet that most people copy their optimisers from is a fine lesson. Six things in it are "
        "different here.",
        tables=(
            text_table(
                "course",
                "Differences",
                rows,
                text_column("what", "What is different.", 27),
                text_column("theirs", "How the course spreadsheet does it.", 68),
                text_column("ours", "How this workbook does it.", 66),
                text_column("why", "Why it matters.", 84),
            ),
        ),
        about="Six differences from the spreadsheet that most people start with.",
    )
