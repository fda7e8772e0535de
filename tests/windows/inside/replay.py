"""How long calls take through xlwings' COM server: those of a file, and as many that do nothing.

replay.py CALLS.json ROUNDS      both times, the medians of so many rounds, as JSON
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

from com import Server, served

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import MISSING

NOTHING = "nothing"  # the module beside this one, and its function


def sent(argument: object) -> object:
    """Return an argument as Excel sends it: a range as a tuple of rows."""
    return tuple(map(tuple, argument)) if isinstance(argument, list) else argument


def took(server: Server, module: str, calls: list[tuple[str, list[object]]]) -> float:
    """Return how long the calls took."""
    began = time.perf_counter()
    for function, arguments in calls:
        server.call("CallUDF", module, function, arguments)
    return time.perf_counter() - began


def main(path: str, rounds: int) -> None:
    """Measure both in turns."""
    calls = []
    for function, arguments in json.loads(Path(path).read_text("utf-8")):
        left_out = len(FUNCTIONS[function].arguments) - len(arguments)
        calls.append((function, [*map(sent, arguments), *[MISSING] * left_out]))
    idle = [(NOTHING, arguments) for _, arguments in calls]
    with served() as server:
        server.call("Exec", f"import sys; sys.path.append({str(Path(__file__).parent)!r})")
        times = [(took(server, "xlneuron.udfs", calls), took(server, NOTHING, idle)) for _ in range(rounds)]
    print(json.dumps([median(ours for ours, _ in times), median(nothing for _, nothing in times)]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
