"""`xlneuron sweep`: many learning rates and many starting weights, into the terminal and a file."""

from __future__ import annotations

import csv
import math
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from statistics import median

from xlneuron.cli.output import Progress, print_json, print_table, progress_bar
from xlneuron.data import DataSet, default_data, read_csv
from xlneuron.engine.array import Array
from xlneuron.engine.cluster import Tls, train_on_dask
from xlneuron.engine.network import Network, parse
from xlneuron.engine.sweep import MAX_RUNS, Block, Sweep, check_memory, memory, train_here
from xlneuron.engine.sweep import sweep as run
from xlneuron.errors import ArgumentError, UsageError, XlneuronError
from xlneuron.files import Old, check_place, fingerprint, naming, replacing

Columns = dict[str, list[float]]

LARGE = 100_000_000  # bytes of memory that a sweep says before it starts
COPIES = 10  # how often the weights' memory is needed when they are written as text or cells


def sweep(arguments: Namespace) -> None:
    """Train all runs, show how each learning rate did, and write every run to the file that was asked for."""
    network = parse(arguments.network)
    data = read_csv(arguments.data) if arguments.data else default_data()
    for found, what in ((network.n_inputs, "input"), (network.n_outputs, "output")):
        if found != 1:
            raise ArgumentError("--network", f"{network.text} has {found} {what}s, but the data has 1")
    write = _writer(arguments, data) if arguments.out else None
    trained = _cluster(arguments)
    _tell_memory(arguments, network)
    with progress_bar(f"sweep of {network.text}", quiet=arguments.quiet) as progress:
        result = run(
            network,
            data.inputs,
            data.targets,
            arguments.learning_rates,
            arguments.seeds,
            epochs=arguments.epochs,
            optimizer=arguments.optimizer,
            trained=trained,
            progress=progress,
        )
    if write:
        with progress_bar(arguments.out, quiet=arguments.quiet) as progress:
            write(result, progress)
    (_show_json if arguments.json else _show)(result, arguments.out)


def _tell_memory(arguments: Namespace, network: Network) -> None:
    """Say before the training how much memory a large sweep takes, or that it is too much."""
    rates, seeds, copies = len(arguments.learning_rates), arguments.seeds, COPIES if arguments.out else 1
    if rates * seeds > MAX_RUNS:
        return  # which is what will be said
    check_memory(rates, seeds, network, copies)
    size = memory(rates, seeds, network) * copies
    if size > LARGE and not arguments.quiet:
        said = f"{rates * seeds:,} runs of {network.n_weights:,} weights: about {size / 1e9:.1f} GB of memory"
        print(said, file=sys.stderr, flush=True)


def _cluster(arguments: Namespace) -> Callable[[Iterable[Block]], Iterable[tuple[int, Array, Array]]]:
    """Return what trains the blocks: this machine, or a cluster."""
    files = (arguments.dask_ca, arguments.dask_cert, arguments.dask_key)
    if arguments.dask is None:
        if any(files) or arguments.dask_timeout:
            raise UsageError("--dask-timeout, --dask-ca, --dask-cert and --dask-key go with --dask")
        return train_here
    if any(files) and not all(files):
        raise UsageError("TLS needs all three of --dask-ca, --dask-cert and --dask-key")
    tls = Tls(*files) if all(files) else None
    return partial(train_on_dask, arguments.dask, seconds=arguments.dask_timeout, tls=tls)


Writer = Callable[[Sweep, "Progress | None"], None]


