"""Template 06: fastai's tests of average_grad (E10), and the LAMBDA of the sheet calculated."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import ironcalc
import numpy as np
import pytest
from support.calls import Call, write_calls
from support.lessons import changed, lesson, table

from tests.examples import EXAMPLES
from xlneuron.books.lessons.average_grad_lambda import PAGE, RECORD
from xlneuron.engine.optimizers import average_grad
from xlneuron.networks.definitions import LAMBDA
from xlneuron.networks.lambda_draft import stored
from xlneuron.tables.layout import Layout, fill_row, letters
from xlneuron.tables.values import BookValues

GRAD = np.array([4.0, 5.0, 6.0])
book = partial(lesson, "06-average-grad")
built = partial(changed, "06-average-grad")


def vectors(cells: dict[str, list], key: str) -> np.ndarray:
    return np.array([cells[f"{key}_{n}"] for n in (1, 2, 3)]).T


def test_e10_the_two_tests_of_fastai():
    values = built()
    expected = [GRAD, GRAD * 1.9, GRAD * 0.1, GRAD * (0.1 * 0.9 + 0.1)]
    tests, steps = table(values, "tests"), table(values, "steps")
    assert vectors(tests, "want") == pytest.approx(np.array(expected), rel=1e-12)
    assert vectors(tests, "got") == pytest.approx(np.array(expected), rel=1e-12)
    assert (vectors(tests, "got") == vectors(steps, "new")).all()
    assert tests["verdict"] == ["PASS"] * 4
    assert tests["swapped_verdict"] == ["FAIL"] * 4
    assert values.names["tests", "sentence"] == (
        "PASS: average_grad passes all 4 checks. "
        "The LAMBDA of the thread fails 4 of them: it multiplies the wrong way round."
    )


@pytest.mark.parametrize("mom", [0.9, 0.3, 0.0])
def test_the_steps_as_the_numpy_function_has_them(mom):
    steps = table(built(tests__mom=mom, tests__grad_2=-7.5), "steps")
    grad, found = np.array([4.0, -7.5, 6.0]), vectors(steps, "new")
    for first, dampening in ((0, False), (2, True)):
        one = average_grad(grad, None, mom, dampening)
        assert found[first] == pytest.approx(one, rel=1e-12)
        assert found[first + 1] == pytest.approx(average_grad(grad, one, mom, dampening), rel=1e-12)
    swapped = vectors(steps, "swapped")
    assert swapped[1] == pytest.approx(grad * mom + (grad * mom), rel=1e-12)
    assert swapped[3] == pytest.approx(grad * mom + (grad * mom) * (1 - mom), rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "swapped_passed", "sentence"),
    [
        ({"tests__mom": 0.5}, 2, "The LAMBDA of the thread fails 2 of them"),
        ({"tests__grad_1": 0, "tests__grad_2": 0, "tests__grad_3": 0}, 4, "does so, too: try others."),
    ],
)
def test_what_the_about_sheet_says_will_happen(changes, swapped_passed, sentence):
    values = built(**changes)
    assert values.names["tests", "passed"] == 4
    assert values.names["tests", "swapped_passed"] == swapped_passed
    assert sentence in values.names["tests", "sentence"]


def test_a_wrong_formula_in_cell_q6_of_sheet_steps_turns_the_sentence():
    layout = Layout(book())
    places = {key: letters(layout.column("steps", key)) for key in ("grad_1", "damp", "old_1", "new_1")}
    assert places == {"grad_1": "E", "damp": "D", "old_1": "H", "new_1": "Q"}
    assert layout.name_cell("tests", "mom") == ("B", 5)

    sheets = []
    for sheet in book().sheets:
        tables = []
        for each in sheet.tables:
            columns = [
                replace(c, first="grad_1*tests.mom + old_1*damp") if c.key == "new_1" else c
                for c in each.columns
            ]
            tables.append(replace(each, columns=tuple(columns)))
        sheets.append(replace(sheet, tables=tuple(tables)))
    values = BookValues(replace(book(), sheets=tuple(sheets)))
    assert table(values, "tests")["verdict"] == ["FAIL", "FAIL", "PASS", "PASS"]
    assert values.names["tests", "sentence"] == "FAIL: average_grad on sheet Steps passes only 2 of 4 checks."


def test_in_the_long_run():
    more = table(built(), "more")
    n = np.arange(1, 31)
    assert more["plain"] == pytest.approx(40 * (1 - 0.9**n), rel=1e-9)
    assert more["damped"] == pytest.approx(4 * (1 - 0.9**n), rel=1e-9)
    assert more["swapped"] == pytest.approx(3.6 * n, rel=1e-9)
    assert more["swapped_damped"][2] == pytest.approx(4, abs=0.005)


def test_the_formulas_in_three_forms_are_those_of_row_7():
    steps = book().tables["steps"][1]
    plain = Layout(book()).row_formulas(steps, first=False)
    named = Layout(book(), LAMBDA).row_formulas(steps, first=False)

    def formula(formulas, key):
        return fill_row(formulas[steps.keys.index(key)].text, 7)

    code = [code.replace(" ", "").replace("$", "") for _, code, _ in PAGE.table("Three forms")[1:]]
    parts = [formula(plain, key).removeprefix("=").replace("$", "") for key in ("keep_1", "add_1")]
    assert code[0] == f"={parts[0]}+{parts[1]}"
    assert code[1] == code[2] == formula(named, "new_1").replace("$", "")


@pytest.mark.host
def test_the_lambda_of_the_sheet_calculates_the_examples(tmp_path: Path) -> None:
    names = {each.name for each in RECORD.arguments} | {"before", "part", "damp", "keep", "add"}
    formula = "\n".join(stored(line, names) for line, _ in PAGE.table("The LAMBDA")[1:]).removeprefix("=")
    blank = (None, ((None,),))  # that a blank cell counts as left out is for the full definition
    examples = [
        each
        for each in EXAMPLES
        if each.function == "AVERAGE_GRAD"
        and isinstance(each.expected[0][0], float)
        and not any(arg in blank for arg in each.args)
    ]
    assert len(examples) >= 3
    calls = [
        Call(
            each.function,
            each.args,
            1,
            len(each.expected[0]),
        )
        for each in examples
    ]
    path = tmp_path / "lambda.xlsx"
    places = write_calls(path, calls, {"AVERAGE_GRAD": formula})
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    for (row, _), each in zip(places, examples, strict=True):
        found = [model.get_cell_value(0, row, column + 1) for column in range(len(each.expected[0]))]
        assert found == pytest.approx(list(each.expected[0]), rel=1e-12), each.note
