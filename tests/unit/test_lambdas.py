"""The LAMBDA definitions, calculated by IronCalc, against the Python functions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import ironcalc
import numpy as np
import openpyxl
import pytest
from openpyxl.utils import FORMULAE
from support.calls import Argument, Call, write_calls
from support.lessons import with_calls
from support.package import MAIN, Package, position

from tests.examples import EXAMPLES, Example
from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.network import parse
from xlneuron.errors import ArgumentError, XlneuronError
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import call as python
from xlneuron.functions.cells import Cell, CellError
from xlneuron.functions.signature import MISSING, Missing
from xlneuron.networks.definitions import LAMBDA
from xlneuron.networks.lambda_draft import YOUNG, stored
from xlneuron.networks.lambdas import WRITERS, definition

EXACT = 1e-12
NAMES_OF_ERRORS = {error.value: error for error in CellError}
LIKE_A_CELL = re.compile(r"[a-z]{1,3}[0-9]+|[rc][0-9]*|r[0-9]*c[0-9]*", re.IGNORECASE)


def words(text: str) -> set[str]:
    return set(text.split())


# The functions of Excel's macros before VBA, dotted ones by their first word. Excel does not take a formula
# that calls a LET name like one of them: "That function isn't valid". It is so for a part of them only.
MACRO_FUNCTIONS = words(
    """
    ABSREF ACTIVE ACTIVATE ADD ALERT ALIGNMENT APPLY ARGUMENT ARRANGE ASSIGN ATTRIBUTES AXES BEEP BORDER
    BREAK BRING CALCULATE CALCULATION CALL CALLER CANCEL CELL CHANGE CLEAR CLOSE COLOR COMBINATION
    CONSOLIDATE COPY CREATE CROSSTAB CUSTOM CUT DATA DEFINE DELETE DEMOTE DEREF DIALOG DIRECTORY DISABLE
    DISPLAY DOCUMENTS DUPLICATE ECHO EDIT EDITION ELSE ENABLE END ERROR EVALUATE EXEC EXECUTE EXIT EXTEND
    EXTRACT FCLOSE FILE FILES FILL FILTER FOPEN FOR FORMAT FORMULA FPOS FREAD FREADLN FREEZE FSIZE FULL
    FWRITE FWRITELN GALLERY GET GOAL GOTO GRIDLINES GROUP HALT HELP HIDE HLINE HPAGE HSCROLL IF INITIATE
    INPUT INSERT JUSTIFY LABEL LAST LEGEND LINE LINKS LIST MAIN MENU MERGE MESSAGE MOVE NAMES NEW NEXT
    NOTE OBJECT ON OPEN OPTIONS OUTLINE OVERLAY PAGE PARSE PASTE PATTERNS PAUSE PLACEMENT POKE PRECISION
    PREFERRED PRESS PRINT PROMOTE PROTECT QUIT REFTEXT REGISTER RELREF REMOVE RENAME REPEAT REPORT REQUEST
    RESTART RESULT RESUME RETURN ROUTE ROW RUN SAVE SCALE SCENARIO SELECT SELECTION SEND SERIES SET SHORT
    SHOW SIZE SLIDE SORT SOUND SPELLING SPLIT STANDARD STEP STYLE SUBSCRIBE SUBTOTAL SUMMARY TABLE
    TERMINATE TEXTREF TRACER TRANSCRIPT UNDO UNGROUP UNHIDE UNLOCKED UNREGISTER UPDATE VIEW VLINE VOLATILE
    VPAGE VSCROLL WAIT WHILE WINDOW WINDOWS WORKBOOK WORKGROUP WORKSPACE YIELD ZOOM
    """
)
WORKSHEET_FUNCTIONS = {*FORMULAE, *YOUNG} | words(
    """
    ARRAYTOTEXT BYCOL CHOOSECOLS CHOOSEROWS CONCAT DROP EXPAND FILTER GROUPBY HSTACK IFNA IFS IMAGE
    MAKEARRAY MAP MAXIFS MINIFS NUMBERVALUE PERCENTOF PIVOTBY RANDARRAY REDUCE REGEXEXTRACT REGEXREPLACE
    REGEXTEST SCAN SHEET SHEETS SORT SORTBY STOCKHISTORY SWITCH TAKE TEXTAFTER TEXTBEFORE TEXTJOIN
    TEXTSPLIT TOCOL TRANSLATE TRIMRANGE UNICHAR UNICODE UNIQUE VALUETOTEXT VSTACK WRAPCOLS WRAPROWS
    XLOOKUP XMATCH XOR
    """
)


def calculate(path: Path, calls: list[Call], network: str) -> list[list[list[Cell]]]:
    """The results of calls in a workbook that defines the functions for a network."""
    definitions = {name: definition(name, network).formula for name in WRITERS}
    places = write_calls(path, calls, definitions)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()

    def cell(row: int, column: int) -> Cell:
        value = model.get_cell_value(0, row, column)
        return NAMES_OF_ERRORS.get(value, value) if isinstance(value, str) else value

    found = []
    for _, area in places:
        (top, left), (bottom, right) = (position(corner) for corner in area.split(":"))
        rows, columns = range(top, bottom + 1), range(left, right + 1)
        found.append([[cell(row, column) for column in columns] for row in rows])
    return found


def agree(expected: list[list[Cell]], found: list[list[Cell]]) -> bool:
    return all(
        math.isclose(left, right, rel_tol=EXACT, abs_tol=EXACT)
        if isinstance(left, float) and isinstance(right, float)
        else left == right
        for lefts, rights in zip(expected, found, strict=True)
        for left, right in zip(lefts, rights, strict=True)
    )


def network_of(example: Example) -> str:
    """The network that an example is about, with its number of inputs."""
    names = [argument.name for argument in FUNCTIONS[example.function].arguments]
    given = dict(zip(names, example.args, strict=False))
    network = given.get("network")
    network = "none" if network is None or isinstance(network, Missing) else str(network)
    weights: Argument = given.get("weights")
    if network not in ACTIVATIONS or not isinstance(weights, tuple):
        return network
    size = len(weights) if len(weights[0]) == 1 else len(weights[0])
    return f"{size - 1}-1{network}"


# What a LAMBDA shows where Python shows something else: Excel's own rules for blanks, texts and ranges.
VALUE, DIV0, NUM = CellError.VALUE, CellError.DIV0, CellError.NUM
DIFFERENT: dict[tuple[str, str], list[list[Cell]]] = {
    ("NEURON_FORWARD", "blank input"): [[1.0]],
    ("NEURON_FORWARD", "blank weight"): [[14.0]],
    ("NEURON_FORWARD", "text among the inputs"): [[2.0]],  # the first row; the second is #VALUE!
    ("NEURON_FORWARD", "a number stored as text"): [[15.0]],
    ("NEURON_FORWARD", "no weights"): [[VALUE]],
    ("SGD_STEP", "a learning rate in words"): [[VALUE]],
    ("SGD_STEP", "a range of learning rates"): [[0.9]],
    ("AVERAGE_GRAD", "text for TRUE or FALSE"): [[VALUE]],
    ("ADAGRAD_STEP", "0 / 0 without eps"): [[DIV0]],
    ("TRAIN_STEP", "a learning rate in words"): [[15.0, 1849.0, -1204.0, -86.0, VALUE, VALUE]],
    ("TRAIN_STEP", "what overflows, and what does not"): [[1e200, DIV0, NUM, 2e200, NUM, 0.0]],  # IronCalc's
}
# A network that is none has no definition; a neuron without a weight has none either.
UNDEFINED = {"unknown activation", "1-1 that became a date", "a layer without inputs", "a bias is missing"}
CASES = [each for each in EXAMPLES if each.function in WRITERS and each.note not in UNDEFINED]


@pytest.mark.host
def test_every_example(tmp_path: Path) -> None:
    by_network: dict[str, list[Example]] = {}
    for example in CASES:
        by_network.setdefault(network_of(example), []).append(example)
    for number, (network, examples) in enumerate(by_network.items()):
        calls = [
            Call(each.function, each.args, len(each.expected), len(each.expected[0])) for each in examples
        ]
        results = calculate(tmp_path / f"{number}.xlsx", calls, network)
        for example, found in zip(examples, results, strict=True):
            expected = DIFFERENT.get(
                (example.function, example.note), python(FUNCTIONS[example.function], example.args)
            )
            assert agree(expected, found), f"{example.function}, {example.note}: {found}, expected {expected}"


NETWORKS = [
    *ACTIVATIONS,
    *("1-1", "3-1tanh", "1-1-1", "1-1relu-1", "1-1gelu-1sigmoid", "1-1tanh-1softplus-1leaky_relu"),
    *("2-2", "2-3tanh-1sigmoid", "1-2relu-2", "3-2softplus-2gelu-1"),
]


@pytest.mark.host
@pytest.mark.parametrize("network", NETWORKS)
def test_networks(network: str, tmp_path: Path) -> None:
    """Random numbers: several datapoints, one row of weights or one for each; prediction and derivatives."""
    net, chance = parse(network), np.random.default_rng(7)

    def some(rows: int, columns: int) -> tuple[tuple[float, ...], ...]:
        return tuple(map(tuple, chance.normal(scale=2, size=(rows, columns)).round(3).tolist()))

    calls = []
    for rows, weight_rows in ((1, 1), (4, 1), (4, 4), (1, 4)):
        height = max(rows, weight_rows)
        inputs, weights, target = (
            some(rows, net.n_inputs),
            some(weight_rows, net.n_weights),
            some(rows, net.n_outputs),
        )
        calls += [
            Call("NEURON_FORWARD", (inputs, weights, network), height, net.n_outputs),
            Call("NEURON_GRAD", (inputs, target, weights, network), height, net.n_weights),
            Call("NUM_DERIV", (inputs, target, weights, network, 0.125), height, net.n_weights),
            Call("NUM_DERIV", (inputs, target, weights, network, 0.125, "central"), height, net.n_weights),
        ]
        width = net.n_outputs + 1 + 2 * net.n_weights
        calls += [
            Call("TRAIN_STEP", (inputs, target, weights, network, 0.25, method, 0.125), height, width)
            for method in ("exact", "forward", "central")
        ]
    for call, found in zip(calls, calculate(tmp_path / "book.xlsx", calls, network), strict=True):
        expected = python(FUNCTIONS[call.name], call.args)
        close = np.allclose(np.array(found, float), np.array(expected, float), rtol=1e-10, atol=1e-10)
        assert close, f"{call}: {found}, expected {expected}"


@pytest.mark.host
@pytest.mark.parametrize("network", ["sigmoid", "tanh", "softplus", "gelu", "silu", "elu"])
def test_nothing_overflows(network: str, tmp_path: Path) -> None:
    x = tuple((x,) for x in (-1e100, -1000.0, -50.0, 0.0, 50.0, 1000.0, 1e100))
    calls = [
        Call("NEURON_FORWARD", (x, ((1.0, 0.0),), network), len(x)),
        Call("NEURON_GRAD", (x, x, ((1.0, 0.0),), network), len(x), 2),
    ]
    for call, found in zip(calls, calculate(tmp_path / "book.xlsx", calls, network), strict=True):
        expected = python(FUNCTIONS[call.name], call.args)
        assert agree(expected, found), f"{found}, expected {expected}"


@pytest.mark.host
def test_another_network_is_refused(tmp_path: Path) -> None:
    calls = [
        Call("NEURON_FORWARD", (1.0, ((1.0, 1.0, 1.0, 1.0),), asked))
        for asked in ("1-1RELU-1", "1-1-1", None)
    ]
    text = "NEURON_FORWARD: network: '{}', but this workbook defines it for 1-1relu-1"
    assert calculate(tmp_path / "book.xlsx", calls, "1-1relu-1") == [
        [[3.0]],
        [[text.format("1-1-1")]],
        [[text.format("none")]],
    ]


def test_the_text_is_laid_out_one_step_a_line() -> None:
    made = definition("NEURON_FORWARD", "1-1relu-1")
    steps = [line.strip() for line, what in made.lines if what]
    assert steps == [
        "=LAMBDA(inputs,weights,[network],",
        'net, IF(ISOMITTED(network), "none", IF(ISBLANK(network), "none", network)),',
        "given, ROWS(weights)*COLUMNS(weights),",
        "w, IF(given=4, TOROW(weights), weights),",
        "x, IF(COLUMNS(inputs)=1, inputs, TRANSPOSE(inputs)),",
        "w_a, INDEX(w, 0, 1),",
        "w_b, INDEX(w, 0, 2),",
        "w_c, INDEX(w, 0, 3),",
        "w_d, INDEX(w, 0, 4),",
        "z1_1, w_a*x+w_b,",
        "h1_1, IF(z1_1>0,z1_1,0),",
        "pred, w_c*h1_1+w_d,",
        "problem,",
        'IF(problem="", pred, problem)',
    ]
    assert made.formula.count("\n") == made.text.count("\n")
    plain = re.sub(r"_xl(fn|pm)\.", "", made.formula)
    assert f"={plain}" == made.text.replace("[network]", "_xlop.network")


def test_how_a_file_stores_it() -> None:
    assert stored('LAMBDA(x,[y],IF(ISOMITTED(y), x, "x y LET"&MAX(x, xy)))', {"x", "y"}) == (
        '_xlfn.LAMBDA(_xlpm.x,_xlop.y,IF(_xlfn.ISOMITTED(_xlpm.y), _xlpm.x, "x y LET"&MAX(_xlpm.x, xy)))'
    )


def refused(names: set[str]) -> list[str]:
    """The names that Excel takes for a function or a cell, or refuses because it could."""
    taken = MACRO_FUNCTIONS | WORKSHEET_FUNCTIONS
    return sorted(each for each in names if each.upper() in taken or LIKE_A_CELL.fullmatch(each))


def test_which_names_are_refused() -> None:
    # The thirteen that are known to fail when they are called, tried in Excel 365.
    failing = words("result return value argument evaluate call exec execute error yield break else group")
    for name in (*failing, "step", "rate", "delta", "scale", "A1", "mom1", "r", "C", "R1C1", "r1", "xfd9"):
        assert refused({name}) == [name]
    assert refused({"squared_error", "only", "w_1", "slope_z", "z1_2", "w", "mom"}) == []


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", WRITERS)
def test_excel_accepts_it(name: str, network: str) -> None:
    """Its limits, and its rules for names; every function is known, in Excel's spelling."""
    made = definition(name, network)
    assert len(made.formula) <= 8000
    assert made.formula.isascii()
    names = set(re.findall(r"_xl[po][mp]\.([\w.]+)", made.formula))
    assert names
    assert refused(names) == []
    assert all(len(each) <= 255 for each in re.findall(r'"((?:[^"]|"")*)"', made.formula))
    code = re.sub(r'"(?:[^"]|"")*"', '""', made.formula)
    called = set(re.findall(r"([\w.]+)\(", code))
    called -= {f"_xlpm.{name}" for name in ("error_with", "measured", "only", "estimate", "wide")}
    old = {"IF", "ISBLANK", "ROWS", "COLUMNS", "TRANSPOSE", "INDEX", "AND", "OR", "INT", "SUM"}
    old |= {"EXP", "ABS", "SQRT", "TANH", "LN"}
    young = {"LAMBDA", "LET", "ISOMITTED", "TOROW", "HSTACK", "SEQUENCE"}
    assert called <= old | {f"_xlfn.{each}" for each in young}
    bare = set(re.findall(r"(?<![\w.])[a-z]\w*", code))
    assert bare == set(), "a name of the LAMBDA without its prefix"
    assert all(line.strip() and "\n" not in line + what for line, what in made.lines)


