"""06: fastai's average_grad in plain cells, tested there, and as a LAMBDA laid out over lines."""

from __future__ import annotations

from xlneuron.books.lessons.average_grad_lambda import FORMS_SHEET, LAMBDA_SHEET, THREAD_SHEET
from xlneuron.books.lessons.options import Options
from xlneuron.books.words import page_of
from xlneuron.tables.model import (
    Book,
    Chart,
    Column,
    Output,
    Series,
    Setting,
    Sheet,
    Table,
    counter,
    filled,
    group,
)
from xlneuron.xlsx.styles import BLUE, VERMILLION

CHECKS = 4  # two tests of two steps each
LONG = 30  # steps in the chart
ELEMENTS = (1, 2, 3)
GRAD = (4, 5, 6)  # of fastai's tests


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. It needs no data and no learning rate."""
    sheets = (TESTS, STEPS, LAMBDA_SHEET, THREAD_SHEET, FORMS_SHEET)
    return Book(name, question, page_of(__file__).words(), sheets, options.described())


def _vector(
    key: str, expr: str, header: str, note: str, first: str | None = None, *, style: str = "number"
) -> tuple[Column, ...]:
    """Return a column for each element of the gradient; a # in the expression is its number."""
    return tuple(
        Column(f"{key}_{n}", expr.replace("#", str(n)), note, first, f"{header} {n}", style=style, width=8.5)
        for n in ELEMENTS
    )


# Sheet Tests: the verdicts, and what becomes of it in the long run.
def _verdict(gap: str) -> str:
    return f'"PASS" if iferror({gap}, 1E+300) <= 1e-9*max(abs(want_1), abs(want_2), abs(want_3)) else "FAIL"'


def _gap(key: str) -> str:
    return f"max({', '.join(f'abs({key}_{n} - want_{n})' for n in ELEMENTS)})"


FACTOR = """(
    ((1 - tests.mom) if index(steps.dampening, check) > 0 else 1)
    * ((1 + tests.mom) if index(steps.step, check) == 2 else 1)
)"""
TEST_NAMES = ("momentum, step 1", "momentum, step 2", "dampening, step 1", "dampening, step 2")
TEST_COLUMNS = (
    *group(
        "What fastai's tests ask for",
        counter("check", "Counts the checks."),
        Column("test", values=TEST_NAMES, style="text", width=21).says(
            "The name of the test in fastai's notebook."
        ),
        Column("factor", FACTOR, header="times grad", style="data", width=8.5).says(
            "grad_avg has to be this many times grad: 1, then 1 + mom; with dampening 1 - mom times that."
        ),
        *_vector("want", "factor*grad_#", "should be", "What grad_avg has to be: the factor times grad."),
    ),
    *group(
        "average_grad, from sheet Steps",
        *_vector("got", "index(steps.new_#, check)", "is", "What average_grad gives on sheet Steps."),
        Column("gap", _gap("got"), header="largest gap", style="small").says(
            "The largest difference. Rounding may leave the last digit or two."
        ),
        Column("verdict", _verdict("gap"), style="verdict").says(
            "PASS if the gap is at most a billionth of the largest value: equal but for rounding."
        ),
    ),
    *group(
        "The thread's LAMBDA",
        *_vector(
            "swapped",
            "index(steps.swapped_#, check)",
            "is",
            "What grad*mom + grad_avg*damp gives on sheet Steps.",
        ),
        Column("swapped_gap", _gap("swapped"), header="largest gap", style="error").says(
            "The largest difference."
        ),
        Column("swapped_verdict", _verdict("swapped_gap"), header="verdict", style="verdict").says(
            "PASS if the gap is at most a billionth of the largest value."
        ),
    ),
)
LONG_COLUMNS = group(
    "The same grad again and again (its first element)",
    counter("row", "Counts the steps.", header="step"),
    Column("plain", "prev.plain*mom + grad_1", first="0*mom + grad_1", header="average_grad", width=12).says(
        "average_grad, no dampening: it levels off at grad/(1 - mom)."
    ),
    Column(
        "damped",
        "prev.damped*mom + grad_1*(1 - mom)",
        first="0*mom + grad_1*(1 - mom)",
        header="with dampening",
        width=12,
    ).says("average_grad with dampening: it levels off at grad."),
    Column(
        "swapped", "grad_1*mom + prev.swapped", first="grad_1*mom + 0", header="the thread's", width=12
    ).says("The thread's LAMBDA, no dampening: it grows for ever."),
    Column(
        "swapped_damped",
        "grad_1*mom + prev.swapped_damped*(1 - mom)",
        first="grad_1*mom + 0*(1 - mom)",
        header="the thread's, dampening",
        width=12,
    ).says("The thread's LAMBDA with dampening: nearly no memory."),
)
SENTENCE = """(
    join("FAIL: average_grad on sheet Steps passes only ", passed, " of 4 checks.") if passed < 4 else
    "PASS: average_grad passes all 4 checks. "
    "With these numbers the LAMBDA of the thread does so, too: try others."
    if swapped_passed == 4 else
    join("PASS: average_grad passes all 4 checks. The LAMBDA of the thread fails ", 4 - swapped_passed,
         " of them: it multiplies the wrong way round.")
)"""
TESTS = Sheet(
    "tests",
    "Tests",
    "fastai's two tests of average_grad, in cells",
    "sentence",
    settings=(
        Setting("mom", "mom", 0.9, "How much of grad_avg is kept. fastai's tests take 0.9."),
        *(
            Setting(f"grad_{n}", f"grad, element {n}", value).says(
                "The gradient of both steps. fastai's tests take 4, 5, 6."
            )
            for n, value in zip(ELEMENTS, GRAD, strict=True)
        ),
    ),
    outputs=(
        Output("sentence", "", SENTENCE),
        Output("passed", "average_grad passes", 'count_if(tests.verdict, "PASS")', style="general").says(
            "Of 4 checks: two tests of two steps."
        ),
        Output(
            "swapped_passed",
            "The thread's passes",
            'count_if(tests.swapped_verdict, "PASS")',
            style="general",
        ).says("Of the same 4 checks."),
    ),
    outputs_title="Verdicts",
    tables=(Table("tests", TEST_COLUMNS, CHECKS), Table("more", LONG_COLUMNS, LONG)),
    charts=(
        Chart(
            "No dampening, the same grad again and again",
            "step",
            "grad_avg, element 1",
            (
                Series("more", "row", "plain", "average_grad levels off", BLUE),
                Series("more", "row", "swapped", "the thread's never does", VERMILLION, dash=True),
            ),
        ),
        Chart(
            "With dampening, the same grad again and again",
            "step",
            "grad_avg, element 1",
            (
                Series("more", "row", "damped", "average_grad", BLUE),
                Series("more", "row", "swapped_damped", "the thread's: no memory", VERMILLION, dash=True),
            ),
        ),
    ),
    about="PASS or FAIL, live: average_grad in plain cells, and the thread's LAMBDA, against fastai's two "
    "tests.",
)

