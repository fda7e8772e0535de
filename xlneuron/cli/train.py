"""`xlneuron train`: a training run in the terminal."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

import numpy as np

from xlneuron.cli.output import fits, print_json, print_table
from xlneuron.data import DataSet, check_rows, default_data, read_csv
from xlneuron.engine.diagnosis import Diagnosis, diagnose
from xlneuron.engine.network import parse
from xlneuron.engine.training import Trace, rmse
from xlneuron.engine.training import train as run
from xlneuron.errors import ArgumentError, counted

MAX_WEIGHTS = 12  # that are listed after the tables

Columns = dict[str, Sequence[float]]


def train(arguments: Namespace) -> None:
    """Train, and show the trace's two ends, the RMSE by epoch, and what happened."""
    network = parse(arguments.network)
    if arguments.weights is not None and len(arguments.weights) != network.n_weights:
        given, needed = counted(len(arguments.weights), "value"), counted(network.n_weights, "weight")
        raise ArgumentError("--weights", f"{given}, but network {network.text} has {needed}")
    data = default_data() if arguments.data is None else read_csv(arguments.data)
    for found, what in ((network.n_inputs, "input"), (network.n_outputs, "output")):
        if found != 1:
            raise ArgumentError("--network", f"{network.text} has {found} {what}s, but the data has 1")
    check_rows(len(data), arguments.epochs, 1, data.source)
    trace = run(
        network,
        data.inputs,
        data.targets,
        arguments.weights,
        learning_rate=arguments.learning_rate,
        epochs=arguments.epochs,
        optimizer=arguments.optimizer,
        derivatives=arguments.derivatives,
        h=arguments.h,
    )
    diagnosis = diagnose(
        network,
        np.array(data.inputs),
        np.array(data.targets),
        trace.weights,
        trace.error,
        grads=trace.grads,
        final=trace.final_weights,
        learning_rate=arguments.learning_rate,
    )
    show = _show_json if arguments.json else _show
    show(trace, diagnosis, data, arguments.rows)


def _show(trace: Trace, diagnosis: Diagnosis, data: DataSet, rows: int) -> None:
    names = trace.network.weight_names
    groups = _columns(trace, data)
    if rows:
        # What does not fit the terminal is left out, the least telling first.
        for left_out in ((), ("grads",), ("grads", "weights")):
            columns = {
                n: v for group, part in groups.items() if group not in left_out for n, v in part.items()
            }
            table = list(columns), _ends(columns, rows)
            if fits(*table):
                break
        print_table(*table)
        print()
        by_epoch: Columns = {"epoch": range(1, trace.epoch[-1] + 1), "RMSE": rmse(trace).tolist()}
        print_table(list(by_epoch), _ends(by_epoch, rows))
        print()
    last = [
        f"{name} = {_number(value)}" for name, value in zip(names, trace.final_weights.tolist(), strict=True)
    ]
    more = f" and {len(last) - MAX_WEIGHTS} more" if len(last) > MAX_WEIGHTS else ""
    print(f"Weights after the last row: {', '.join(last[:MAX_WEIGHTS])}{more}")
    print(diagnosis.sentence)


def _show_json(trace: Trace, diagnosis: Diagnosis, data: DataSet, rows: int) -> None:
    columns = {name: values for part in _columns(trace, data).values() for name, values in part.items()}
    shown = _end_rows(len(trace.row), rows)
    print_json(
        {
            "network": trace.network.text,
            "data": data.source,
            "rmse": rmse(trace).tolist(),
            "final_weights": dict(zip(trace.network.weight_names, trace.final_weights.tolist(), strict=True)),
            "diagnosis": {
                "sentence": diagnosis.sentence,
                "exploded_row": diagnosis.exploded_row,
                "dead_row": diagnosis.dead_row,
                "frozen": dict(diagnosis.frozen),
                "rmse_start": diagnosis.rmse_start,
                "rmse_end": diagnosis.rmse_end,
            },
            "rows": [{name: values[i] for name, values in columns.items()} for i in shown if i is not None],
        }
    )


def _columns(trace: Trace, data: DataSet) -> dict[str, Columns]:
    """Return the columns of the trace in groups, each column a list of plain numbers, one per step."""
    names = trace.network.weight_names
    return {
        "datapoint": {
            "epoch": trace.epoch.tolist(),
            "row": trace.row.tolist(),
            **dict(zip(data.names, np.hstack([trace.x, trace.y]).T.tolist(), strict=True)),
        },
        "weights": dict(zip(names, trace.weights.T.tolist(), strict=True)),
        "error": {"prediction": trace.prediction[:, 0].tolist(), "error": trace.error.tolist()},
        "grads": dict(zip([f"d_{name}" for name in names], trace.grads.T.tolist(), strict=True)),
    }


def _ends(columns: Columns, rows: int) -> list[list[str]]:
    """Return the first and the last rows as text, with a row of dots for those between."""
    height = len(next(iter(columns.values())))
    return [
        ["..."] * len(columns) if i is None else [_number(values[i]) for values in columns.values()]
        for i in _end_rows(height, rows)
    ]


def _number(value: float) -> str:
    """Return a whole number in full, and any other with five digits, which leaves room for more columns."""
    return f"{value:.0f}" if abs(value) < 1e9 and value == int(value) else f"{value:.5g}"


def _end_rows(height: int, rows: int) -> list[int | None]:
    """Return the indices of the first and the last rows, with a None for those between, if any."""
    if height <= 2 * rows:
        return list(range(height))
    return [*range(rows), None, *range(height - rows, height)]
