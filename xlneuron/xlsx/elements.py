"""Elements of XML and where they stand, found in one pass of expat, so that only they are changed.

A regular expression for `<row ...>...</row>` looks through all that follows at every `<row` in a comment:
hours for a small file. What is done here takes time in proportion to the length, whatever the XML. That has
to be well-formed UTF-8, as `Archive.utf8` makes sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from xlneuron.xlsx import sizes

COUNTED = 1000  # after so many elements it is looked whether there are too many

# A start tag, from where it begins; a quoted value may hold a >.
HEAD = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
NO_TEXT = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
REFERENCE = re.compile(r"&#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}));", re.ASCII)
ENTITIES = {"&quot;": '"', "&apos;": "'"}

Edit = tuple[int, int, bytes]  # where a piece begins and ends, and what takes its place


@dataclass(frozen=True)
class Element:
    """An element: where its tags and what is between them begin and end. `name` has no prefix."""

    name: str
    tag: str
    attributes: dict[str, str]
    start: int
    inner: int
    inner_end: int
    end: int

    def has(self, other: Element) -> bool:
        """Whether another element is within this one."""
        return self.start < other.start < self.end

    def text(self, xml: bytes) -> str:
        """Return the text within."""
        return text_in(xml[self.inner : self.inner_end])

    def attribute(self, xml: bytes, name: str) -> tuple[int, int] | None:
        """Return where an attribute's value stands; None if there is none."""
        for found in ATTRIBUTE.finditer(xml, self.start + 1 + len(self.tag.encode()), self.inner):
            if found[1].decode() == name:
                return found.span(2 if found[2] is not None else 3)
        return None


def tag_end(xml: bytes, start: int) -> int:
    """Return where a start tag ends."""
    found = HEAD.match(xml, start)
    assert found is not None
    return found.end()


def element_end(xml: bytes, inner: int, at: int) -> tuple[int, int]:
    """Return where the end tag of an element begins and ends, by the place that expat tells when it ends.

    inner: where its start tag ends, which is all that there is of `<c/>`.
    """
    if xml.startswith(b"/>", inner - 2):
        return inner, inner
    return at, xml.index(b">", at) + 1


def elements(xml: bytes, wanted: Collection[str] | Callable[[str, dict[str, str]], bool]) -> list[Element]:
    """Return the elements with one of the names (without a prefix), or those that are wanted, in order."""
    wants = wanted if callable(wanted) else lambda name, _: name in wanted
    found: list[Element | None] = []
    opened: list[tuple[int, str, dict[str, str], int, int] | None] = []
    parser = expat.ParserCreate("UTF-8")

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not wants(tag.rpartition(":")[2], attributes):
            opened.append(None)
            return
        at = parser.CurrentByteIndex
        opened.append((len(found), tag, attributes, at, tag_end(xml, at)))
        found.append(None)
        if not len(found) % COUNTED:
            sizes.check(len(found), sizes.MOST_ELEMENTS, f"it has more than {len(found):,} formats and areas")

    def end(tag: str) -> None:
        known = opened.pop()
        if known is None:
            return
        place, _, attributes, at, inner = known
        inner_end, end = element_end(xml, inner, parser.CurrentByteIndex)
        found[place] = Element(tag.rpartition(":")[2], tag, attributes, at, inner, inner_end, end)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)
    return [each for each in found if each is not None]


def texts(xml: bytes) -> list[str]:
    """Return the shared texts of a workbook: of each `si` what is in its `t`, or in those of its runs."""
    found: list[str] = []
    open_tags: list[str] = []
    pieces: list[str] = []
    parser = expat.ParserCreate("UTF-8")

    def start(tag: str, _: object) -> None:
        open_tags.append(tag.rpartition(":")[2])

    def characters(text: str) -> None:
        if open_tags[1:] in (["si", "t"], ["si", "r", "t"]):
            pieces.append(text)

    def end(_: str) -> None:
        open_tags.pop()
        if len(open_tags) == 1:
            found.append("".join(pieces))
            pieces.clear()
            if not len(found) % COUNTED:
                sizes.check(len(found), sizes.MOST_CELLS, f"it has more than {len(found):,} texts")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.Parse(xml, True)
    return found


def edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """Return XML with other pieces; all the rest is as it was, byte for byte."""
    pieces, done = [], 0
    for start, end, new in sorted(edits):
        pieces += [xml[done:start], new]
        done = end
    return b"".join([*pieces, xml[done:]])


def escaped(text: str) -> bytes:
    """Return a text as XML has it."""
    return escape(text).encode()


def text_in(xml: bytes) -> str:
    """Return what a piece of XML says, without comments."""
    text = xml.decode()
    if "<" in text:
        text = NO_TEXT.sub(lambda found: escape(found[1] or ""), text)
    return text_of(text)


def text_of(xml: str) -> str:
    """Return what XML text says."""
    if "&" not in xml:
        return xml
    return unescape(REFERENCE.sub(_character, xml), ENTITIES)


def _character(found: re.Match[str]) -> str:
    """Return the character of a number; what is none stays, as it is no reference in a CDATA section."""
    number = int(found[1]) if found[1] else int(found[2], 16)
    is_character = number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if is_character else found[0]
