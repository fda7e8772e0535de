"""Hostile files: made to fill the memory or to take for ever, or damaged at random. All are seeded."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

SGD = "xl/worksheets/sheet2.xml"
WORKBOOK, RELS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
MARK = "docProps/custom.xml"

Change = Callable[[bytes], bytes]


def rows(inside: bytes) -> Change:
    return lambda xml: xml.replace(b"</sheetData>", inside + b"</sheetData>")


def before(inside: bytes) -> Change:
    return lambda xml: xml.replace(b"<sheetData>", inside + b"<sheetData>")


def after(inside: bytes) -> Change:
    return lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + inside)


def formula(text: bytes) -> Change:
    return rows(b'<row r="900"><c r="A900"><f>' + text + b"</f><v>1</v></c></row>")


def inside(end: bytes, what: bytes) -> Change:
    return lambda xml: xml.replace(end, what + end)


CF = b'<conditionalFormatting sqref="A1"><cfRule><formula>A1</formula></cfRule></conditionalFormatting>'


def shapes(n: int) -> dict[str, dict[str, Change]]:
    """The shapes, by what they are; n is how many of each thing, a million for the real attack."""
    tag = b"<a " + b" ".join(b'a%d=""' % each for each in range(n // 4)) + b"/>"
    return {
        "cells": {SGD: rows((b"<row>" + b"<c/>" * 16_000 + b"</row>") * (n // 14_000))},
        "rows": {SGD: rows(b"<row/>" * n)},
        "deep": {SGD: before(b"<a>" * n + b"</a>" * n)},
        "attributes": {SGD: before(tag)},
        "formats": {SGD: after(CF * (n // 16))},
        "areas": {SGD: after(b"<f/>" * n)},
        "comment": {SGD: before(b"<!-- " + b"<row>" * n + b"-->")},
        "cdata": {SGD: before(b"<a><![CDATA[" + b"<row><c><f>" * (n // 2) + b"]]></a>")},
        "long formula": {SGD: formula(b"1+" * (n // 10) + b"1")},
        "quotes": {SGD: formula(b"'" * (n // 10))},
        "letters": {SGD: formula(b"a" * (n // 10))},
        "brackets": {SGD: formula(b"(" * (n // 10))},
        "names": {
            WORKBOOK: inside(b"</definedNames>", b'<definedName name="a">A1</definedName>' * (n // 10))
        },
        "properties": {MARK: inside(b"</Properties>", b'<property pid="1" name="q"/>' * (n // 8))},
        "relations": {
            RELS: inside(b"</Relationships>", b'<Relationship Id="a" Type="b" Target="c"/>' * (n // 10))
        },
    }


def made(base: Path, target: Path, changes: Mapping[str, Change]) -> Path:
    """A copy of a workbook with changed parts."""
    with zipfile.ZipFile(base) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            content = source.read(part)
            archive.writestr(part, changes[part](content) if part in changes else content)
    return target


def damaged(base: Path, target: Path, seed: int) -> Path:
    """A copy with random damage: to the file, or to the XML of a part."""
    drawn = random.Random(seed)
    if drawn.random() < 0.4:
        content = bytearray(base.read_bytes())
        mutate(content, drawn)
        target.write_bytes(content)
        return target
    with zipfile.ZipFile(base) as source:
        part = drawn.choice(source.namelist())

    def change(xml: bytes) -> bytes:
        content = bytearray(xml)
        mutate(content, drawn)
        return bytes(content)

    return made(base, target, {part: change})


PIECES = (
    b"<",
    b">",
    b"/",
    b'"',
    b"&",
    b"<row>",
    b"<c r='A1'>",
    b"1e999",
    b"NaN",
    b"\0",
    b"\xff",
    b"<!--",
    b"]]>",
)


def mutate(content: bytearray, drawn: random.Random) -> None:
    """Damage bytes at some places."""
    for _ in range(drawn.choice((1, 1, 2, 5, 20))):
        at = drawn.randrange(len(content) + 1)
        size = drawn.choice((0, 1, 1, 8, 100))
        match drawn.randrange(4):
            case 0:
                content[at : at + size] = drawn.choice(PIECES)
            case 1:
                del content[at : at + size]
            case 2:
                content[at : at + 1] = bytes([drawn.randrange(256)])
            case _:
                content[at:at] = content[at : at + size] * drawn.choice((1, 2, 50))


def attacks(base: Path, target: Path, n: int, damage: int, seed: int = 16) -> Iterator[tuple[str, Path]]:
    """Yield every shape and so many damaged files, one after the other in the same place."""
    for name, changes in shapes(n).items():
        yield name, made(base, target, changes)
    for number in range(damage):
        yield f"damage {seed + number}", damaged(base, target, seed + number)
