"""document-functions: a live checker for a function's texts, the VBA that registers them, why it fails."""

from __future__ import annotations

from collections.abc import Sequence

from xlneuron.books.lessons.options import Options
from xlneuron.books.words import page_of, text_column, text_table
from xlneuron.functions.signature import MAX_NAMES, MAX_TEXT
from xlneuron.hosts.excel.vba import RESERVED
from xlneuron.tables.model import Book, Column, Output, Setting, Sheet, Table, detail, group, helper

PAGE = page_of(__file__)
ROWS = 9  # arguments that can be typed
MOST_ARGUMENTS = 60  # of a VBA procedure
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"

# The smallest example, as vba/addnum.bas has it.
NAME, DESCRIPTION = "addNum", "Adds two numbers."
ARGUMENTS = (("num1", "The first number."), ("num2", "The number that is added to it."))


def make(name: str, question: str, options: Options) -> Book:
    """Return the workbook. It needs no data and no settings."""
    return Book(name, question, PAGE.words(), (CHECK, CODE, FAILURES, PLACES), options.described())


# Sheet Your function: what is typed, and what is wrong with it.
EMPTY = [""] * (ROWS - len(ARGUMENTS))
LINES = ("the function", *(f"argument {n}" for n in range(1, ROWS + 1)))
NAMES = (NAME, *(argument for argument, _ in ARGUMENTS), *EMPTY)
TEXTS = (DESCRIPTION, *(text for _, text in ARGUMENTS), *EMPTY)
TYPED = group(
    "Type over the yellow cells",
    Column("what", values=LINES, header="what", style="text", width=13).says(
        "The first line is the function, the others are its arguments, in order. Leave those empty that it "
        "does not have."
    ),
    Column("name", values=NAMES, header="name", style="input text", width=17).says(
        "As in the line of VBA that begins with Function."
    ),
    Column("text", values=TEXTS, header="what it is", style="input text", width=74).says(
        "What the function wizard is to say. Quotation marks are welcome."
    ),
)
RULE = repr("a name has letters, digits and _, and begins with a letter")
GAP = repr("the line above is empty")
LIKE_A_CELL = 'join("Excel takes ", name, " for a cell")'
IS_A_CELL = f"""(
    digits > 0 and digits <= 7 and letters <= 3 and letters + digits == len(name)
    and count_of(left(name, letters), "{DIGITS}") == 0 and (letters < 3 or left(name, 3) <= "XFD")
)"""  # one to three letters, up to XFD, then digits
LONG = f'join(length, " characters, {MAX_TEXT} fit") if length > {MAX_TEXT} else ""'


def _flag(key: str, expr: str, note: str = "", first: str | None = None) -> Column:
    return helper(key, expr, note, first, style="flag")


def _text(key: str, expr: str, note: str = "", first: str | None = None) -> Column:
    return helper(key, expr, note, first, style="text")


VERDICTS = (
    *group(
        "Would Excel take it?",
        Column("length", "len(text)", header="characters", style="integer", width=10.5).says(
            f"So long is the text; {MAX_TEXT} characters fit."
        ),
        Column(
            "verdict",
            '"" if used == 0 and problem == "" else "PASS" if problem == "" else join("FAIL: ", problem)',
            style="verdict",
            width=58,
        ).says("What would go wrong with this line."),
    ),
    *group(
        "Helpers of the verdict",
        _flag("used", '1 if name != "" else 0', "1 if the line has a name.", "1"),
        _flag("name_length", "len(name)", "How long an argument's name is.", "0"),
        _flag(
            "known",
            f'count_of(name, "{LETTERS}{DIGITS}_")',
            "How many of the name's characters may be in a name.",
        ),
        _flag("letters", f'count_of(name, "{LETTERS}")', "How many of them are letters."),
        _flag("digits", f'count_of(name, "{DIGITS}")', "How many of them are digits."),
        _flag("begins", f'count_of(left(name, 1), "{LETTERS}")', "1 if it begins with a letter."),
        _flag("valid", "1 if known == len(name) and begins == 1 else 0", "1 if VBA takes it for a name."),
        _flag("cell", "0", first=f"1 if {IS_A_CELL} else 0").says(
            "1 if the function has the name of a cell; an argument may."
        ),
        _text(
            "taken",
            'join("VBA keeps the name ", name, " for itself") if isnumber(match(name, words.word)) else ""',
        ).says("What is wrong with a name that is one."),
        _text(
            "name_problem",
            f'"" if used == 0 and length == 0 else {RULE} if valid == 0 else '
            f"{GAP} if prev.used == 0 else taken",
            first=f"{RULE} if valid == 0 else {LIKE_A_CELL} if cell == 1 else taken",
        ).says("What is wrong with the name."),
        _text(
            "text_problem", f'"" if used == 0 else "nothing says what it is" if length == 0 else {LONG}'
        ).says("What is wrong with the text."),
        _text("problem", 'name_problem if name_problem != "" else text_problem', "The first of both."),
        _flag("failed", '1 if problem != "" else 0', "1 if there is one."),
        _text("quoted", """substitute(text, '"', '""')""").says(
            "The text as VBA wants it: each quotation mark twice."
        ),
    ),
)
WORD = Column(
    "word", values=RESERVED.split(), header="VBA's own words", style="text", width=16, detail=True
).says("What VBA keeps for itself: no function or argument can be called so.")
SENTENCE = f"""(
    join("FAIL: ", row_problem) if failed > 0 else
    join("FAIL: ", count_problem) if count_problem != "" else
    join("FAIL: the names of the arguments have ", together, " characters together; {MAX_NAMES} fit.")
    if together > {MAX_NAMES} else
    join("PASS: Excel would take the texts of ", function_name, ". Sheet Code has the lines to paste.")
)"""
COUNT_PROBLEM = f"""(
    "" if described == arguments else
    join("a function of VBA has at most {MOST_ARGUMENTS} arguments, not ", arguments, ".")
    if arguments > {MOST_ARGUMENTS} else
    "here is room for {ROWS} arguments; add the others to the code, in the same way."
    if arguments > {ROWS} else
    join("arguments: ", arguments, " in the function, but ", described, " described. Excel would not say so.")
)"""
ROW_PROBLEM = """iferror(
    join(index(what.what, match(1, what.failed)), ": ", index(what.problem, match(1, what.failed)), "."), ""
)"""
CHECK = Sheet(
    "check",
    "Your function",
    "Would Excel take the texts of your function?",
    "sentence",
    settings=(
        Setting("arguments", "How many arguments it has", len(ARGUMENTS)).says(
            "Count them in the line of VBA that begins with Function."
        ),
    ),
    outputs=(
        Output("sentence", "", SENTENCE),
        Output("described", "Arguments that are described", "sum(what.used) - 1", style="general").says(
            "Lines of the table that have a name, but for the first."
        ),
        Output(
            "together",
            "Their names together",
            "sum(what.name_length) + max(0, 2*(described - 1))",
            style="general",
        ).says(f"Characters, with a comma and a space between; {MAX_NAMES} fit."),
        Output("failed", "Lines that fail", "sum(what.failed)", "The table says why.", style="general"),
        detail("function_name", "The function", "index(what.name, 1)", "From the table."),
        detail("row_problem", "First line that fails", ROW_PROBLEM, style="text"),
        detail("count_problem", "Number of arguments", COUNT_PROBLEM, style="text"),
    ),
    outputs_title="What was counted",
    tables=(
        Table("what", (*TYPED, *VERDICTS), ROWS + 1),
        Table("words", group("For the verdict", WORD), len(RESERVED.split())),
    ),
    about="Type the name of your function, its arguments and what they are: each line says whether Excel "
    "would take it.",
)

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
)
HOW = PAGE.texts("What to do with the lines")


