"""Lay the files of a new lesson: make new-lesson NAME=09-batch-size QUESTION="Does the batch size matter?"

What it lays is a small lesson that works: a line by hand, and how far off it is. Change all of it.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[1]
LESSONS = "xlneuron/books/lessons"
NAME = re.compile(r"(?:\d\d-)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
ENTRY = re.compile(r'^        Lesson\(\s*"([^"]+)"', re.MULTILINE)
LONGEST = 80  # of questions; they stand beside the names in a list
END = "    )\n}\n"  # of the table of lessons

MODULE = '''\
"""$number: ..."""

from __future__ import annotations

from xlneuron.books.lessons.data_sheet import DATAPOINT, DATAPOINTS, data_sheet
from xlneuron.books.lessons.options import Options
from xlneuron.books.lessons.parts import start_settings
from xlneuron.books.words import page_of
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Sheet, Table, group
from xlneuron.xlsx.styles import BLUE


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook."""
    line = Sheet(
        "line",
        "Line",
        "prediction = a*x + b",
        "sentence",
        settings=start_settings("ab", options.start(name, "ab")),
        outputs=(
            Output("sentence", "", SENTENCE, style="text"),
            Output("rmse", "RMSE", "sqrt(average(line.err))").says(
                "Root of the mean squared error over the data."
            ),
        ),
        outputs_title="How far off it is",
        tables=(Table("line", COLUMNS, len(options.data)),),
        charts=(FIT,),
        about="Start here: a line, and how far it is from every datapoint.",
    )
    data = data_sheet(options, "The datapoints.")
    return Book(name, question, page_of(__file__).words(), (line, data), options.described())


COLUMNS = (
    *group("Which datapoint", *DATAPOINT),
    *group(
        "Prediction",
        Column("pred", "start_a*x + start_b", "The prediction, a*x + b.", header="prediction"),
        Column("err", "(pred - y)**2", "The squared error.", header="error", style="error"),
    ),
)
SENTENCE = """(
    "PASS: the line goes through every datapoint." if rmse == 0 else
    join("The line misses the data by ", format(rmse, "0.00"), " (RMSE).")
)"""
FIT = Chart("The data and the line", "x", "y", (DATAPOINTS, Series("line", "x", "pred", "line", BLUE)))
'''

PAGE = """\
# What this workbook shows

A line `a*x + b` and how far it is from the data. Write here what the workbook shows, in a few paragraphs.

# Three things to try

## On sheet Line set weight a to 2.

Every prediction is now off by 29, and so is the RMSE.

## Set weight b to 30, too.

The RMSE is 0: that is the line that the data lie on.

## Set weight a back to 1.

The RMSE is 50.16.

# Good to know

RMSE: the root of the mean squared error over the data.
"""

TEST = '''\
"""Template $number: what its About sheet says will happen."""

from __future__ import annotations

import pytest
from support.lessons import lesson, with_settings

from xlneuron.tables.values import BookValues

BOOK = lesson("$name")


@pytest.mark.parametrize(
    ("changes", "rmse"),
    [
        ({}, 76.13531510998396),
        ({"line__start_a": 2.0}, 29.0),
        ({"line__start_a": 2.0, "line__start_b": 30.0}, 0.0),
        ({"line__start_b": 30.0}, 50.155619893453135),
    ],
)
def test_what_is_tried(changes, rmse):
    values = BookValues(with_settings(BOOK, **changes))
    assert values.names["line", "rmse"] == pytest.approx(rmse, rel=1e-12)
    assert str(values.names["line", "sentence"]).startswith("The line misses" if rmse else "PASS")
'''

NEXT = """\
Next: its question in {lessons}/__init__.py, its words in {module}.md, its figures in {test}.
Then three changes of settings in tests/hosts/test_templates.py, make workbooks, make gallery."""


def entered(table: str, name: str, module: str, question: str) -> str:
    """Return the module of the table of lessons with one more, in the order of the names."""
    line = f'        Lesson("{name}", "{question}", "{module}", ("data", "weights")),\n'
    if len(line) > 111:  # with its line break
        line = (
            f'        Lesson(\n            "{name}",\n            "{question}",\n'
            f'            "{module}",\n            ("data", "weights"),\n        ),\n'
        )
    later = [found.start() for found in ENTRY.finditer(table) if found[1] > name]
    at = later[0] if later else table.rindex(END)
    return table[:at] + line + table[at:]


def new_lesson(root: Path, name: str, question: str) -> list[Path]:
    """Lay the files and return them. Raises ValueError for a name that cannot be, FileExistsError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"NAME={name}: a lesson is called like 09-batch-size")
    if not question or set(question) & set('"\\\n'):
        raise ValueError(f"QUESTION={question}: a question has no quotation marks in it")
    if len(question) > LONGEST:
        raise ValueError(f"QUESTION={question}: a question has at most {LONGEST} characters")
    number, _, rest = name.partition("-") if name[:1].isdigit() else (name, "", name)
    module = rest.replace("-", "_")
    folder = root / LESSONS
    short = number.replace("-", "_")
    texts = {
        folder / f"{module}.py": MODULE,
        folder / f"{module}.md": PAGE,
        root / f"tests/unit/test_lesson_{short}.py": TEST,
    }
    table = folder / "__init__.py"
    before = table.read_text("utf-8")
    taken = [path for path in texts if path.exists()]
    if taken or name in ENTRY.findall(before):
        raise FileExistsError(
            f"{taken[0].relative_to(root)} is there already" if taken else f"{name} is there already"
        )
    for path, text in texts.items():
        path.write_text(Template(text).substitute(name=name, number=number), "utf-8")
    table.write_text(entered(before, name, module, question), "utf-8")
    return [*texts, table]


def main() -> None:
    """Lay the files, and say what is left to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("question", nargs="?", default="What does it show?")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args()
    try:
        module, _, test, table = new_lesson(given.root, given.name, given.question or "What does it show?")
    except (ValueError, FileExistsError) as error:
        raise SystemExit(f"new-lesson: {error}") from None
    for path in (module, module.with_suffix(".md"), test, table):
        print(path.relative_to(given.root))
    print(NEXT.format(lessons=LESSONS, module=module.stem, test=test.relative_to(given.root)))


if __name__ == "__main__":
    main()
