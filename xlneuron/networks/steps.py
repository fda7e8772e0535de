"""The optimisers' columns: what each keeps from row to row, and the new weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlneuron.networks.columns import LARGE, span
from xlneuron.networks.plan import Plan
from xlneuron.tables.model import Column, Setting

STATE, NEW = "What the optimiser keeps", "New weights"


@dataclass(frozen=True)
class State:
    """A number that is kept for each weight: `?` stands for the weight's name, `prev.` for the row above."""

    prefix: str
    expr: str
    first: str
    note: str
    style: str


MOMENTUM = State(
    "m_", "prev.m_?*mom + d_?", "d_?", "Momentum of ?: mom times what it was, plus the derivative.", "slope",
)  # fmt: skip
DAMPENED = State(
    "m_", "prev.m_?*mom + d_?*(1 - mom)", "d_?*(1 - mom)", "Average of the derivatives by ?: mom parts of what it was.",
    "slope",
)  # fmt: skip
SUM = State(
    "s_", "prev.s_? + d_?**2", "d_?**2", "Sum of the squared derivatives by ? so far.", "small",
)  # fmt: skip
SQUARES = State(
    "v_", "prev.v_?*sqr_mom + d_?**2*(1 - sqr_mom)", "d_?**2*(1 - sqr_mom)",
    "Average of the squared derivatives by ?: sqr_mom parts of what it was.", "small",
)  # fmt: skip


@dataclass(frozen=True)
class Steps:
    """An optimiser: its state, its step, and the settings that it needs besides the learning rate."""

    states: tuple[State, ...]
    expr: str
    note: str
    call: str  # {weights} and {grads} are the row's, {m_} and so on its states
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


def state_columns(plan: Plan, optimizer: str) -> Iterator[Column]:
    """Yield what an optimiser keeps for every weight."""
    steps = OPTIMIZERS[optimizer]
    large = plan.network.n_weights > LARGE
    for state in steps.states:
        for name in plan.weights:
            yield Column(f"{state.prefix}{name}", state.expr.replace("?", name), state.note.replace("?", name),
                         state.first.replace("?", name), style=state.style, group=STATE, detail=large)  # fmt: skip
    for helper in steps.helpers:
        yield replace(helper, detail=large)


def new_columns(plan: Plan, optimizer: str) -> Iterator[Column]:
    """Yield the new weights."""
    steps = OPTIMIZERS[optimizer]
    for name in plan.weights:
        note = f"The step: {steps.note.replace('?', name)}. The next row starts with it."
        yield Column(f"new_{name}", steps.expr.replace("?", name), note, header=f"new {name}", group=NEW)


def new_call(plan: Plan, optimizer: str) -> str:
    """Return the call that gives the new weights."""
    steps = OPTIMIZERS[optimizer]
    names = {"weights": _span("", plan), "grads": _span("d_", plan)}
    names |= {state.prefix: _span(state.prefix, plan) for state in steps.states}
    return steps.call.format(**names)


def _span(prefix: str, plan: Plan) -> str:
    return span([f"{prefix}{name}" for name in plan.weights])
