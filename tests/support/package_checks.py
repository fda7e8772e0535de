"""Is a file a valid Office Open XML workbook? openxml-audit's verdict, and what it does not look at.

Every check is a generator of findings, one line each that starts with the part it is about.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from openxml_audit import OpenXmlValidator, ValidationSeverity

from support.package import LAST_COLUMN, LAST_ROW, MAIN, OFFICE, TYPES, Package, position

# openxml-audit's warnings that we live with, and why.
ACCEPTED_WARNINGS = {
    "Excel_InlineStrCells": "texts in the cells themselves are valid; Excel moves them when it saves",
}

# What it takes for an error and Excel writes itself, and why.
ACCEPTED_ERRORS = {
    "/dispNaAsBlank[1]: The 'val' attribute is not declared.": "its schema has the element without its value",
}

X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"

SHEET_NAME_LENGTH = 31
TEXT_LENGTH = 255
FORMULA_LENGTH = 8192

# Elements whose attribute `count` says how many children they have.
COUNTED = {
    MAIN + name
    for name in (
        "numFmts",
        "fonts",
        "fills",
        "borders",
        "cellStyleXfs",
        "cellXfs",
        "cellStyles",
        "dxfs",
        "tableStyles",
        "mergeCells",
        "dataValidations",
        "rowBreaks",
        "colBreaks",
        "tableParts",
        "tableColumns",
        "metadataTypes",
        "futureMetadata",
        "cellMetadata",
        "valueMetadata",
    )
} | {X14 + "argumentDescriptions"}

# Texts that the user interface cuts or refuses: (element, attribute or None for its text) -> length.
LIMITED_TEXTS: dict[tuple[str, str | None], int] = {
    (f"{MAIN}dataValidation", "promptTitle"): 32,
    (f"{MAIN}dataValidation", "prompt"): TEXT_LENGTH,
    (f"{MAIN}dataValidation", "errorTitle"): 32,
    (f"{MAIN}dataValidation", "error"): TEXT_LENGTH,
    (f"{MAIN}definedName", "name"): TEXT_LENGTH,
    (f"{MAIN}definedName", "comment"): TEXT_LENGTH,
    (f"{MAIN}f", None): FORMULA_LENGTH,
    (f"{MAIN}formula", None): FORMULA_LENGTH,
    (f"{MAIN}oddHeader", None): TEXT_LENGTH,
    (f"{MAIN}oddFooter", None): TEXT_LENGTH,
    (f"{MAIN}t", None): 32_767,
    (f"{X14}argumentDescription", None): TEXT_LENGTH,
}

MAIN_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    ".xlam": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
VBA_TYPE = "application/vnd.ms-office.vbaProject"


def audit(path: str | Path) -> list[str]:
    """Everything that is wrong with a workbook file; empty if nothing is."""
    findings = [
        str(error)
        for error in OpenXmlValidator().validate(path).errors
        if (error.severity is ValidationSeverity.ERROR or error.id not in ACCEPTED_WARNINGS)
        and not str(error).endswith(tuple(ACCEPTED_ERRORS))
    ]
    return findings + own_findings(path)


def own_findings(path: str | Path) -> list[str]:
    """What our own checks find."""
    try:
        package = Package(path)
        for part in package.parts:
            if package.has_xml(part):
                package.xml(part)
    except (zipfile.BadZipFile, ElementTree.ParseError) as error:
        return [f"{Path(path).name}: {error}"]
    broken = [*zip_entries(package), *relationships(package)]
    return broken or [finding for check in CHECKS for finding in check(package)]


def zip_entries(package: Package) -> Iterator[str]:
    """No part comes twice, nor twice but for upper and lower case."""
    for name, count in Counter(name.lower() for name in package.names).items():
        if count > 1:
            yield f"{name}: {count} entries of this name in the zip"


def relationships(package: Package) -> Iterator[str]:
    """Relationships point to parts that exist, and parts name relationships that exist."""
    for part in ["", *package.parts]:
        known = package.relationships(part)
        for each in known.values():
            if not each.external and each.target not in package.parts:
                yield f"{part or 'package'}: {each.id} points to {each.target}, which does not exist"
        if part and package.has_xml(part):
            for element in package.xml(part).iter():
                for name, value in element.items():
                    if name.startswith(OFFICE) and value not in known:
                        yield f"{part}: relationship {value} does not exist"


def content_types(package: Package) -> Iterator[str]:
    """Every part has a content type, the main part the one of the file's suffix, a VBA project its own."""
    types = package.xml("[Content_Types].xml")
    defaults = {
        each.attrib["Extension"].lower(): each.attrib["ContentType"] for each in types.iter(f"{TYPES}Default")
    }
    overrides = {
        each.attrib["PartName"].lstrip("/"): each.attrib["ContentType"]
        for each in types.iter(f"{TYPES}Override")
    }
    for part in overrides.keys() - package.parts.keys():
        yield f"{part}: has a content type, but does not exist"
    for part in package.parts:
        kind = overrides.get(part, defaults.get(part.rpartition(".")[2].lower()))
        if part == "[Content_Types].xml":
            continue
        if kind is None:
            yield f"{part}: no content type"
        elif part == package.workbook and kind != MAIN_TYPES.get(package.path.suffix):
            yield f"{part}: content type {kind} in a {package.path.suffix} file"
        elif part.endswith("vbaProject.bin") and kind != VBA_TYPE:
            yield f"{part}: content type {kind} instead of {VBA_TYPE}"


