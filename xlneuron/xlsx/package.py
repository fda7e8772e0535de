"""The file: a zip whose parts are the same, byte for byte, whenever it is made from the same input.

It is written beside its target and then put in its place, so the target is always whole. A file that
carries our mark and has not been changed since is ours to replace; any other one is left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from xlneuron import files
from xlneuron.errors import XlneuronError
from xlneuron.xlsx.elements import Edit, edited, elements

MARK = "xlneuron"  # the custom document property
MARK_PART = "docProps/custom.xml"
MARK_LENGTH = 250  # of a property's text; a longer mark goes on in xlneuron2, xlneuron3, ...
LARGEST_MARK = 1_000_000  # bytes of its part, unpacked
MARK_LEVELS = 9  # of lists in lists; ours has 3
MARK_NAME = re.compile(rf"{MARK}\d*")
PID = re.compile(r"[0-9]{1,9}", re.ASCII)
CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
DATE = (2000, 1, 1, 0, 0, 0)  # of every part; a zip needs one
LEVEL = 2  # of compression: a third of the time of 6, the usual one, for files a seventh larger


@dataclass(frozen=True)
class Stream:
    """A part that is made piece by piece, and how many bytes it may come to."""

    pieces: Iterable[bytes]
    most: int


Part = bytes | Stream


def write_package(
    path: Path, parts: Mapping[str, Part], about: Mapping[str, object], old: files.Old | None = None
) -> None:
    """Write the parts to a new file and put it in the place of `path`. `about` goes into our mark."""
    with replacing(path, old) as archive:
        for part, content in parts.items():
            write_part(archive, part, content)
        write_part(archive, MARK_PART, _mark_xml({**about, "parts": digest(archive)}))


@contextmanager
def replacing(path: Path, old: files.Old | None = None) -> Iterator[zipfile.ZipFile]:
    """Give a new, empty zip that takes the place of `path` when all went well, and else disappears."""
    with files.replacing(path, old) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        yield archive


def check_target(path: Path, *, force: bool = False) -> files.Old:
    """Return what is at `path` and may be replaced. Raises XlneuronError for what must not be."""
    path = files.followed(path)
    files.check_place(path)
    if path.is_dir():
        raise XlneuronError(f"{path}: is a directory")
    if path.exists() and not path.is_file():
        raise XlneuronError(f"{path}: is not a regular file; name another one")
    with files.naming(path):
        old = files.Old(files.fingerprint(path))
    if path.exists() and not force and not _is_untouched(path):
        raise XlneuronError(
            f"{path}: exists and is not an unchanged workbook of xlneuron; kept (--force replaces it)"
        )
    if not os.access(path.parent, os.W_OK):
        raise XlneuronError(f"{path.parent}: cannot be written to")
    return old


def read_mark(path: Path) -> dict[str, object] | None:
    """Return what our mark in a file says, or None for a file without one.

    Raises XlneuronError for a file that cannot be opened.
    """
    with files.naming(path), files.open_regular(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                info = archive.getinfo(MARK_PART)
                return parse_mark(archive.read(info)) if info.file_size <= LARGEST_MARK else None
        except Exception:  # zlib.error, lzma.LZMAError, ...: it is damaged in some way, so it is not ours
            return None


def parse_mark(content: bytes) -> dict[str, object] | None:
    """Return what our mark in a part of custom properties says, whichever program has saved it."""
    if b"<!DOCTYPE" in content:
        return None
    try:
        texts = [
            "".join(each.itertext())
            for each in ElementTree.fromstring(content)
            if MARK_NAME.fullmatch(each.get("name", ""))
        ]
        mark = json.loads("".join(texts))
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    return mark if isinstance(mark, dict) and not _is_deeper(mark, MARK_LEVELS) else None


def _is_deeper(value: object, levels: int) -> bool:
    """Whether lists in lists go on for more levels: then `repr` and json cannot be trusted with them."""
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in within)


def change_mark(xml: bytes, about: Mapping[str, object]) -> bytes:
    """Return a part of custom properties that has another mark and is the same otherwise."""
    root, *properties = elements(xml, ("Properties", "property"))
    numbers = [each.attributes.get("pid", "") for each in properties]
    used = [int(number) for number in numbers if PID.fullmatch(number)]
    edits: list[Edit] = [
        (each.start, each.end, b"")
        for each in properties
        if MARK_NAME.fullmatch(each.attributes.get("name", ""))
    ]
    added = _mark_properties(about, max(used, default=1) + 1, declared=False)
    return edited(xml, [*edits, (root.inner_end, root.inner_end, added.encode())])


def _is_untouched(path: Path) -> bool:
    mark = read_mark(path)
    if mark is None:
        return False
    with zipfile.ZipFile(path) as archive:
        return mark.get("parts") == digest(archive)


def digest(archive: zipfile.ZipFile) -> str:
    """Return what tells a file's parts, but for our mark, from any others."""
    parts = sorted((info.filename, info.CRC) for info in archive.infolist() if info.filename != MARK_PART)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def write_part(archive: zipfile.ZipFile, name: str, content: Part) -> None:
    """Add a part, with nothing in the zip that depends on when and where it is written."""
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 0  # the same on every system
    info._compresslevel = LEVEL  # type: ignore[attr-defined]  # public from Python 3.13 on only
    # By this zipfile tells whether the part needs the header of a large one, which some readers do not know.
    info.file_size = len(content) if isinstance(content, bytes) else content.most
    with archive.open(info, "w") as part:
        for piece in [content] if isinstance(content, bytes) else content.pieces:
            part.write(piece)


def _mark_xml(about: Mapping[str, object]) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<Properties xmlns="{CUSTOM}" xmlns:vt="{TYPES}">{_mark_properties(about, 2)}</Properties>'
    ).encode()


def _mark_properties(about: Mapping[str, object], pid: int, *, declared: bool = True) -> str:
    """Return the mark's properties, numbered from `pid`; Excel holds 255 characters in each.

    declared: whether their namespaces are declared around them.
    """
    text = json.dumps(about, sort_keys=True)
    own, value = ("", "") if declared else (f' xmlns="{CUSTOM}"', f' xmlns:vt="{TYPES}"')
    parts = [text[start : start + MARK_LENGTH] for start in range(0, len(text), MARK_LENGTH)]
    return "".join(
        f'<property{own} fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid + number}" '
        f'name="{MARK}{number + 1 if number else ""}"><vt:lpwstr{value}>{escape(part)}</vt:lpwstr>'
        "</property>"
        for number, part in enumerate(parts)
    )
