"""Whether the worksheet functions can be called: run by `doctor` and `install` in the Python of the settings.

    python -I -m xlneuron.hosts.excel.probe [FILE]

It goes the way of a call from a cell: loads xlwings' DLL, has it start the COM server by the command that the
VBA uses, and calls functions through it. What came back is written to the file as JSON, or shown; `failed`
says why nothing did.
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlneuron.hosts.excel import settings
from xlneuron.hosts.excel.vba import dll

BITS = 8 * struct.calcsize("P")
VT_BSTR = 8
START, STOP = 1, -1  # what the DLL is to do

# What is called, and what has to come back: a number, a row, several rows, a message and an error.
CALLS: tuple[tuple[str, str, tuple[object, ...], object], ...] = (
    ("a number", "SGD_STEP", (1.0, 4.0, 0.25), 0.0),
    ("a row", "SGD_STEP", (((1.0, 2.0),), ((4.0, 8.0),), 0.25), (0.0, 0.0)),
    ("several rows", "NEURON_FORWARD", (((1.0,), (2.0,)), ((2.0, 3.0),)), ((5.0,), (7.0,))),
    (
        "a message",
        "NEURON_FORWARD",
        (1.0, ((2.0,),)),
        "NEURON_FORWARD: weights: 1 value, but a neuron has 2 or more: one per input, then the bias",
    ),
    ("an error", "NEURON_FORWARD", (1e308, ((1e308, 0.0),)), "#NUM!"),
)


class Variant(ctypes.Structure):
    """A VARIANT of COM, as far as it holds a pointer."""

    _fields_ = (
        ("kind", ctypes.c_ushort),
        ("reserved", ctypes.c_ushort * 3),
        ("pointer", ctypes.c_void_p * 2),
    )


def find_dll(python: Path, bits: int = BITS) -> Path | None:
    """Return xlwings' DLL where the VBA looks: beside python.exe, or one folder up, as in an environment."""
    places = (python.parent / dll(bits), python.parent.parent / dll(bits))
    return next((place for place in places if place.is_file()), None)


@contextmanager
def activated(python: Path, library: Path) -> Iterator[Any]:
    """Give xlwings' COM server, started as the VBA does it. Raises OSError with what the DLL says."""
    import pythoncom  # noqa: PLC0415 - Windows only
    from win32com.client import dynamic  # noqa: PLC0415

    function = ctypes.WinDLL(str(library)).XLPyDLLActivateAuto  # type: ignore[attr-defined, unused-ignore]
    command = settings.command(python).encode(settings.ENCODING)
    answer = Variant()
    if function(ctypes.byref(answer), command, START):
        said = ctypes.wstring_at(answer.pointer[0]) if answer.kind == VT_BSTR else "no reason given"
        raise OSError(" ".join(said.split()))
    try:
        yield dynamic.Dispatch(pythoncom.ObjectFromAddress(answer.pointer[0], pythoncom.IID_IDispatch))
    finally:
        function(ctypes.byref(Variant()), command, STOP)


def probe(python: Path) -> dict[str, object]:
    """Return how long the server took to start, and what every one of CALLS gave."""
    library = find_dll(python)
    if library is None:
        return {"failed": f"no {dll(BITS)} beside it"}
    began = time.monotonic()
    results = {}
    try:
        with activated(python, library) as server:
            for what, function, arguments, expected in CALLS:
                got = server.CallUDF("xlneuron.udfs", function, list(arguments))
                results[what] = "ok" if got == expected else repr(got)
    except Exception as error:  # whatever Windows, pywin32 or the DLL has to say
        return {"failed": f"{type(error).__name__}: {error}"}
    return {"seconds": round(time.monotonic() - began, 1), "results": results}


if __name__ == "__main__":
    found = json.dumps(probe(Path(sys.executable)))
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(found, "utf-8")
    else:
        print(found)
