"""What is around our sheets and shows our tables: names, charts, Excel's own tables, the list of formulas."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from xlneuron.xlsx.archive import Archive
from xlneuron.xlsx.cells import SheetXml, reference, text_of
from xlneuron.xlsx.tokens import AREA, NAME, SHEET, Stretch, sheet_name, split_cell, stretched, tokens

NAMES = re.compile(r"(<definedName\b[^>]*>)([^<]*)(</definedName>)")
CALCULATION = re.compile(r"<calcPr\b([^>]*?)\s*/>")
FULL = re.compile(r'\sfullCalcOnLoad="[^"]*"')
REFERENCE = re.compile(r"(<(?:\w+:)?f>)([^<]*)(</(?:\w+:)?f>)")
SHOWN = re.compile(r"<((?:\w+:)?(?:num|str)Ref)>.*?</\1>", re.DOTALL)
CACHE = re.compile(r"<((?:\w+:)?(?:num|str)Cache)>.*?</\1>", re.DOTALL)
AXIS = re.compile(r"<((?:\w+:)?valAx)>.*?</\1>", re.DOTALL)
MAXIMUM = re.compile(r'(<(?:\w+:)?max val=")([0-9]+(?:\.[0-9]+)?)(")')
TABLE = re.compile(r'(<(?:\w+:)?(?:table|autoFilter)\b[^>]*?\bref=")([^"]*)(")')


def with_names(text: str, stretch: Stretch, *, calculate: bool) -> str:
    """Return workbook.xml with names as long as the tables that they cover.

    calculate: whether the spreadsheet has to calculate everything when it opens the file.
    """

    def name(found: re.Match[str]) -> str:
        target = text_of(found[2])
        longer = stretched(target, "", stretch)
        return found[0] if longer == target else found[1] + escape(longer) + found[3]

    text = NAMES.sub(name, text)
    if not calculate:
        return text
    text, there = CALCULATION.subn(
        lambda found: f'<calcPr{FULL.sub("", found[1])} fullCalcOnLoad="1"/>', text, count=1
    )
    return text if there else text.replace("</workbook>", '<calcPr fullCalcOnLoad="1"/></workbook>', 1)


def charts_of(archive: Archive, sheet_part: str) -> Iterator[str]:
    """Yield the charts on a sheet."""
    for drawing in archive.related(sheet_part, "drawing"):
        yield from archive.related(drawing, "chart")


def with_chart(text: str, sheet: str, ours: Mapping[str, object], stretch: Stretch) -> str:
    """Return a chart that shows tables in full. The values that it keeps of our sheets are old: dropped."""
    lengths: dict[float, int] = {}  # how many rows were shown -> how many are

    def series(found: re.Match[str]) -> str:
        named = REFERENCE.search(found[0])
        if named is None:
            return found[0]
        target = text_of(named[2])
        if not any(token.kind == SHEET and sheet_name(token.text) in ours for token in tokens(target)):
            return found[0]
        longer = stretched(target, sheet, stretch, cells=True)
        for was, now in zip(AREA.finditer(target), AREA.finditer(longer), strict=True):
            top, bottom, end = (
                split_cell(each)[0]
                for each in (was["start"], was["end"] or was["start"], now["end"] or now["start"])
            )
            lengths[bottom - top + 1] = end - top + 1
        return CACHE.sub("", found[0].replace(named[0], named[1] + escape(longer) + named[3], 1))

    def maximum(found: re.Match[str]) -> str:
        number = float(found[2])
        wanted = lengths.get(number, lengths.get(number + 1, number + 1) - 1)  # counted from 1, or from 0
        return found[0] if wanted == number else f"{found[1]}{wanted:.15g}{found[3]}"

    text = SHOWN.sub(series, text)
    # The first axis is that of x, which may end where the steps did.
    return AXIS.sub(lambda axis: MAXIMUM.sub(maximum, axis[0]), text, count=1)


def tables_of(archive: Archive, sheet_part: str) -> list[str]:
    """Return the parts of the tables that Excel knows on a sheet."""
    return archive.related(sheet_part, "table")


def with_table(text: str, sheet: str, stretch: Stretch) -> str:
    """Return the part of a table of Excel's, as long as ours that it covers."""
    return TABLE.sub(lambda found: found[1] + stretched(found[2], sheet, stretch) + found[3], text)


def without_chain(archive: Archive, changed: dict[str, bytes]) -> set[str]:
    """Take out the list of cells with formulas, which is no longer true; spreadsheets make it anew.

    `changed` gets the parts that named it; the result is what has to be left out.
    """
    chain = archive.related(archive.workbook, "calcChain")
    if not chain:
        return set()
    folder, name = posixpath.split(archive.workbook)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    types = "[Content_Types].xml"
    changed[rels] = re.sub(
        rb'<Relationship\b[^>]*/calcChain"[^>]*/>', b"", changed.get(rels, archive.read(rels))
    )
    pattern = rb'<Override\b[^>]*PartName="/%s"[^>]*/>' % re.escape(chain[0].encode())
    changed[types] = re.sub(pattern, b"", changed.get(types, archive.read(types)))
    return set(chain)


def formulas_elsewhere(
    archive: Archive, ours: Mapping[str, object], names: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield (cell, formula) of the formulas on other sheets that use our sheets, directly or by a name."""
    for tab, part in archive.sheets.items():
        if tab in ours or b"<f" not in archive.read(part):
            continue
        text = archive.text(part)
        if "<sheetData" not in text:
            continue  # a sheet that is a chart
        xml = SheetXml(tab, text, ())
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
