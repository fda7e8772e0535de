"""What a workbook is made of: settings, results, tables of columns, charts and words, as plain data.

A lesson builds a `Book`; nothing here knows about cells or files. An expression's names mean, in this order:
a column of the same table in the same row, a setting or a result of the same sheet. `prev.x` is column x in
the row above, `table.x` all rows of a column, `sheet.name` a setting or a result of any sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlneuron.tables.expressions import ColumnRef, ExpressionError, NameRef, Node, RangeRef, parse, walk

# Names become sheet-scoped names of the workbook, so they must not look like a cell (A1, mom1, R1C1).
KEY = re.compile(r"[a-z][a-z0-9_]*")
INPUTS = ("input", "input text")  # the styles of what the user types
LIKE_A_CELL = re.compile(r"[a-z]{1,3}[0-9]+|[rc][0-9]*|r[0-9]*c[0-9]*")


@dataclass(frozen=True)
class Allowed:
    """The numbers that make sense in a setting: from `least` (without it, if `above`) to `most`.

    `example` is one of them, as a message names it.
    """

    least: float = -1e300
    most: float = 1e300
    above: bool = False
    example: str = "1"

    @property
    def words(self) -> str:
        """What is needed."""
        if self.least == -self.most:
            return f"a number, such as {self.example}"
        if self.most < 1e300:
            return f"a number from {self.least:g} to {self.most:g}, such as {self.example}"
        limit = f"above {self.least:g}" if self.above else f"from {self.least:g} on"
        return f"a number {limit}, such as {self.example}"


@dataclass(frozen=True)
class Setting:
    """A cell that the user may change."""

    key: str
    label: str
    value: float | str
    note: str = ""
    style: str = "setting"
    allowed: Allowed = Allowed()

    def says(self, note: str) -> Setting:
        """Return the setting with this note."""
        return replace(self, note=note)


@dataclass(frozen=True)
class Output:
    """A live result: a cell with a formula. `detail` ones, which others are made of, stand below."""

    key: str
    label: str
    expr: str
    note: str = ""
    style: str = "number"
    detail: bool = False

    def says(self, note: str) -> Output:
        """Return the result with this note."""
        return replace(self, note=note)


@dataclass(frozen=True)
class Column:
    """A column of a table: an expression, another one for its first row, or given `values`.

    `header` is shown (the key if empty), `note` explains it when the mouse rests on the header. `group`
    names the band above the header. `style` is a style of `styles`. `functions` is how the dialects with
    functions write the same value, where they do; `spill` is the last of the columns that its result fills.
    """

    key: str
    expr: str = ""
    note: str = ""
    first: str | None = None
    header: str = ""
    group: str = ""
    style: str = "number"
    values: Sequence[float | str] | None = None
    width: float | None = None
    detail: bool = False  # a helper column: outlined, so that it can be folded away
    functions: str | None = None
    spill: str | None = None

    @property
    def is_input(self) -> bool:
        """Whether the user types its values."""
        return self.style in INPUTS

    def says(self, note: str) -> Column:
        """Return the column with this note."""
        return replace(self, note=note)


def group(name: str, *columns: Column) -> tuple[Column, ...]:
    """Return columns that stand below one band with a name."""
    return tuple(replace(column, group=name) for column in columns)


def helper(
    key: str, expr: str, note: str = "", first: str | None = None, header: str = "", style: str = "number"
) -> Column:
    """Return a column that others are made of, folded away."""
    return Column(key, expr, note, first, header, style=style, detail=True)


def counter(key: str, note: str, *, first: int = 1, header: str = "") -> Column:
    """Return a column that counts the rows."""
    return Column(key, f"prev.{key} + 1", note, str(first), header, style="integer")


def detail(key: str, label: str, expr: str, note: str = "", style: str = "general") -> Output:
    """Return a result that others are made of, which stands below them."""
    return Output(key, label, expr, note, style, detail=True)


def for_chart(cell: str, shown: str) -> str:
    """Return the expression of a cell for a chart: a gap, #N/A, where it is no number or not to be shown."""
    return f"({cell} if {shown} else na()) if isnumber({cell}) else na()"


