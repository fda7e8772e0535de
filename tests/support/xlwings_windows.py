"""xlwings' own Windows code on any system: its wrapper generator and its dispatcher of UDF calls.

xlwings imports pywin32 and asks for Windows' DLLs when it is loaded. Modules that stand in for those are put
into `sys.modules` of a process of its own (`python -m support.xlwings_windows`), so nothing of it reaches the
tests. The process takes pickled calls on standard input, and answers with what `call_udf` would give to COM.
Excel itself, its ranges and `Application.Caller` are not there: arguments are the values that COM delivers.
"""

from __future__ import annotations

import ctypes
import pickle
import subprocess
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

MODULE = "xlneuron.udfs"
MISSING_ARGUMENT = -2147352572  # DISP_E_PARAMNOTFOUND, as COM delivers an argument that was left out


class Windows:
    """A process that runs xlwings as if on Windows; ended by `close`, or by leaving its `with` block."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.xlwings_windows"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> Windows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def call(self, function: str, *args: object) -> Any:
        """What a call from a cell gives. Raises RuntimeError for an exception out of the dispatcher."""
        return self._ask("call", function, args)

    def wrappers(self, workbook: str) -> str:
        """The VBA that xlwings generates for all functions, in a workbook of that name."""
        return self._ask("wrappers", workbook)

    def registered(self) -> dict[str, Any]:
        """What xlwings knows of every function: its attribute `__xlfunc__`."""
        return self._ask("registered")

    def _ask(self, *request: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(request, self._process.stdin)
        self._process.stdin.flush()
        fine, answer = pickle.load(self._process.stdout)
        if not fine:
            raise RuntimeError(answer)
        return answer


class Anything(ModuleType):
    """A module, class or function that has whatever is asked of it, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *_: object, **__: object) -> Any:
        return Anything("result")


def stand_in() -> None:
    """Put modules into sys.modules that have what xlwings looks for when it is loaded on Windows."""

    for name in (
        *("pywintypes", "pythoncom", "win32api", "win32con", "win32gui", "win32process", "win32event"),
        *("win32timezone", "win32com", "win32com.client", "win32com.server", "win32com.server.dispatcher"),
        *("win32com.server.policy", "win32com.server.util"),
    ):
        module = sys.modules[name] = Anything(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(sys.modules["win32com.client"], name, type(name, (), {}))
    pywintypes, pythoncom = sys.modules["pywintypes"], sys.modules["pythoncom"]
    pywintypes.TimeType = datetime
    pywintypes.IID = str
    pywintypes.com_error = type("com_error", (Exception,), {})
    pythoncom.com_error = pywintypes.com_error
    pythoncom.__file__ = "pythoncom.dll"
    pythoncom.IID_IDispatch = "IDispatch"
    pythoncom.TypeIIDs = {"IDispatch": type("PyIDispatch", (), {})}
    sys.modules["win32com.server.policy"].DefaultPolicy = type("DefaultPolicy", (), {})
    for name in ("windll", "oledll", "PyDLL"):
        setattr(ctypes, name, Anything(name))


def load() -> ModuleType:
    """Return our module, registered by xlwings' Windows code."""
    stand_in()
    import xlwings
    from xlwings import _xlwindows, udfs
    from xlwings.main import Engine, engines

    engines.add(Engine(impl=_xlwindows.engine))
    engines.active = engines["excel"]
    xlwings.func, xlwings.arg, xlwings.ret, xlwings.sub = udfs.xlfunc, udfs.xlarg, udfs.xlret, udfs.xlsub
    return udfs.get_udf_module(MODULE, None)


def answer(module: ModuleType, do: str, *rest: Any) -> Any:
    from xlwings import udfs

    if do == "call":
        return udfs.call_udf(MODULE, *rest)
    if do == "wrappers":
        text, workbook = StringIO(), type("Workbook", (), {"Name": rest[0]})
        udfs.generate_vba_wrapper(MODULE, module, text, workbook)
        return text.getvalue()
    known = {name: getattr(value, "__xlfunc__", None) for name, value in vars(module).items()}
    return {name: record for name, record in known.items() if record is not None}


def main() -> None:
    """Answer requests until standard input ends."""
    replies, sys.stdout = sys.stdout.buffer, sys.stderr
    module = load()
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            reply = True, answer(module, *request)
        except Exception as error:
            reply = False, f"{type(error).__name__}: {error}"
        pickle.dump(reply, replies)
        replies.flush()


if __name__ == "__main__":
    main()
