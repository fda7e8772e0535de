"""The licence of everything that is shipped, or that is installed with it, is known and permits that."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import xlneuron

ROOT = Path(__file__).parents[2]
PACKAGE = Path(xlneuron.__file__).parent

# Files of the package that are not our own Python: where each one's licence is written.
SHIPPED = {
    "py.typed": "LICENSE",  # empty
    "data/line.csv": "LICENSE",
    "hosts/excel/data/LICENSES.txt": "LICENSE",
    "hosts/excel/data/projects.tar.xz": "xlneuron/hosts/excel/data/LICENSES.txt",  # with pyOpenVBA's project
}
# What is installed with it; the licence as the package's own metadata says it.
INSTALLED = {
    "numpy": "BSD",
    "orjson": "MIT",
    "openpyxl": "MIT",
    "et-xmlfile": "MIT",
    "rich": "MIT",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "pygments": "BSD",
    "xlwings": "BSD",
}
REFUSED = re.compile(r"\bA?GPL|GNU (?:Affero|General)|Proprietary|Non-?Commercial", re.IGNORECASE)


def name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return found[0].lower().replace("_", "-")


def licence(package: str) -> str:
    """What a package's metadata says of its licence."""
    said = distribution(package).metadata
    classifiers = [each for each in said.get_all("Classifier") or () if each.startswith("License")]
    return " ".join([said.get("License-Expression") or "", (said.get("License") or "")[:200], *classifiers])


def runtime(package: str) -> set[str]:
    """What a package needs to run here."""
    found = {package}
    for requirement in distribution(package).requires or ():
        if "extra ==" not in requirement:
            try:
                found |= runtime(name(requirement))
            except PackageNotFoundError:  # for another system
                found.add(name(requirement))
    return found


def test_every_file_of_others_has_its_licence():
    command = ["git", "ls-files", "-z", "--", str(PACKAGE)]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    ours = (".py", ".bas", ".md")
    others = {
        Path(each).relative_to("xlneuron").as_posix() for each in listed if each and not each.endswith(ours)
    }
    assert others == SHIPPED.keys()
    assert all((ROOT / each).read_text("utf-8") for each in SHIPPED.values())
    assert "pyOpenVBA" in (PACKAGE / "hosts/excel/data/LICENSES.txt").read_text("utf-8")


def test_what_is_installed_with_it_permits_that():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = text.partition("\ndependencies = [")[2].partition("\n]")[0]
    needed = {name(each) for each in re.findall(r'^    "([^"]+)"', listed, re.MULTILINE)}
    for package in sorted(needed):
        needed |= runtime(package)
    windows_only = {"pywin32", "appscript", "psutil", "lxml"}  # of xlwings, on Windows and macOS
    assert needed - windows_only <= INSTALLED.keys()
    for package, expected in INSTALLED.items():
        said = licence(package)
        assert expected in said, package
        assert not REFUSED.search(said), package
