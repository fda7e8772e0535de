"""Nothing of the current folder or of an active virtual environment reaches LibreOffice."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest

from tests.support.traps import WITHOUT_THE_FOLDER, trace, traps
from xlneuron.cli import main
from xlneuron.hosts.libreoffice import extension, install
from xlneuron.hosts.office import Office, _Server, find_office

pytestmark = pytest.mark.host
ROOT = Path(__file__).parents[2]
BOOK = ROOT / "workbooks" / "01-basic-sgd.xlsx"


@pytest.fixture
def trapped(tmp_path, monkeypatch) -> Path:
    traps(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", os.environ["PATH"]]))
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [["check", "--recalculate", str(BOOK)], ["doctor", "libreoffice"], ["doctor", "excel"]],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_commands_run_nothing_of_the_current_folder(arguments, trapped, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    ended = subprocess.run(
        [*WITHOUT_THE_FOLDER, *arguments], capture_output=True, text=True, check=False, timeout=200
    )
    assert "Traceback" not in ended.stderr
    assert trace(trapped) == "", ended.stderr
    assert arguments[0] == "doctor" or ended.returncode == 0, ended.stderr


def test_unopkg_and_the_server_start_in_folders_of_their_own(trapped, monkeypatch):
    """Called from here, so that Python's own path has the current folder as `python -m xlneuron` would."""
    monkeypatch.setenv("PYTHONPATH", str(trapped))
    install._installed(find_office())
    with Office() as office:
        assert isinstance(office._server, _Server)
        assert office.version
    assert trace(trapped) == ""


def test_recalculate_in_an_active_environment_with_the_extension(tmp_path, monkeypatch, capsys):
    """LibreOffice's Python would take the environment for its home, and no document could be opened."""
    environment = tmp_path / "env"
    venv.create(environment, with_pip=False, symlinks=True)
    monkeypatch.setenv("VIRTUAL_ENV", str(environment))
    monkeypatch.setenv("PATH", os.pathsep.join([str(environment / "bin"), os.environ["PATH"]]))
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("UNO_SHARED_PACKAGES_CACHE", shared.as_uri())
    monkeypatch.setenv("UserInstallation", (tmp_path / "profile").as_uri())
    if install._is_root():
        install.install()  # for all users, so that the profile which `check` makes has it, too
    assert main(["check", "--recalculate", str(BOOK)]) == 0, capsys.readouterr().err
    assert any("deactivate" in check.what for check in install._terminal())
    own = [] if install._is_root() else [extension.write(tmp_path / extension.FILE)]
    with Office(extensions=own) as office, office.open(BOOK) as book:
        book.set("SGD", "A1", "=ORG.XLNEURON.ADDIN.SGDSTEP(1,4,0.25)")
        book.calculate()
        assert book.values("SGD", "A1") == [[0.0]]
