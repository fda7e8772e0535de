"""A quick sample of `make fuzz`: hostile shapes and damaged files, and faults at some of the system calls."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.shipped import shipped

from tests.hostile import calls
from tests.hostile.files import damaged, made, shapes
from xlneuron.data.sheet import read_data
from xlneuron.errors import XlneuronError
from xlneuron.upkeep.check import check
from xlneuron.upkeep.regenerate import Changes, regenerate

ROOT = Path(__file__).parents[2]
MANY = 20_000
SECONDS = 10.0
DAMAGE = 25  # files


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return shipped(tmp_path_factory.mktemp("built"))


def survives(path: Path) -> None:
    """Each command does its work or refuses, in one line and in time, and the file stays as it was."""
    content = path.read_bytes()
    begun = time.process_time()
    for command in (check, lambda path: read_data(f"{path}#Data")):
        with suppress(XlneuronError):
            command(path)
    assert path.read_bytes() == content
    try:
        result = regenerate(path, Changes(epochs=2))
    except XlneuronError as error:
        problem = str(error)
        assert "\n" not in problem
        assert path.read_bytes() == content
    else:
        assert result.backup is not None
        assert result.backup.read_bytes() == content
    assert time.process_time() - begun < 3 * SECONDS


@pytest.mark.parametrize("shape", shapes(4))
def test_shapes(shape, built, tmp_path):
    survives(made(built, tmp_path / "book.xlsx", shapes(MANY)[shape]))


@pytest.mark.parametrize("seed", range(DAMAGE))
def test_damage(seed, built, tmp_path):
    survives(damaged(built, tmp_path / "book.xlsx", seed))


def test_calls(capsys):
    assert calls.main(2000, 1) == 0, capsys.readouterr().out


@pytest.mark.host
@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD is of Linux")
def test_faults_at_system_calls():
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, "-m", "tests.hostile.faults", "60"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " 0 wrong" in ended.stdout
