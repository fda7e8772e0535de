"""A table differentiates itself: against today's columns, PyTorch, the engine and central differences."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.books import book_of, formula_of, rows_of
from support.by_hand import backpropagation

from xlneuron.books.lessons import models
from xlneuron.books.lessons.models import CHAIN, NEURON, RELU, Model
from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.network import parse
from xlneuron.networks.activations import activated
from xlneuron.networks.derivatives import slopes
from xlneuron.networks.losses import LOSSES
from xlneuron.networks.plan import Plan
from xlneuron.tables import expressions
from xlneuron.tables.differentiate import derivatives, written_out
from xlneuron.tables.evaluate import evaluate
from xlneuron.tables.expressions import ColumnRef, ExpressionError
from xlneuron.tables.fill import inlined, tree
from xlneuron.tables.model import Column
from xlneuron.tables.spelled import SPELLED

FIGURES = json.loads(
    (Path(__file__).parents[1] / "figures" / "differentiate_figures.json").read_text("utf-8")
)
LONGEST_FORMULA = 400


def same(a: str, b: str) -> bool:
    return ast.dump(tree(a)) == ast.dump(tree(b))


class Row:
    """The cells of one row: what names mean in an expression, and their values."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = dict(values)

    def name(self, name):
        return ColumnRef("t", name)

    def attribute(self, owner, name):
        return None

    def known(self):
        return []

    def cell(self, table, column, back):
        return self.values[column]

    def fill(self, columns):
        """Calculate columns, in the order of calculation, and return the row."""
        for name, text in columns.items():
            self.values[name] = evaluate(expressions.parse(text, self, name), self)
        return self.values


def by_way_of_cells(columns, error, by, values, **options):
    """The derivatives' values, each from cells that are to be had by then."""
    row = Row(values)
    row.fill(columns)
    made = derivatives(columns, error, by, **options)
    found = row.fill({column.key: column.expr for column in made})
    return [found[f"d_{name}"] for name in by]


