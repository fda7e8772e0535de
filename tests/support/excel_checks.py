"""Does Excel do what a file of ours says? What is valid, and yet not shown, not refused or not read as meant.

Every check is a generator of findings, as in `package_checks`. They are for files as we write them: what a
spreadsheet has saved since is its own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS

from support.package import MAIN, Package, Sheet, column_letters, position
from support.package_checks import CHART

NOT_AVAILABLE = "{http://schemas.microsoft.com/office/drawing/2017/03/chart}dispNaAsBlank"
FORMULAS = {f"{MAIN}{name}" for name in ("f", "formula", "formula1", "formula2", "definedName")}
LITERAL = re.compile(r"(?<![\w.$:])(\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?(?![\w(!])")
DIGITS = 15  # of a number in a formula that Excel reads
NAME = re.compile(r"(?<![\w.!$])[A-Za-z_][\w.]*")
LARGE = 0xFFFFFFFF  # bytes: a size in the header of a larger part
OWN_FORMATS = 164  # the first number of a format that is not Excel's own
READ_AS_FORMULAS = ("=", "+", "-", "@")


def excel_findings(path: str | Path) -> list[str]:
    """Everything in a file that Excel would not do as it is meant; empty if nothing is."""
    package = Package(path)
    return [finding for check in CHECKS for finding in check(package)]


def version(package: Package) -> Iterator[str]:
    """The file says which program it is of, as Excel does, in front of all else."""
    first = next(iter(package.xml(package.workbook)))
    if first.tag != f"{MAIN}fileVersion" or first.get("appName") != "xl":
        yield f"{package.workbook}: begins with {_name(first)} instead of Excel's fileVersion"


def headers(package: Package) -> Iterator[str]:
    """No part has the zip header of one over 4 GB, which not every reader knows."""
    content = package.path.read_bytes()
    with zipfile.ZipFile(package.path) as archive:
        for info in archive.infolist():
            sizes = content[info.header_offset + 18 : info.header_offset + 26]
            if info.file_size < LARGE and (info.extract_version > 20 or b"\xff\xff\xff\xff" in sizes):
                yield f"{info.filename}: the zip header of a large part for {info.file_size} bytes"


def validations(package: Package) -> Iterator[str]:
    """A data validation refuses what is wrong, and shows the words that it has."""
    for sheet in package.sheets:
        for each in package.xml(sheet.part).iter(f"{MAIN}dataValidation"):
            if not _is_true(each.get("showErrorMessage")):
                yield f"{sheet.part}: the validation of {each.get('sqref')} refuses nothing"
            if each.get("prompt") and not _is_true(each.get("showInputMessage")):
                yield f"{sheet.part}: the prompt of {each.get('sqref')} is never shown"


def outlines(package: Package) -> Iterator[str]:
    """Folded columns have a [+], over the column to their right."""
    for sheet in package.sheets:
        root = package.xml(sheet.part)
        columns = {number: column for column in root.iter(f"{MAIN}col") for number in _numbers(column)}
        levels = {number: int(column.get("outlineLevel", 0)) for number, column in columns.items()}
        shown = root.find(f"{MAIN}sheetFormatPr")
        room = 0 if shown is None else int(shown.get("outlineLevelCol", 0))
        if max(levels.values(), default=0) > room:
            yield f"{sheet.part}: columns are folded, but there is no room for their [+]"
        right = root.find(f"{MAIN}sheetPr/{MAIN}outlinePr")
        if right is not None and not _is_true(right.get("summaryRight", "1")):
            yield f"{sheet.part}: the [+] of folded columns is said to be to their left"
        for number, level in levels.items():
            after = columns.get(number + 1)
            ends = level > 0 and levels.get(number + 1, 0) < level
            if ends != (after is not None and _is_true(after.get("collapsed"))):
                state = "no [+] after the folded" if ends else "a [+] that folds nothing after"
                yield f"{sheet.part}: {state} column {column_letters(number)}"


def charts(package: Package) -> Iterator[str]:
    """Charts have gaps where there is no number, axes at their ends, square corners and columns to show."""
    hidden = {sheet.name: _hidden(package, sheet) for sheet in package.sheets}
    for part in package.parts:
        if not re.fullmatch(r"xl/charts/chart\d+\.xml", part):
            continue
        root = package.xml(part)
        if not any(_is_true(each.get("val", "1")) for each in root.iter(NOT_AVAILABLE)):
            yield f"{part}: a line goes on where a cell is #N/A"
        corners = root.find(f"{CHART}roundedCorners")
        if corners is None or _is_true(corners.get("val", "1")):
            yield f"{part}: rounded corners"
        yield from (f"{part}: {finding}" for finding in _axes(root))
        for reference in root.iter(f"{CHART}f"):
            name, _, area = (reference.text or "").rpartition("!")
            column = re.sub(r"\d+", "", area.partition(":")[0].replace("$", ""))
            if column in hidden.get(name.strip("'").replace("''", "'"), ()):
                yield f"{part}: shows the hidden column {column}"


def _axes(chart: Element) -> Iterator[str]:
    horizontal = {
        found.get("val") for each in chart.iter(f"{CHART}scatterChart") for found in each[-2:-1]
    }  # the first of the two axes that it names at its end
    for axis in (*chart.iter(f"{CHART}valAx"), *chart.iter(f"{CHART}catAx")):
        number = _value(axis, "axId")
        place = "b" if number in horizontal or axis.tag == f"{CHART}catAx" else "l"
        if _value(axis, "axPos") != place:
            yield f"axis {number} is at {_value(axis, 'axPos')!r} instead of {place!r}"
        if _value(axis, "crosses") != "min":
            yield f"axis {number} crosses the other one somewhere on its way"


def colour_scales(package: Package) -> Iterator[str]:
    """No colour scale has a cell that may be an error value: Excel may draw none of it then."""
    for sheet in package.sheets:
        root = package.xml(sheet.part)
        formulas = {
            position(cell.attrib["r"]) for cell in root.iter(f"{MAIN}c") if cell.find(f"{MAIN}f") is not None
        }
        for format_ in root.iter(f"{MAIN}conditionalFormatting"):
            if format_.find(f"{MAIN}cfRule/{MAIN}colorScale") is None:
                continue
            for area in format_.get("sqref", "").split():
                (top, left), (bottom, right) = (position(each) for each in (area.split(":") * 2)[:2])
                if any(top <= row <= bottom and left <= column <= right for row, column in formulas):
                    yield f"{sheet.part}: a colour scale over the formulas of {area}"


def number_formats(package: Package) -> Iterator[str]:
    """A number format's number means one code in the whole file, and a code has one number."""
    for part in package.related(package.workbook, "styles"):
        codes: dict[str, str] = {}
        numbers: dict[str, str] = {code: str(number) for number, code in BUILTIN_FORMATS.items()}
        for each in package.xml(part).iter(f"{MAIN}numFmt"):
            number, code = each.attrib["numFmtId"], each.attrib["formatCode"]
            if codes.setdefault(number, code) != code:
                yield f"{part}: number format {number} is {codes[number]} and {code}"
            if numbers.setdefault(code, number) != number:
                yield f"{part}: the number format {code} is {numbers[code]} and {number}"
            if int(number) < OWN_FORMATS and BUILTIN_FORMATS.get(int(number)) != code:
                yield f"{part}: number format {number} is Excel's own, and not {code}"


