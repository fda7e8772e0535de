"""The pages: every one says the same where Markdown is rendered, and is shipped; what is none is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from markdown_it import MarkdownIt
from markdown_it.token import Token

from xlneuron.books.words import Page, PageError, page_of, read_page, text_column, text_table

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "xlneuron").rglob("*.md"))

WHOLE = """
# What this workbook shows

A line `a*x + b` that is
broken, and {count} more.

# Three things to try

## Set `a*b` to {count}.

It rises.

# Good to know

1. First.

2. Then.

# A table

| sign | what |
|---|---|
| `  a*b` | A product of `a`. |
| b |  |
"""


def shown(token: Token) -> str:
    """What a reader sees of a rendered line: `softbreak` is a space."""
    parts = {"softbreak": " ", "text": None, "code_inline": None}
    assert all(child.type in parts for child in token.children), f"markup: {token.content!r}"
    return "".join(parts[child.type] or child.content for child in token.children)


def rendered(markdown: str) -> list[str]:
    """The texts of a page as Markdown has them, the numbers of its lists included."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    texts, item = [], ""
    for token in tokens:
        if token.type == "list_item_open":
            item = f"{token.info}{token.markup} "
        elif token.type == "inline":
            texts.append(item + shown(token))
            item = ""
        else:
            kinds = (
                "heading",
                "paragraph",
                "ordered_list",
                "list_item",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
            )
            assert token.type.removesuffix("_open").removesuffix("_close") in kinds, token
    return texts


def told(page: Page) -> list[str]:
    """The same as the reader has them."""
    texts = []
    for title, section in page.sections.items():
        texts.append(title)
        for text in section:
            texts += [text.title] * bool(text.title)
            texts += [cell for row in text.rows for cell in row] or [text.text]
    return texts


def test_a_page():
    page = read_page(WHOLE, "relu.md")
    words = page.words(count=3)
    assert words.shows == ("A line a*x + b that is broken, and 3 more.",)
    assert words.experiments == (("Set a*b to 3.", "It rises."),)
    assert words.notes == ("1. First.", "2. Then.")
    assert page.texts("Good to know") == words.notes
    assert page.table("A table") == (("sign", "what"), ("  a*b", "A product of a."), ("b", ""))


def test_a_table_of_a_page_is_one_of_a_sheet():
    page = read_page(WHOLE, "relu.md")
    table = text_table(
        "signs",
        "Signs",
        page.table("A table"),
        text_column("sign", "It.", 9, "code"),
        text_column("what", "", 20),
    )
    assert (table.key, table.rows, table.keys) == ("signs", 2, ("sign", "what"))
    assert [(each.header, each.values, each.group, each.style) for each in table.columns] == [
        ("sign", ("  a*b", "b"), "Signs", "code"),
        ("what", ("A product of a.", ""), "Signs", "text"),
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_is_shown_as_it_is_told(path):
    page = page_of(str(path.with_suffix(".py")))
    assert path.with_suffix(".py").is_file()
    assert told(page) == rendered(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("markdown", "problem"),
    [
        ("", "a.md: the page is empty"),
        ("text", "a.md, line 1: a page begins with the title of a section, # Title"),
        ("## Title\n\ntext", "a.md, line 1: a page begins with the title of a section, # Title"),
        ("# A\n\ntext\n\n# A\n\nmore", "a.md, line 5: the section 'A' is there twice"),
        ("# A\n", "a.md: nothing stands below 'A'"),
        ("# A\n\n# B\n\ntext", "a.md: nothing stands below 'A'"),
        ("# A\n\n## B\n", "a.md: nothing stands below 'B'"),
        ("# A\n\n## B\n\n## C\n\ntext", "a.md, line 5: nothing stands below 'B'"),
        ("# A\n\n### B\n\ntext", "a.md, line 3: ### is neither # for a section nor ## for a text"),
        ("# A\n\ntext `a*b", "a.md, line 3: a backtick without another one"),
        (
            "# A\n\nx is a\n- b",
            "a.md, line 3: '- b' begins no line of a paragraph; break the lines elsewhere",
        ),
        ("# A\n\n* one", "a.md, line 3: '* one' begins no line of a paragraph; break the lines elsewhere"),
        ("# A\n\ntext\n===", "a.md, line 3: '===' begins no line of a paragraph; break the lines elsewhere"),
        ("# A\n\n```", "a.md, line 3: '```' begins no line of a paragraph; break the lines elsewhere"),
        ("# A\n\n| a |\n| b |", "a.md, line 3: a table has a header, a line |---|---|, and rows"),
        ("# A\n\n| a |\n|---|", "a.md, line 3: a table has a header, a line |---|---|, and rows"),
        (
            "# A\n\n| a | b |\n|---|---|\n| c |",
            "a.md, line 3: every row of the table needs 2 cells, | cell | cell |",
        ),
    ],
)
def test_what_is_no_page(markdown, problem):
    with pytest.raises(PageError) as caught:
        read_page(markdown, "a.md")
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (lambda page: page.words(), "relu.md: the figure {count} is not known"),
        (lambda page: page.words(count=1, rate=2), "relu.md: the figure {rate} stands nowhere"),
        (lambda page: page.text("A"), "relu.md: there is no section 'A'"),
        (lambda page: page.text("Good to know"), "relu.md: 'Good to know' has 2 paragraphs instead of one"),
        (lambda page: page.texts("A table"), "relu.md: 'A table' has something else than paragraphs"),
        (lambda page: page.table("Good to know"), "relu.md: 'Good to know' has 0 tables instead of one"),
    ],
)
def test_what_a_page_has_not(ask, problem):
    with pytest.raises(PageError) as caught:
        ask(read_page(WHOLE, "relu.md"))
    assert str(caught.value) == problem


def test_something_to_try_says_what_will_happen():
    page = read_page(WHOLE.replace("## Set `a*b` to {count}.", "Set it to {count}."), "relu.md")
    with pytest.raises(PageError, match="needs ## what to do, and below it what will happen"):
        page.words(count=1)


def test_a_figure_is_not_looked_into():
    page = read_page("# A\n\nThe data is {data}, {data}.", "a.md")
    assert page.text("A", data="{data}`*x*`") == "The data is {data}`*x*`, {data}`*x*`."


def test_the_wheel_has_the_pages():
    builder = WheelBuilder(str(ROOT))
    shipped = {Path(file.path) for file in builder.recurse_included_files()}
    assert PAGES
    assert set(PAGES) <= shipped


HELP = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from xlneuron.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
assert opened
print([name for name in opened if name.endswith(".md")], file=sys.stderr)
"""


def test_help_reads_no_page():
    run = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stderr.strip() == "[]"
