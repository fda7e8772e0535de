"""`xlneuron install`, `uninstall` and `doctor` for Excel, in a home that looks like one of Windows."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import pytest

from xlneuron.cli import main
from xlneuron.errors import XlneuronError
from xlneuron.hosts import HOSTS, Check
from xlneuron.hosts.excel import doctor, install, settings
from xlneuron.hosts.excel.addin import addin
from xlneuron.hosts.excel.places import Places, places
from xlneuron.hosts.excel.project import XLWINGS_VERSION

OURS = f'"INTERPRETER_WIN","{sys.executable}"\r\n"ADD_WORKBOOK_TO_PYTHONPATH","false"\r\n'


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """The home of a user of Windows, with an xlwings that other projects use."""
    home = tmp_path / "Users" / "Ada Example"
    (home / "AppData" / "Roaming" / "Microsoft" / "Excel").mkdir(parents=True)
    (home / ".xlwings").mkdir()
    (home / ".xlwings" / "xlwings.conf").write_bytes(b'"INTERPRETER_WIN","C:\\other\\python.exe"\r\n')
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
    return home


@pytest.fixture
def nowhere(monkeypatch) -> None:
    """Not Windows."""
    monkeypatch.delenv("APPDATA", raising=False)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_install_twice_and_uninstall(home, capsys):
    before = files(home)
    assert main(["install", "excel"]) == 0
    installed = files(home)
    added = {name: installed[name] for name in installed.keys() - before.keys()}
    assert added == {
        "AppData/Roaming/Microsoft/Excel/XLSTART/xlneuron.xlam": addin(),
        ".xlneuron/xlneuron.conf": OURS.encode(),
    }
    assert "xlneuron.xlam: written" in capsys.readouterr().out
    assert main(["install", "excel"]) == 0
    assert files(home) == installed
    assert capsys.readouterr().out.count(": is current\n") == 2
    assert main(["uninstall", "excel"]) == 0
    assert files(home) == before
    assert not (home / ".xlneuron").exists()
    assert main(["uninstall", "excel"]) == 0
    out = capsys.readouterr().out
    assert "xlneuron.xlam: was not there" in out
    assert "has no settings of ours" in out


def test_an_older_add_in_is_replaced(home):
    target = places()
    target.addin.parent.mkdir()
    target.addin.write_bytes(b"older")
    install.install()
    assert target.addin.read_bytes() == addin()


def test_other_settings_stay_byte_for_byte(home):
    path = places().settings
    path.parent.mkdir()
    others = b'"SHOW CONSOLE","True"\r\nno setting at all \xff\x0b\n "PYTHONPATH" , "C:\\mine"'
    path.write_bytes(b'"interpreter_win","C:\\old.exe"\r\n' + others)
    install.install()
    assert path.read_bytes() == others + b"\r\n" + OURS.encode()
    assert settings.read(path)["SHOW CONSOLE"] == "True"
    install.uninstall()
    assert path.read_bytes() == others + b"\r\n"


def test_conda_environments_are_activated(tmp_path):
    for prefix, expected in (
        (tmp_path / "miniconda", (tmp_path / "miniconda", "base")),
        (tmp_path / "miniconda" / "envs" / "nets", (tmp_path / "miniconda", "nets")),
    ):
        (prefix / "conda-meta").mkdir(parents=True)
        wanted = settings.wanted(prefix / "python.exe", prefix)
        assert (wanted["CONDA PATH"], wanted["CONDA ENV"]) == (str(expected[0]), expected[1])
        assert "INTERPRETER_WIN" not in wanted


def test_a_path_that_vba_cannot_read(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "ENCODING", "cp1252")
    with pytest.raises(XlneuronError, match="cannot read '語' in C:/日本語/python.exe".replace("語'", "日'")):
        settings.write(tmp_path / "x.conf", {"INTERPRETER_WIN": "C:/日本語/python.exe"})
    assert not (tmp_path / "x.conf").exists()


def test_a_directory_of_its_own(tmp_path, nowhere, capsys):
    folder = tmp_path / "dry"
    assert main(["install", "excel", "--dir", str(folder)]) == 0
    assert files(folder) == {"xlneuron.conf": OURS.encode(), "xlneuron.xlam": addin()}
    assert f"choose {folder / 'xlneuron.xlam'}" in capsys.readouterr().out
    assert main(["uninstall", "excel", "--dir", str(folder)]) == 0
    assert files(folder) == {}
    assert folder.is_dir()


def test_an_open_excel_keeps_its_file(home, monkeypatch, capsys):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert main(["install", "excel"]) == 1
    assert capsys.readouterr().err.endswith("is in use: close Excel and try again\n")


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_not_windows(command, nowhere, capsys):
    assert main([command, "excel"]) == 1
    assert "the add-in needs Excel on Windows" in capsys.readouterr().err


def test_unknown_program(capsys):
    assert main(["install", "exel"]) == 1
    assert capsys.readouterr().err == (
        "xlneuron: unknown program 'exel'; did you mean excel? (known: excel, libreoffice)\n"
    )


def test_doctor_elsewhere(nowhere, capsys):
    assert main(["doctor", "excel", "--json"]) == 1
    out, err = capsys.readouterr()
    (check,) = json.loads(out)
    assert check["host"] == "excel"
    assert not check["ok"]
    assert "xlneuron install libreoffice" in check["cure"]
    assert err == "xlneuron: the worksheet functions cannot be called yet (excel: 1 problem)\n"


def exe(path: Path, machine: int) -> Path:
    """A program that is nothing but its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0" + struct.pack("<H", machine)
    )
    return path


