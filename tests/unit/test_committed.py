"""The workbooks of the repository: those that the templates make now, valid, nothing missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.package import Package
from support.package_checks import audit, own_findings

from xlneuron.books.lessons import LESSONS, Options
from xlneuron.data import default_data
from xlneuron.xlsx.write import write

WORKBOOKS = Path(__file__).parents[2] / "workbooks"


def test_every_template_is_there_and_nothing_else():
    assert sorted(path.stem for path in WORKBOOKS.iterdir()) == sorted(LESSONS)


@pytest.mark.parametrize("name", LESSONS)
def test_made_anew_it_is_the_same_part_by_part(name, tmp_path):
    made = Package(write(LESSONS[name].make(Options(default_data())), tmp_path / f"{name}.xlsx"))
    committed = Package(WORKBOOKS / f"{name}.xlsx")
    assert made.names == committed.names
    assert [part for part in made.parts if made.parts[part] != committed.parts[part]] == []


@pytest.mark.slow  # the validator takes its time
@pytest.mark.parametrize("name", LESSONS)
def test_it_is_valid(name):
    assert audit(WORKBOOKS / f"{name}.xlsx") == []
    assert own_findings(WORKBOOKS / f"{name}.xlsx") == []
