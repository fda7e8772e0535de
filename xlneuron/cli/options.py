"""Options that several commands share, and those of `new`, which are many. Nothing heavy is imported."""

from __future__ import annotations

import argparse

from xlneuron.cli.values import columns, dask_address, epochs, names, positive_number, seed, share

# Said of the same option in several commands.
RATE = "the learning rate, above 0"
STEP = "the h of numerical derivatives, above 0"
EPOCHS = "how often all datapoints are gone through"
WEIGHTS = "the starting weights, as in 1,-0.5"
OPTIMIZERS = "sgd (default), momentum, dampened_momentum, nesterov, adagrad, rms_prop, adam or adamw"


def add_json(parser: argparse._ActionsContainer) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs to read")


def add_network(parser: argparse._ActionsContainer) -> None:
    """Add --network, of the commands that need no workbook."""
    parser.add_argument(
        "--network",
        default="1-1",
        metavar="TEXT",
        help="layer sizes joined by -, an activation's name after a size (default: 1-1)",
    )


def add_optimizer(parser: argparse._ActionsContainer) -> None:
    """Add --optimizer. Its names are typed here once more: --help must not wait for NumPy."""
    parser.add_argument("--optimizer", default="sgd", metavar="NAME", help=OPTIMIZERS)


def add_dask(parser: argparse.ArgumentParser) -> None:
    """Add the options of a cluster."""
    dask = parser.add_argument_group("a cluster (its scheduler can run code here: name your own only)")
    dask.add_argument(
        "--dask", type=dask_address, metavar="ADDRESS", help="train on the Dask cluster of this scheduler"
    )
    dask.add_argument(
        "--dask-timeout",
        type=positive_number("--dask-timeout"),
        metavar="F",
        help="the seconds that it may be silent (default: 15)",
    )
    dask.add_argument("--dask-ca", metavar="FILE", help="TLS: the authority that signed its certificate")
    dask.add_argument("--dask-cert", metavar="FILE", help="TLS: our certificate")
    dask.add_argument("--dask-key", metavar="FILE", help="TLS: the key of our certificate")


def add_any_size(parser: argparse._ActionsContainer) -> None:
    """Add --any-size."""
    parser.add_argument("--any-size", action="store_true", help="read also workbooks that fill the memory")


def add_formulas(parser: argparse.ArgumentParser) -> None:
    """Add how formulas are written."""
    formulas = parser.add_argument_group("formulas")
    formulas.add_argument(
        "--formulas",
        choices=("cells", "functions", "lambda"),
        default="cells",
        help="plain arithmetic, calls of the worksheet functions, or LAMBDAs of Excel 365 (default: cells)",
    )
    formulas.add_argument(
        "--host",
        choices=("excel", "libreoffice"),
        default="excel",
        help="the program whose functions are called (default: excel)",
    )


def add_new(parser: argparse.ArgumentParser) -> None:
    """Add the options of `new`."""
    parser.add_argument("path", metavar="BOOK.xlsx", help="the workbook to write")
    parser.add_argument("--force", action="store_true", help="overwrite also what xlneuron did not make")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no messages")
    add_any_size(parser)
    add_json(parser)
    data = parser.add_argument_group("data")
    data.add_argument(
        "--data",
        metavar="FILE",
        help="a CSV file, or a sheet of a workbook as in book.xlsx#Sheet1 (default: 29 datapoints on the "
        "line y = 2x + 30)",
    )
    data.add_argument(
        "--inputs",
        type=names("--inputs"),
        default=("x",),
        metavar="NAME,...",
        help="the columns that are the inputs (default: x)",
    )
    data.add_argument(
        "--target",
        dest="targets",
        type=names("--target"),
        default=("y",),
        metavar="NAME,...",
        help="the columns to predict, one for each output; for softmax also one with the classes' numbers "
        "(default: y)",
    )
    data.add_argument(
        "--validation",
        type=share("--validation"),
        default=0.0,
        metavar="F",
        help="the share of the data that is held back to validate with, as in 0.2 (default: 0)",
    )
    data.add_argument(
        "--scale",
        default="none",
        metavar="NAME",
        help="scale the inputs: standard (mean 0, deviation 1) or minmax (0 to 1) (default: none)",
    )
    network = parser.add_argument_group("network")
    network.add_argument(
        "--network",
        metavar="TEXT",
        help="layer sizes joined by -, an activation's name after a size; softmax after the last one "
        "(default: one linear neuron for each target)",
    )
    network.add_argument(
        "--init",
        metavar="NAME",
        help="starting weights: ones, normal, glorot or he (default: ones for a chain, else glorot, or he "
        "with ReLUs)",
    )
    network.add_argument(
        "--seed", type=seed, default=1, metavar="N", help="of all that is drawn at random (default: 1)"
    )
    training = parser.add_argument_group("training")
    add_optimizer(training)
    training.add_argument(
        "--learning-rate",
        type=positive_number("--learning-rate"),
        metavar="F",
        help=f"{RATE} (default: the best of a few that are tried)",
    )
    training.add_argument("--epochs", type=epochs, default=10, metavar="N", help=f"{EPOCHS} (default: 10)")
    training.add_argument(
        "--loss", metavar="NAME", help="squared (default) or cross-entropy (default with softmax)"
    )
    training.add_argument(
        "--derivatives",
        default="exact",
        metavar="NAME",
        help="exact (default), numerical, or both side by side",
    )
    training.add_argument(
        "--h", type=positive_number("--h"), default=0.01, metavar="F", help=f"{STEP} (default: 0.01)"
    )
    add_formulas(parser)


def add_regenerate(parser: argparse.ArgumentParser) -> None:
    """Add the options of `regenerate`."""
    parser.add_argument("book", metavar="BOOK.xlsx", help="a workbook of `build` or `new`, closed")
    parser.add_argument(
        "--live", action="store_true", help="it is open in Excel: save and close it there, and open it again"
    )
    parser.add_argument("--no-backup", action="store_true", help="keep no copy of what it was before")
    add_any_size(parser)
    add_json(parser)
    settings = parser.add_argument_group("settings (those in the workbook, if left out)")
    settings.add_argument(
        "--data", metavar="FILE", help="other datapoints, a CSV file or a sheet as in book.xlsx#Sheet1"
    )
    settings.add_argument("--learning-rate", type=positive_number("--learning-rate"), metavar="F", help=RATE)
    settings.add_argument("--epochs", type=epochs, metavar="N", help=EPOCHS)


def add_check(parser: argparse.ArgumentParser) -> None:
    """Add the options of `check`."""
    parser.add_argument("book", metavar="BOOK.xlsx", help="a workbook of `build` or `new`, or any with --map")
    parser.add_argument(
        "--recalculate", action="store_true", help="compare also with what LibreOffice calculates"
    )
    add_any_size(parser)
    add_json(parser)
    made = parser.add_argument_group("a sheet made by hand")
    made.add_argument(
        "--map",
        type=columns,
        metavar="KEY=COLUMN,...",
        help="which column is which: x, y, each weight, and what there is of pred, err, d_a, new_a and so on",
    )
    made.add_argument("--sheet", metavar="NAME", help="the sheet (default: the first)")
    made.add_argument("--network", metavar="TEXT", help="what it trains (default: 1-1)")
    made.add_argument(
        "--learning-rate",
        type=positive_number("--learning-rate"),
        metavar="F",
        help=f"{RATE} (default: as its steps show)",
    )
    made.add_argument(
        "--h", type=positive_number("--h"), default=0.01, metavar="F", help=f"{STEP} (default: 0.01)"
    )
