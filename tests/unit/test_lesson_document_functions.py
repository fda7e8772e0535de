"""Template document-functions (E11): what it says of any name and text, and the VBA that it writes."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import column_index_from_string
from support.lessons import changed, lesson, table

from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel.vba import RESERVED
from xlneuron.tables.layout import Layout, fill_row
from xlneuron.tables.values import BookValues

ROOT = Path(__file__).parents[2]
ADDNUM = ROOT / "vba" / "addnum.bas"
EMPTY = {f"what__{column}__{row}": "" for column in ("name", "text") for row in range(1, 11)}


book = partial(lesson, "document-functions")
built = partial(changed, "document-functions")


def described(name: str, text: str, *arguments: tuple[str, str], count: int | None = None) -> BookValues:
    """The workbook for a function of somebody's own."""
    changes: dict[str, float | str] = {
        **EMPTY,
        "check__arguments": len(arguments) if count is None else count,
    }
    for row, (its_name, its_text) in enumerate([(name, text), *arguments], start=1):
        changes[f"what__name__{row}"], changes[f"what__text__{row}"] = its_name, its_text
    return built(**changes)


def sentence(values: BookValues) -> str:
    return values.names["check", "sentence"]


def verdicts(values: BookValues) -> list[str]:
    return table(values, "what")["verdict"]


def code(values: BookValues) -> list[str]:
    lines = table(values, "lines")["line"]
    used = [line for line in lines if line]
    assert lines == used + [""] * (len(lines) - len(used)), "no blank line in the middle"
    return used


def test_as_shipped_it_writes_the_smallest_example():
    values = built()
    assert verdicts(values) == ["PASS"] * 3 + [""] * 7
    assert (
        sentence(values) == "PASS: Excel would take the texts of addNum. Sheet Code has the lines to paste."
    )
    lines = ADDNUM.read_text("ascii").splitlines()
    assert code(values) == lines[lines.index("Public Sub Describe_addNum()") :]


def test_what_the_about_sheet_says_will_happen():
    values = built(what__name__1="num1")
    assert sentence(values) == "FAIL: the function: Excel takes num1 for a cell."
    assert verdicts(values)[:3] == ["FAIL: Excel takes num1 for a cell", "PASS", "PASS"]
    assert sentence(built(what__name__1="num_1")).startswith("PASS")

    values = built(what__text__2='The "first" number.')
    assert sentence(values).startswith("PASS")
    assert code(values)[2] == '    texts(1) = "The ""first"" number."'

    values = built(check__arguments=3)
    assert sentence(values) == (
        "FAIL: arguments: 3 in the function, but 2 described. Excel would not say so."
    )
    values = built(check__arguments=3, what__name__4="num3", what__text__4="A third number.")
    assert sentence(values).startswith("PASS")
    assert code(values)[1] == "    Dim texts(1 To 3) As String"
    assert code(values)[4] == '    texts(3) = "A third number."'


RULE = "FAIL: a name has letters, digits and _, and begins with a letter"


@pytest.mark.parametrize(
    ("arguments", "verdict", "says"),
    [
        ((), "PASS", "PASS"),  # a function without arguments
        ((("x", "A" * 255),), "PASS", "PASS"),
        ((("x", "A" * 256),), "FAIL: 256 characters, 255 fit", "FAIL: argument 1: 256 characters, 255 fit."),
        ((("x", ""),), "FAIL: nothing says what it is", "FAIL: argument 1: nothing says what it is."),
        ((("", "A text."),), RULE, f"FAIL: argument 1: {RULE.removeprefix('FAIL: ')}."),
        ((("a b", "A text."),), RULE, f"FAIL: argument 1: {RULE.removeprefix('FAIL: ')}."),
        ((("NEXT", "A text."),), "FAIL: VBA keeps the name NEXT for itself", "FAIL: argument 1: VBA keeps"),
        ((("", ""), ("x", "A text.")), "FAIL: the line above is empty", "FAIL: argument 2: the line above"),
    ],
)
def test_what_can_be_wrong_with_an_argument(arguments, verdict, says):
    values = described("twice", "Twice a number.", *arguments)
    assert verdicts(values)[len(arguments)] == verdict
    assert sentence(values).startswith(says)


@pytest.mark.parametrize(
    ("arguments", "count", "says"),
    [
        (2, 60, "FAIL: here is room for 9 arguments; add the others to the code, in the same way."),
        (2, 61, "FAIL: a function of VBA has at most 60 arguments, not 61."),
        (2, 1, "FAIL: arguments: 1 in the function, but 2 described."),
        (8, 8, "PASS"),
    ],
)
def test_how_many_arguments_there_are(arguments, count, says):
    given_ones = [(f"argument_{number}", "A text.") for number in range(arguments)]
    assert sentence(described("twice", "Twice a number.", *given_ones, count=count)).startswith(says)


