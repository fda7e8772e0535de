"""A LAMBDA while it is written: its steps and checks, then its text for a reader and for a file.

A file stores the functions that are younger than its format as `_xlfn.NAME`, the names of a LAMBDA or LET as
`_xlpm.name`, and an argument that can be left out as `_xlop.name` where it is declared. A name must not look
like a cell (b1), nor like a row or a column (r, c).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlneuron.functions.signature import Function

YOUNG = {"LAMBDA", "LET", "ISOMITTED", "TOROW", "HSTACK", "SEQUENCE"}
TOKEN = re.compile(r'"(?:[^"]|"")*"|\[\w+\]|[A-Za-z_]\w*')


@dataclass(frozen=True)
class Definition:
    """A name that a workbook defines. It calls no other, which could be another sheet's of that name."""

    name: str
    formula: str  # as a file stores it, without the leading =
    lines: tuple[tuple[str, str], ...]  # as a reader sees it: each line, and what it computes

    @property
    def text(self) -> str:
        """The formula as Excel shows it, laid out over lines."""
        return "\n".join(line for line, _ in self.lines)


def stored(line: str, names: set[str]) -> str:
    """Return a line as a file stores it; `names` are those of its LAMBDAs and LETs."""

    def prefixed(found: re.Match[str]) -> str:
        token = found[0]
        if token.startswith("["):
            return f"_xlop.{token[1:-1]}"
        return ("_xlpm." if token in names else "_xlfn." if token in YOUNG else "") + token

    return TOKEN.sub(prefixed, line)


class Step(NamedTuple):
    """A step of a LET, and what it computes."""

    name: str
    formula: str
    what: str


@dataclass
class Draft:
    """A definition while it is written: the steps of its LET, and what can be wrong with a call."""

    function: Function
    lines: list[tuple[str, str]] = field(default_factory=list)  # of the steps, and what each computes
    names: list[str] = field(default_factory=list)  # of the steps
    checks: list[tuple[str, str]] = field(default_factory=list)  # condition, message: both are formulas
    inner: set[str] = field(default_factory=set)  # the names of the LAMBDAs within
    longest_inner: int = 0  # how many names the longest LET of those LAMBDAs has
    refusal: str = "problem"  # the formula of what a call returns that has a problem

    def step(self, name: str, formula: str, what: str) -> str:
        """Add a step; return its name."""
        self.names.append(name)
        self.lines.append((f"    {name}, {formula},", what))
        return name

    def add(self, steps: Sequence[Step]) -> None:
        """Add steps."""
        for step in steps:
            self.step(*step)

    @property
    def longest(self) -> int:
        """How many names the longest LET has."""
        return max(len(self.names), self.longest_inner)

    def define(self, name: str, parameter: str, steps: Sequence[Step], result: str, what: str) -> str:
        """Add a step that is a function with steps of its own; return its name."""
        self.names.append(name)
        self.longest_inner = max(self.longest_inner, len(steps))
        self.inner |= {parameter, *(step.name for step in steps)}
        self.lines.append((f"    {name}, LAMBDA({parameter}, LET(", what))
        self.lines += [(f"      {step.name}, {step.formula},", step.what) for step in steps]
        self.lines.append((f"      {result})),", ""))
        return name

    def option(self, argument: str, name: str, what: str) -> str:
        """Add the step that puts an argument's default in its place if it is left out or blank."""
        (default,) = (each.default_text for each in self.function.arguments if each.name == argument)
        formula = f"IF(ISOMITTED({argument}), {default}, IF(ISBLANK({argument}), {default}, {argument}))"
        return self.step(name, formula, f"{what}; {default} if left out")

    def check(self, condition: str, argument: str, *problem: str) -> None:
        """Refuse a call: `problem` are the formulas that the message is joined of."""
        message = "&".join((quoted(f"{self.function.name}: {argument}: "), *problem)).replace('"&"', "")
        self.checks.append((condition, message))

    def definition(self, result: str, what: str) -> Definition:
        """Return the definition, `result` being a formula of the steps."""
        arguments = self.function.arguments
        parameters = ",".join(f"[{each.name}]" if each.optional else each.name for each in arguments)
        lines = [(f"=LAMBDA({parameters},", self.function.description), ("  LET(", "")]
        lines += self.lines
        lines.append(("    problem,", "what is wrong with the call; empty if nothing is"))
        for condition, message in self.checks:
            lines += [(f"      IF({condition},", ""), (f"        {message},", "")]
        lines.append((f'      ""{")" * len(self.checks)},', ""))
        lines.append((f'    IF(problem="", {result}, {self.refusal})', what))
        lines.append(("))", ""))
        names = {each.name for each in arguments} | {*self.names} | {"problem"}
        formula = "\n".join(stored(line, names | self.inner) for line, _ in lines)
        return Definition(self.function.name, formula.removeprefix("="), tuple(lines))


# Parts of messages


def quoted(words: str) -> str:
    """Return a constant text."""
    return '"' + words.replace('"', '""') + '"'


def count(formula: str, what: str) -> str:
    """Return the formula of `1 row`, `2 rows` and so on."""
    return f'{formula}&IF({formula}=1, " {what}", " {what}s")'


def size(name: str) -> str:
    """Return the formula of a range's size: `2 x 3`."""
    return f'ROWS({name})&" x "&COLUMNS({name})'