# Sheet Steps: one step of the calculation a column.
AFTER = _vector("new", "keep_# + add_#", "after", "grad_avg after the step: what is kept and what comes in.")
AVERAGE_GRAD = "AVERAGE_GRAD(span(grad_1, grad_3), span(old_1, old_3), tests.mom, dampening)"
STEP_COLUMNS = (
    *group(
        "Which test",
        Column(
            "test", style="text", width=12, values=("momentum", "momentum", "dampening", "dampening")
        ).says("The name of the test in fastai's notebook."),
        Column("dampening", note="1 is TRUE, 0 is FALSE.", style="flag", width=10.5, values=(0, 0, 1, 1)),
        Column("step", "2 if prev.step == 1 else 1", "Each test takes two steps.", "1", style="integer"),
        Column("damp", "(1 - tests.mom) if dampening > 0 else 1", style="data").says(
            "How much of grad comes in: 1 - mom with dampening, else all of it."
        ),
    ),
    *group(
        "1. grad",
        *_vector(
            "grad",
            "tests.grad_#",
            "grad",
            "The gradient: the same in both steps. Change it on sheet Tests.",
            style="data",
        ),
    ),
    *group(
        "2. grad_avg before",
        *_vector(
            "old",
            "prev.new_# if step == 2 else 0",
            "before",
            "grad_avg before the step: zeros at first, then the result of the row above.",
            "0",
        ),
    ),
    *group("3. grad_avg * mom", *_vector("keep", "old_#*tests.mom", "keep", "mom of grad_avg is kept.")),
    *group("4. grad * damp", *_vector("add", "grad_#*damp", "add", "damp of grad comes in.")),
    *group("5. grad_avg after: 3 + 4", *filled(AFTER, AVERAGE_GRAD)),
    *group(
        "The thread's: before",
        *_vector(
            "swapped_old",
            "prev.swapped_# if step == 2 else 0",
            "before",
            "The same for the LAMBDA of the thread.",
            "0",
        ),
    ),
    *group(
        "grad * mom + grad_avg * damp",
        *_vector(
            "swapped",
            "grad_#*tests.mom + swapped_old_#*damp",
            "after",
            "The thread's way round: mom of GRAD, damp of GRAD_AVG.",
        ),
    ),
)
STEPS = Sheet(
    "steps",
    "Steps",
    "average_grad in plain cells: grad_avg*mom + grad*damp",
    "One step of the calculation a column, one step of the optimiser a row. Change mom and grad on sheet "
    "Tests.",
    tables=(Table("steps", STEP_COLUMNS, CHECKS),),
    about="average_grad taken apart: every step of the calculation in a cell of its own.",
)
