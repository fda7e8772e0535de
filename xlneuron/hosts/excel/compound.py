"""A compound file ([MS-CFB], version 3) from its streams: what vbaProject.bin is.

Its directory entries follow each other without gaps, and those of a storage are a valid red-black tree. There
are programs that refuse a file where either does not hold, as it often is in one that was edited in place.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

SECTOR, MINI_SECTOR, CUTOFF = 512, 64, 4096  # streams below the cutoff are kept in mini sectors
END, FREE, FAT, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
UNUSED, STORAGE, STREAM, ROOT = 0, 1, 2, 5
RED, BLACK = 0, 1
ENTRY = 128  # bytes of a directory entry
IN_HEADER = 109  # sectors of the allocation table that the header can name

Tree: TypeAlias = "Mapping[str, bytes | Tree]"


@dataclass
class _Entry:
    """An entry of the directory: a stream, or a storage whose `child` is the root of its entries' tree."""

    name: str
    kind: int
    content: bytes = b""
    color: int = BLACK
    left: int = NONE
    right: int = NONE
    child: int = NONE
    start: int = 0
    size: int = 0

    def packed(self) -> bytes:
        name = f"{self.name}\0".encode("utf-16-le") if self.name else b""
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(name), self.kind, self.color, self.left, self.right, self.child)
            + bytes(36)  # class, state and times
            + struct.pack("<IQ", self.start, self.size)
        )


class _Sectors:
    """Sectors of one size, with the table that chains them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.content = bytearray()
        self.table: list[int] = []

    def add(self, content: bytes) -> int:
        """Append a chain of sectors; return the first one."""
        first, count = len(self.table), -(-len(content) // self.size)
        if not count:
            return END
        self.table += [*range(first + 1, first + count), END]
        self.content += content.ljust(count * self.size, b"\0")
        return first


def compound_file(tree: Tree) -> bytes:
    """Return the file with these streams, and storages of streams. Raises ValueError beyond some 7 MB."""
    entries = [_Entry("Root Entry", ROOT)]
    entries[0].child = _add(entries, tree)
    whole, mini = _Sectors(SECTOR), _Sectors(MINI_SECTOR)
    for entry in entries[1:]:
        if entry.kind == STREAM:
            entry.size = len(entry.content)
            entry.start = (mini if entry.size < CUTOFF else whole).add(entry.content)
    entries[0].start, entries[0].size = whole.add(bytes(mini.content)), len(mini.content)
    mini_table = _packed(mini.table)
    mini_start = whole.add(mini_table)
    entries += [_Entry("", UNUSED, color=RED)] * (-len(entries) % (SECTOR // ENTRY))
    directory = whole.add(b"".join(entry.packed() for entry in entries))
    tables = 0  # sectors of the allocation table, which has places for themselves, too
    while tables * SECTOR // 4 < len(whole.table) + tables:
        tables += 1
    if tables > IN_HEADER:
        raise ValueError(f"{len(whole.table)} sectors are more than a header can name the tables of")
    first = len(whole.table)
    header = (
        bytes.fromhex("D0CF11E0A1B11AE1")
        + bytes(16)
        + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)  # version 3, little endian, 2^9 and 2^6 bytes
        + struct.pack("<5I", 0, tables, directory, 0, CUTOFF)
        + struct.pack("<4I", mini_start, len(mini_table) // SECTOR, END, 0)
        + struct.pack(f"<{IN_HEADER}I", *range(first, first + tables), *[FREE] * (IN_HEADER - tables))
    )
    return header + bytes(whole.content) + _packed([*whole.table, *[FAT] * tables])


def _packed(table: list[int]) -> bytes:
    table = [*table, *[FREE] * (-len(table) % (SECTOR // 4))]
    return struct.pack(f"<{len(table)}I", *table)


def _add(entries: list[_Entry], tree: Tree) -> int:
    """Append the entries of a storage, and below; return the number of their tree's root."""
    ordered = []
    for name in sorted(tree, key=lambda name: (len(name.encode("utf-16-le")), name.upper())):
        content = tree[name]
        ordered.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, STREAM, content))
        else:
            storage = _Entry(name, STORAGE)
            entries.append(storage)
            storage.child = _add(entries, content)
    height = len(ordered).bit_length()
    is_full = len(ordered) + 1 == 1 << height
    for level, number, left, right in _balanced(ordered):
        entry = entries[number]
        entry.left, entry.right = left, right
        entry.color = RED if level == height and not is_full else BLACK  # black ones alike on every way down
    return _middle(ordered)


def _middle(ordered: list[int]) -> int:
    return ordered[len(ordered) // 2] if ordered else NONE


def _balanced(ordered: list[int], level: int = 1) -> Iterator[tuple[int, int, int, int]]:
    """Yield each number of a sorted list with its level in a balanced tree, and its left and right."""
    if ordered:
        half = len(ordered) // 2
        before, behind = ordered[:half], ordered[half + 1 :]
        yield level, ordered[half], _middle(before), _middle(behind)
        yield from _balanced(before, level + 1)
        yield from _balanced(behind, level + 1)
