"""A learning rate to start with: the best of a few, each tried in a whole training by the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlneuron.books.any_network.request import Request
from xlneuron.engine.array import Array
from xlneuron.engine.network import rmse_over
from xlneuron.engine.training import train

RATES = tuple(float(f"{digit}e{power}") for power in range(-7, 1) for digit in (1, 3))
MOST_STEPS = 20_000  # of one training; a longer one is tried for as many whole epochs as these allow


def with_good_rate(request: Request) -> Request:
    """Return a request with the learning rate that ends with the lowest RMSE over the data to train on.

    A request with cross-entropy, or with more data than a quick try takes, keeps its own.
    """
    if request.loss != "squared" or len(request.data) > MOST_STEPS:
        return request
    x, y = _scaled(np.array(request.data.inputs), request.scale), np.array(request.targets(request.data))
    trace = train(
        request.network,
        x,
        y,
        request.weights,
        learning_rate=RATES,
        epochs=min(request.epochs, MOST_STEPS // len(x)),
        optimizer=request.optimizer,
        mom=request.mom,
        sqr_mom=request.sqr_mom,
        eps=request.eps,
        wd=request.wd,
    )
    with np.errstate(all="ignore"):
        ends = rmse_over(request.network, trace.new_weights[-1], x, y)
    if not np.isfinite(ends).any():
        return request
    return replace(request, learning_rate=RATES[int(np.nanargmin(np.where(np.isfinite(ends), ends, np.inf)))])


def _scaled(x: Array, scale: str) -> Array:
    """Return inputs as the Data sheet scales them."""
    if scale == "none":
        return x
    less, by = (x.mean(axis=0), x.std(axis=0)) if scale == "standard" else (x.min(axis=0), np.ptp(x, axis=0))
    scaled: Array = (x - less) / np.where(by > 0, by, 1.0)
    return scaled
