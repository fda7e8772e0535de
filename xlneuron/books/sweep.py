"""The workbook of a sweep: the RMSE by learning rate and starting weights as a heat map, and every run."""

from __future__ import annotations

import math
from statistics import median

from xlneuron.engine.sweep import RUINED_RMSE, Sweep
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Sheet, Table, Words, group
from xlneuron.xlsx.styles import BLUE, ORANGE

MAX_WEIGHTS = 40  # of a network whose weights are listed

Cells = list[float | str]


def sweep_book(sweep: Sweep, options: dict[str, object]) -> Book:
    """Return the workbook; `options` is how the sweep was made, kept in the file."""
    text = sweep.network.text
    rmse = shown_rmse(sweep)
    heat = Sheet(
        "heat",
        "Heat map",
        f"Where network {text} learns",
        "The RMSE over the data after training: white is good, dark is bad.",
        outputs=(
            Output("best", "Smallest RMSE", "min(runs.rmse)", "Of all runs.", style="error"),
            Output(
                "best_rate", "Its learning rate", "index(runs.rate, match(best, runs.rmse))", style="general"
            ).says(""),
            Output("best_seed", "Its seed", "index(runs.seed, match(best, runs.rmse))", style="general").says(
                "The starting weights are on sheet Runs."
            ),
            Output("n_runs", "Runs", "rows(runs.rmse)", "Learning rates x seeds.", style="general"),
            Output("n_exploded", "Exploded", 'count_if(runs.rmse, "exploded")', style="general").says(
                f"Ended at over {RUINED_RMSE:g} times the RMSE that they started with."
            ),
        ),
        outputs_title="The best run",
        tables=(_map(sweep, rmse), _curve(sweep, rmse)),
        charts=(CHART,),
        about="A row for every learning rate, a column for every seed (starting weights).",
    )
    runs = Sheet(
        "runs",
        "Runs",
        "Every run",
        "One row per learning rate and seed.",
        tables=(_runs(sweep, rmse),),
        about="The list of all runs, with their weights before and after training.",
    )
    return Book("sweep", f"Which learning rates suit network {text}?", _words(sweep), (heat, runs), options)


def shown_rmse(sweep: Sweep) -> list[Cells]:
    """Return the RMSE of every run as a cell shows it, by learning rate: a number, or `exploded`."""
    return [
        ["exploded" if exploded else value for value, exploded in zip(*row, strict=True)]
        for row in zip(sweep.rmse.tolist(), sweep.exploded.tolist(), strict=True)
    ]


def _map(sweep: Sweep, rmse: list[Cells]) -> Table:
    seeds = (
        Column(
            f"seed_{seed}",
            values=[row[place] for row in rmse],
            header=f"seed {seed}",
            style="error",
            group="RMSE by seed",
        )
        for place, seed in enumerate(sweep.seeds)
    )
    rate = Column(
        "rate",
        "",
        header="learning rate",
        style="small",
        group="Training",
        values=sweep.learning_rates.tolist(),
    ).says("The learning rate.")
    return Table("map", (rate, *seeds), len(rmse))


def _curve(sweep: Sweep, rmse: list[Cells]) -> Table:
    """Return the learning rates at which at least half of the runs did not explode; the chart shows these."""
    kept = [
        (rate, min(row), median(row))
        for rate, row, cells in zip(sweep.learning_rates.tolist(), sweep.rmse.tolist(), rmse, strict=True)
        if 2 * cells.count("exploded") < len(cells)
    ] or [(float(sweep.learning_rates[0]), 0.0, 0.0)]
    rates, best, middle = (list(column) for column in zip(*kept, strict=True))
    band = "Where most seeds learn"
    return Table(
        "curve",
        group(
            band,
            Column("rate", "", "The learning rate.", header="learning rate", style="small", values=rates),
            Column("best", "", "The smallest RMSE of all seeds.", header="best", style="short", values=best),
            Column("middle", "", header="median", style="short", values=middle).says(
                "Half of the seeds end below, half above."
            ),
        ),
        len(kept),
    )


