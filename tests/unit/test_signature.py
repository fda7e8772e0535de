"""The functions' records: everything that hosts derive from them, and what they cannot show."""

from __future__ import annotations

import inspect

import pytest

from xlneuron import functions
from xlneuron.engine.activations import ACTIVATIONS
from xlneuron.engine.array import Array
from xlneuron.engine.optimizers import OPTIMIZERS
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import CUT, MISSING, Kind, describe

# Words that VBA keeps for itself (statements, operators, types, modifiers), lower case.
VBA_WORDS = """
    abs addressof alias and any appactivate array as attribute base beep begin binary boolean byref byte
    byval call case cbool cbyte ccur cdate cdbl cdec chdir chdrive cint circle class clng close compare
    const csng cstr currency cvar cverr database date debug decimal declare defbool defbyte defcur
    defdate defdbl defdec defint deflng defobj defsng defstr defvar deletesetting dim do doevents double
    each else elseif empty end endif enum eqv erase error event exit explicit false fileattr filecopy
    fix for freefile friend function get global go gosub goto if imp implements in input inputb instr
    int integer is kill lbound len lenb let lib like line lineinput load local lock long loop lset me
    mid midb mkdir mod module name new next not nothing null object on open option optional or output
    paramarray preserve print private property pset public put raiseevent random randomize read redim
    rem reset resume return rmdir rset savesetting scale seek select sendkeys set setattr sgn shared
    single spc static step stop strcomp string sub tab then time timer to true type typeof ubound unload
    unlock until variant wend while width with withevents write xor
"""


def test_the_functions_of_the_design():
    assert [function.usage for function in FUNCTIONS.values()] == [
        'NEURON_FORWARD(inputs, weights, [network="none"])',
        'NUM_DERIV(inputs, target, weights, [network="none"], [h=0.01], [method="forward"])',
        'NEURON_GRAD(inputs, target, weights, [network="none"])',
        "SGD_STEP(weights, grads, [learning_rate=0.0001])",
        "AVERAGE_GRAD(grad, [grad_avg], [mom=0.9], [dampening=FALSE])",
        "AVERAGE_SQR_GRAD(grad, [sqr_avg], [sqr_mom=0.99], [dampening=TRUE])",
        "ADAGRAD_STEP(weights, grads, sqr_sum, [learning_rate=0.01], [eps=0.00000001])",
        "RMS_PROP_STEP(weights, grads, sqr_avg, [learning_rate=0.01], [eps=0.00000001])",
        "ADAM_STEP(weights, grad_avg, sqr_avg, step_number, [learning_rate=0.001], [mom=0.9], "
        "[sqr_mom=0.99], [eps=0.00000001], [wd=0])",
        "SMOOTH(series, [mom=0.9], [dampening=TRUE], [start=0])",
        'SGD_TRAIN(x, y, [weights], [network="none"], [learning_rate=0.0001], [epochs=1], [optimizer="sgd"], '
        "[mom=0.9])",
        'TRAIN_STEP(x, y, weights, [network="none"], [learning_rate=0.0001], [method="exact"], [h=0.01])',
        'DIAGNOSE(x, y, weights, [network="none"], [errors])',
    ]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_text_can_be_shown(function):
    assert function.description.endswith(".")
    for argument in function.arguments:
        assert argument.description.endswith(".")
        assert argument.name not in VBA_WORDS.split()
        assert argument.name.isidentifier()
    assert function.notes.startswith("Returns ")
    assert getattr(functions, function.name).__doc__ == function.implementation.__doc__
    assert list(inspect.signature(getattr(functions, function.name)).parameters) == [
        argument.name for argument in function.arguments
    ]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_in_short(function):
    """Whatever fits: the usage whole, then arguments one by one, the last one cut after a word."""
    arguments = " ".join(f"{argument.name}: {argument.text}" for argument in function.arguments)
    whole = f"{function.usage} {arguments}"
    for most in range(len(function.usage), len(whole) + 1):
        text = function.in_short(most)
        assert len(text) <= most
        assert text.startswith(function.usage)
        kept = text.removesuffix(CUT)
        assert f"{whole} ".startswith(f"{kept} ")
        assert not kept.endswith(tuple(f" {argument.name}:" for argument in function.arguments))
        assert kept != text or text in {function.usage, whole} or text.endswith(".")
    assert function.in_short(len(whole)) == whole
    assert function.in_short() == function.in_short(255)


