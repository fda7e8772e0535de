"""The training's health: what exploded, what is frozen, the loss before and after, in one live sentence."""

from __future__ import annotations

from collections.abc import Iterator

from xlneuron.books.any_network.request import Request
from xlneuron.books.lessons.parts import HELPERS
from xlneuron.books.verdict import EXPLODED, in_words, progress, rates, text, verdict
from xlneuron.books.watch import EXPLODED_COLUMN, run_column, shown_column, sum_column
from xlneuron.engine import diagnosis, sentences
from xlneuron.networks.losses import is_right
from xlneuron.networks.plan import Plan, added, largest
from xlneuron.tables.model import Column, Output, group, helper

MANY = 50  # neurons that one cell counts
LARGE_NUMBER = 20  # of the data; derivatives are then so large that two decimals tell enough
RIGHT = "1 if the prediction is on the right side of 0.5, or its largest is the right class, else 0."
STILL = "How many neurons have been quiet for an epoch or longer."
LARGE_TARGET = 10  # squared errors are then so large that two decimals tell enough


def error_style(request: Request) -> str:
    """Return the style of errors: two decimals are too few for a cross-entropy, and for small targets."""
    largest_target = max(abs(target) for row in request.all_targets for target in row)
    return "error" if request.measure.rooted and largest_target > LARGE_TARGET else "fine error"


def gap_style(request: Request) -> str:
    """Return the style of the gaps between derivatives, which have as many decimals as these."""
    return "error" if request.largest_number > LARGE_NUMBER else "fine error"


def watch_columns(request: Request) -> tuple[Column, ...]:
    """Return the folded-away helper columns of the training that the health block counts with."""
    return group(
        HELPERS,
        *([right_column(request.plan)] if request.classifies else []),
        shown_column(error_style(request)),
        *sum_columns(request),
        EXPLODED_COLUMN,
        *(
            run_column(f"quiet{neuron.key}", f"iferror(d_{neuron.bias}, 1) == 0").says(
                f"For how many rows in a row the derivatives of {neuron.label} have been exactly 0."
            )
            for neuron in request.plan.neurons
        ),
        *(
            helper(
                name, added([f"(1 if quiet{each} >= n_rows else 0)" for each in keys]), STILL, style="flag"
            )
            for name, keys in _counted(request.plan)
        ),
    )


def sum_columns(request: Request) -> tuple[Column, ...]:
    """Return what adds up within an epoch: the errors and the right answers. The table has err and row."""
    sums = [sum_column("sum_err", "err", "The errors of this epoch so far, added up.")]
    if request.classifies:
        sums.append(sum_column("sum_right", "right", "The right answers of this epoch so far, counted."))
    return group(HELPERS, *sums)


def right_column(plan: Plan) -> Column:
    """Return the column that says whether the prediction is right."""
    (right,) = group(HELPERS, helper("right", is_right(plan), RIGHT, style="flag"))
    return right


