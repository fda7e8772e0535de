"""document-functions: a live checker for the texts of a function, the VBA that registers them, and why it fails."""

from __future__ import annotations

from collections.abc import Sequence

from xlneuron.books.lessons.document_words import FAILURES, PLACES, WORDS
from xlneuron.books.lessons.options import Options
from xlneuron.functions.signature import MAX_NAMES, MAX_TEXT
from xlneuron.hosts.excel.vba import RESERVED
from xlneuron.tables.model import Book, Column, Output, Setting, Sheet, Table

ROWS = 9  # arguments that can be typed
MOST_ARGUMENTS = 60  # of a VBA procedure
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"

# The smallest example, as vba/addnum.bas has it.
NAME, DESCRIPTION = "addNum", "Adds two numbers."
ARGUMENTS = (("num1", "The first number."), ("num2", "The number that is added to it."))


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. It needs no data and no settings."""
    return Book(name, question, WORDS, (CHECK, CODE, FAILURES, PLACES), options.described())


# Sheet Your function: what is typed, and what is wrong with it.
TYPED = (
    Column("what", values=("the function", *(f"argument {n}" for n in range(1, ROWS + 1))), header="what",
           note="The first line is the function, the others are its arguments, in order. Leave those empty that it does not have.",
           style="text", width=13, group="Type over the yellow cells"),
    Column("name", values=(NAME, *(argument for argument, _ in ARGUMENTS), *[""] * (ROWS - len(ARGUMENTS))), header="name",
           note="As in the line of VBA that begins with Function.", style="input text", width=17, group="Type over the yellow cells"),
    Column("text", values=(DESCRIPTION, *(text for _, text in ARGUMENTS), *[""] * (ROWS - len(ARGUMENTS))), header="what it is",
           note="What the function wizard is to say. Quotation marks are welcome.", style="input text", width=74,
           group="Type over the yellow cells"),
)  # fmt: skip
RULE, GAP = (
    repr("a name has letters, digits and _, and begins with a letter"),
    repr("the line above is empty"),
)
LIKE_A_CELL = (  # one to three letters, up to XFD, then digits
    "digits > 0 and digits <= 7 and letters <= 3 and letters + digits == len(name) "
    f'and count_of(left(name, letters), "{DIGITS}") == 0 and (letters < 3 or left(name, 3) <= "XFD")'
)
FULL = f'join(length, " characters, {MAX_TEXT} fit") if length > {MAX_TEXT} else ""'
HELPERS = "Helpers of the verdict"


def _helper(key: str, expr: str, note: str, first: str | None = None, style: str = "flag") -> Column:
    return Column(key, expr, note, first, style=style, group=HELPERS, detail=True)


VERDICTS = (
    Column("length", "len(text)", f"So long is the text; {MAX_TEXT} characters fit.", header="characters", style="integer", width=10.5,
           group="Would Excel take it?"),
    Column("verdict", '"" if used == 0 and problem == "" else ("PASS" if problem == "" else join("FAIL: ", problem))',
           "What would go wrong with this line.", style="verdict", width=58, group="Would Excel take it?"),
    _helper("used", '1 if name != "" else 0', "1 if the line has a name.", "1"),
    _helper("name_length", "len(name)", "How long an argument's name is.", "0"),
    _helper("known", f'count_of(name, "{LETTERS}{DIGITS}_")', "How many of the name's characters may be in a name."),
    _helper("letters", f'count_of(name, "{LETTERS}")', "How many of them are letters."),
    _helper("digits", f'count_of(name, "{DIGITS}")', "How many of them are digits."),
    _helper("begins", f'count_of(left(name, 1), "{LETTERS}")', "1 if it begins with a letter."),
    _helper("valid", "1 if known == len(name) and begins == 1 else 0", "1 if VBA takes it for a name."),
    _helper("cell", "0", "1 if the function has the name of a cell; an argument may.", f"1 if {LIKE_A_CELL} else 0"),
    _helper("taken", 'join("VBA keeps the name ", name, " for itself") if isnumber(match(name, words.word)) else ""',
            "What is wrong with a name that is one.", style="text"),
    _helper("name_problem", f'"" if used == 0 and length == 0 else ({RULE} if valid == 0 else ({GAP} if prev.used == 0 else taken))',
            "What is wrong with the name.",
            f'{RULE} if valid == 0 else (join("Excel takes ", name, " for a cell") if cell == 1 else taken)', style="text"),
    _helper("text_problem", f'"" if used == 0 else ("nothing says what it is" if length == 0 else ({FULL}))', "What is wrong with the text.",
            style="text"),
    _helper("problem", 'name_problem if name_problem != "" else text_problem', "The first of both.", style="text"),
    _helper("failed", '1 if problem != "" else 0', "1 if there is one."),
    _helper("quoted", """substitute(text, '"', '""')""", "The text as VBA wants it: each quotation mark twice.", style="text"),
)  # fmt: skip
WORD = Column("word", values=tuple(RESERVED.split()), note="What VBA keeps for itself: no function or argument can be called so.",
              header="VBA's own words", style="text", width=16, group="For the verdict", detail=True)  # fmt: skip
CHECK = Sheet(
    "check", "Your function", "Would Excel take the texts of your function?", "sentence",
    settings=(
        Setting("arguments", "How many arguments it has", len(ARGUMENTS), "Count them in the line of VBA that begins with Function."),
    ),
    outputs=(
        Output("sentence", "", (
            'join("FAIL: ", row_problem) if failed > 0 else (join("FAIL: ", count_problem) if count_problem != "" else '
            f'(join("FAIL: the names of the arguments have ", together, " characters together; {MAX_NAMES} fit.") if together > {MAX_NAMES} else '
            'join("PASS: Excel would take the texts of ", function_name, ". Sheet Code has the lines to paste.")))'
        )),
        Output("described", "Arguments that are described", "sum(what.used) - 1", "Lines of the table that have a name, but for the first.",
               style="general"),
        Output("together", "Their names together", "sum(what.name_length) + max(0, 2*(described - 1))",
               f"Characters, with a comma and a space between; {MAX_NAMES} fit.", style="general"),
        Output("failed", "Lines that fail", "sum(what.failed)", "The table says why.", style="general"),
        Output("function_name", "The function", "index(what.name, 1)", "From the table.", style="general", detail=True),
        Output("row_problem", "First line that fails",
               'iferror(join(index(what.what, match(1, what.failed)), ": ", index(what.problem, match(1, what.failed)), "."), "")',
               "", style="text", detail=True),
        Output("count_problem", "Number of arguments", (
            f'"" if described == arguments else (join("a function of VBA has at most {MOST_ARGUMENTS} arguments, not ", arguments, ".") '
            f'if arguments > {MOST_ARGUMENTS} else ("here is room for {ROWS} arguments; add the others to the code, in the same way." if arguments > {ROWS} else '
            'join("arguments: ", arguments, " in the function, but ", described, " described. Excel would not say so.")))'
        ), "", style="text", detail=True),
    ),
    outputs_title="What was counted",
    tables=(Table("what", (*TYPED, *VERDICTS), ROWS + 1), Table("words", (WORD,), len(RESERVED.split()))),
    about="Type the name of your function, its arguments and what they are: each line says whether Excel would take it.",
)  # fmt: skip

# Sheet Code: the lines of VBA. A piece begins with a text of ours, goes on with something typed, and ends.
NOTHING, THE_NAME, THE_TEXT, THE_COUNT = range(4)
FUNCTION, FIRST_ARGUMENT = 1, 2  # rows of the table
PIECES: Sequence[tuple[str, int, int, str]] = (  # begins, goes on with, only if this row has a name, ends
    ("Public Sub Describe_", THE_NAME, FUNCTION, "()"),
    ("    Dim texts(1 To ", THE_COUNT, FIRST_ARGUMENT, ") As String"),
    *((f'    texts({n}) = "', THE_TEXT, FUNCTION + n, '"') for n in range(1, ROWS + 1)),
    ("    Application.MacroOptions _", NOTHING, FUNCTION, ""),
    ('        Macro:="', THE_NAME, FUNCTION, '", _'),
    ('        Description:="', THE_TEXT, FUNCTION, '"'),
    ("        ArgumentDescriptions:=texts", NOTHING, FIRST_ARGUMENT, ""),
    ("End Sub", NOTHING, FUNCTION, ""),
)  # fmt: skip
HOW = (
    "1. Copy the lines on the left, from Public Sub to End Sub.",
    "2. Alt+F11. Insert > Module, or the module that has your function. Paste below the function.",
    "3. Press F5 with the cursor in these lines, or Alt+F8 in Excel, choose Describe_..., Run.",
    "4. Save the workbook as .xlsm: the texts are saved with it.",
    "5. Type = and the name of your function and ( into a cell, then press fx beside the formula bar.",
    "An error? Sheet Why it fails has its cause and its cure.",
)
PIECE_GROUP = "What the lines are made of"


def _given(key: str, values: Sequence[float | str], note: str) -> Column:
    style = "text" if isinstance(values[0], str) else "integer"
    return Column(key, values=values, note=note, style=style, group=PIECE_GROUP, detail=True)


CODE = Sheet(
    "code", "Code", "The lines of VBA that hand the texts to Excel",
    "They follow sheet Your function. Quotation marks in your texts are doubled, as VBA wants them.",
    tables=(
        Table("lines", (
            Column("line", 'iferror(index(pieces.line, match(at, pieces.number)), "")', "One line of VBA a cell.", header="copy and paste these",
                   style="code", width=96, group="VBA"),
            Column("at", "prev.at + 1", "Counts the lines.", "1", style="integer", group="VBA", detail=True),
        ), len(PIECES)),
        Table("how", (
            Column("how", values=HOW, note="From here to the function wizard.", header="what to do with them", style="text", width=84,
                   group="How to"),
        ), len(HOW)),
        Table("pieces", (
            _given("begin", [begin for begin, _, _, _ in PIECES], "How the line begins."),
            _given("kind", [kind for _, kind, _, _ in PIECES], "What it goes on with: 1 the function's name, 2 a text, 3 the number of arguments."),
            _given("row", [row for _, _, row, _ in PIECES], "The line is there if this row of sheet Your function has a name."),
            _given("end", [end for _, _, _, end in PIECES], "How it ends."),
            Column("typed", 'check.function_name if kind == 1 else (index(what.quoted, row) if kind == 2 else (check.described if kind == 3 else ""))',
                   "What it goes on with.", style="text", group=PIECE_GROUP, detail=True),
            Column("more", '", _" if kind == 2 and row == 1 and check.described > 0 else ""', "The call goes on if there are arguments.",
                   style="text", group=PIECE_GROUP, detail=True),
            Column("line", "join(begin, typed, end, more)", "The line.", style="text", group=PIECE_GROUP, detail=True),
            Column("number", "prev.number + index(what.used, row)", "Counts the lines that are there.", "index(what.used, row)",
                   style="integer", group=PIECE_GROUP, detail=True),
        ), len(PIECES)),
    ),
    about="The ready lines for your function: Application.MacroOptions in a Sub, to paste, run once and save.",
)  # fmt: skip
