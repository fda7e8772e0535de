"""`xlneuron regenerate --live`: a workbook that is open in Excel is made anew, through xlwings.

Excel saves and closes it, its file is regenerated as any other, and Excel opens it again at the sheet where
it was. So there is one way to do it, and nothing that `regenerate` keeps can get lost in copying cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlneuron.errors import XlneuronError
from xlneuron.upkeep.regenerate import Changes, Result, regenerate


def regenerate_live(path: Path, changes: Changes | None = None, *, backup: bool = True) -> Result:
    """Regenerate a workbook that is open in Excel. Raises XlneuronError; whatever happens, it is open again.

    The backup has what was in Excel, saved or not.
    """
    with _closed(_open_book(path), path):
        return regenerate(path, changes, backup=backup)


def _open_book(path: Path) -> Any:
    """Return the xlwings Book of a file. Raises XlneuronError if there is none."""
    try:
        import xlwings  # noqa: PLC0415 - only this needs it, and not every system has it
    except ImportError:
        raise XlneuronError("--live needs xlwings: pip install xlwings") from None
    if xlwings.engines.active is None:
        raise XlneuronError("--live needs Excel on Windows or macOS; close the workbook and leave out --live")
    for app in xlwings.apps:
        for book in app.books:
            if _is_file(book, path):
                return book
    raise XlneuronError(f"{path}: not open in Excel; open it there, or leave out --live")


def _is_file(book: Any, path: Path) -> bool:
    try:
        return Path(book.fullname).samefile(path)
    except Exception:  # never saved, or in a cloud folder that xlwings does not find: not this one
        return False


@contextmanager
def _closed(book: Any, path: Path) -> Iterator[None]:
    """Save and close a workbook, and open it again, at the same sheet, when the file is done with."""
    app, fullname, sheet = book.app, book.fullname, book.sheets.active.name
    _ask(path, "save", book.save)
    _ask(path, "close", book.close)
    try:
        yield
    finally:
        again = _ask(path, "open", lambda: app.books.open(fullname))
        again.sheets[sheet].activate()


def _ask(path: Path, do: str, request: Callable[[], Any]) -> Any:
    """Have Excel do something. It refuses while a cell is edited, say, by errors of its own of many types."""
    try:
        return request()
    except Exception as error:
        raise XlneuronError(
            f"{path}: Excel did not {do} it; is a cell being edited, or a question open? ({error})"
        ) from error
