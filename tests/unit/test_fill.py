"""Expressions put together from expressions."""

from __future__ import annotations

import ast

import pytest

from xlneuron.books.lessons.models import CHAIN, NEURON, RELU, Model, forward_columns
from xlneuron.tables.expressions import ExpressionError
from xlneuron.tables.fill import fill, inlined, joined, names, tree

FILLED = [
    ("2*({p} - y)*{c}", {"p": "a*x + b", "c": "c + h"}, "2*(a*x + b - y)*(c + h)"),
    ("{a}*{b}", {"a": "x", "b": "y*z"}, "x*(y*z)"),  # the order of operations is kept
    ("{a} - {b}", {"a": "x - y", "b": "x - y"}, "x - y - (x - y)"),
    ("-{a}", {"a": "x**2"}, "-x**2"),
    ("{a}**2", {"a": "-x"}, "(-x)**2"),
    ("{a} + 1", {"a": "x if x > 0 else y"}, "(x if x > 0 else y) + 1"),
    ("{a}*x", {"a": -2.5}, "-2.5*x"),
    ("{scale}*x", {"scale": 1.5957691216057308}, "1.5957691216057308*x"),
    ("{z} if {z} > 0 else {z}*slope", {"z": "prev.z"}, "prev.z if prev.z > 0 else prev.z*slope"),
    ("max({a}, x)", {"a": "a + b", "b": "y"}, "max(a + b, x)"),
    ('join("a", {a})', {"a": '"b"'}, 'join("a", "b")'),
]


def same(a: str, b: str) -> bool:
    return ast.dump(tree(a)) == ast.dump(tree(b))


@pytest.mark.parametrize(("text", "parts", "expected"), FILLED)
def test_fill(text, parts, expected):
    assert same(fill(text, **parts), expected)


@pytest.mark.parametrize(
    ("text", "parts", "problem"),
    [
        ("{a} + {b}", {"a": "x"}, "has a hole that is not filled"),
        ('join("{a}")', {"a": "x"}, "or one where no expression can be"),
        ("{a}(x)", {"a": "exp"}, "or one where no expression can be"),
        ("{a} + 1", {"a": "x +"}, "not an expression: 'x \\+'"),
        ("{a} +", {"a": "x"}, "not an expression"),
        ("{a + 1", {"a": "x"}, "not an expression with holes"),
    ],
)
def test_what_cannot_be_filled(text, parts, problem):
    with pytest.raises(ExpressionError, match=problem):
        fill(text, **parts)


def test_names_are_those_of_cells():
    found = list(names(tree("max(a, 0)*prev.b + data.c + (x if y > 1 else exp(-z))")))
    assert found == ["a", "y", "x", "z"]


@pytest.mark.parametrize("model", [NEURON, CHAIN, RELU])
def test_a_model_in_one_expression(model: Model):
    """What `Model.predict` writes by hand."""
    cells = {column.key: column.expr for column in forward_columns(model) if column.key != "err"}
    assert same(inlined(cells, "pred"), model.predict())
    for weight in model.weights:
        moved = inlined(cells, "pred", **{weight: f"{weight} + h"})
        assert same(moved, model.predict(**{weight: f"({weight} + h)"}))
    elsewhere = {weight: f"compare.start_{weight}" for weight in "abcd"}
    assert same(inlined(cells, "pred", **elsewhere), model.predict(**elsewhere))


def test_a_sentence_of_texts_and_cells():
    template = "The {what} at row {before} overshot. Try {cure}."
    assert joined(template, {"what": "step"}, before="row - 1", cure=('"a rate of "', "rate")) == (
        'join("The step at row ", row - 1, " overshot. Try ", "a rate of ", rate, ".")'
    )
    assert joined("Try {cure}.", {"cure": "0.1"}) == '"Try 0.1."'
    assert joined("{row}", row="row + 1") == "row + 1"
    with pytest.raises(ExpressionError, match="not filled: cure"):
        joined("Try {cure}.", row="row")
