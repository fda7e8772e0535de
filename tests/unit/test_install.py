"""`xlneuron install`, `uninstall` and `doctor` for Excel, in a home that looks like one of Windows."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from xlneuron import __version__
from xlneuron.cli import main
from xlneuron.errors import XlneuronError
from xlneuron.hosts import HOSTS, Check
from xlneuron.hosts.excel import doctor, install, interpreter, settings, vba
from xlneuron.hosts.excel.addin import addin
from xlneuron.hosts.excel.places import Places, places
from xlneuron.hosts.excel.vba import XLWINGS_VERSION

OURS = f'"INTERPRETER_WIN","{sys.executable}"\r\n'


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


def older(path: Path, *, title: str = "xlneuron", module: str = "xlneuron_udfs") -> bytes:
    """An add-in with little more than its title and the name of a module."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", f"<p><dc:title>{title}</dc:title></p>")
        archive.writestr("xl/vbaProject.bin", f"...{module}...".encode("utf-16-le"))
    return path.read_bytes()


@pytest.mark.parametrize("changed", [{}, {"title": "Renamed"}, {"module": "renamed"}])
def test_an_older_add_in_is_replaced_and_removed(home, changed):
    target = places()
    older(target.addin, **changed)
    install.install()
    assert target.addin.read_bytes() == addin()
    older(target.addin, **changed)
    install.uninstall()
    assert not target.addin.exists()


