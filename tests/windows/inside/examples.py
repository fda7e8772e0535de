"""Every worked example through xlwings' real COM server: a line for each that differs, and what came back."""

from __future__ import annotations

import math
import sys
from collections import Counter
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))  # last: xlneuron is the one that is installed

from com import ComError, served

from tests.examples import EXAMPLES
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.cells import CellError
from xlneuron.functions.signature import MISSING

# xlwings makes a blank cell of whatever is left out. (Excel itself answers #VALUE! where it must be given.)
BLANK = {"no weights": (("NEURON_FORWARD: weights: a blank cell, expected a number",),)}


def rows(found: object) -> tuple[tuple[object, ...], ...]:
    if isinstance(found, tuple):
        return found
    return (tuple(found),) if isinstance(found, list) else ((found,),)


def same(cell: object, expected: object) -> bool:
    if isinstance(expected, CellError):
        return cell == expected.value
    if isinstance(expected, float):
        return isinstance(cell, float) and math.isclose(cell, expected, rel_tol=1e-12, abs_tol=1e-300)
    return cell == expected and type(cell) is type(expected)


def main() -> int:
    kinds: Counter[str] = Counter()
    wrong = 0
    with served() as server:
        for example in EXAMPLES:
            left_out = [MISSING] * (len(FUNCTIONS[example.function].arguments) - len(example.args))
            try:
                found = server.udf(example.function, *example.args, *left_out)
            except ComError as error:
                found = error
            kinds[type(found).__name__] += 1
            got, expected = rows(found), BLANK.get(example.note, example.expected)
            shapes = [len(row) for row in got] == [len(row) for row in expected]
            if not shapes or not all(
                same(cell, wanted)
                for row, line in zip(got, expected, strict=True)
                for cell, wanted in zip(row, line, strict=True)
            ):
                wrong += 1
                print("DIFFERS", example.function, "|", example.note, "|", ascii(found)[:200])
    print(f"{len(EXAMPLES)} examples, {wrong} differ; {dict(kinds)}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
