"""Fixtures of all tests."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from support.lessons import lesson

from xlneuron.hosts.office import Office, OfficeMissing
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.xlsx.write import write

# Whoever starts the tests in the background has Ctrl-C ignored, here and in all that is started from here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# An error that no command expected fails the test, here and in processes that tests start.
os.environ["XLNEURON_NO_NET"] = "1"

settings.register_profile("busy", deadline=None)  # how long an example takes says nothing on a busy machine
settings.load_profile("busy")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Path]]:
    """Templates as files, each written once: written(name, dialect, epochs=2).

    Tests share them, so whoever changes one changes a copy; that is looked at in the end.
    """
    folder = tmp_path_factory.mktemp("written")
    contents: dict[Path, bytes] = {}

    @cache
    def file(name: str, dialect: Dialect = CELLS, **options: object) -> Path:
        path = folder / str(len(contents)) / f"{name}{dialect.suffix}"
        path.parent.mkdir()
        write(lesson(name, **options), path, dialect=dialect)
        contents[path] = path.read_bytes()
        return path

    yield file
    assert [path.name for path, content in contents.items() if path.read_bytes() != content] == []


@pytest.fixture(scope="module")
def built(written: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first template with 4 epochs, in a directory where a module's tests put their changed copies."""
    return shutil.copy(written("01-basic-sgd", epochs=4), tmp_path_factory.mktemp("built") / "built.xlsx")


@pytest.fixture
def book(written: Callable[..., Path], tmp_path: Path) -> Path:
    """The first template with 4 epochs, for one test to work with."""
    return shutil.copy(written("01-basic-sgd", epochs=4), tmp_path / "book.xlsx")


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """A running LibreOffice, one for the whole session. Tests that use it are marked `host`.

    Without LibreOffice these tests fail: what they check has then not been checked.
    """
    session = Office()
    try:
        session.start()
    except OfficeMissing as error:
        pytest.fail(str(error), pytrace=False)
    with session:
        yield session
