"""`xlneuron install`, `uninstall` and `doctor`: the worksheet functions in Excel and LibreOffice."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from xlneuron.cli.output import print_json
from xlneuron.cli.values import unknown
from xlneuron.errors import XlneuronError, counted
from xlneuron.files import impossible
from xlneuron.hosts import HOSTS, Host, host


def install(arguments: Namespace) -> None:
    """Install into one program."""
    print("\n".join(_host(arguments.host).install(_directory(arguments))))


def uninstall(arguments: Namespace) -> None:
    """Remove what `install` has put there."""
    print("\n".join(_host(arguments.host).uninstall(_directory(arguments))))


def doctor(arguments: Namespace) -> None:
    """Check one program, or all; an error unless one of them is all right."""
    names = [arguments.host] if arguments.host else HOSTS
    found = {name: _host(name).doctor() for name in names}
    if arguments.json:
        print_json(
            [
                {"host": name, "ok": check.ok, "what": check.what, "cure": "" if check.ok else check.cure}
                for name, checks in found.items()
                for check in checks
            ]
        )
    else:
        for name, checks in found.items():
            print(name)
            for check in checks:
                print(f"  {'ok' if check.ok else 'NO'}  {check.what}{'' if check.ok else f': {check.cure}'}")
    failed = {name: sum(not check.ok for check in checks) for name, checks in found.items()}
    if all(failed.values()):
        problems = ", ".join(f"{name}: {counted(count, 'problem')}" for name, count in failed.items())
        raise XlneuronError(f"the worksheet functions cannot be called yet ({problems})")


def _host(name: str) -> Host:
    if name.casefold() not in HOSTS:
        raise unknown("program", name, HOSTS)
    return host(name.casefold())


def _directory(arguments: Namespace) -> Path | None:
    if not arguments.dir:
        return None
    if problem := impossible(Path(arguments.dir)):
        raise XlneuronError(f"{arguments.dir}: {problem}")
    return Path(arguments.dir).resolve()