def test_the_names_together():
    names = [letter * 30 for letter in "abcdefgh"]
    for longest, says in (
        (29, "PASS"),
        (30, "FAIL: the names of the arguments have 254 characters together; 253"),
    ):
        arguments = [(name, "A text.") for name in (*names[:-1], "h" * longest)]
        assert len(", ".join(name for name, _ in arguments)) == 224 + longest
        assert sentence(described("twice", "Twice a number.", *arguments)).startswith(says)


@given(st.text("aBzXFD_019 .-\"'*?é", max_size=8) | st.from_regex(r"[A-Za-z]{1,4}[0-9]{1,8}", fullmatch=True))
def test_which_names_a_function_may_have(name):
    verdict = verdicts(described(name, "A text."))[0]
    parts = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", name)
    if not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name):
        assert verdict == RULE
    elif parts and column_index_from_string(parts[1]) <= 16_384:
        assert verdict == f"FAIL: Excel takes {name} for a cell"
    elif name.lower() in RESERVED.split():
        assert verdict == f"FAIL: VBA keeps the name {name} for itself"
    else:
        assert verdict == "PASS"


def test_what_vba_keeps_for_itself():
    for word in ("string", "Loop", "ME"):
        assert verdicts(described(word, "A text.")) == [
            f"FAIL: VBA keeps the name {word} for itself",
            *[""] * 9,
        ]


TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


@given(TEXTS, st.lists(TEXTS, max_size=8))
def test_the_code_says_what_was_typed(text, texts):
    arguments = [(f"x{number}", each) for number, each in enumerate(texts, start=1)]
    lines = code(described("twice", text, *arguments))
    values = re.findall(
        r'^ +(?:texts\(\d+\) = |Description:=)"((?:[^"]|"")*)"(?:, _)?$', "\n".join(lines), re.M
    )
    assert [value.replace('""', '"') for value in values] == [*texts, text]
    assert ("        ArgumentDescriptions:=texts" in lines) == bool(texts)
    assert (f"    Dim texts(1 To {len(texts)}) As String" in lines) == bool(texts)
    assert lines[0] == "Public Sub Describe_twice()"
    assert lines[-1] == "End Sub"
    start = next(number for number, line in enumerate(lines) if "MacroOptions" in line)
    goes_on = [line.endswith(" _") for line in lines]
    assert goes_on == [start <= number < len(lines) - 2 for number in range(len(lines))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_our_own_functions_pass(name):
    function = FUNCTIONS[name]
    arguments = [(argument.name, argument.description) for argument in function.arguments]
    assert sentence(described(name, function.description, *arguments)).startswith(
        f"PASS: Excel would take the texts of {name}"
    )


def test_formulas_are_short():
    """They can be read: at most 400 characters, and three IFs within each other."""
    layout = Layout(book())
    formulas = [layout.item_formula(sheet, output) for sheet in book().sheets for output in sheet.outputs]
    for sheet in book().sheets:
        for each in sheet.tables:
            for first in (True, False):
                found = layout.row_formulas(each, first=first)
                formulas += [fill_row(formula.text, 6) for formula in found if formula is not None]
    for formula in formulas:
        assert len(formula) <= 400
        assert depth(formula) <= 3


def depth(formula: str) -> int:
    """How many IFs stand within each other."""
    open_brackets: list[bool] = []
    deepest = 0
    for found in re.finditer(r'"(?:[^"]|"")*"|\bIF\(|\(|\)', formula):
        if found[0] == ")":
            open_brackets.pop()
        elif found[0].endswith("("):
            open_brackets.append(found[0] == "IF(")
            deepest = max(deepest, sum(open_brackets))
    return deepest


@pytest.mark.parametrize("key", ["failures", "places"])
def test_the_page_has_the_same_tables(key):
    page = (ROOT / "docs" / "document-functions.md").read_text("utf-8")
    lines = page.splitlines()
    columns = book().tables[key][1].columns
    start = lines.index(f"| {' | '.join(column.header for column in columns)} |") + 2
    rows = zip(*(column.values for column in columns), strict=True)
    expected = [f"| {' | '.join(row)} |" for row in rows]
    assert lines[start : start + len(expected) + 1] == [*expected, ""]


def test_how_many_failures_the_about_sheet_promises():
    assert len(table(built(), "failures")["says"]) == 17
    assert book().sheets[2].about.startswith("Seventeen ways ")
