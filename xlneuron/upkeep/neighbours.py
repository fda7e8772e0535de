"""What is around our sheets and shows our tables: names, charts, Excel's own tables, the list of formulas."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.cells import SheetXml, reference
from xlneuron.xlsx.elements import Edit, Element, edited, elements, escaped
from xlneuron.xlsx.tokens import AREA, NAME, SHEET, Stretch, sheet_name, split_cell, stretched, tokens

REFERENCES = ("numRef", "strRef")
CACHES = ("numCache", "strCache")
MAXIMUM = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)


def with_names(xml: bytes, stretch: Stretch, *, calculate: bool) -> bytes:
    """Return workbook.xml with names as long as the tables that they cover.

    calculate: whether the spreadsheet has to calculate everything when it opens the file.
    """
    found = elements(xml, ("workbook", "definedName", "calcPr"))
    edits: list[Edit] = []
    for each in found:
        if each.name == "definedName":
            target = each.text(xml)
            longer = stretched(target, "", stretch)
            if longer != target:
                edits.append((each.inner, each.inner_end, escaped(longer)))
    if calculate:
        edits.append(_calculated(xml, found))
    return edited(xml, edits)


def _calculated(xml: bytes, found: list[Element]) -> Edit:
    """Return what has the workbook calculated in full."""
    root = found[0]
    there = next((each for each in found if each.name == "calcPr"), None)
    if there is None:
        prefix = root.tag.removesuffix("workbook")
        return root.inner_end, root.inner_end, f'<{prefix}calcPr fullCalcOnLoad="1"/>'.encode()
    full = there.attribute(xml, "fullCalcOnLoad")
    if full:
        return *full, b"1"
    end = there.start + 1 + len(there.tag.encode())
    return end, end, b' fullCalcOnLoad="1"'


def charts_of(archive: Archive, sheet_part: str) -> Iterator[str]:
    """Yield the charts on a sheet."""
    for drawing in archive.related(sheet_part, "drawing"):
        yield from archive.related(drawing, "chart")


def with_chart(xml: bytes, sheet: str, ours: Mapping[str, object], stretch: Stretch) -> bytes:
    """Return a chart that shows tables in full. The values that it keeps of our sheets are old: dropped."""
    lengths: dict[float, int] = {}  # how many rows were shown -> how many are
    edits: list[Edit] = []
    around: Element | None = (
        None  # the reference to cells that the elements are in, its formula still to come
    )
    shown: Element | None = None  # the one whose formula was about our sheets
    axis: Element | None = None
    maxima: list[Element] = []
    for each in elements(xml, (*REFERENCES, *CACHES, "f", "valAx", "max")):
        if each.name in REFERENCES:
            around = each
        elif each.name == "f" and around is not None and around.has(each):
            target = each.text(xml)
            shown = around if _names_sheet(target, ours) else None
            around = None
            if shown is not None:
                longer = stretched(target, sheet, stretch, cells=True)
                lengths |= _lengths(target, longer)
                edits.append((each.inner, each.inner_end, escaped(longer)))
        elif each.name in CACHES and shown is not None and shown.has(each):
            edits.append((each.start, each.end, b""))
        elif each.name == "valAx":
            axis = axis or each  # the first axis is that of x, which may end where the steps did
        elif each.name == "max" and axis is not None and axis.has(each):
            maxima.append(each)
    edits += [edit for each in maxima for edit in _maximum(xml, each, lengths)]
    return edited(xml, edits)


def _names_sheet(formula: str, ours: Mapping[str, object]) -> bool:
    return any(token.kind == SHEET and sheet_name(token.text) in ours for token in tokens(formula))


def _lengths(target: str, longer: str) -> dict[float, int]:
    """Return how many rows each area of a formula was high, and how many it is."""
    lengths: dict[float, int] = {}
    for was, now in zip(AREA.finditer(target), AREA.finditer(longer), strict=True):
        top, bottom, end = (
            split_cell(each)[0]
            for each in (was["start"], was["end"] or was["start"], now["end"] or now["start"])
        )
        lengths[bottom - top + 1] = end - top + 1
    return lengths


def _maximum(xml: bytes, element: Element, lengths: Mapping[float, int]) -> Iterator[Edit]:
    """Yield another end of an axis that ended where the rows did."""
    place = element.attribute(xml, "val")
    text = element.attributes.get("val", "")
    if place is None or not MAXIMUM.fullmatch(text):
        return
    number = float(text)
    wanted = lengths.get(number, lengths.get(number + 1, number + 1) - 1)  # counted from 1, or from 0
    if wanted != number:
        yield *place, f"{wanted:.15g}".encode()


def tables_of(archive: Archive, sheet_part: str) -> list[str]:
    """Return the parts of the tables that Excel knows on a sheet."""
    return archive.related(sheet_part, "table")


def with_table(xml: bytes, sheet: str, stretch: Stretch) -> bytes:
    """Return the part of a table of Excel's, as long as ours that it covers."""
    places = (each.attribute(xml, "ref") for each in elements(xml, ("table", "autoFilter")))
    return edited(
        xml,
        [
            (*place, stretched(xml[slice(*place)].decode(), sheet, stretch).encode())
            for place in places
            if place
        ],
    )


def without_chain(archive: Archive, changed: dict[str, bytes]) -> set[str]:
    """Take out the list of cells with formulas, which is no longer true; spreadsheets make it anew.

    `changed` gets the parts that named it; the result is what has to be left out.
    """
    chain = archive.related(archive.workbook, "calcChain")
    if not chain:
        return set()
    folder, name = posixpath.split(archive.workbook)
    for part, element, attribute, ending in (
        (posixpath.join(folder, "_rels", f"{name}.rels"), "Relationship", "Type", "/calcChain"),
        ("[Content_Types].xml", "Override", "PartName", f"/{chain[0]}"),
    ):
        xml = changed.get(part) or archive.utf8(part)
        gone = [
            each for each in elements(xml, (element,)) if each.attributes.get(attribute, "").endswith(ending)
        ]
        changed[part] = edited(xml, [(each.start, each.end, b"") for each in gone])
    return set(chain)


def formulas_elsewhere(
    archive: Archive, ours: Mapping[str, object], names: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield (cell, formula) of the formulas on other sheets that use our sheets, directly or by a name."""
    for tab, part in archive.sheets.items():
        if tab in ours or b"<f" not in archive.read(part):
            continue
        content = archive.utf8(part)
        if b"<sheetData" not in content:
            continue  # a sheet that is a chart
        xml = SheetXml(tab, content, ())
        for number, row in xml.rows.items():
            for column in row.cells:
                formula = xml.formula(number, column)
                if formula and _uses(formula, ours, names):
                    yield f"{tab}!{reference(number, column)}", formula


def _uses(formula: str, ours: Mapping[str, object], names: set[str]) -> bool:
    return any(
        (token.kind == SHEET and sheet_name(token.text) in ours)
        or (token.kind == NAME and token.text.lower() in names)
        for token in tokens(formula)
    )
