"""The sheet Check of 08: a gradient check on every datapoint, of one neuron and of two with a ReLU."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.books.lessons.data_sheet import DATAPOINT
from xlneuron.books.lessons.models import NEURON, RELU, Model
from xlneuron.tables.model import (
    Chart,
    Column,
    Output,
    Series,
    Setting,
    Sheet,
    Table,
    gap_unless,
    group,
    helper,
)
from xlneuron.xlsx.styles import BLUE, ORANGE

WEIGHTS = {"a": 2.2, "b": 20.0, "c": 1.0, "d": 1.0}
LETTERS = {"forward": "f", "central": "m"}  # of the ways' columns


def check_sheet(h: float, rows: int) -> Sheet:
    """Return the sheet, with so many datapoints."""
    return Sheet(
        "check",
        "Check",
        "A gradient check on every datapoint",
        "sentence",
        settings=(
            Setting("h", "h", h, "How far a weight is moved."),
            Setting("tolerance", "Tolerance", 0.01).says(
                "An estimate may be off by this part of the derivative: 0.01 is 1 %."
            ),
            *(
                Setting(f"weight_{key}", f"Weight {key}", value).says(
                    "Of both models." if key in "ab" else "Of the model with ReLU."
                )
                for key, value in WEIGHTS.items()
            ),
        ),
        outputs=OUTPUTS,
        outputs_title="Datapoints that fail",
        tables=(Table("check", COLUMNS, rows),),
        charts=(CHART,),
        about="Exact and estimated derivatives of every weight for every datapoint: PASS or FAIL.",
    )


def _columns(key: str, model: Model) -> Iterator[Column]:
    """Yield a model's prediction, error, derivatives by every weight, and a verdict on each estimate."""
    cells = {weight: f"weight_{weight}" for weight in "abcd"}
    yield Column(f"{key}_pred", model.predict(**cells), "The prediction.", header="prediction", width=10)
    if model.relu:
        yield Column(f"{key}_z", "weight_a*x + weight_b", "The first neuron before the ReLU.", header="z")
        yield Column(f"{key}_act", f"max(0, {key}_z)", "The ReLU of it.", header="relu(z)")
    yield Column(f"{key}_err", f"({key}_pred - y)**2", "The squared error.", header="error", style="error")
    for weight in model.weights:
        yield from _derivatives(key, model, weight, cells)
    for way, letter in LETTERS.items():
        gaps = [f"abs({key}_{letter}_{w} - {key}_e_{w})/max(abs({key}_e_{w}), 1e-6)" for w in model.weights]
        off = f"{key}_{way}_off"
        yield Column(off, f"max({', '.join(gaps)})", header=f"{way} off by", style="small").says(
            "The worst of the weights, as a part of its derivative."
        )
        yield Column(
            f"{key}_{way}", f'"PASS" if {off} <= tolerance else "FAIL"', header=way, style="verdict"
        ).says("PASS if no weight is off by more than the tolerance.")


def _derivatives(key: str, model: Model, weight: str, cells: dict[str, str]) -> Iterator[Column]:
    """Yield the derivative by a weight: exact, forward and central."""
    names = {"pred": f"{key}_pred", "z": f"{key}_z", "act": f"{key}_act", "c": "weight_c"}
    forward, central = (model.estimated(weight, way, f"{key}_err", **cells) for way in ("forward", "central"))
    by = f"de/d{weight}"
    yield Column(
        f"{key}_e_{weight}", model.exact(weight, **names), header=f"exact {by}", style="derivative"
    ).says(f"Exact derivative by {weight}.")
    yield Column(f"{key}_f_{weight}", forward, header=f"forward {by}", style="derivative").says(
        f"Forward estimate of the derivative by {weight}."
    )
    yield Column(f"{key}_m_{weight}", central, header=f"central {by}", style="derivative").says(
        f"Central estimate of the derivative by {weight}."
    )


def _shown(key: str) -> Column:
    off = f"{key}_forward_off"
    return helper(f"{key}_shown", gap_unless(f"{off} > 1e-13", off), "For the chart.", style="small")


COLUMNS = (
    *group("Which datapoint", *DATAPOINT),
    *group("One neuron, a*x + b", *_columns("line", NEURON)),
    *group("Helpers of the chart", _shown("line")),
    *group("Two neurons with a ReLU, c*max(0, a*x + b) + d", *_columns("relu", RELU)),
    *group("Helpers of the chart", _shown("relu")),
)
SENTENCE = """(
    "Careful: an estimate is an error value, so nothing is checked. Try another h."
    if iferror(worst, -1) < 0 else
    "PASS: every estimate is within the tolerance on every datapoint."
    if line_forward + line_central + relu_forward + relu_central == 0 else
    join("Careful: of ", rows(check.x), " datapoints the forward estimate fails on ", line_forward,
         " with one neuron and on ", relu_forward, " with the ReLU; at worst it is off by ",
         format(100*worst, "0"), " %. The central one fails on ", line_central + relu_central, ".")
)"""
OUTPUTS = (
    Output("sentence", "", SENTENCE, style="text"),
    *(
        Output(
            f"{key}_{way}", f"{text}, {way}", f'count_if(check.{key}_{way}, "FAIL")', style="general"
        ).says("Off by more than the tolerance.")
        for key, text in (("line", "One neuron"), ("relu", "With ReLU"))
        for way in LETTERS
    ),
    Output(
        "worst",
        "Worst forward estimate",
        "max(max(check.line_forward_off), max(check.relu_forward_off))",
        "As a part of the derivative: 1 is 100 %.",
        style="short",
    ),
)
CHART = Chart(
    "Forward is off most where the error is small (no dot: exact to 13 digits)",
    "squared error (log scale)",
    "relative error (log scale)",
    (
        Series("check", "line_err", "line_shown", "one neuron", BLUE, marker=True),
        Series("check", "relu_err", "relu_shown", "with ReLU", ORANGE, marker=True),
    ),
    log_x=True,
    log_y=True,
)
