"""The templates written with functions, calculated by the extension in a real LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.lessons import lesson, with_calls
from support.recalculation import assert_recalculates, assert_shows, exploded_rows

from xlneuron.hosts.libreoffice import extension
from xlneuron.hosts.libreoffice.dialect import FUNCTIONS
from xlneuron.hosts.office import Office
from xlneuron.xlsx.write import write

pytestmark = pytest.mark.host

NOISE = 1e-12


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A LibreOffice with the extension."""
    path = extension.write(tmp_path_factory.mktemp("extension") / extension.FILE)
    with Office(extensions=[path]) as office:
        yield office


@pytest.mark.parametrize("name", with_calls())
def test_as_shipped(extended: Office, name: str, tmp_path: Path) -> None:
    book = lesson(name)
    path = write(book, tmp_path / f"{name}.xlsx", dialect=FUNCTIONS)
    # The smallest difference in rounding between cells and functions is large where errors explode.
    assert_recalculates(extended, path, exploded_rows(path), NOISE)


def test_a_changed_learning_rate_gives_what_building_with_it_gives(extended: Office, tmp_path: Path) -> None:
    shipped = write(lesson("01-basic-sgd"), tmp_path / "shipped.xlsx", dialect=FUNCTIONS)
    expected = write(
        lesson("01-basic-sgd", learning_rate=2e-5), tmp_path / "expected.xlsx", dialect=FUNCTIONS
    )
    with extended.open(shipped) as opened:
        opened.set("SGD", "learning_rate", 2e-5)
        opened.calculate()
        assert_shows(opened, expected, noise=NOISE)


@pytest.mark.parametrize("weight", [1e154, -1e308])
def test_what_overflows_from_the_start_is_not_taken_for_a_missing_function(
    extended: Office, weight: float, tmp_path: Path
) -> None:
    shipped = write(lesson("01-basic-sgd"), tmp_path / "shipped.xlsx", dialect=FUNCTIONS)
    with extended.open(shipped) as opened:
        opened.set("SGD", "start_a", weight)
        opened.calculate()
        assert opened.values("SGD", "A2")[0][0].startswith("The errors are too large from row 1 on.")
        opened.set("SGD", "start_a", 1)
        opened.set("SGD", "learning_rate", 1)
        opened.calculate()
        assert opened.values("SGD", "A2")[0][0].startswith("The step at row 1 overshot")
        opened.set("Data", "A9", "a word")
        opened.calculate()
        message = "TRAIN_STEP: x: 'a word' is not a number"
        assert opened.values("SGD", "A2")[0][0] == message