def _given(place: int, key: str, note: str) -> Column:
    style = "integer" if isinstance(PIECES[0][place], int) else "text"
    return Column(key, values=[piece[place] for piece in PIECES], note=note, style=style, detail=True)


TYPED_PIECE = """(
    check.function_name if kind == 1 else
    index(what.quoted, row) if kind == 2 else
    check.described if kind == 3 else ""
)"""
CODE = Sheet(
    "code",
    "Code",
    "The lines of VBA that hand the texts to Excel",
    "They follow sheet Your function. Quotation marks in your texts are doubled, as VBA wants them.",
    tables=(
        Table(
            "lines",
            group(
                "VBA",
                Column(
                    "line",
                    'iferror(index(pieces.line, match(at, pieces.number)), "")',
                    header="copy and paste these",
                    style="code",
                    width=96,
                ).says("One line of VBA a cell."),
                helper("at", "prev.at + 1", "Counts the lines.", "1", style="integer"),
            ),
            len(PIECES),
        ),
        text_table(
            "how",
            "How to",
            (("what to do with them",), *((line,) for line in HOW)),
            text_column("how", "From here to the function wizard.", 84),
        ),
        Table(
            "pieces",
            group(
                "What the lines are made of",
                _given(0, "begin", "How the line begins."),
                _given(
                    1,
                    "kind",
                    "What it goes on with: 1 the function's name, 2 a text, 3 the number of arguments.",
                ),
                _given(2, "row", "The line is there if this row of sheet Your function has a name."),
                _given(3, "end", "How it ends."),
                _text("typed", TYPED_PIECE, "What it goes on with."),
                _text("more", '", _" if kind == 2 and row == 1 and check.described > 0 else ""').says(
                    "The call goes on if there are arguments."
                ),
                _text("line", "join(begin, typed, end, more)", "The line."),
                helper(
                    "number",
                    "prev.number + index(what.used, row)",
                    first="index(what.used, row)",
                    style="integer",
                ).says("Counts the lines that are there."),
            ),
            len(PIECES),
        ),
    ),
    about="The ready lines for your function: Application.MacroOptions in a Sub, to paste, run once and "
    "save.",
)

# What goes wrong: a message is Excel's own only where the last column has it word for word.
FAILURES = Sheet(
    "failures",
    "Why it fails",
    "Why does the MacroOptions line fail?",
    "What you see, why, and what to do. A message is Excel's own where the last column has it word for word; "
    "no other is made up.",
    tables=(
        text_table(
            "failures",
            "What goes wrong",
            PAGE.table("Why it fails"),
            text_column("says", "The message in an Excel in English, or what happens without one.", 70),
            text_column("cause", "What is wrong.", 68),
            text_column("cure", "How to mend it.", 66),
            text_column(
                "source", "Where it was read. Nobody has tried these in Excel for this workbook.", 58
            ),
        ),
    ),
    about="Seventeen ways to get no description, with Excel's message, the cause and the cure.",
)

PLACES = Sheet(
    "places",
    "Where they are",
    "Where do descriptions come from?",
    "What you see of a function depends on what it is made with, and on what has put its texts "
    "into the file.",
    tables=(
        text_table(
            "places",
            "Kinds of functions",
            PAGE.table("Where they are"),
            text_column("kind", "What the function is made with.", 33),
            text_column("see", "fx is the button beside the formula bar, Insert Function.", 54),
            text_column("stored", "In which part of the file.", 54),
            text_column("how", "Who puts them there, and when.", 64),
            text_column("needs", "Without it there are no texts.", 45),
        ),
    ),
    about="VBA, xlwings, LAMBDA, xlneuron: what you see in Excel, where it is stored, how it gets there, "
    "what it needs.",
)
