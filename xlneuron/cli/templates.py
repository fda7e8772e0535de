"""`xlneuron list` and `xlneuron build`: the template workbooks."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from xlneuron.cli.output import print_json, progress_bar
from xlneuron.cli.values import unknown
from xlneuron.data import default_data, read_csv
from xlneuron.lessons import LESSONS, Lesson, Options


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
    from xlneuron.workbook.build import check_target, write  # noqa: PLC0415 - the list does not need it

    lessons = list({find(name).name: find(name) for name in arguments.names}.values()) or list(
        LESSONS.values()
    )
    options = Options(
        data=read_csv(arguments.data) if arguments.data else default_data(),
        learning_rate=arguments.learning_rate,
        h=arguments.h,
        epochs=arguments.epochs,
        weights=arguments.weights,
    )
    directory = Path(arguments.out)
    books = [(lesson, lesson.make(options), directory / f"{lesson.name}.xlsx") for lesson in lessons]
    directory.mkdir(parents=True, exist_ok=True)
    for _, _, path in books:
        check_target(path, force=arguments.force)
    written = []
    for lesson, book, path in books:
        with progress_bar(path.name, quiet=arguments.quiet) as progress:
            write(book, path, force=arguments.force, progress=progress)
        written.append({"name": lesson.name, "question": lesson.question, "path": str(path)})
        if not arguments.quiet and not arguments.json:
            print(f"{path}  {lesson.question}", flush=True)
    if arguments.json:
        print_json(written)


def find(name: str) -> Lesson:
    """Return a template by its name (01-basic-sgd), its number (01, 1) or its name without it (basic-sgd)."""
    wanted = name.casefold().removesuffix(".xlsx")
    for lesson in LESSONS.values():
        number, _, title = lesson.name.partition("-")
        if wanted in {lesson.name, title, number, number.lstrip("0")}:
            return lesson
    raise unknown("template", name, LESSONS)