def vba_project(package: Package) -> Iterator[str]:
    """Macros are where the file's suffix says, and code names are those of the project's modules."""
    projects = package.related(package.workbook, "vbaProject")
    if bool(projects) != (package.path.suffix in {".xlsm", ".xlam"}):
        found = "a" if projects else "no"
        yield f"{package.workbook}: {found} VBA project in a {package.path.suffix} file"
    for part in projects:
        # The stream PROJECT is plain text, one line for each document module.
        modules = {
            name.decode("cp1252") for name in re.findall(rb"Document=([^/\r\n]+)/&H", package.parts[part])
        }
        owners = {package.workbook: "workbookPr", **{sheet.part: "sheetPr" for sheet in package.sheets}}
        names = []
        for owner, element in owners.items():
            found = package.xml(owner).find(f"{MAIN}{element}")
            name = None if found is None else found.get("codeName")
            names.append(name)
            if name not in modules:
                yield f"{owner}: codeName {name} is none of the project's: {', '.join(sorted(modules))}"
        for module in sorted(modules.difference(filter(None, names))):
            yield f"{part}: document module {module} belongs to no sheet"


def texts_and_counts(package: Package) -> Iterator[str]:
    """No text is longer than its limit, every count is the number of children."""
    for part in filter(package.has_xml, package.parts):
        for element in package.xml(part).iter():
            for (tag, attribute), limit in LIMITS_OF.get(element.tag, ()):
                text = (element.text if attribute is None else element.get(attribute)) or ""
                if len(text) > limit:
                    what = f"{tag.rpartition('}')[2]} {attribute or ''}".rstrip()
                    yield f"{part}: {what} has {len(text)} characters, the limit is {limit}: {text[:40]}..."
            if element.tag in COUNTED and element.get("count", str(len(element))) != str(len(element)):
                name = element.tag.rpartition("}")[2]
                yield f"{part}: {name} has count {element.get('count')}, but {len(element)} children"
            if element.tag == f"{X14}argumentDescriptions":
                indexes = [child.get("index") for child in element]
                if indexes != [str(index) for index in range(len(element))]:
                    yield f"{part}: argumentDescription indexes {', '.join(map(str, indexes))}"
            if element.tag in {f"{MAIN}f", f"{MAIN}formula1"}:
                for literal in re.findall(r'"((?:[^"]|"")*)"', element.text or ""):
                    if len(literal.replace('""', '"')) > TEXT_LENGTH:
                        yield f"{part}: a text in a formula is longer than {TEXT_LENGTH}: {literal[:40]}..."


def sheet_names(package: Package) -> Iterator[str]:
    """Sheet names are short, different and free of what formulas need; one sheet at least is visible."""
    names = [sheet.name for sheet in package.sheets]
    for name in names:
        if not 1 <= len(name) <= SHEET_NAME_LENGTH or re.search(r"[\[\]:*?/\\]|^'|'$", name):
            yield f"{package.workbook}: sheet name {name!r}"
    for name, count in Counter(name.lower() for name in names).items():
        if count > 1:
            yield f"{package.workbook}: {count} sheets are called {name!r}"
    if not any(sheet.visible for sheet in package.sheets) and package.path.suffix != ".xlam":
        yield f"{package.workbook}: no sheet is visible"


