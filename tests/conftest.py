"""Fixtures of all tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from xlneuron.hosts.office import Office, OfficeMissing

# Whoever starts the tests in the background has Ctrl-C ignored, here and in all that is started from here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# An error that no command expected fails the test, here and in processes that tests start.
os.environ["XLNEURON_NO_NET"] = "1"

settings.register_profile("busy", deadline=None)  # how long an example takes says nothing on a busy machine
settings.load_profile("busy")


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """A running LibreOffice, one for the whole session. Tests that use it are marked `host`.

    Without LibreOffice these tests fail: what they check has then not been checked.
    """
    session = Office()
    try:
        session.start()
    except OfficeMissing as error:
        pytest.fail(str(error), pytrace=False)
    with session:
        yield session