def test_in_short_as_it_reads():
    assert FUNCTIONS["ADAM_STEP"].in_short() == (
        "ADAM_STEP(weights, grad_avg, sqr_avg, step_number, [learning_rate=0.001], [mom=0.9], "
        "[sqr_mom=0.99], [eps=0.00000001], [wd=0]) weights: The weights before the step. "
        "grad_avg: The average of the derivatives, this step's included: from AVERAGE_GRAD with ..."
    )


def test_texts_list_what_there_is():
    network = FUNCTIONS["NEURON_FORWARD"].arguments[2].text
    assert network.endswith(f"one neuron: {', '.join(ACTIVATIONS)}.")
    optimizer = next(
        argument for argument in FUNCTIONS["SGD_TRAIN"].arguments if argument.name == "optimizer"
    )
    *most, last = OPTIMIZERS
    assert optimizer.text.endswith(f"{', '.join(most)} or {last}.")


def test_a_record():
    def example(
        values: Array,
        count: int,
        rate: float = 0.5,
        state: Array | None = None,
        flag: bool = True,
        name: str = "sgd",
    ) -> Array:
        """Does something
        over two lines.

        values: The values.
        count: How many: 1,
            2 or 3.
        rate: The rate.
        state: The state.
        flag: The flag.
        name: The name.

        Returns values.

        Source: here.
        """
        return values

    function = describe(example)
    assert function.name == "example"
    assert function.description == "Does something over two lines."
    assert function.notes == "Returns values.\n\nSource: here."
    assert [(a.name, a.kind, a.default, a.optional) for a in function.arguments] == [
        ("values", Kind.RANGE, MISSING, False),
        ("count", Kind.INTEGER, MISSING, False),
        ("rate", Kind.NUMBER, 0.5, True),
        ("state", Kind.RANGE, None, True),
        ("flag", Kind.FLAG, True, True),
        ("name", Kind.TEXT, "sgd", True),
    ]
    assert [argument.description for argument in function.arguments] == [
        "The values.",
        "How many: 1, 2 or 3.",
        "The rate. Optional: 0.5.",
        "The state. Optional.",
        "The flag. Optional: TRUE.",
        'The name. Optional: "sgd".',
    ]
    assert function.usage == 'example(values, count, [rate=0.5], [state], [flag=TRUE], [name="sgd"])'


def documented(docstring):
    def function(x: float) -> float:
        return x

    function.__doc__ = docstring
    return function


@pytest.mark.parametrize(
    ("docstring", "problem"),
    [
        (None, "describes \\[\\], the arguments are \\['x'\\]"),
        ("Says.", "describes \\[\\], the arguments are \\['x'\\]"),
        ("Says.\n\ny: The value.", "describes \\['y'\\]"),
        ("Says.\n\nx: The value.\ny: Another.", "describes \\['x', 'y'\\]"),
        ("Says.\n\nx: " + "long" * 64, "256 characters, 1 to 255 fit"),
        ("Says " * 52 + ".\n\nx: The value.", "261 characters, 1 to 255 fit"),
        ("Says.\n\nx: The \u03c3.", "not plain ASCII"),
        ("\n\nx: The value.", "describes"),
    ],
)
def test_a_text_that_a_host_cannot_show_is_an_error(docstring, problem):
    with pytest.raises(ValueError, match=problem):
        describe(documented(docstring))


def test_an_argument_that_has_to_be_given_comes_first():
    def function(x: float = 1.0, *, y: float) -> float:
        """Says.

        x: The value.
        y: Another.
        """
        return x + y

    with pytest.raises(ValueError, match="follows an optional one"):
        describe(function)


def test_the_usage_fits_a_text():
    name = "x" * 250
    scope: dict = {}
    exec(f"def function({name}: float): ...", scope)
    scope["function"].__doc__ = f"Says.\n\n{name}: The value."
    with pytest.raises(ValueError, match="its usage has 260 characters, 255 fit"):
        describe(scope["function"])


def test_names_together_are_limited():
    names = [f"argument_number_{number}_of_twelve" for number in range(12)]
    docstring = "Says.\n\n" + "\n".join(f"{name}: The value." for name in names)
    scope: dict = {}
    exec(f"def function({', '.join(f'{name}: float' for name in names)}): ...", scope)
    scope["function"].__doc__ = docstring
    with pytest.raises(ValueError, match="too long together"):
        describe(scope["function"])
