"""vbaProject.bin, made without Excel: our VBA and the standalone xlwings modules that it calls.

pyOpenVBA starts from an empty project that Excel saved and adds the modules; xlwings' come from the installed
package, with their licence. Making them takes both packages; `project` only reads what was made.
"""

from __future__ import annotations

import re
import tarfile
import tempfile
from importlib.metadata import files
from importlib.resources import files as resources
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from xlneuron.hosts.excel import vba

PROJECT_NAME = (
    "xlneuron"  # xlwings then reads its settings from .xlneuron/xlneuron.conf, and not other projects'
)
XLWINGS_VERSION = "0.37.8"  # xlwings' VBA loads the DLL of just this version; pyproject.toml requires it, too
MAX_SHEETS = 12  # of a workbook that a project is kept for
PROJECTS = resources("xlneuron.hosts.excel") / "data" / "projects.tar.xz"


def project(sheets: int) -> bytes:
    """Return the vbaProject.bin of an .xlsm with so many sheets, 1 to 12.

    Its document modules are ThisWorkbook and Sheet1, Sheet2 ...: the workbook and its sheets need these code
    names (`parts.workbook`, `parts.sheet`). Raises ValueError for more sheets.
    """
    if not 1 <= sheets <= MAX_SHEETS:
        raise ValueError(f"{sheets} sheets, but there are projects for 1 to {MAX_SHEETS}")
    with tarfile.open(fileobj=BytesIO(PROJECTS.read_bytes())) as archive:
        member = archive.extractfile(f"{sheets}.bin")
        assert member is not None
        return member.read()


def packed() -> bytes:
    """Make all projects, as `data/projects.tar.xz` keeps them: nearly the same, so together small."""
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        for sheets in range(1, MAX_SHEETS + 1):
            content = make(sheets)
            member = tarfile.TarInfo(f"{sheets}.bin")
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return buffer.getvalue()


def code_names(sheets: int) -> list[str]:
    """Return the code names of sheets, in order, as Excel gives them."""
    return [f"Sheet{number}" for number in range(1, sheets + 1)]


def make(sheets: int) -> bytes:
    """Make the vbaProject.bin of a workbook with so many sheets, with pyOpenVBA and the installed xlwings."""
    from openpyxl import Workbook  # noqa: PLC0415
    from pyopenvba import ExcelFile  # noqa: PLC0415
    from pyopenvba.vba import VBAModuleKind  # noqa: PLC0415

    book = Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsm")
        book.save(path)
        with ExcelFile(path) as file:
            added = file.add_vba_project()
            for name, source in modules().items():
                is_class = source.startswith("VERSION")
                added.add_module(
                    name, source, kind=VBAModuleKind.other if is_class else VBAModuleKind.standard
                )
            file.set_module("ThisWorkbook", file.get_module("ThisWorkbook") + with_crlf(vba.WORKBOOK))
            file.save()
        with ZipFile(path) as archive:
            return archive.read("xl/vbaProject.bin")


def modules() -> dict[str, str]:
    """Return the source of every added module by its name, lines ended as VBA wants them.

    Besides, there are the document modules: ThisWorkbook, with `vba.WORKBOOK`, and an empty one for every
    sheet.
    """
    sources = {
        "xlwings": xlwings_module(),
        "Dictionary": _xlwings_file("addin/Dictionary.cls"),
        "xlneuron_udfs": vba.wrappers(),
        "xlneuron_docs": vba.docs(),
    }
    return {name: with_crlf(source) for name, source in sources.items()}


def xlwings_module() -> str:
    """Return xlwings' standalone module with our project name, and without its worksheet function `sql`.

    It is the one for workbooks (ThisWorkbook), for the add-in, too: xlwings' module for add-ins puts the path
    of the active workbook into the command that starts Python, so that every workbook gets a Python process
    of its own, and it takes settings such as the interpreter from the folder of whatever workbook is active.
    """
    source = _xlwings_file("xlwings.bas")
    source, names = re.subn(
        '(Const PROJECT_NAME As String = )"xlwings"', rf'\1"{PROJECT_NAME}"', source, count=1
    )
    source, parts = re.subn(
        "'Attribute VB_Name = \"Extensions\".*?(?='Attribute VB_Name = )", "", source, flags=re.DOTALL
    )
    if (names, parts) != (1, 1) or f'XLWINGS_VERSION As String = "{XLWINGS_VERSION}"' not in source:
        raise ValueError(f"not the xlwings.bas of xlwings {XLWINGS_VERSION}: look at what has changed")
    return source


def with_crlf(text: str) -> str:
    """Return a text with the line ends of VBA."""
    return "\r\n".join(text.splitlines()) + "\r\n"


def _xlwings_file(name: str) -> str:
    return _xlwings_path(name).read_text("cp1252")


def _xlwings_path(name: str) -> Path:
    # Found without importing xlwings, which asks Windows for Excel.
    (path,) = [path for path in files("xlwings") or () if path.as_posix() == f"xlwings/{name}"]
    return Path(str(path.locate()))
