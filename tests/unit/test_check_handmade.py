"""`check --map`: a sheet that somebody made by hand, as the course's are."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest

from xlneuron.errors import ArgumentError, XlneuronError
from xlneuron.upkeep.check_handmade import check_mapped

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
    assert report.notes == ["learning rate 0.0001, as most steps have it"]
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
    with pytest.raises(
        XlneuronError, match=r"mine\.xlsx: the file holds no values .* save it in a spreadsheet"
    ):
        check_mapped(formulas(tmp_path), MAP)


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
        ({**MAP, "a": "XFE"}, {}, ArgumentError),
        ({**MAP, "b": "d"}, {}, ArgumentError),
        ({key: MAP[key] for key in "xyab"}, {}, ArgumentError),
    ],
)
def test_what_cannot_be_mapped(tmp_path, columns, options, error):
    with pytest.raises(error):
        check_mapped(saved(tmp_path, sheet_values()), columns, **options)


# Values that are no numbers


def followed(rows, start, *keys, error="#VALUE!"):
    """The rows with an error value in what is calculated from cells of row `start`."""
    for number, row in enumerate(rows[start:], start):
        for key in MAP:
            if key not in ("x", "y") and (number > start or key not in ("a", "b", *keys)):
                row[key] = error
    return rows


def problems(tmp_path, rows, columns=MAP, **options):
    return [str(each) for each in check_mapped(saved(tmp_path, rows), columns, **options).problems]


@pytest.mark.parametrize(
    ("start", "key", "value", "problem"),
    [
        (0, "a", "#DIV/0!", "Sheet!D3: expected a number, found #DIV/0!: a weight has to be one"),
        (3, "x", "abc", "Sheet!A6: expected a number, found 'abc': an input has to be one"),
        (0, "y", "abc", "Sheet!B3: expected a number, found 'abc': a target has to be one"),
        (7, "x", None, "Sheet!A10: expected a number, found no value: an input has to be one"),
        (2, "x", True, "Sheet!A5: expected a number, found TRUE: an input has to be one"),
        (4, "err", "#REF!", "Sheet!G7: expected 529, found #REF!: it is not the squared error"),
    ],
)
def test_what_is_no_number_is_named_and_not_what_follows_from_it(start, key, value, problem, tmp_path):
    rows = sheet_values()
    if key == "err":
        rows[start] |= {"pred": 35.0, "d_a": -2 * 23 * 14.0, "d_b": -46.0, "a": 2.0, "b": 7.0}
    else:
        followed(rows, start, key, *(["pred"] if key == "y" else []))
    rows[start][key] = value
    found = problems(tmp_path, rows, learning_rate=RATE)
    assert problem in found
    if key != "err":
        assert found == [problem]


def test_a_new_weight_that_is_no_number(tmp_path):
    rows = followed(sheet_values(), 2, "pred", "err", "d_a", "d_b")
    expected = [f"Sheet!{column}5" for column in "JK"]
    assert [each.split(":")[0] for each in problems(tmp_path, rows, learning_rate=RATE)] == expected
    without = {key: column for key, column in MAP.items() if not key.startswith("d_")}
    assert [each.split(":")[0] for each in problems(tmp_path, rows, without)] == expected
    neither = {key: column for key, column in without.items() if not key.startswith("new_")}
    assert [each.split(":")[0] for each in problems(tmp_path, rows, neither)] == ["Sheet!D6", "Sheet!E6"]


@pytest.mark.parametrize("left_out", ["", "d_", "new_"])
def test_a_training_that_explodes_is_good(left_out, tmp_path):
    """A spreadsheet has #NUM! where a number is too large, and in all that is calculated from it."""
    rows, a, b = [], 1.0, 1.0
    for x, y in POINTS * 30:
        row = {"x": float(x), "y": float(y), "a": a, "b": b}
        with np.errstate(all="ignore"):
            row["pred"] = np.float64(a) * x + b
            slope = 2 * (row["pred"] - y)
            row |= {"err": (row["pred"] - y) ** 2, "d_a": slope * x, "d_b": slope}
            a, b = a - row["d_a"], b - row["d_b"]
        rows.append({**row, "new_a": a, "new_b": b})
    assert not np.isfinite(a)
    shown = [{key: float(n) if np.isfinite(n) else "#NUM!" for key, n in row.items()} for row in rows]
    columns = {key: column for key, column in MAP.items() if not left_out or not key.startswith(left_out)}
    assert problems(tmp_path, shown, columns) == []
    shown[1]["err"] = "#NUM!"
    assert [each.split(":")[0] for each in problems(tmp_path, shown, columns)] == ["Sheet!G4"]


# The learning rate


def test_the_column_with_the_wrong_sign_is_named(tmp_path):
    rows = sheet_values()
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None:
            row["a"] = before["new_a"]
        pred = row["a"] * row["x"] + row["b"]
        slope = 2 * (pred - row["y"])
        row |= {"pred": pred, "err": (pred - row["y"]) ** 2, "d_a": slope * row["x"], "d_b": slope}
        row |= {"new_a": row["a"] + RATE * row["d_a"], "new_b": row["b"] - RATE * slope}
        after = rows.index(row) + 1
        if after < len(rows):
            rows[after]["b"] = row["new_b"]
    report = check_mapped(saved(tmp_path, rows), MAP)
    assert [(each.cell, each.more) for each in report.problems] == [("J3", 7)]
    assert report.notes == ["learning rate 0.0001, as most steps have it"]


def test_steps_that_all_go_up_the_slope(tmp_path):
    rows = sheet_values(1)[:1]
    rows[0] |= {"new_a": rows[0]["a"] + RATE * rows[0]["d_a"], "new_b": rows[0]["b"] + RATE * rows[0]["d_b"]}
    found = problems(tmp_path, rows)
    assert [each.split(":")[0] for each in found] == ["Sheet!J3", "Sheet!K3"]
    assert found[0].endswith("no learning rate above 0 gives that")


# Rows and files


def test_rows_below_a_gap_are_mentioned(tmp_path):
    rows = sheet_values()
    rows[4] = dict.fromkeys(MAP)
    report = check_mapped(saved(tmp_path, rows), MAP, learning_rate=RATE)
    assert report.problems == []
    assert report.notes == ["only rows 3-6 were checked; more datapoints follow from row 8 on"]


def test_a_row_of_sums_is_none_of_the_training(tmp_path):
    rows = sheet_values()
    sums = {**{key: sum(row[key] for row in rows) for key in MAP}, "x": "sum", "y": None}
    assert problems(tmp_path, [*rows, sums]) == []


def test_a_file_without_values_is_compared_by_its_formulas(tmp_path):
    report = check_mapped(formulas(tmp_path, F6="=D6*A6-E6"), MAP)
    assert [each.cell for each in report.problems] == ["F6"]
    missing = (
        "the file holds no values (its last program does not calculate): only the formulas were compared"
    )
    assert report.notes == [missing]


def test_inputs_that_are_formulas_without_values(tmp_path):
    changes = {f"A{row}": "=ROW()" for row in range(3, 11)}
    with pytest.raises(XlneuronError, match="if those are formulas, save it in a spreadsheet program first"):
        check_mapped(formulas(tmp_path, **changes), MAP)
