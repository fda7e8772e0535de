"""What a workbook of the dialect `lambda` defines itself: a name for each function that its sheets call.

A definition is for one network. Where sheets need different ones, each sheet has a name of its own; else the
whole workbook has it. The sheet Formulas shows the definitions as readable text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from xlneuron.functions import FUNCTIONS
from xlneuron.networks.lambda_draft import Definition
from xlneuron.networks.lambdas import definition
from xlneuron.tables.dialects import Dialect
from xlneuron.tables.expressions import Call, ExpressionError, Text, walk
from xlneuron.tables.model import Book, Column, DefinedName, Sheet, Table

WHOLE_BOOK = ""
Definitions = dict[str, dict[str, Definition]]  # by sheet's key, or WHOLE_BOOK, and by function


def definitions(book: Book) -> Definitions:
    """Return the definitions that a book's sheets need.

    The whole workbook has one that is the same on all sheets that have it.
    """
    by_sheet = {sheet.key: _of_sheet(book, sheet) for sheet in book.sheets}
    names = {name for own in by_sheet.values() for name in own}
    versions = {name: {own[name] for own in by_sheet.values() if name in own} for name in names}

    found: Definitions = {key: {} for key in (WHOLE_BOOK, *by_sheet)}
    for key, own in by_sheet.items():
        for name, made in own.items():
            found[WHOLE_BOOK if len(versions[name]) == 1 else key][name] = made
    return found


def with_definitions(book: Book) -> Book:
    """Return a book with its definitions, and the sheet that shows them, one step a line."""
    lines: list[tuple[str, str]] = []
    tabs = {sheet.key: sheet.name for sheet in book.sheets}
    found = definitions(book)
    for scope, names in found.items():
        for name, made in names.items():
            where = "the whole workbook" if scope == WHOLE_BOOK else f"the sheet {tabs[scope]}"
            lines += [(name, f"Defined for {where}."), *made.lines, ("", "")]
    table = Table(
        "formulas",
        (
            Column(
                "line",
                note="The text of the name, as Excel's name manager has it.",
                header="definition",
                values=[line for line, _ in lines],
                style="code",
                width=90,
            ),
            Column(
                "what",
                note="What this line computes.",
                header="what it computes",
                values=[what for _, what in lines],
                style="text",
                width=90,
            ),
        ),
        len(lines),
    )
    sheet = Sheet(
        "formulas",
        "Formulas",
        "The functions of this workbook, defined by LAMBDA and LET (Excel 365, 2024 and on the web)",
        "To try one in an Excel in English: copy its lines from =LAMBDA( to )), press F2 in an empty cell, "
        "paste, put the arguments in brackets behind it, Enter. Where the comma is the decimal mark, first "
        "replace , by ; and then . by ,",
        tables=(table,),
        about="The LAMBDA definition of every function that the sheets call, one step a line.",
    )
    # Excel shows the comment while the name is typed: nothing else can say what the arguments are.
    defined = tuple(
        DefinedName(name, made.formula, FUNCTIONS[name].in_short(), scope)
        for scope, names in found.items()
        for name, made in names.items()
    )
    return replace(book, sheets=(*book.sheets, sheet), defined=defined)


def _of_sheet(book: Book, sheet: Sheet) -> dict[str, Definition]:
    networks: dict[str, str] = {}
    for name, network in _calls(book, sheet):
        if networks.setdefault(name, network) != network:
            raise ExpressionError(
                f"{book.name}: {name} is called for {networks[name]} and {network} on sheet {sheet.name!r}"
            )
    return {name: _definition(name, network) for name, network in networks.items()}


_definition = cache(definition)


def _calls(book: Book, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield the functions that a sheet calls, with the network that each call names."""
    for (table, _), node in book.calls.items():
        if book.tables[table][0] is not sheet:
            continue
        for each in walk(node):
            if isinstance(each, Call) and each.function in FUNCTIONS:
                yield each.function, _network(each)


def _network(call: Call) -> str:
    arguments = [argument.name for argument in FUNCTIONS[call.function].arguments]
    if "network" not in arguments:
        return "none"
    place = arguments.index("network")
    given = call.arguments[place] if place < len(call.arguments) else Text("none")
    if not isinstance(given, Text):
        raise ExpressionError(f"{call.function}: a definition needs the network as a constant text")
    return given.value


LAMBDA = Dialect(
    "lambda",
    functions=True,
    unknown="There is no LAMBDA here: it needs Excel 365 or 2024 (the plain template works everywhere).",
    dynamic=True,
    completed=with_definitions,
)
