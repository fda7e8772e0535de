"""Files that are always whole: written beside their target, then put in its place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from xlneuron.errors import XlneuronError


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a new, empty file that takes the place of `path` when all went well, and else disappears."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    except OSError as error:  # it names a file that nobody knows
        reason = (error.strerror or str(error)).lower()
        raise XlneuronError(f"{path.parent}: cannot be written to ({reason})") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
