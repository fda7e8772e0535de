"""Ways to write the same sheet: with plain arithmetic, with worksheet functions, with LAMBDAs.

A column that says how functions write it (`Column.functions`) is written so in every dialect but `cells`;
all other columns, the layout and the values are the same. This module has the two dialects that need no
host; a host that has the functions brings its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Parts = dict[str, bytes]


def _unchanged(parts: Parts) -> Parts:
    return parts


@dataclass(frozen=True)
class Dialect:
    """How formulas are written. `finish` may change the parts of the workbook before its rows are put in."""

    name: str
    functions: bool  # whether columns are written with worksheet functions
    unknown: str = ""  # what a sheet says where the function {} is not known
    spelled: Callable[[str], str] = str  # a function's name as a file has it
    dynamic: bool = False  # whether results are dynamic arrays, as only Excel knows them
    defines: bool = False  # whether the workbook itself defines the functions, as LAMBDAs
    suffix: str = ".xlsx"
    finish: Callable[[Parts], Parts] = _unchanged


CELLS = Dialect("cells", functions=False)
LAMBDA = Dialect(
    "lambda",
    functions=True,
    unknown="There is no LAMBDA here: it needs Excel 365 or 2024 (the plain template works everywhere).",
    dynamic=True,
    defines=True,
)

# A cell's formula that spills refers to its metadata by number (cm="1"); this part says what that means.
METADATA_PART = "xl/metadata.xml"
METADATA = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    b'<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" '
    b'pasteAll="1" pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" '
    b'clearComments="1" assign="1" coerce="1" cellMeta="1"/></metadataTypes>'
    b'<futureMetadata name="XLDAPR" count="1"><bk><extLst>'
    b'<ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    b'<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    b'<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
METADATA_TYPE = (
    b'<Override PartName="/xl/metadata.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"/>'
)
METADATA_RELATIONSHIP = (
    b'<Relationship Id="rIdMetadata" Target="metadata.xml" Type='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"/>'
)


def with_metadata(parts: Parts) -> Parts:
    """Return a workbook's parts with the metadata that dynamic arrays refer to."""
    types, relationships = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    return {
        **parts,
        types: parts[types].replace(b"</Types>", METADATA_TYPE + b"</Types>"),
        relationships: parts[relationships].replace(
            b"</Relationships>", METADATA_RELATIONSHIP + b"</Relationships>"
        ),
        METADATA_PART: METADATA,
    }
