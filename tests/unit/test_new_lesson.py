"""make new-lesson: what it lays is a lesson that works, clean by the project's own checks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUESTION = "Does the batch size matter?"
LONG = "Does the batch size matter, and what has the learning rate to do with it?"


@pytest.fixture
def copy(tmp_path):
    """The project, as far as a lesson concerns it."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "xlneuron", tmp_path / "xlneuron", ignore=ignore)
    shutil.copytree(ROOT / "tests/support", tmp_path / "tests/support", ignore=ignore)
    (tmp_path / "tests/unit").mkdir()
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )


def laid(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(folder, str(ROOT / ".ci/new_lesson.py"), "--root", str(folder), *arguments)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "question", "stem", "test"),
    [
        ("09-batch-size", QUESTION, "batch_size", "test_lesson_09"),
        ("why-batches", LONG, "why_batches", "test_lesson_why_batches"),
    ],
)
def test_what_is_laid_works(copy, name, question, stem, test):
    run = laid(copy, name, question)
    assert (run.returncode, run.stderr) == (0, "")
    made = [f"xlneuron/books/lessons/{stem}.py", f"xlneuron/books/lessons/{stem}.md", f"tests/unit/{test}.py"]
    assert run.stdout.splitlines()[:4] == [*made, "xlneuron/books/lessons/__init__.py"]
    files = [made[0], made[2], "xlneuron/books/lessons/__init__.py"]
    for check in (["check"], ["format", "--check"]):
        run = python(copy, "-m", "ruff", *check, *files)
        assert run.returncode == 0, run.stdout
    run = python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", made[2])
    assert run.returncode == 0, run.stdout
    assert "4 passed" in run.stdout
    run = python(copy, "-m", "xlneuron", "list")
    names = [line.split()[0] for line in run.stdout.splitlines()]
    assert name in names
    assert names == sorted(names)
    assert question in run.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["Batches"], "NAME=Batches: a lesson is called like 09-batch-size"),
        (["09"], "NAME=09: a lesson is called like 09-batch-size"),
        ([""], "NAME=: a lesson is called like 09-batch-size"),
        (
            ["09-batch-size", 'What is "it"?'],
            'QUESTION=What is "it"?: a question has no quotation marks in it',
        ),
        (["09-batch-size", 81 * "?"], f"QUESTION={81 * '?'}: a question has at most 80 characters"),
        (["04-relu"], "xlneuron/books/lessons/relu.py is there already"),
        (["02-two-neurones"], "tests/unit/test_lesson_02.py is there already"),
        (["document-functions"], "xlneuron/books/lessons/document_functions.py is there already"),
        (["parts"], "xlneuron/books/lessons/parts.py is there already"),
    ],
)
def test_what_cannot_be_laid(copy, arguments, problem):
    (copy / "tests/unit/test_lesson_02.py").touch()
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    run = laid(copy, *arguments)
    assert (run.returncode, run.stderr) == (1, f"new-lesson: {problem}\n")
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
