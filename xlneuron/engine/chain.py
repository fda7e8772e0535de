"""Chains: networks with one input and one neuron in every layer, 1-1 or 1-1relu-1, by themselves.

Their gradient needs no matrices, only products of single numbers: plain floats for one run that takes a step
after the other, arrays with one entry per run for a thousand runs at once. Both do the same operations in the
same order as `network.gradient`, and give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from xlneuron.engine.activations import ACTIVATIONS, Activation
from xlneuron.engine.array import Array
from xlneuron.engine.network import Network
from xlneuron.engine.optimizers import Hyper, Optimizer

MOST_LAYERS = 32  # of a chain; a longer one is not worth a loop of its own

# The activations of most chains and their derivatives, on floats, for which NumPy takes twenty times as long.
EXPRESSIONS = {
    "none": ("{z}", "1.0"),
    "relu": ("(0.0 if {z} <= 0 else {z})", "(1.0 if {z} > 0 else 0.0)"),  # NaN stays NaN
    "leaky_relu": ("({z} if {z} > 0 else 0.01 * {z})", "(1.0 if {z} > 0 else 0.01)"),
}

Forward = Callable[..., float]  # (x, *weights) -> prediction
# (starting weights, pairs of x and y, hyper) -> after each step its gradients, the new weights, the states
Walk = Callable[[Iterable[float], Iterable[tuple[float, float]], Hyper], Iterator[tuple[float, ...]]]


def can_walk(network: Network) -> bool:
    """Whether every layer has one input and one neuron."""
    layers = network.layers
    return len(layers) <= MOST_LAYERS and all((layer.inputs, layer.size) == (1, 1) for layer in layers)


def gradient_of_runs(network: Network, weights: Array, x: float, y: float) -> list[Array]:
    """Return the gradient of a chain for many runs at once: weights is (n_weights, R), the result as well."""
    signal: Any = x
    passed = []
    for layer, weight, bias in zip(network.layers, weights[::2], weights[1::2], strict=True):
        z = weight * signal + bias
        passed.append((weight, signal, layer.activation.df(z)))
        signal = layer.activation.f(z)
    slope = 2 * (signal - y)  # dE/d(what leaves the layer)
    grads: list[Array] = []
    for weight, signal, df in reversed(passed):
        delta = slope * df  # dE/dz
        grads += [delta, delta * signal + 0.0]  # never -0.0, as in a sum of products
        slope = weight * delta + 0.0
    return grads[::-1]


def compile_forward(network: Network) -> Forward:
    """Return the prediction of a chain for one input, on plain floats."""
    return _compile_forward(_activations(network))


def compile_walk(network: Network, optimizer: Optimizer) -> Walk:
    """Return the loop over the datapoints of one run of a chain, on plain floats.

    Each step gives the gradients, the new weights, and each of the optimiser's states for all weights.
    """
    return _compile_walk(_activations(network), optimizer)


def _activations(network: Network) -> tuple[str, ...]:
    return tuple(layer.activation.name for layer in network.layers)


def _forward_lines(activations: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the statements of the forward pass; the names of each layer's input, and of the prediction."""
    lines, signals = [], ["x"]
    for number, name in enumerate(activations):
        f, _ = _expressions(name, number)
        lines += [f"z{number} = w{2 * number} * {signals[-1]} + w{2 * number + 1}", f"s{number} = {f}"]
        signals.append(f"s{number}")
    return lines, signals


@lru_cache(maxsize=64)
def _compile_forward(activations: tuple[str, ...]) -> Forward:
    lines, signals = _forward_lines(activations)
    weights = ", ".join(f"w{each}" for each in range(2 * len(activations)))
    source = [f"def forward(x, {weights}):", *(f"    {line}" for line in lines), f"    return {signals[-1]}"]
    forward: Forward = _executed(source, activations, {})["forward"]
    return forward


@lru_cache(maxsize=64)
def _compile_walk(activations: tuple[str, ...], optimizer: Optimizer) -> Walk:
    """Write the loop without any loop inside it, and compile that."""
    lines, signals = _forward_lines(activations)
    lines.append(f"slope = 2 * ({signals[-1]} - y)")
    for number, name in reversed(list(enumerate(activations))):
        weight, bias = 2 * number, 2 * number + 1
        _, df = _expressions(name, number)
        lines += [
            f"g{bias} = slope * {df}",
            f"g{weight} = g{bias} * {signals[number]} + 0.0",
            f"slope = w{weight} * g{bias} + 0.0",
        ]
    weights, stats = range(2 * len(activations)), range(len(optimizer.stats))
    for each in weights:
        kept = [f"t{each}_{number}" for number in stats]
        lines += [f"{name} = stat{number}(g{each}, {name}, hyper)" for number, name in enumerate(kept)]
        stepped = f"stepper(w{each}, g{each}, ({''.join(f'{name}, ' for name in kept)}), step, hyper)"
        lines.append(f"w{each} = float({stepped})")
    found = [f"g{each}" for each in weights] + [f"w{each}" for each in weights]
    found += [f"t{each}_{number}" for number in stats for each in weights]
    source = [
        "def walk(weights, pairs, hyper):",
        f"    {', '.join(f'w{each}' for each in weights)} = weights",
        *(f"    t{each}_{number} = 0.0" for each in weights for number in stats),
        "    for step, (x, y) in enumerate(pairs, 1):",
        *(f"        {line}" for line in lines),
        f"        yield {', '.join(found)}",
    ]
    scope: dict[str, Any] = {"stepper": optimizer.stepper}
    scope |= {f"stat{number}": stat for number, stat in enumerate(optimizer.stats.values())}
    walk: Walk = _executed(source, activations, scope)["walk"]
    return walk


def _executed(source: list[str], activations: tuple[str, ...], scope: dict[str, Any]) -> dict[str, Any]:
    """Execute a definition, with the layers' activations in its scope, and return the scope."""
    for number, name in enumerate(activations):
        scope[f"f{number}"], scope[f"df{number}"] = _on_floats(ACTIVATIONS[name])
    exec(compile("\n".join(source), f"<{source[0]}>", "exec"), scope)  # our own text
    return scope


def _expressions(name: str, number: int) -> tuple[str, str]:
    """Return what a layer's activation and its derivative are of its sum z."""
    f, df = EXPRESSIONS.get(name, (f"f{number}({{z}})", f"df{number}({{z}})"))
    return f.format(z=f"z{number}"), df.format(z=f"z{number}")


def _on_floats(activation: Activation) -> tuple[Callable[[float], float], Callable[[float], float]]:
    f: Any = activation.f  # what they do to arrays they do to floats
    df: Any = activation.df
    return lambda z: float(f(z)), lambda z: float(df(z))