def _runs(sweep: Sweep, rmse: list[Cells]) -> Table:
    names = sweep.network.weight_names if sweep.network.n_weights <= MAX_WEIGHTS else ()
    rates, seeds = len(sweep.learning_rates), len(sweep.seeds)
    start, final = (
        dict(zip(names, array.reshape(-1, sweep.network.n_weights).T.tolist(), strict=True)) if names else {}
        for array in (sweep.start, sweep.weights)
    )

    def repeated(values: list[float]) -> list[float]:
        return [float(value) for value in values] * rates

    columns = (
        *group(
            "Run",
            Column(
                "rate",
                "",
                header="learning rate",
                style="small",
                values=[rate for rate in sweep.learning_rates.tolist() for _ in range(seeds)],
            ).says("The learning rate."),
            Column("seed", "", style="integer", values=repeated(list(sweep.seeds))).says(
                "The number that the starting weights are made from."
            ),
        ),
        *group(
            "RMSE",
            Column(
                "before", "", header="RMSE before", style="short", values=repeated(sweep.rmse_start.tolist())
            ).says("The RMSE of the starting weights."),
            Column(
                "rmse", "", header="RMSE after", style="short", values=[cell for row in rmse for cell in row]
            ).says("The RMSE of the final weights."),
        ),
        *group(
            "Starting weights",
            *(
                Column(f"start_{name}", "", header=f"{name} before", values=repeated(values)).says(
                    f"Weight {name} before training."
                )
                for name, values in start.items()
            ),
        ),
        *group(
            "Final weights",
            *(
                Column(
                    f"final_{name}",
                    "",
                    header=f"{name} after",
                    values=[value if math.isfinite(value) else "overflow" for value in values],
                ).says(f"Weight {name} after training.")
                for name, values in final.items()
            ),
        ),
    )
    return Table("runs", columns, rates * seeds)


CHART = Chart(
    "RMSE by learning rate, where most seeds learn",
    "learning rate",
    "RMSE",
    (Series("curve", "rate", "middle", "median", ORANGE), Series("curve", "rate", "best", "best", BLUE)),
    log_x=True,
)


def _words(sweep: Sweep) -> Words:
    """Return the words, with what this sweep found."""
    rate, seed = sweep.best
    shows = [
        (
            "The same network was trained many times: at every learning rate, from the starting weights of"
            " every seed."
        ),
        "On the heat map the darker a cell, the larger the error that the run ended with.",
    ]
    if sweep.exploded.any():
        shows.append(
            "A run whose steps were so large that it ended far worse than it started says: exploded."
        )
    return Words(
        shows=tuple(shows),
        experiments=(
            (
                f"Follow the column of seed {sweep.seeds[seed]} on the heat map from the top to the bottom.",
                _down(sweep, rate, seed),
            ),
            (
                "Follow one row.",
                (
                    "The same learning rate suits some starting weights and not others: that is luck, and why"
                    " one run shows little."
                ),
            ),
            (
                "Sort sheet Runs by its RMSE.",
                (
                    f"The best run has the learning rate {sweep.learning_rates[rate]:.3g}. See how far down"
                    " the list other rates begin, and which of them were only too slow."
                ),
            ),
        ),
    )


def _down(sweep: Sweep, rate: int, seed: int) -> str:
    """Return what the learning rates do to one seed, whose best is given."""
    rates = [f"{each:.3g}" for each in sweep.learning_rates]
    found = f"The RMSE is smallest, {sweep.rmse[rate, seed]:.3g}, at the learning rate {rates[rate]}."
    if rate:
        found += " With smaller ones the steps are too short to get there in time."
    else:
        found += " That is the smallest one here: try smaller ones, too."
    if sweep.exploded[rate:, seed].any():
        return f"{found} With larger ones they overshoot, and the errors explode."
    if rate == len(rates) - 1:
        return f"{found} That is the largest one here: try larger ones, too."
    return f"{found} With larger ones they overshoot, though nothing explodes."
