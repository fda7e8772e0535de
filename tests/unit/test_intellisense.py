"""The texts for Excel-DNA's IntelliSense, found and read in our files as that add-in does it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from support.macro_workbook import macro_workbook
from support.package import Package
from support.package_checks import audit

from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import describe
from xlneuron.hosts.excel import intellisense
from xlneuron.hosts.excel.addin import addin

# What its XmlSerializer takes: elements in this namespace, attributes in none.
SPACE = "{http://schemas.excel-dna.net/intellisense/1.0}"
DATA_STORE = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}"
Described = dict[str, tuple[str, list[tuple[str, str]]]]


@pytest.fixture(scope="module", params=[".xlam", ".xlsm"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Package:
    path = tmp_path_factory.mktemp("intellisense") / f"book{request.param}"
    if path.suffix == ".xlam":
        path.write_bytes(addin())
    else:
        macro_workbook(path, [["=NEURON_FORWARD(14,B1:C1)"]])
    return Package(path)


def custom_parts(package: Package, namespace: str) -> list[str]:
    """What CustomXMLParts.SelectByNamespace finds: the workbook's parts, by the element at their root."""
    parts = package.related(package.workbook, "customXml")
    return [part for part in parts if package.xml(part).tag.startswith(f"{{{namespace}}}")]


def read(text: bytes | str) -> Described:
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SPACE}IntelliSense"
    found = {}
    for function in root.findall(f"{SPACE}FunctionInfo/{SPACE}Function"):
        assert set(function.attrib) == {"Name", "Description"}
        arguments = [
            (argument.attrib["Name"], argument.attrib["Description"])
            for argument in function.findall(f"{SPACE}Argument")
        ]
        found[function.attrib["Name"]] = function.attrib["Description"], arguments
    return found


def test_it_finds_every_text_of_every_function(package: Package) -> None:
    (part,) = custom_parts(package, intellisense.NAMESPACE)
    found = read(package.parts[part])
    assert list(found) == list(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        description, arguments = found[name]
        assert description == function.description
        assert [text for _, text in arguments] == [argument.text for argument in function.arguments]
        assert f"{name}({', '.join(shown for shown, _ in arguments)})" == function.usage


def test_the_part_has_an_identity(package: Package) -> None:
    (part,) = custom_parts(package, intellisense.NAMESPACE)
    (properties,) = package.related(part, "customXmlProps")
    item = package.xml(properties)
    assert item.tag == f"{DATA_STORE}datastoreItem"
    assert item.attrib == {f"{DATA_STORE}itemID": intellisense.ITEM_ID}
    (reference,) = item.iter(f"{DATA_STORE}schemaRef")
    assert reference.attrib == {f"{DATA_STORE}uri": intellisense.NAMESPACE}


def test_the_file_is_valid(package: Package) -> None:
    findings = audit(package.path)
    assert [finding for finding in findings if "/fonts[1]/" not in finding] == []  # openpyxl's own


def test_other_programs_still_read_the_workbook(tmp_path: Path) -> None:
    """LibreOffice, too: see tests/hosts/test_excel_vba.py."""
    path = macro_workbook(tmp_path / "book.xlsm", [[1, 2, "=A1+B1"]])
    assert [cell.value for cell in openpyxl.load_workbook(path).active[1]] == [1, 2, "=A1+B1"]


def test_done_twice_nothing_more_changes(package: Package) -> None:
    for part, change in {
        "[Content_Types].xml": intellisense.content_types,
        "xl/_rels/workbook.xml.rels": intellisense.workbook_relationships,
    }.items():
        text = package.parts[part].decode()
        assert change(text) == text


def test_any_text_is_written() -> None:
    def example(values: float, name: str = "\"<a>\" & 'b'") -> float:
        """Says "<&'".

        values: The "values" & <more>.
        name: It's a name.
        """
        return values

    assert read(intellisense.item([describe(example)])) == {
        "example": (
            'Says "<&\'".',
            [("values", 'The "values" & <more>.'), ('[name=""<a>" & \'b\'"]', "It's a name.")],
        )
    }
    assert read(intellisense.item([])) == {}
