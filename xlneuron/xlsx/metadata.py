"""What a workbook says of its dynamic arrays, without which Excel takes them for arrays of the old kind."""

from __future__ import annotations

from xlneuron.tables.dialects import Parts

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
