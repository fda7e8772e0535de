"""The parts of a workbook's package, changed so that it carries our macros and knows their descriptions.

All functions take and return the text of a part, and leave everything else in it as it is; done twice, they
change nothing more. They write what Excel saves after MacroOptions has run: the category as a function group
of the workbook, the arguments' descriptions in an extension of it (the functions' own descriptions are in the
VBA). The wizard then shows them before any macro has run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import Function
from xlneuron.hosts.excel.vba import CATEGORY, CATEGORY_NUMBER

WORKBOOK_CODE_NAME = "ThisWorkbook"

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
XLAM = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
PROJECT_TYPE = "application/vnd.ms-office.vbaProject"
PROJECT_RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"

FUNCTION_GROUPS = (
    f'<functionGroups builtInGroupCount="{CATEGORY_NUMBER - 1}"><functionGroup name="{CATEGORY}"/>'
    "</functionGroups>"
)
DESCRIPTIONS_URI = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"


def workbook(text: str) -> str:
    """Return workbook.xml with its code name, the functions' group and the arguments' descriptions."""
    text = _with_code_name(
        text, "workbookPr", WORKBOOK_CODE_NAME, after=r"<workbook\b[^>]*>(<fileVersion[^>]*/>)?"
    )
    if FUNCTION_GROUPS not in text:
        text = _insert(text, "</sheets>", FUNCTION_GROUPS)
    if DESCRIPTIONS_URI not in text:
        extension = argument_descriptions()
        if "<extLst>" in text:
            return _insert(text, "<extLst>", extension)
        return text.replace("</workbook>", f"<extLst>{extension}</extLst></workbook>")
    return text


def sheet(text: str, code_name: str) -> str:
    """Return a sheet's part (or its beginning) with its code name."""
    return _with_code_name(text, "sheetPr", code_name, after=r"<worksheet\b[^>]*>")


def content_types(text: str) -> str:
    """Return [Content_Types].xml of an .xlsx as that of an .xlsm."""
    text = text.replace(f'"{XLSX}"', f'"{XLSM}"')
    override = f'<Override PartName="/xl/vbaProject.bin" ContentType="{PROJECT_TYPE}"/>'
    return appended(text, override, "</Types>", PROJECT_TYPE)


def workbook_relationships(text: str) -> str:
    """Return workbook.xml.rels with the VBA project, `vbaProject.bin` beside workbook.xml."""
    added = f'<Relationship Id="rIdVba" Type="{PROJECT_RELATIONSHIP}" Target="vbaProject.bin"/>'
    return appended(text, added, "</Relationships>", PROJECT_RELATIONSHIP)


def appended(text: str, element: str, end: str, mark: str) -> str:
    """Return a part with an element before its end, unless its mark says that it has it already."""
    return text if mark in text else text.replace(end, f"{element}{end}")


def argument_descriptions(functions: Iterable[Function] = FUNCTIONS.values()) -> str:
    """Return the extension of workbook.xml that has the descriptions of every function's arguments."""
    names = []
    for function in functions:
        texts = "".join(
            f'<x14:argumentDescription index="{index}">{escape(text)}</x14:argumentDescription>'
            for index, text in enumerate(argument.description for argument in function.arguments)
        )
        count = len(function.arguments)
        names.append(
            f'<x14:definedName name="{function.name}">'
            f'<x14:argumentDescriptions count="{count}">{texts}</x14:argumentDescriptions>'
            "</x14:definedName>"
        )
    return (
        f'<ext uri="{DESCRIPTIONS_URI}" xmlns:x14="{X14}"><x14:definedNames>'
        f"{''.join(names)}</x14:definedNames></ext>"
    )


def _with_code_name(text: str, element: str, name: str, after: str) -> str:
    tag = re.search(rf"<{element}\b[^>]*?(?=\s*/?>)", text)
    if tag is None:
        start = re.search(after, text)
        if start is None:
            raise ValueError(f"no place for {element}")
        return f'{text[: start.end()]}<{element} codeName="{name}"/>{text[start.end() :]}'
    kept = re.sub(r'\s+codeName="[^"]*"', "", tag[0])
    return f'{text[: tag.start()]}{kept} codeName="{name}"{text[tag.end() :]}'


def _insert(text: str, mark: str, added: str) -> str:
    before, found, behind = text.partition(mark)
    if not found:
        raise ValueError(f"no {mark} in workbook.xml")
    return before + found + added + behind
