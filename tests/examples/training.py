"""Calls about a training: a step of it, all of it, and what became of it."""

from __future__ import annotations

from tests.examples.example import NUM, Example, Range, message
from xlneuron.functions.signature import MISSING


def message_of_step(text: str, columns: int = 6) -> Range:
    """Return the row that a user's error gives of TRAIN_STEP: as wide as the step would be."""
    return ((text, *(NUM,) * (columns - 1)),)


TRAINING: tuple[Example, ...] = (
    # TRAIN_STEP: a*x + b = 15, (15 - 58)^2 = 1849, 2 * (15 - 58) times 14 and 1, and a ten thousandth of that
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),)),
        ((15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086),),
        "row 1 of the first experiment, with exact derivatives",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),), "1-1", MISSING, "forward"),
        ((15.0, 1849.0, -1202.04, -85.99, 1.120204, 1.008599),),
        "row 1 of the first experiment, with estimated ones",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0,), (1.0,)), MISSING, 1e-3, "Forward", 1.0),
        ((15.0, 1849.0, -1008.0, -85.0, 2.008, 1.085),),
        "h = 1: 29^2 - 43^2; weights in a column",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),), MISSING, MISSING, "central"),
        ((15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086),),
        "central differences are exact for a square",
    ),
    Example(
        "TRAIN_STEP",
        (5.0, 30.0, ((2.0, 1.0, 3.0, 4.0),), "1-1relu-1", 0.01),
        ((37.0, 49.0, 210.0, 42.0, 154.0, 14.0, -0.1, 0.58, 1.46, 3.86),),
        "two neurons, ReLU",
    ),
    Example(
        "TRAIN_STEP",
        (-5.0, 30.0, ((2.0, 1.0, 3.0, 4.0),), "1-1relu-1", 0.5),
        ((4.0, 676.0, 0.0, 0.0, 0.0, -52.0, 2.0, 1.0, 3.0, 30.0),),
        "a ReLU that is off: only d moves",
    ),
    Example(
        "TRAIN_STEP",
        (((1.0, 2.0),), ((2.0, 10.0),), ((1.0, 0.0, 0.0, 0.0, 1.0, 10.0),), "2-2", 0.5),
        ((1.0, 12.0, 5.0, -2.0, -4.0, -2.0, 4.0, 8.0, 4.0, 2.0, 2.0, 1.0, -2.0, -3.0, 8.0),),
        "two outputs: two predictions, one error",
    ),
    Example(
        "TRAIN_STEP",
        (((14.0, 0.0),), ((58.0, 1.0),), ((1.0, 1.0),)),
        ((15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086), (1.0, 0.0, 0.0, 0.0, 1.0, 1.0)),
        "one row of weights: every row is a step from them",
    ),
    Example(
        "TRAIN_STEP",
        (((14.0,), (14.0,)), ((58.0,), (58.0,)), ((1.0, 1.0), (2.0, 30.0)), MISSING, MISSING, "central", 1.0),
        ((15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086), (58.0, 0.0, 0.0, 0.0, 2.0, 30.0)),
        "weights row by row",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),), MISSING, MISSING, MISSING, 0.0),
        ((15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086),),
        "exact derivatives need no h",
    ),
    Example(
        "TRAIN_STEP",
        (((14.0,), (NUM,)), ((58.0,), (58.0,)), ((1.0, 1.0),)),
        ((15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086), (NUM,) * 6),
        "an error cell stays in its row",
    ),
    Example(
        "TRAIN_STEP",
        (1e200, 0.0, ((1.0, 0.0),), MISSING, 0.0),
        ((1e200, NUM, NUM, 2e200, NUM, 0.0),),
        "what overflows, and what does not",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0, 1.0),), "1-1relu-1"),
        message_of_step("TRAIN_STEP: weights: 3 values, but network 1-1relu-1 has 4", 10),
        "wrong number of weights",
    ),
    Example(
        "TRAIN_STEP",
        (((1.0,), (2.0,)), ((1.0,), (2.0,)), ((1.0, 1.0),) * 3),
        message_of_step("TRAIN_STEP: weights: 3 rows, but x has 2"),
        "wrong number of rows",
    ),
    Example(
        "TRAIN_STEP",
        (((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)), 1.0, ((1.0, 1.0),)),
        message_of_step("TRAIN_STEP: x: 3 columns, but network 1-1 has 1 input"),
        "wrong number of inputs",
    ),
    Example(
        "TRAIN_STEP",
        (((1.0,), (2.0,)), 58.0, ((1.0, 1.0),)),
        message_of_step("TRAIN_STEP: y: 1 value, but x has 2 rows"),
        "a target is missing",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),), MISSING, MISSING, "backward"),
        message_of_step("TRAIN_STEP: method: unknown method 'backward' (known: exact, forward, central)"),
        "unknown method",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),), MISSING, MISSING, "forward", 0.0),
        message_of_step("TRAIN_STEP: h: 0, but the estimate divides by it"),
        "h = 0",
    ),
    Example(
        "TRAIN_STEP",
        (14.0, 58.0, ((1.0, 1.0),), MISSING, "fast"),
        message_of_step("TRAIN_STEP: learning_rate: 'fast' is not a number"),
        "a learning rate in words",
    ),
    # SGD_TRAIN: two datapoints of y = 2x + 30
    Example(
        "SGD_TRAIN",
        (((14.0,), (86.0,)), ((58.0,), (202.0,))),
        (
            ("epoch", "row", "x", "y", "a", "b", "prediction", "error", "d_a", "d_b", "new_a", "new_b"),
            (1.0, 1.0, 14.0, 58.0, 1.0, 1.0, 15.0, 1849.0, -1204.0, -86.0, 1.1204, 1.0086),
            (
                *(1.0, 2.0, 86.0, 202.0, 1.1204, 1.0086, 97.363, 10948.901769),
                *(-17997.564, -209.274, 2.9201564, 1.0295274),
            ),
        ),
        "two datapoints, one epoch",
    ),
    Example(
        "SGD_TRAIN",
        (2.0, 1.0, ((0.0,), (0.0,)), "none", 0.5, 2.0, "momentum", 0.5),
        (
            (
                *("epoch", "row", "x", "y", "a", "b", "prediction", "error", "d_a", "d_b"),
                *("grad_avg_a", "grad_avg_b", "new_a", "new_b"),
            ),
            (1.0, 1.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0, -4.0, -2.0, -4.0, -2.0, 2.0, 1.0),
            (2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 5.0, 16.0, 16.0, 8.0, 14.0, 7.0, -5.0, -2.5),
        ),
        "momentum, two epochs",
    ),
    Example(
        "SGD_TRAIN",
        (1.0, 1.0, None, None, None, 0.0),
        message("SGD_TRAIN: epochs: 0, but training takes at least 1"),
        "no epoch",
    ),
    Example(
        "SGD_TRAIN",
        (1.0, 1.0, None, None, None, 1e6),
        message("SGD_TRAIN: epochs: 1000001 rows x 12 columns are more than one call returns"),
        "too many epochs",
    ),
    Example(
        "SGD_TRAIN",
        (1.0, 1.0, None, None, None, None, "lion"),
        message(
            "SGD_TRAIN: optimizer: unknown optimizer 'lion' "
            "(known: sgd, momentum, dampened_momentum, nesterov, adagrad, rms_prop, adam, adamw)"
        ),
        "unknown optimizer",
    ),
    # DIAGNOSE: root of the mean square: x = 1 and 2, y = 3; a = b = 0 gives 3, a = b = 1 gives 1 and 0
    Example(
        "DIAGNOSE",
        (((1.0,), (2.0,)), ((3.0,), (3.0,)), ((0.0, 0.0), (1.0, 1.0))),
        message(
            "Learning: the RMSE over the data fell from 3.00 to 0.71; "
            "nothing exploded and every weight still moves."
        ),
        "learning",
    ),
    Example(
        "DIAGNOSE",
        (((1.0,), (2.0,)), ((3.0,), (3.0,)), ((1.0, 1.0), (0.0, 0.0))),
        message(
            "Not learning: the RMSE over the data went from 0.71 to 3.00. Try a tenth of the learning rate."
        ),
        "not learning",
    ),
    Example(
        "DIAGNOSE",
        (((1.0,), (2.0,)), ((3.0,), (3.0,)), ((0.0, 0.0), (100.0, 0.0))),
        message(
            "The step at row 1 overshot and the errors exploded from row 2 on. "
            "Try a tenth of the learning rate."
        ),
        "exploded",
    ),
    Example(
        "DIAGNOSE",
        (((1.0,), (2.0,)), ((3.0,), (3.0,)), ((1.0, 1.0, 1.0, 1.0), (-1.0, 0.0, 1.0, 1.0)), "1-1relu-1"),
        message(
            "The step at row 1 overshot and the ReLU died: a*x+b is below 0 for every x, so a, b and c get "
            "derivative 0 and only d still learns. Try a tenth of the learning rate."
        ),
        "a dead ReLU",
    ),
)
