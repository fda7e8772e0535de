"""The workbook of a sweep: the RMSE by learning rate and starting weights as a heat map, and every run."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import median

from xlneuron.books.words import page_of
from xlneuron.engine.sweep import RUINED_RMSE, Sweep
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Sheet, Table, Words, group
from xlneuron.xlsx.styles import BLUE, ORANGE

MAX_WEIGHTS = 40  # of a network whose weights are listed

BEST_RATE, BEST_SEED = (f"index(runs.{column}, match(best, runs.rmse))" for column in ("rate", "seed"))

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
            Output("best_rate", "Its learning rate", BEST_RATE, style="general"),
            Output("best_seed", "Its seed", BEST_SEED, style="general").says(
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


def _given(key: str, header: str, note: str, values: Cells | list[float], style: str = "number") -> Column:
    """Return a column of what the sweep found."""
    return Column(key, "", note, header=header, style=style, values=values)


def _map(sweep: Sweep, rmse: list[Cells]) -> Table:
    rate = _given("rate", "learning rate", "The learning rate.", sweep.learning_rates.tolist(), "small")
    seeds = (
        _given(f"seed_{seed}", f"seed {seed}", "", [row[place] for row in rmse], "error")
        for place, seed in enumerate(sweep.seeds)
    )
    return Table("map", (*group("Training", rate), *group("RMSE by seed", *seeds)), len(rmse))


def _curve(sweep: Sweep, rmse: list[Cells]) -> Table:
    """Return the learning rates at which at least half of the runs did not explode; the chart shows these."""
    kept = [
        (rate, min(row), median(row))
        for rate, row, cells in zip(sweep.learning_rates.tolist(), sweep.rmse.tolist(), rmse, strict=True)
        if 2 * cells.count("exploded") < len(cells)
    ] or [(float(sweep.learning_rates[0]), 0.0, 0.0)]
    rates, best, middle = (list(column) for column in zip(*kept, strict=True))
    columns = group(
        "Where most seeds learn",
        _given("rate", "learning rate", "The learning rate.", rates, "small"),
        _given("best", "best", "The smallest RMSE of all seeds.", best, "short"),
        _given("middle", "median", "Half of the seeds end below, half above.", middle, "short"),
    )
    return Table("curve", columns, len(kept))


def _runs(sweep: Sweep, rmse: list[Cells]) -> Table:
    names = sweep.network.weight_names if sweep.network.n_weights <= MAX_WEIGHTS else ()
    rates, seeds = len(sweep.learning_rates), len(sweep.seeds)
    start, final = (
        dict(zip(names, array.reshape(-1, sweep.network.n_weights).T.tolist(), strict=True)) if names else {}
        for array in (sweep.start, sweep.weights)
    )

    rate = [rate for rate in sweep.learning_rates.tolist() for _ in range(seeds)]
    seed = [float(seed) for seed in sweep.seeds] * rates
    before = [float(rmse) for rmse in sweep.rmse_start] * rates
    after = [cell for row in rmse for cell in row]
    columns = (
        *group(
            "Run",
            _given("rate", "learning rate", "The learning rate.", rate, "small"),
            _given("seed", "", "The number that the starting weights are made from.", seed, "integer"),
        ),
        *group(
            "RMSE",
            _given("before", "RMSE before", "The RMSE of the starting weights.", before, "short"),
            _given("rmse", "RMSE after", "The RMSE of the final weights.", after, "short"),
        ),
        *group(
            "Starting weights",
            *(
                _given(f"start_{name}", f"{name} before", f"Weight {name} before training.", values * rates)
                for name, values in start.items()
            ),
        ),
        *group(
            "Final weights",
            *(
                _given(f"final_{name}", f"{name} after", f"Weight {name} after training.", _finite(values))
                for name, values in final.items()
            ),
        ),
    )
    return Table("runs", columns, rates * seeds)


def _finite(values: list[float]) -> Cells:
    return [value if math.isfinite(value) else "overflow" for value in values]


CHART = Chart(
    "RMSE by learning rate, where most seeds learn",
    "learning rate",
    "RMSE",
    (Series("curve", "rate", "middle", "median", ORANGE), Series("curve", "rate", "best", "best", BLUE)),
    log_x=True,
)


def _words(sweep: Sweep) -> Words:
    """Return the words, with what this sweep found."""
    page = page_of(__file__)
    rate, seed = sweep.best
    words = page.words(
        seed=sweep.seeds[seed],
        rmse=f"{sweep.rmse[rate, seed]:.3g}",
        rate=f"{sweep.learning_rates[rate]:.3g}",
        smaller=page.text("Smaller rates" if rate else "No smaller rates"),
        larger=page.text(_larger(sweep, rate, seed)),
    )
    exploded = page.texts("Exploded") if sweep.exploded.any() else ()
    return replace(words, shows=(*words.shows, *exploded))


def _larger(sweep: Sweep, rate: int, seed: int) -> str:
    """Return which text says what larger rates than a seed's best do to it."""
    if sweep.exploded[rate:, seed].any():
        return "Larger rates explode"
    return "Larger rates" if rate + 1 < len(sweep.learning_rates) else "No larger rates"
