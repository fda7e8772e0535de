"""A verdict in steps that can be read and tested one by one: each case is a result, below the charts.

The first case that is so speaks, and the live sentence is what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlneuron.engine import sentences
from xlneuron.engine.diagnosis import HARDLY
from xlneuron.tables.fill import joined
from xlneuron.tables.model import Output

RATE = "0.0##############"  # the number format of a learning rate in a sentence: all the digits it has


@dataclass(frozen=True)
class Case:
    """Something that may have become of a training: its name, when it is so, and what is said then."""

    key: str
    label: str
    test: str
    text: str


def verdict(cases: Sequence[Case]) -> Iterator[Output]:
    """Yield the live sentence and what it is made of. The last case is so if no other is."""
    says = [f"says_{case.key}" for case in cases]
    yield Output("sentence", "", f"join({', '.join(says)})")
    for place, case in enumerate(cases):
        before = says[0] if place == 1 else f"join({', '.join(says[:place])})"
        said = f'(({case.text}) if {case.test} else "")' if case.test else f"({case.text})"
        # One condition in the other: where a case is so, the tests of later ones may be errors.
        expr = f'"" if {before} != "" else {said}' if place else said
        yield text(says[place], f"If {case.label}", expr)


def text(key: str, label: str, expr: str, note: str = "") -> Output:
    """Return a part of the live sentence. Without a note a long one has room to be read."""
    return Output(key, label, expr, note, style="text", detail=True)


def rates() -> Iterator[Output]:
    """Yield the learning rates that a sentence may suggest, as it writes them."""
    words = sentences.RATE.removesuffix("{rate}")
    for key, label, rate in (
        ("cure", "Shorter steps", "suggestion"),
        ("faster", "Longer steps", "10 * learning_rate"),
    ):
        yield text(key, label, f'join("{words}", format({rate}, "{RATE}"))')


def in_words(key: str, label: str, figure: str) -> Output:
    """Return a loss as the sentence writes it; of a training that exploded nobody needs all the digits."""
    return text(key, label, f'"" if isnumber(exploded_row) else {figure}', "With the digits that it needs.")


EXPLODED = (
    Case("too_large", "too large at once", "exploded_row == 1", f'"{sentences.TOO_LARGE}"'),
    Case(
        "exploded",
        "errors exploded",
        "isnumber(exploded_row)",
        joined(sentences.EXPLODED, before="exploded_row - 1", row="exploded_row", cure="cure"),
    ),
)


def progress(
    start: str, end: str, loss: str, *, all_well: str, still: str = "", frozen: str = ""
) -> Iterator[Case]:
    """Yield what may have become of the loss, whose results are `start` and `end`.

    `still` and `frozen` are results as well: what is said of frozen neurons when the loss does not fall, and
    when it does.
    """
    texts = {"loss": loss, "all_well": all_well} | ({} if still else {"still": ""})
    cells = {"start": "said_start", "end": "said_end", "cure": "cure", "faster": "faster"}
    cells |= {"still": still, "frozen": frozen}

    def case(key: str, label: str, test: str, template: str) -> Case:
        return Case(key, label, test, joined(template, texts, **cells))

    yield case("learned", "nothing is left to learn", f"{end} == 0", sentences.LEARNED)
    yield case("not_learning", "errors do not fall", f"{end} >= {start}", sentences.NOT_LEARNING)
    if frozen:
        yield case("but", "something is frozen", "frozen > 0", sentences.LEARNING_BUT)
    yield case("hardly", "errors hardly fall", f"{end} > {HARDLY} * {start}", sentences.HARDLY_LEARNING)
    yield case("learning", "none of that is so", "", sentences.LEARNING)
