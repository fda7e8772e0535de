"""Errors that a user can put right: each one's text is the one line that is shown."""

from __future__ import annotations


class XlneuronError(Exception):
    """Something the user gave cannot be used; `str()` says what, which value, and what to do."""


class ArgumentError(XlneuronError):
    """An argument of a function is wrong: `weights: 3 values, but network 1-1relu-1 has 4`.

    `function` is filled in where a worksheet calls, and then leads the text.
    """

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument, problem)
        self.argument = argument
        self.problem = problem
        self.function: str | None = None

    def __str__(self) -> str:
        return ": ".join(part for part in (self.function, self.argument, self.problem) if part)


class DataError(XlneuronError):
    """A data file is wrong: `line.csv, line 3, column y: '12 apples' is not a number`."""

    def __init__(self, source: str, problem: str, line: int | None = None, column: str | None = None) -> None:
        super().__init__(source, problem, line, column)
        self.source = source
        self.problem = problem
        self.line = line
        self.column = column

    def __str__(self) -> str:
        where = self.source
        if self.line is not None:
            where += f", line {self.line}"
        if self.column is not None:
            where += f", column {self.column}"
        return f"{where}: {self.problem}"


class UsageError(XlneuronError):
    """The command line was used wrongly; the program ends with exit code 2."""


def echo(value: object) -> str:
    """Return a bad value as a message shows it: quoted, on one line, not longer than some 40 characters."""
    text = repr(value)
    return text if len(text) <= 42 else f"{text[:38]}...{text[0]}"


def counted(number: int, what: str) -> str:
    """Return `1 row` or `2 rows`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
