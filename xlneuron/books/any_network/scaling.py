"""Scaled inputs: columns beside the data, and the numbers that they are made with."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.books.any_network.request import Request
from xlneuron.networks.columns import row_column, width
from xlneuron.tables.model import Column, Output, Table, group

# What is subtracted and what is divided by: (label, expression) of each.
STATISTICS = {
    "standard": (("Mean of {}", "average({})"), ("Deviation of {}", "deviation({})")),
    "minmax": (("Smallest {}", "min({})"), ("Range of {}", "max({0}) - min({0})")),
}
SAYS = {
    "standard": "minus the mean, divided by the standard deviation",
    "minmax": "minus the smallest, divided by the range: from 0 to 1",
}


def statistics(request: Request) -> Iterator[Output]:
    """Yield the results of the Data sheet that scaling is done with; the held back data does not count."""
    if request.scale == "none":
        return
    (less, less_expr), (by, by_expr) = STATISTICS[request.scale]
    for key, name in zip(request.plan.x, request.input_names, strict=True):
        column = f"data.{key}"
        spread = by_expr.format(column)
        yield Output(f"less_{key}", less.format(name), less_expr.format(column), "Of the data to train on.")
        yield Output(f"by_{key}", by.format(name), f"({spread}) if {spread} > 0 else 1").says(
            "Of the data to train on; 1 if all are the same."
        )


def scaled(key: str, value: str) -> str:
    """Return the expression of an input that is scaled with the Data sheet's numbers."""
    return f"({value} - data.less_{key})/data.by_{key}"


def scaled_table(request: Request, table: str, rows: int) -> Table:
    """Return the table beside a data table that has its scaled inputs."""
    columns = (
        Column(
            key, scaled(key, f"index({table}.{key}, row)"), header=f"{name}, scaled", width=width(name, 9)
        ).says(f"Input {name}, {SAYS[request.scale]}.")
        for key, name in zip(request.plan.x, request.input_names, strict=True)
    )
    return Table(f"{table}_scaled", group("Inputs, scaled", row_column(), *columns), rows)
