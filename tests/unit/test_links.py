"""The documents' links and pictures: each leads to a file that is there, and that a clone has too."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(ROOT.glob("docs/*.md")),
]

CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
# [text](target "title"), ![picture](target), [![picture](target)](target), [name]: target, <img src="target">
TARGETS = re.compile(
    r"\]\(\s*<?([^\s)>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]]+\]:\s*(\S+)|\b(?:src|href)=\"([^\"]+)\"",
    re.MULTILINE,
)
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def links(text: str) -> Iterator[str]:
    """The relative targets of a Markdown text, without the part after #."""
    for found in TARGETS.finditer(CODE.sub("", text)):
        target = next(filter(None, found.groups()))
        if not ADDRESS.match(target):
            yield unquote(target.partition("#")[0])


@cache
def tracked() -> frozenset[Path] | None:
    """The files that git keeps and the folders that they are in; None where this is no clone."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return None
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = {ROOT / name for name in listed.split("\0") if name}
    return frozenset(files | {folder for file in files for folder in file.parents})


def problem(document: Path, target: str) -> str | None:
    """What is wrong with a link, if anything."""
    path = document.parent.joinpath(target).resolve()
    if not path.is_relative_to(ROOT):
        return f"{target} is outside of the repository"
    if not path.exists():
        return f"{target} is not there"
    known = tracked()
    return f"{target} is not tracked by git" if known is not None and path not in known else None


def test_links_are_found():
    text = (
        '[a](one.md) ![b](two%20b.png "Title") [![c](three.png)](four/#part) <img src="five.png">\n'
        "[d]: six.md\n"
        "[e](https://example.org/x.md) [f](#part) [g](mailto:me@example.org)\n"
        "`[h](not.md)`\n\n```\n[i](not.md)\n```\n"
    )
    assert list(links(text)) == ["one.md", "two b.png", "three.png", "four/", "five.png", "six.md"]


def test_a_wrong_link_is_noticed(tmp_path):
    readme = ROOT / "README.md"
    assert problem(readme, "README.md") is None
    assert problem(readme, "workbooks/") is None
    assert problem(readme, "none.md") == "none.md is not there"
    assert problem(readme, "../other.md") == "../other.md is outside of the repository"
    if tracked() is not None and (ROOT / ".venv").exists():
        assert problem(readme, ".venv") == ".venv is not tracked by git"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_of_the_repository(document):
    problems = (problem(document, target) for target in links(document.read_text(encoding="utf-8")))
    assert [each for each in problems if each] == []
