"""The LAMBDAs that know a network: its prediction, its derivatives estimated and exact.

Every neuron is spelled out. A weight is w_a (c alone would be a column), the weighted sum of a neuron z, what
leaves it its signal; with several neurons they are numbered: z_1 in a chain, z1_2 for neuron 2 of layer 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlneuron.engine.activations import GELU_CUBE, GELU_FLAT
from xlneuron.engine.network import Network
from xlneuron.networks.lambda_draft import Draft, count, quoted, size


def local(weight: str) -> str:
    """Return the name that a weight has in a definition: w_a; w1_12 and b1_1 as they are."""
    return weight if "_" in weight else f"w_{weight}"


@dataclass(frozen=True)
class Data:
    """What a function's inputs and targets are called: as arguments, and as steps, brought into shape."""

    inputs: str = "inputs"
    x: str = "x"
    target: str = "target"
    y: str = "y"


USUAL = Data()
OF_A_STEP = Data("x", "inputs", "y", "targets")


def arguments(draft: Draft, net: Network, data: Data = USUAL) -> None:
    """Add the steps that bring weights and inputs into shape, with the checks of both."""
    lone = len(net.layers) == net.n_outputs == 1
    known = [net.layers[0].activation.name, net.text] if lone else [net.text]
    draft.option("network", "net", "the network that is asked for")
    other = ", ".join(f'net<>"{name}"' for name in known)
    draft.check(
        f"AND({other})" if lone else other,
        "network",
        *(quoted("'"), "net", quoted(f"', but this workbook defines it for {net.text}")),
    )
    number = net.n_weights
    draft.step("given", "ROWS(weights)*COLUMNS(weights)", "how many weights are given")
    draft.step(
        "w",
        f"IF(given={number}, TOROW(weights), weights)",
        "the weights: one row for all datapoints, or one row for each",
    )
    draft.check(
        f"COLUMNS(w)<>{number}",
        "weights",
        *(count("given", "value"), quoted(f", but network {net.text} has {number}")),
    )
    _rows(draft, data.inputs, data.x, net.n_inputs)
    inputs = f"{net.n_inputs} input{'' if net.n_inputs == 1 else 's'}"
    draft.check(
        f"COLUMNS({data.x})<>{net.n_inputs}",
        data.inputs,
        *(count(f"COLUMNS({data.inputs})", "column"), quoted(f", but network {net.text} has {inputs}")),
    )
    draft.check(
        f"AND(ROWS({data.x})>1, ROWS(w)>1, ROWS({data.x})<>ROWS(w))",
        "weights",
        *(count("ROWS(w)", "row"), quoted(f", but {data.inputs} has "), f"ROWS({data.x})"),
    )


def targets(draft: Draft, net: Network, data: Data = USUAL) -> None:
    """Add the step that brings the targets into shape, with its check."""
    _rows(draft, data.target, data.y, net.n_outputs)
    if net.n_outputs == 1:
        problem = [count(f"ROWS({data.target})*COLUMNS({data.target})", "value")]
        problem += [quoted(f", but {data.inputs} has "), count(f"ROWS({data.x})", "row")]
    else:
        problem = [size(data.target), quoted(" cells, but "), f"ROWS({data.x})"]
        problem.append(quoted(f" rows of {net.n_outputs} targets are needed"))
    wrong = f"OR(ROWS({data.y})<>ROWS({data.x}), COLUMNS({data.y})<>{net.n_outputs})"
    draft.check(wrong, data.target, *problem)


def _rows(draft: Draft, argument: str, name: str, columns: int) -> None:
    formula = f"IF(COLUMNS({argument})={columns}, {argument}, TRANSPOSE({argument}))"
    draft.step(name, formula, f"the {argument}, one row per datapoint")


def weights(draft: Draft, net: Network) -> list[str]:
    """Add a step for each weight; return their names."""
    return [
        draft.step(local(name), f"INDEX(w, 0, {number})", f"weight {name}, {role}")
        for number, (name, role) in enumerate(zip(net.weight_names, roles(net), strict=True), start=1)
    ]


