"""`xlneuron regenerate`: the tables of a workbook made anew in place, from what its user typed and pasted.

What is not ours stays byte for byte. The new file is written beside the old one and then takes its place, so
whenever the process is killed there is a whole file: the old one or the new one.
"""

from __future__ import annotations

import copy
import os
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlneuron.errors import XlneuronError, counted
from xlneuron.files import PROTECTED, Old, changed, check_place, followed, reached
from xlneuron.tables.model import Book, Column, Setting, Sheet, Table
from xlneuron.upkeep.check import changed_formulas
from xlneuron.upkeep.find.book import Found, Key, find
from xlneuron.upkeep.find.origin import Origin
from xlneuron.upkeep.find.tables import numbered
from xlneuron.upkeep.refill import Job
from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.package import replacing, write_part

CHUNK = 1 << 20  # bytes of a part that are copied at once


@dataclass(frozen=True)
class Changes:
    """What the command line says; None leaves what is in the file."""

    data: str | None = None  # a file, as `data_book.read_data` takes it
    learning_rate: float | None = None
    epochs: int | None = None


@dataclass
class Result:
    """What was done: rows of every table before and after, the backup, and what the user should know."""

    path: Path
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)  # by "sheet, table's key"
    backup: Path | None = None
    notes: list[str] = field(default_factory=list)


def regenerate(path: Path, changes: Changes | None = None, *, backup: bool = True) -> Result:
    """Refill a workbook's tables. Raises XlneuronError if that cannot be done; the file stays then."""
    changes = changes or Changes()
    path = followed(path)
    refuse_open(path)
    refuse_protected(path)
    with Archive(path) as archive:
        old = Old(archive.fingerprint(), keep=backup)
        found = find(archive)
        origin, source = _origin(found, changes)
        book = _book(found, origin, changes)
        job = Job(archive, found, book)
        result = Result(path, job.rows())
        contents, left_out = job.contents()
        reached("read")
        refuse_open(path)
        with replacing(path, old) as target:
            _write(archive, target, contents, left_out)
            job.finish(target, _mark(found, changes, source))
            archive.close()  # Windows lets no open file be replaced
        result.backup = old.kept
        result.notes = [*_healed(found), *job.notes, *old.notes]
    return result


def _healed(found: Found) -> Iterator[str]:
    """Yield a note if cells of ours had something else than their formula, which they have again now."""
    problems = changed_formulas(found)
    if problems:
        first = problems[0]
        cells = counted(sum(1 + each.more for each in problems), "cell")
        where = f"{first.sheet}!{first.cell}"
        yield f"{cells} got back what belongs there, the first {where} (it had {first.found})"


def refuse_open(path: Path) -> None:
    """Raise XlneuronError for a workbook that a spreadsheet has open: it keeps a file beside it then."""
    for name, program in ((f"~${path.name}", "Excel"), (f".~lock.{path.name}#", "LibreOffice")):
        if (path.parent / name).exists():
            raise XlneuronError(
                f"{path}: open in {program}; save and close it there first (if it is not, delete {name})"
            )


def refuse_protected(path: Path) -> None:
    """Raise XlneuronError for a workbook that cannot be replaced: its file, or its folder, is protected."""
    check_place(path)
    if path.is_file() and not os.access(path, os.W_OK):
        raise XlneuronError(f"{path}: {PROTECTED}")
    if path.is_file() and not os.access(path.parent, os.W_OK):
        raise XlneuronError(f"{path.parent}: cannot be written to")


def _origin(found: Found, changes: Changes) -> tuple[Origin, str | None]:
    """Return what makes the new tables, and the name of the data's file if that is another."""
    origin, data, source = found.origin, {**found.data}, None
    if changes.data is not None:
        if not data:
            raise XlneuronError(f"{found.archive.path}: it was made without data; leave out --data")
        new = origin.read(changes.data)
        source = new.source
        (table,) = data
        data[table] = [x + y for x, y in zip(new.inputs, new.targets, strict=True)]
    if data:
        origin = origin.with_data(data, source)
    return origin.with_options(changes.learning_rate, changes.epochs), source


