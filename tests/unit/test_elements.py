"""Places in XML, by expat: exact to the byte, and found in time that grows with the length alone."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlneuron.upkeep.neighbours import with_chart, with_names, with_table
from xlneuron.upkeep.rewrite import ROWS, around
from xlneuron.xlsx.cells import SheetXml
from xlneuron.xlsx.elements import edited, elements, text_in
from xlneuron.xlsx.package import change_mark

NAMES = st.sampled_from(["c", "x:c", "row", "f"])
FILLINGS = st.sampled_from(
    [
        "",
        "é",
        "a &lt; b",
        "<!-- <c> </c> -->",
        "<![CDATA[<c/> ]] > &amp;]]>",
        "<?c <c>?>",
        "𝒙",
        "&#233;",
        "\n",
    ]
)
HEADS = st.sampled_from(
    ["", ' r="A1"', ' a=">"', " b='\"/>'", ' é="<&lt;"'.replace("<&", "&"), "  ", ' a = "1" ']
)


@st.composite
def xmls(draw, depth=3):
    """An element with elements, comments and CDATA in it."""
    name, head = draw(NAMES), draw(HEADS)
    inner = "".join(
        draw(FILLINGS) + (draw(xmls(depth=depth - 1)) if depth and draw(st.booleans()) else "")
        for _ in range(draw(st.integers(0, 2)))
    )
    if not inner and draw(st.booleans()):
        return f"<{name}{head}/>"
    return f"<{name}{head}>{inner}</{name}{draw(st.sampled_from(['', ' ', chr(10)]))}>"


@given(xmls())
def test_places(text):
    xml = f"<root xmlns:x='x'>{text}</root>".encode()
    found = elements(xml, ("c",))
    tree = [each for each in ElementTree.fromstring(xml).iter() if each.tag in ("c", "{x}c")]
    assert len(found) == len(tree)
    for each, node in zip(found, tree, strict=True):
        node.tail = None
        piece = ElementTree.fromstring(b"<r xmlns:x='x'>" + xml[each.start : each.end] + b"</r>")[0]
        assert ElementTree.tostring(piece) == ElementTree.tostring(node)
        assert each.attributes == node.attrib
        for name, value in node.attrib.items():
            place = each.attribute(xml, name)
            assert place is not None
            assert text_in(xml[slice(*place)]) == value
        if not len(node):
            assert each.text(xml) == (node.text or "")


@given(xmls())
def test_edits_leave_the_rest(text):
    xml = f"<root xmlns:x='x'>{text}</root>".encode()
    outer = elements(xml, ("f",))
    edits = [(each.start, each.start, b"") for each in outer]
    assert edited(xml, edits) == xml
    marked = edited(xml, [(each.start, each.start, b"@") for each in outer])
    assert marked.count(b"@") == len(outer)
    assert marked.replace(b"@", b"") == xml


def sheet(inside: str, tail: str = "") -> bytes:
    return f"<worksheet><sheetData>{inside}</sheetData>{tail}</worksheet>".encode()


@pytest.mark.parametrize(
    ("cell", "value", "formula"),
    [
        ('<c r="B1"><v>1</v></c>', 1.0, None),
        ("<c r='B1' ><f>A1</f ><v >1</v\n></c >", 1.0, "A1"),
        ('<c r="B1"><f t="array" ref="B1"/><v>2</v></c>', 2.0, ""),
        ('<c r="B1"/>', None, None),
        ('<c r="B1"></c>', None, None),
        ('<c r="B1"><v/></c>', None, None),
        ('<c r="B1" t="str"><f>"&lt;"&amp;A1</f><v>a&gt;</v></c>', "a>", '"<"&A1'),
        ('<c r="B1" a=">" t="str"><v><!-- </v> --><![CDATA[</v>]]></v></c>', "</v>", None),
        (
            '<c r="B1" t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>',
            "a b",
            None,
        ),
        ('<c r="B1" t="inlineStr"><is><!-- <t> --><t/></is></c>', "", None),
        ('<c r="B1"><v>1</v><v>2</v><extLst><f>no</f></extLst></c>', 1.0, None),
    ],
)
def test_a_cell(cell, value, formula):
    for after in ("", '<c r="C1"/>', " <!-- <c> -->"):
        xml = SheetXml("S", sheet(f'<row r="1" ht="9">{cell}{after}</row><row/>'), ())
        assert xml.value(1, 2) == value
        assert xml.formula(1, 2) == formula
        assert xml.cell(1, 2).raw == cell
        assert xml.rows[1].attributes == ' ht="9"'
        assert sorted(xml.rows) == [1, 2]
        assert (xml.head, xml.tail) == (b"<worksheet>", b"</worksheet>")
    if formula is not None:
        assert xml.cell(1, 2).formula_xml in cell
        assert xml.cell(1, 2).formula_xml.endswith((">",))
        assert xml.cell(1, 2).formula_xml.count("<c") == 0
        assert "</c" not in xml.cell(1, 2).formula_xml


# Cost. What was quadratic took 16 s for 20,000 of them; now it is milliseconds, so the bound can be generous.

MANY = 20_000
SECONDS = 4.0
TAGS = ["row", "c", "f", "v", "t", "sheetData", "numRef", "numCache", "valAx"]
STARTS = [
    "<definedName ",
    "<calcPr ",
    "<autoFilter ",
    "<property ",
    "<Override ",
    "<x:f ",
    'ref="',
    "<max val=",
]
HOSTILE = [
    *(f"<!-- {what * MANY} -->" for what in (*(f"<{tag}>" for tag in TAGS), *STARTS)),
    f"<![CDATA[{'<row><c><f><v>' * MANY}]]>",
    f"<?x {'<row><c>' * MANY}?>",
    "<q>" * MANY + "</q>" * MANY,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: text[:14])
def test_hostile_xml_takes_no_time(hostile):
    begun = time.process_time()
    inside = (
        '<row r="1"><c r="A1" t="inlineStr">{0}<f>1{0}</f><v>1{0}</v><is>{0}<t>1</t></is></c>{0}</row>{0}'
    )
    nested = inside.format(hostile if not hostile.startswith("<q>") else "")
    xml = SheetXml("S", sheet(nested, hostile), ())
    assert xml.value(1, 1) == "1"
    xml.formula(1, 1)

    def stretch(*_: object) -> int:
        return 1

    around(xml.head + ROWS + xml.tail, len(xml.head), "A1", "S", stretch)
    with_names(f"<workbook>{hostile}</workbook>".encode(), stretch, calculate=True)
    with_chart(f"<chart>{hostile}</chart>".encode(), "S", {}, stretch)
    with_table(f"<table>{hostile}</table>".encode(), "S", stretch)
    change_mark(f"<Properties>{hostile}</Properties>".encode(), {})
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    ("piece", "before", "after"),
    [
        ('<row><c r="A1"><f>1+1</f><v>2</v></c></row>', "", ""),
        ("<row><c/>", "", "</row>"),
        ("<row>", "", "</row>"),
        ("<c><row>", "<row>", "</row></c>"),
    ],
)
def test_a_long_one_is_read(piece, before, after):
    """In a second or two. If time grew with the square of the length it would be hours."""
    many = 100_000
    SheetXml("S", sheet(before + piece * many + after * many + ("</row>" if before else "")), ())
