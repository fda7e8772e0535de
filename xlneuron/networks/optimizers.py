"""Optimisers as expressions of the language of cells: what each keeps from row to row, and its step.

In a text {w} is a weight and {d} the derivative of the error by it; {m}, {s}, {v} are what an optimiser keeps
for that weight, and `prev.` is the row above. The columns of `xlneuron new` and of the lessons and the
LAMBDAs of the steps are made of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlneuron.engine.optimizers import OPTIMIZERS as ENGINE
from xlneuron.networks.columns import LARGE, span
from xlneuron.networks.plan import Plan
from xlneuron.tables.fill import fill
from xlneuron.tables.model import Column, Setting

STATE, NEW = "What the optimiser keeps", "New weights"


@dataclass(frozen=True)
class Stat:
    """A number that is kept for each weight."""

    key: str  # its column is key_weight
    expr: str
    first: str
    note: str
    style: str = "slope"


MOMENTUM = Stat(
    "m", "prev.{m}*mom + {d}", "{d}", "Momentum of {w}: mom times what it was, plus the derivative."
)
AVERAGE = Stat(
    "m",
    "prev.{m}*mom + {d}*(1 - mom)",
    "{d}*(1 - mom)",
    "Average of the derivatives by {w}: mom parts of what it was.",
)
AHEAD = Stat(
    "n",
    "{d} + mom*{m}",
    "{d} + mom*{m}",
    "The momentum of {w} as the next step would find it: the derivative, plus mom times the momentum.",
)
SUM = Stat("s", "prev.{s} + {d}**2", "{d}**2", "Sum of the squared derivatives by {w} so far.", "small")
SQUARES = Stat(
    "v",
    "prev.{v}*sqr_mom + {d}**2*(1 - sqr_mom)",
    "{d}**2*(1 - sqr_mom)",
    "Average of the squared derivatives by {w}: sqr_mom parts of what it was.",
    "small",
)
# How much of the two averages is filled, after so many steps from zeros.
FILLED = {"m_filled": "1 - mom**step", "v_filled": "1 - sqr_mom**step"}
FREED = {"m_hat": "{m}/{filled}", "v_hat": "{v}/{filled}"}  # the averages, as if they were full


@dataclass(frozen=True)
class Optimizer:
    """What an optimiser keeps, its step, and the settings that it needs besides the learning rate."""

    stats: tuple[Stat, ...]
    step: str
    note: str
    call: str  # {weights} and {grads} are the row's, {m} and so on what it keeps
    settings: tuple[str, ...] = ()
    helpers: tuple[Column, ...] = ()


# As the averages themselves are made: mom^step would be too small for a number after some thousand steps, and
# LibreOffice then has #NUM!.
FILLED_COLUMNS = tuple(
    Column(
        f"{key}_filled",
        f"prev.{key}_filled*{mom} + (1 - {mom})",
        f"How much of the averages {key} is filled, which started at 0: 1 - {mom}^step.",
        f"1 - {mom}",
        header=f"{key} filled",
        group=STATE,
    )
    for key, mom in (("m", "mom"), ("v", "sqr_mom"))
)
ALONG = "{w} - learning_rate*{m}"
OVER_ROOT = "{w} - learning_rate*{d}/(sqrt({root}) + eps)"
ADAM = "{w} - learning_rate*{m_hat}/(sqrt({v_hat}) + eps)"
ADAMW = "{w} - learning_rate*wd*{w} - learning_rate*{m_hat}/(sqrt({v_hat}) + eps)"
OPTIMIZERS = {
    "sgd": Optimizer(
        (),
        "{w} - learning_rate*{d}",
        "{w} minus the learning rate times its derivative",
        "SGD_STEP({weights}, {grads}, learning_rate)",
    ),
    "momentum": Optimizer(
        (MOMENTUM,),
        ALONG,
        "{w} minus the learning rate times its momentum",
        "SGD_STEP({weights}, {m}, learning_rate)",
        ("mom",),
    ),
    "dampened_momentum": Optimizer(
        (AVERAGE,),
        ALONG,
        "{w} minus the learning rate times the average derivative",
        "SGD_STEP({weights}, {m}, learning_rate)",
        ("mom",),
    ),
    "nesterov": Optimizer(
        (MOMENTUM, AHEAD),
        "{w} - learning_rate*{n}",
        "{w} minus the learning rate times the momentum as the next step would find it",
        "SGD_STEP({weights}, {n}, learning_rate)",
        ("mom",),
    ),
    "adagrad": Optimizer(
        (SUM,),
        OVER_ROOT.replace("root", "s"),
        "the derivative is divided by the root of the sum of all squared ones",
        "ADAGRAD_STEP({weights}, {grads}, {s}, learning_rate, eps)",
        ("eps",),
    ),
    "rms_prop": Optimizer(
        (SQUARES,),
        OVER_ROOT.replace("root", "v"),
        "the derivative is divided by the root of the average squared one",
        "RMS_PROP_STEP({weights}, {grads}, {v}, learning_rate, eps)",
        ("sqr_mom", "eps"),
    ),
    "adam": Optimizer(
        (AVERAGE, SQUARES),
        ADAM,
        "the average derivative is divided by the root of the average squared one, both filled up",
        "ADAM_STEP({weights}, {m}, {v}, step, learning_rate, mom, sqr_mom, eps)",
        ("mom", "sqr_mom", "eps"),
        FILLED_COLUMNS,
    ),
    "adamw": Optimizer(
        (AVERAGE, SQUARES),
        ADAMW,
        "Adam's step, and besides the weight itself shrinks by learning rate times wd",
        "ADAM_STEP({weights}, {m}, {v}, step, learning_rate, mom, sqr_mom, eps, wd)",
        ("mom", "sqr_mom", "eps", "wd"),
        FILLED_COLUMNS,
    ),
}
if OPTIMIZERS.keys() != ENGINE.keys():
    raise KeyError(
        f"optimisers without cells, or only with them: {sorted(OPTIMIZERS.keys() ^ ENGINE.keys())}"
    )

SETTINGS = {
    "mom": Setting("mom", "mom", 0.9, "How much of the momentum a step keeps."),
    "sqr_mom": Setting("sqr_mom", "sqr_mom", 0.99, "How much of the average of squares a step keeps."),
    "eps": Setting("eps", "eps", 1e-8, "Keeps the division from being by 0; added outside the root."),
    "wd": Setting("wd", "wd", 0.01, "Weight decay: the part of a weight, times the rate, that a step takes."),
}


def names(weight: str, grads: str = "d_") -> dict[str, str]:
    """Return what the holes of a text stand for, about one weight. `grads` begins the derivatives' names."""
    return {"w": weight, "d": f"{grads}{weight}"} | {key: f"{key}_{weight}" for key in "mnsv"}


