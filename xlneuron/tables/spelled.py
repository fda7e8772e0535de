"""The functions of the language in which columns are written, and how a spreadsheet spells them."""

from __future__ import annotations

# Function of the language -> (function of the spreadsheet, fewest arguments, most arguments).
SPELLED: dict[str, tuple[str, int, int]] = {
    "max": ("MAX", 1, 30),
    "min": ("MIN", 1, 30),
    "abs": ("ABS", 1, 1),
    "exp": ("EXP", 1, 1),
    "log": ("LN", 1, 1),
    "log10": ("LOG10", 1, 1),
    "sqrt": ("SQRT", 1, 1),
    "tanh": ("TANH", 1, 1),
    "sin": ("SIN", 1, 1),
    "cos": ("COS", 1, 1),
    "isnumber": ("ISNUMBER", 1, 1),
    "iserror": ("ISERROR", 1, 1),
    "iferror": ("IFERROR", 2, 2),
    "both": ("AND", 2, 30),
    "either": ("OR", 2, 30),
    "sum": ("SUM", 1, 30),
    "average": ("AVERAGE", 1, 1),
    "deviation": ("STDEVP", 1, 1),  # the standard deviation, of all there are and not of a sample
    "rows": ("ROWS", 1, 1),
    "count_if": ("COUNTIF", 2, 2),
    "sum_if": ("SUMIF", 3, 3),
    "match": ("MATCH", 2, 2),
    "index": ("INDEX", 2, 2),
    "len": ("LEN", 1, 1),
    "left": ("LEFT", 2, 2),
    "substitute": ("SUBSTITUTE", 3, 3),
    "count_of": ("SUMPRODUCT", 2, 2),  # how many characters of a text are among those of a constant
    "first": ("", 1, 1),  # a reference
    "last": ("INDEX", 1, 1),
    "count": ("COUNT", 1, 1),
    "below": ("COUNTA", 1, 1),  # how many cells below a column, on its sheet, hold something
    "text": ("T", 1, 1),  # a text as it is, and of a number no text
    "error_type": ("ERROR.TYPE", 1, 1),
    "na": ("NA", 0, 0),
}

BOOLEAN = frozenset({"isnumber", "iserror", "both", "either"})  # whose value is true or false
# What takes a whole column; everything else takes single cells.
OF_RANGES = frozenset(
    {"max", "min", "sum", "average", "deviation", "rows", "count_if", "sum_if", "match", "index"}
    | {"first", "last", "count", "below"}
)
