"""What commands print: for people at a terminal, and for programs and files in a pipe."""

from __future__ import annotations

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlneuron.errors import XlneuronError
from xlneuron.files import reason

Progress = Callable[[int, int], None]

GAP = 2  # characters between two columns


def print_json(value: Any) -> None:
    """Print a value as JSON; numbers that are not finite, which JSON does not have, become null."""
    print(json.dumps(_finite(value), indent=2, ensure_ascii=False))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of numbers, ruled on a terminal and plain in a pipe."""
    if not sys.stdout.isatty():
        widths = _widths(headers, rows)
        for cells in (headers, *rows):
            line = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
            print((" " * GAP).join(line))
        return
    from rich import box  # noqa: PLC0415 - only terminals need it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    # The box puts one blank between two columns, the padding the rest of the gap.
    table = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    for header in headers:
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def fits(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table is narrow enough for the terminal; a pipe takes any."""
    width = sum(_widths(headers, rows)) + GAP * len(headers)
    return not sys.stdout.isatty() or width <= shutil.get_terminal_size().columns


def paragraph(text: str, indent: str, hanging: int = 0) -> str:
    """Wrap a text to the terminal, its later lines `hanging` further in; in a pipe it is one line."""
    if not sys.stdout.isatty():
        return indent + text
    width = shutil.get_terminal_size().columns
    return textwrap.fill(
        text, max(width, 40), initial_indent=indent, subsequent_indent=indent + " " * hanging
    )


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Progress | None]:
    """Give what reports (rows done, rows in all) to a bar on a terminal's stderr; elsewhere give None."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, as far as they are missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        file = next((each for each in (folder, *folder.parents) if each.is_file()), folder)
        if file == folder:
            raise XlneuronError(f"{folder}: is not a directory; name another one") from error
        raise XlneuronError(f"{folder}: cannot be made, {file} is not a directory") from error
    except OSError as error:
        raise XlneuronError(
            f"{folder}: cannot be made ({reason(error, folder)}); name another one"
        ) from error


def _widths(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(headers, *rows, strict=True)]


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
        case float() if not math.isfinite(value):
            return None
    return value