@pytest.mark.parametrize("kind", ["text", "add-in", "folder"])
def test_the_add_in_of_somebody_else_is_kept(kind, tmp_path, nowhere, capsys):
    path = tmp_path / "xlneuron.xlam"
    if kind == "folder":
        path.mkdir()
    elif kind == "add-in":
        older(path, title="Mine", module="mine")
    else:
        path.write_bytes(b"foreign\n")
    before = files(tmp_path)
    assert main(["install", "excel", "--dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"xlneuron: {path} is not an add-in of xlneuron and is kept: "
        "move it away, or name another folder with --dir\n"
    )
    assert files(tmp_path) == before
    settings.write(tmp_path / "xlneuron.conf", {"INTERPRETER_WIN": sys.executable})
    assert main(["uninstall", "excel", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        f"{path}: kept, it is not an add-in of xlneuron\n{tmp_path / 'xlneuron.conf'}: our settings removed\n"
    )
    assert files(tmp_path) == before
    assert path.exists()


@pytest.mark.parametrize("length", [0, 1, 500, 100_000, -1])
def test_what_was_left_of_our_own_add_in_is_replaced(length, tmp_path, nowhere):
    """An earlier version wrote it in place, and was ended meanwhile."""
    path = tmp_path / "xlneuron.xlam"
    path.write_bytes(addin()[:length])
    install.install(tmp_path)
    assert path.read_bytes() == addin()
    path.write_bytes(addin()[:length])
    install.uninstall(tmp_path)
    assert not path.exists()


@pytest.mark.slow
@pytest.mark.parametrize("host", HOSTS)
def test_killed_while_it_installs(host, tmp_path, nowhere):
    """The file is there as a whole, old or new, or not at all; the next one installs."""
    command = [sys.executable, "-m", "xlneuron", "install", host, "--dir", str(tmp_path / "there")]
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - begun
    name = {"excel": "xlneuron.xlam", "libreoffice": "xlneuron.oxt"}[host]
    new = (tmp_path / "there" / name).read_bytes()
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        process = subprocess.Popen([*command[:-1], str(folder)], stdout=subprocess.DEVNULL)
        time.sleep(whole * (0.5 + 0.05 * number))
        process.kill()
        process.wait()
        path = folder / name
        assert not path.exists() or path.read_bytes() == new
    subprocess.run([*command[:-1], str(folder)], check=True, capture_output=True)
    assert path.read_bytes() == new
    assert not [each for each in folder.iterdir() if each.suffix == ".tmp"]


def test_nothing_half_written_is_in_excel_s_folder(home, monkeypatch):
    """Excel opens every file there."""
    seen = []
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        seen.extend(places().addin.parent.iterdir())
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    install.install()
    assert [each for each in seen if each.suffix == ".tmp"] == []
    assert places().addin.read_bytes() == addin()
    assert not list(home.rglob("*.tmp"))


@pytest.mark.parametrize("kind", ["text", "zip", "folder", "link", "nowhere"])
def test_the_extension_of_somebody_else_is_kept(kind, tmp_path, capsys):
    path, other = tmp_path / "xlneuron.oxt", tmp_path / "precious.txt"
    other.write_bytes(b"precious")
    if kind == "folder":
        path.mkdir()
    elif kind == "zip":
        with ZipFile(path, "w") as archive:
            archive.writestr("description.xml", '<identifier value="org.other"/>')
    elif kind == "text":
        path.write_bytes(b"foreign")
    else:
        path.symlink_to(other if kind == "link" else tmp_path / "nowhere")
    before = files(tmp_path)
    assert main(["install", "libreoffice", "--dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(
        f"xlneuron: {path} is not an extension of xlneuron and is kept: "
    )
    assert main(["uninstall", "libreoffice", "--dir", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{path}: kept, it is not an extension of xlneuron\n"
    assert files(tmp_path) == before
    assert os.path.lexists(path)


def test_our_own_extension_is_replaced_and_removed(tmp_path):
    from xlneuron.hosts.libreoffice import extension
    from xlneuron.hosts.libreoffice import install as libreoffice

    path = tmp_path / "xlneuron.oxt"
    older = extension.parts() | {"addin.py": "# an older one"}
    for content in (extension.archive(older), extension.archive(extension.parts())[:1000], b""):
        path.write_bytes(content)
        libreoffice.install(tmp_path)
        assert path.read_bytes() == extension.archive(extension.parts())
        path.write_bytes(content)
        assert libreoffice.uninstall(tmp_path) == [f"{path}: removed"]
        assert not path.exists()


def test_a_folder_in_the_place_of_the_settings(tmp_path, nowhere, capsys):
    (tmp_path / "xlneuron.conf").mkdir()
    assert main(["install", "excel", "--dir", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"xlneuron: {tmp_path / 'xlneuron.conf'} is no file, so it cannot have the settings: move it away\n"
    )
    assert list(tmp_path.rglob("*")) == [tmp_path / "xlneuron.conf"]


@pytest.mark.parametrize("there", [False, True])
def test_an_error_with_the_settings_undoes_the_add_in(there, home, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if there:
        older(places().addin)
    before = sorted(home.rglob("*")), files(home)
    with monkeypatch.context() as patched:
        patched.setattr(settings, "write", fail)
        assert main(["install", "excel"]) == 1
    assert (sorted(home.rglob("*")), files(home)) == before


@pytest.mark.parametrize(
    "base",
    [
        r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2032.0_x64__qbz5n2kfra8p0",
        r"D:\WindowsApps\Python.3.12",
    ],
)
def test_python_of_the_store(base, home, tmp_path, monkeypatch, capsys):
    """Windows keeps what it writes into AppData from Excel."""
    before = files(home)
    monkeypatch.setattr(sys, "base_prefix", base)
    assert main(["install", "excel"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"xlneuron: this Python is from the Microsoft Store ({base}): ")
    assert "Install Python from python.org" in err
    assert files(home) == before
    assert main(["install", "excel", "--dir", str(tmp_path / "dry")]) == 0
    (check,) = [check for check in install.doctor() if "this Python is from" in check.what]
    assert not check.ok
    assert f"xlneuron: {check.what}: {check.cure}\n" == err


def test_other_settings_stay_byte_for_byte(home):
    path = places().settings
    path.parent.mkdir()
    others = b'"SHOW CONSOLE","True"\r\nno setting at all \xff\x0b\n "PYTHONPATH" , "C:\\mine"'
    # what an earlier version wrote, and lines of somebody else's
    path.write_bytes(b'"interpreter_win","C:\\old.exe"\r\n"CONDA ENV","nets"\r\n' + others)
    install.install()
    assert path.read_bytes() == others + b"\r\n" + OURS.encode()
    assert settings.read(path)["SHOW CONSOLE"] == "True"
    install.uninstall()
    assert path.read_bytes() == others + b"\r\n"


def test_the_command_is_that_of_the_vba():
    (line,) = re.findall(r"PythonCommand = (.*)", vba.ANSWER)
    expected = settings.command(Path("?")).replace('"', '""').replace("?", '" & python & "')
    assert line == f'"{expected}"'


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

    monkeypatch.setattr(Path, "replace", refuse)
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
        self.found: dict[str, object] = {"xlwings": XLWINGS_VERSION, "pywin32": "311"}
        self.probed: dict[str, object] | None = {"seconds": 2.5, "results": {"a number": "ok", "a row": "ok"}}
        self.starts = True
        self.places = places()
        install.install()
        settings.write(self.places.settings, {"INTERPRETER_WIN": str(self.python)})

    def examine(self) -> list[Check]:
        return doctor.examine(self.places, doctor.Machine(self.registry, self.run))

    def registry(self, key: str, name: str) -> object:
        return self.values.get((key, name))

    def run(self, command: list[str]) -> dict[str, object] | None:
        assert command[:2] == [str(self.python), "-I"]
        if command[-1] == "xlneuron.hosts.excel.probe":
            return self.probed
        return {"xlneuron": __version__, **self.found} if self.starts else None

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
    assert len(checks) == 13
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
        ("", "DisableAllAddins", "add-ins: disabled"),
        ("", "RequireAddinSig", "add-ins without a signature: disabled"),
        (r"\Trusted Locations", "AllLocationsDisabled", "trusted locations: disabled"),
    ],
)
def test_doctor_macro_security(windows, folder, name, what):
    windows.values[doctor.SECURITY[1] + folder, name] = 1
    assert windows.problem().what == what
    windows.values[doctor.SECURITY[0] + folder, name] = 0  # the administrator has the last word
    assert all(check.ok for check in windows.examine())


@pytest.mark.parametrize("key", doctor.VBA_OFF)
def test_doctor_macros_switched_off_by_an_administrator(windows, key):
    windows.values[key, "VBAOff"] = 1
    assert windows.problem().what == "macros (VBA): switched off for all of Office"


def test_doctor_add_ins_on_a_network(windows, monkeypatch):
    on_a_network = Places(Path(r"\\server\share\xlneuron.xlam"), windows.places.settings)
    checks = doctor._macros(on_a_network, doctor.Machine(windows.registry, windows.run))
    (check,) = [check for check in checks if not check.ok]
    assert check.what.startswith("the folder of add-ins: on a network, where macros are not trusted")
    windows.values[doctor.SECURITY[1] + r"\Trusted Locations", "AllowNetworkLocations"] = 1
    checks = doctor._macros(on_a_network, doctor.Machine(windows.registry, windows.run))
    assert all(check.ok for check in checks)


def test_doctor_another_add_in_of_xlwings(windows):
    windows.places.addin.with_name("xlwings.xlam").touch()
    (check,) = [check for check in windows.examine() if "xlwings' own add-in" in check.what]
    assert check.ok


def test_doctor_add_in(windows):
    older(windows.places.addin)
    assert "add-in of another version" in windows.problem().what
    windows.places.addin.write_bytes(b"foreign")
    assert windows.problem().what == f"{windows.places.addin} is not an add-in of xlneuron"
    windows.places.addin.unlink()
    assert windows.problem().what.startswith("no add-in at ")


def test_doctor_python(windows):
    windows.starts = False
    assert windows.problem().what == f"{windows.python} does not start"
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
    ],
)
def test_doctor_what_python_has(windows, name, value, what):
    windows.found[name] = value
    assert windows.problem().what.startswith(what)


@pytest.mark.parametrize(
    ("probed", "what"),
    [
        (None, "a call through xlwings' COM server fails: the probe does not run"),
        ({"failed": "OSError: no"}, "a call through xlwings' COM server fails: OSError: no"),
        (
            {"seconds": 1, "results": {"a number": "ok", "a row": "((1.0,),)", "an error": "None"}},
            "a row comes back as ((1.0,),), an error comes back as None",
        ),
    ],
)
def test_doctor_calls_through_com(windows, probed, what):
    windows.probed = probed
    assert windows.problem().what == what


def test_doctor_settings_without_a_python(windows):
    settings.write(windows.places.settings, {"CONDA PATH": "C:/conda"})  # of an earlier version
    assert windows.problem().what == "the settings name no Python"


def test_install_refuses_what_could_not_be_called(windows, monkeypatch, capsys):
    """On Windows it is tried; what is then missing on this system is the DLL."""
    monkeypatch.setattr(install, "this_machine", lambda: doctor.Machine(windows.registry, windows.run))
    windows.found["pywin32"] = None
    with pytest.raises(
        XlneuronError, match=r"python\.exe: pywin32 in it: missing: .* -m pip install pywin32"
    ):
        install._refuse_to_fail(windows.python)
    windows.found["pywin32"] = "311"
    install._refuse_to_fail(windows.python)


def test_the_questions_are_answered_by_a_python():
    """What doctor asks a Python on Windows, asked of this one."""
    found = interpreter.run([sys.executable, "-I", "-c", interpreter.VERSIONS])
    assert found is not None
    assert (found["xlneuron"], found["pywin32"]) == (__version__, None)
    probed = interpreter.run([sys.executable, "-m", "xlneuron.hosts.excel.probe"])
    assert probed == {"failed": f"no xlwings64-{XLWINGS_VERSION}.dll beside it"}
    assert interpreter.run([sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert interpreter.run([sys.executable, "-c", "print('no file')"]) is None
    assert interpreter.run(["no-such-program"]) is None


def test_nothing_of_the_current_folder_is_run(tmp_path, monkeypatch):
    for name in ("json.py", "xlneuron.py"):
        (tmp_path / name).write_text("raise SystemExit('from the current folder')")
    monkeypatch.chdir(tmp_path)
    assert interpreter.run([sys.executable, "-I", "-c", interpreter.VERSIONS]) is not None


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
