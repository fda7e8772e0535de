"""Data from outside: CSV files, checked value by value, and the data set that comes with the package.

A value is a number or the reader says where it is not one. What looks like a formula is text, and so never
reaches a cell.
"""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TextIO

from xlneuron.errors import DataError, echo
from xlneuron.files import IRREGULAR, impossible, open_regular, reason
from xlneuron.limits import SHEET_ROWS

MAX_LINE = 1_000_000  # characters; a longer line is no table, and memory stays bounded
SEPARATORS = (",", ";", "\t")  # ; where the comma is the decimal mark, the tab when copied from a sheet

# What float() reads, without its extras: nan, inf, 1_000, digits of other scripts.
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class DataSet:
    """Datapoints: row i of `inputs` (n rows, one number per input) goes with row i of `targets`.

    `names` are the columns' names, inputs first; `source` is the file's name without its directory, as
    `printable` has it.
    """

    inputs: Rows
    targets: Rows
    names: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        """How many datapoints."""
        return len(self.inputs)


def default_data() -> DataSet:
    """Return the 29 datapoints of the seed, y = 2x + 30."""
    text = files("xlneuron.data").joinpath("line.csv").read_text(encoding="utf-8")
    return _read(StringIO(text), "line.csv", "line.csv", ("x",), ("y",))


def read_csv(
    path: str | os.PathLike[str], inputs: Sequence[str] = ("x",), targets: Sequence[str] = ("y",)
) -> DataSet:
    """Read the named columns of a CSV file: UTF-8, the first line names the columns, at least 2 rows.

    Columns are separated by comma, semicolon or tab. In the last two cases a decimal comma is read as well
    as a decimal point, but not both in one file. Raises DataError, and nothing else, for any other file.
    """
    path = Path(path)
    try:
        if problem := impossible(path):
            raise DataError(str(path), problem)
        if path.is_dir():
            raise DataError(str(path), "is a directory; a CSV file is needed")
        if path.exists() and not path.is_file():
            raise DataError(str(path), IRREGULAR)
        # Bytes that are not UTF-8 come through as surrogates, so that _lines can say which line has them.
        stream = TextIOWrapper(open_regular(path), "utf-8-sig", errors="surrogateescape", newline="")
    except (OSError, ValueError) as error:
        raise DataError(str(path), _problem(error, path)) from error
    try:
        with stream:
            return _read(stream, str(path), path.name, tuple(inputs), tuple(targets))
    except OSError as error:  # it opens, and then cannot be read: a broken disk, a special file
        raise DataError(str(path), f"cannot be read ({_problem(error, path)})") from error


def printable(name: str) -> str:
    """Return a file's name as a cell, a message and any stream can hold it.

    A name on Linux is any bytes: control characters, and with other encodings what is no Unicode text.
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in name)


def check_rows(n_rows: int, epochs: int, header_rows: int, source: str = "the data") -> None:
    """Raise DataError unless a sheet holds one row per datapoint and epoch below its header rows."""
    most = (SHEET_ROWS - header_rows) // max(n_rows, 1)
    if epochs > most:
        run = f"{n_rows:,} rows" + (f" x {epochs:,} epochs" if most else "")
        advice = f"; at most {most:,} do" if most else ""
        raise DataError(source, f"{run} do not fit a sheet of {SHEET_ROWS:,} rows{advice}")


def _read(
    stream: TextIO, source: str, name: str, inputs: tuple[str, ...], targets: tuple[str, ...]
) -> DataSet:
    names = inputs + targets
    lines = _lines(stream, source)
    blank_lines, header_line = next(((n, line) for n, line in enumerate(lines) if line.strip()), (0, ""))
    if not header_line:
        raise DataError(source, "is empty; the first line names the columns, as in x,y")
    separator = _separator(header_line, names)
    records = _records(chain([header_line], lines), blank_lines, separator, source)
    _, header = next(records, (1, []))
    columns = [(name, find_column(name, header, source)) for name in names]
    numbers = _Numbers(source, separator)
    rows: list[tuple[float, ...]] = []
    for line, fields in records:
        if len(fields) != len(header):
            values = f"{len(fields)} value{'' if len(fields) == 1 else 's'}"
            problem = f"{values}, but the first line names {len(header)} columns"
            raise DataError(source, problem, line)
        rows.append(tuple(numbers.read(fields[position], line, column) for column, position in columns))
        if len(rows) >= SHEET_ROWS:
            raise DataError(source, f"a sheet holds at most {SHEET_ROWS - 1:,} rows below its header", line)
    return data_set(rows, inputs, targets, source, name)


def data_set(
    rows: Sequence[tuple[float, ...]],
    inputs: tuple[str, ...],
    targets: tuple[str, ...],
    source: str,
    name: str,
) -> DataSet:
    """Return the data set of rows that hold inputs and then targets; at least 2 are needed.

    source: where the rows come from, as an error says it. name: the file's, which need not be printable.
    """
    if len(rows) < 2:
        problem = f"{'one row' if rows else 'no rows'} below the header; at least 2 are needed"
        raise DataError(source, problem)
    for each in inputs + targets:
        if not each.isprintable():
            raise DataError(source, f"the name of column {echo(each)} has a character that no cell can hold")
    split = len(inputs)
    return DataSet(
        tuple(row[:split] for row in rows),
        tuple(row[split:] for row in rows),
        inputs + targets,
        printable(name),
    )


def _problem(error: OSError | ValueError, path: Path) -> str:
    return reason(error, path) if isinstance(error, OSError) else str(error).lower()


def _lines(stream: TextIO, source: str) -> Iterator[str]:
    """Yield the lines of a text file, as soon as they are known to be text."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if "\0" in line or not (line.isascii() or _is_unicode(line)):
            raise DataError(source, "not UTF-8 text; save it as CSV UTF-8 (comma delimited)", number)
        if len(line) > MAX_LINE:
            raise DataError(source, f"a line of more than {MAX_LINE:,} characters; is it a CSV file?", number)
        yield line


