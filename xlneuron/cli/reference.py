"""`xlneuron functions`: the reference of the worksheet functions, from their own records."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from xlneuron.cli.output import paragraph, print_json
from xlneuron.cli.values import unknown
from xlneuron.functions import FUNCTIONS
from xlneuron.signature import MISSING, Function


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
    print("\n\n".join(_text(function) for function in chosen))
    if arguments.name is not None and chosen[0].notes:
        print("\n" + "\n".join(paragraph(line, "  ") for line in chosen[0].notes.splitlines()))


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
