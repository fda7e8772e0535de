"""`check --map`: a sheet that somebody made by hand, as the course's are."""

from __future__ import annotations

import openpyxl
import pytest

from xlneuron.errors import ArgumentError, XlneuronError
from xlneuron.living.mapped import check_mapped

COLUMNS = "x=A y=B a=D b=E pred=F err=G d_a=H d_b=I new_a=J new_b=K"
MAP = dict(pair.split("=") for pair in COLUMNS.split())
RATE = 0.0001
POINTS = [(14, 58), (86, 202), (28, 86), (51, 132)]


def sheet_values(epochs=2, a=1.0, b=1.0):
    """The rows of a training, each a dict of the columns."""
    rows = []
    for x, y in POINTS * epochs:
        pred = a * x + b
        slope = 2 * (pred - y)
        row = {"x": x, "y": y, "a": a, "b": b, "pred": pred, "err": (pred - y) ** 2}
        a, b = a - RATE * slope * x, b - RATE * slope
        rows.append({**row, "d_a": slope * x, "d_b": slope, "new_a": a, "new_b": b})
    return rows


def saved(tmp_path, rows, first=3):
    """A sheet of values only, below a title and a header."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "My training"
    for key, column in MAP.items():
        sheet[f"{column}{first - 1}"] = key
        for number, row in enumerate(rows, first):
            sheet[f"{column}{number}"] = row[key]
    book.save(tmp_path / "mine.xlsx")
    return tmp_path / "mine.xlsx"


def test_a_good_sheet_is_silent(tmp_path):
    report = check_mapped(saved(tmp_path, sheet_values()), MAP)
    assert report.problems == []
    assert report.notes == ["learning rate 0.0001, as most steps of a have it"]
    assert report.values > 60


@pytest.mark.parametrize("network", ["1-1", "1-1none"])
def test_a_good_sheet_with_its_learning_rate(network, tmp_path):
    report = check_mapped(saved(tmp_path, sheet_values()), MAP, network=network, learning_rate=RATE)
    assert (report.problems, report.notes) == ([], [])


def test_estimated_derivatives_are_good_too(tmp_path):
    rows = sheet_values(1)
    for row in rows[:1]:  # a single row, so that nothing follows from it
        error = lambda a, b, row=row: (a * row["x"] + b - row["y"]) ** 2  # noqa: E731
        row["d_a"] = (error(row["a"] + 0.01, row["b"]) - row["err"]) / 0.01
        row["d_b"] = (error(row["a"], row["b"] + 0.01) - row["err"]) / 0.01
    columns = {key: MAP[key] for key in ("x", "y", "a", "b", "pred", "err", "d_a", "d_b")}
    assert check_mapped(saved(tmp_path, rows[:1]), columns).problems == []
    (problem, _) = check_mapped(saved(tmp_path, rows[:1]), columns, h=0.5).problems
    assert problem.cell == "H3"


def spoiled(row, **changes):
    rows = sheet_values()
    rows[row] |= changes
    return rows


@pytest.mark.parametrize(
    ("rows", "cell", "reason"),
    [
        (spoiled(2, pred=5.0), "F5", "it is not the prediction with the weights of this row"),
        (spoiled(2, err=5.0), "G5", "it is not the squared error"),
        (spoiled(2, d_a=5.0), "H5", "it is not the exact derivative"),
        (spoiled(1, new_b=5.0), "E5", "it does not start with the new b of the row above"),
        (spoiled(7, new_a=5.0), "J10", "it is not a - 0.0001*d_a"),
    ],
)
def test_a_wrong_value(rows, cell, reason, tmp_path):
    problems = check_mapped(saved(tmp_path, rows), MAP, learning_rate=RATE).problems
    assert problems[0].cell == cell
    assert problems[0].why == reason


def test_a_lost_last_update(tmp_path):
    """The second epoch starts with the weights BEFORE the last step of the first."""
    rows = sheet_values(1)
    again = sheet_values(1, rows[-1]["a"], rows[-1]["b"])
    problems = check_mapped(saved(tmp_path, rows + again), MAP, learning_rate=RATE).problems
    assert [problem.cell for problem in problems] == ["D7", "E7"]
    assert problems[0].why == "it starts with the old a of the row above: that row's update is lost"


def formulas(tmp_path, **changes):
    """A sheet of formulas, without values; changes are cells and their formulas."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row, (x, y) in enumerate(POINTS * 2, 3):
        sheet[f"A{row}"], sheet[f"B{row}"] = x, y
        sheet[f"D{row}"], sheet[f"E{row}"] = (1, 1) if row == 3 else (f"=J{row - 1}", f"=K{row - 1}")
        sheet[f"F{row}"], sheet[f"G{row}"] = f"=D{row}*A{row}+E{row}", f"=(F{row}-B{row})^2"
        sheet[f"H{row}"], sheet[f"I{row}"] = f"=2*(F{row}-B{row})*A{row}", f"=2*(F{row}-B{row})"
        sheet[f"J{row}"], sheet[f"K{row}"] = f"=D{row}-$M$1*H{row}", f"=E{row}-$M$1*I{row}"
    sheet["M1"] = RATE
    for cell, text in changes.items():
        sheet[cell] = text
    book.save(tmp_path / "mine.xlsx")
    return tmp_path / "mine.xlsx"


def formula_problems(path):
    return [(each.cell, each.why) for each in check_mapped(path, MAP).problems if each.kind != "value"]


def test_formulas_like_their_columns(tmp_path):
    assert formula_problems(formulas(tmp_path)) == []


@pytest.mark.parametrize(
    ("cell", "text", "reason"),
    [
        ("F6", "=D6*A6-E6", "it has - where its column has +"),
        ("G8", "=(F8-B7)^2", "it refers to row 7 instead of row 8"),
        ("D7", "=D6", "it refers to D6 instead of J6"),
        ("H9", 5, "a value was typed over the formula"),
        ("K5", None, "the formula was deleted"),
    ],
)
def test_a_formula_that_is_not(tmp_path, cell, text, reason):
    assert (cell, reason) in formula_problems(formulas(tmp_path, **{cell: text}))


@pytest.mark.parametrize(
    ("columns", "options", "error"),
    [
        ({"x": "A", "y": "B"}, {}, ArgumentError),
        ({**MAP, "weight": "C"}, {}, ArgumentError),
        ({**MAP, "a": "7"}, {}, ArgumentError),
        (MAP, {"network": "1-x"}, ArgumentError),
        (MAP, {"network": "1-1relu-1"}, ArgumentError),
        (MAP, {"sheet": "Other"}, XlneuronError),
        ({**MAP, "x": "Z"}, {}, XlneuronError),
    ],
)
def test_what_cannot_be_mapped(tmp_path, columns, options, error):
    with pytest.raises(error):
        check_mapped(saved(tmp_path, sheet_values()), columns, **options)
