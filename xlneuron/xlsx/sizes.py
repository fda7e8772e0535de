"""How much a workbook from outside may hold: what is more would fill the memory, or is made to do so.

With these limits no command takes more than half a gigabyte for a file that it reads; whoever has the memory
lifts them by --any-size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from xml.parsers.expat import XMLParserType
from zipfile import ZipInfo

from xlneuron.errors import XlneuronError

MOST_PARTS = 10_000
MOST_XML = 100_000_000  # bytes of all XML together, unpacked
MOST_BYTES = 1_000_000_000  # bytes of all parts together, unpacked; pictures are copied piece by piece
MOST_CELLS = 1_000_000  # cells and rows of the sheets that are read; a cell takes some 400 bytes
MOST_ELEMENTS = 200_000  # that are to be changed, of one part
MOST_TREE = 5_000_000  # bytes of a part that is read as a tree, which takes twenty times as much
MOST_PACKED = 100  # times; sheets of numbers are packed some 10 times
DEEPEST = 1000  # elements in each other; a workbook has some 20
LONGEST_TAG = 1_000_000  # bytes
SMALL = 5_000_000  # bytes of a part that may be packed however well
XML = (".xml", ".rels", ".vml")  # how the names of parts with XML end
LIFTS = "--any-size lifts the limit"

_any: ContextVar[bool] = ContextVar("any_size", default=False)


@contextmanager
def any_size(lifted: bool = True) -> Iterator[None]:
    """Lift the limits meanwhile."""
    token = _any.set(lifted)
    try:
        yield
    finally:
        _any.reset(token)


def check(number: int, most: int, what: str) -> None:
    """Raise XlneuronError if a number is above its limit, unless the limits are lifted."""
    if number > most and not _any.get():
        raise XlneuronError(f"refused: {what}; the limit is {most:,} ({LIFTS})")


def guard(parser: XMLParserType, content: bytes, what: str) -> None:
    """Have a parser raise XlneuronError where XML is so deep, or a tag so long, that it fills the memory."""
    for start in range(0, len(content), LONGEST_TAG):
        if b">" not in content[start : start + LONGEST_TAG] and len(content) > start + LONGEST_TAG:
            raise XlneuronError(f"{what}: a tag or a text of more than {LONGEST_TAG:,} bytes")
    depth = 0

    def start_element(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise XlneuronError(f"{what}: more than {DEEPEST:,} elements in each other")

    def end_element(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = start_element, end_element


def check_parts(path: Path, infos: list[ZipInfo]) -> None:
    """Raise XlneuronError for a file that would be too large unpacked."""
    xml = sum(info.file_size for info in infos if info.filename.lower().endswith(XML))
    everything = sum(info.file_size for info in infos)
    try:
        check(len(infos), MOST_PARTS, f"it has {len(infos):,} parts")
        check(
            everything, MOST_BYTES, f"unpacked it would be far too large for a workbook, {everything:,} bytes"
        )
        for info in infos:
            if info.file_size > SMALL:
                times = info.file_size // max(1, info.compress_size)
                what = (
                    f"unpacked it would be far too large for a workbook, {times:,} times as large as packed"
                )
                check(times, MOST_PACKED, what)
        check(xml, MOST_XML, f"its sheets are {xml:,} bytes unpacked")
    except XlneuronError as error:
        raise XlneuronError(f"{path}: {error}") from None
