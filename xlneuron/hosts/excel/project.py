"""vbaProject.bin, made without Excel: the worksheet functions' module and an empty one for each sheet.

pyOpenVBA starts from an empty project that Excel saved and adds the module. Excel's compiled code, which is
that of other modules, is then left out, as [MS-OVBA] wants it from whoever is not Excel: it compiles the text
anew. Making projects takes pyOpenVBA; `project` only reads what was made.
"""

from __future__ import annotations

import struct
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from xlneuron.hosts.excel import vba
from xlneuron.hosts.excel.compound import compound_file

MAX_SHEETS = 12  # of a workbook that a project is kept for
PROJECTS = files("xlneuron.hosts.excel") / "data" / "projects.tar.xz"

NO_COMPILED_CODE = bytes.fromhex("CC61FFFF000000")  # the stream _VBA_PROJECT
PROJECT_VERSION, MODULE_STREAM, MODULE_OFFSET = 0x09, 0x1A, 0x31  # records of the stream dir


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
    """Make the vbaProject.bin of a workbook with so many sheets, with pyOpenVBA."""
    from openpyxl import Workbook  # noqa: PLC0415
    from pyopenvba import ExcelFile  # noqa: PLC0415

    book = Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsm")
        book.save(path)
        with ExcelFile(path) as file:
            added = file.add_vba_project()
            for name, source in modules().items():
                added.add_module(name, source)
            file.save()
        with ZipFile(path) as archive:
            return without_compiled_code(archive.read("xl/vbaProject.bin"))


def modules() -> dict[str, str]:
    """Return the source of the added module by its name, lines ended as VBA wants them.

    Besides, there are the document modules, which are empty: ThisWorkbook, and one for every sheet.
    """
    return {"xlneuron_udfs": with_crlf(vba.wrappers())}


def without_compiled_code(content: bytes) -> bytes:
    """Return a VBA project with the text of its modules only, [MS-OVBA] 2.3.4.1 and 2.3.4.3."""
    from pyopenvba.cfb import CFB  # noqa: PLC0415
    from pyopenvba.vba import compress, decompress  # noqa: PLC0415

    source = CFB.from_bytes(content)
    directory = bytearray(decompress(source.get_stream_in_storage("VBA", "dir")))
    storage = {"_VBA_PROJECT": NO_COMPILED_CODE}
    stream = ""
    for kind, place, size in _records(directory):
        if kind == MODULE_STREAM:
            stream = directory[place : place + size].decode("cp1252")
        elif kind == MODULE_OFFSET:
            (offset,) = struct.unpack_from("<I", directory, place)
            storage[stream] = source.get_stream_in_storage("VBA", stream)[offset:]
            struct.pack_into("<I", directory, place, 0)
    storage["dir"] = compress(bytes(directory))
    return compound_file(
        {"VBA": storage, **{name: source.get_stream_at((), name) for name in ("PROJECT", "PROJECTwm")}}
    )


def _records(directory: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of the records in a project's stream dir."""
    at = 0
    while at + 6 <= len(directory):
        kind, size = struct.unpack_from("<HI", directory, at)
        size = 6 if kind == PROJECT_VERSION else size  # the record says 4
        yield kind, at + 6, size
        at += 6 + size


def with_crlf(text: str) -> str:
    """Return a text with the line ends of VBA."""
    return "\r\n".join(text.splitlines()) + "\r\n"
