"""The optimisers' columns: what each keeps from row to row, and the new weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlneuron.compiler.columns import LARGE, span
from xlneuron.compiler.plan import Plan
from xlneuron.workbook.model import Column, Setting

STATE, NEW = "What the optimiser keeps", "New weights"


@dataclass(frozen=True)
class State:
    """A number that is kept for each weight: `?` stands for the weight's name, `prev.` for the row above."""

    prefix: str
    expr: str
    first: str
    note: str
    style: str
    call: str  # as a worksheet function: {grads} and {before} are the row's derivatives and the state above


MOMENTUM = State(
    "m_", "prev.m_?*mom + d_?", "d_?", "Momentum of ?: mom times what it was, plus the derivative.", "slope",
    "AVERAGE_GRAD({grads}, {before}, mom, 0)",
)  # fmt: skip
DAMPENED = State(
    "m_", "prev.m_?*mom + d_?*(1 - mom)", "d_?*(1 - mom)", "Average of the derivatives by ?: mom parts of what it was.",
    "slope", "AVERAGE_GRAD({grads}, {before}, mom, 1)",
)  # fmt: skip
SUM = State(
    "s_", "prev.s_? + d_?**2", "d_?**2", "Sum of the squared derivatives by ? so far.", "small",
    "AVERAGE_SQR_GRAD({grads}, {before}, 1, 0)",
)  # fmt: skip
SQUARES = State(
    "v_", "prev.v_?*sqr_mom + d_?**2*(1 - sqr_mom)", "d_?**2*(1 - sqr_mom)",
    "Average of the squared derivatives by ?: sqr_mom parts of what it was.", "small",
    "AVERAGE_SQR_GRAD({grads}, {before}, sqr_mom, 1)",
)  # fmt: skip


@dataclass(frozen=True)
class Steps:
    """An optimiser: its state, its step, and the settings that it needs besides the learning rate."""

    states: tuple[State, ...]
    expr: str
    note: str
    call: str
    settings: tuple[str, ...] = ()
    helpers: tuple[Column, ...] = ()


# How much of the two averages is filled, after so many steps from zeros.
FILLED = (
    Column("m_filled", "1 - mom**step", "How much of the averages m is filled: 1 - mom^step.", group=STATE),
    Column(
        "v_filled",
        "1 - sqr_mom**step",
        "How much of the averages v is filled: 1 - sqr_mom^step.",
        group=STATE,
    ),
)

OPTIMIZERS = {
    "sgd": Steps((), "? - learning_rate*d_?", "? minus the learning rate times its derivative",
                 "SGD_STEP({weights}, {grads}, learning_rate)"),
    "momentum": Steps((MOMENTUM,), "? - learning_rate*m_?", "? minus the learning rate times its momentum",
                      "SGD_STEP({weights}, {m_}, learning_rate)", ("mom",)),
    "dampened_momentum": Steps((DAMPENED,), "? - learning_rate*m_?",
                               "? minus the learning rate times the average derivative",
                               "SGD_STEP({weights}, {m_}, learning_rate)", ("mom",)),
    "adagrad": Steps((SUM,), "? - learning_rate*d_?/(sqrt(s_?) + eps)",
                     "the derivative is divided by the root of the sum of all squared ones",
                     "ADAGRAD_STEP({weights}, {grads}, {s_}, learning_rate, eps)", ("eps",)),
    "rms_prop": Steps((SQUARES,), "? - learning_rate*d_?/(sqrt(v_?) + eps)",
                      "the derivative is divided by the root of the average squared one",
                      "RMS_PROP_STEP({weights}, {grads}, {v_}, learning_rate, eps)", ("sqr_mom", "eps")),
    "adam": Steps((DAMPENED, SQUARES), "? - learning_rate*(m_?/m_filled)/(sqrt(v_?/v_filled) + eps)",
                  "the average derivative is divided by the root of the average squared one, both filled up",
                  "ADAM_STEP({weights}, {m_}, {v_}, step, learning_rate, mom, sqr_mom, eps)",
                  ("mom", "sqr_mom", "eps"), FILLED),
}  # fmt: skip

SETTINGS = {
    "mom": Setting("mom", "mom", 0.9, "How much of the momentum a step keeps."),
    "sqr_mom": Setting("sqr_mom", "sqr_mom", 0.99, "How much of the average of squares a step keeps."),
    "eps": Setting("eps", "eps", 1e-8, "Keeps the division from being by 0."),
}


def step_columns(plan: Plan, optimizer: str) -> Iterator[Column]:
    """Yield the state of every weight and the new weights."""
    steps = OPTIMIZERS[optimizer]
    large = plan.network.n_weights > LARGE
    names = {"weights": _span("", plan), "grads": _span("d_", plan)}
    for state in steps.states:
        names[state.prefix] = _span(state.prefix, plan)
        call = state.call.format(grads=names["grads"], before=_span(state.prefix, plan, "prev."))
        for name in plan.weights:
            column = Column(f"{state.prefix}{name}", state.expr.replace("?", name), state.note.replace("?", name),
                            state.first.replace("?", name), style=state.style, group=STATE, detail=large)  # fmt: skip
            yield _called(plan, column, call, state.prefix) if name == plan.weights[0] else column
    for helper in steps.helpers:
        yield replace(helper, detail=large)
    for name in plan.weights:
        note = f"The step: {steps.note.replace('?', name)}. The next row starts with it."
        column = Column(f"new_{name}", steps.expr.replace("?", name), note, header=f"new {name}", group=NEW)
        yield _called(plan, column, steps.call.format(**names), "new_") if name == plan.weights[0] else column


def _called(plan: Plan, column: Column, call: str, prefix: str) -> Column:
    return replace(column, functions=call, spill=f"{prefix}{plan.weights[-1]}")


def _span(prefix: str, plan: Plan, row: str = "") -> str:
    return span([f"{row}{prefix}{name}" for name in plan.weights])
