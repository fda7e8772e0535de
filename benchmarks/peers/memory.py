"""The most memory that this process has had, after it has written a table of so many rows."""

import re
from pathlib import Path

from serve import serve


def write_table(rows, path):
    from benchmarks.tables import training_book
    from xlneuron.xlsx.write import write

    write(training_book(rows), Path(path), force=True)
    return {"megabytes": peak()}


def peak():
    try:
        status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory, too
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes on a Mac


serve(write_table)
