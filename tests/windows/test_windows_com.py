"""The worksheet functions through xlwings' real COM server and DLL, called as Excel calls them."""

from __future__ import annotations

import pytest
from support.wine import Wine

from tests.examples import EXAMPLES

pytestmark = pytest.mark.windows

CALLS = 10_000


def test_every_example(wine: Wine) -> None:
    done = wine.script("examples.py")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(f"{len(EXAMPLES)} examples, 0 differ")


def test_whatever_comes_a_value_or_one_line_goes_back(wine: Wine) -> None:
    done = wine.script("random_calls.py", str(CALLS), seconds=400)
    assert done.returncode == 0, done.stdout
    assert done.stdout == f"{CALLS} calls, and the server is still there\n"


@pytest.fixture(scope="module")
def dll(wine: Wine) -> dict[str, str]:
    home = wine.path("Übung 1")
    home.mkdir()
    done = wine.script("dll.py", rf"C:\users\{wine.user.name}\{home.name}")
    assert done.returncode == 0, done.stdout
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("what", "came"),
    [
        ("install", "0"),
        ("settings", "this Python"),
        ("answers", "0.0"),
        ("again", "0.0"),
        ("after that", "0.0"),
    ],
)
def test_the_dll_starts_the_python_of_the_settings(dll: dict[str, str], what: str, came: str) -> None:
    assert dll[what] == came


def test_the_server_was_killed_in_between(dll: dict[str, str]) -> None:
    assert dll["killed"] in {"0x800706ba", "0x800706be", "0x80010108"}


def test_a_python_that_cannot_serve_is_refused_within_10_seconds(dll: dict[str, str]) -> None:
    assert dll["gone"].startswith("refused soon: Could not create Python process.")
    assert dll["without xlneuron"].startswith("refused soon: Python process exited before")
