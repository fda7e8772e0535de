"""A workbook with our macros: what openpyxl saves, with its parts changed by `xlneuron.hosts.excel.parts`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import openpyxl

from xlneuron.grid import Cell
from xlneuron.hosts.excel import parts, project


def macro_workbook(path: Path, rows: Iterable[Iterable[Cell]], sheets: int = 1) -> Path:
    """Write an .xlsm with these rows on its first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for _ in range(sheets - 1):
        book.create_sheet()
    saved = BytesIO()
    book.save(saved)
    change = {
        "xl/workbook.xml": parts.workbook,
        "xl/_rels/workbook.xml.rels": parts.workbook_relationships,
        "[Content_Types].xml": parts.content_types,
    }
    for number, name in enumerate(project.code_names(sheets), start=1):
        change[f"xl/worksheets/sheet{number}.xml"] = lambda text, name=name: parts.sheet(text, name)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, change.get(name, str)(text))
        target.writestr("xl/vbaProject.bin", project.project(sheets))
    return path
