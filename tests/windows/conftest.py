"""The Windows Python of these tests. Without Wine they fail: what they check is then not checked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.wine import Wine


@pytest.fixture(scope="session")
def wine() -> Iterator[Wine]:
    """A Windows Python with a fresh wheel of xlneuron, in a folder with a space and an umlaut."""
    with Wine() as started:
        yield started
