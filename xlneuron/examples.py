"""Worked calls of the worksheet functions: plain data that every way of calling them has to reproduce.

An argument is one cell or a range (rows of cells); None is a blank cell, MISSING an argument left out. What
is expected is rows of cells, numbers to a relative 1e-9. The numbers were worked out by hand or are those of
the experiments; a comment or the note says how, where it is not plain from the arguments.
"""

from __future__ import annotations

from typing import NamedTuple

from xlneuron.grid import Cell, CellError
from xlneuron.signature import MISSING, Missing

Range = tuple[tuple[Cell, ...], ...]


class Example(NamedTuple):
    """One call and the cells that it returns."""

    function: str
    args: tuple[Cell | Range | Missing, ...]
    expected: Range
    note: str


NUM = CellError.NUM
ONES: Range = ((1.0, 1.0, 1.0, 1.0),)


def message(text: str) -> Range:
    """Return the one cell that a user's error gives."""
    return ((text,),)


EXAMPLES: tuple[Example, ...] = (
    # NEURON_FORWARD: a*x + b, and c * max(0, a*x + b) + d
    Example("NEURON_FORWARD", (14.0, ((1.0, 1.0),)), ((15.0,),), "one neuron, single cell"),
    Example("NEURON_FORWARD", (14.0, ((2.0,), (30.0,))), ((58.0,),), "weights in a column"),
    Example(
        "NEURON_FORWARD", (((14.0,), (86.0,)), ((2.0, 30.0),)), ((58.0,), (202.0,)), "a column of inputs"
    ),
    Example("NEURON_FORWARD", (((14.0, 86.0),), ((2.0, 30.0),)), ((58.0,), (202.0,)), "a row of inputs"),
    Example(
        "NEURON_FORWARD",
        (((1.0,), (2.0,)), ((3.0, 4.0), (5.0, 6.0))),
        ((7.0,), (16.0,)),
        "weights row by row",
    ),
    Example("NEURON_FORWARD", (2.0, ((3.0, 4.0), (5.0, 6.0))), ((10.0,), (16.0,)), "one x, many weights"),
    Example("NEURON_FORWARD", (((1.0, 2.0),), ((3.0, 4.0, 5.0),)), ((16.0,),), "one neuron with two inputs"),
    Example("NEURON_FORWARD", (14.0, ((1.0, 1.0),), None), ((15.0,),), "blank network is the default"),
    Example("NEURON_FORWARD", (14.0, ((1.0, 1.0),), "none"), ((15.0,),), "no activation"),
    Example("NEURON_FORWARD", (-14.0, ((1.0, 1.0),), "relu"), ((0.0,),), "ReLU below 0"),
    Example("NEURON_FORWARD", (-14.0, ((1.0, 1.0),), "leaky_relu"), ((-0.13,),), "a hundredth below 0"),
    Example("NEURON_FORWARD", (0.0, ((1.0, 0.0),), "sigmoid"), ((0.5,),), "sigmoid at 0"),
    Example("NEURON_FORWARD", (0.5, ((1.0, 0.5),), "tanh"), ((0.7615941559557649,),), "tanh of 1"),
    Example(
        "NEURON_FORWARD", (0.0, ((1.0, 0.0),), "softplus"), ((0.6931471805599453,),), "the logarithm of 2"
    ),
    # 0.5 * (1 + tanh(sqrt(2 / pi) * 1.044715))
    Example("NEURON_FORWARD", (1.0, ((1.0, 0.0),), "gelu"), ((0.8411919906082768,),), "GELU, tanh form"),
    Example("NEURON_FORWARD", (14.0, ONES, "1-1-1"), ((16.0,),), "two neurons"),
    Example("NEURON_FORWARD", (5.0, ((2.0, 1.0, 3.0, 4.0),), "1-1relu-1"), ((37.0,),), "two neurons, ReLU"),
    Example(
        "NEURON_FORWARD", (-5.0, ((2.0, 1.0, 3.0, 4.0),), "1-1ReLU-1"), ((4.0,),), "dead, only d is left"
    ),
    Example(
        "NEURON_FORWARD", (5.0, ((2.0, 1.0), (3.0, 4.0)), "1-1relu-1"), ((37.0,),), "weights in a square"
    ),
    Example(
        "NEURON_FORWARD",
        (((1.0, 2.0), (3.0, 4.0)), ((1.0, 0.0, 0.0, 0.0, 1.0, 10.0),), "2-2"),
        ((1.0, 12.0), (3.0, 14.0)),
        "two outputs",
    ),
    Example("NEURON_FORWARD", (True, ((2.0, False),)), ((2.0,),), "TRUE is 1, FALSE is 0"),
    Example("NEURON_FORWARD", (1e300, ((1e300, 0.0),)), ((NUM,),), "overflow"),
    Example(
        "NEURON_FORWARD", (((1.0,), (NUM,), (3.0,)), ((2.0, 0.0),)), ((2.0,), (NUM,), (6.0,)), "an error cell"
    ),
    Example(
        "NEURON_FORWARD", (-1000.0, ((1.0, 0.0),), "sigmoid"), ((0.0,),), "nothing overflows in a sigmoid"
    ),
    Example(
        "NEURON_FORWARD",
        (14.0, ((1.0, 1.0, 1.0),), "1-1relu-1"),
        message("NEURON_FORWARD: weights: 3 values, but network 1-1relu-1 has 4"),
        "wrong number of weights",
    ),
    Example(
        "NEURON_FORWARD",
        (((1.0,), (2.0,)), ((1.0, 1.0),) * 3),
        message("NEURON_FORWARD: weights: 3 rows, but inputs has 2"),
        "wrong number of rows",
    ),
    Example(
        "NEURON_FORWARD",
        (((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)), ((1.0, 1.0),)),
        message("NEURON_FORWARD: inputs: 3 columns, but network 1-1 has 1 input"),
        "wrong number of inputs",
    ),
    Example(
        "NEURON_FORWARD",
        (14.0, 1.0),
        message("NEURON_FORWARD: weights: 1 value, but a neuron has 2 or more: one per input, then the bias"),
        "a bias is missing",
    ),
    Example(
        "NEURON_FORWARD",
        (None, ((1.0, 1.0),)),
        message("NEURON_FORWARD: inputs: a blank cell, expected a number"),
        "blank input",
    ),
    Example(
        "NEURON_FORWARD",
        (14.0, ((1.0, None),)),
        message("NEURON_FORWARD: weights: a blank cell in row 1, column 2, expected a number"),
        "blank weight",
    ),
    Example(
        "NEURON_FORWARD",
        (((1.0,), ("two",)), ((1.0, 1.0),)),
        message("NEURON_FORWARD: inputs: 'two' in row 2, column 1 is not a number"),
        "text among the inputs",
    ),
    Example(
        "NEURON_FORWARD",
        ("14", ((1.0, 1.0),)),
        message("NEURON_FORWARD: inputs: '14' is not a number"),
        "a number stored as text",
    ),
    Example("NEURON_FORWARD", (14.0,), message("NEURON_FORWARD: weights: missing"), "no weights"),
    Example(
        "NEURON_FORWARD",
        (14.0, ((1.0, 1.0),), "relo"),
        message(
            "NEURON_FORWARD: network: unknown activation 'relo' "
            "(known: none, relu, leaky_relu, sigmoid, tanh, softplus, gelu)"
        ),
        "unknown activation",
    ),
    Example(
        "NEURON_FORWARD",
        (14.0, ((1.0, 1.0),), 45658.0),
        message(
            "NEURON_FORWARD: network: 45658.0 is not a text "
            "(before 1-1 type an apostrophe, or the cell makes a date of it)"
        ),
        "1-1 that became a date",
    ),
    Example(
        "NEURON_FORWARD",
        (14.0, ((1.0, 1.0),), "1"),
        message("NEURON_FORWARD: network: '1' needs its number of inputs first, as in 1-1relu-1"),
        "a layer without inputs",
    ),
    # NUM_DERIV: E = (x*a + b - y)^2, moved by h: (42.86^2 - 43^2) / 0.01 and (42.99^2 - 43^2) / 0.01
    Example("NUM_DERIV", (14.0, 58.0, ((1.0, 1.0),)), ((-1202.04, -85.99),), "row 1 of the first experiment"),
    Example(
        "NUM_DERIV",
        (14.0, 58.0, ONES, "1-1relu-1"),
        ((-1174.04, -83.99, -1257.75, -83.99),),
        "row 1 of the second and third experiment",
    ),
    Example(
        "NUM_DERIV", (14.0, 58.0, ((1.0, 1.0),), MISSING, 1.0), ((-1008.0, -85.0),), "h = 1: 29^2 - 43^2"
    ),
    Example(
        "NUM_DERIV",
        (14.0, 58.0, ((1.0, 1.0),), None, None, "central"),
        ((-1204.0, -86.0),),
        "central differences are exact for a square",
    ),
    Example(
        "NUM_DERIV",
        (((14.0, 0.0),), ((58.0, 1.0),), ((1.0, 1.0),)),
        ((-1202.04, -85.99), (0.0, 0.01)),
        "inputs and targets in rows: one row per datapoint",
    ),
    Example(
        "NUM_DERIV",
        (((1.0,), (2.0,)), 58.0, ((1.0, 1.0),)),
        message("NUM_DERIV: target: 1 value, but inputs has 2 rows"),
        "a target is missing",
    ),
    Example(
        "NUM_DERIV",
        (14.0, 58.0, ((1.0, 1.0),), "none", 0.0),
        message("NUM_DERIV: h: 0, but the estimate divides by it"),
        "h = 0",
    ),
    Example(
        "NUM_DERIV",
        (14.0, 58.0, ((1.0, 1.0),), "none", 0.01, "backward"),
        message("NUM_DERIV: method: unknown method 'backward' (known: forward, central)"),
        "unknown method",
    ),
    # NEURON_GRAD: dE/dprediction is 2 * (prediction - y); times x and 1, and c for the first of two neurons
    Example("NEURON_GRAD", (14.0, 58.0, ((1.0, 1.0),)), ((-1204.0, -86.0),), "one neuron"),
    Example(
        "NEURON_GRAD",
        (5.0, 30.0, ((2.0, 1.0, 3.0, 4.0),), "1-1relu-1"),
        ((210.0, 42.0, 154.0, 14.0),),
        "two neurons",
    ),
    Example(
        "NEURON_GRAD",
        (-5.0, 30.0, ((2.0, 1.0, 3.0, 4.0),), "1-1relu-1"),
        ((0.0, 0.0, 0.0, -52.0),),
        "a ReLU that is off: only d gets a derivative",
    ),
    Example(
        "NEURON_GRAD", (5.0, 30.0, ((1.0, -5.0),), "relu"), ((0.0, 0.0),), "the ReLU's derivative at 0 is 0"
    ),
    Example(
        "NEURON_GRAD",
        (((14.0,), (NUM,)), ((58.0,), (58.0,)), ((1.0, 1.0),)),
        ((-1204.0, -86.0), (NUM, NUM)),
        "an error cell stays in its row",
    ),
    # SGD_STEP
    Example(
        "SGD_STEP",
        (((1.0, 1.0),), ((-1202.04, -85.99),)),
        ((1.120204, 1.008599),),
        "the default learning rate",
    ),
    Example("SGD_STEP", (((1.0,), (1.0,)), ((2.0, 4.0),), 0.25), ((0.5,), (0.0,)), "in the shape of weights"),
    Example("SGD_STEP", (1.0, 4.0, 0.25), ((0.0,),), "single cells"),
    Example(
        "SGD_STEP",
        (((1.0, 1.0),), ((1.0, 1.0, 1.0),)),
        message("SGD_STEP: grads: 1 x 3 cells, but weights has 1 x 2"),
        "wrong number of derivatives",
    ),
    Example(
        "SGD_STEP",
        (1.0, 1.0, "fast"),
        message("SGD_STEP: learning_rate: 'fast' is not a number"),
        "a learning rate in words",
    ),
    Example(
        "SGD_STEP",
        (1.0, 1.0, ((0.1, 0.2),)),
        message("SGD_STEP: learning_rate: a range of 1 x 2 cells, expected one number"),
        "a range of learning rates",
    ),
    # AVERAGE_GRAD and AVERAGE_SQR_GRAD: fastai's tests
    Example("AVERAGE_GRAD", (((4.0, 5.0, 6.0),), None, 0.9), ((4.0, 5.0, 6.0),), "step 1, no dampening"),
    Example(
        "AVERAGE_GRAD", (((4.0, 5.0, 6.0),), ((4.0, 5.0, 6.0),)), ((7.6, 9.5, 11.4),), "step 2: 1.9 * grad"
    ),
    Example(
        "AVERAGE_GRAD", (((4.0, 5.0, 6.0),), MISSING, 0.9, True), ((0.4, 0.5, 0.6),), "step 1, with dampening"
    ),
    Example(
        "AVERAGE_GRAD",
        (((4.0, 5.0, 6.0),), ((0.4, 0.5, 0.6),), 0.9, 1.0),
        ((0.76, 0.95, 1.14),),
        "step 2, with dampening: 0.19 * grad",
    ),
    Example("AVERAGE_GRAD", (2.0, ((None,),)), ((2.0,),), "a blank range is no momentum yet"),
    Example(
        "AVERAGE_GRAD",
        (1.0, 0.0, 0.9, "yes"),
        message("AVERAGE_GRAD: dampening: 'yes' is not TRUE or FALSE"),
        "text for TRUE or FALSE",
    ),
    Example("AVERAGE_SQR_GRAD", (10.0,), ((1.0,),), "a hundredth of the square"),
    Example("AVERAGE_SQR_GRAD", (10.0, 200.0), ((199.0,),), "0.99 * 200 + 0.01 * 100"),
    Example("AVERAGE_SQR_GRAD", (3.0, 16.0, 1.0, False), ((25.0,),), "Adagrad's sum of squares"),
    # The steppers that divide by a root
    Example("ADAGRAD_STEP", (1.0, 2.0, 16.0, 0.5, 0.0), ((0.75,),), "1 - 0.5 * 2 / 4"),
    Example("ADAGRAD_STEP", (1.0, 0.0, 0.0), ((1.0,),), "eps keeps a derivative of 0 from dividing by 0"),
    Example("ADAGRAD_STEP", (1.0, 0.0, 0.0, 0.01, 0.0), ((NUM,),), "0 / 0 without eps"),
    Example("RMS_PROP_STEP", (1.0, 2.0, 16.0, 0.5, 1.0), ((0.8,),), "1 - 0.5 * 2 / (4 + 1)"),
    Example(
        "RMS_PROP_STEP",
        (((1.0, 2.0),), ((2.0, 0.0),), ((4.0, -1.0),), 0.5, 0.0),
        ((0.5, NUM),),
        "the root of a negative number",
    ),
    Example("ADAM_STEP", (1.0, 3.0, 3.0, 2.0, 0.5, 0.5, 0.5, 0.0), ((0.0,),), "1 - 0.5 * 4 / root of 4"),
    Example(
        "ADAM_STEP",
        (0.0, 0.1, 0.01, 1.0, 0.5, None, None, 0.0),
        ((-0.5,),),
        "the first step is the learning rate",
    ),
    Example(
        "ADAM_STEP",
        (1.0, 1.0, 1.0, 0.0),
        message("ADAM_STEP: step_number: 0, but the first step is 1"),
        "step 0",
    ),
    Example(
        "ADAM_STEP",
        (1.0, 1.0, 1.0, 1.5),
        message("ADAM_STEP: step_number: 1.5 is not a whole number"),
        "half a step",
    ),
    # SMOOTH
    Example(
        "SMOOTH",
        (((1.0,), (1.0,), (0.0,)),),
        ((0.1,), (0.19,), (0.171,)),
        "a column, each value from the one before",
    ),
    Example("SMOOTH", (((1.0, 1.0, 1.0),), 0.5, False), ((1.0, 1.5, 1.75),), "a row, not dampened"),
    Example("SMOOTH", (4.0, 0.75, None, 8.0), ((7.0,),), "0.75 * 8 + 0.25 * 4"),
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
        (1.0, 1.0, None, None, None, None, "adamw"),
        message(
            "SGD_TRAIN: optimizer: unknown optimizer 'adamw' "
            "(known: sgd, momentum, dampened_momentum, adagrad, rms_prop, adam)"
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
