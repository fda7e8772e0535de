"""The sheets of 07 that are not live: trainings with many learning rates, and of many lengths."""

from __future__ import annotations

import numpy as np

from xlneuron.books.lessons.models import NEURON
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.racers import RACERS, all_of, lines, pick
from xlneuron.engine.array import Array
from xlneuron.engine.network import parse, rmse_over
from xlneuron.engine.optimizers import Hyper
from xlneuron.engine.training import train
from xlneuron.tables.model import Chart, Column, Sheet, Table

RATES = (*(float(f"{digit}e{power}") for power in range(-6, 1) for digit in (1, 2, 5)), 10.0)
LENGTHS = (1, 2, 5, 10, 20, 50, 100)  # epochs
LENGTHS_STEPS = 5_000  # the sheet Length has no longer trainings, which would take too long
SHORT = 20  # epochs; a second chart of the lengths ends there
CEILING = 1000.0  # charts over rates draw what is above as this
GRID, CHOSEN, NOW = "RMSE after training", "Best of the grid", "Now, live"
BEST = "RMSE at the best rate"


def sweep(options: Options, start: tuple[float, ...], optimizer: str, epochs: tuple[int, ...]) -> list[Array]:
    """Return the RMSE over the data after so many epochs, for each rate of RATES; inf where it exploded."""
    network = parse(NEURON.network)
    x, y = np.array(options.x)[:, None], np.array(options.y)[:, None]
    trace = train(
        network, x, y, start, learning_rate=RATES, epochs=max(epochs), optimizer=optimizer,
        mom=Hyper.mom, sqr_mom=Hyper.sqr_mom, eps=Hyper.eps,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        ends = [rmse_over(network, trace.new_weights[each * len(x) - 1], x, y) for each in epochs]
    return [np.where(np.isfinite(end), end, np.inf) for end in ends]


def best(found: Array) -> int:
    """Return which rate ended best."""
    return int(np.argmin(found))


def rates_sheet(epochs: int, start: tuple[float, ...], found: dict[str, Array]) -> Sheet:
    """Return the sheet of the RMSE by rate: for each optimiser, what `sweep` found for so many epochs."""
    drawn = f"min({{0}}, {CEILING:g}) if isnumber({{0}}) else {CEILING:g}"
    grid = Table("grid", (
        Column("rate", note="The learning rate of the five trainings of this row.", values=RATES,
               header="learning rate", style="general", width=10, group=GRID),
        *(
            Column(racer.key, note=f"RMSE over the data after training with {racer.name} at this rate. Computed "
                   "when the workbook was made.", values=_cells(found[racer.key]), header=racer.name, group=GRID)
            for racer in RACERS
        ),
        *(
            Column(f"drawn_{racer.key}", drawn.format(racer.key), "For the chart: 1000 stands for all above it.",
                   header=f"{racer.name}, drawn", group="For the chart", detail=True)
            for racer in RACERS
        ),
    ), len(RATES))  # fmt: skip
    chosen = Table("chosen", (
        Column("nr", "prev.nr + 1", "Counts the optimisers.", "1", header="no.", style="integer", group=CHOSEN),
        Column("optimizer", header="optimiser", note="Each has its own sheet.",
               values=[racer.name for racer in RACERS], style="text", width=11, group=CHOSEN),
        Column("best_rmse", pick("min(grid.{})"), "The lowest RMSE of its column.", header="best RMSE",
               group=CHOSEN),
        Column("best_rate", f"index(grid.rate, {pick('match(min(grid.{0}), grid.{0})')})",
               "The rate that gave it.", header="best rate", style="general", width=10, group=CHOSEN),
        Column("used", "index(score.rate, nr)", "The rate that its sheet has now.", header="rate in use",
               style="general", width=10, group=NOW),
        Column("live", "index(score.rmse, nr)", "The RMSE of its sheet now.", header="RMSE now", group=NOW),
        Column("in_grid", f'iferror({pick("index(grid.{}, match(used, grid.rate))")}, "not in grid")',
               "What the grid says for that rate.", header="grid says", group=NOW),
        Column("check", '("PASS" if abs(live - in_grid) <= 0.001*in_grid else "FAIL") '
               'if isnumber(in_grid) and isnumber(live) else "-"',
               "PASS: the grid agrees with the live sheet. FAIL: the data, the start or another setting was "
               "changed after the grid was computed. Make the workbook again.", header="grid is current",
               style="verdict", group=NOW),
    ), len(RACERS))  # fmt: skip
    return Sheet(
        "rates", "Rates", f"Which learning rate? RMSE after {_counted(epochs)}, by rate and optimiser",
        f"Each cell is a whole training from {_weights(start)} with mom {Hyper.mom} and sqr_mom {Hyper.sqr_mom}: "
        "computed when this workbook was made, not live. The check on the right is live.",
        tables=(grid, chosen),
        charts=(Chart(f"RMSE after {_counted(epochs)} (1000 stands for all above it)",
                      "learning rate (log scale)", "RMSE (log scale)",
                      lines("grid", "rate", "drawn_{}"), log_x=True, log_y=True, y_max=CEILING),),
        about="The best learning rate of each optimiser, from a grid. Computed when the workbook was made.",
    )  # fmt: skip


def lengths_sheet(lengths: tuple[int, ...], found: dict[str, list[Array]]) -> Sheet:
    """Return the sheet of the best RMSE by length: for each optimiser, what `sweep` found for each length."""
    bests = {key: [best(each) for each in ends] for key, ends in found.items()}
    table = Table("lengths", (
        Column("epochs", note="How long was trained.", values=lengths, style="general", group="Training"),
        *(
            Column(racer.key, note=f"The lowest RMSE of {racer.name} over all rates of the grid, to six digits.",
                   values=_rounded(_cells(np.array([ends[at] for at, ends in
                                                    zip(bests[racer.key], found[racer.key], strict=True)]))),
                   header=racer.name, style="general", group=BEST)
            for racer in RACERS
        ),
        Column("first", _first(), "Who has the lowest RMSE of this row.", style="general", header="winner",
               width=11, group=BEST),
        *(
            Column(f"rate_{racer.key}", note=f"The learning rate with which {racer.name} got there.",
                   values=[RATES[at] for at in bests[racer.key]], header=racer.name, style="general", width=10,
                   group="At the learning rate")
            for racer in RACERS
        ),
    ), len(lengths))  # fmt: skip
    return Sheet(
        "length", "Length", "How long is the race? The winner depends on when it ends",
        "Every optimiser at the rate of the grid that is best for that many epochs: computed when this workbook "
        "was made, not live.",
        tables=(table,),
        charts=tuple(
            Chart(title, "epochs", "RMSE (log scale)", lines("lengths", "epochs"), log_y=True, x_min=0, x_max=end)
            for title, end in (("The best RMSE after so many epochs", max(lengths)),
                               (f"Seen closer: the first {SHORT} epochs", SHORT))
            if end <= max(lengths)
        ),
        about="Shorter and longer races, each with its own best rates. Computed when the workbook was made.",
    )  # fmt: skip


def _first() -> str:
    """Return the expression of the name of the optimiser whose column is lowest."""
    *most, last = RACERS
    tests = "".join(f'"{racer.name}" if {racer.key} <= min({all_of("{}")}) else ' for racer in most)
    return f'{tests}"{last.name}"'


def _cells(values: Array) -> list[float | str]:
    return [float(value) if np.isfinite(value) else "exploded" for value in values]


def _rounded(cells: list[float | str]) -> list[float | str]:
    """Return what a cell without a number format shows well, from 15.7965 down to 5.5864E-05."""
    return [cell if isinstance(cell, str) else float(f"{cell:.6g}") for cell in cells]


def _counted(epochs: int) -> str:
    return "1 epoch" if epochs == 1 else f"{epochs} epochs"


def _weights(start: tuple[float, ...]) -> str:
    return " and ".join(f"{name} = {weight:g}" for name, weight in zip(NEURON.weights, start, strict=True))
