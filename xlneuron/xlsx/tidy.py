"""What openpyxl writes, put right part by part, so that spreadsheets do what the workbook says."""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Callable
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS_MAX_SIZE, BUILTIN_FORMATS_REVERSE

from xlneuron.tables.dialects import Parts

DATE = datetime.datetime(2000, 1, 1)  # of every file: the same input gives the same parts
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PREFIXES = {
    "": MAIN,
    "xdr": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
# A font's children in the order of the schema, which openpyxl does not keep.
FONT_ORDER = (
    "b",
    "i",
    "strike",
    "condense",
    "extend",
    "outline",
    "shadow",
    "u",
    "vertAlign",
    "sz",
    "color",
    "name",
    "family",
    "charset",
    "scheme",
)
# Which Excel a file is of. LibreOffice takes the values of such a file as they are, and opens it faster.
VERSION = b'<fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="22228"/>'
# With this, a spreadsheet shows the values that are in the file; it recalculates when something changes.
CALCULATION = b'<calcPr calcId="191029"/>'
# Without this, Excel bridges what is #N/A: a line goes on where there is no number.
GAPS = (
    b'<extLst><ext uri="{56B9EC1D-385E-4148-901F-78D8002777C0}"'
    b' xmlns:c16r3="http://schemas.microsoft.com/office/drawing/2017/03/chart">'
    b'<c16r3:dataDisplayOptions16><c16r3:dispNaAsBlank val="1"/></c16r3:dataDisplayOptions16></ext></extLst>'
)


def tidy(parts: Parts) -> Parts:
    """Return the parts of a workbook as they should be."""
    return {_renamed(part): _changed(part, content) for part, content in parts.items()}


def _renamed(text: str) -> str:
    """Return a part's name, or a text with names, with Excel's names for the parts of notes."""
    for pattern, name in NAMES.items():
        text = re.sub(pattern, name, text)
    return text


def _changed(part: str, content: bytes) -> bytes:
    change = next((change for pattern, change in CHANGES.items() if re.fullmatch(pattern, part)), None)
    return content if change is None else change(part, content)


def _content_types(_: str, content: bytes) -> bytes:
    return _renamed(content.decode()).encode()


def _relationships(part: str, content: bytes) -> bytes:
    """Write the targets as Excel does, from where their source is."""
    folder = "/" + posixpath.dirname(posixpath.dirname(part))

    def relative(found: re.Match[bytes]) -> bytes:
        return b'Target="%s"' % posixpath.relpath(_renamed(found[1].decode()), folder).encode()

    return re.sub(rb'Target="(/[^"]*)"', relative, content)


def _workbook(_: str, content: bytes) -> bytes:
    content = re.sub(rb"(<workbook\b[^>]*>)", rb"\g<1>" + VERSION, content, count=1)
    return re.sub(rb"<calcPr [^>]*/>", CALCULATION, content)


def _core(_: str, content: bytes) -> bytes:
    """Openpyxl puts the time of saving here."""
    modified = DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + modified, content)


def _drawing(_: str, content: bytes) -> bytes:
    """Write the prefixes that Excel writes."""
    return _serialized(ElementTree.fromstring(content))


def _chart(_: str, content: bytes) -> bytes:
    return re.sub(rb"<dispBlanksAs [^>]*/>", lambda found: found[0] + GAPS, content)


def _styles(_: str, content: bytes) -> bytes:
    """Write the children of every font in the schema's order, and number the conditional formats' codes."""
    root = ElementTree.fromstring(content)
    for font in root.iter(f"{{{MAIN}}}font"):
        font[:] = sorted(font, key=lambda child: FONT_ORDER.index(child.tag.rpartition("}")[2]))
    numbers = dict(BUILTIN_FORMATS_REVERSE)
    numbers |= {
        each.attrib["formatCode"]: int(each.attrib["numFmtId"])
        for each in root.iterfind(f"{{{MAIN}}}numFmts/{{{MAIN}}}numFmt")
    }
    for each in root.iterfind(f"{{{MAIN}}}dxfs/{{{MAIN}}}dxf/{{{MAIN}}}numFmt"):
        free = max(BUILTIN_FORMATS_MAX_SIZE - 1, *numbers.values()) + 1
        each.set("numFmtId", str(numbers.setdefault(each.attrib["formatCode"], free)))
    return _serialized(root)


def _serialized(root: ElementTree.Element) -> bytes:
    for prefix, namespace in PREFIXES.items():
        ElementTree.register_namespace(prefix, namespace)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


# Other names, prefixes and ways to say where a part is would be as valid, but there are readers that know
# none but Excel's.
NAMES = {
    r"xl/comments/comment(\d+)\.xml": r"xl/comments\1.xml",
    r"xl/drawings/commentsDrawing(\d+)\.vml": r"xl/drawings/vmlDrawing\1.vml",
}
CHANGES: dict[str, Callable[[str, bytes], bytes]] = {
    r"\[Content_Types\]\.xml": _content_types,
    r".*\.rels": _relationships,
    r"xl/workbook\.xml": _workbook,
    r"xl/styles\.xml": _styles,
    r"xl/charts/chart\d+\.xml": _chart,
    r"xl/drawings/drawing\d+\.xml": _drawing,
    r"docProps/core\.xml": _core,
}
