"""The helper columns that watch a training: its health block counts with them."""

from __future__ import annotations

from xlneuron.tables.model import Column, for_chart, helper


def shown_column(style: str = "error") -> Column:
    """Return the helper column of the error for a chart."""
    return helper("shown", for_chart("err", "err > 0"), style=style).says(
        "The error for the chart: #N/A is a gap in its line."
    )


def sum_column(key: str, of: str, note: str) -> Column:
    """Return the helper column that adds up within an epoch."""
    return helper(key, f"{of} if row == 1 else prev.{key} + {of}", note, of)


EXPLODED_COLUMN = helper("exploded", "(1 if err > limit else 0) if isnumber(err) else 1", style="flag").says(
    "1 if the error is over the limit of the health block."
)


def run_column(key: str, test: str) -> Column:
    """Return the helper column that counts for how many rows in a row something has been so."""
    return helper(key, f"prev.{key} + 1 if {test} else 0", first=f"1 if {test} else 0", style="flag")
