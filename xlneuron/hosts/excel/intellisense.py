"""What Excel-DNA's IntelliSense shows of our functions while a formula is typed: a custom XML part.

That add-in is free and not ours. Where it is loaded, it draws for any function what Excel itself draws for
its own ones only: the usage, and the argument that is being typed. In every workbook that is open it takes
the first custom XML part of its namespace (`CustomXMLParts.SelectByNamespace`) and reads it with .NET's
XmlSerializer: the names of elements and attributes below are exactly those. HelpTopic, a link, may be left
out.

The functions take and return texts, as those of `parts` do; done twice, they change nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import Function
from xlneuron.hosts.excel.parts import appended

NAMESPACE = "http://schemas.excel-dna.net/intellisense/1.0"
ITEM = "customXml/item1.xml"
PROPERTIES = "customXml/itemProps1.xml"
RELATIONSHIPS = "customXml/_rels/item1.xml.rels"

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
ITEM_RELATIONSHIP = f"{OFFICE}/relationships/customXml"
PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
ITEM_ID = "{24D9BCC3-FBF5-5ECF-925E-7F9D71FD8F93}"  # of ours, in every file: any that no other part has


def content_types(text: str) -> str:
    """Return [Content_Types].xml with the properties of the part; the part itself is plain XML."""
    override = f'<Override PartName="/{PROPERTIES}" ContentType="{PROPERTIES_TYPE}"/>'
    return appended(text, override, "</Types>", PROPERTIES_TYPE)


def workbook_relationships(text: str) -> str:
    """Return workbook.xml.rels with the part."""
    added = f'<Relationship Id="rIdIntelliSense" Type="{ITEM_RELATIONSHIP}" Target="../{ITEM}"/>'
    return appended(text, added, "</Relationships>", ITEM_RELATIONSHIP)


def parts() -> dict[str, str]:
    """Return the parts to add to a package, by their names: the texts, their properties, the way to these."""
    return {
        ITEM: item(FUNCTIONS.values()),
        PROPERTIES: (
            f'<ds:datastoreItem xmlns:ds="{OFFICE}/customXml" ds:itemID="{ITEM_ID}">'
            f'<ds:schemaRefs><ds:schemaRef ds:uri="{NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
        ),
        RELATIONSHIPS: (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/relationships/customXmlProps" '
            f'Target="{PROPERTIES.rpartition("/")[2]}"/></Relationships>'
        ),
    }


def item(functions: Iterable[Function]) -> str:
    """Return the part: every function and its arguments, optional ones as in the usage: `[mom=0.9]`."""
    described = "".join(
        f"<Function Name={quoteattr(function.name)} Description={quoteattr(function.description)}>"
        + "".join(
            f"<Argument Name={quoteattr(argument.usage)} Description={quoteattr(argument.text)}/>"
            for argument in function.arguments
        )
        + "</Function>"
        for function in functions
    )
    return f'<IntelliSense xmlns="{NAMESPACE}"><FunctionInfo>{described}</FunctionInfo></IntelliSense>'
