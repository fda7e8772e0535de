"""A worksheet function as data: its name, its arguments and what is said about them.

All of it is read once from the Python function's signature, type hints and docstring. Hosts, the reference
page and the formulas of workbooks are made from these records; a text that a host cannot show is an error
when the function is defined.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, get_type_hints

from xlneuron.engine.array import Array


class Missing(Enum):
    """The type of MISSING."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING  # an argument that was left out; None is a blank cell

MAX_TEXT = 255  # characters of a description in Excel's function wizard
CUT = " ..."  # the end of a text of which more does not fit
MAX_NAMES = 253  # characters of all argument names with their separators; beyond, the wizard breaks


class Kind(Enum):
    """What an argument takes."""

    RANGE = "range"
    NUMBER = "number"
    INTEGER = "whole number"
    FLAG = "TRUE or FALSE"
    TEXT = "text"


KINDS = {
    Array: Kind.RANGE,
    Array | None: Kind.RANGE,
    float: Kind.NUMBER,
    int: Kind.INTEGER,
    bool: Kind.FLAG,
    str: Kind.TEXT,
}


@dataclass(frozen=True)
class Argument:
    """One argument. `default` is MISSING for one that has to be given, None for one made from the others."""

    name: str
    text: str
    kind: Kind
    default: float | bool | str | Missing | None = MISSING

    @property
    def optional(self) -> bool:
        """Whether it can be left out."""
        return self.default is not MISSING

    @property
    def default_text(self) -> str:
        """The default as a formula writes it; empty if there is none to write."""
        match self.default:
            case Missing() | None:
                return ""
            case bool():
                return str(self.default).upper()
            case str():
                return f'"{self.default}"'
        return f"{self.default:.12f}".rstrip("0").rstrip(".")

    @property
    def description(self) -> str:
        """What the function wizard shows: the text and the default."""
        if not self.optional:
            return self.text
        return f"{self.text} Optional{': ' + self.default_text if self.default_text else ''}."

    @property
    def usage(self) -> str:
        """How a call names it: in brackets, with its default, if it can be left out: `[mom=0.9]`."""
        default = f"={self.default_text}" if self.default_text else ""
        return f"[{self.name}{default}]" if self.optional else self.name


@dataclass(frozen=True)
class Function:
    """One worksheet function. `notes` is the rest of its docstring: what it returns, and where it is from."""

    name: str
    description: str
    arguments: tuple[Argument, ...]
    notes: str
    implementation: Callable[..., Any]
    point: Callable[..., tuple[float, ...]] | None = (
        None  # the same for one datapoint, on plain floats (see `points`)
    )
    width: Callable[..., int] | None = None  # how many cells a message fills; one if None

    @property
    def usage(self) -> str:
        """The call with its arguments, optional ones in brackets: `SMOOTH(series, [mom=0.9])`."""
        return f"{self.name}({', '.join(argument.usage for argument in self.arguments)})"

    def in_short(self, most: int = MAX_TEXT) -> str:
        """Return the usage and what the arguments are, for a host that shows one text of so many characters.

        The usage is always whole; then come as many arguments as fit, the last one cut after a whole word.
        """
        text = self.usage
        for argument in self.arguments:
            name = f"{text} {argument.name}:"
            longer = f"{name} {argument.text}"
            if len(longer) > most:
                end = longer.rfind(" ", 0, most - len(CUT) + 1)
                return longer[:end] + CUT if end > len(name) else text
            text = longer
        return text


def describe(implementation: Callable[..., Any]) -> Function:
    """Read a function's record from its signature, type hints and docstring.

    The docstring's first paragraph describes the function, its second has `name: text` for each argument, in
    order (a text goes on in indented lines), and the rest are notes. Raises ValueError for a docstring that
    does not match the signature and for a text that a host cannot show.
    """
    summary, lines, *notes = [*inspect.cleandoc(implementation.__doc__ or "").split("\n\n", 2), "", ""][:3]
    pairs = [line.partition(": ") for line in lines.replace("\n    ", " ").splitlines()]
    texts = {name: text for name, _, text in pairs}
    parameters = inspect.signature(implementation).parameters
    hints = get_type_hints(implementation)
    name = implementation.__name__
    if list(texts) != list(parameters):
        raise ValueError(
            f"{name}: the docstring describes {list(texts)}, the arguments are {list(parameters)}"
        )
    arguments = tuple(
        Argument(
            name=parameter.name,
            text=texts[parameter.name],
            kind=KINDS[hints[parameter.name]],
            default=MISSING if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in parameters.values()
    )
    function = Function(name, summary.replace("\n", " "), arguments, notes[0], implementation)
    _check(function)
    return function


def _check(function: Function) -> None:
    for text in (function.description, *(argument.description for argument in function.arguments)):
        if not text or len(text) > MAX_TEXT:
            raise ValueError(f"{function.name}: {len(text)} characters, 1 to {MAX_TEXT} fit: {text!r}")
        if (
            not text.isascii()
        ):  # VBA's source is cp1252, its code page varies: plain ASCII is the same everywhere
            raise ValueError(f"{function.name}: not plain ASCII: {text!r}")
    if len(", ".join(argument.name for argument in function.arguments)) > MAX_NAMES:
        raise ValueError(f"{function.name}: the names of the arguments are too long together")
    if len(function.usage) > MAX_TEXT:
        raise ValueError(f"{function.name}: its usage has {len(function.usage)} characters, {MAX_TEXT} fit")
    required = [not argument.optional for argument in function.arguments]
    if required != sorted(required, reverse=True):
        raise ValueError(f"{function.name}: an argument that has to be given follows an optional one")
