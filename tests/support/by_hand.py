"""Backpropagation through a network's cells, written by hand: what its derivatives have to be."""

from __future__ import annotations

from xlneuron.engine.activations import GELU_CUBE, GELU_SCALE
from xlneuron.networks.activations import SIGMOID
from xlneuron.networks.plan import Neuron, Plan, added


def backpropagation(plan: Plan, loss: str) -> dict[str, str]:
    """Every derivative of the error by its name, by way of the others."""
    found = {}
    for neuron in reversed(plan.neurons):
        if not plan.is_output(neuron):
            by_output = added([f"d_{n.z}*{n.weights[neuron.number - 1].name}" for n in plan.after(neuron)])
        elif loss == "squared":
            by_output = f"2*({neuron.h} - {plan.y[neuron.number - 1]})"
        else:  # the derivatives of a cross-entropy and of a sigmoid or softmax, multiplied and cut short
            by_output = ""
            found[f"d_{neuron.z}"] = f"{neuron.h} - {plan.y[neuron.number - 1]}"
        if by_output:
            found[f"d_{neuron.h}"] = by_output
            if neuron.z != neuron.h:
                found[f"d_{neuron.z}"] = back(neuron, f"d_{neuron.h}")
        for weight in neuron.weights:
            factor = "" if weight.signal is None else f"*{weight.signal}"
            found[f"d_{weight.name}"] = f"d_{neuron.z}{factor}"
    return found


def back(neuron: Neuron, slope: str) -> str:
    """The derivative by a neuron's sum from that by its output."""
    z, h, g, f = neuron.z, neuron.h, f"gate{neuron.key}", f"flat{neuron.key}"
    return {
        "relu": f"({slope} if {z} > 0 else 0)",
        "leaky_relu": f"({slope} if {z} > 0 else 0.01*{slope})",
        "sigmoid": f"{slope}*{h}*(1 - {h})",
        "tanh": f"{slope}*(1 - {h}**2)",
        "softplus": f"{slope}*({SIGMOID.format(z=z)})",
        "gelu": f"{slope}*({g} + {f}*{g}*(1 - {g})*{GELU_SCALE!r}*(1 + {3 * GELU_CUBE!r}*{f}**2))",
        "silu": f"{slope}*({g} + {f}*{g}*(1 - {g}))",
        "elu": f"({slope} if {z} > 0 else {slope}*exp({z}))",
    }[neuron.activation]