def gap_unless(shown: str, value: str) -> str:
    """Return the expression of a value for a chart: a gap, #N/A, where it is an error or not to be shown."""
    return f"iferror({value} if {shown} else na(), na())"


def filled(columns: Iterable[Column], call: str) -> tuple[Column, ...]:
    """Return neighbouring columns, which one call fills in the dialects with functions."""
    first, *others = columns
    spill = others[-1].key if others else None
    return (replace(first, functions=call, spill=spill), *others)


@dataclass(frozen=True)
class Table:
    """Columns, and how many rows of them there are."""

    key: str
    columns: tuple[Column, ...]
    rows: int
    title: str = ""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns' keys in the order of display."""
        return tuple(column.key for column in self.columns)


@dataclass(frozen=True)
class Series:
    """One line of a chart: the columns of a table that give its x and y."""

    table: str
    x: str
    y: str
    label: str
    color: str | None = None
    marker: bool = False  # dots instead of a line
    dash: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart; `log_y` and `log_x` for what spans many orders of magnitude."""

    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    log_y: bool = False
    log_x: bool = False
    y_min: float | None = None
    y_max: float | None = None
    x_min: float | None = None
    x_max: float | None = None


@dataclass(frozen=True)
class Sheet:
    """A sheet: on the left its settings, results and charts, to the right its tables."""

    key: str
    name: str  # on the tab
    title: str
    subtitle: str  # a text, or the key of a result: the sheet's live sentence
    settings: tuple[Setting, ...] = ()
    outputs: tuple[Output, ...] = ()
    outputs_title: str = "Training health"
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    charts_right: bool = False  # of the tables, not below the settings
    about: str = ""  # what the About sheet says of it; the title if empty

    @property
    def names(self) -> tuple[Setting | Output, ...]:
        """The cells that have a name."""
        return (*self.settings, *self.outputs)

    @property
    def sentence(self) -> Output | None:
        """The result that is its live sentence; None if the subtitle is a text."""
        return next((each for each in self.outputs if each.key == self.subtitle), None)

    def led_by(self, first: Output, sentence: str, *parts: Output) -> Sheet:
        """Return a sheet that says what `first` says as long as that is not empty, and else `sentence`.

        `parts` are the results that these two are made of.
        """
        outputs = [
            replace(each, expr=f'{first.key} if {first.key} != "" else ({sentence})')
            if each.key == self.subtitle
            else each
            for each in self.outputs
        ]
        return replace(self, outputs=(*outputs, *parts, first))


@dataclass(frozen=True)
class Words:
    """The About sheet: what the workbook shows, and three things to try with what will happen."""

    shows: tuple[str, ...]
    experiments: tuple[tuple[str, str], ...]  # what to do, what will happen
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefinedName:
    """A name that a workbook has for a formula; of one sheet only, if it has that sheet's key."""

    name: str
    formula: str  # as a file stores it, without the leading =
    comment: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Book:
    """A workbook. `options` is what it was made with, kept in the file.

    `built_with` stands above its words, if these are about other data or settings than its own.
    """

    name: str
    question: str
    words: Words
    sheets: tuple[Sheet, ...]
    options: dict[str, object] = field(default_factory=dict)
    built_with: str = ""
    defined: tuple[DefinedName, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self)

    @cached_property
    def tables(self) -> dict[str, tuple[Sheet, Table]]:
        """Every table and the sheet that it stands on, by its key."""
        return {table.key: (sheet, table) for sheet in self.sheets for table in sheet.tables}

    @cached_property
    def names(self) -> dict[tuple[str, str], Setting | Output]:
        """Every setting and result, by its sheet's key and its own."""
        return {(sheet.key, item.key): item for sheet in self.sheets for item in sheet.names}

    @cached_property
    def drawn(self) -> frozenset[tuple[str, str]]:
        """The columns that charts show, by table and key."""
        return frozenset(
            (series.table, key)
            for sheet in self.sheets
            for chart in sheet.charts
            for series in chart.series
            for key in (series.x, series.y)
        )

    @cached_property
    def cells(self) -> dict[tuple[str, str], Node]:
        """The expression of every result, by its sheet's key and its own."""
        return {
            (sheet.key, output.key): parse(
                output.expr, BookScope(self, sheet, None), f"result {output.key!r} of sheet {sheet.name!r}"
            )
            for sheet in self.sheets
            for output in sheet.outputs
        }

    @cached_property
    def columns(self) -> dict[tuple[str, str], tuple[Node, Node] | None]:
        """Every column's expressions (first row, other rows), by table and key; None if it has values."""
        return {
            (table.key, column.key): self._expressions(sheet, table, column)
            for sheet, table in self.tables.values()
            for column in table.columns
        }

    @cached_property
    def calls(self) -> dict[tuple[str, str], Node]:
        """How the dialects with functions write a column, by table and key, for those that have it."""
        return {
            (table.key, column.key): parse(
                column.functions,
                BookScope(self, sheet, table),
                f"function of column {column.key!r} of table {table.key!r}",
                worksheet_functions=True,
            )
            for sheet, table in self.tables.values()
            for column in table.columns
            if column.functions is not None
        }

    def with_results(self, sheets: Iterable[Sheet]) -> Book:
        """Return the book with sheets that have more results, but the same tables: these are read once."""
        made = replace(self, sheets=tuple(sheets))
        made.__dict__["columns"] = self.columns
        return made

    def _expressions(self, sheet: Sheet, table: Table, column: Column) -> tuple[Node, Node] | None:
        if column.values is not None:
            return None
        where = f"column {column.key!r} of table {table.key!r}"
        scope = BookScope(self, sheet, table)
        other = parse(column.expr, scope, where)
        first = other if column.first is None else parse(column.first, scope, f"first row of {where}")
        if any(isinstance(node, ColumnRef) and node.back for node in walk(first)):
            raise ExpressionError(f"{where}: the first row has no row above it")
        return first, other


