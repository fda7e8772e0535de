"""PyTorch's derivatives of small models, for tables: `differentiate_figures.json` beside this file.

    python tests/figures/make_differentiate_figures.py

Needs PyTorch (the committed figures are of 2.13). Each model is built from torch's own functions and
differentiated by autograd. `tests/unit/test_differentiate.py` has the same models as the columns of a table;
both share the names of the numbers, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

FIGURES = Path(__file__).with_name("differentiate_figures.json")
Numbers = dict[str, Tensor]
TOKENS = 4


def stacked(numbers: Numbers, *names: str) -> Tensor:
    return torch.stack([numbers[name] for name in names])


def numbered(numbers: Numbers, name: str, count: int) -> Tensor:
    return stacked(numbers, *(f"{name}{number}" for number in range(1, count + 1)))


def relu_sandwich(n: Numbers) -> Tensor:
    return (n["c"] * functional.relu(n["a"] * n["x"] + n["b"]) + n["d"] - n["y"]) ** 2


def kinks(n: Numbers) -> Tensor:
    z = n["a"] * n["x"] + n["b"]
    inside = functional.relu(z) + 3 * functional.leaky_relu(z, 0.01) + 5 * z.abs() + functional.softplus(z)
    return (inside - n["y"]) ** 2


def softmax_cross_entropy(n: Numbers) -> Tensor:
    logits = numbered(n, "w", 3) * n["x"] + numbered(n, "b", 3)
    return functional.cross_entropy(logits, numbered(n, "y", 3))


def layer_norm(n: Numbers) -> Tensor:
    x, gain, shift = (numbered(n, name, 4) for name in ("x", "g", "s"))
    return (functional.layer_norm(x, (4,), gain, shift, 1e-5).sum() - n["y"]) ** 2


def attention(n: Numbers) -> Tensor:
    """One head over four tokens, each of two numbers; the last one asks."""
    tokens = torch.stack([numbered(n, "v", TOKENS), numbered(n, "m", TOKENS)], dim=1)
    to_query, to_key = (
        torch.stack([stacked(n, f"{w}11", f"{w}12"), stacked(n, f"{w}21", f"{w}22")]) for w in ("wq", "wk")
    )
    query = tokens[-1:] @ to_query + stacked(n, "bq1", "bq2")
    values = tokens @ stacked(n, "wv1", "wv2")[:, None]
    answer = functional.scaled_dot_product_attention(query, tokens @ to_key, values)
    return (answer[0, 0] + n["b"] - n["y"]) ** 2


WEIGHTS = {
    relu_sandwich: "a b c d",
    kinks: "a b",
    softmax_cross_entropy: "w1 w2 w3 b1 b2 b3",
    layer_norm: "x1 x2 x3 x4 g1 g2 g3 g4 s1 s2 s3 s4",
    attention: "wq11 wq12 wq21 wq22 wk11 wk12 wk21 wk22 wv1 wv2 bq1 bq2 b",
}
GIVEN = {  # row by row; what is missing of the weights is random
    relu_sandwich: [
        {"a": 1, "b": 1, "c": 1, "d": 1, "x": 14, "y": 58},
        {"a": 1, "b": -14, "c": 2, "d": 1, "x": 14, "y": 58},  # the sum is 0
        {"a": -1, "b": 2, "c": 1, "d": 3, "x": 14, "y": 58},
        {"a": 0.75, "b": -0.25, "x": 1.5, "y": 0.5},
    ],
    kinks: [{"a": 2, "b": -6, "x": x, "y": 1} for x in (3, 3.5, 2.5)],
    softmax_cross_entropy: [
        {"x": 1.3, "y1": 0, "y2": 1, "y3": 0},
        {"x": -0.4, "y1": 0.25, "y2": 0, "y3": 0.75},
    ],
    layer_norm: [{"y": 1}, {"y": -2}],
    attention: [
        {"v1": 1, "v2": -1, "v3": 1, "v4": 1, "m1": 0, "m2": 1, "m3": 0, "m4": 0, "y": 1},
        {"v1": 0.5, "v2": -1.5, "v3": 2, "v4": -1, "m1": 0.1, "m2": 1, "m3": -0.3, "m4": 0.7, "y": -1},
    ],
}


def row(model: Callable[[Numbers], Tensor], given: dict[str, float]) -> dict[str, object]:
    """The numbers of a row, the error and its derivatives by the weights."""
    weights = WEIGHTS[model].split()
    values = {name: round(torch.randn(()).item(), 4) for name in weights} | given
    numbers = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=name in weights)
        for name, value in values.items()
    }
    error = model(numbers)
    error.backward()
    grads = {name: numbers[name].grad.item() for name in weights}  # type: ignore[union-attr]
    return {"given": values, "error": error.item(), "grads": grads}


def main() -> None:
    torch.manual_seed(1)
    models = {model.__name__: [row(model, given) for given in GIVEN[model]] for model in WEIGHTS}
    texts = {name: ",\n".join(map(json.dumps, rows)) for name, rows in models.items()}
    lines = ",\n".join(f'"{name}": [\n{text}\n]' for name, text in texts.items())
    FIGURES.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