def neuron_name(net: Network, layer: int, neuron: int) -> str:
    """Return what is added to a name for one neuron; nothing if there is only one."""
    if any(each.size > 1 for each in net.layers):
        return f"{layer}_{neuron}"
    return "" if len(net.layers) == 1 else f"_{layer}"


def neuron_role(net: Network, layer: int, neuron: int) -> str:
    """Return what a reader calls one neuron."""
    if any(each.size > 1 for each in net.layers):
        return f"neuron {neuron} of layer {layer}"
    return "the neuron" if len(net.layers) == 1 else f"neuron {layer}"


def roles(net: Network) -> list[str]:
    """Return what each weight does, in the order of the weights."""
    found = []
    for layer, each in enumerate(net.layers, start=1):
        for neuron in range(1, each.size + 1):
            whose = neuron_role(net, layer, neuron)
            sources = range(1, each.inputs + 1)
            found += [f"of {whose}'s input{'' if each.inputs == 1 else f' {source}'}" for source in sources]
            found.append(f"the bias of {whose}")
    return found


def activation(name: str, z: str, suffix: str) -> tuple[list[tuple[str, str, str]], str, str]:
    """Return an activation's steps, its value and its derivative as formulas of the weighted sum z.

    They are written as in `network`, so that nothing overflows.
    """
    decay, flat, scaled, share = (f"{word}{suffix}" for word in ("decay", "flat", "scaled", "share"))

    def sigmoid(of: str) -> str:
        return f"IF({of}<0, {decay}, 1)/(1+{decay})"

    def decaying(of: str) -> tuple[str, str, str]:
        return decay, f"EXP(-ABS({of}))", "from 1 down to 0, however large the sum is"

    match name:
        case "none":
            return [], z, "1"
        case "relu":
            return [], f"IF({z}>0, {z}, 0)", f"IF({z}>0, 1, 0)"
        case "leaky_relu":
            return [], f"IF({z}>0, {z}, 0.01*{z})", f"IF({z}>0, 1, 0.01)"
        case "sigmoid":
            return [decaying(z)], sigmoid(z), f"{decay}/(1+{decay})^2"
        case "tanh":
            return [], f"TANH({z})", f"(1-TANH({z})^2)"
        case "softplus":
            return [decaying(z)], f"IF({z}>0, {z}, 0)+LN(1+{decay})", sigmoid(z)
        case "gelu":
            steps = [
                (flat, f"IF(ABS({z})<{GELU_FLAT:g}, {z}, {GELU_FLAT:g}*SIGN({z}))", "the sum, kept small"),
                (scaled, f"SQRT(8/PI())*({flat}+{GELU_CUBE}*{flat}^3)", "what the share is the sigmoid of"),
                decaying(scaled),
                (share, sigmoid(scaled), "the share of the sum that passes"),
            ]
            inner = f"SQRT(8/PI())*(1+{3 * GELU_CUBE:g}*{flat}^2)"
            return steps, f"{z}*{share}", f"({share}+{flat}*{share}*(1-{share})*{inner})"
    raise KeyError(f"{name}: an activation without a LAMBDA")


@dataclass(frozen=True)
class Neuron:
    """A neuron by the names of its steps; `slope` is the formula of its activation's derivative."""

    suffix: str
    role: str
    weights: tuple[str, ...]  # of its inputs
    bias: str
    sources: tuple[str, ...]  # its inputs
    output: str
    slope: str


def neurons(draft: Draft, net: Network, names: list[str]) -> list[list[Neuron]]:
    """Add the steps of the forward pass; return the neurons, layer by layer."""
    sources: tuple[str, ...] = ("x",)
    if net.n_inputs > 1:
        sources = tuple(
            draft.step(f"x_{number}", f"INDEX(x, 0, {number})", f"input {number}")
            for number in range(1, net.n_inputs + 1)
        )
    layers: list[list[Neuron]] = []
    left = iter(names)
    for number, layer in enumerate(net.layers, start=1):
        row = []
        for place in range(1, layer.size + 1):
            own = tuple(next(left) for _ in range(layer.inputs + 1))
            row.append(_neuron(draft, net, (number, place), own, sources))
        layers.append(row)
        sources = tuple(neuron.output for neuron in row)
    return layers


