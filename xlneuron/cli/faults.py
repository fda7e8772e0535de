"""The one line that says what went wrong, also of what no command expected."""

from __future__ import annotations

import os
from pathlib import Path

from xlneuron import __version__
from xlneuron.errors import XlneuronError
from xlneuron.files import refused

NO_NET = "XLNEURON_NO_NET"  # in the environment: let errors that are no user's pass, as the tests do
MOST_SAID = 200  # characters of an error that nobody expected


def problem(error: Exception) -> object:
    """Return what to say of an error. One that is not the user's is a fault of ours."""
    if isinstance(error, XlneuronError):
        return error
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    if isinstance(error, OSError):
        named = isinstance(error.filename, str)
        return refused(error, Path(error.filename)) if named else error.strerror or error
    if os.environ.get(NO_NET):
        raise error
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
    said = " ".join(str(error).split())[:MOST_SAID]
    return (
        f"a fault of xlneuron {__version__}, not yours: {type(error).__name__}: {said}{where}; "
        "please report this line and what the same command says with --debug"
    )
