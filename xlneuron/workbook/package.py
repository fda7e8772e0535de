"""The file: a zip whose parts are the same, byte for byte, whenever it is made from the same input.

It is written beside its target and then put in its place, so the target is always whole. A file that
carries our mark and has not been changed since is ours to replace; any other one is left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, unescape

from xlneuron.errors import XlneuronError

MARK = "xlneuron"  # the custom document property
MARK_PART = "docProps/custom.xml"
DATE = (2000, 1, 1, 0, 0, 0)  # of every part; a zip needs one
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# A font's children in the order of the schema, which openpyxl does not keep.
FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
    "family", "charset", "scheme",
)  # fmt: skip

Part = bytes | Iterable[bytes]


def write_package(path: Path, parts: Mapping[str, Part], about: Mapping[str, object]) -> None:
    """Write the parts to a new file and put it in the place of `path`. `about` goes into our mark."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for part, content in parts.items():
                    _write_part(archive, part, content)
                mark = json.dumps({**about, "parts": _digest(archive)}, sort_keys=True)
                _write_part(archive, MARK_PART, _mark_xml(mark).encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def check_target(path: Path, *, force: bool = False) -> None:
    """Raise XlneuronError if a file must not be written to `path`."""
    if path.is_dir():
        raise XlneuronError(f"{path}: is a directory")
    if path.exists() and not force and not _is_untouched(path):
        raise XlneuronError(
            f"{path}: exists and is not an unchanged workbook of xlneuron; kept (--force replaces it)"
        )
    if not os.access(path.parent, os.W_OK):
        raise XlneuronError(f"{path.parent}: cannot be written to")


def read_mark(path: Path) -> dict[str, object] | None:
    """Return what our mark in a file says, or None for a file without one."""
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(MARK_PART).decode()
        found = re.search(rf'name="{MARK}"><vt:lpwstr>(.*?)</vt:lpwstr>', text, re.DOTALL)
        mark = json.loads(unescape(found[1])) if found else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return mark if isinstance(mark, dict) else None


def tidy_styles(content: bytes) -> bytes:
    """Return styles.xml with the children of every font in the schema's order."""
    ElementTree.register_namespace("", MAIN)
    root = ElementTree.fromstring(content)
    for font in root.iter(f"{{{MAIN}}}font"):
        font[:] = sorted(font, key=lambda child: FONT_ORDER.index(child.tag.rpartition("}")[2]))
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def relative_targets(part: str, content: bytes) -> bytes:
    """Return a part of relationships with the targets written as Excel does, from where their source is.

    Both ways are valid, but there are readers that know this one only.
    """
    folder = "/" + posixpath.dirname(posixpath.dirname(part))

    def relative(found: re.Match[bytes]) -> bytes:
        return b'Target="%s"' % posixpath.relpath(found[1].decode(), folder).encode()

    return re.sub(rb'Target="(/[^"]*)"', relative, content)


def _is_untouched(path: Path) -> bool:
    mark = read_mark(path)
    if mark is None:
        return False
    with zipfile.ZipFile(path) as archive:
        return mark.get("parts") == _digest(archive)


def _digest(archive: zipfile.ZipFile) -> str:
    """Return what tells a file's parts, but for our mark, from any others."""
    parts = sorted((info.filename, info.CRC) for info in archive.infolist() if info.filename != MARK_PART)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _write_part(archive: zipfile.ZipFile, name: str, content: Part) -> None:
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 0  # the same on every system
    with archive.open(info, "w", force_zip64=not isinstance(content, bytes)) as part:
        for chunk in [content] if isinstance(content, bytes) else content:
            part.write(chunk)


def _mark_xml(text: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{MARK}">'
        f"<vt:lpwstr>{escape(text)}</vt:lpwstr></property></Properties>"
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
