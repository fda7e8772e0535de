"""A client of COM as Excel's VBA is one: real VARIANTs and SAFEARRAYs, sent to a server in another process.

pywin32's client cannot: it makes a missing argument of every VT_ERROR. So this is ctypes on IDispatch.
"""

from __future__ import annotations

import ctypes
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref
from datetime import datetime

from xlneuron.functions.cells import CellError
from xlneuron.functions.signature import MISSING

ole32, oleaut = ctypes.OleDLL("ole32"), ctypes.WinDLL("oleaut32")

VT_EMPTY, VT_I4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_DISPATCH, VT_ERROR, VT_BOOL, VT_VARIANT = (
    0,
    3,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
)
VT_ARRAY = 0x2000
LEFT_OUT = -2147352572  # DISP_E_PARAMNOTFOUND
CODES = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
}
ERRORS = {0x800A0000 + code - 2**32: CellError(text) for text, code in CODES.items()}
LOCAL_SERVER = 4
INVOKE, METHOD_OR_PROPERTY = 6, 3
NAMES, ENGLISH = 5, 0


class Money(float):
    """A number that Excel sends as VT_CY, as from a cell that shows a currency."""


class Union(ctypes.Union):
    _fields_ = (
        ("integer64", ctypes.c_longlong),
        ("number", ctypes.c_double),
        ("integer", ctypes.c_long),
        ("flag", ctypes.c_short),
        ("pointer", ctypes.c_void_p),
        ("all", ctypes.c_char * 16),
    )


class Variant(ctypes.Structure):
    _anonymous_ = ("value",)
    _fields_ = (("kind", ctypes.c_ushort), ("reserved", ctypes.c_ushort * 3), ("value", Union))


class Bound(ctypes.Structure):
    _fields_ = (("count", ctypes.c_ulong), ("lowest", ctypes.c_long))


class Parameters(ctypes.Structure):
    _fields_ = (
        ("arguments", POINTER(Variant)),
        ("named", POINTER(ctypes.c_long)),
        ("count", ctypes.c_uint),
        ("named_count", ctypes.c_uint),
    )


class ExceptionInfo(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("reserved", ctypes.c_ushort),
        ("source", ctypes.c_void_p),
        ("description", ctypes.c_void_p),
        ("rest", ctypes.c_void_p * 5),
    )


class Guid(ctypes.Structure):
    _fields_ = (("all", ctypes.c_char * 16),)


oleaut.SysAllocStringLen.restype = oleaut.SafeArrayCreate.restype = ctypes.c_void_p
oleaut.SysAllocStringLen.argtypes = [ctypes.c_wchar_p, ctypes.c_uint]
oleaut.SafeArrayCreate.argtypes = [ctypes.c_ushort, ctypes.c_uint, POINTER(Bound)]
for call in (oleaut.SafeArrayPutElement, oleaut.SafeArrayGetElement):
    call.argtypes = [ctypes.c_void_p, POINTER(ctypes.c_long), ctypes.c_void_p]
oleaut.SafeArrayGetDim.argtypes = [ctypes.c_void_p]
for call in (oleaut.SafeArrayGetLBound, oleaut.SafeArrayGetUBound):
    call.argtypes = [ctypes.c_void_p, ctypes.c_uint, POINTER(ctypes.c_long)]
oleaut.VariantClear.argtypes = [POINTER(Variant)]


class ComError(Exception):
    """A call that failed, with what the server says."""