# What comes out, and how it is explained: error, derivative by a, the note.
READ = [
    ("(a - y)**2", "2*(a - y)", "2*(a - y)"),
    ("(y - a)**2", "-2*(y - a)", "-2*(y - a)"),
    ("(a - y)**2/2", "a - y", "a - y"),
    ("0.5*(a - y)**2", "a - y", "a - y"),
    ("((a - y)**2 + (x - a)**2)/4", "(a - y)/2 - (x - a)/2", "(a - y)/2 - (x - a)/2"),
    ("x + a + 1", "1", "1"),
    ("x - a", "-1", "-1"),
    ("-(-a)", "1", "1"),
    ("x*(-a)", "-x", "-x"),
    ("x*a*y", "y*x", "y*x"),
    ("3*x*a", "3*x", "3*x"),
    ("0.1*(3*a)*x", "3*0.1*x", "3*0.1*x"),  # and not 0.30000000000000004*x
    ("a*a", "2*a", "2*a"),
    ("a*(1 - a)", "1 - a - a", "1 - a - a"),
    ("x/a + 1", "-x/a/a", "-x/a/a"),
    ("a/x", "1/x", "1/x"),
    ("a/2", "1/2", "1/2"),
    ("x*(a/y)", "x/y", "x/y"),
    ("a**3", "3*a**2", "3*a^2"),
    ("a**-1", "-a**-2", "-a^(-2)"),
    ("a**0.5", "0.5*a**-0.5", "0.5*a^(-0.5)"),
    ("a**1.1", "1.1*a**0.1", "1.1*a^0.1"),
    ("a**x", "x*a**(x - 1)", "x*a^(x - 1)"),
    ("x**a", "err*log(x)", "err*log(x)"),
    ("2*x**a", "2*x**a*log(x)", "2*x^a*log(x)"),
    ("x**2*0 + a", "1", "1"),
    ("exp(-a)", "-err", "-err"),
    ("x*exp(-a)", "-x*exp(-a)", "-x*exp(-a)"),
    ("log(x*a)", "x/(x*a)", "x/(x*a)"),
    ("log10(a)", "1/(a*log(10))", "1/(a*log(10))"),
    ("sqrt(a)", "1/(2*err)", "1/(2*err)"),
    ("tanh(a)", "1 - err**2", "1 - err^2"),
    ("-tanh(a)", "-(1 - tanh(a)**2)", "-(1 - tanh(a)^2)"),
    ("sin(a)*x", "x*cos(a)", "x*cos(a)"),
    ("cos(2*a)", "-2*sin(2*a)", "-2*sin(2*a)"),
    ("abs(a)", "1 if a > 0 else -1 if a < 0 else 0", "1 where a > 0, else -1 where a < 0, else 0"),
    ("abs(a - y)", "1 if a > y else -1 if a < y else 0", "1 where a > y, else -1 where a < y, else 0"),
    ("max(0, a)", "1 if a > 0 else 0", "1 where a > 0, else 0"),
    ("max(a, 0)", "1 if a > 0 else 0", "1 where a > 0, else 0"),
    ("min(a, main.cap)*x", "x if a < min(main.cap) else 0", "x where a < min(main.cap), else 0"),
    ("max(a, 0.01*a)", "1 if a > 0 else 0.01", "1 where a > 0, else 0.01"),
    ("max(x, a, 0, y)", "1 if a > max(x, 0, y) else 0", "1 where a > max(x, 0, y), else 0"),
    (
        "max(a, 2*a, x*a)",
        "(1 if a > max(2*a, x*a) else 0) + (2 if 2*a >= a and 2*a > x*a else 0) "
        "+ (x if x*a >= max(a, 2*a) else 0)",
        "the slope of err by a",
    ),
    ("a if x > 0 else y*a", "1 if x > 0 else y", "1 where x > 0, else y"),
    ("a if a > 0 else a", "1", "1"),
    ("x if a > 0 else y", "0", "0, which way a condition goes has no slope"),
    ("iferror(x/a, y)", "-x/a/a if isnumber(x/a) else 0", "-x/a/a where isnumber(x/a), else 0"),
    ("iferror(x, a)", "0 if isnumber(x) else 1", "0 where isnumber(x), else 1"),
    ("sum(a, x, a)", "2", "2"),
    ("average(a)*x", "x", "x"),
    ("sum(span(x, y))**2", "2*sum(x, a, y)", "2*sum(x, a, y)"),
    ("average(span(x, a))", "1/2", "1/2"),
    ("min(span(x, y))", "1 if a < min(x, y) else 0", "1 where a < min(x, y), else 0"),
    ("a*prev.a + sum(t.a)*a", "prev.a + sum(t.a)", "prev.a + sum(t.a)"),  # other rows are given
    ("1/(1 + exp(-a))", "err*(1 - err)", "err*(1 - err)"),
    ("1/(1 + exp(min(-x*a, 700)))", "err*(1 - err)*x", "err*(1 - err)*x"),
    ("max(0, a) + log(1 + exp(-abs(a)))", "1/(1 + exp(min(-a, 700)))", "1/(1 + exp(min(-a, 700)))"),
    ("index(t.x, x)*a", "index(t.x, x)", "index(t.x, x)"),
]


@pytest.mark.parametrize(("error", "expected", "note"), READ)
def test_how_it_reads(error, expected, note):
    (column,) = derivatives({"err": error}, "err", ["a"], row=["x", "a", "y"])
    assert same(column.expr, expected), column.expr
    assert (column.key, column.note) == ("d_a", f"Derivative of the error by a: {note}.")


CELLS = {"z": "a*x + b", "act": "max(0, z)", "pred": "c*act - d", "err": "(pred - y)**2"}


def test_the_chain_rule_by_way_of_cells():
    columns = derivatives(CELLS, "err", ["a", "b", "c", "d"])
    assert [(column.key, column.expr.replace(" * ", "*"), column.note) for column in columns] == [
        ("d_pred", "2*(pred - y)", "Derivative of the error by pred: 2*(pred - y)."),
        ("d_act", "d_pred*c", "Derivative of the error by act: that by pred, times c."),
        ("d_z", "d_act if z > 0 else 0", "Derivative of the error by z: that by act where z > 0, else 0."),
        ("d_a", "d_z*x", "Derivative of the error by a: that by z, times x."),
        ("d_b", "d_z", "Derivative of the error by b: that by z."),
        ("d_c", "d_pred*act", "Derivative of the error by c: that by pred, times act."),
        ("d_d", "-d_pred", "Derivative of the error by d: minus that by pred."),
    ]


