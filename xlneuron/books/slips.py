"""Slips named as slips: before a live sentence judges a training, it looks at what was typed.

A text where a number is needed, an empty cell, a learning rate of 0, data that grew: each would look like an
explosion, or like nothing. Here every sheet with a live sentence gets results that are empty as long as all
is well, and otherwise say which cell is wrong and what to type. The sentence is theirs as long as one speaks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from xlneuron.books.verdict import Case, text, verdict
from xlneuron.networks.plan import largest
from xlneuron.tables.dependencies import Key, made_from
from xlneuron.tables.fill import tree
from xlneuron.tables.layout import FIRST_ROW
from xlneuron.tables.model import Allowed, Book, Column, Output, Setting, Sheet, Table, helper

SLIPS = "slips"  # the result that is empty as long as nothing is wrong
IS_DATA = "is_data"  # the column that says whether a datapoint is numbers
HELPERS = "Helpers of the live sentence"
MANY_FIGURES = 2  # in one text; they get cells of their own
MANY = 25  # typed columns that one cell looks at
ALLOWED = {
    "learning_rate": Allowed(0, above=True, example="0.0001"),
    "h": Allowed(0, above=True, example="0.01"),
    "tolerance": Allowed(0, above=True, example="0.01"),
    "spacing": Allowed(0, above=True, example="0.1"),
    "x_step": Allowed(0, above=True, example="0.5"),
    "z_step": Allowed(0, above=True, example="0.01"),
    "mom": Allowed(0, 1, example="0.9"),
    "sqr_mom": Allowed(0, 1, example="0.99"),
    "eps": Allowed(0, example="0.00000001"),
    "wd": Allowed(0, example="0.01"),
}
# Why some numbers cannot be meant; {0} is the setting.
NO_STEP = '"no weight moves" if {0} == 0 else "every step goes up the error"'
WHY = {
    "learning_rate": NO_STEP,
    "h": '"the estimate of a derivative divides by it" if {0} == 0 else "a weight is moved the wrong way"',
}


def with_slips(book: Book) -> Book:
    """Return a book whose live sentences name slips first."""
    sheets = [_with_rules(sheet) for sheet in book.sheets]
    sheets = [replace(sheet, tables=tuple(map(_with_check, sheet.tables))) for sheet in sheets]
    book = replace(book, sheets=tuple(sheets))
    needed = {
        sheet.key: set(made_from(book, (sheet.key, sheet.subtitle))) if sheet.sentence else set()
        for sheet in book.sheets
    }
    own = {sheet.key: _own_slips(book, sheet, needed[sheet.key]) for sheet in book.sheets}
    keys = {(key, slip.key) for key, slips in own.items() for slip in slips}

    def told(sheet: Sheet) -> Sheet:
        others = [
            f"{key}.slip_{name}"
            for key, name in sorted(needed[sheet.key])
            if key != sheet.key and (key, f"slip_{name}") in keys
        ]
        parts = [*(slip.key for slip in own[sheet.key]), *others]
        if not parts or sheet.sentence is None:
            return sheet
        steps, says = _in_steps(sheet.sentence.expr)
        whole = text(SLIPS, "Slips, all", parts[0] if len(parts) == 1 else f"join({', '.join(parts)})")
        return sheet.led_by(whole, says, *steps, *own[sheet.key])

    return book.with_results(map(told, book.sheets))


def _with_rules(sheet: Sheet) -> Sheet:
    """Return a sheet whose settings know which numbers make sense, where their lesson does not say so."""

    def ruled(setting: Setting) -> Setting:
        own = setting.allowed != Allowed()
        return setting if own else replace(setting, allowed=ALLOWED.get(setting.key, Allowed()))

    return replace(sheet, settings=tuple(map(ruled, sheet.settings)))


def _inputs(table: Table) -> list[Column]:
    """Return the columns that hold the user's numbers."""
    return [column for column in table.columns if column.style == "input"]


def _with_check(table: Table) -> Table:
    """Return a table of data with the column that tells whether a row is numbers.

    Of many typed columns it is made of others, that look at some each.
    """
    tests = [f"isnumber({column.key})" for column in _inputs(table)]
    if not tests:
        return table
    note = "1 if all that is typed in this row is numbers."
    groups = [tests[start : start + MANY] for start in range(0, len(tests), MANY)]
    checks = [f"1 if {largest(group, 'both')} else 0" for group in groups]
    if len(checks) == 1:
        return replace(table, columns=(*table.columns, _check(IS_DATA, checks[0], note)))
    parts = [_check(f"{IS_DATA}_{number}", test, note) for number, test in enumerate(checks, start=1)]
    whole = _check(IS_DATA, largest([part.key for part in parts], "min"), note)
    return replace(table, columns=(*table.columns, *parts, whole))


def _check(key: str, expr: str, note: str) -> Column:
    return replace(helper(key, expr, note, style="flag"), group=HELPERS)


