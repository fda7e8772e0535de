"""The last sheets of 06: average_grad as a LAMBDA, what is wrong with that of the thread, and three forms."""

from __future__ import annotations

from xlneuron.books.words import page_of, text_column, text_table
from xlneuron.functions import FUNCTIONS
from xlneuron.tables.model import Sheet

PAGE = page_of(__file__)
RECORD = FUNCTIONS["AVERAGE_GRAD"]

LAMBDA_SHEET = Sheet(
    "lambda",
    "LAMBDA",
    "AVERAGE_GRAD as a LAMBDA, one step a line",
    "For Excel 365 and 2024. To try it: copy the lines, double-click an empty cell, paste.",
    tables=(
        text_table(
            "lines",
            "The LAMBDA",
            PAGE.table("The LAMBDA"),
            text_column("code", "The formula, laid out over lines.", 72, "code"),
            text_column("what", "What the line computes.", 62),
        ),
        text_table(
            "how",
            "How to",
            (
                ("how to write, try and debug it",),
                *((line,) for line in PAGE.texts("How to write, try and debug it")),
            ),
            text_column("how", "From plain cells to a named function.", 98),
        ),
    ),
    about="The formula laid out over lines, what each line computes, and how to enter and debug it.",
)

THREAD_SHEET = Sheet(
    "swapped",
    "Swapped",
    "The LAMBDA of the thread, line by line",
    "Sheets Tests and Steps are kind to it and start grad_avg at zeros. It fails the tests all the same.",
    tables=(
        text_table(
            "thread",
            "The thread's LAMBDA",
            PAGE.table("The thread's LAMBDA"),
            text_column("code", "The formula as it was posted, laid out over lines.", 52, "code"),
            text_column("wrong", "What is wrong with the line.", 62),
            text_column("better", "What to write instead.", 52, "code"),
        ),
    ),
    about="The formula that was posted: what is wrong with it, and what to write instead.",
)

FORMS_SHEET = Sheet(
    "forms",
    "Three forms",
    "Row 7 of sheet Steps in three forms",
    RECORD.description,
    tables=(
        text_table(
            "forms",
            "Three forms",
            PAGE.table("Three forms"),
            text_column("form", "How it is written.", 19),
            text_column("code", "The formula in row 7 of sheet Steps.", 50, "code"),
            text_column("where", "Where it runs.", 78),
        ),
        text_table(
            "arguments",
            "The arguments of AVERAGE_GRAD",
            (
                ("argument", "if left out", "what it is"),
                *(
                    (each.name, each.default_text or ("zeros" if each.optional else "needed"), each.text)
                    for each in RECORD.arguments
                ),
            ),
            text_column("name", "The argument, in the order of the function.", 14, "code"),
            text_column("default", "What counts if it is left out.", 11, "general"),
            text_column("text", "What it means.", 118),
        ),
    ),
    about="Plain cells, LAMBDA and worksheet function side by side, and the arguments of AVERAGE_GRAD.",
)
