"""A table differentiates itself: micrograd for spreadsheets.

    z = a*x + b      act = max(0, z)      pred = c*act + d      err = (pred - y)**2

From these columns of a row, `derivatives` makes those of backpropagation, from the error to the left, each a
cell that uses only cells to be had by then:

    d_pred = 2*(pred - y)
    d_act = d_pred*c
    d_z = d_act if z > 0 else 0
    d_a = d_z*x

This is reverse-mode differentiation (Linnainmaa 1970; Griewank and Walther, Evaluating Derivatives, 2008), as
Karpathy's micrograd does it with numbers, and here with expressions. The derivative of the error by a column
comes back from every column that uses it: that one's own derivative times the slope between the two. `slopes`
has the slopes, operation by operation.

What stands in other rows or on other sheets (prev.x, table.x, sheet.x) is given: nothing flows back to it.

Where there is a kink, one side is taken, and the cell shows which, as in `d_act if z > 0 else 0`:
- of max and min the argument that is chosen has slope 1, the others 0. If several are equal, that is one
  without a slope of its own (a number, what does not depend on a weight), else the last. So the ReLU,
  max(0, z), has slope 0 at 0, and max(z, 0.01*z) has 0.01: as in PyTorch and in `network`;
- abs has slope 0 at 0, as in PyTorch;
- of a condition and of iferror only what is taken has a slope; the test has none.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from xlneuron.tables.expressions import ExpressionError
from xlneuron.tables.fill import names, pattern, tree
from xlneuron.tables.model import Column
from xlneuron.tables.simplify import ONE, added, number
from xlneuron.tables.slopes import SLOPE, Given, Slopes, put_together

Known = Mapping[str, Mapping[str, str]]

LONG_SLOPE = 50  # characters; a longer one is not spelled out in a note
MANY_STEPS = 9  # are counted in a note, and not named
MANY_USERS = 3  # more are counted together in a note


def derivatives(
    columns: Mapping[str, str],
    error: str,
    by: Sequence[str],
    *,
    known: Known | None = None,
    row: Sequence[str] = (),
    prefix: str = "d_",
) -> tuple[Column, ...]:
    """Return the columns with the derivatives of `error` by everything between it and `by`, and by these.

    columns: name -> expression, those of one row. Names that are not among them are given.
    known: column -> name -> what the column hands back to that name, and to no others, where people know a
        better way than the rules find: {"pred": {"z": "{slope}*pred*(1 - pred)"}}. {slope} is the derivative
        by the column itself, 1 if it is the error. {"top": {}}: nothing, for what it hands back cancels out.
    row: all the table's columns from left to right, if an expression has a span(first, last).
    """
    return tuple(_Graph(columns, error, known or {}, row).columns(by, prefix))


def written_out(
    columns: Mapping[str, str],
    error: str,
    by: str,
    *,
    known: Known | None = None,
    row: Sequence[str] = (),
    prefix: str = "d_",
) -> Column:
    """Return the column with one derivative, from the forward cells alone: otherwise as `derivatives`."""
    return _Graph(columns, error, known or {}, row).written_out(by, prefix)


@dataclass
class _Derivative:
    """What is known of the derivative by one name: what each column that uses it hands back."""

    name: str
    handed: list[Sequence[ast.expr]] = field(default_factory=list)
    slopes: dict[str, ast.expr] = field(default_factory=dict)  # of each of those columns, by the name

    @cached_property
    def value(self) -> ast.expr:
        """All of that, added. The columns came from right to left, and are added from left to right."""
        return added([term for terms in reversed(self.handed) for term in terms])

    def note(self, error: str) -> str:
        """Return the chain rule in words."""
        start = f"Derivative of the error by {self.name}: "
        if len(self.slopes) > MANY_USERS:
            last, *_, first = self.slopes
            each = f"each of the {len(self.slopes)} cells from {first} to {last}"
            return f"{start}that by {each}, times the slope of that cell by {self.name}, added up."
        users = reversed(list(self.slopes.items()))
        links = [self._link(user, slope, user == error) for user, slope in users]
        return f"{start}{', plus '.join(links) or '0, which way a condition goes has no slope'}."

    def _link(self, user: str, slope: ast.expr, is_error: bool) -> str:
        """Return a summand of the chain rule in words: what comes back from one column."""
        text, that = _in_words(slope), f"that by {user}"
        if len(text) > LONG_SLOPE:
            text = f"the slope of {user} by {self.name}"
        if is_error:
            return text
        match slope:
            case ast.Constant(1):
                return that
            case ast.UnaryOp(ast.USub(), ast.Constant(1)):
                return f"minus {that}"
            case ast.IfExp(test, ast.Constant(1), ast.Constant(0)) if text.startswith("1 where"):
                return f"{that} where {_in_words(test)}, else 0"
            case ast.BinOp(_, ast.Add() | ast.Sub()) if not text.startswith("the slope"):
                text = f"({text})"
        return f"{that}, times {text}"


class _Graph:
    """The columns of a row: which uses which, and what each hands back to those that it uses."""

    def __init__(self, columns: Mapping[str, str], error: str, known: Known, row: Sequence[str]) -> None:
        self.trees = {name: _Spans(row).visit(tree(text)) for name, text in columns.items()}
        self.known = known
        self.error = error
        if missing := sorted({error, *known} - set(self.trees)):
            raise ExpressionError(f"there is no column {missing[0]!r} to differentiate")
        self.uses = {name: known.get(name, set(names(each))) for name, each in self.trees.items()}
        self.order = self._ordered()

    def columns(self, by: Sequence[str], prefix: str) -> Iterator[Column]:
        """Yield the derivatives by way of cells."""
        for found in self._back(by, lambda each: ast.Name(prefix + each.name)):
            key = prefix + found.name
            if key in self.trees:
                raise ExpressionError(f"the table has a column {key!r} already")
            yield Column(key, ast.unparse(found.value), found.note(self.error))

    def written_out(self, by: str, prefix: str) -> Column:
        """Return one derivative, without cells of derivatives."""
        *way, last = self._back([by], lambda each: each.value)
        note = last.note(self.error)
        if way:
            *first, step = (each.name for each in way)
            steps = f"{', '.join(first)} and {step}" if first else step
            if len(way) > MANY_STEPS:
                steps = f"{len(way)} cells"
            note = f"Derivative of the error by {by}: the chain rule from the error back through {steps}."
        return Column(prefix + by, ast.unparse(last.value), note)

    def _back(self, by: Sequence[str], written: Callable[[_Derivative], ast.expr]) -> Iterator[_Derivative]:
        """Walk from the error back; yield the derivatives.

        `written` says how the next ones write it: as the cell that has it, or as what it is.
        """
        needed = self._between(by)
        slopes = Slopes(self.trees, needed)
        found = {name: _Derivative(name) for name in needed}
        for name in [*reversed(self.order), *dict.fromkeys(each for each in by if each not in self.trees)]:
            if name not in needed:
                continue
            slope = ONE
            if name != self.error:
                yield found[name]
                slope = found[name].value
                if number(slope) is None:
                    slope = written(found[name])
            if name in self.trees:
                alone = self._handed_back(slopes, name, ONE)
                for to, terms in self._handed_back(slopes, name, slope).items():
                    found[to].handed.append(terms)
                    found[to].slopes[name] = added(alone[to])

    def _handed_back(self, slopes: Slopes, name: str, slope: ast.expr) -> Given:
        """Return what a column hands back if the derivative by it is `slope`."""
        if name not in self.known:
            try:
                return slopes.back(self.trees[name], slope)
            except ExpressionError as error:
                raise ExpressionError(f"column {name!r}: {error}") from error
        known = {to: text for to, text in self.known[name].items() if to in slopes.needed}
        return {to: [put_together(pattern(text), {SLOPE: slope})] for to, text in known.items()}

    def _between(self, by: Sequence[str]) -> set[str]:
        """Return the names that depend on `by` and that the error depends on."""
        depend = set(by)
        for name in self.order:
            if not depend.isdisjoint(self.uses[name]):
                depend.add(name)
        leads = {self.error}
        for name in reversed(self.order):
            if name in leads:
                leads.update(self.uses[name])
        if missing := [name for name in by if name not in leads or name == self.error]:
            raise ExpressionError(f"{self.error!r} does not depend on {missing[0]!r}")
        return depend & leads

    def _ordered(self) -> list[str]:
        """Return the columns in an order of calculation: as they come, if that is one."""
        needs = {name: self.trees.keys() & set(names(each)) for name, each in self.trees.items()}
        try:
            order = list(TopologicalSorter(needs).static_order())
        except CycleError as error:
            raise ExpressionError(f"these columns need each other: {' -> '.join(error.args[1])}") from error
        places = {name: place for place, name in enumerate(needs)}
        as_they_come = all(places[each] < places[name] for name in needs for each in needs[name])
        return list(needs) if as_they_come else order


class _Spans(ast.NodeTransformer):
    """Puts the columns themselves in place of span(first, last)."""

    def __init__(self, row: Sequence[str]) -> None:
        self.row = row

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Do so in a function's arguments."""
        self.generic_visit(node)
        node.args = [each for argument in node.args for each in self._columns(argument)]
        return node

    def _columns(self, node: ast.expr) -> Sequence[ast.expr]:
        match node:
            case ast.Call(ast.Name("span"), [ast.Name(first), ast.Name(last)]):
                places = [place for place, name in enumerate(self.row) if name in (first, last)]
                if not places:
                    raise ExpressionError(f"which columns stand in {ast.unparse(node)}? `row` does not say")
                return [ast.Name(name) for name in self.row[places[0] : places[-1] + 1]]
        return [node]


def _in_words(slope: ast.expr) -> str:
    """Return a slope as a note spells it."""
    if isinstance(slope, ast.IfExp):
        yes, test, no = (_in_words(each) for each in (slope.body, slope.test, slope.orelse))
        return f"{yes} where {test}, else {no}"
    return ast.unparse(slope).replace(" ** ", "^").replace(" * ", "*").replace(" / ", "/")
