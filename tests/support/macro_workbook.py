"""A workbook with our macros: what openpyxl saves, with its parts changed as those of a template."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import openpyxl

from xlneuron.functions.cells import Cell
from xlneuron.hosts.excel.dialect import with_macros


def macro_workbook(path: Path, rows: Iterable[Iterable[Cell]], sheets: int = 1) -> Path:
    """Write an .xlsm with these rows on its first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for _ in range(sheets - 1):
        book.create_sheet()
    saved = BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
        for name, content in with_macros({name: source.read(name) for name in source.namelist()}).items():
            target.writestr(name, content)
    return path