def _neuron(
    draft: Draft, net: Network, at: tuple[int, int], weights: tuple[str, ...], sources: tuple[str, ...]
) -> Neuron:
    (layer, place), (*factors, bias) = at, weights
    suffix, role = neuron_name(net, layer, place), neuron_role(net, layer, place)
    output, z = f"signal{suffix}", f"z{suffix}"
    if layer == len(net.layers):
        output = "prediction" if net.n_outputs == 1 else f"prediction_{place}"
    products = [f"{factor}*{source}" for factor, source in zip(factors, sources, strict=True)]
    total = "+".join((*products, bias))
    name, slope = net.layers[layer - 1].activation.name, "1"
    if name == "none":
        draft.step(output, total, f"what leaves {role}")
    else:
        draft.step(z, total, f"the weighted sum of {role}")
        steps, value, slope = activation(name, z, suffix)
        for step in steps:
            draft.step(*step)
        draft.step(output, value, f"what leaves {role}: {name} of the sum")
    return Neuron(suffix, role, tuple(factors), bias, sources, output, slope)


def forward(draft: Draft, net: Network) -> tuple[str, str]:
    """Write NEURON_FORWARD."""
    arguments(draft, net)
    layers = neurons(draft, net, weights(draft, net))
    return _columns([neuron.output for neuron in layers[-1]]), "the prediction, one row per datapoint"


def gradient(draft: Draft, net: Network) -> tuple[str, str]:
    """Write NEURON_GRAD: backpropagation, from the last layer to the first."""
    arguments(draft, net)
    targets(draft, net)
    names = weights(draft, net)
    layers = neurons(draft, net, names)
    slopes = [
        draft.step(
            f"slope_{neuron.output}",
            f"2*({neuron.output}-{'y' if net.n_outputs == 1 else f'INDEX(y, 0, {place})'})",
            f"derivative of the error by {neuron.output}",
        )
        for place, neuron in enumerate(layers[-1], start=1)
    ]
    derivatives: dict[str, str] = {}
    for layer in reversed(layers):
        deltas = [_delta(draft, neuron, slope) for neuron, slope in zip(layer, slopes, strict=True)]
        pairs = list(zip(layer, deltas, strict=True))
        for neuron, delta in pairs:
            for weight, source in zip(neuron.weights, neuron.sources, strict=True):
                derivatives[weight] = f"{delta}*{source}"
            derivatives[neuron.bias] = delta
        if layer is not layers[0]:
            slopes = [
                draft.step(
                    f"slope_{source}",
                    "+".join(f"{delta}*{neuron.weights[place]}" for neuron, delta in pairs),
                    f"derivative of the error by {source}",
                )
                for place, source in enumerate(layer[0].sources)
            ]
    results = [
        draft.step(f"d_{name}", derivatives[weight], f"derivative of the error by {name}")
        for name, weight in zip(net.weight_names, names, strict=True)
    ]
    return _columns(results), "the derivatives, one column per weight"


def _delta(draft: Draft, neuron: Neuron, slope: str) -> str:
    if neuron.slope == "1":
        return slope
    what = f"derivative of the error by the weighted sum of {neuron.role}"
    return draft.step(f"slope_z{neuron.suffix}", f"{slope}*{neuron.slope}", what)


