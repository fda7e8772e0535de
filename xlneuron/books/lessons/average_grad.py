"""06: fastai's average_grad in plain cells, tested there, and as a LAMBDA laid out over lines."""

from __future__ import annotations

from xlneuron.books.lessons.options import Options
from xlneuron.books.words import page_of
from xlneuron.functions import FUNCTIONS
from xlneuron.tables.model import Book, Chart, Column, Output, Series, Setting, Sheet, Table, counter, filled, group
from xlneuron.xlsx.styles import BLUE, VERMILLION

CHECKS = 4  # two tests of two steps each
LONG = 30  # steps in the chart
ELEMENTS = (1, 2, 3)
GRAD = (4, 5, 6)  # of fastai's tests
RECORD = FUNCTIONS["AVERAGE_GRAD"]


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. It needs no data and no learning rate."""
    return Book(
        name,
        question,
        page_of(__file__).words(),
        (TESTS, STEPS, LAMBDA_SHEET, THREAD_SHEET, FORMS_SHEET),
        options.described(),
    )


def _vector(
    key: str,
    expr: str,
    note: str,
    group: str,
    header: str,
    first: str | None = None,
    functions: str | None = None,
    style: str = "number",
) -> tuple[Column, ...]:
    """Return a column for each element of the gradient; a # in the expressions is its number."""
    columns = tuple(
        Column(
            f"{key}_{n}",
            expr.replace("#", str(n)),
            first=first,
            header=f"{header} {n}",
            group=group,
            style=style,
            width=8.5,
        ).says(note)
        for n in ELEMENTS
    )
    return filled(columns, functions) if functions else columns


# Sheet Tests: the verdicts, and what becomes of it in the long run.
def _verdict(gap: str) -> str:
    return f'"PASS" if iferror({gap}, 1E+300) <= 1e-9*max(abs(want_1), abs(want_2), abs(want_3)) else "FAIL"'


def _gap(key: str) -> str:
    return f"max({', '.join(f'abs({key}_{n} - want_{n})' for n in ELEMENTS)})"