@pytest.mark.parametrize("name", with_calls())
def test_every_name_says_how_to_call_it(name: str, written: Callable[..., Path]) -> None:
    """While the name is typed, Excel shows its comment; with 256 characters it refuses the file."""
    names = Package(written(name, LAMBDA)).xml("xl/workbook.xml").iter(f"{MAIN}definedName")
    comments = {
        (each.attrib["name"], each.get("localSheetId")): each.get("comment")
        for each in names
        if each.attrib["name"] in FUNCTIONS
    }
    assert comments
    for (function, _), comment in comments.items():
        assert comment == FUNCTIONS[function].in_short()
        assert len(comment) <= 255


@pytest.mark.host
@pytest.mark.parametrize(
    ("region", "arguments"),
    [("en", "(2,0.5,{3,1},,0.125)"), ("de", r"(2;0,5;{3\1};;0,125)")],  # a \ between columns where , is taken
)
def test_the_sheet_says_how_to_try_a_definition(
    written: Callable[..., Path], region: str, arguments: str
) -> None:
    """What it says, done: a definition's lines, pasted into a cell, with arguments behind."""
    path = written("01-basic-sgd", LAMBDA)
    book = openpyxl.load_workbook(path)
    sheet = book["Formulas"]
    assert sheet["A2"].value == (
        "To try one in an Excel in English: copy its lines from =LAMBDA( to )), press F2 in an empty cell, "
        "paste, put the arguments in brackets behind it, Enter. Where the comma is the decimal mark, first "
        "replace , by ; and then . by ,"
    )
    lines = [cell.value or "" for cell in sheet["A"]]
    start = lines.index("TRAIN_STEP") + 1
    text = "\n".join(lines[start : lines.index("))", start) + 1])
    if region == "de":
        text = text.replace(",", ";").replace(".", ",")
    model, tab = ironcalc.load_from_xlsx(str(path), region, "UTC", "en"), book.sheetnames.index("Formulas")
    model.set_user_input(tab, 2, 5, text + arguments)
    model.evaluate()
    expected = python(FUNCTIONS["TRAIN_STEP"], (2.0, 0.5, ((3.0, 1.0),), MISSING, 0.125))
    assert agree(expected, [[model.get_cell_value(tab, 2, column) for column in range(5, 11)]])


def test_what_has_no_definition() -> None:
    with pytest.raises(XlneuronError, match="SMOOTH: no LAMBDA definition"):
        definition("SMOOTH")
    with pytest.raises(ArgumentError, match="unknown activation 'relo'"):
        definition("NEURON_FORWARD", "relo")
    with pytest.raises(XlneuronError, match="NUM_DERIV: network 1-99-1 is too large"):
        definition("NUM_DERIV", "1-99-1")
