"""What is in the LibreOffice extension. What it does is tested in a real one, in tests/hosts."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import xlneuron
from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.libreoffice import extension, install
from xlneuron.hosts.libreoffice.extension import method_name, qualified_name

REGISTRY = "{http://openoffice.org/2001/registry}"
DESCRIPTION = "{http://openoffice.org/extensions/description/2006}"
MANIFEST = "{http://openoffice.org/2001/manifest}"
ROOT = Path(xlneuron.__file__).parents[1]


@pytest.fixture(scope="module")
def parts() -> dict[str, str]:
    return extension.parts()


def test_the_same_bytes_every_time(parts: dict[str, str], tmp_path: Path) -> None:
    first = extension.write(tmp_path / "first.oxt").read_bytes()
    assert first == extension.archive(parts)
    with zipfile.ZipFile(tmp_path / "first.oxt") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(parts)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_part_that_the_manifest_names_is_there(parts: dict[str, str]) -> None:
    entries = ElementTree.fromstring(parts["META-INF/manifest.xml"])
    named = {entry.attrib[f"{MANIFEST}full-path"] for entry in entries}
    assert named == {"xlneuron.idl", "xlneuron.components", "CalcAddIns.xcu"}
    assert named < parts.keys()
    assert 'uri="addin.py"' in parts["xlneuron.components"]


def test_version_and_licence(parts: dict[str, str]) -> None:
    description = ElementTree.fromstring(parts["description.xml"])
    version = description.find(f"{DESCRIPTION}version")
    licence = description.find(f".//{DESCRIPTION}license-text")
    assert version is not None
    assert licence is not None
    assert version.attrib == {"value": xlneuron.__version__}
    assert licence.attrib["{http://www.w3.org/1999/xlink}href"] in parts
    assert parts["LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("NEURON_FORWARD", "neuronForward"), ("SMOOTH", "smooth"), ("AVERAGE_SQR_GRAD", "averageSqrGrad")],
)
def test_method_names(name: str, expected: str) -> None:
    assert method_name(name) == expected


def test_qualified_name() -> None:
    assert qualified_name("NEURON_FORWARD") == "ORG.XLNEURON.ADDIN.NEURONFORWARD"


def test_the_interface_has_a_method_for_each_function(parts: dict[str, str]) -> None:
    declared = re.findall(r"(\w+)\((.*)\);", parts["xlneuron.idl"])
    assert declared == [
        (method_name(name), ", ".join(f"[in] any {method_name(each.name)}" for each in function.arguments))
        for name, function in FUNCTIONS.items()
    ]
    names = [name for name, _ in declared] + re.findall(r"any (\w+)", parts["xlneuron.idl"])
    assert [name for name in names if not re.fullmatch("[a-z][A-Za-z0-9]*", name)] == []  # UNO's rule
    assert json.loads(parts["functions.json"]) == {method_name(name): name for name in FUNCTIONS}


def test_the_texts_of_the_function_wizard(parts: dict[str, str]) -> None:
    def text(node: ElementTree.Element, name: str) -> str | None:
        return node.findtext(f"prop[@{REGISTRY}name='{name}']/value")

    root = ElementTree.fromstring(parts["CalcAddIns.xcu"])
    nodes = root.findall("node/node/node/node")
    for node, function in zip(nodes, FUNCTIONS.values(), strict=True):
        assert node.attrib[f"{REGISTRY}name"] == method_name(function.name)
        assert (text(node, "DisplayName"), text(node, "Description")) == (function.name, function.description)
        assert [
            (text(each, "DisplayName"), text(each, "Description")) for each in node.findall("node/node")
        ] == [(argument.name, argument.description) for argument in function.arguments]


def test_the_modules_are_complete(parts: dict[str, str], tmp_path: Path) -> None:
    """The functions run from the extension's modules alone."""
    for name, content in parts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'pythonpath')!r})\n"
        "import xlneuron.functions as f\n"
        "print(f.__file__, f.NEURON_FORWARD(14, [1, 1]))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('xlneuron.')))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, loaded = run.stdout.splitlines()
    assert first == f"{tmp_path / 'pythonpath' / 'xlneuron' / 'functions' / '__init__.py'} [[15.]]"
    assert {name.split(".")[1] for name in loaded.split()} == {
        *extension.FOLDERS,
        *(name for name in extension.MODULES if name != "__init__"),
    }


def test_an_old_python_can_read_the_component(parts: dict[str, str]) -> None:
    """It has to say that the Python is too old, so it is written for that one."""
    ast.parse(parts["addin.py"], feature_version=(3, 8))


def test_the_component_agrees_with_what_describes_it(parts: dict[str, str]) -> None:
    """It cannot import these modules, so it says these things again."""
    assert f"OLDEST_PYTHON = {install.OLDEST_PYTHON}\n" in parts["addin.py"]
    assert f'SERVICES = ("{extension.SERVICE}", "com.sun.star.sheet.AddIn")\n' in parts["addin.py"]