def _is_unicode(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:  # a surrogate: a byte that was not UTF-8
        return False
    return True


def _separator(header: str, names: Iterable[str]) -> str:
    """Return the separator that finds most of the columns in the header, then the one that it has most of."""

    def found(separator: str) -> tuple[int, int]:
        fields = [_plain(field.strip('"')) for field in header.strip().split(separator)]
        return sum(_plain(name) in fields for name in names), len(fields)

    return max(SEPARATORS, key=found)


def _records(
    lines: Iterable[str], skipped: int, separator: str, source: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its first line; blank lines are no records."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = str(error).replace("\t", "\\t")  # it quotes the separator
            raise DataError(source, f"not a CSV line ({problem}); is a quote open?", line) from error
        if len(fields) > 1 or "".join(fields).strip():
            yield line, fields


def find_column(name: str, header: Sequence[str], source: str, line: int = 1) -> int:
    """Return where a column stands in the header: by its exact name, or else by its name in any case."""
    for spelled in (str.strip, _plain):
        places = [place for place, field in enumerate(header) if spelled(field) == spelled(name)]
        if len(places) > 1:
            raise DataError(source, f"{len(places)} columns are named {name}; only one may be", line)
        if places:
            return places[0]
    there = ", ".join(echo(field.strip()) for field in header[:12]) + (", ..." if len(header) > 12 else "")
    raise DataError(source, f"no column {name!r}; the first line names {there}")


def _plain(name: str) -> str:
    return name.strip().casefold()


class _Numbers:
    """Reads the values of one file, which has one decimal mark throughout."""

    def __init__(self, source: str, separator: str) -> None:
        self.source = source
        self.separator = separator
        self.mark = "." if separator == "," else None  # not seen yet

    def read(self, text: str, line: int, column: str) -> float:
        text = text.strip()
        if not NUMBER.fullmatch(text):
            problem = f"{echo(text)} is not a number" if text else "is blank; a number is needed"
            raise DataError(self.source, problem, line, column)
        for mark in ",.":
            if mark in text:
                self.mark = self.mark or mark
                if mark != self.mark:
                    raise DataError(self.source, self.wrong_mark(text), line, column)
        value = float(text.replace(",", "."))
        if not math.isfinite(value):
            raise DataError(self.source, f"{echo(text)} is too large for a number", line, column)
        return value

    def wrong_mark(self, text: str) -> str:
        if self.separator == ",":
            point = echo(text.replace(",", "."))
            return f"{echo(text)} has a decimal comma: write {point}, or separate the columns by semicolons"
        return f"{echo(text)}: decimal commas and decimal points in one file; use only one of them"
