"""Makes the extension: `xlneuron.oxt`, a zip of descriptions, one UNO component and the modules it runs.

Everything that names a function or an argument is made from FUNCTIONS. The same version of xlneuron always
makes the same bytes.

LibreOffice's terms: the IDL declares an interface with one method for each function (LibreOffice compiles
it when it loads the extension); CalcAddIns.xcu says how each method is called in a cell and what the function
wizard says about it; the .components file says that `addin.py` implements it.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from io import BytesIO
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import xlneuron
from xlneuron.files import replacing
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import Function

FILE = "xlneuron.oxt"
IDENTIFIER = "org.xlneuron"
SERVICE = f"{IDENTIFIER}.AddIn"
IDENTITY = f'<identifier value="{IDENTIFIER}"/>'.encode()
LARGEST = 10_000_000  # bytes of an extension of ours
LICENCE = "LICENSE"

# What the functions need of xlneuron; with NumPy it is complete.
FOLDERS = ("engine", "functions")
MODULES = ("__init__", "digits", "errors", "limits")

WORD = re.compile(r"_([a-z0-9]*)")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in the zip; a zip knows no earlier one
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write(path: Path) -> Path:
    """Write the extension."""
    with replacing(path) as file:
        file.write(archive(parts()))
    return path


def is_ours(path: Path) -> bool:
    """Return whether a file is an extension of xlneuron, of whatever version, or a part of one that was."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return False
    if archive(parts()).startswith(path.read_bytes()):
        return True
    try:
        with zipfile.ZipFile(path) as package:
            info = package.getinfo("description.xml")
            return info.file_size <= LARGEST and IDENTITY in package.read(info)
    except OSError:
        raise
    except Exception:  # no zip, or a damaged one, which zipfile says in many ways
        return False


def archive(files: Mapping[str, str]) -> bytes:
    """Return the bytes of a zip of files, by their name in it; the same files make the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)  # stored: compressed bytes depend on the version of zlib
    return buffer.getvalue()


def parts() -> dict[str, str]:
    """Return the files of the extension by their name in it."""
    package = Path(xlneuron.__file__).parent
    return {
        "META-INF/manifest.xml": manifest(),
        "description.xml": description(),
        LICENCE: licence(),
        "xlneuron.idl": interface(),
        "xlneuron.components": components(),
        "CalcAddIns.xcu": configuration(),
        "addin.py": _source(Path(__file__).with_name("addin.py")),
        "functions.json": json.dumps({method_name(name): name for name in FUNCTIONS}, indent=1) + "\n",
        **{
            f"pythonpath/xlneuron/{path.relative_to(package).as_posix()}": _source(path)
            for path in (
                *(package / f"{name}.py" for name in MODULES),
                *chain.from_iterable(sorted((package / name).glob("*.py")) for name in FOLDERS),
            )
        },
    }


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def method_name(name: str) -> str:
    """Return a function's or an argument's name as UNO takes it: without underscores, neuronForward."""
    return WORD.sub(lambda word: word[1].capitalize(), name.lower())


def qualified_name(name: str) -> str:
    """Return how a file calls a function of the extension: ORG.XLNEURON.ADDIN.NEURONFORWARD.

    LibreOffice shows it as NEURON_FORWARD, but in an .xlsx it recognises this name only.
    """
    return f"{SERVICE}.{method_name(name)}".upper()


def licence() -> str:
    """Return xlneuron's licence, as it was installed with it."""
    (path,) = (path for path in distribution("xlneuron").files or () if path.name == LICENCE)
    return path.read_text(encoding="utf-8")


def manifest() -> str:
    """Return the manifest: what LibreOffice does with which file."""
    types = {
        "xlneuron.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
        "xlneuron.components": "application/vnd.sun.star.uno-components",
        "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
    }
    entries = "".join(
        f' <m:file-entry m:media-type="{kind}" m:full-path="{name}"/>\n' for name, kind in types.items()
    )
    namespace = 'xmlns:m="http://openoffice.org/2001/manifest"'
    return f"{XML}<m:manifest {namespace}>\n{entries}</m:manifest>\n"


def description() -> str:
    """Return what the extension manager shows."""
    return f"""{XML}<description xmlns="http://openoffice.org/extensions/description/2006"
 xmlns:xlink="http://www.w3.org/1999/xlink">
 <identifier value="{IDENTIFIER}"/>
 <version value="{xlneuron.__version__}"/>
 <display-name><name lang="en">xlneuron</name></display-name>
 <publisher><name lang="en">The xlneuron authors</name></publisher>
 <registration>
  <simple-license accept-by="admin" default-license-id="en" suppress-on-update="true"
   suppress-if-required="true">
   <license-text xlink:href="{LICENCE}" lang="en" license-id="en"/>
  </simple-license>
 </registration>
</description>
"""


def components() -> str:
    """Return which file implements the component. LibreOffice's Python loader runs it at the first call."""
    return f"""{XML}<components xmlns="http://openoffice.org/2010/uno-components">
 <component loader="com.sun.star.loader.Python" uri="addin.py">
  <implementation name="{SERVICE}">
   <service name="{SERVICE}"/>
   <service name="com.sun.star.sheet.AddIn"/>
  </implementation>
 </component>
</components>
"""


def interface() -> str:
    """Return the interface in UNO's IDL: one method for each function.

    `any` is a number, a text, a range as a sequence of rows, or nothing. A result of type `any` could not
    carry a range.
    """
    methods = "".join(
        f"  sequence< sequence<any> > {method_name(function.name)}("
        + ", ".join(f"[in] any {method_name(argument.name)}" for argument in function.arguments)
        + ");\n"
        for function in FUNCTIONS.values()
    )
    return f"module org {{ module xlneuron {{\n interface XAddIn {{\n{methods} }};\n}}; }};\n"


def configuration() -> str:
    """Return CalcAddIns.xcu: what each function is called in a cell, and the texts of the function wizard."""
    functions = "".join(map(_function_node, FUNCTIONS.values()))
    return f"""{XML}<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"
 oor:name="CalcAddIns" oor:package="org.openoffice.Office">
 <node oor:name="AddInInfo"><node oor:name="{SERVICE}" oor:op="replace"><node oor:name="AddInFunctions">
{functions} </node></node></node>
</oor:component-data>
"""


def _function_node(function: Function) -> str:
    parameters = "".join(
        f'   <node oor:name={quoteattr(method_name(argument.name))} oor:op="replace">\n'
        f"{_text('DisplayName', argument.name)}{_text('Description', argument.description)}   </node>\n"
        for argument in function.arguments
    )
    return (
        f'  <node oor:name="{method_name(function.name)}" oor:op="replace">\n'
        f"{_text('DisplayName', function.name)}{_text('Description', function.description)}"
        '    <prop oor:name="Category"><value>Add-In</value></prop>\n'
        f'  <node oor:name="Parameters">\n{parameters}  </node></node>\n'
    )


def _text(name: str, text: str) -> str:
    return f'    <prop oor:name="{name}"><value xml:lang="en">{escape(text)}</value></prop>\n'
