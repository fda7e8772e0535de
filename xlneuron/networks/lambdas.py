"""The worksheet functions as LAMBDAs: names that a workbook defines itself, for Excel without Python.

A definition is for one network: one step a line, each with what it computes. Arguments, defaults and messages
are those of the Python functions; a call reads the same. What differs: a blank cell counts as 0, a text where
a number is needed gives Excel's #VALUE!, a range where one number is needed gives a range, and a definition
knows one network (asked for another, it says so).

Only what Excel (365, 2024) and IronCalc both know is used.
"""

from __future__ import annotations

from collections.abc import Callable

from xlneuron.engine.network import Network, parse
from xlneuron.errors import XlneuronError
from xlneuron.functions import FUNCTIONS
from xlneuron.networks.lambda_draft import Definition, Draft, quoted, size
from xlneuron.networks.lambda_networks import forward, gradient, numerical_gradient, train_step
from xlneuron.networks.optimizers import FILLED, FREED, OPTIMIZERS
from xlneuron.tables.arrays import for_arrays
from xlneuron.tables.fill import fill

MAX_FORMULA = 8000  # characters; a cell holds 8192, a defined name a little less
MAX_STEPS = 126  # names in one LET


def definition(name: str, network: str = "none") -> Definition:
    """Return the definition of a function for a network; the optimisers' are the same for every network.

    Raises ArgumentError for a network that is none, XlneuronError if there is no definition of the function,
    or the network is too large for one.
    """
    if name not in WRITERS:
        raise XlneuronError(f"{name}: no LAMBDA definition (there are: {', '.join(WRITERS)})")
    draft, net = Draft(FUNCTIONS[name]), parse(network)
    made = draft.definition(*WRITERS[name](draft, net))
    if len(made.formula) > MAX_FORMULA or draft.longest >= MAX_STEPS:
        raise XlneuronError(f"{name}: network {net.text} is too large for a LAMBDA definition")
    return made


# Each writer adds the steps and returns the formula of the result, and what it is.


def _like(draft: Draft, argument: str, name: str, whose: str = "weights") -> str:
    """Add the step that gives an argument the shape of another: a row may stand for a column."""
    formula = f"IF(ROWS({argument})=ROWS({whose}), {argument}, TRANSPOSE({argument}))"
    draft.step(name, formula, f"{argument}, in the shape of {whose}")
    _check_shape(draft, argument, name, whose)
    return name


def _check_shape(draft: Draft, argument: str, name: str, whose: str) -> None:
    condition = f"OR(ROWS({name})<>ROWS({whose}), COLUMNS({name})<>COLUMNS({whose}))"
    draft.check(condition, argument, size(argument), quoted(f" cells, but {whose} has "), size(whose))


# What the settings of the optimisers' expressions are called in a definition.
LOCAL = {
    "learning_rate": "factor",
    "mom": "kept",
    "sqr_mom": "sqr_kept",
    "eps": "least",
    "wd": "decay",
    "step": "step_number",
}


def _formula(text: str, **parts: str) -> str:
    """Return an expression of `networks.optimizers` as a formula."""
    return for_arrays(fill(text, **parts), LOCAL)


def _sgd_step(draft: Draft, _: Network) -> tuple[str, str]:
    grads = _like(draft, "grads", "slopes")
    draft.option("learning_rate", "factor", "what makes a step of a derivative")
    return _formula(OPTIMIZERS["sgd"].step, w="weights", d=grads), "the new weights"


def _average(draft: Draft, value: str, average: str, mom: str) -> tuple[str, str]:
    """fastai's running average, of the derivatives or of their squares."""
    shaped = f"IF(ROWS({average})=ROWS(grad), {average}, TRANSPOSE({average}))"
    formula = f"IF(ISOMITTED({average}), 0*grad, IF(AND(ISBLANK({average})), 0*grad, {shaped}))"
    draft.step("before", formula, "the average so far; zeros if left out")
    _check_shape(draft, average, "before", "grad")
    kept = draft.option(mom, "kept", "how much of it is kept")
    damped = draft.option("dampening", "damped", "whether the new value counts less")
    share = draft.step("share", f"IF({damped}, 1-{kept}, 1)", "how much the new value counts")
    return f"before*{kept}+{value}*{share}", "the new average"


def _average_grad(draft: Draft, _: Network) -> tuple[str, str]:
    return _average(draft, "grad", "grad_avg", "mom")


def _average_sqr_grad(draft: Draft, _: Network) -> tuple[str, str]:
    return _average(draft, "grad^2", "sqr_avg", "sqr_mom")


def _root_step(draft: Draft, optimizer: str, squares: str) -> tuple[str, str]:
    """Adagrad and RMSprop: the derivatives, divided by the root of their squares' sum or average."""
    grads, squares = _like(draft, "grads", "slopes"), _like(draft, squares, "squares")
    draft.option("learning_rate", "factor", "what makes a step of a derivative")
    draft.option("eps", "least", "keeps the division from being by 0")
    chosen = OPTIMIZERS[optimizer]
    parts = {"w": "weights", "d": grads, chosen.stats[0].key: squares}
    return _formula(chosen.step, **parts), "the new weights"


def _adagrad_step(draft: Draft, _: Network) -> tuple[str, str]:
    return _root_step(draft, "adagrad", "sqr_sum")


def _rms_prop_step(draft: Draft, _: Network) -> tuple[str, str]:
    return _root_step(draft, "rms_prop", "sqr_avg")


def _adam_step(draft: Draft, _: Network) -> tuple[str, str]:
    number = "step_number"
    draft.check(f"{number}<>INT({number})", number, number, quoted(" is not a whole number"))
    draft.check(f"{number}<1", number, number, quoted(", but the first step is 1"))
    mean, squares = _like(draft, "grad_avg", "mean"), _like(draft, "sqr_avg", "squares")
    draft.option("learning_rate", "factor", "about how far a weight moves in one step")
    draft.option("mom", "kept", "the mom that grad_avg was made with")
    draft.option("sqr_mom", "sqr_kept", "the sqr_mom that sqr_avg was made with")
    draft.option("eps", "least", "keeps the division from being by 0")
    draft.option("wd", "decay", "the part of a weight, times the rate, that a step takes")
    m = _formula(FREED["m_hat"], m=mean, filled=FILLED["m_filled"])
    v = _formula(FREED["v_hat"], v=squares, filled=FILLED["v_filled"])
    m = draft.step("m", m, "the average, free of the zeros that it started from")
    v = draft.step("v", v, "the average of the squares, likewise")
    return _formula(OPTIMIZERS["adamw"].step, w="weights", m_hat=m, v_hat=v), "the new weights"


WRITERS: dict[str, Callable[[Draft, Network], tuple[str, str]]] = {
    "NEURON_FORWARD": forward,
    "NUM_DERIV": numerical_gradient,
    "NEURON_GRAD": gradient,
    "SGD_STEP": _sgd_step,
    "AVERAGE_GRAD": _average_grad,
    "AVERAGE_SQR_GRAD": _average_sqr_grad,
    "ADAGRAD_STEP": _adagrad_step,
    "RMS_PROP_STEP": _rms_prop_step,
    "ADAM_STEP": _adam_step,
    "TRAIN_STEP": train_step,
}