def literals(package: Package) -> Iterator[str]:
    """No number in a formula has more digits than are read."""
    for part in filter(package.has_xml, package.parts):
        for element in package.xml(part).iter():
            if element.tag in FORMULAS:
                for literal in LITERAL.findall(_without_texts(element.text or "")):
                    if len(literal.replace(".", "").strip("0")) > DIGITS:
                        yield f"{part}: a number of more than {DIGITS} digits: {literal}"


def quotes(package: Package) -> Iterator[str]:
    """A text that Excel would read as a formula, when its cell is edited, is marked as a text."""
    for part in package.related(package.workbook, "styles"):
        styles = package.xml(part).findall(f"{MAIN}cellXfs/{MAIN}xf")
        for sheet in package.sheets:
            for cell in package.xml(sheet.part).iter(f"{MAIN}c"):
                text, style = package.value(cell), styles[int(cell.get("s", 0))]
                written = isinstance(text, str) and cell.find(f"{MAIN}f") is None
                if written and text.startswith(READ_AS_FORMULAS) and not _is_true(style.get("quotePrefix")):
                    yield f"{sheet.part}: {cell.get('r')} becomes a formula when it is edited: {text[:30]}"


def names_of_names(package: Package) -> Iterator[str]:
    """What a name says, it says by names that have one meaning wherever it is used."""
    defined = list(package.xml(package.workbook).iter(f"{MAIN}definedName"))
    scopes: dict[str, set[str | None]] = {}
    for each in defined:
        scopes.setdefault(each.attrib["name"].lower(), set()).add(each.get("localSheetId"))
    for each in defined:
        scope = each.get("localSheetId")
        for name in sorted(set(NAME.findall(_without_texts(each.text or "")))):
            others = scopes.get(name.lower(), {None})
            if others != {None} and (scope is None or not others & {scope, None}):
                yield f"{package.workbook}: {each.get('name')} says {name}, which every sheet has its own of"


def _without_texts(formula: str) -> str:
    """A formula without its texts and without the names of sheets."""
    return re.sub(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'", '""', formula)


def _hidden(package: Package, sheet: Sheet) -> set[str]:
    return {
        column_letters(number)
        for column in package.xml(sheet.part).iter(f"{MAIN}col")
        if _is_true(column.get("hidden"))
        for number in _numbers(column)
    }


def _numbers(column: Element) -> range:
    return range(int(column.attrib["min"]), int(column.attrib["max"]) + 1)


def _value(element: Element, child: str) -> str | None:
    found = element.find(f"{CHART}{child}")
    return None if found is None else found.get("val")


def _is_true(text: str | None) -> bool:
    return text in {"1", "true"}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


CHECKS: tuple[Callable[[Package], Iterator[str]], ...] = (
    version,
    headers,
    validations,
    outlines,
    charts,
    colour_scales,
    number_formats,
    literals,
    quotes,
    names_of_names,
)
