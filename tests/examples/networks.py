"""Calls about a network: its prediction, its derivatives estimated and exact."""

from __future__ import annotations

from tests.examples.example import NUM, ONES, Example, message
from xlneuron.functions.signature import MISSING

NETWORKS: tuple[Example, ...] = (
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
    Example("NEURON_FORWARD", (-2.0, ((1.0, 0.0),), "silu"), ((-0.2384058440442351,),), "SiLU"),
    Example("NEURON_FORWARD", (-2.0, ((1.0, 0.0),), "elu"), ((-0.8646647167633873,),), "ELU"),
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
            "(known: none, relu, leaky_relu, sigmoid, tanh, softplus, gelu, silu, elu)"
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
)
