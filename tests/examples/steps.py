"""Calls of the optimisers' parts: averages, steps, and a whole series."""

from __future__ import annotations

from tests.examples.example import NUM, Example, message
from xlneuron.functions.signature import MISSING

STEPS: tuple[Example, ...] = (
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
        (1.0, 3.0, 3.0, 2.0, 0.5, 0.5, 0.5, 0.0, 0.25),
        ((-0.125,),),
        "weight decay takes 0.5 * 0.25 of the weight, too",
    ),
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
)
