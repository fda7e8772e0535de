"""What a training sheet is made from: the network, the data, the settings, all checked against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from xlneuron.data import DataSet, check_rows
from xlneuron.engine.activations import SOFTMAX
from xlneuron.engine.network import CROSS_ENTROPY, SQUARED, Network, parse
from xlneuron.engine.optimizers import find_optimizer
from xlneuron.errors import ArgumentError, counted, echo
from xlneuron.limits import SHEET_ROWS
from xlneuron.networks.losses import LOSSES, Loss
from xlneuron.networks.plan import Plan
from xlneuron.tables.layout import HEADER_ROW

DERIVATIVES = ("exact", "numerical", "both")
SCALES = ("none", "standard", "minmax")
INITS = ("ones", "normal", "glorot", "he")
# The learning rate of each optimiser's worksheet function, which is its default here, too.
RATES = {"adam": 1e-3, "adamw": 1e-3, "rms_prop": 1e-2, "adagrad": 1e-2}
RATE = 1e-4

Numbers = tuple[int, ...]

# The settings that a file keeps by their names.
KEPT = (
    "optimizer",
    "learning_rate",
    "epochs",
    "derivatives",
    "loss",
    "scale",
    "h",
    "mom",
    "sqr_mom",
    "eps",
    "wd",
    "origin",
)


def is_number(value: object) -> bool:
    """Whether a value is a number that a cell holds."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer beyond all floats
        return False


def _is_positive(value: Any) -> bool:
    return is_number(value) and value > 0


def _is_not_negative(value: Any) -> bool:
    return is_number(value) and value >= 0


def _is_share(value: Any) -> bool:
    return is_number(value) and 0 <= value <= 1


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= SHEET_ROWS


# Of the settings that are not texts: whether a value will do, and what is asked for.
CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "learning_rate": (_is_positive, "a number above 0"),
    "h": (_is_positive, "a number above 0"),
    "eps": (_is_not_negative, "a number from 0"),
    "mom": (_is_share, "a number from 0 to 1"),
    "sqr_mom": (_is_share, "a number from 0 to 1"),
    "wd": (_is_not_negative, "a number from 0"),
    "epochs": (_is_count, f"a whole number from 1 to {SHEET_ROWS:,}"),
}
TEXT = (lambda value: isinstance(value, str)), "a text"


def check_settings(settings: Mapping[str, object]) -> None:
    """Raise ArgumentError for a setting of the wrong type or out of its range, whoever gave it."""
    for name, value in settings.items():
        fits, wanted = CHECKS.get(name, TEXT)
        if not fits(value):
            raise ArgumentError(name, f"{echo(value)} is not {wanted}")


