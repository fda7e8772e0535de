"""Our VBA projects as three other programs read them: olevba, Apache POI and LibreOffice's import.

The first two have every module with all its text, attributes included. LibreOffice keeps no attributes; what
it takes for the code, and for the kind of module, has to be the same.
"""

from __future__ import annotations

import re
import subprocess
import warnings
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from xlneuron.cli import main
from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import project
from xlneuron.hosts.excel.addin import addin
from xlneuron.hosts.office import find_office

pytestmark = pytest.mark.host

JARS = "/usr/share/java/*"  # Debian's place for all of them; Java itself resolves the asterisk
POI = "org.apache.poi.poifs.macros.VBAMacroExtractor"
PACKAGES = "libapache-poi-java default-jre-headless"

SCRIPT = "{http://openoffice.org/2000/script}"
LIBREOFFICE_FILTER = "--infilter=Calc MS Excel 2007 VBA XML"  # it does not know .xlam by its name
LIBREOFFICE_HEADER = re.compile(
    r"Rem Attribute VBA_ModuleType=\w+\nOption VBASupport 1\n(Option ClassModule\n)?"
)


@pytest.fixture(scope="module", params=["xlneuron.xlam", "01-basic-sgd-functions.xlsm"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    path = folder / str(request.param)
    if path.suffix == ".xlam":
        path.write_bytes(addin())
    else:
        assert main(["build", "01", "--formulas", "functions", "--out", str(folder)]) == 0
    return path


def olevba(path: Path) -> dict[str, tuple[str, str]]:
    """Kind (bas or cls) and text of every module, as oletools reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of pyparsing
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser(str(path))
        try:
            modules = {name: text for _, _, name, text in parser.extract_macros()}
        finally:
            parser.close()
    return {name[:-4]: (name[-3:], text) for name, text in modules.items()}


def poi(path: Path, folder: Path) -> dict[str, str]:
    """Every module's text, as Apache POI reads them."""
    command = ["java", "-cp", JARS, POI, str(path), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except FileNotFoundError:
        pytest.fail(f"there is no Java: apt-get install {PACKAGES}", pytrace=False)
    if done.returncode:
        pytest.fail(f"Apache POI: {done.stderr.strip()} (apt-get install {PACKAGES})", pytrace=False)
    return {found.stem: found.read_bytes().decode() for found in folder.glob("*.vba")}


def libreoffice(path: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Kind and code of every module, as LibreOffice has them after its import."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(find_office().soffice), profile, "--headless", LIBREOFFICE_FILTER, "--convert-to", "ods"]
    command += ["--outdir", str(folder), str(path)]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    modules = {}
    with ZipFile(folder / f"{path.stem}.ods") as archive:
        for name in archive.namelist():
            if re.fullmatch(r"Basic/VBAProject/\w+\.xml", name):
                module = ElementTree.fromstring(archive.read(name))
                text, headers = LIBREOFFICE_HEADER.subn("", module.text or "", count=1)
                assert headers == 1
                modules[module.attrib[f"{SCRIPT}name"]] = module.attrib[f"{SCRIPT}moduleType"], text
    return modules


def test_apache_poi_reads_what_olevba_reads_and_what_we_wrote(file: Path, tmp_path: Path) -> None:
    found = poi(file, tmp_path)
    assert found == {name: text for name, (_, text) in olevba(file).items()}
    sheets = project.code_names(len(found) - len(project.modules()) - 1)
    assert set(found) == {"ThisWorkbook", *sheets, *project.modules()}
    for name, source in project.modules().items():
        assert found[name] == source
    attributes = found["ThisWorkbook"]
    for name in sheets:
        assert found[name] == re.sub(
            r"0002081\d", "00020820", attributes.replace('"ThisWorkbook"', f'"{name}"')
        )


def test_every_function_has_its_attributes_for_apache_poi(file: Path, tmp_path: Path) -> None:
    text = poi(file, tmp_path)["xlneuron_udfs"]
    attributes = re.findall(r"^Attribute (\w+)\.(VB_\w+(?:\.\w+)?) = (.*)\r$", text, re.M)
    assert attributes == [
        attribute
        for name, function in FUNCTIONS.items()
        for attribute in (
            (name, "VB_Description", f'"{function.description}"'),
            (name, "VB_ProcData.VB_Invoke_Func", r'" \n20"'),
        )
    ]


def test_libreoffice_takes_the_same_code(file: Path, tmp_path: Path) -> None:
    def code(text: str) -> str:
        kept = (line.rstrip() for line in text.splitlines() if not line.startswith("Attribute "))
        return "\n".join(kept).rstrip()

    kinds = {"normal": "bas", "class": "cls", "document": "cls"}
    found = {name: (kinds[kind], code(text)) for name, (kind, text) in libreoffice(file, tmp_path).items()}
    assert found == {name: (kind, code(text)) for name, (kind, text) in olevba(file).items()}