def numerical_gradient(draft: Draft, net: Network) -> tuple[str, str]:
    """Write NUM_DERIV, which calls NEURON_FORWARD: the error is measured again with one weight moved."""
    draft.needs = ("NEURON_FORWARD",)
    arguments(draft, net)
    targets(draft, net)
    step = draft.option("h", "up", "how far a weight is moved")
    draft.check(f"{step}=0", "h", quoted("0, but the estimate divides by it"))
    way = draft.option("method", "way", "forward or central")
    _known(draft, way, "forward", "central")
    down = draft.step("down", f'IF({way}="central", {step}, 0)', "how far it is moved the other way")
    only = f"LAMBDA(place, IF(SEQUENCE(1, {net.n_weights})=place, 1, 0))"
    draft.step("only", only, "1 for the weight in that place, 0 for the others")
    draft.step(
        "squared_error",
        f"LAMBDA(moved, {_squared_error(net, 'NEURON_FORWARD(x, moved, net)', 'y')})",
        "the squared error with other weights",
    )
    change = f"squared_error(w+{step}*only(place))-squared_error(w-{down}*only(place))"
    draft.step(
        "estimate",
        f"LAMBDA(place, ({change})/({step}+{down}))",
        "how much the error changes when the weight in that place is moved, divided by the move",
    )
    draft.inner |= {"place", "moved", "squares"}
    results = [
        draft.step(f"d_{name}", f"estimate({place})", f"estimated derivative of the error by {name}")
        for place, name in enumerate(net.weight_names, start=1)
    ]
    return _columns(results), "the derivatives, one column per weight"


def train_step(draft: Draft, net: Network) -> tuple[str, str]:
    """Write TRAIN_STEP, which calls the three above."""
    draft.needs = ("NEURON_FORWARD", "NUM_DERIV", "NEURON_GRAD")
    arguments(draft, net, OF_A_STEP)
    targets(draft, net, OF_A_STEP)
    x, y = OF_A_STEP.x, OF_A_STEP.y
    factor = draft.option("learning_rate", "factor", "what makes a step of a derivative")
    way = draft.option("method", "way", "exact, forward or central")
    _known(draft, way, "exact", "forward", "central")
    up = draft.option("h", "up", "how far a weight is moved to estimate its derivative")
    draft.check(f'AND({up}=0, {way}<>"exact")', "h", quoted("0, but the estimate divides by it"))
    predicted = f"NEURON_FORWARD({x}, w, net)"
    prediction = draft.step("prediction", predicted, "the prediction, one column per output")
    error = draft.step("squared_error", _squared_error(net, prediction, y), "the squared error")
    draft.inner |= {"squares"}
    exact, estimated = f"NEURON_GRAD({x}, {y}, w, net)", f"NUM_DERIV({x}, {y}, w, net, {up}, {way})"
    slopes = draft.step("slopes", f'IF({way}="exact", {exact}, {estimated})', "the derivatives of the error")
    changed = draft.step("changed", f"w-{factor}*{slopes}", "the weights after the step")
    # Else a single error would make the row shorter, and the next row of a sheet would start from weights in
    # blank cells, which count as 0.
    wide = draft.step(
        "wide",
        "LAMBDA(cells, many, IF(SEQUENCE(1, many), cells))",
        "in so many columns, also if it is a single error",
    )
    draft.inner |= {"cells", "many"}
    parts = {prediction: net.n_outputs, error: 1, slopes: net.n_weights, changed: net.n_weights}
    draft.refusal = f"IF(SEQUENCE(1, {sum(parts.values())})=1, problem, SQRT(-1))"
    row = _columns([f"{wide}({part}, {columns})" for part, columns in parts.items()])
    return row, "all of them side by side; or what is wrong, and #NUM! in the other cells"


def _known(draft: Draft, way: str, *known: str) -> None:
    """Refuse a method that is none of those known."""
    condition = ", ".join(f'{way}<>"{name}"' for name in known)
    words = quoted(f"' (known: {', '.join(known)})")
    draft.check(f"AND({condition})", "method", quoted("unknown method '"), way, words)


def _squared_error(net: Network, prediction: str, y: str) -> str:
    squares = f"({prediction}-{y})^2"
    return squares if net.n_outputs == 1 else f"BYROW({squares}, LAMBDA(squares, SUM(squares)))"


def _columns(formulas: list[str]) -> str:
    return formulas[0] if len(formulas) == 1 else f"HSTACK({', '.join(formulas)})"
