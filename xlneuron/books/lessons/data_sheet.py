"""The sheet Data of the lessons, and the columns with which another sheet goes through the data."""

from __future__ import annotations

from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import data_columns
from xlneuron.tables.model import Chart, Column, Series, Sheet, Table, counter
from xlneuron.xlsx.styles import BLACK

DATAPOINTS = Series("data", "x", "y", "data", BLACK, marker=True)
# A row for every datapoint.
DATAPOINT = (
    counter("row", "The datapoint."),
    Column("x", "index(data.x, row)", "The input.", style="data"),
    Column("y", "index(data.y, row)", "The target.", style="data"),
)


def data_sheet(
    options: Options,
    about: str,
    *,
    more: tuple[Column, ...] = (),
    fit: tuple[Column, ...] = (),
    chart: Chart | None = None,
    follow: str = "every sheet follows",
) -> Sheet:
    """Return the sheet: the data with `more` columns beside it, and the table `fit`, of as many rows."""
    rows = len(options.data)
    data = Table("data", (*data_columns(options), *more), rows)
    return Sheet(
        "data",
        "Data",
        f"The data: {rows} datapoints from {options.data.source}",
        f"Type or paste your own numbers into the yellow cells: {follow}.",
        tables=(data, Table("fit", fit, rows)) if fit else (data,),
        charts=(chart or Chart("The data", "x", "y", (DATAPOINTS,)),),
        about=about,
    )
