"""An engine for xlwings that has LibreOffice do what Excel does: open, save, close and activate workbooks.

xlwings' own classes (`App`, `Book`, `Sheet`) stand in front of it, as they do in front of Excel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlneuron.hosts import office


@dataclass
class Sheet:
    book: Book
    name: str

    def activate(self) -> None:
        self.book.sheets.active = self


class Sheets:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.active = self(1)

    def __call__(self, name_or_index: str | int) -> Sheet:
        names = self.book.document.sheets()
        name = names[name_or_index - 1] if isinstance(name_or_index, int) else name_or_index
        assert name in names
        return Sheet(self.book, name)


class Book:
    def __init__(self, app: App, fullname: str) -> None:
        self.app, self.fullname = app, fullname
        self.name = Path(fullname).name
        self.document = app.program.open(fullname)
        self.sheets = Sheets(self)

    def save(self, path: str | None, password: str | None) -> None:
        assert (path, password) == (None, None)
        self.document.calculate()
        self.document.store_xlsx(self.fullname)

    def close(self) -> None:
        self.document.close()
        self.app.books.all.remove(self)

    def activate(self) -> None:
        pass


@dataclass
class Books:
    app: App
    all: list[Book] = field(default_factory=list)

    def __iter__(self) -> Iterator[Book]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __call__(self, name: str) -> Book:
        return {book.name: book for book in self.all}[name]

    def open(self, fullname: str, *_: Any) -> Book:
        self.all.append(Book(self.app, fullname))
        return self.all[-1]


class App:
    display_alerts = True
    pid = 0

    def __init__(self, engine: Engine, program: office.Office) -> None:
        self.engine, self.program = engine, program
        self.books = Books(self)

    def activate(self, steal_focus: bool) -> None:
        pass


class Engine:
    """What `xlwings.Engine` wraps; it has one app."""

    name, type = "LibreOffice", "desktop"

    def __init__(self, program: office.Office) -> None:
        self.apps = [App(self, program)]
