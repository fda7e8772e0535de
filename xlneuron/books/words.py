"""The words of a workbook: a page of Markdown beside the module that uses them, `relu.md` beside `relu.py`.

A page has sections, `# Title`, and in them texts: paragraphs with a blank line between, broken into lines
wherever it suits. `## Title` begins a text that has a title. A table is a table: | cell | cell |. Backticks,
which keep Markdown from taking the * of `a*x + b` for its own, are left out; {name} stands for a figure that
the module knows. Nothing else is markup: a page that has something else is refused, and it is said where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from xlneuron.errors import XlneuronError
from xlneuron.tables.model import Column, Table, Words, group

SHOWS, EXPERIMENTS, NOTES = "What this workbook shows", "Three things to try", "Good to know"
FIGURE = re.compile(r"\{([a-z_]+)\}")
# What Markdown would make something else of than a part of a paragraph, where it begins a line.
ELSE = re.compile(r"[-+*>]\s|#|\s{4}|\s*(?:```|~~~|<|[-=_*]+\s*$)")
LINE_OF_TABLE = re.compile(r"\|[-:| ]+\|")  # between the header and the rows


class PageError(XlneuronError):
    """A page that is not as this module's docstring says, or has not what it is asked for."""


@dataclass(frozen=True)
class Text:
    """A paragraph, with a title or without, or a table (then the text is empty)."""

    text: str
    title: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Page:
    """What a page says, by the titles of its sections."""

    name: str
    sections: Mapping[str, tuple[Text, ...]]

    def words(self, **figures: object) -> Words:
        """Return the words of an About sheet, with the figures filled in."""
        whole = (*self._section(SHOWS), *self._section(EXPERIMENTS), *self.sections.get(NOTES, ()))
        self._check_figures(whole, figures)
        experiments = [(each.title, each.text) for each in self._section(EXPERIMENTS)]
        if any("" in each for each in experiments):
            raise PageError(
                f"{self.name}: {EXPERIMENTS!r} needs ## what to do, and below it what will happen"
            )
        return Words(
            self._filled(SHOWS, figures),
            tuple((filled(what, figures), filled(result, figures)) for what, result in experiments),
            self._filled(NOTES, figures) if NOTES in self.sections else (),
        )

    def texts(self, title: str, **figures: object) -> tuple[str, ...]:
        """Return the paragraphs of a section, with the figures filled in."""
        self._check_figures(self._section(title), figures)
        return self._filled(title, figures)

    def text(self, title: str, **figures: object) -> str:
        """Return the only paragraph of a section, with the figures filled in."""
        texts = self.texts(title, **figures)
        if len(texts) != 1:
            raise PageError(f"{self.name}: {title!r} has {len(texts)} paragraphs instead of one")
        return texts[0]

    def table(self, title: str) -> tuple[tuple[str, ...], ...]:
        """Return the rows of a section's table, its header first."""
        tables = [each.rows for each in self._section(title) if each.rows]
        if len(tables) != 1:
            raise PageError(f"{self.name}: {title!r} has {len(tables)} tables instead of one")
        return tables[0]

    def _section(self, title: str) -> tuple[Text, ...]:
        if title not in self.sections:
            raise PageError(f"{self.name}: there is no section {title!r}")
        return self.sections[title]

    def _filled(self, title: str, figures: Mapping[str, object]) -> tuple[str, ...]:
        texts = self._section(title)
        if any(each.title or each.rows for each in texts):
            raise PageError(f"{self.name}: {title!r} has something else than paragraphs")
        return tuple(filled(each.text, figures) for each in texts)

    def _check_figures(self, texts: Iterable[Text], figures: Mapping[str, object]) -> None:
        asked = {name for each in texts for name in FIGURE.findall(f"{each.title} {each.text}")}
        for name in sorted(asked ^ figures.keys()):
            problem = "is not known" if name in asked else "stands nowhere"
            raise PageError(f"{self.name}: the figure {{{name}}} {problem}")