OURS, THEIRS = "average_grad, from sheet Steps", "The thread's LAMBDA"
TEST_COLUMNS = (
    *group(
        "What fastai's tests ask for",
        counter("check", "Counts the checks."),
        Column(
            "test",
            style="text",
            width=21,
            values=("momentum, step 1", "momentum, step 2", "dampening, step 1", "dampening, step 2"),
        ).says("The name of the test in fastai's notebook."),
        Column(
            "factor",
            "((1 - tests.mom) if index(steps.dampening, check) > 0 else 1)*((1 + tests.mom) if"
            " index(steps.step, check) == 2 else 1)",
            header="times grad",
            style="data",
            width=8.5,
        ).says(
            "grad_avg has to be this many times grad: 1, then 1 + mom; with dampening 1 - mom times that."
        ),
    ),
    *_vector(
        "want",
        "factor*grad_#",
        "What grad_avg has to be: the factor times grad.",
        "What fastai's tests ask for",
        "should be",
    ),
    *_vector("got", "index(steps.new_#, check)", "What average_grad gives on sheet Steps.", OURS, "is"),
    *group(
        OURS,
        Column("gap", _gap("got"), header="largest gap", style="small").says(
            "The largest difference. Rounding may leave the last digit or two."
        ),
        Column("verdict", _verdict("gap"), style="verdict").says(
            "PASS if the gap is at most a billionth of the largest value: equal but for rounding."
        ),
    ),
    *_vector(
        "swapped",
        "index(steps.swapped_#, check)",
        "What grad*mom + grad_avg*damp gives on sheet Steps.",
        THEIRS,
        "is",
    ),
    *group(
        THEIRS,
        Column(
            "swapped_gap", _gap("swapped"), "The largest difference.", header="largest gap", style="error"
        ),
        Column("swapped_verdict", _verdict("swapped_gap"), header="verdict", style="verdict").says(
            "PASS if the gap is at most a billionth of the largest value."
        ),
    ),
)
LONG_GROUP = "The same grad again and again (its first element)"
LONG_COLUMNS = group(
    LONG_GROUP,
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
TESTS = Sheet(
    "tests",
    "Tests",
    "fastai's two tests of average_grad, in cells",
    "sentence",
    settings=(
        Setting("mom", "mom", 0.9, "How much of grad_avg is kept. fastai's tests take 0.9."),
        *(
            Setting(
                f"grad_{n}",
                f"grad, element {n}",
                value,
                "The gradient of both steps. fastai's tests take 4, 5, 6.",
            )
            for n, value in zip(ELEMENTS, GRAD, strict=True)
        ),
    ),
    outputs=(
        Output(
            "sentence",
            "",
            'join("FAIL: average_grad on sheet Steps passes only ", passed, " of 4 checks.") if passed < 4'
            ' else "PASS: average_grad passes all 4 checks. With these numbers the LAMBDA of the thread does'
            ' so, too: try others." if swapped_passed == 4 else join("PASS: average_grad passes all 4 checks.'
            ' The LAMBDA of the thread fails ", 4 - swapped_passed, " of them: it multiplies the wrong way'
            ' round.")',
        ),
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
    about=(
        "PASS or FAIL, live: average_grad in plain cells, and the thread's LAMBDA, against fastai's two"
        " tests."
    ),
)

# Sheet Steps: one step of the calculation a column.
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
    *_vector(
        "grad",
        "tests.grad_#",
        "The gradient: the same in both steps. Change it on sheet Tests.",
        "1. grad",
        "grad",
        style="data",
    ),
    *_vector(
        "old",
        "prev.new_# if step == 2 else 0",
        "grad_avg before the step: zeros at first, then the result of the row above.",
        "2. grad_avg before",
        "before",
        first="0",
    ),
    *_vector("keep", "old_#*tests.mom", "mom of grad_avg is kept.", "3. grad_avg * mom", "keep"),
    *_vector("add", "grad_#*damp", "damp of grad comes in.", "4. grad * damp", "add"),
    *_vector(
        "new",
        "keep_# + add_#",
        "grad_avg after the step: what is kept and what comes in.",
        "5. grad_avg after: 3 + 4",
        "after",
        functions="AVERAGE_GRAD(span(grad_1, grad_3), span(old_1, old_3), tests.mom, dampening)",
    ),
    *_vector(
        "swapped_old",
        "prev.swapped_# if step == 2 else 0",
        "The same for the LAMBDA of the thread.",
        "The thread's: before",
        "before",
        first="0",
    ),
    *_vector(
        "swapped",
        "grad_#*tests.mom + swapped_old_#*damp",
        "The thread's way round: mom of GRAD, damp of GRAD_AVG.",
        "grad * mom + grad_avg * damp",
        "after",
    ),
)
STEPS = Sheet(
    "steps",
    "Steps",
    "average_grad in plain cells: grad_avg*mom + grad*damp",
    "One step of the calculation a column, one step of the optimiser a row. Change mom and grad on sheet"
    " Tests.",
    tables=(Table("steps", STEP_COLUMNS, CHECKS),),
    about="average_grad taken apart: every step of the calculation in a cell of its own.",
)

# Sheet LAMBDA: the formula over lines.
LAMBDA_LINES = (
    (
        "=LAMBDA(grad, [grad_avg], [mom], [dampening],",
        "The arguments. Those in square brackets can be left out.",
    ),
    ("  LET(", "Names for the steps, one a line; each may use those above it."),
    (
        "    before, IF(ISOMITTED(grad_avg), 0*grad, grad_avg),",
        "grad_avg so far: zeros, as many as grad has, if left out.",
    ),
    ("    part,   IF(ISOMITTED(mom), 0.9, mom),", "How much of it is kept: 0.9 if left out."),
    (
        "    damp,   IF(ISOMITTED(dampening), 1, IF(dampening, 1-part, 1)),",
        "How much of grad comes in: all, or 1 - mom with dampening.",
    ),
    ("    keep,   before*part,", "Column keep of sheet Steps."),
    ("    add,    grad*damp,", "Column add of sheet Steps."),
    ("    keep + add", "The result: column after of sheet Steps. To debug, put another name here."),
    ("))", "Closes LET and LAMBDA."),
)
HOW = (
    "1. Begin with plain cells, a step a column, as on sheet Steps. That is your answer key.",
    "2. Write the same steps as lines of LET: a name, its formula, a comma.",
    (
        "3. Alt+Enter starts a new line, Ctrl+Shift+U makes the formula bar taller. Line breaks and spaces do"
        " no harm."
    ),
    (
        "4. Try it in a cell before you name it, the arguments in brackets behind the end:  ))(Steps!E7:G7,"
        " Steps!H7:J7, 0.9)"
    ),
    (
        "5. To debug, put another name in the place of keep + add, say keep: the cell shows that step."
        " Compare with Steps."
    ),
    (
        "6. Right? Formulas > Name Manager > New: name AVERAGE_GRAD, refers to: all of it up to )), without"
        " the brackets behind."
    ),
    (
        "7. Now =AVERAGE_GRAD(Steps!E7:G7, , 0.9) works in every cell of the workbook, and every cell has the"
        " same formula."
    ),
    "8. Test it again: in cells that say PASS or FAIL, as on sheet Tests.",
)
LAMBDA_SHEET = Sheet(
    "lambda",
    "LAMBDA",
    "AVERAGE_GRAD as a LAMBDA, one step a line",
    "For Excel 365 and 2024. To try it: copy the lines, double-click an empty cell, paste.",
    tables=(
        Table(
            "lines",
            group(
                "The LAMBDA",
                Column(
                    "code",
                    values=[code for code, _ in LAMBDA_LINES],
                    header="formula",
                    style="code",
                    width=72,
                ).says("The formula, laid out over lines."),
                Column(
                    "what",
                    values=[what for _, what in LAMBDA_LINES],
                    header="what it computes",
                    style="text",
                    width=62,
                ).says("What the line computes."),
            ),
            len(LAMBDA_LINES),
        ),
        Table(
            "how",
            (
                Column(
                    "how",
                    values=HOW,
                    header="how to write, try and debug it",
                    style="text",
                    width=98,
                    group="How to",
                ).says("From plain cells to a named function."),
            ),
            len(HOW),
        ),
    ),
    about="The formula laid out over lines, what each line computes, and how to enter and debug it.",
)

# Sheet Thread: what is wrong with the LAMBDA of the thread.
THREAD_LINES = (
    (
        "=LAMBDA(p.grad.data, mom, dampening, grad_avg,",
        "Nothing, but square brackets would let arguments be left out.",
        "=LAMBDA(grad, [grad_avg], [mom], [dampening],",
    ),
    ("  LET(", "", "  LET("),
    (
        '    ini_grad, if(grad_avg="None",',
        "The right idea, zeros for the first step, but ini_grad is never used again.",
        "    before, IF(ISOMITTED(grad_avg),",
    ),
    (
        "      RANDARRAY(ROWS(p.grad.data),",
        "RANDARRAY takes five arguments, here there are six.",
        "      0*grad,",
    ),
    ("        COLUMNS(p.grad.data),,,,False)*0,", "Zeros of the right size are easier to have: 0*grad.", ""),
    ("      grad_avg),", "", "      grad_avg),"),
    ("    damp, if(dampening=FALSE, 1.0, 1-mom),", "Nothing.", "    damp, IF(dampening, 1-mom, 1),"),
    (
        "    p.grad.data*mom+grad_avg*damp",
        "The wrong way round: mom belongs to grad_avg, damp to grad.",
        "    before*mom + grad*damp",
    ),
    ("))", "And at the first step grad_avg is still the text None: #VALUE!.", "))"),
)
THREAD_SHEET = Sheet(
    "swapped",
    "Swapped",
    "The LAMBDA of the thread, line by line",
    "Sheets Tests and Steps are kind to it and start grad_avg at zeros. It fails the tests all the same.",
    tables=(
        Table(
            "thread",
            group(
                "The thread's LAMBDA",
                Column(
                    "code",
                    values=[code for code, _, _ in THREAD_LINES],
                    header="as posted",
                    style="code",
                    width=52,
                ).says("The formula as it was posted, laid out over lines."),
                Column(
                    "wrong",
                    values=[wrong for _, wrong, _ in THREAD_LINES],
                    header="what is wrong",
                    style="text",
                    width=62,
                ).says("What is wrong with the line."),
                Column(
                    "better",
                    values=[better for _, _, better in THREAD_LINES],
                    header="better",
                    style="code",
                    width=52,
                ).says("What to write instead."),
            ),
            len(THREAD_LINES),
        ),
    ),
    about="The formula that was posted: what is wrong with it, and what to write instead.",
)

# Sheet Three forms: the same step in plain cells, as a LAMBDA and as a worksheet function.
FORMS = (
    (
        "plain cells",
        "=H7*Tests!$B$5 + E7*$D7",
        "Every spreadsheet. Every step can be seen; a formula for each element.",
    ),
    (
        "LAMBDA",
        "=AVERAGE_GRAD(E7:G7, H7:J7, Tests!$B$5, $B7)",
        "Excel 365 and 2024, once the name is defined as on sheet LAMBDA.",
    ),
    (
        "worksheet function",
        "=AVERAGE_GRAD(E7:G7, H7:J7, Tests!$B$5, $B7)",
        "Excel and LibreOffice with xlneuron's functions; its arguments are explained as you type.",
    ),
)
FORMS_SHEET = Sheet(
    "forms",
    "Three forms",
    "Row 7 of sheet Steps in three forms",
    RECORD.description,
    tables=(
        Table(
            "forms",
            group(
                "Three forms",
                Column("form", values=[form for form, _, _ in FORMS], style="text", width=19).says(
                    "How it is written."
                ),
                Column(
                    "code", values=[code for _, code, _ in FORMS], header="formula", style="code", width=50
                ).says("The formula in row 7 of sheet Steps."),
                Column(
                    "where", values=[where for _, _, where in FORMS], header="runs in", style="text", width=78
                ).says("Where it runs."),
            ),
            len(FORMS),
        ),
        Table(
            "arguments",
            group(
                "The arguments of AVERAGE_GRAD",
                Column(
                    "name",
                    values=[each.name for each in RECORD.arguments],
                    header="argument",
                    style="code",
                    width=14,
                ).says("The argument, in the order of the function."),
                Column(
                    "default",
                    values=[
                        each.default_text or ("zeros" if each.optional else "needed")
                        for each in RECORD.arguments
                    ],
                    header="if left out",
                    style="general",
                    width=11,
                ).says("What counts if it is left out."),
                Column(
                    "text",
                    values=[each.text for each in RECORD.arguments],
                    header="what it is",
                    style="text",
                    width=118,
                ).says("What it means."),
            ),
            len(RECORD.arguments),
        ),
    ),
    about="Plain cells, LAMBDA and worksheet function side by side, and the arguments of AVERAGE_GRAD.",
)
