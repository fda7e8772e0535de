"""`xlneuron list` and `xlneuron build`: the template workbooks."""

from __future__ import annotations

from argparse import Namespace
from importlib import import_module
from pathlib import Path

from xlneuron.books.lessons import LESSONS, SETTINGS, Lesson, Options
from xlneuron.cli.output import make_folder, print_json, progress_bar
from xlneuron.cli.values import unknown
from xlneuron.data import default_data, read_csv
from xlneuron.errors import UsageError, XlneuronError
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.model import Book

Target = tuple[Lesson, Book, Path]


def show(arguments: Namespace) -> None:
    """List the templates, one line each."""
    if arguments.json:
        print_json([{"name": lesson.name, "question": lesson.question} for lesson in LESSONS.values()])
        return
    width = max(map(len, LESSONS))
    for lesson in LESSONS.values():
        print(f"{lesson.name:<{width}}  {lesson.question}")


def build(arguments: Namespace) -> None:
    """Write templates. Whatever is wrong with what was given is found before the first file is written."""
    from xlneuron.xlsx.write import check_target, write  # noqa: PLC0415 - the list does not need it

    asked_for = list({find(name).name: find(name) for name in arguments.names}.values())
    _check_settings(asked_for, arguments)
    lessons = asked_for or list(LESSONS.values())  # of which each takes the settings that it uses
    options = Options(
        data=default_data() if arguments.data is None else read_csv(arguments.data),
        learning_rate=arguments.learning_rate,
        h=arguments.h,
        epochs=arguments.epochs,
        weights=arguments.weights,
    )
    dialect = find_dialect(arguments.formulas, arguments.host)
    directory = Path(arguments.out)
    ending = f"{'' if dialect is CELLS else f'-{dialect.name}'}{dialect.suffix}"
    books = [(lesson, lesson.make(options), directory / f"{lesson.name}{ending}") for lesson in lessons]
    if dialect.functions:
        books = _with_functions(books, asked_for=bool(asked_for))
    make_folder(directory)
    for _, _, path in books:
        check_target(path, force=arguments.force)
    written = []
    for lesson, book, path in books:
        with progress_bar(path.name, quiet=arguments.quiet) as progress:
            write(book, path, dialect=dialect, force=arguments.force, progress=progress)
        written.append({"name": lesson.name, "question": lesson.question, "path": str(path)})
        if not arguments.quiet and not arguments.json:
            print(f"{path}  {lesson.question}", flush=True)
    if arguments.json:
        print_json(written)


def _check_settings(lessons: list[Lesson], arguments: Namespace) -> None:
    """Refuse a setting that a template which was asked for would not use."""
    for name in SETTINGS:
        for lesson in lessons:
            if getattr(arguments, name) is not None and name not in lesson.uses:
                raise UsageError(
                    f"{_option(name)}: {lesson.name} has no such setting; {_settings_of(lesson)}"
                )


def _settings_of(lesson: Lesson) -> str:
    *others, last = [_option(name) for name in SETTINGS if name in lesson.uses] or [""]
    if not last:
        return "it has none, change its yellow cells in the spreadsheet"
    return f"it has {', '.join(others)}{' and ' if others else ''}{last}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def find_dialect(formulas: str, host: str) -> Dialect:
    """Return the way to write formulas: cells, functions (of a host) or lambda."""
    if formulas == "cells":
        return CELLS
    where, name = (
        ("networks.definitions", "LAMBDA") if formulas == "lambda" else (f"hosts.{host}.dialect", "FUNCTIONS")
    )
    dialect: Dialect = getattr(import_module(f"xlneuron.{where}"), name)
    return dialect


def _with_functions(books: list[Target], *, asked_for: bool) -> list[Target]:
    """Return the templates that call functions; one that was asked for and does not is an error."""
    for lesson, book, _ in books:
        if asked_for and not book.calls:
            raise XlneuronError(
                f"{lesson.name}: nothing in it is written with functions; leave out --formulas"
            )
    return [target for target in books if target[1].calls]


def find(name: str) -> Lesson:
    """Return a template by its name (01-basic-sgd), its number (01, 1) or its name without it (basic-sgd)."""
    wanted = name.casefold().removesuffix(".xlsx")
    for lesson in LESSONS.values():
        number, _, title = lesson.name.partition("-")
        if wanted == lesson.name or (number.isdigit() and wanted in {title, number, number.lstrip("0")}):
            return lesson
    raise unknown("template", name, LESSONS)