def rows_and_cells(package: Package) -> Iterator[str]:
    """Rows and cells are in order, none comes twice, and they use styles and texts that exist."""
    styles = [
        len(package.xml(part).findall(f"{MAIN}cellXfs/{MAIN}xf"))
        for part in package.related(package.workbook, "styles")
    ]
    texts = len(package.shared_strings)
    for sheet in package.sheets:
        last_row = 0
        for row in package.xml(sheet.part).iter(f"{MAIN}row"):
            number = int(row.get("r", last_row + 1))
            if not last_row < number <= LAST_ROW:
                yield f"{sheet.part}: row {number} after row {last_row}"
            last_row, last_column = number, 0
            for cell in row.iter(f"{MAIN}c"):
                try:
                    at_row, column = position(cell.get("r", ""))
                except ValueError as error:
                    yield f"{sheet.part}: row {number}: {error}"
                    continue
                if at_row != number:
                    yield f"{sheet.part}: cell {cell.get('r')} in row {number}"
                if column <= last_column:
                    yield f"{sheet.part}: cell {cell.get('r')} comes twice or too late"
                last_column = column
                if int(cell.get("s", 0)) >= sum(styles):
                    yield f"{sheet.part}: cell {cell.get('r')} has style {cell.get('s')} of {sum(styles)}"
                if cell.get("t") == "s" and int(cell.findtext(f"{MAIN}v", "-1")) not in range(texts):
                    yield f"{sheet.part}: cell {cell.get('r')} has a text number that does not exist"


def ranges(package: Package) -> Iterator[str]:
    """Merged cells, validations, conditional formats, filters and the like are on cells that exist."""
    for sheet in package.sheets:
        for element in package.xml(sheet.part).iter():
            for area in f"{element.get('sqref', '')} {element.get('ref', '')}".split():
                try:
                    corners = [position(corner) for corner in area.split(":")]
                except ValueError as error:
                    if not re.fullmatch(r"[A-Z]{1,3}:[A-Z]{1,3}|[0-9]+:[0-9]+", area):
                        yield f"{sheet.part}: {element.tag.rpartition('}')[2]}: {error}"
                    continue
                if len(corners) > 2 or corners != sorted(corners):
                    yield f"{sheet.part}: {element.tag.rpartition('}')[2]}: {area!r} is not a range"
            if element.tag == f"{MAIN}col":
                first, last = int(element.attrib["min"]), int(element.attrib["max"])
                if not 1 <= first <= last <= LAST_COLUMN:
                    yield f"{sheet.part}: columns {first} to {last}"


def references(package: Package) -> Iterator[str]:
    """Names, charts and formulas point to sheets that exist; no name is defined twice in one scope."""
    names = {sheet.name.lower() for sheet in package.sheets}
    seen: set[tuple[str, str | None]] = set()
    for element in package.xml(package.workbook).iter(f"{MAIN}definedName"):
        name, scope = element.attrib["name"], element.get("localSheetId")
        if (name.lower(), scope) in seen:
            yield f"{package.workbook}: the name {name} is defined twice"
        seen.add((name.lower(), scope))
        if scope is not None and int(scope) >= len(package.sheets):
            yield f"{package.workbook}: the name {name} belongs to sheet {scope} of {len(package.sheets)}"
        if not element.text:
            yield f"{package.workbook}: the name {name} means nothing"
    tags = {f"{MAIN}definedName", f"{MAIN}f", f"{MAIN}formula", f"{MAIN}formula1", f"{CHART}f"}
    for part in filter(package.has_xml, package.parts):
        formulas = {element.text or "" for element in package.xml(part).iter() if element.tag in tags}
        for sheet in sorted({sheet for formula in formulas for sheet in sheets_in(formula)}):
            if sheet.lower() not in names:
                yield f"{part}: refers to a sheet {sheet!r}, which does not exist"
        for formula in sorted(formulas):
            if "#REF!" in formula:
                yield f"{part}: points nowhere: {formula}"


def sheets_in(formula: str) -> Iterable[str]:
    """The names of the sheets that a formula refers to; not those of other workbooks."""
    without_texts = re.sub(r'"(?:[^"]|"")*"', '""', formula)
    for quoted, plain in re.findall(r"'((?:[^']|'')+)'!|(?<![\w.'\]#])([^\W\d][\w.]*)!", without_texts):
        if "[" not in quoted:
            yield quoted.replace("''", "'") or plain


LIMITS_OF: dict[str, list[tuple[tuple[str, str | None], int]]] = {}
for key, length in LIMITED_TEXTS.items():
    LIMITS_OF.setdefault(key[0], []).append((key, length))

CHECKS: tuple[Callable[[Package], Iterator[str]], ...] = (
    content_types,
    vba_project,
    texts_and_counts,
    sheet_names,
    rows_and_cells,
    ranges,
    references,
)
