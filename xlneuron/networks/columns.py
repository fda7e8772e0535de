"""The columns of a row: its datapoint, the weights, and everything from the inputs to the error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from xlneuron.networks.activations import inner_cells, value, words
from xlneuron.networks.losses import TOP, TOTAL, Loss, error, grown, is_softmax
from xlneuron.networks.plan import Neuron, Plan, added, largest
from xlneuron.tables.model import Column, filled
from xlneuron.xlsx.styles import ERRORS, STYLES

LARGE = 24  # weights; of a larger network only what matters most is shown, the rest is folded away
DATAPOINT, WEIGHTS = "Which datapoint", "Weights"
LETTER, MARGIN = 0.75, 2.0  # of a group's label, as parts of a column's width


@dataclass(frozen=True)
class Source:
    """Where a row finds its datapoint: the tables of inputs and targets, and what columns are called."""

    inputs: str
    targets: str
    input_names: Sequence[str]
    target_names: Sequence[str]
    scaled: bool


def counters(n_rows: str = "n_rows") -> tuple[Column, ...]:
    """Return the columns epoch and row: every datapoint once, then again."""
    return (
        Column(
            "epoch",
            f"prev.epoch + 1 if prev.row == {n_rows} else prev.epoch",
            "One epoch: every datapoint once.",
            "1",
            style="integer",
            group=DATAPOINT,
        ),
        row_column(f"1 if prev.row == {n_rows} else prev.row + 1"),
    )


def row_column(expr: str = "prev.row + 1", group: str = DATAPOINT) -> Column:
    """Return the column that says which datapoint a row is about."""
    note = "Which row of the Data sheet this is about."
    return Column("row", expr, note, "1", style="integer", group=group)


def datapoint_columns(plan: Plan, source: Source) -> Iterator[Column]:
    """Yield the inputs and the targets, looked up on the Data sheet."""
    scaled = ", scaled" if source.scaled else ""
    style = "number" if source.scaled else "data"
    for key, name in zip(plan.x, source.input_names, strict=True):
        yield Column(
            key,
            f"index({source.inputs}.{key}, row)",
            f"Input {name}{scaled}, from the Data sheet.",
            header=f"{name}{scaled}",
            style=style,
            group=DATAPOINT,
            width=width(name, 9 if scaled else 7),
        )
    for key, name in zip(plan.y, source.target_names, strict=True):
        yield Column(
            key,
            f"index({source.targets}.{key}, row)",
            f"Target {name}, from the Data sheet.",
            header=name,
            style="data",
            group=DATAPOINT,
            width=width(name),
        )


def weight_columns(
    plan: Plan, expr: str, note: str, first: str | None = None, *, detail: bool = False
) -> Iterator[Column]:
    """Yield a column for each weight. `expr` and `first` have {name} and {place} (from 1) for it."""
    for place, name in enumerate(plan.weights, 1):
        fields = {"name": name, "place": place}
        yield Column(
            name,
            expr.format(**fields),
            note.format(**fields),
            first.format(**fields) if first else None,
            group=WEIGHTS,
            detail=detail,
        )


def forward_columns(plan: Plan, names: Sequence[str], *, fold: bool) -> Iterator[Column]:
    """Yield sums and outputs, layer by layer, to the predictions of the targets with these names,
    the last ones.

    With `fold` all but the predictions is detail.
    """
    large = plan.network.n_weights > LARGE
    for layer in plan.layers:
        last = plan.is_output(layer[0])
        group = f"Layer {layer[0].layer}: {layer[0].activation}"
        detail = fold or (large and layer[0].z != layer[0].h)
        # The label of a group that begins with what is folded away would not be seen.
        inside = f"Inside layer {layer[0].layer}" if detail and not fold else group
        if layer[0].z != layer[0].h:
            for neuron in layer:
                yield Column(
                    neuron.z,
                    neuron.sum,
                    f"The weighted sum of {neuron.label}: inputs times weights, plus bias.",
                    group=inside,
                    detail=detail,
                )
        for cells in zip(*(inner_cells(neuron) for neuron in layer), strict=True):
            for cell in cells:
                note = f"{cell.words[:1].upper()}{cell.words[1:]}."
                yield Column(cell.name, cell.expr, note, group=inside, detail=detail)
        if last and is_softmax(plan):
            yield from _softmax_columns(plan, group, fold=fold)
        for neuron in layer:
            column = Column(
                neuron.h,
                _output(neuron),
                _output_note(neuron),
                group="Prediction" if last else group,
                detail=fold and not last,
            )
            yield _prediction(plan, column, names[neuron.number - 1]) if last else column


def predicted_columns(plan: Plan, names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns to the predictions of the targets with these names, all but these folded away.

    One call fills the predictions in the dialects with functions, which know no softmax.
    """
    columns = tuple(forward_columns(plan, names, fold=True))
    if is_softmax(plan):
        return columns
    hidden, predictions = columns[: -len(names)], columns[-len(names) :]
    call = f'NEURON_FORWARD({span(plan.x)}, {span(plan.weights)}, "{plan.network.text}")'
    return (*hidden, *filled(predictions, call))