@dataclass(frozen=True)
class BookScope:
    """What names mean in a table of a sheet, or in a result of it (`table` is None)."""

    book: Book
    sheet: Sheet
    table: Table | None

    def name(self, name: str) -> Node | None:
        """Return what a bare name means."""
        if self.table is not None and name in self.table.keys:
            return ColumnRef(self.table.key, name)
        if (self.sheet.key, name) in self.book.names:
            return NameRef(self.sheet.key, name)
        return None

    def attribute(self, owner: str, name: str) -> Node | None:
        """Return what `prev.name`, `table.name` or `sheet.name` means."""
        if owner == "prev":
            known = self.table is not None and name in self.table.keys
            return ColumnRef(self.table.key, name, back=1) if known and self.table is not None else None
        if owner in self.book.tables and name in self.book.tables[owner][1].keys:
            return RangeRef(owner, name)
        return NameRef(owner, name) if (owner, name) in self.book.names else None

    def known(self) -> list[str]:
        """Return the names that can be used."""
        own = self.table.keys if self.table is not None else ()
        return [*own, *(name for sheet, name in self.book.names if sheet == self.sheet.key)]


def _check_names(book: Book) -> None:
    """Refuse names that a workbook cannot have, or has twice."""
    tables = [table for sheet in book.sheets for table in sheet.tables]
    groups = {
        "sheet": [sheet.key for sheet in book.sheets],
        "table": [table.key for table in tables],
        **{f"name on sheet {sheet.key!r}": [item.key for item in sheet.names] for sheet in book.sheets},
        **{f"column of table {table.key!r}": list(table.keys) for table in tables},
    }
    for what, keys in groups.items():
        for key, times in Counter(keys).items():
            if not KEY.fullmatch(key) or key == "prev" or times > 1:
                raise ExpressionError(
                    f"{book.name}: {key!r} cannot be the name of a {what}, or is there twice"
                )
    for sheet, key in book.names:
        if LIKE_A_CELL.fullmatch(key):
            raise ExpressionError(f"{book.name}: {key!r} on sheet {sheet!r} looks like a cell")
