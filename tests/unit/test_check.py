"""`check`: silent on good workbooks, and every planted error is found in its cell, with its reason."""

from __future__ import annotations

import re

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.lessons import EACH_LESSON
from support.shipped import (
    DATA,
    EPOCHS,
    SGD,
    cell,
    changed,
    formula,
    row_added,
    with_inserted_column,
)

from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import DataSet, default_data
from xlneuron.errors import XlneuronError
from xlneuron.hosts.excel.dialect import FUNCTIONS
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.expressions import ColumnRef
from xlneuron.tables.expressions import parse as parse_expression
from xlneuron.tables.rounding import rounding
from xlneuron.upkeep.check import check
from xlneuron.xlsx.tokens import Place, shifted
from xlneuron.xlsx.write import write


@pytest.mark.parametrize("name", EACH_LESSON)
def test_it_is_silent_on_templates(name, written):
    report = check(written(name))
    assert report.problems == []
    assert report.notes == []
    assert report.values >= report.formulas > 100


@pytest.mark.parametrize(
    "dialect", [FUNCTIONS, libreoffice.FUNCTIONS, LAMBDA], ids=["excel", "office", "lambda"]
)
@pytest.mark.parametrize("name", ["01-basic-sgd", "02-two-neurons", "06-average-grad", "network"])
def test_it_is_silent_on_other_dialects(name, dialect, written, tmp_path):
    if name == "network":
        book = make(prepare(default_data(), "1-1relu-1", epochs=2))
        path = write(book, tmp_path / f"book{dialect.suffix}", dialect=dialect)
    else:
        path = written(name, dialect)
    report = check(path)
    assert report.problems == []
    assert report.values > report.formulas > 100


@pytest.mark.parametrize("rate", [1e-3, 1.0])
def test_it_is_silent_when_training_explodes(rate, tmp_path):
    book = LESSONS["01-basic-sgd"].make(Options(default_data(), learning_rate=rate, epochs=20))
    assert check(write(book, tmp_path / "book.xlsx")).problems == []


@pytest.mark.parametrize("first_class", [0, 1])
def test_it_is_silent_on_a_network_of_the_user_s(first_class, tmp_path):
    random = np.random.default_rng(1)
    inputs = tuple(map(tuple, random.normal(size=(12, 2)).round(2).tolist()))
    targets = tuple((float(number % 3 + first_class),) for number in range(12))
    data = DataSet(inputs, targets, ("u", "v", "kind"), "kinds.csv")
    request = prepare(data, "2-3tanh-3softmax", validation=0.25, scale="standard", optimizer="adam", epochs=2)
    report = check(write(make(request), tmp_path / "net.xlsx"))
    assert report.problems == []
    assert report.formulas > 3000


