"""The command line in a Windows Python: what it writes is what it writes here, and nothing is left behind."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path

import pytest
from support.wine import Wine

from xlneuron.cli import main

pytestmark = pytest.mark.windows

DATA = "x1,x2,y\n" + "".join(f"{k / 10},{(k * 7) % 5 - 2},{k % 3}\n" for k in range(24))
NEW = ("--network", "2-3tanh-1", "--data", "my data.csv", "--inputs", "x1,x2", "--target", "y", "--quiet")
REGENERATE = ("--learning-rate", "0.02", "--no-backup")
# Both programs estimate derivatives there with an h so small that the estimates are rounding, on purpose.
ROUNDING = {("08-derivatives.xlsx", "xl/worksheets/sheet2.xml"): 1e-5}
VALUE = re.compile(r"(?<=<v>)[^<]*(?=</v>)")


def xlneuron(wine: Wine, *arguments: str) -> str:
    done = wine.run("-m", "xlneuron", *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands write on this system."""
    folder = tmp_path_factory.mktemp("here")
    for formulas in ("cells", "functions", "lambda"):
        assert main(["build", "--formulas", formulas, "--out", str(folder), "--quiet"]) == 0
    (folder / "my data.csv").write_text(DATA)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["new", "new.xlsx", *NEW]) == 0
        assert main(["new", "regenerated.xlsx", *NEW]) == 0
        assert main(["regenerate", "regenerated.xlsx", *REGENERATE]) == 0
    return folder


@pytest.fixture(scope="module")
def there(wine: Wine) -> Path:
    """What they write in the Windows Python."""
    for formulas in ("cells", "functions", "lambda"):
        xlneuron(wine, "build", "--formulas", formulas, "--out", "books", "--quiet")
    wine.path("my data.csv").write_text(DATA)
    xlneuron(wine, "new", "books/new.xlsx", *NEW)
    xlneuron(wine, "new", "books/regenerated.xlsx", *NEW)
    xlneuron(wine, "regenerate", "books/regenerated.xlsx", *REGENERATE)
    return wine.path("books")


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("latin-1") for name in archive.namelist()}


def last_digits_only(one: str, other: str, tolerance: float) -> bool:
    """Whether all but the values is equal, and these but for the last digits of another C library."""
    if VALUE.sub("", one) != VALUE.sub("", other):
        return False
    pairs = zip(VALUE.findall(one), VALUE.findall(other), strict=True)
    return all(a == b or math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=tolerance) for a, b in pairs)


def test_workbooks_are_those_of_this_system(here: Path, there: Path) -> None:
    names = sorted(path.name for path in here.glob("*.xls?"))
    assert names == sorted(path.name for path in there.glob("*.xls?"))
    same = 0
    for name in names:
        ours, theirs = parts(here / name), parts(there / name)
        assert ours.keys() == theirs.keys()
        same += ours == theirs
        for part in ours.keys() - {"docProps/custom.xml"}:  # which has a digest of all others
            tolerance = ROUNDING.get((name, part), 1e-12)
            assert last_digits_only(ours[part], theirs[part], tolerance), (name, part)
    assert same >= len(names) // 2  # no sine, hyperbolic tangent or power in them: equal byte by byte


def test_check_is_content_with_them(wine: Wine, there: Path) -> None:
    for name in (
        "01-basic-sgd.xlsx",
        "05-momentum-lambda.xlsx",
        "07-optimizers-functions.xlsm",
        "regenerated.xlsx",
    ):
        assert (there / name).exists()
        xlneuron(wine, "check", f"books/{name}")


def test_install_doctor_uninstall(wine: Wine) -> None:
    home = rf"C:\users\{wine.user.name}\Büro"
    wine.path("Büro").mkdir()
    run = (
        "import os, sys; from xlneuron.cli import main; "
        rf"os.environ['USERPROFILE'] = {home!r}; os.environ['APPDATA'] = {home!r} + r'\AppData'; "
        "sys.exit(main(sys.argv[1:]))"
    )

    def command(*arguments: str) -> tuple[int, list[str]]:
        done = wine.run("-c", run, *arguments)
        return done.returncode, done.stdout.splitlines()

    addin, settings = (
        rf"{home}\AppData\Microsoft\Excel\XLSTART\xlneuron.xlam",
        rf"{home}\.xlneuron\xlneuron.conf",
    )
    status, lines = command("install", "excel")
    assert (status, lines[:2]) == (0, [f"{addin}: written", f"{settings}: names {wine.python}"])
    status, lines = command("install", "excel")
    assert (status, lines) == (0, [f"{addin}: is current", f"{settings}: is current"])
    status, lines = command("doctor", "excel")
    wrong = [line for line in lines if line.startswith("  NO")]
    assert wrong == ["  NO  Excel is not installed: install Microsoft Office for Windows"]
    called = "  ok  a number, a row, several rows, a message, an error through xlwings' COM server, in "
    assert any(line.startswith(called) for line in lines), lines
    assert command("uninstall", "excel")[0] == 0
    assert [path.name for path in wine.path("Büro").rglob("*") if path.is_file()] == []


def test_install_refuses_a_python_that_could_not_be_called(wine: Wine) -> None:
    """As after `pip install` without administrator rights, which puts the DLL where the VBA does not look."""
    library = wine.environment / "xlwings64-0.37.8.dll"
    elsewhere = library.rename(wine.environment / "elsewhere.dll")
    try:
        done = wine.run("-m", "xlneuron", "install", "excel", "--dir", "dry")
    finally:
        elsewhere.rename(library)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(
        f"xlneuron: {wine.python}: no xlwings64-0.37.8.dll beside it or one folder up: make a virtual"
    )
    assert not wine.path("dry").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("build", "01", "--data", "gone.csv"), 1),
        (("build", "99"), 1),
        (("new", "left.xlsx", *NEW[:-3], "--target", "z"), 1),
        (("regenerate", "my data.csv"), 1),
        (("check", "gone.xlsx"), 1),
        (("build", "--learning-speed", "1"), 2),
    ],
)
def test_an_error_leaves_nothing_behind(
    wine: Wine, there: Path, arguments: tuple[str, ...], status: int
) -> None:
    before = sorted(wine.user.rglob("*"))
    done = wine.run("-m", "xlneuron", *arguments)
    assert done.returncode == status, done.stdout
    assert "Traceback" not in done.stdout
    assert sorted(path for path in wine.user.rglob("*") if "__pycache__" not in path.parts) == [
        path for path in before if "__pycache__" not in path.parts
    ]


def test_what_windows_refuses_is_told_with_its_cause_and_the_users_own_path(wine: Wine) -> None:
    """Files that another program has open, impossible names, write protection, and the like."""
    done = wine.script("cli_cases.py", seconds=400)
    assert done.returncode == 0, done.stdout
    assert "DIFFERS" not in done.stdout
    assert done.stdout.count("ok ") >= 40
