"""Worked calls of the worksheet functions: plain data that every way of calling them has to reproduce.

An argument is one cell or a range (rows of cells); None is a blank cell, MISSING an argument left out. What
is expected is rows of cells, numbers to a relative 1e-9. The numbers were worked out by hand or are those of
the experiments; a comment or the note says how, where it is not plain from the arguments.
"""

from __future__ import annotations

from tests.examples.example import Example, Range
from tests.examples.networks import NETWORKS
from tests.examples.steps import STEPS
from tests.examples.training import TRAINING

__all__ = ["EXAMPLES", "Example", "Range"]

EXAMPLES: tuple[Example, ...] = (*NETWORKS, *STEPS, *TRAINING)
