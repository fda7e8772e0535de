"""`xlneuron functions`: the reference of the worksheet functions, from their own records."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from xlneuron.cli.output import paragraph, print_json
from xlneuron.cli.values import unknown
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import MISSING, Function

MARKDOWN_HEADER = """\
# The worksheet functions

The same in Excel ([add-in](excel.md)), in LibreOffice and from Python (`from xlneuron.functions import
NEURON_FORWARD`). A range may be a block, a row, a column or a single cell; an argument in brackets can be
left out or point to a blank cell. What is wrong with an argument is said in the cell; a number that is too
large is `#NUM!`. This page is made by `xlneuron functions --markdown`.
"""


def show(arguments: Namespace) -> None:
    """Show one function, or all."""
    chosen: Sequence[Function] = list(FUNCTIONS.values())
    if arguments.name is not None:
        name = arguments.name.upper()
        if name not in FUNCTIONS:
            raise unknown("function", arguments.name, FUNCTIONS)
        chosen = [FUNCTIONS[name]]
    if arguments.json:
        print_json([_record(function) for function in chosen])
        return
    if arguments.markdown:
        print(markdown(chosen), end="")
        return
    print("\n\n".join(_text(function) for function in chosen))
    if arguments.name is not None and chosen[0].notes:
        print("\n" + "\n".join(paragraph(line, "  ") for line in chosen[0].notes.splitlines()))


def markdown(functions: Sequence[Function]) -> str:
    """Return the reference page, docs/functions.md."""
    return "\n".join([MARKDOWN_HEADER, *map(_section, functions)])


def _section(function: Function) -> str:
    lines = [f"## {function.name}", "", f"`={function.usage}`", "", _escaped(function.description), ""]
    lines += ["| argument | takes | what it is |", "|---|---|---|"]
    for argument in function.arguments:
        lines.append(f"| `{argument.name}` | {argument.kind.value} | {_escaped(argument.description)} |")
    notes = _escaped(function.notes.replace("\n", " "))
    return "\n".join([*lines, *(["", notes] if notes else []), ""])


def _escaped(text: str) -> str:
    """Return a text whose stars and bars Markdown takes for nothing else."""
    return text.replace("*", "\\*").replace("|", "\\|")


def _text(function: Function) -> str:
    width = max(len(argument.name) for argument in function.arguments)
    lines = [paragraph(function.description, "  ")]
    for argument in function.arguments:
        lines.append(paragraph(f"{argument.name:<{width}}  {argument.description}", "  ", hanging=width + 2))
    return "\n".join([function.usage, *lines])


def _record(function: Function) -> dict[str, object]:
    return {
        "name": function.name,
        "usage": function.usage,
        "description": function.description,
        "notes": function.notes,
        "arguments": [
            {
                "name": argument.name,
                "kind": argument.kind.value,
                "optional": argument.optional,
                "default": None if argument.default is MISSING else argument.default,
                "description": argument.description,
            }
            for argument in function.arguments
        ],
    }