def _writer(arguments: Namespace, data: DataSet) -> Writer:
    """Return what writes a sweep to the file. What is wrong with the file is found before the training."""
    path = Path(arguments.out)
    old = Old("")
    match path.suffix.lower():
        case ".xlsx":
            from xlneuron.xlsx.write import check_target  # noqa: PLC0415 - imports openpyxl

            check_target(path, force=arguments.force)
            options: dict[str, object] = {
                "network": arguments.network,
                "data": data.source,
                "learning_rates": arguments.learning_rates,
                "seeds": arguments.seeds,
                "epochs": arguments.epochs,
                "optimizer": arguments.optimizer,
            }
            return partial(_write_workbook, path, options, force=arguments.force)
        case ".csv":
            writer: Writer = partial(_write_csv, path, old)
        case ".parquet":
            try:
                import pyarrow.parquet  # noqa: F401, PLC0415 - not a dependency
            except ImportError as error:
                raise XlneuronError(
                    f"{path}: Parquet needs pyarrow: pip install pyarrow, or write .csv or .xlsx"
                ) from error
            writer = partial(_write_parquet, path, old)
        case ending:
            raise UsageError(
                f"--out: {ending or 'no ending'} is not .csv, .parquet or .xlsx (see xlneuron sweep --help)"
            )
    if path.is_dir():
        raise XlneuronError(f"{path}: is a directory")
    check_place(path)
    if path.exists() and not arguments.force:
        raise XlneuronError(f"{path}: exists; kept (--force replaces it)")
    with naming(path):
        old.seen = fingerprint(path)
    return writer


def _write_workbook(
    path: Path, options: dict[str, object], result: Sweep, progress: Progress | None, *, force: bool
) -> None:
    from xlneuron.books.sweep import sweep_book  # noqa: PLC0415
    from xlneuron.xlsx.write import write  # noqa: PLC0415

    write(sweep_book(result, options), path, force=force, progress=progress)


def _write_csv(path: Path, old: Old, result: Sweep, _: Progress | None) -> None:
    columns = _columns(result)
    with replacing(path, old) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        text.detach()  # which writes what is left, and leaves the file open


def _write_parquet(path: Path, old: Old, result: Sweep, _: Progress | None) -> None:
    import pyarrow  # noqa: PLC0415
    import pyarrow.parquet  # noqa: PLC0415

    with replacing(path, old) as file:
        pyarrow.parquet.write_table(pyarrow.table(_columns(result)), file)


def _columns(result: Sweep) -> Columns:
    """Return one row per run: what it was, its RMSE before and after, its weights before and after."""
    rates, seeds = len(result.learning_rates), len(result.seeds)
    names = result.network.weight_names
    final = result.weights.reshape(rates * seeds, -1).T.tolist()
    return {
        "learning_rate": result.learning_rates.repeat(seeds).tolist(),
        "seed": list(result.seeds) * rates,
        "rmse_start": result.rmse_start.tolist() * rates,
        "rmse": result.rmse.ravel().tolist(),
        **{f"start_{name}": row * rates for name, row in zip(names, result.start.T.tolist(), strict=True)},
        **dict(zip(names, final, strict=True)),
    }


def _show(result: Sweep, out: str | None) -> None:
    headers = ["learning rate", "best RMSE", "median RMSE", "exploded"]
    print_table(
        headers,
        [
            [
                f"{row['learning_rate']:.3g}",
                _shown(row["best"]),
                _shown(row["median"]),
                f"{row['exploded']}/{len(result.seeds)}",
            ]
            for row in _by_rate(result)
        ],
    )
    best = _best(result)
    print()
    print(
        f"Best: RMSE {_shown(best['rmse'])} at learning rate {best['learning_rate']:.3g}, seed {best['seed']}"
    )
    if out:
        print(out)


def _show_json(result: Sweep, out: str | None) -> None:
    print_json(
        {"network": result.network.text, "rates": _by_rate(result), "best": _best(result), "path": out}
    )


def _by_rate(result: Sweep) -> list[dict[str, float]]:
    return [
        {"learning_rate": rate, "best": min(rmse), "median": median(rmse), "exploded": sum(exploded)}
        for rate, rmse, exploded in zip(
            result.learning_rates.tolist(), result.rmse.tolist(), result.exploded.tolist(), strict=True
        )
    ]


def _best(result: Sweep) -> dict[str, float]:
    rate, seed = result.best
    return {
        "learning_rate": float(result.learning_rates[rate]),
        "seed": result.seeds[seed],
        "rmse": float(result.rmse[rate, seed]),
    }


def _shown(rmse: float) -> str:
    return f"{rmse:.5g}" if math.isfinite(rmse) else "overflow"