def test_the_chain_rule_written_out():
    column = written_out(CELLS, "err", "a", prefix="e_")
    assert column.key == "e_a"
    assert same(column.expr, "(2*(pred - y)*c if z > 0 else 0)*x")
    way = "the chain rule from the error back through pred, act and z"
    assert column.note == f"Derivative of the error by a: {way}."
    assert written_out({"err": "(a - y)**2"}, "err", "a").note == "Derivative of the error by a: 2*(a - y)."
    deep = {f"z{n}": f"z{n - 1}*a" if n else "a" for n in range(12)}
    assert "back through 12 cells" in written_out({**deep, "err": "z11"}, "err", "a").note


def test_several_ways_are_added_from_left_to_right():
    columns = {"p": "x*a", "q": "tanh(a)", "r": "a", "err": "p*q + q - r + exp(q)*q"}
    found = {column.key: column for column in derivatives(columns, "err", ["a"])}
    assert same(found["d_q"].expr, "p + 1 + q*exp(q) + exp(q)")
    assert same(found["d_a"].expr, "d_p*x + d_q*(1 - q**2) - 1")
    assert found["d_a"].note == (
        "Derivative of the error by a: that by p, times x, plus that by q, times (1 - q^2), plus that by r."
    )
    many = {f"p{n}": f"x*a + {n}" for n in range(1, 6)}
    *_, last = derivatives({**many, "err": "p1*p2*p3*p4*p5"}, "err", ["a"])
    assert last.note == (
        "Derivative of the error by a: that by each of the 5 cells from p1 to p5, "
        "times the slope of that cell by a, added up."
    )


def test_columns_may_come_in_any_order_and_what_is_not_needed_is_left_out():
    columns = {
        "err": "(pred - y)**2",
        "text": 'join("a is ", a)',
        "pred": "a*z",
        "after": "err*2",
        "z": "x*x",
    }
    assert [column.key for column in derivatives(columns, "err", ["a", "a"])] == ["d_pred", "d_a"]


def test_a_cell_that_has_the_value_is_used_wherever_it_is():
    columns = {"s": "exp(a)", "err": "x*exp(a) + tanh(s/2)"}
    *_, last = derivatives(columns, "err", ["a"])
    assert same(last.expr, "d_s*s + x*s")


def test_what_people_know_better():
    """The sigmoid with cross-entropy, whose slopes multiply to p - y."""
    columns = {"z": "a*x", "p": "1/(1 + exp(-z))", "err": "-y*log(p) - (1 - y)*log(1 - p)"}
    known = {"err": {"z": "{slope}*(p - y)"}}
    found = derivatives(columns, "err", ["a"], known=known)
    assert [(column.key, column.expr) for column in found] == [("d_z", "p - y"), ("d_a", "d_z * x")]
    assert same(written_out(columns, "err", "a", known=known).expr, "(p - y)*x")
    inner = {**columns, "total": "3*err"}
    assert same(written_out(inner, "total", "z", known=known).expr, "3*(p - y)")
    with_d = {"h": "d*z", "err": "(h - y)**2"}  # the hole is no name: d is a weight here
    assert same(derivatives(with_d, "err", ["z"], known={"h": {"z": "{slope}*d"}})[-1].expr, "d_h*d")


REFUSED = [
    ({"err": "a +"}, "not an expression"),
    ({"h": "match(a, t.x)", "err": "h"}, "column 'h': 'match(a, t.x)' has no derivative"),
    ({"h": "left(a, 2)", "err": "2*h"}, "column 'h': 'left(a, 2)' has no derivative"),
    ({"err": "deviation(a)"}, "'deviation(a)' has no derivative"),
    ({"err": "x"}, "'err' does not depend on 'a'"),
    ({"err": "x", "h": "a"}, "'err' does not depend on 'a'"),
    ({"err": "prev.a"}, "'err' does not depend on 'a'"),
    ({"z": "a"}, "there is no column 'err' to differentiate"),
    ({"err": "a*z", "z": "err"}, "these columns need each other: "),
    ({"err": "a*d_a", "d_a": "x"}, "the table has a column 'd_a' already"),
    ({"err": "sum(span(a, b))"}, "which columns stand in span(a, b)? `row` does not say"),
]


@pytest.mark.parametrize(("columns", "problem"), REFUSED)
def test_what_cannot_be_differentiated(columns, problem):
    with pytest.raises(ExpressionError) as error:
        derivatives(columns, "err", ["a"])
    assert problem in str(error.value)


def test_what_is_known_has_to_be_a_column():
    with pytest.raises(ExpressionError, match="there is no column 'h' to differentiate"):
        derivatives({"err": "a"}, "err", ["a"], known={"h": {"a": "1"}})


