"""xlneuron.xlam, the add-in: a workbook with our macros and nothing else, which Excel keeps hidden."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from xlneuron.hosts.excel import intellisense, parts
from xlneuron.hosts.excel.project import code_names, project

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPEN = "application/vnd.openxmlformats"
SPREADSHEET = f"{OPEN}-officedocument.spreadsheetml"

TITLE = "<dc:title>xlneuron</dc:title>"
LARGEST = 10_000_000  # bytes of a part that is ours
MODULE = "xlneuron_udfs"  # of the VBA project; its name is in there in UTF-16

# Title and description are what Excel's list of add-ins shows.
CORE = f"""\
<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">\
{TITLE}\
<dc:creator>The xlneuron authors</dc:creator>\
<dc:description>Worksheet functions of neural networks: NEURON_FORWARD, NUM_DERIV, SGD_STEP and more.\
</dc:description>\
</cp:coreProperties>"""

CONTENT_TYPES = f"""\
<Types xmlns="{PACKAGE}/content-types">\
<Default Extension="bin" ContentType="{parts.PROJECT_TYPE}"/>\
<Default Extension="rels" ContentType="{OPEN}-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{parts.XLAM}"/>\
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{SPREADSHEET}.worksheet+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{SPREADSHEET}.styles+xml"/>\
<Override PartName="/xl/theme/theme1.xml" ContentType="{OPEN}-officedocument.theme+xml"/>\
<Override PartName="/docProps/core.xml" ContentType="{OPEN}-package.core-properties+xml"/>\
</Types>"""

RELATIONSHIPS = f"""\
<Relationships xmlns="{PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>\
<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>\
</Relationships>"""

WORKBOOK = f"""\
<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">\
<fileVersion appName="xl" lastEdited="7" lowestEdited="7" rupBuild="22228"/>\
<workbookPr/>\
<bookViews><workbookView visibility="hidden" windowWidth="20000" windowHeight="12000"/></bookViews>\
<sheets><sheet name="xlneuron" sheetId="1" r:id="rId1"/></sheets>\
<calcPr calcId="191029"/>\
</workbook>"""

WORKBOOK_RELATIONSHIPS = f"""\
<Relationships xmlns="{PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>\
<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>\
<Relationship Id="rId3" Type="{OFFICE}/theme" Target="theme/theme1.xml"/>\
</Relationships>"""

SHEET = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'

STYLES = f"""\
<styleSheet xmlns="{MAIN}">\
<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>"""

# The least that a theme can be: a workbook that nobody sees has to have one.
COLOURS = "".join(
    f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
    for name, value in {
        **{"dk1": "000000", "lt1": "FFFFFF", "dk2": "44546A", "lt2": "E7E6E6"},
        **{"accent1": "4472C4", "accent2": "ED7D31", "accent3": "A5A5A5", "accent4": "FFC000"},
        **{"accent5": "5B9BD5", "accent6": "70AD47", "hlink": "0563C1", "folHlink": "954F72"},
    }.items()
)
FONT = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
THEME = f"""\
<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Office"><a:themeElements>\
<a:clrScheme name="Office">{COLOURS}</a:clrScheme>\
<a:fontScheme name="Office"><a:majorFont>{FONT}</a:majorFont><a:minorFont>{FONT}</a:minorFont></a:fontScheme>\
<a:fmtScheme name="Office"><a:fillStyleLst>{FILL * 3}</a:fillStyleLst>\
<a:lnStyleLst>{f"<a:ln>{FILL}</a:ln>" * 3}</a:lnStyleLst>\
<a:effectStyleLst>{"<a:effectStyle><a:effectLst/></a:effectStyle>" * 3}</a:effectStyleLst>\
<a:bgFillStyleLst>{FILL * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"""


def addin() -> bytes:
    """Return the add-in's file: the same bytes every time, so that they tell whether one is current."""
    (code_name,) = code_names(1)
    texts = {
        "[Content_Types].xml": intellisense.content_types(CONTENT_TYPES),
        "_rels/.rels": RELATIONSHIPS,
        "docProps/core.xml": CORE,
        "xl/workbook.xml": parts.workbook(WORKBOOK),
        "xl/_rels/workbook.xml.rels": intellisense.workbook_relationships(
            parts.workbook_relationships(WORKBOOK_RELATIONSHIPS)
        ),
        "xl/worksheets/sheet1.xml": parts.sheet(SHEET, code_name),
        "xl/styles.xml": STYLES,
        "xl/theme/theme1.xml": THEME,
        **intellisense.parts(),
    }
    contents = {name: (DECLARATION + text).encode() for name, text in texts.items()}
    contents["xl/vbaProject.bin"] = project(1)
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:  # not compressed, which would depend on the version of zlib
        for name, content in contents.items():
            archive.writestr(ZipInfo(name), content)
    return buffer.getvalue()


def is_ours(path: Path) -> bool:
    """Return whether this is an add-in of xlneuron, of whatever version: by its title or its VBA project.

    Or a part of one, as an earlier version left behind when it was ended while it wrote.
    """
    if not path.is_file():
        return False
    if path.stat().st_size <= LARGEST and addin().startswith(path.read_bytes()):
        return True
    marks = {"docProps/core.xml": TITLE.encode(), "xl/vbaProject.bin": MODULE.encode("utf-16-le")}
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            return any(
                part in names and archive.getinfo(part).file_size <= LARGEST and mark in archive.read(part)
                for part, mark in marks.items()
            )
    except OSError:
        raise
    except Exception:  # no package, or a damaged or encrypted one, which zipfile says in many ways
        return False
