"""The long run: every command on hostile and damaged files, in processes whose time and memory are measured.

    python -m tests.hostile [FILES] [SEED]

What must hold: no traceback, no more than 10 s of computing, no more than 500 MB, the file as it was (but by
`regenerate`, which may succeed, and then leaves its backup as it was).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from support.shipped import shipped

from tests.hostile.files import attacks

SECONDS, MEGABYTES = 10.0, 500.0
MILLION = 1_000_000
COMMANDS = {
    "check": ["check", "{}"],
    "regenerate": ["regenerate", "{}", "--epochs", "2"],
    "new": ["new", "out.xlsx", "--force", "--quiet", "--data", "{}#Data", "--inputs", "x", "--target", "y"],
    "build": ["build", "01", "--out", ".", "--quiet"],
}


def ended(command: list[str], folder: Path) -> tuple[int, float, float, str]:
    """Run a command; return its status, its seconds of computing, its largest memory in MB, what it said."""
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "xlneuron", *command], cwd=folder, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    text = (folder / "said").read_text("utf-8", "replace")
    return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text


def main(damage: int, seed: int) -> int:
    """Attack; return how often something did not hold."""
    wrong = calls = 0
    most_seconds = most_memory = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base, book = shipped(folder), folder / "there" / "01-basic-sgd.xlsx"
        book.parent.mkdir()
        for what, path in attacks(base, folder / "attack.xlsx", MILLION, damage, seed):
            content = path.read_bytes()
            for command, arguments in COMMANDS.items():
                for left in book.parent.iterdir():
                    left.unlink()
                book.write_bytes(content)
                line = [each.format(book.name) for each in arguments]
                status, seconds, memory, said = ended(line, book.parent)
                calls += 1
                most_seconds, most_memory = max(most_seconds, seconds), max(most_memory, memory)
                backup = book.with_name(f"{book.stem}.backup.xlsx")
                kept = backup if command == "regenerate" and status == 0 else book
                problems = [
                    *(["a traceback"] if "Traceback" in said or "a fault of xlneuron" in said else []),
                    *([f"status {status}"] if status not in (0, 1) else []),
                    *([f"{seconds:.1f} s"] if seconds > SECONDS else []),
                    *([f"{memory:.0f} MB"] if memory > MEGABYTES else []),
                    *(["the original is changed"] if kept.read_bytes() != content else []),
                ]
                if problems and not (
                    command == "build" and status == 0 and problems == ["the original is changed"]
                ):
                    wrong += 1
                    print(f"{what}: {command}: {', '.join(problems)}: {said.strip()[-300:]}", flush=True)
    print(f"{calls} calls, {wrong} wrong; at most {most_seconds:.1f} s and {most_memory:.0f} MB")
    return wrong


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    sys.exit(bool(main(*(given + [200, 16][len(given) :]))))
