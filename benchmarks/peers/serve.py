"""Serve measurements: a request is a line of JSON on standard input, and so is its answer on standard output.

A function is called with the options of the request, and its seconds are the answer; what it returns as a
dictionary is added, or takes their place.
"""

import json
import sys
import time


def serve(*functions):
    known = {function.__name__: function for function in functions}
    for line in sys.stdin:
        request = json.loads(line)
        do = known[request.pop("do")]
        start = time.perf_counter()
        found = do(**request)
        answer = {"seconds": time.perf_counter() - start, **(found or {})}
        print(json.dumps(answer), flush=True)
