"""`xlneuron new`: any small network on the user's data as a training sheet."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from xlneuron.cli.output import print_json, progress_bar
from xlneuron.cli.templates import find_dialect
from xlneuron.data import default_data
from xlneuron.errors import UsageError
from xlneuron.xlsx.sizes import any_size


def new(arguments: Namespace) -> None:
    """Write a training sheet. Whatever is wrong with what was given is found before anything is written."""
    # The compiler's pictures need openpyxl, which --help does not wait for.
    from xlneuron.books.any_network.book import make  # noqa: PLC0415
    from xlneuron.books.any_network.limits import LARGE_FILE, check_formulas, file_size, size_words  # noqa: PLC0415
    from xlneuron.books.any_network.rates import with_good_rate  # noqa: PLC0415
    from xlneuron.books.any_network.request import prepare  # noqa: PLC0415
    from xlneuron.data.sheet import read_data  # noqa: PLC0415
    from xlneuron.xlsx.write import check_target, write  # noqa: PLC0415

    path = Path(arguments.path)
    dialect = find_dialect(arguments.formulas, arguments.host)
    if path.suffix.lower() != dialect.suffix:
        raise UsageError(
            f"{path}: with --formulas {dialect.name} the file's name has to end in {dialect.suffix}"
        )
    if arguments.data is None and (arguments.inputs, arguments.targets) != (("x",), ("y",)):
        raise UsageError("--inputs and --target name columns of --data, which is missing")
    with any_size(arguments.any_size):
        data = (
            read_data(arguments.data, arguments.inputs, arguments.targets)
            if arguments.data
            else default_data()
        )
    request = prepare(
        data,
        arguments.network,
        validation=arguments.validation,
        init=arguments.init,
        seed=arguments.seed,
        loss=arguments.loss,
        learning_rate=arguments.learning_rate,
        optimizer=arguments.optimizer,
        epochs=arguments.epochs,
        derivatives=arguments.derivatives,
        scale=arguments.scale,
        h=arguments.h,
    )
    asked = request
    if arguments.learning_rate is None:
        request = with_good_rate(request)
    check_target(path, force=arguments.force)
    book = make(request)
    check_formulas(book, dialect)
    size = file_size(book, dialect)
    if size > LARGE_FILE and not arguments.quiet:
        rows, columns = (book.tables["train"][1].rows, len(book.tables["train"][1].columns))
        print(
            f"{path}: {rows:,} rows x {columns:,} columns, about {size_words(size)}",
            file=sys.stderr,
            flush=True,
        )
    with progress_bar(path.name, quiet=arguments.quiet) as progress:
        write(book, path, dialect=dialect, force=arguments.force, progress=progress)
    if arguments.json:
        print_json({"path": str(path), "question": book.question, **request.described()})
    elif not arguments.quiet:
        print(f"{path}  {book.question}")
        if request is not asked:
            print(f"  learning rate {request.learning_rate:g}: the best of a few that were tried")