# Part, what is planted, the cell that is named, and a part of the reason.
PLANTED = {
    "another operator": (
        SGD,
        formula("Q40", "K40+learning_rate*O40"),
        "SGD!Q40",
        "it has + where its column has -",
    ),
    "a number over a formula": (
        SGD,
        cell("M50", "<v>19</v>"),
        "SGD!M50",
        "a number was typed over the formula",
    ),
    "a formula deleted": (SGD, cell("M50", ""), "SGD!M50", "the formula was deleted"),
    "the row above": (SGD, formula("L60", "J60*H59+K60"), "SGD!L60", "it refers to row 59 instead of row 60"),
    "another column": (SGD, formula("L60", "J60*I60+K60"), "SGD!L60", "it refers to I60 instead of H60"),
    "an old weight at the epoch's end": (
        SGD,
        formula("J35", "J34"),
        "SGD!J35",
        "last update of epoch 1, which is lost",
    ),
    "a row too early at the epoch's end": (
        SGD,
        formula("K64", "Q62"),
        "SGD!K64",
        "last update of epoch 2, which is lost",
    ),
    "the start again in an epoch": (
        SGD,
        formula("J35", "start_a"),
        "SGD!J35",
        "last update of epoch 1, which is lost",
    ),
    "a copied weight at the epoch's end": (
        SGD,
        cell("J35", "<v>2.6</v>"),
        "SGD!J35",
        "last update of epoch 1",
    ),
    "another constant": (SGD, formula("U70", "3*(L70-I70)"), "SGD!U70", "it has 3 where its column has 2"),
    "a number for a setting": (
        SGD,
        formula("P7", "J7-0.0001*N7"),
        "SGD!P7",
        "it has 0.0001 where its column has learning_rate",
    ),
    "a range too short": (
        SGD,
        formula("H9", "INDEX(Data!$A$6:$A$33,G9)"),
        "SGD!H9",
        "its range has A33 where its column has A34",
    ),
    "another sheet": (
        SGD,
        formula("H9", "INDEX(Epochs!$A$6:$A$34,G9)"),
        "SGD!H9",
        "sheet 'Epochs' instead of 'Data'",
    ),
    "a result's range": (
        SGD,
        formula("B31", "MAX($AC$6:$AC$120)"),
        "SGD!B31",
        "AC120 where it should be AC121",
    ),
    "a changed value": (
        SGD,
        cell("M100", "<f>(L100-I100)^2</f><v>99</v>"),
        "SGD!M100",
        "a value that the formula does not give",
    ),
    "a changed result": (
        SGD,
        cell("B29", "<f>IFERROR(SQRT(AVERAGE(Data!$K$6:$K$34)),1E+300)</f><v>1</v>"),
        "SGD!B29",
        "a value",
    ),
    "another first row": (
        SGD,
        formula("K6", "start_a"),
        "SGD!K6",
        "it has start_a where its column has start_b",
    ),
    "a longer formula": (SGD, formula("V80", "N80-T80+0"), "SGD!V80", "it is not the formula of its column"),
    "a step of the epochs": (EPOCHS, formula("A7", "A6+2"), "Epochs!A7", "it has 2 where its column has 1"),
    "data not calculated with": (
        DATA,
        cell("A6", "<v>15</v>"),
        "SGD!H6",
        "a value that the formula does not give",
    ),
    "a datapoint more": (
        DATA,
        row_added(35, '<c r="A35"><v>1</v></c><c r="B35"><v>3</v></c>'),
        "Data!A35",
        "takes in those here",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_errors_are_found(name, built):
    part, change, where, reason = PLANTED[name]
    problems = check(changed(built, {part: change})).problems
    assert f"{problems[0].sheet}!{problems[0].cell}" == where
    assert reason in str(problems[0])
    if part == SGD:
        assert len(problems) == 1  # and nothing that only depends on it


def test_a_text_over_a_formula(built):
    made = r'<c r="M50"\1 t="inlineStr"><is><t>big</t></is></c>'
    path = changed(built, {SGD: lambda xml: re.sub(r'<c r="M50"( s="\d+")>.*?</c>', made, xml)})
    (problem,) = check(path).problems
    assert str(problem) == "SGD!M50: expected =(L50-I50)^2, found 'big': a text was typed over the formula"


def test_a_whole_column_is_one_line(built):
    def all_rows(xml: str) -> str:
        return re.sub(r"<f>2\*\((L\d+)-(I\d+)\)</f>", r"<f>2*(\1+\2)</f>", xml)

    (problem,) = check(changed(built, {SGD: all_rows})).problems
    assert (problem.cell, problem.more) == ("U6", 115)


SPELLINGS = {
    "spaces, case and dollars": formula("P7", " j7 - LEARNING_RATE * $N$7"),
    "the setting's cell": formula("P7", "J7-$B$5*N7"),
    "the own sheet's name": formula("P7", "SGD!J7-'SGD'!learning_rate*N7"),
    "another number format": formula("X7", "IF(ISNUMBER(M7),IF(M7&gt;0.0,M7,NA()),NA())"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_other_spellings_are_no_errors(name, built):
    assert check(changed(built, {SGD: SPELLINGS[name]})).problems == []


def shared(xml: str) -> str:
    """Formulas as Excel saves them: one is written out, those filled down from it only say which."""
    for number, (column, last) in enumerate((("N", 121), ("P", 121), ("M", 100))):
        master = f'<f t="shared" ref="{column}7:{column}{last}" si="{number}">'
        for row in range(7, last + 1):
            text = rf'(<c r="{column}{row}"[^>]*>)<f>([^<]*)</f>'
            new = rf"\1{master}\2</f>" if row == 7 else rf'\1<f t="shared" si="{number}"/>'
            xml = re.sub(text, new, xml, count=1)
    return xml


def test_shared_formulas(built):
    path = changed(built, {SGD: shared})
    assert check(path).problems == []
    master = re.search(r'si="1">([^<]*)', shared(changed_text(built)))[1]
    assert shifted(master, 1) == "J8-learning_rate*N8"


def changed_text(path):
    from support.package import Package

    return Package(path).parts[SGD].decode()


def test_an_inserted_column_is_no_error(built):
    path = with_inserted_column(built, 12)
    assert openpyxl.load_workbook(path)["SGD"]["M6"].value == "=J6*H6+K6"
    assert check(path).problems == []


def test_a_file_without_values(built, tmp_path):
    path = tmp_path / "saved.xlsx"
    openpyxl.load_workbook(built).save(path)
    report = check(path)
    assert report.problems == []
    assert report.values == 0
    assert report.notes == [
        "the file holds no values (its last program does not calculate); --recalculate checks them"
    ]
    book = openpyxl.load_workbook(built)
    book["SGD"]["Q40"] = "=K40+learning_rate*O40"
    book.save(path)
    assert [problem.cell for problem in check(path).problems] == ["Q40"]


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        (SGD, cell("B5", ""), r"SGD!B5 \(Learning rate\) is blank; a number is needed"),
        (DATA, cell("A9", ""), "Data!A9 is blank; a datapoint needs a number"),
        (
            DATA,
            cell("B9", "<f>1/0</f>"),
            "Data!B9 is a formula without a value; save the workbook in a spread",
        ),
        (
            SGD,
            cell("B5", "<f>0.001*2</f>"),
            r"SGD!B5 \(Learning rate\) is a formula without a value; save the",
        ),
        (SGD, lambda xml: xml.replace(">prediction<", ">guess<"), "the header 'prediction' is not in row 5"),
        (
            DATA,
            lambda xml: cell("A20", "")(cell("B20", "")(xml)),
            "Data!A20 is blank, but more datapoints follow in row 21; close the gap",
        ),
    ],
)
def test_what_cannot_be_checked_says_why(built, part, change, message):
    with pytest.raises(XlneuronError, match=message):
        check(changed(built, {part: change}))


class Numbers:
    """The cells x, y and z."""

    def __init__(self, **cells: float) -> None:
        self.cells = cells

    def cell(self, table, column, back):
        return self.cells[column]

    def column(self, table, column):
        return list(self.cells.values())

    def name(self, sheet, name):
        raise KeyError(name)


class Names:
    def name(self, name):
        return ColumnRef("t", name) if name in "xyz" else None

    def attribute(self, owner, name):
        return None

    def known(self):
        return ["x", "y", "z"]


EXPRESSIONS = [
    "x + y - z",
    "x*y/z",
    "(x - y)**2",
    "(x*y - z*x)/0.01",
    "exp(x/100) - exp(y/100)",
    "tanh(x) - tanh(y)",
    "max(x, y) - z",
    "(x*x - y*y)/(x - y)",
    "abs(x) - sqrt(x*x + y*y)",
]
NUMBERS = st.floats(-100, 100, allow_subnormal=False).filter(lambda number: abs(number) > 1e-6)


@pytest.mark.parametrize("text", EXPRESSIONS)
@given(x=NUMBERS, y=NUMBERS, z=NUMBERS)
def test_the_rounding_of_15_digits_stays_below_its_bound(text, x, y, z):
    """What a spreadsheet that keeps 15 digits makes of an expression is not reported."""
    node = parse_expression(text, Names(), "test")
    rounded = Numbers(**{name: float(f"{value:.15g}") for name, value in zip("xyz", (x, y, z), strict=True)})
    exact, kept = evaluate(node, Numbers(x=x, y=y, z=z)), evaluate(node, rounded)
    if isinstance(exact, float) and isinstance(kept, float):
        assert abs(exact - kept) <= rounding(node, rounded)


def test_the_bound_is_narrow_where_nothing_is_lost():
    node = parse_expression("x*y + z", Names(), "test")
    assert rounding(node, Numbers(x=3.0, y=5.0, z=7.0)) < 1e-11


def test_a_place_is_its_sheet_column_and_row():
    assert Place("S", 1, 2) != Place("T", 1, 2)


# How long tables should be


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A network's training over 29 datapoints: rows 6 to 63 of sheet Training are its two epochs."""
    return write(make(prepare(default_data(), "1-1", epochs=2)), tmp_path_factory.mktemp("made") / "net.xlsx")


def with_cells(path, sheet, cells):
    """A copy, saved by openpyxl, with other values or formulas."""
    book = openpyxl.load_workbook(path)
    for where, value in cells.items():
        book[sheet][where] = value
    book.save(path.with_name("with_cells.xlsx"))
    return path.with_name("with_cells.xlsx")


def row_of(path, sheet, row, shift=0):
    """The formulas of a row by cell, filled down by `shift` rows."""
    cells = [each for each in openpyxl.load_workbook(path)[sheet][row] if str(each.value).startswith("=")]
    return {f"{each.column_letter}{row + shift}": shifted(each.value, shift) for each in cells}


@pytest.mark.parametrize("number", [None, 30])
def test_datapoints_pasted_into_a_network_s_workbook(network, number):
    path = with_cells(network, "Data", {"A35": number, "B35": 50, "C35": 131})
    (problem,) = check(path).problems
    assert (problem.cell, problem.expected, problem.found) == ("B35", "29 datapoints", "30")
    assert "`xlneuron regenerate` takes in those here" in problem.why


@pytest.mark.parametrize("columns", ["ABC", "BC"])
def test_datapoints_deleted_from_a_network_s_workbook(network, columns):
    path = with_cells(network, "Data", {f"{each}{row}": None for each in columns for row in (33, 34)})
    (problem,) = check(path).problems
    assert (problem.cell, problem.expected, problem.found) == ("B33", "29 datapoints", "27")


def test_datapoints_inserted_among_the_others(network):
    """A spreadsheet makes the ranges that read them longer; the tables are as they were."""
    path = with_cells(network, "Data", {"A35": 30, "B35": 50, "C35": 131})
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cells in sheet.iter_rows():
            for each in cells:
                if isinstance(each.value, str):
                    each.value = re.sub(r"(Data!\$([ABC])\$6:\$\2\$)34", r"\g<1>35", each.value)
    book.save(path)
    (problem,) = check(path).problems
    assert (problem.cell, problem.expected, problem.found) == ("B35", "29 datapoints", "30")


@pytest.mark.parametrize(("sheet", "row"), [("Training", 63), ("Epochs", 7), ("Fit", 34)])
def test_a_last_row_that_was_deleted(network, sheet, row):
    missing = row_of(network, sheet, row)
    problems = check(with_cells(network, sheet, dict.fromkeys(missing))).problems
    assert [f"{each.sheet}!{each.cell}" for each in problems] == [f"{sheet}!{cell}" for cell in missing]
    assert {each.why for each in problems} == {"the formula was deleted"}


def test_a_last_row_that_was_deleted_leaves_other_values_right(network):
    """In a file with values, too, nothing is named that only depends on the row."""
    book = openpyxl.load_workbook(network)
    empty = {each.coordinate for each in book["Training"][63] if str(each.value).startswith("=")}
    part = "xl/worksheets/sheet2.xml"

    def without_row(xml: str) -> str:
        for each in empty:
            xml = cell(each, "")(xml)
        return xml

    problems = check(changed(network, {part: without_row})).problems
    assert {each.row for each in problems if each.kind != "value"} == {63}
    assert problems[0].row == 63


def test_rows_too_many_below_a_table(network):
    rows = row_of(network, "Training", 63, 1) | row_of(network, "Training", 63, 2)
    (problem,) = check(with_cells(network, "Training", rows)).problems
    assert (problem.cell, problem.more) == ("E64", 1)
    assert problem.why == "a row too many: the table ends in row 63"


def test_more_inputs_to_predict_from_are_the_user_s(network):
    more = row_of(network, "Predict", 10, 1)
    assert check(with_cells(network, "Predict", {"A11": 3.5, **more})).problems == []


@pytest.mark.parametrize(
    ("value", "reason"),
    [("zz", "expected 'b', found 'zz': typed over a text of ours"), (None, "'b', found an empty cell")],
)
def test_a_text_of_ours_that_was_typed_over(network, value, reason):
    (problem,) = check(with_cells(network, "Start", {"B7": value})).problems
    assert str(problem).startswith("Start!B7: expected 'b'")
    assert reason in str(problem)


def test_a_starting_weight_that_was_deleted(network):
    path = with_cells(network, "Start", dict.fromkeys(f"{column}7" for column in "ABCDEF"))
    with pytest.raises(XlneuronError, match="sheet 'Start': the value of b is blank"):
        check(path)
