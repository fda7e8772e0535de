"""What a sheet says while its functions cannot be called: which one is not known here, and what to do.

Where Python, macros or LAMBDA are missing, cells that call functions show #NAME?, or the text that the
function returns when Python cannot start. A sentence that is made from such cells would blame the training.
So in a book of a dialect with functions every such sentence first looks at the cells that it depends on.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.functions import FUNCTIONS
from xlneuron.tables.dependencies import Key, made_from
from xlneuron.tables.dialects import Dialect
from xlneuron.tables.expressions import Call, ColumnRef, SpanRef, walk
from xlneuron.tables.model import Book, Output, Sheet

MISSING = "functions_missing"  # the result that is empty as long as the functions can be called
NOTE = "Empty, or what the sentence says instead while one of them does not work."
NAME_ERROR, NUM_ERROR = 5, 6  # what ERROR.TYPE says of #NAME? and #NUM!


def with_missing(book: Book, dialect: Dialect) -> Book:
    """Return a book whose sentences say what is missing; the same book in a dialect without functions."""
    if not dialect.unknown:
        return book
    called = {sheet.key: _called(book, sheet) for sheet in book.sheets}
    sheets = []
    for sheet in book.sheets:
        found = called[sheet.key]
        if sheet.key in found:  # its own tell enough, and others may depend on them
            found = {sheet.key: found[sheet.key]}
        texts = [
            f"{key}.{MISSING}" if key != sheet.key and key in called[key] else _problem(book, column, dialect)
            for key, column in found.items()
        ]
        sheets.append(_told(sheet, _first_of(texts)) if texts else sheet)
    return book.with_results(sheets)


def _told(sheet: Sheet, problem: str) -> Sheet:
    """Return a sheet whose sentence is what is missing, if something is."""
    assert sheet.sentence is not None
    result = Output(MISSING, "Missing functions", problem, NOTE, style="text", detail=True)
    return sheet.led_by(result, sheet.sentence.expr)


def _called(book: Book, sheet: Sheet) -> dict[str, Key]:
    """Return the first column on each sheet that calls a function and that a sheet's sentence depends on."""
    seen = set(made_from(book, (sheet.key, sheet.subtitle)))
    found: dict[str, Key] = {}
    for key, (owner, table) in book.tables.items():
        for column in table.keys:
            if (key, column) in seen and (key, column) in book.calls:
                found.setdefault(owner.key, (key, column))
    return found


def _problem(book: Book, column: Key, dialect: Dialect) -> str:
    """Return the expression of what a column's function says instead of values: nothing, if it has values.

    The column is numbers down to the first row in which the function was not called, or did not work: a new
    setting may change cells below the first row only, and all that follow. What stands there tells which: a
    text is the function's own message, #NAME? a function that is not known. In LibreOffice that is another
    error where it has no LAMBDA or may not run macros, from the first row on, whose arguments are numbers.
    """
    cells = ".".join(column)
    call = next(each for each in walk(book.calls[column]) if isinstance(each, Call))
    first = f"first({cells})"
    failing = f"index({cells}, count({cells}) + 1 if isnumber({first}) else 1)"
    arguments = " + ".join(f"first({'.'.join(each)})" for each in _arguments(call))
    return (
        f'"{dialect.unknown.format(call.function)}" if iferror(error_type({failing}), 0) == {NAME_ERROR} '
        f"or (iserror({first}) and iferror(error_type({first}), 0) != {NUM_ERROR} and isnumber({arguments})) "
        f'else iferror(text({failing}), "")'
    )


def _arguments(call: Call) -> Iterator[Key]:
    """Yield the columns that a call's arguments begin with, of those that cannot be left out."""
    for each, argument in zip(call.arguments, FUNCTIONS[call.function].arguments, strict=False):
        if isinstance(each, ColumnRef) and not argument.optional:
            yield each.table, each.column
        elif isinstance(each, SpanRef) and not argument.optional:
            yield each.table, each.first


def _first_of(texts: list[str]) -> str:
    """Return the expression of the first text that is not empty, with no condition inside another."""
    later = (
        f'(({text}) if {_joined(texts[:place])} == "" else "")' for place, text in enumerate(texts[1:], 1)
    )
    return _joined([*texts[:1], *later])


def _joined(texts: list[str]) -> str:
    return f"join({', '.join(texts)})" if len(texts) > 1 else "".join(texts)