class Windows:
    """A machine on which all is right, until a test changes something."""

    def __init__(self, home: Path) -> None:
        self.excel = exe(home / "Office" / "EXCEL.EXE", 0x8664)
        self.python = home / "env" / "Scripts" / "python.exe"
        exe(self.python, 0x8664)
        (home / "env" / f"xlwings64-{XLWINGS_VERSION}.dll").touch()
        self.values: dict[tuple[str, str], object] = {(doctor.EXCEL, ""): str(self.excel)}
        self.found: dict[str, object] = {"xlwings": XLWINGS_VERSION, "pywin32": "311", "answer": 0.0}
        self.starts = self.serves = True
        self.places = places()
        install.install()
        settings.write(self.places.settings, {"INTERPRETER_WIN": str(self.python)})

    def examine(self) -> list[Check]:
        return doctor.examine(self.places, doctor.Machine(self.registry, self.run))

    def registry(self, key: str, name: str) -> object:
        return self.values.get((key, name))

    def run(self, command: list[str]) -> str | None:
        if command[2] == doctor.SERVER:
            return "" if self.serves else None
        return json.dumps({"xlneuron": doctor.__version__, **self.found}) if self.starts else None

    def problem(self) -> Check:
        """The only check that fails."""
        (check,) = [check for check in self.examine() if not check.ok]
        assert check.cure
        return check


@pytest.fixture
def windows(home) -> Windows:
    return Windows(home)


def test_doctor_finds_nothing(windows):
    checks = windows.examine()
    assert [check.what for check in checks if not check.ok] == []
    assert len(checks) == 11
    assert checks[0].what == f"Excel, 64-bit: {windows.excel}"


def test_doctor_no_excel(windows):
    del windows.values[doctor.EXCEL, ""]
    assert windows.problem().what == "Excel is not installed"


def test_doctor_excel_of_the_store(windows, home):
    windows.values[doctor.EXCEL, ""] = str(exe(home / "WindowsApps" / "Office" / "EXCEL.EXE", 0x8664))
    assert windows.problem().what == "this Office is from the Microsoft Store"


def test_doctor_excel_of_32_bits_needs_the_other_dll(windows):
    exe(windows.excel, 0x14C)
    assert windows.examine()[0].what.startswith("Excel, 32-bit")
    assert windows.problem().what == f"no xlwings32-{XLWINGS_VERSION}.dll beside it or one folder up"


@pytest.mark.parametrize(
    ("folder", "name", "what"),
    [
        ("", "DisableAllAddins", "add-ins"),
        (r"\Trusted Locations", "AllLocationsDisabled", "trusted locations"),
    ],
)
def test_doctor_macro_security(windows, folder, name, what):
    windows.values[doctor.SECURITY[1] + folder, name] = 1
    assert windows.problem().what == f"{what} are disabled"
    windows.values[doctor.SECURITY[0] + folder, name] = 0  # the administrator has the last word
    assert all(check.ok for check in windows.examine())


def test_doctor_add_in(windows):
    windows.places.addin.write_bytes(b"older")
    assert "add-in of another version" in windows.problem().what
    windows.places.addin.unlink()
    assert windows.problem().what.startswith("no add-in at ")


def test_doctor_python(windows):
    windows.starts = False
    assert windows.problem().what == "this Python does not start"
    windows.python.unlink()
    assert windows.problem().what.endswith("python.exe, which is gone")
    windows.places.settings.unlink()
    assert windows.problem().what == "the settings name no Python"


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("xlneuron", None, "xlneuron in it: missing"),
        ("xlwings", "0.1", "xlwings in it: 0.1"),
        ("pywin32", None, "pywin32 in it: missing"),
        ("answer", "ImportError('x')", "the functions do not answer: ImportError('x')"),
    ],
)
def test_doctor_what_python_has(windows, name, value, what):
    windows.found[name] = value
    assert windows.problem().what.startswith(what)


def test_doctor_com_server(windows):
    windows.serves = False
    assert windows.problem().what == "the COM server does not start"


def test_doctor_conda(windows, home):
    exe(home / "conda" / "envs" / "nets" / "python.exe", 0x8664)
    (home / "conda" / "envs" / "nets" / f"xlwings64-{XLWINGS_VERSION}.dll").touch()
    settings.write(windows.places.settings, {"CONDA PATH": str(home / "conda"), "CONDA ENV": "nets"})
    assert all(check.ok for check in windows.examine())


def test_the_probe_runs_in_a_python():
    """What doctor asks a Python on Windows, asked of this one."""
    output = doctor._run([sys.executable, "-c", doctor.PROBE])
    assert output is not None
    found = json.loads(output)
    assert found["answer"] == 0
    assert found["xlneuron"]
    assert doctor._run([sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert doctor._run(["no-such-program"]) is None
    compile(doctor.SERVER, "server", "exec")


def test_doctor_is_content_with_one_program(monkeypatch, capsys):
    from xlneuron.cli import hosts

    found = {"excel": [Check(False, "no Excel", "buy one")], "libreoffice": [Check(True, "LibreOffice")]}
    monkeypatch.setattr(hosts, "_host", lambda name: type("Host", (), {"doctor": lambda: found[name]}))
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == "excel\n  NO  no Excel: buy one\nlibreoffice\n  ok  LibreOffice\n"
    found["libreoffice"].append(Check(False, "no extension", "install it"))
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == (
        "xlneuron: the worksheet functions cannot be called yet (excel: 1 problem, libreoffice: 1 problem)\n"
    )


def test_places_beside_each_other():
    assert places(Path("here")) == Places(Path("here/xlneuron.xlam"), Path("here/xlneuron.conf"))
    assert HOSTS == ("excel", "libreoffice")
