"""From a book to a file: shell, streamed rows, package."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName

from xlneuron import __version__
from xlneuron.tables.dialects import CELLS, Dialect, Parts
from xlneuron.tables.layout import Layout
from xlneuron.tables.missing import with_missing
from xlneuron.tables.model import Book
from xlneuron.tables.values import BookValues
from xlneuron.xlsx.metadata import with_metadata
from xlneuron.xlsx.package import MARK, MARK_PART, Part, Stream, check_target, write_package
from xlneuron.xlsx.shell import make_shell
from xlneuron.xlsx.stream import most_bytes, stream_sheet
from xlneuron.xlsx.tidy import DATE, tidy

__all__ = ["check_target", "write"]

Progress = Callable[[int, int], None]


def write(
    book: Book,
    path: Path,
    *,
    dialect: Dialect = CELLS,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a workbook with all formulas, in a dialect, and their values to `path`.

    `progress` is told how many table rows of how many are done. Raises XlneuronError, and leaves the
    target as it is, for a book that cannot be written and for a target that is not ours (unless `force`).
    """
    path = Path(path)
    old = check_target(path, force=force)
    book = dialect.completed(with_missing(book, dialect))
    layout = Layout(book, dialect)
    shell: dict[str, Part] = {**_shell_parts(book, layout)}
    values = BookValues(book)
    counter = _Counter(book, progress)
    for number, sheet in enumerate(book.sheets, 2):  # sheet 1 is About
        part = f"xl/worksheets/sheet{number}.xml"
        text = shell[part]
        assert isinstance(text, bytes)
        pieces = stream_sheet(text.decode(), sheet, layout, values, counter.add)
        shell[part] = Stream(pieces, most_bytes(text, sheet, layout))
    about = {"version": __version__, "template": book.name, "formulas": dialect.name, "options": book.options}
    write_package(path, shell, about, old)
    return path


def _shell_parts(book: Book, layout: Layout) -> Parts:
    """Return the parts of the workbook without its rows."""
    workbook = make_shell(book, layout)
    for each in book.defined:
        tab = next((sheet.name for sheet in book.sheets if sheet.key == each.sheet), None)
        names = workbook.defined_names if tab is None else workbook[tab].defined_names
        names[each.name] = DefinedName(each.name, attr_text=each.formula, comment=each.comment)
    workbook.properties.creator = "xlneuron"
    workbook.properties.title = book.question
    workbook.properties.created = workbook.properties.modified = DATE
    workbook.custom_doc_props.append(StringProperty(name=MARK, value=""))  # makes the part; package fills it
    file = BytesIO()
    workbook.save(file)
    with zipfile.ZipFile(file) as archive:
        names = sorted(set(archive.namelist()) - {MARK_PART})
        parts = tidy({name: archive.read(name) for name in names})
    if layout.dialect.dynamic:
        parts = with_metadata(parts)
    return layout.dialect.finish(parts)


class _Counter:
    """Counts the rows of all sheets' tables."""

    def __init__(self, book: Book, progress: Progress | None) -> None:
        self.total = sum(max((table.rows for table in sheet.tables), default=0) for sheet in book.sheets)
        self.progress = progress
        self.done = 0

    def add(self, rows: int) -> None:
        self.done += rows
        if self.progress:
            self.progress(self.done, self.total)
