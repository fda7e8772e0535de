"""Calls that Hypothesis makes through xlwings' real COM server: a value or a line comes back, and it stays.

random_calls.py NUMBER
"""

from __future__ import annotations

import math
import sys
from datetime import datetime

from com import Money, Server, served
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.cells import CellError
from xlneuron.functions.signature import MISSING

NUMBERS = st.floats(-3, 3)
CELLS = st.one_of(
    NUMBERS,
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
    st.just(MISSING),
    st.booleans(),
    st.sampled_from(CellError),
    st.text(max_size=5),
    st.sampled_from(["relu", "1-1relu-1", "2-3tanh-1", "central", "exact", "adam", "1-1", "#NUM!"]),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)),
    st.floats(-9e8, 9e8).map(Money),
)


def ranges(cells: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    sizes = st.tuples(st.integers(1, 4), st.integers(1, 4))
    return sizes.flatmap(lambda size: st.tuples(*[st.tuples(*[cells] * size[1])] * size[0]))


ARGUMENTS = st.one_of(CELLS, ranges(NUMBERS), ranges(CELLS))
CALLS = st.sampled_from(sorted(FUNCTIONS)).flatmap(
    lambda name: st.tuples(st.just(name), *[ARGUMENTS] * len(FUNCTIONS[name].arguments))
)


def check(found: object) -> None:
    rows = found if isinstance(found, tuple) else [found if isinstance(found, list) else [found]]
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert isinstance(cell, float | str), repr(cell)
        assert not isinstance(cell, float) or math.isfinite(cell)
        assert not isinstance(cell, str) or (cell and "\n" not in cell and "a bug in xlneuron" not in cell), (
            cell
        )


def main(number: int) -> None:
    done = 0
    with served() as server:

        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(CALLS)
        def one(call: tuple[object, ...]) -> None:
            nonlocal done
            name, *arguments = call
            assert isinstance(name, str)
            check(server.udf(name, *arguments))
            done += 1

        one()
        assert isinstance(server, Server)
        assert server.udf("SGD_STEP", 1.0, 4.0, 0.25) == 0.0
    print(f"{done} calls, and the server is still there")


if __name__ == "__main__":
    main(int(sys.argv[1]))
