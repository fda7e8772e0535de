"""Run a VBScript with cscript while the COM server is there; its class identifier is the argument."""

from __future__ import annotations

import subprocess
import sys

from com import served


def main(script: str) -> int:
    with served() as server:
        done = subprocess.run(
            ["cscript.exe", "//nologo", script, server.class_id.strip("{}")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    sys.stdout.buffer.write(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
