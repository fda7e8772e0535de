"""docs/functions.md is what `xlneuron functions --markdown` prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlneuron.cli import main
from xlneuron.functions import FUNCTIONS

PAGE = Path(__file__).parents[2] / "docs" / "functions.md"


def test_the_page_is_current(capsys):
    assert main(["functions", "--markdown"]) == 0
    assert capsys.readouterr().out == PAGE.read_text("utf-8"), (
        "xlneuron functions --markdown > docs/functions.md"
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_is_a_row_of_a_table(name):
    section = PAGE.read_text("utf-8").partition(f"## {name}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == len(FUNCTIONS[name].arguments)
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows)


def test_markdown_or_json(capsys):
    assert main(["functions", "--markdown", "--json"]) == 2
    assert "not allowed with" in capsys.readouterr().err