SMOOTH = {
    "max",
    "min",
    "abs",
    "exp",
    "log",
    "log10",
    "sqrt",
    "tanh",
    "sin",
    "cos",
    "iferror",
    "sum",
    "average",
}


@pytest.mark.parametrize("function", SPELLED)
def test_every_function_of_the_language_has_a_derivative_or_is_refused(function):
    """Nothing is silently taken for constant."""
    _, fewest, _ = SPELLED[function]
    call = f"{function}({', '.join(['a', 'x', 'y'][: max(fewest, 1)])})"
    if function in SMOOTH:
        (column,) = derivatives({"err": call}, "err", ["a"])
        assert not same(column.expr, "0")
    else:
        with pytest.raises(ExpressionError, match="has no derivative"):
            derivatives({"err": call}, "err", ["a"])


# The columns that people wrote: the lessons' and the compiler's.


def cells_of(model: Model) -> dict[str, str]:
    return {column.key: column.expr for column in models.forward_columns(model)}


BY_HAND = {  # as a teacher writes them
    NEURON: {"a": "2*(pred - y)*x", "b": "2*(pred - y)"},
    CHAIN: {"a": "2*(pred - y)*c*x", "b": "2*(pred - y)*c", "c": "2*(pred - y)*z", "d": "2*(pred - y)"},
    RELU: {
        "a": "(2*(pred - y)*c if z > 0 else 0)*x",
        "b": "2*(pred - y)*c if z > 0 else 0",
        "c": "2*(pred - y)*act",
        "d": "2*(pred - y)",
    },
}


@pytest.mark.parametrize("model", BY_HAND)
def test_the_lessons_derivatives_are_those_of_a_teacher(model):
    for weight in model.weights:
        assert same(written_out(cells_of(model), "err", weight).expr, BY_HAND[model][weight])
        assert same(model.exact(weight), BY_HAND[model][weight])


@pytest.mark.parametrize("model", [NEURON, CHAIN, RELU])
def test_so_they_are_with_other_names(model):
    """As lesson 08 has them on its sheet Check."""
    names = {key: f"line_{key}" for key in ("pred", "z", "act")} | {key: f"weight_{key}" for key in "abcd"}
    cells = {
        names.get(key, key): inlined({"cell": text}, "cell", **names) for key, text in cells_of(model).items()
    }
    exact = {key: names[key] for key in ("pred", "z", "act", "c")}
    for weight in model.weights:
        column = written_out(cells, "err", f"weight_{weight}")
        assert same(column.expr, model.exact(weight, **exact))


SEVEN = (
    "1-1",
    "1-1relu-1",
    "2-3tanh-1",
    "3-4relu-3sigmoid-2",
    "2-3leaky_relu-2softplus-1tanh",
    "1-1-1",
    "2-2-2",
)


@pytest.mark.parametrize(
    ("network", "loss"),
    [
        *((network, "squared") for network in SEVEN),
        ("2-3gelu-2gelu-1", "squared"),
        ("1-2relu-45-1", "squared"),  # a sum of so many terms has brackets
        ("2-3tanh-2sigmoid", "cross-entropy"),
        ("2-3gelu-1sigmoid", "cross-entropy"),
        ("2-3relu-3softmax", "cross-entropy"),
    ],
)
def test_the_columns_of_a_network_are_those_that_people_write(network, loss):
    plan = Plan(parse(network, softmax=True))
    columns, expected = slopes(plan, LOSSES[loss]), backpropagation(plan, loss)
    found = {key: column.expr for key, column in columns.items()}
    assert {key for key in expected if not same(found[key], expected[key])} == set()
    assert found.keys() == expected.keys()


def test_these_are_139_columns():
    assert sum(len(backpropagation(Plan(parse(network)), "squared")) for network in SEVEN) == 139


# The figures of others.


@pytest.mark.parametrize("activation", sorted(set(ACTIVATIONS) - {"none"}))
@pytest.mark.parametrize("z", [-1000.0, -30.0, -1.5, 0.0, 0.3, 2.0, 40.0, 1000.0])
def test_an_activation_has_the_slope_that_the_engine_has(activation, z):
    """From its cell alone, also where it has a kink, and where e^z is no number."""
    columns = {"h": activated(activation, "z"), "err": "3*h"}
    (slope,) = by_way_of_cells(columns, "err", ["z"], {"z": z})
    expected = 3 * ACTIVATIONS[activation].df(np.array(z))
    assert slope == pytest.approx(float(expected), rel=1e-12, abs=1e-300 if activation == "relu" else 1e-15)