@dataclass(frozen=True)
class Request:
    """A training sheet. Raises ArgumentError or DataError, when it is made, for what does not go together.

    `data` are the datapoints to train on, `held` those to validate with (None: no validation), `numbers` and
    `held_numbers` which datapoints of the source they are, from 1. `weights` are the starting weights, and
    `origin` says where they come from. The rest is as the options of `xlneuron new`.
    """

    network: Network
    data: DataSet
    weights: tuple[float, ...]
    held: DataSet | None = None
    numbers: Numbers = ()
    held_numbers: Numbers = ()
    optimizer: str = "sgd"
    learning_rate: float = RATE
    epochs: int = 10
    derivatives: str = "exact"
    loss: str = SQUARED.name
    scale: str = "none"
    h: float = 0.01
    mom: float = 0.9
    sqr_mom: float = 0.99
    eps: float = 1e-8
    wd: float = 0.01
    origin: str = ""
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plan", Plan(self.network))
        object.__setattr__(self, "optimizer", find_optimizer(self.optimizer).name)
        for name, value, known in (
            ("derivatives", self.derivatives, DERIVATIVES),
            ("loss", self.loss, tuple(LOSSES)),
            ("scale", self.scale, SCALES),
        ):
            if value not in known:
                raise ArgumentError(name, f"unknown {name} {echo(value)} (known: {', '.join(known)})")
        _check_fit(self)
        _check_numbers(self)
        _check_targets(self)
        check_rows(len(self.data), self.epochs, HEADER_ROW, self.data.source)
        if self.held is not None:
            check_rows(len(self.held), self.epochs, HEADER_ROW, f"{self.data.source}, validation")

    @property
    def measure(self) -> Loss:
        """The loss in words."""
        return LOSSES[self.loss]

    @property
    def classifies(self) -> bool:
        """Whether predictions are right or wrong, not more or less off."""
        return self.loss == CROSS_ENTROPY.name

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the user calls the inputs."""
        return self.data.names[: self.network.n_inputs]

    @property
    def target_names(self) -> tuple[str, ...]:
        """What the user calls the targets; class numbers in a single column become `class 1` and so on."""
        if self.first_class is None:
            return self.data.names[self.network.n_inputs :]
        (name,) = self.data.names[self.network.n_inputs :]
        return tuple(f"{name} {number + self.first_class}" for number in range(self.network.n_outputs))

    @cached_property
    def first_class(self) -> int | None:
        """The lowest class number (0 or 1) if the targets are one column of those, else None."""
        if self.network.n_outputs == 1 or len(self.data.targets[0]) != 1:
            return None
        return 0 if any(target == 0 for (target,) in self.all_targets) else 1

    @cached_property
    def largest_number(self) -> float:
        """The largest size of what the network sees: targets, and inputs unless they are scaled."""
        rows = self.all_targets + (self.data.inputs if self.scale == "none" else ())
        return max(abs(number) for row in rows for number in row)

    @property
    def all_targets(self) -> tuple[tuple[float, ...], ...]:
        """The targets of all datapoints."""
        return self.data.targets + (self.held.targets if self.held else ())

    def targets(self, data: DataSet) -> tuple[tuple[float, ...], ...]:
        """Return the targets as the network's outputs see them: 1 for a datapoint's class, 0 for others."""
        if self.first_class is None:
            return data.targets
        classes = range(self.first_class, self.first_class + self.network.n_outputs)
        return tuple(tuple(float(target == each) for each in classes) for (target,) in data.targets)

    def described(self) -> dict[str, object]:
        """Return what the file keeps: everything but data and weights, which are cells of it."""
        return {
            "network": self.network.text,
            "data": self.data.source,
            "inputs": list(self.input_names),
            "targets": list(self.data.names[self.network.n_inputs :]),
            "validation": self.held is not None,
            **{name: getattr(self, name) for name in KEPT},
        }


def prepare(
    data: DataSet,
    network: str | None = None,
    *,
    validation: float = 0.0,
    init: str | None = None,
    seed: int = 1,
    loss: str | None = None,
    learning_rate: float | None = None,
    optimizer: str = "sgd",
    **settings: object,
) -> Request:
    """Return a request from what a user says: the network read, the data split, weights to start from.

    Without `network` it is one linear neuron for each target, without `loss` cross-entropy after softmax and
    else the squared error, without `init` ones for a chain and else random weights: Glorot's, or He's with
    ReLUs.
    """
    n_inputs = len(data.inputs[0])
    net = parse(network or f"{n_inputs}-{len(data.targets[0])}", n_inputs, softmax=True)
    softmax = net.layers[-1].activation is SOFTMAX
    origin, weights = start_weights(net, init, seed)
    if learning_rate is not None:
        settings["learning_rate"] = learning_rate
    check_settings({"optimizer": optimizer, **settings})
    train, held = _split(len(data), validation, seed)
    optimizer = find_optimizer(optimizer).name
    settings.setdefault("learning_rate", RATES.get(optimizer, RATE))
    return Request(
        network=net,
        data=_part(data, train),
        weights=weights,
        held=_part(data, held) if held else None,
        numbers=tuple(place + 1 for place in train),
        held_numbers=tuple(place + 1 for place in held),
        optimizer=optimizer,
        loss=loss or (CROSS_ENTROPY.name if softmax else SQUARED.name),
        origin=origin,
        **settings,  # type: ignore[arg-type]
    )


def start_weights(network: Network, init: str | None, seed: int) -> tuple[str, tuple[float, ...]]:
    """Return starting weights, with four decimals so that they can be read, and where they come from."""
    if init is None:
        many = any(layer.size > 1 for layer in network.layers[:-1])
        he = any(layer.activation.he for layer in network.layers)
        init = ("he" if he else "glorot") if many else "ones"
    if init not in INITS:
        raise ArgumentError("init", f"unknown init {echo(init)} (known: {', '.join(INITS)})")
    if init == "ones":
        return "all 1", (1.0,) * network.n_weights
    random = np.random.default_rng(seed)
    values: list[float] = []
    for layer in network.layers:
        shape = (layer.size, layer.inputs)
        if init == "glorot":
            limit = math.sqrt(6 / (layer.inputs + layer.size))
            drawn = random.uniform(-limit, limit, shape)
        else:
            drawn = random.normal(0, math.sqrt(2 / layer.inputs) if init == "he" else 1.0, shape)
        values += np.column_stack([drawn.round(4), np.zeros(layer.size)]).ravel().tolist()
    names = {"normal": "standard normal", "glorot": "Glorot's uniform", "he": "He's normal"}
    return f"{names[init]} random numbers, seed {seed}; biases 0", tuple(value + 0.0 for value in values)


def _split(rows: int, share: float, seed: int) -> tuple[Numbers, Numbers]:
    """Return which datapoints are trained on and which are held back, both in the order of the data."""
    if not 0 <= share < 1:
        raise ArgumentError("validation", f"{share:g}, but it is a share of the data, such as 0.2")
    count = round(rows * share)
    if share and not 1 <= count <= rows - 2:
        raise ArgumentError("validation", f"{share:g} of {counted(rows, 'row')} leaves too few of one kind")
    held = set(np.random.default_rng(seed).permutation(rows)[:count].tolist())
    everything = range(rows)
    return tuple(n for n in everything if n not in held), tuple(n for n in everything if n in held)


def _part(data: DataSet, places: Numbers) -> DataSet:
    inputs, targets = ([rows[place] for place in places] for rows in (data.inputs, data.targets))
    return DataSet(tuple(inputs), tuple(targets), data.names, data.source)


def _check_fit(request: Request) -> None:
    """Raise ArgumentError unless network, data, loss and weights go together."""
    network, text = request.network, request.network.text
    inputs, targets = (len(rows[0]) for rows in (request.data.inputs, request.data.targets))
    softmax = network.layers[-1].activation is SOFTMAX
    if network.n_inputs != inputs:
        raise ArgumentError(
            "network", f"{text} has {counted(network.n_inputs, 'input')}, but the data has {inputs}"
        )
    if network.n_outputs != targets and not (softmax and targets == 1):
        outputs = counted(network.n_outputs, "output")
        raise ArgumentError("network", f"{text} has {outputs}, but the data has {counted(targets, 'target')}")
    if softmax and network.n_outputs == 1:
        raise ArgumentError("network", f"{text}: softmax takes 2 or more outputs, one for each class")
    if softmax and not request.classifies:
        raise ArgumentError("loss", "softmax goes with cross-entropy, not with the squared error")
    if request.classifies and not softmax and network.layers[-1].activation.name != "sigmoid":
        raise ArgumentError("loss", f"cross-entropy needs a sigmoid or softmax output, which {text} has not")
    if len(request.weights) != network.n_weights:
        given = counted(len(request.weights), "value")
        raise ArgumentError("weights", f"{given}, but network {text} has {network.n_weights}")


def _datapoints(request: Request) -> Iterator[tuple[str, tuple[float, ...], tuple[float, ...]]]:
    """Yield what each datapoint is called in a message, its inputs and its targets."""
    for name, data, numbers in (
        ("datapoint", request.data, request.numbers),
        ("held-back datapoint", request.held, request.held_numbers),
    ):
        if data is not None:
            for number, inputs, targets in zip(
                numbers or range(1, len(data) + 1), data.inputs, data.targets, strict=True
            ):
                yield f"{name} {number}", inputs, targets


def _check_numbers(request: Request) -> None:
    """Raise ArgumentError for infinity, or what is no number: a cell holds neither."""
    for where, inputs, targets in _datapoints(request):
        for value in inputs + targets:
            if not math.isfinite(value):
                raise ArgumentError("data", f"{where} has {value}; a number is needed")
    for name, value in zip(request.plan.weights, request.weights, strict=True):
        if not math.isfinite(value):
            raise ArgumentError("weights", f"{name} is {value}; a number is needed")


def _plain(value: float) -> str:
    """Return a number as people write it: 7, not 7.0."""
    return repr(value).removesuffix(".0")


def _check_targets(request: Request) -> None:
    """Raise ArgumentError unless the targets of a classification are classes."""
    if not request.classifies:
        return
    if request.first_class is not None:
        last = request.first_class + request.network.n_outputs - 1
        for where, _, (target,) in _datapoints(request):
            if not (target.is_integer() and request.first_class <= target <= last):
                classes = f"{request.network.text} has the classes {request.first_class} to {last}"
                raise ArgumentError("target", f"{where}: {_plain(target)} is no class; {classes}")
        return
    softmax = request.network.layers[-1].activation is SOFTMAX
    for where, _, row in _datapoints(request):
        for value in row:
            if not 0 <= value <= 1:
                problem = f"{where}: {_plain(value)} is not from 0 to 1, as cross-entropy needs it"
                raise ArgumentError("target", problem)
        if softmax and abs(sum(row) - 1) > 1e-9:
            total = _plain(sum(row))
            raise ArgumentError("target", f"{where}: the sum is {total}, not 1, as softmax needs it")