def state_columns(plan: Plan, optimizer: str) -> Iterator[Column]:
    """Yield what an optimiser keeps for every weight."""
    chosen = OPTIMIZERS[optimizer]
    large = plan.network.n_weights > LARGE
    for stat in chosen.stats:
        for weight in plan.weights:
            expr, note, first = (text.format(**names(weight)) for text in (stat.expr, stat.note, stat.first))
            key = f"{stat.key}_{weight}"
            yield Column(key, expr, note, first, style=stat.style, group=STATE, detail=large)
    for helper in chosen.helpers:
        yield replace(helper, detail=large)


def new_columns(plan: Plan, optimizer: str) -> Iterator[Column]:
    """Yield the new weights."""
    chosen = OPTIMIZERS[optimizer]
    for weight in plan.weights:
        parts = names(weight)
        freed = {
            "m_hat": FREED["m_hat"].format(**parts, filled="m_filled"),
            "v_hat": FREED["v_hat"].format(**parts, filled="v_filled"),
        }
        note = f"The step: {chosen.note.format(w=weight)}. The next row starts with it."
        step = fill(chosen.step, **parts, **freed)
        yield Column(f"new_{weight}", step, note, header=f"new {weight}", group=NEW)


def new_call(plan: Plan, optimizer: str) -> str:
    """Return the call that gives the new weights."""
    spans = {key: span([f"{key}_{weight}" for weight in plan.weights]) for key in "dmnsv"}
    return OPTIMIZERS[optimizer].call.format(weights=span(plan.weights), grads=spans.pop("d"), **spans)
