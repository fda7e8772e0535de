"""The file from outside: a zip of parts, opened with care.

Whatever is not a workbook (a directory, an old .xls, a password, a truncated download) is refused in one
line, and so is what would fill the memory or reach outside: zip bombs and XML with a document type.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from codecs import BOM_UTF8
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from xlneuron.errors import XlneuronError
from xlneuron.files import fingerprint_of, impossible, open_regular, refused
from xlneuron.xlsx import sizes
from xlneuron.xlsx.elements import texts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORKBOOK = "officeDocument"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # how an .xls begins, and a workbook with a password
CHUNK = 1 << 20  # bytes that are read at once of a part of any size
ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]*)""")
LARGE = 1_000_000  # bytes, from which on the shape of XML can fill the memory
HEAD = 1024  # bytes, in which a part's first element nearly always begins


@dataclass(frozen=True)
class Relationship:
    """Where a part points: the kind is the last word of the type; None for a target outside the file."""

    id: str
    kind: str
    target: str | None


class Archive:
    """The parts of a workbook file, read when they are asked for. Names have no leading slash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = self._open()
        try:
            self.zip = zipfile.ZipFile(self._file)
            self._check()
        except XlneuronError:
            self._file.close()
            raise
        except NotImplementedError as error:
            self._file.close()
            raise XlneuronError(f"{path}: packed in a newer way ({error}); save it as .xlsx anew") from error
        except Exception as error:  # struct.error, UnicodeDecodeError and others, where headers are damaged
            self._file.close()
            raise XlneuronError(
                f"{path}: not a workbook, or only a part of one (.xlsx and .xlsm can be read)"
            ) from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; only what was read of it stays."""
        self.zip.close()
        self._file.close()

    def fingerprint(self) -> str:
        """Return what tells the content of the whole file from any other."""
        return fingerprint_of(self._file)

    def _open(self) -> BinaryIO:
        if problem := impossible(self.path):
            raise XlneuronError(f"{self.path}: {problem}")
        if self.path.is_dir():
            raise XlneuronError(f"{self.path}: is a directory; a workbook is needed")
        try:
            file = open_regular(self.path)
        except OSError as error:
            raise refused(error, self.path) from error
        if file.read(len(OLE)) == OLE:
            file.close()
            raise XlneuronError(
                f"{self.path}: an old .xls or a workbook with a password; save it as .xlsx without one"
            )
        file.seek(0)
        return file

    def _check(self) -> None:
        infos = self.zip.infolist()
        sizes.check_parts(self.path, infos)
        if any(info.flag_bits & 1 for info in infos):
            raise XlneuronError(f"{self.path}: its parts are encrypted; save it without a password")
        if len({info.filename for info in infos}) < len(infos):
            raise XlneuronError(f"{self.path}: not a valid workbook: a part is there twice")
        if "[Content_Types].xml" not in self.names:
            raise XlneuronError(f"{self.path}: a zip, but not a workbook")
        for part in self.names:
            if part.lower().endswith(sizes.XML):
                self._check_head(part)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the parts."""
        return frozenset(self.zip.namelist())

    def read(self, part: str) -> bytes:
        """Return a part as it is."""
        try:
            content = self.zip.read(part)
        except KeyError as error:
            raise XlneuronError(f"{self.path}: not a valid workbook: {part} is missing") from error
        except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise XlneuronError(f"{self.path}: damaged: {part} cannot be read") from error
        except Exception as error:  # zlib.error, lzma.LZMAError: they have no common base
            raise XlneuronError(f"{self.path}: damaged: {part} cannot be unpacked") from error
        return content

    def check_parts(self) -> None:
        """Raise XlneuronError if a part is damaged, read or not: each will be copied."""
        for part in self.zip.namelist():
            try:
                with self.zip.open(part) as file:
                    while file.read(CHUNK):
                        pass  # the end has the check sum
            except Exception as error:
                raise XlneuronError(f"{self.path}: damaged: {part} cannot be read") from error

    def utf8(self, part: str) -> bytes:
        """Return an XML part, which is known to be well-formed UTF-8 and without a document type."""
        content = self.read(part)
        plain = content.removeprefix(BOM_UTF8)
        declared = ENCODING.match(plain)
        try:
            if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
                self._check_xml(part, plain)
            plain.isascii() or plain.decode()
            self._check_xml(part, plain, "UTF-8")
        except (UnicodeDecodeError, XlneuronError) as error:
            self._check_xml(part, content)
            raise XlneuronError(f"{self.path}: {part} is not UTF-8, which workbooks are") from error
        return plain

    def xml(self, part: str) -> Element:
        """Return the root element of a part."""
        content = self.read(part)
        sizes.check(len(content), sizes.MOST_TREE, f"{part} has {len(content):,} bytes")
        self._check_xml(part, content)
        return ElementTree.fromstring(content)

    def _check_head(self, part: str) -> None:
        """Refuse a document type, which stands before the first element, whether or not the part is read."""
        begun: list[object] = []
        parser = self._parser(part)
        parser.StartElementHandler = lambda *names: begun.append(names)
        try:
            with self.zip.open(part) as file:
                while not begun and (chunk := file.read(HEAD)):
                    parser.Parse(chunk)
        except XlneuronError:
            raise
        except Exception:  # damaged, which counts when it is read
            return

    def _check_xml(self, part: str, content: bytes, encoding: str | None = None) -> None:
        try:
            parser = self._parser(part, encoding)
            if len(content) > LARGE:
                sizes.guard(parser, content, f"{self.path}: damaged: {part}")
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an unknown encoding
            raise XlneuronError(f"{self.path}: damaged: {part}: {error}") from error

    def _parser(self, part: str, encoding: str | None = None) -> expat.XMLParserType:
        def refuse(*_: object) -> None:
            raise XlneuronError(f"{self.path}: refused: {part} has a document type, which no workbook needs")

        parser = expat.ParserCreate(
            encoding, namespace_separator=" "
        )  # so that it sees prefixes that mean nothing
        parser.StartDoctypeDeclHandler = refuse
        return parser

    def relationships(self, part: str) -> list[Relationship]:
        """Return where a part ("" for the file itself) points."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.names:
            return []
        found = []
        for each in self.xml(rels):
            target: str | None = None
            if each.get("TargetMode") != "External":
                joined = posixpath.join("/", folder, unquote(each.get("Target", "")))
                target = posixpath.normpath(joined).lstrip("/")
            found.append(Relationship(each.get("Id", ""), each.get("Type", "").rpartition("/")[2], target))
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts of a kind that a part points to."""
        return [
            each.target
            for each in self.relationships(part)
            if each.kind == kind and each.target in self.names and each.target is not None
        ]

    @cached_property
    def workbook(self) -> str:
        """The main part."""
        found = self.related("", WORKBOOK)
        if not found or not re.search(rb"<(\w+:)?workbook\b", self.read(found[0])[:4096]):
            raise XlneuronError(f"{self.path}: not an Excel workbook")
        return found[0]

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of every worksheet, by the sheet's name, in order."""
        targets = {each.id: each.target for each in self.relationships(self.workbook)}
        found = {}
        for each in self.xml(self.workbook).iter(f"{{{MAIN}}}sheet"):
            part = targets.get(each.get(f"{{{OFFICE}}}id", ""))
            if part in self.names and part is not None:
                found[each.get("name", "")] = part
        return found

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells refer to by number."""
        parts = self.related(self.workbook, "sharedStrings")
        return [text for part in parts for text in texts(self.utf8(part))]