def error_column(plan: Plan, loss: Loss, style: str) -> Column:
    """Return the column of the error. Where its style is `error`, larger ones are darker."""
    several = ", added up over the outputs" if len(plan.y) > 1 and not is_softmax(plan) else ""
    darker = " Darker is larger." if style in ERRORS else ""
    return Column(
        "err",
        error(plan, loss),
        f"{loss.note}{several}.{darker}",
        header=loss.error,
        style=style,
        group="Error",
        width=10.5,
    )


def span(names: Sequence[str]) -> str:
    """Return neighbouring columns as one argument of a worksheet function."""
    return names[0] if len(names) == 1 else f"span({names[0]}, {names[-1]})"


def column_width(column: Column) -> float:
    """Return how wide a column is when it is shown."""
    return column.width or STYLES[column.style].width


def label_width(label: str) -> float:
    """Return how wide a group has to be for its label."""
    return LETTER * len(label) + MARGIN


def labelled(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return a table's columns, wide enough for their groups' labels, which the next one would cut off.

    What is folded away has no width.
    """
    made: list[Column] = []
    for label, group in groupby(columns, key=lambda column: column.group):
        run = list(group)
        shown = [place for place, column in enumerate(run) if not column.detail]
        widths = [column_width(run[place]) for place in shown]
        missing = label_width(label) - sum(widths)
        if shown and missing > 0:
            run[shown[0]] = replace(run[shown[0]], width=widths[0] + missing)
        made += run
    return tuple(made)


def width(name: str, least: float = 7) -> float:
    """Return a column's width for a name that people gave."""
    return max(least, min(len(max(name.split() or [""], key=len)) + 2, 20))


def _output(neuron: Neuron) -> str:
    if neuron.z == neuron.h:
        return neuron.sum
    if neuron.activation == "softmax":
        return f"{grown(neuron)}/{TOTAL}"
    return value(neuron)


def _output_note(neuron: Neuron) -> str:
    what = "The prediction" if neuron.h.startswith("pred") else f"What {neuron.label} hands on"
    how = "inputs times weights, plus bias"
    if neuron.z != neuron.h:
        how = f"{neuron.activation}, {words(neuron.activation)}"
    return f"{what}: {how}."


def _prediction(plan: Plan, column: Column, name: str) -> Column:
    header = f"prediction, {name}" if len(plan.pred) > 1 else "prediction"
    return replace(column, header=header, width=width(name, 10.5))


def _softmax_columns(plan: Plan, group: str, *, fold: bool) -> Iterator[Column]:
    top = largest([neuron.z for neuron in plan.outputs])
    yield Column(TOP, top, "The largest of the outputs' sums.", group=group, detail=fold)
    for neuron in plan.outputs:
        yield Column(
            grown(neuron),
            f"exp({neuron.z} - {TOP})",
            f"e to the power of {neuron.z}, less the largest: never too large for a cell.",
            group=group,
            detail=fold,
        )
    total = added([grown(neuron) for neuron in plan.outputs])
    yield Column(TOTAL, total, "What these add up to.", group=group, detail=fold)
