"""Optimisers: fastai's two tests of average_grad, PyTorch's figures, and what distinguishes them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from xlneuron.engine.optimizers import (
    OPTIMIZERS,
    Hyper,
    adagrad_step,
    adam_step,
    average_grad,
    average_sqr_grad,
    find_optimizer,
    rms_prop_step,
    sgd_step,
)
from xlneuron.errors import ArgumentError

FIGURES = json.loads((Path(__file__).parents[1] / "figures" / "torch_figures.json").read_text())
BY_NAME = {case["optimizer"]: case for case in FIGURES["optimizers"]}
HYPER = Hyper(learning_rate=0.1, mom=0.9, sqr_mom=0.99, eps=1e-8)
GRAD = np.array([4.0, 5.0, 6.0])


close = partial(np.testing.assert_allclose, rtol=1e-12)


def follow(name, case):
    """The weights after each step, and the state after the last."""
    weights, state, path = np.array(case["weights"]), {}, []
    for step, grad in enumerate(case["grads"], start=1):
        weights, state = OPTIMIZERS[name].update(weights, np.array(grad), state, step, HYPER)
        path.append(weights)
    return np.array(path), state


@pytest.mark.parametrize("name", sorted(BY_NAME.keys() - {"dampened_momentum"}))
def test_agrees_with_torch_figures(name):
    path, _ = follow(name, BY_NAME[name])
    close(path, BY_NAME[name]["path"])


def test_agrees_with_torch_live():
    torch = pytest.importorskip("torch")
    from figures.make_torch_figures import optimizer_figures

    torch.manual_seed(3)
    grads = 100 * torch.randn(200, 4, dtype=torch.float64)
    for name in BY_NAME.keys() - {"dampened_momentum"}:
        case = optimizer_figures(name, grads)
        np.testing.assert_allclose(follow(name, case)[0], case["path"], rtol=1e-9)


def test_dampened_momentum_differs_from_torch_by_the_first_gradient():
    """torch's momentum starts at the first gradient, fastai's at zeros: 0.9^t * grad_1 apart at step t."""
    case = BY_NAME["dampened_momentum"]
    grads, path = np.array(case["grads"]), follow("dampened_momentum", case)[0]
    steps = np.arange(1, len(grads) + 1)
    apart = np.cumsum(0.9**steps)[:, None] * grads[0]
    close(path - 0.1 * apart, case["path"])


def test_average_grad_without_dampening_as_fastai_tests_it():
    first = average_grad(GRAD, mom=0.9)
    close(first, GRAD)
    close(average_grad(GRAD, first, mom=0.9), GRAD * 1.9)


def test_average_grad_with_dampening_as_fastai_tests_it():
    first = average_grad(GRAD, mom=0.9, dampening=True)
    close(first, GRAD * 0.1)
    close(average_grad(GRAD, first, mom=0.9, dampening=True), GRAD * (0.1 * 0.9 + 0.1))


def test_the_lambda_of_the_thread_fails_fastais_tests():
    """It had grad * mom + grad_avg * damp: the wrong way round."""
    wrong = GRAD * 0.9 + np.zeros(3) * 1.0
    assert not np.allclose(wrong, average_grad(GRAD, mom=0.9))


def test_average_sqr_grad_as_fastai_tests_it():
    first = average_sqr_grad(GRAD, sqr_mom=0.99, dampening=False)
    close(first, GRAD**2)
    close(average_sqr_grad(GRAD, first, sqr_mom=0.99, dampening=False), GRAD**2 * 1.99)
    first = average_sqr_grad(GRAD, sqr_mom=0.99)
    close(first, GRAD**2 * 0.01)
    close(average_sqr_grad(GRAD, first, sqr_mom=0.99), GRAD**2 * (0.01 * 0.99 + 0.01))


def test_sqr_mom_1_without_dampening_is_adagrads_sum():
    total = None
    for _ in range(3):
        total = average_sqr_grad(GRAD, total, sqr_mom=1.0, dampening=False)
    close(total, 3 * GRAD**2)


def test_constant_steps_with_and_without_dampening():
    """Steps of 1: dampened they never exceed 1, undampened they grow towards 1 / (1 - mom) = 10."""
    plain = dampened = np.zeros(1)
    for step in range(1, 101):
        plain = average_grad(np.ones(1), plain, 0.9)
        dampened = average_grad(np.ones(1), dampened, 0.9, dampening=True)
        close(plain, (1 - 0.9**step) / (1 - 0.9))
        close(dampened, 1 - 0.9**step)


def test_steps_by_hand():
    weights, grads = np.array([1.0]), np.array([2.0])
    assert sgd_step(weights, grads, 0.25) == 0.5
    assert adagrad_step(weights, grads, np.array([16.0]), 0.5, eps=0) == 0.75
    assert rms_prop_step(weights, grads, np.array([16.0]), 0.5, eps=1.0) == 0.8
    # step 2 with mom 0.5 and sqr_mom 0.5: both averages hold 3/4 of the whole
    step = adam_step(
        weights, np.array([3.0]), np.array([3.0]), 2, learning_rate=0.5, mom=0.5, sqr_mom=0.5, eps=0
    )
    assert step == 0.0


def test_first_step_of_adam_is_the_learning_rate():
    """Freed of their bias the averages are grad and grad^2: each weight moves by the learning rate."""
    grads = np.array([1e-3, -5.0, 1e6])
    weights, _ = OPTIMIZERS["adam"].update(np.zeros(3), grads, {}, 1, Hyper(learning_rate=0.01))
    np.testing.assert_allclose(weights, [-0.01, 0.01, -0.01], rtol=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=lambda optimizer: optimizer.name)
def test_nothing_is_changed_in_place(optimizer):
    arrays = [np.ones(3), GRAD.copy(), *(np.full(3, 2.0) for _ in optimizer.state)]
    for array in arrays:
        array.flags.writeable = False
    weights, grads, *kept = arrays
    new_weights, new_state = optimizer.update(
        weights, grads, dict(zip(optimizer.state, kept, strict=True)), 2, HYPER
    )
    assert new_weights.shape == (3,)
    assert tuple(new_state) == optimizer.state


def test_find_optimizer():
    assert find_optimizer(" Adam ").name == "adam"
    with pytest.raises(ArgumentError) as caught:
        find_optimizer("lion")
    known = "sgd, momentum, dampened_momentum, nesterov, adagrad, rms_prop, adam, adamw"
    assert str(caught.value) == f"optimizer: unknown optimizer 'lion' (known: {known})"
