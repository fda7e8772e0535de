"""The worksheet functions as LibreOffice calls them. Run by LibreOffice's own Python, inside the extension.

Beside this file lie `functions.json`, which says which function each method of the interface is, and
`pythonpath`, the modules of xlneuron that need NumPy and nothing else. Where these cannot be loaded, in an
old Python or in one without NumPy, every cell says so; so nothing in this file may need them.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import unohelper
from org.xlneuron import XAddIn  # type: ignore[import-not-found]

FOLDER = Path(__file__).parent
NAMES = json.loads((FOLDER / "functions.json").read_text(encoding="utf-8"))
SERVICES = ("org.xlneuron.AddIn", "com.sun.star.sheet.AddIn")
OLDEST_PYTHON = (3, 10)

Method = Callable[..., Any]  # (component, *cells) -> rows of cells


def load() -> Callable[[str], Method]:
    """Return what makes a function's method; if the functions cannot be loaded, one that says so instead."""
    if sys.version_info < OLDEST_PYTHON:
        return refusal(
            f"this LibreOffice has Python {sys.version.split()[0]}; Python 3.10 or newer is needed"
        )
    sys.path.insert(0, str(FOLDER / "pythonpath"))  # before any other xlneuron of this Python
    try:
        import numpy  # noqa: F401, PLC0415
    except ImportError:
        return refusal("NumPy is missing in the Python of LibreOffice; `xlneuron doctor` says what to do")
    from xlneuron.functions import FUNCTIONS  # noqa: PLC0415
    from xlneuron.functions.call import at_point, call_in_general  # noqa: PLC0415
    from xlneuron.functions.signature import MISSING, Kind  # noqa: PLC0415

    def method(name: str) -> Method:
        function = FUNCTIONS[name]
        texts = [place for place, each in enumerate(function.arguments) if each.kind is Kind.TEXT]

        def run(_: Any, *cells: Any) -> Any:
            # What is left out is None; in a range, a blank cell is "".
            row = at_point(function, cells)
            if row is not None:
                return (row,)
            values = [MISSING if cell is None else cell for cell in cells]
            for place in texts:  # a single blank cell arrives as 0, which no text is
                if values[place] == 0:
                    values[place] = ""
            return call_in_general(function, values, math.inf)  # it shows inf as #NUM!

        return run

    return method


def refusal(reason: str) -> Callable[[str], Method]:
    """Return what makes methods that put the reason into the cell."""
    return lambda name: lambda _, *cells: ((f"{name}: {reason}",),)


METHOD = load()


class Component(unohelper.Base, XAddIn):  # type: ignore[misc]
    """The component that LibreOffice makes; its methods are those of the interface."""

    def __init__(self, context: Any) -> None:
        self.context = context


for key, function in NAMES.items():
    setattr(Component, key, METHOD(function))

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816 (LibreOffice looks for this name)
g_ImplementationHelper.addImplementation(Component, SERVICES[0], SERVICES)