def text_column(key: str, note: str, width: float, style: str = "text") -> Column:
    """Return a column for the texts of a page, which `text_table` fills."""
    return Column(key, note=note, style=style, width=width)


def text_table(key: str, name: str, rows: tuple[tuple[str, ...], ...], *columns: Column) -> Table:
    """Return a page's table as one of a sheet: its header over the columns, its cells in them."""
    header, *cells = rows
    parts = zip(columns, header, zip(*cells, strict=True), strict=True)
    return Table(
        key,
        group(name, *(replace(column, header=title, values=values) for column, title, values in parts)),
        len(cells),
    )


def filled(text: str, figures: Mapping[str, object]) -> str:
    """Return a text with the figures in place of their names."""
    return FIGURE.sub(lambda found: str(figures[found[1]]), text)


@cache
def page_of(module: str) -> Page:
    """Return the page beside a module, whose `__file__` is given."""
    path = Path(module).with_suffix(".md")
    return read_page(path.read_text("utf-8"), path.name)


def read_page(markdown: str, name: str) -> Page:
    """Read a page. Raises PageError for what is no such page."""
    sections: dict[str, list[Text]] = {}
    texts: list[Text] | None = None
    title = ""
    for number, block in _blocks(markdown):
        where = f"{name}, line {number}"
        level, _, heading = block[0].partition(" ") if block[0].startswith("#") else ("", "", "")
        if level and title:
            raise PageError(f"{where}: nothing stands below {title!r}")
        if level == "#":
            texts = sections.setdefault(_plain(heading.strip(), where), [])
            if texts:
                raise PageError(f"{where}: the section {heading!r} is there twice")
        elif texts is None:
            raise PageError(f"{where}: a page begins with the title of a section, # Title")
        elif level == "##":
            title = _plain(heading.strip(), where)
        elif level:
            raise PageError(f"{where}: {level} is neither # for a section nor ## for a text")
        else:
            texts.append(_text(block, title, where))
            title = ""
    empty = [title] if title else [section for section, found in sections.items() if not found]
    if empty or not sections:
        raise PageError(
            f"{name}: nothing stands below {empty[0]!r}" if empty else f"{name}: the page is empty"
        )
    return Page(name, {section: tuple(found) for section, found in sections.items()})


def _blocks(markdown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield what stands between blank lines, and the number of its first line; a title is by itself."""
    block: list[str] = []
    for number, line in enumerate([*markdown.splitlines(), ""], 1):
        if block and (not line.strip() or line.startswith("#") or block[0].startswith("#")):
            yield number - len(block), block
            block = []
        if line.strip():
            block.append(line.rstrip())


def _text(block: list[str], title: str, where: str) -> Text:
    if all(line.startswith("|") for line in block):
        return Text("", title, _rows(block, where))
    for line in block:
        if ELSE.match(line) or line.startswith("|"):
            raise PageError(
                f"{where}: {line[:20]!r} begins no line of a paragraph; break the lines elsewhere"
            )
    return Text(_plain(" ".join(line.strip() for line in block), where), title)


def _rows(block: list[str], where: str) -> tuple[tuple[str, ...], ...]:
    header, *rows = ([_plain(cell.strip(), where) for cell in line[1:-1].split("|")] for line in block)
    if len(block) < 3 or not LINE_OF_TABLE.fullmatch(block[1]):
        raise PageError(f"{where}: a table has a header, a line |---|---|, and rows")
    if any(len(row) != len(header) for row in rows) or not all(line.endswith("|") for line in block):
        raise PageError(f"{where}: every row of the table needs {len(header)} cells, | cell | cell |")
    return tuple(map(tuple, (header, *rows[1:])))


def _plain(text: str, where: str) -> str:
    """Return a text without its backticks."""
    if text.count("`") % 2:
        raise PageError(f"{where}: a backtick without another one")
    return text.replace("`", "")
