"""The dialect `functions` for Excel: an .xlsm whose rows call the Python functions, with its macros."""

from __future__ import annotations

import re

from xlneuron.hosts.excel import intellisense, parts
from xlneuron.hosts.excel.project import code_names, project
from xlneuron.tables.dialects import Dialect, Parts

SHEET_PART = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


def with_macros(workbook: Parts) -> Parts:
    """Return the parts of an .xlsx as those of an .xlsm with our VBA project and IntelliSense's texts."""
    sheets = sorted((part for part in workbook if SHEET_PART.fullmatch(part)), key=_number)
    changed = {part: workbook[part].decode() for part in sheets}
    for part, code_name in zip(sheets, code_names(len(sheets)), strict=True):
        changed[part] = parts.sheet(changed[part], code_name)
    for part, changes in {
        "[Content_Types].xml": (parts.content_types, intellisense.content_types),
        "xl/workbook.xml": (parts.workbook,),
        "xl/_rels/workbook.xml.rels": (parts.workbook_relationships, intellisense.workbook_relationships),
    }.items():
        changed[part] = workbook[part].decode()
        for change in changes:
            changed[part] = change(changed[part])
    return {
        **workbook,
        **{part: text.encode() for part, text in {**changed, **intellisense.parts()}.items()},
        "xl/vbaProject.bin": project(len(sheets)),
    }


def _number(part: str) -> int:
    found = SHEET_PART.fullmatch(part)
    assert found is not None
    return int(found[1])


FUNCTIONS = Dialect(
    "functions",
    functions=True,
    unknown="Excel does not know {} here: load the add-in (xlneuron install excel) or allow macros.",
    dynamic=True,
    suffix=".xlsm",
    finish=with_macros,
)