def numbers(name: str, count: int) -> list[str]:
    return [f"{name}{number}" for number in range(1, count + 1)]


def added(terms: Sequence[str]) -> str:
    return " + ".join(terms)


def softmax(scores: Sequence[str]) -> dict[str, str]:
    """e1, e2, ... and their shares p1, p2, ... of the total."""
    cells = {"top": f"max({', '.join(scores)})"}
    cells |= {f"e{n}": f"exp({score} - top)" for n, score in enumerate(scores, 1)}
    cells["total"] = added(numbers("e", len(scores)))
    return cells | {f"p{n}": f"e{n}/total" for n in range(1, len(scores) + 1)}


def attention() -> dict[str, str]:
    """One head over the tokens (v1, m1) to (v4, m4); the last one asks."""
    cells = {f"q{j}": f"v4*wq1{j} + m4*wq2{j} + bq{j}" for j in "12"}
    for t in "1234":
        cells |= {f"k{t}{j}": f"v{t}*wk1{j} + m{t}*wk2{j}" for j in "12"}
        cells[f"s{t}"] = f"(k{t}1*q1 + k{t}2*q2)/1.4142135623731"
    cells |= softmax(numbers("s", 4))
    cells |= {f"u{t}": f"v{t}*wv1 + m{t}*wv2" for t in "1234"}
    return cells | {"pred": f"{added([f'p{t}*u{t}' for t in '1234'])} + b", "err": "(pred - y)**2"}


BIGGER = {
    "relu_sandwich": CELLS | {"pred": "c*act + d"},
    "kinks": {
        "z": "a*x + b",
        "r": "max(0, z)",
        "l": "max(z, 0.01*z)",
        "s": "max(0, z) + log(1 + exp(-abs(z)))",
        "m": "abs(z)",
        "pred": "r + 3*l + 5*m + s",
        "err": "(pred - y)**2",
    },
    "softmax_cross_entropy": {
        **{f"z{n}": f"w{n}*x + b{n}" for n in "123"},
        **softmax(numbers("z", 3)),
        "err": "-log(p1)*y1 - log(p2)*y2 - log(p3)*y3",
    },
    "layer_norm": {
        "mean": f"({added(numbers('x', 4))})/4",
        **{f"c{n}": f"x{n} - mean" for n in "1234"},
        "var": f"({added([f'c{n}**2' for n in '1234'])})/4",
        "sd": "sqrt(var + 0.00001)",
        **{f"n{n}": f"c{n}/sd" for n in "1234"},
        "pred": added([f"n{n}*g{n} + s{n}" for n in "1234"]),
        "err": "(pred - y)**2",
    },
    "attention": attention(),
}
LONGEST = {"attention": 121, "kinks": 135, "layer_norm": 66}  # characters of a derivative's expression


@pytest.mark.parametrize("name", BIGGER)
def test_a_bigger_table_has_the_derivatives_that_pytorch_finds(name):
    """Through a real table: the cached values of its cells."""
    rows = FIGURES[name]
    by = list(rows[0]["grads"])
    made = derivatives(BIGGER[name], "err", by)
    assert max(len(column.expr) for column in made) <= LONGEST.get(name, 60)
    assert max(len(column.note) for column in made) <= 255
    columns = [Column(key, values=[row["given"][key] for row in rows]) for key in rows[0]["given"]]
    columns += [Column(key, text) for key, text in BIGGER[name].items()]
    book = book_of([*columns, *made], len(rows))
    assert max(len(formula_of(book, column.key) or "") for column in made) <= LONGEST_FORMULA
    for values, row in zip(rows_of(book), rows, strict=True):
        found = dict(zip(book.tables["t"][1].keys, values, strict=True))
        assert found["err"] == pytest.approx(row["error"], rel=1e-12)
        for weight in by:
            assert found[f"d_{weight}"] == pytest.approx(row["grads"][weight], rel=1e-12, abs=1e-12), weight


def test_what_cancels_out_can_be_left_out():
    """Whatever is taken from all the scores, a softmax is the same."""
    columns, known = BIGGER["softmax_cross_entropy"], {"top": {}}
    by = list(FIGURES["softmax_cross_entropy"][0]["grads"])
    made = {column.key: column.expr for column in derivatives(columns, "err", by, known=known)}
    assert same(made["d_z1"], "d_e1*e1")
    for row in FIGURES["softmax_cross_entropy"]:
        found = by_way_of_cells(columns, "err", by, row["given"], known=known)
        assert found == pytest.approx([row["grads"][weight] for weight in by], rel=1e-12)