def _own_slips(book: Book, sheet: Sheet, needed: set[Key]) -> list[Output]:
    """Return what can be wrong with a sheet's own settings, and with the data that its sentence is about."""
    found = [
        _result(f"slip_{each.key}", each.label, _wrong_setting(each))
        for each in sheet.settings
        if isinstance(each.value, int | float) and (sheet.key, each.key) in needed
    ]
    for owner, table in book.tables.values():
        inputs = [column for column in _inputs(table) if (table.key, column.key) in needed]
        if inputs:
            found += _data_slips(owner, table, inputs)
    return found


def _result(key: str, label: str, expr: str) -> Output:
    return text(key, f"Slip: {label}", expr)


def _wrong_setting(setting: Setting) -> str:
    """Return the expression of what is wrong with a setting."""
    key, label, allowed = setting.key, setting.label, setting.allowed
    wanted = f"Type {allowed.words}."
    not_number = (
        f'join("{label} is ", ("empty" if len({key}) == 0 else "a text"), ": type a number, such as '
        f'{allowed.example} (with the decimal mark of your region).")'
    )
    if allowed == Allowed():
        return f'"" if isnumber({key}) else {not_number}'
    why = WHY.get(key)
    tests = [f"{key} > {allowed.least:g}" if allowed.above else f"{key} >= {allowed.least:g}"]
    tests += [f"{key} <= {allowed.most:g}"] if allowed.most < 1e300 else []
    test = f"both({', '.join(tests)})" if len(tests) > 1 else tests[0]
    because = f'": ", ({why.format(key)}), ' if why else ""
    what = f'join("{label} is ", {key}, {because}". {wanted}")'
    return f'("" if {test} else {what}) if isnumber({key}) else {not_number}'


def _data_slips(sheet: Sheet, table: Table, inputs: list[Column]) -> Iterator[Output]:
    """Yield what can be wrong with a table of data: its cells, its length, inputs that are all the same."""
    first, tab = f"{table.key}.{inputs[0].key}", sheet.name
    wrong = f"match(0, {table.key}.{IS_DATA})"
    more = f"below({first})"
    yield _result(
        f"slip_{table.key}",
        f"{tab}, a cell",
        f'"" if min({table.key}.{IS_DATA}) == 1 else '
        f'join("Sheet {tab}, row ", {wrong} + {FIRST_ROW - 1}, ": a cell there is empty or a text. '
        'Type a number; rows at the end that are no longer needed go with xlneuron regenerate.")',
    )
    if table.key == "data":
        yield _result(
            f"more_{table.key}",
            f"{tab}, its length",
            f'"" if {more} == 0 else '
            f'join(rows({first}) + {more}, " datapoints on sheet {tab}, ", rows({first}), '
            f'" are used: run xlneuron regenerate, or delete the last ", {more}, ".")',
        )
        if inputs[0].key == "x" and len(table.columns) > 1 and table.rows > 1:
            yield _result(
                f"same_{table.key}",
                f"{tab}, its inputs",
                f'"All x on sheet {tab} are the same, and a line needs different ones: type others." '
                f'if both(min({table.key}.{IS_DATA}) == 1, max({first}) == min({first})) else ""',
            )


def _in_steps(sentence: str) -> tuple[list[Output], str]:
    """Return what a sentence says case by case, and the expression that puts it together.

    A sentence that is one condition inside the other, or full of figures, is longer than anybody reads.
    """
    figures = _Figures()
    node, tests = tree(sentence), []
    while isinstance(node, ast.IfExp):
        tests.append((ast.unparse(node.test), figures.taken_out(node.body)))
        node = node.orelse
    rest = figures.taken_out(node)
    if not tests:
        return figures.outputs, rest
    cases = [
        Case(str(number), f"case {number} is so", test, body)
        for number, (test, body) in enumerate([*tests, ("", rest)], start=1)
    ]
    whole, *says = verdict(cases)
    return [*says, *figures.outputs], whole.expr


def _is_figure(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format"


class _Figures(ast.NodeTransformer):
    """Takes the figures out of texts, `format(x, "0.00")`, and makes results of them."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def taken_out(self, node: ast.expr) -> str:
        """Return a text with names in place of its figures, if it has more than one."""
        several = sum(map(_is_figure, ast.walk(node))) >= MANY_FIGURES
        return ast.unparse(self.visit(node) if several else node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Put a name in place of a figure."""
        if not _is_figure(node):
            return self.generic_visit(node)  # type: ignore[return-value]
        return ast.Name(self.names.setdefault(ast.unparse(node), f"figure_{len(self.names) + 1}"))

    @property
    def outputs(self) -> list[Output]:
        """The figures as results."""
        return [
            text(name, f"Figure {number}", f'iferror({figure}, "")', "As the sentence writes it.")
            for number, (figure, name) in enumerate(self.names.items(), start=1)
        ]