def _book(found: Found, origin: Origin, changes: Changes) -> Book:
    """Return the new book: its settings are the file's, but for those that the command line is about."""
    made = origin.book()
    if _shape(made) != _shape(found.book):
        raise XlneuronError(
            f"{found.archive.path}: with these options it would have other sheets or columns; build it anew"
        )
    asked: set[Key] = set()
    if changes.learning_rate is not None:
        other = origin.with_options(changes.learning_rate * 2, None).book()
        asked = {at for at, item in made.names.items() if item != other.names[at]}
        if not asked and _rows(made) == _rows(found.book):
            raise XlneuronError(
                f"{found.archive.path}: no setting in it follows --learning-rate; leave it out"
            )
    data = {(table, key) for table, keys in origin.data_columns(made).items() for key in keys}
    sheets = []
    for sheet in made.sheets:
        settings = tuple(
            each if (sheet.key, each.key) in asked else _setting(found, sheet, each)
            for each in sheet.settings
        )
        tables = tuple(_table(found, table, data, changes) for table in sheet.tables)
        sheets.append(replace(sheet, settings=settings, tables=tables))
    return replace(made, sheets=tuple(sheets))


def _shape(book: Book) -> list[object]:
    return [
        (sheet.name, [item.key for item in sheet.names], [(table.key, table.keys) for table in sheet.tables])
        for sheet in book.sheets
    ]


def _rows(book: Book) -> list[int]:
    return [table.rows for _, table in book.tables.values()]


def _setting(found: Found, sheet: Sheet, setting: Setting) -> Setting:
    there = found.book.names[sheet.key, setting.key]
    assert isinstance(there, Setting)
    return replace(setting, value=there.value)


def _table(found: Found, table: Table, data: set[Key], changes: Changes) -> Table:
    """Return a table with what the user typed into columns other than the data."""
    there = found.book.tables[table.key][1]

    def kept(column: Column, old: Column) -> Column:
        if column.values is None or (table.key, column.key) in data:
            return column
        if table.key in found.data:
            return column if changes.data is not None else _numbered(found, table, column)
        if column.is_input and there.rows == table.rows:
            return replace(column, values=old.values)
        return column

    columns = tuple(kept(*pair) for pair in zip(table.columns, there.columns, strict=True))
    return replace(table, columns=columns)


def _numbered(found: Found, table: Table, column: Column) -> Column:
    """Return the column with the numbers of datapoints: the file's, counted on for those without one."""
    places = [found.tables[key] for key in found.data]
    cells = [
        found.sheets[each.sheet].value(row, each.columns[column.key])
        for each in places
        for row in each.all_rows
    ]
    after = max((cell for cell in cells if isinstance(cell, float)), default=0.0)
    place = found.tables[table.key]
    return replace(
        column,
        values=numbered(found.sheets[place.sheet], place, place.columns[column.key], table.rows, after),
    )


def _mark(found: Found, changes: Changes, source: str | None) -> dict[str, object]:
    options = dict(found.mark.get("options") or {})  # type: ignore[call-overload]
    given = {"data": source, "learning_rate": changes.learning_rate, "epochs": changes.epochs}
    options |= {name: value for name, value in given.items() if value is not None}
    return {**found.mark, "options": options}


def _write(
    archive: Archive, target: zipfile.ZipFile, contents: Mapping[str, bytes], left_out: Collection[str]
) -> None:
    """Write the changed parts, and copy the others."""
    for info in archive.zip.infolist():
        if info.filename in left_out:
            continue
        if info.filename in contents:
            write_part(target, info.filename, contents[info.filename])
            continue
        with target.open(copy.copy(info), "w") as part:
            for chunk in _chunks(archive, info):
                part.write(chunk)


def _chunks(archive: Archive, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part's content, which could be read a moment ago."""
    try:
        with archive.zip.open(info) as source:
            while chunk := source.read(CHUNK):
                yield chunk
    except Exception as error:  # of several types, depending on where the change is
        raise changed(archive.path) from error
