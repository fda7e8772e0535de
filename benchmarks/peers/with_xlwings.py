"""xlwings' own conversion of arguments and results, by the NumPy converter, as its UDFs on Windows run it."""

from serve import serve
from support.xlwings_windows import load

load()

import numpy  # noqa: E402
import xlwings  # noqa: E402
from xlwings import conversion  # noqa: E402


def versions():
    return {"xlwings": xlwings.__version__}


def convert(rows, columns, number):
    """Read a range into an array and write an array of its size, so many times: the seconds of one."""
    from time import perf_counter

    cells = tuple(tuple(float(row + column) for column in range(columns)) for row in range(rows))
    array = numpy.array(cells)
    reading, writing = {"convert": numpy.array}, {}
    start = perf_counter()
    for _ in range(number):
        conversion.read(None, cells, reading)
        conversion.write(array, None, writing)
    return {"seconds": (perf_counter() - start) / number}


serve(versions, convert)