def variant(value: object) -> Variant:
    """Return what Excel sends: a list is VBA's Array(...), a tuple of rows the values of a range."""
    made = Variant()
    match value:
        case None:
            made.kind = VT_EMPTY
        case bool():
            made.kind, made.flag = VT_BOOL, -1 if value else 0
        case Money():
            made.kind, made.integer64 = VT_CY, round(value * 10_000)
        case int() | float():
            made.kind, made.number = VT_R8, float(value)
        case str():
            made.kind, made.pointer = (
                VT_BSTR,
                oleaut.SysAllocStringLen(value, len(value.encode("utf-16-le")) // 2),
            )
        case datetime():
            days = (value.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400
            made.kind, made.number = VT_DATE, days
        case CellError():
            made.kind, made.integer = VT_ERROR, next(code for code, error in ERRORS.items() if error is value)
        case list():
            made.kind, made.pointer = VT_ARRAY | VT_VARIANT, _array([value], 1)
        case tuple():
            made.kind, made.pointer = VT_ARRAY | VT_VARIANT, _array(value, 2)
        case _:
            assert value is MISSING, value
            made.kind, made.integer = VT_ERROR, LEFT_OUT
    return made


def _array(rows: object, dimensions: int) -> int:
    assert isinstance(rows, list | tuple)
    bounds = (Bound * 2)(Bound(len(rows), 1), Bound(len(rows[0]), 1))
    if dimensions == 1:
        bounds[0] = Bound(len(rows[0]), 0)
    array = oleaut.SafeArrayCreate(VT_VARIANT, dimensions, bounds)
    for row, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells):
            place = (
                (ctypes.c_long * 2)(column, 0) if dimensions == 1 else (ctypes.c_long * 2)(row, column + 1)
            )
            element = variant(cell)
            assert oleaut.SafeArrayPutElement(array, place, byref(element)) == 0
            oleaut.VariantClear(byref(element))
    return array


def value(of: Variant) -> object:
    """Return what a VARIANT holds: arrays of one dimension as a list, of two as a tuple of rows."""
    if of.kind & VT_ARRAY:
        return _cells(of.pointer)
    match of.kind:
        case 0 | 1:
            return None
        case 5:
            return of.number
        case 8:
            return text(of.pointer)
        case 11:
            return bool(of.flag)
        case 10:
            return ERRORS[of.integer]
        case 9:
            return of.pointer
    raise TypeError(f"a VARIANT of kind {of.kind}")


def text(pointer: int | None) -> str:
    """Return the text of a BSTR, whose length stands in front of it."""
    if not pointer:
        return ""
    size = struct.unpack("<I", ctypes.string_at(pointer - 4, 4))[0]
    return ctypes.string_at(pointer, size).decode("utf-16-le", "surrogatepass")


def _cells(array: int) -> object:
    def bounds(dimension: int) -> range:
        low, high = ctypes.c_long(), ctypes.c_long()
        oleaut.SafeArrayGetLBound(array, dimension, byref(low))
        oleaut.SafeArrayGetUBound(array, dimension, byref(high))
        return range(low.value, high.value + 1)

    def cell(*place: int) -> object:
        element = Variant()
        assert oleaut.SafeArrayGetElement(array, (ctypes.c_long * len(place))(*place), byref(element)) == 0
        found = value(element)
        oleaut.VariantClear(byref(element))
        return found

    if oleaut.SafeArrayGetDim(array) == 1:
        return [cell(column) for column in bounds(1)]
    return tuple(tuple(cell(row, column) for column in bounds(2)) for row in bounds(1))


class Server:
    """An object of COM by its IDispatch."""

    def __init__(self, pointer: int, class_id: str = "") -> None:
        self.pointer, self.class_id = pointer, class_id
        self.numbers: dict[str, int] = {}

    def udf(self, function: str, *arguments: object) -> object:
        """Call a worksheet function as the VBA does; see `value` for what comes back."""
        return self.call("CallUDF", "xlneuron.udfs", function, list(arguments))

    def call(self, name: str, *arguments: object) -> object:
        if name not in self.numbers:
            self.numbers[name] = self._number(name)
        sent = (Variant * len(arguments))(*map(variant, reversed(arguments)))
        parameters = Parameters(sent, None, len(arguments), 0)
        result, said, wrong = Variant(), ExceptionInfo(), ctypes.c_uint()
        kinds = (ctypes.c_long, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ushort, *[ctypes.c_void_p] * 4)
        failed = _method(self.pointer, INVOKE, *kinds)(
            self.pointer,
            self.numbers[name],
            byref(Guid()),
            ENGLISH,
            METHOD_OR_PROPERTY,
            byref(parameters),
            byref(result),
            byref(said),
            byref(wrong),
        )
        for each in sent:
            oleaut.VariantClear(byref(each))
        if failed:
            raise ComError(hex(failed & 0xFFFFFFFF), text(said.description))
        found = value(result)
        if result.kind != VT_DISPATCH:
            oleaut.VariantClear(byref(result))
        return found

    def _number(self, name: str) -> int:
        names, number = ctypes.c_wchar_p(name), ctypes.c_long()
        kinds = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_ulong, ctypes.c_void_p)
        failed = _method(self.pointer, NAMES, *kinds)(
            self.pointer, byref(Guid()), byref(names), 1, ENGLISH, byref(number)
        )
        if failed:
            raise ComError(hex(failed & 0xFFFFFFFF), name)
        return number.value


def _method(pointer: int, number: int, *kinds: type) -> object:
    table = ctypes.cast(pointer, POINTER(ctypes.c_void_p))[0]
    address = ctypes.cast(table, POINTER(ctypes.c_void_p))[number]
    return ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *kinds)(address)


def guid(text: str) -> Guid:
    """Return an identifier from its text."""
    made = Guid()
    ole32.CLSIDFromString(ctypes.c_wchar_p(text), byref(made))
    return made


def connect(class_id: str) -> Server:
    """Return the object that a server serves. Raises OSError where there is none."""
    pointer = ctypes.c_void_p()
    dispatch = guid("{00020400-0000-0000-C000-000000000046}")
    ole32.CoCreateInstance(byref(guid(class_id)), None, LOCAL_SERVER, byref(dispatch), byref(pointer))
    assert pointer.value is not None
    return Server(pointer.value, class_id)


@contextmanager
def served(module: str = "xlneuron.hosts.excel.server") -> Iterator[Server]:
    """Give the COM server of a module, started in a process of its own as xlwings' DLL does it."""
    ole32.CoInitializeEx(None, 2)
    class_id = f"{{{uuid.uuid4()}}}".upper()
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", module, class_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    threading.Thread(target=process.stdout.read, daemon=True).start()  # it would wait on a full pipe
    try:
        for _ in range(600):
            try:
                server = connect(class_id)
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended with {process.returncode}") from None
                time.sleep(0.1)
        else:
            raise RuntimeError("no server within a minute")
        yield server
        assert process.poll() is None, "the server is gone"
    finally:
        process.kill()
