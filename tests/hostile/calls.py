"""Random calls of the worksheet functions, by seed: a cell comes back, in time, with a short message.

python -m tests.hostile.calls [CALLS] [SEED]
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.call import LONGEST_MESSAGE, call
from xlneuron.functions.cells import CellError
from xlneuron.functions.signature import MISSING

SECONDS = 10.0
SINGLE: tuple[Any, ...] = (
    *(
        0.0,
        1.0,
        -1.0,
        0.01,
        1e308,
        -1e308,
        5e-324,
        1e15,
        float("inf"),
        float("nan"),
        10**400,
        True,
        False,
        None,
    ),
    *(
        "",
        "sgd",
        "adam",
        "none",
        "1-1",
        "1-1relu-1",
        "2-3tanh-1",
        "1-" * 3000 + "1",
        "x" * 40_000,
        "\0",
        "\ud800",
    ),
    *(MISSING, *CellError),
)


def argument(drawn: random.Random) -> Any:
    """A cell, or a range of some size."""
    if drawn.random() < 0.4:
        return drawn.choice(SINGLE)
    height, width = (drawn.choice((1, 1, 2, 4, 29, 300)) for _ in range(2))
    if drawn.random() < 0.7:
        return tuple(tuple(drawn.gauss(0, 3) for _ in range(width)) for _ in range(height))
    return tuple(tuple(drawn.choice(SINGLE) for _ in range(width)) for _ in range(height))


def main(calls: int, seed: int) -> int:
    """Call; return how often something did not hold."""
    drawn = random.Random(seed)
    wrong, longest, slowest = 0, 0, 0.0
    for number in range(calls):
        function = drawn.choice(list(FUNCTIONS.values()))
        args = [argument(drawn) for _ in range(drawn.randrange(len(function.arguments) + 2))]
        begun = time.process_time()
        try:
            cells = call(function, args)
            message = cells[0][0] if isinstance(cells[0][0], str) else ""
            problem = "a bug" if "a bug in xlneuron" in message else ""
        except Exception as error:
            message, problem = "", f"{type(error).__name__}: {error}"
        seconds = time.process_time() - begun
        longest, slowest = max(longest, len(message)), max(slowest, seconds)
        if problem or len(message) > LONGEST_MESSAGE or seconds > SECONDS:
            wrong += 1
            print(f"call {number} of seed {seed}: {function.name}: {problem} {message[:200]} {seconds:.1f} s")
    print(
        f"{calls} calls, {wrong} wrong; the longest message {longest} characters, the slowest {slowest:.1f} s"
    )
    return wrong


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(bool(main(*(given + [100_000, 16][len(given) :]))))