@pytest.mark.parametrize("name", ["relu_sandwich", "kinks", "layer_norm"])
def test_so_it_has_written_out(name):
    for row in FIGURES[name]:
        for weight, expected in row["grads"].items():
            column = written_out(BIGGER[name], "err", weight)
            found = Row(row["given"]).fill({**BIGGER[name], column.key: column.expr})[column.key]
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


# Random columns against central differences.

ONE = st.sampled_from(["exp", "log", "log10", "sqrt", "tanh", "sin", "cos", "abs", "-", "sum"])
TWO = st.sampled_from(["max", "min", "iferror", "sum"])
EXTREMES = st.sampled_from(["max", "min"])
EXPONENTS = st.sampled_from(["2", "3", "-1", "0.5", "x", "a"])
H = 1e-4


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), pairs).map(lambda t: f"({t[1][0]} {t[0]} {t[1][1]})"),
        st.tuples(inner, EXPONENTS).map(lambda t: f"({t[0]})**({t[1]})"),
        st.tuples(ONE, inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(TWO, pairs).map(lambda t: f"{t[0]}({t[1][0]}, {t[1][1]})"),
        st.tuples(EXTREMES, inner, pairs).map(lambda t: f"{t[0]}({t[1]}, {t[2][0]}, {t[2][1]})"),
        st.tuples(pairs, pairs, st.sampled_from([">", "<="])).map(
            lambda t: f"({t[0][0]} if {t[1][0]} {t[2]} {t[1][1]} else {t[0][1]})"
        ),
    )


def column_strategy(*names: str) -> st.SearchStrategy[str]:
    leaves = st.sampled_from([*names, *names, "1", "2.5"])
    return st.recursive(leaves, grown, max_leaves=6)


# Off each other and off 0: in one point alone, a condition or an error may take what no neighbour takes.
OFFSETS = {"a": 0.000123457, "b": 0.000456791, "x": 0.000789131}
VALUES = st.fixed_dictionaries(
    {
        name: st.integers(-3000, 3000).map(lambda n, offset=offset: n / 1000 + offset)
        for name, offset in OFFSETS.items()
    }
)


def error_at(columns: Mapping[str, str], values: Mapping[str, float]) -> float:
    error = Row(values).fill(columns)["err"]
    assume(isinstance(error, float) and abs(error) < 1e4)
    assert isinstance(error, float)
    return error


@settings(max_examples=150, deadline=None)
@given(
    z=column_strategy("a", "b", "x"),
    h=column_strategy("a", "z", "x"),
    pred=column_strategy("b", "z", "h"),
    values=VALUES,
)
def test_random_columns_have_the_derivatives_that_central_differences_find(z, h, pred, values):
    columns = {"z": z, "h": h, "pred": pred, "err": "(pred - 0.7)**2 + z*b + 0.1*h*a"}
    here = error_at(columns, values)
    estimates = []
    for weight in ("a", "b"):
        ups, downs = (
            [error_at(columns, {**values, weight: values[weight] + sign * step}) for step in (H, H / 2)]
            for sign in (1, -1)
        )
        wide, narrow = ((up - down) / step for up, down, step in zip(ups, downs, (2 * H, H), strict=True))
        better = narrow + (narrow - wide) / 3  # Richardson's extrapolation
        # Not at a kink or a jump, nor where the error bends too much for an estimate.
        forward, backward = (ups[1] - here) * 2 / H, (here - downs[1]) * 2 / H
        assume(math.isclose(wide, narrow, rel_tol=1e-5, abs_tol=1e-5))
        assume(math.isclose(forward, backward, rel_tol=0.02, abs_tol=0.02))
        estimates.append(better)
    exact = by_way_of_cells(columns, "err", ["a", "b"], values)
    assume(all(isinstance(value, float) for value in exact))  # sqrt has no slope at 0
    assert exact == pytest.approx(estimates, rel=1e-5, abs=1e-5)
    for weight, value in zip("ab", exact, strict=True):
        alone = written_out(columns, "err", weight)
        found = Row(values).fill({**columns, alone.key: alone.expr})[alone.key]
        if isinstance(found, float):
            assert found == pytest.approx(value, rel=1e-6, abs=1e-6)