def health(request: Request) -> Iterator[Output]:
    """Yield the results of the training sheet, from the tables train, before and after, and epochs."""
    measure, plan = request.measure, request.plan
    name = measure.over_data[:1].upper() + measure.over_data[1:]
    what = "Root of the mean squared error over the data" if measure.rooted else "Mean over the data"
    what += ", before training."
    yield from _verdict(request)
    yield Output(
        "exploded_row",
        "First exploded row",
        'iferror(match(1, train.exploded), "never")',
        "The first step whose error is over the limit below.",
        style="general",
    )
    frozen = added([f"last(train.{counter})" for counter, _ in _counted(plan)])
    yield Output(
        "frozen",
        "Frozen neurons",
        f"({frozen}) if end_loss > 0 else 0",
        "All their derivatives are exactly 0, for an epoch or longer.",
        style="general",
    )
    yield Output("start_loss", f"{name} before", over(measure.rooted, "average(before.err)"), what)
    yield Output(
        "end_loss",
        f"{name} after",
        f"iferror({over(measure.rooted, 'average(after.err)')}, 1E+300)",
        "The same after training, with the weights after the last step.",
    )
    if request.held is not None:
        yield Output(
            "held_loss",
            f"{name}, held back",
            "iferror(last(epochs.held), 1E+300)",
            "With the weights after the last step, over the data that was not trained on.",
        )
    if request.classifies:
        yield Output(
            "right_share",
            "Right answers after",
            "average(after.right)",
            "Of the data to train on, after training.",
            style="share",
        )
    yield Output(
        "suggestion",
        "A tenth of the rate",
        "learning_rate / 10",
        "What to try if it explodes.",
        style="general",
    )
    if request.derivatives == "both":
        yield Output(
            "largest_gap",
            "Largest gap est. - exact",
            "max(train.gap)",
            "Of an estimated derivative against the exact one.",
            style=gap_style(request),
        )
    yield Output(
        "n_rows", "Datapoints", "rows(data.nr)", "So many rows are one epoch.", style="general", detail=True
    )
    if request.held is not None:
        yield Output(
            "n_held",
            "Datapoints held back",
            "rows(held.nr)",
            "To validate with.",
            style="general",
            detail=True,
        )
    yield Output(
        "limit",
        "Exploded above",
        f"{diagnosis.EXPLODED} * {_largest_at_start(request)}",
        f"Ten times the largest error of the starting weights{' (or 1)' if request.classifies else ''}.",
        style=error_style(request),
        detail=True,
    )
    if len(plan.neurons) <= MANY:
        for neuron in plan.neurons:
            last = f"last(train.quiet{neuron.key})"
            since = f'(rows(train.err) - {last} + 1) if {last} >= n_rows else "never"'
            label = neuron.label[:1].upper() + neuron.label[1:]
            yield Output(
                f"frozen{neuron.key}",
                label,
                since,
                "Frozen since this row of the training.",
                style="general",
                detail=True,
            )


def over(rooted: bool, mean: str) -> str:
    """Return the loss over some data from the mean of its errors."""
    return f"sqrt({mean})" if rooted else mean


def _counted(plan: Plan) -> list[tuple[str, list[str]]]:
    """Return the columns that count frozen neurons, each with the neurons that it counts."""
    keys = [neuron.key for neuron in plan.neurons]
    groups = [keys[start : start + MANY] for start in range(0, len(keys), MANY)]
    return [(f"frozen_{number}", group) for number, group in enumerate(groups, 1)]


def _largest_at_start(request: Request) -> str:
    if request.classifies:  # a lucky start is no measure: half right, half wrong has 0.69
        return "max(max(before.err), 1)"
    targets = largest(
        [f"max(data.{y})" for y in request.plan.y] + [f"-min(data.{y})" for y in request.plan.y]
    )
    return f"(max(before.err) if max(before.err) > 0 else {targets}**2)"


def _verdict(request: Request) -> Iterator[Output]:
    """Yield the live sentence. A neuron of a larger network can be frozen while the others learn well."""
    count = len(request.plan.neurons)
    neurons = f"{count} neuron{'' if count == 1 else 's'}"
    frozen = f'join(frozen, " of {neurons} is frozen." if frozen == 1 else " of {neurons} are frozen.")'
    yield from verdict(
        [
            *EXPLODED,
            *progress(
                "start_loss",
                "end_loss",
                request.measure.over_data,
                all_well=sentences.NONE_FROZEN,
                still="said_still",
                frozen="said_frozen",
            ),
        ]
    )
    yield from rates()
    what = f"{request.measure.over_data} {{}}, in words"
    yield in_words("said_start", what.format("before"), _figure(request, "start_loss"))
    yield in_words("said_end", what.format("after"), _figure(request, "end_loss"))
    yield text("said_frozen", "Frozen neurons, in words", frozen, "As the sentence says it.")
    yield text(
        "said_still",
        "The same, within",
        'join(said_frozen, " ") if frozen > 0 else ""',
        "Nothing, if there are none.",
    )


def _figure(request: Request, loss: str) -> str:
    """Return the expression of a loss as a text, with enough digits to see it fall."""
    fine = f'(format({loss}, "0.0000") if {loss} >= 0.01 else format({loss}, "0.000000"))'
    return f'(format({loss}, "0.00") if start_loss >= 10 else {fine})' if request.measure.rooted else fine
