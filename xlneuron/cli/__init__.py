"""The command line, `xlneuron COMMAND ...`: its parser and `main`, and nothing that takes time to import.

A command's work is done in a module of this package that is imported when the command runs. Exit codes: 0,
1 for a user's error (one line on stderr), 2 for wrong usage, 130 after Ctrl-C, 141 when the reader of a pipe
has gone, 143 when the system asked to end (SIGTERM).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from xlneuron import __version__
from xlneuron.cli.options import (
    EPOCHS,
    RATE,
    STEP,
    WEIGHTS,
    add_check,
    add_dask,
    add_formulas,
    add_json,
    add_network,
    add_new,
    add_optimizer,
    add_regenerate,
)
from xlneuron.cli.values import (
    epochs,
    learning_rates,
    positive_number,
    row_count,
    seeds,
    weights,
)
from xlneuron.errors import UsageError

TYPE_CHECKING = False  # type checkers take it for true; importing typing would take a tenth of --help
if TYPE_CHECKING:
    from typing import Any, NoReturn

EXAMPLES = """\
examples:
  xlneuron open basic-sgd             see one neuron learn, in your spreadsheet
  xlneuron build --out lessons        write all template workbooks
  xlneuron build 01 --data my.csv     the same sheet with your data, columns x, y
  xlneuron new my.xlsx --data my.csv  a training sheet for your own network and data
  xlneuron regenerate my.xlsx         refill it after you changed data or settings
  xlneuron check my.xlsx              is every cell what it should be?
  xlneuron train --network 1-1relu-1  train in the terminal; what happened, and why
  xlneuron sweep --out sweep.xlsx     which learning rates learn, which explode
  xlneuron functions NUM_DERIV        how a worksheet function is called
  xlneuron install excel              call them from Excel's cells
"""

# Said of the same option in several commands.
PROGRAMS = "excel or libreoffice"
DEBUG = "show where in the program an error comes from"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):  # a pipe's encoding may not have what a file's name has
        sys.stdout.reconfigure(errors="backslashreplace")
    status = 1
    try:
        status = _run(argv)
        print(end="", flush=True)  # here, where a reader that has gone can still be handled
    except BrokenPipeError:
        # Nobody reads on (`| head`). That is no error, and the flush at exit must not make it one.
        _discard_output()
        return 141
    except OSError as error:  # what was printed cannot be written, as on a full disk
        _discard_output()
        return status or _fail(f"standard output: {error.strerror or error}", 1)
    return status


def _discard_output() -> None:
    """Let what is still to be written to stdout go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(argv: Sequence[str] | None) -> int:
    arguments = argparse.Namespace(debug=False)
    try:
        make_parser().parse_args(argv, arguments)
        module, _, function = arguments.run.partition(":")
        with _command("ending", "clean_ending")():
            _command(module, function)(arguments)
    except SystemExit as end:  # --help and --version
        return int(end.code or 0)
    except KeyboardInterrupt as stop:
        return _fail("stopped", 143 if stop.args else 130)  # see `ending`
    except BrokenPipeError:
        raise
    except Exception as error:
        if arguments.debug:
            sys.excepthook(type(error), error, error.__traceback__)
        return _fail(_command("faults", "problem")(error), 2 if isinstance(error, UsageError) else 1)
    return 0


def _command(module: str, function: str) -> Any:
    from importlib import import_module  # noqa: PLC0415 - not needed for --help

    return getattr(import_module(f"xlneuron.cli.{module}"), function)


def _fail(problem: object, status: int) -> int:
    line = str(problem) or type(problem).__name__
    print("xlneuron:", "".join(c if c.isprintable() else "?" for c in line), file=sys.stderr)
    return status


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. Left to itself, argparse imports shutil for that, a third of its time."""

    def __init__(self, prog: str) -> None:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 80
        except (OSError, ValueError):  # not a terminal
            columns = 80
        super().__init__(prog, max_help_position=30, width=max(min(columns, 110) - 2, 40))


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and that takes `-1,1` or `-1e-4` for a value."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, allow_abbrev=False, **options)
        self._negative_number_matcher = re.compile(r"-[\d.,]")  # what argparse knows are -1 and -1.5 only

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see {self.prog} --help)")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser. `run` of what it parses names the module and the function that do the work."""
    parser = _Parser(
        prog="xlneuron",
        description="See a neural network learn, cell by cell.",
        epilog=EXAMPLES,
    )
    parser.add_argument("-V", "--version", action="version", version=f"xlneuron {__version__}")
    parser.add_argument("--debug", action="store_true", help=DEBUG)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: str, summary: str, *examples: str) -> argparse.ArgumentParser:
        lines = "\n".join(f"  xlneuron {name}{' ' if example else ''}{example}" for example in examples)
        title = "examples" if len(examples) > 1 else "example"
        added = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"{title}:\n{lines}\n",
        )
        added.set_defaults(run=run)
        # Also behind the command, where people add it; said once, in the help of all.
        added.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return added

    _list(command("list", "templates:show", "list the template workbooks, each with its question", ""))
    _build(
        command(
            "build",
            "templates:build",
            "write template workbooks",
            "",
            "basic-sgd --learning-rate 0.00001 --epochs 20",
            "01 --data my.csv --out lessons --weights 1,1",
        )
    )
    add_new(
        command(
            "new",
            "new:new",
            "make a training sheet for your own network and data",
            "my.xlsx --data my.csv",
            "my.xlsx --network 2-3tanh-1 --data my.csv --inputs x1,x2",
            "my.xlsx --data book.xlsx#Sheet1 --inputs a,b --target c",
        )
    )
    add_regenerate(
        command(
            "regenerate",
            "upkeep:regenerate_book",
            "refill a workbook with what you changed in it; all that you added stays",
            "my.xlsx",
            "my.xlsx --epochs 20 --learning-rate 0.00001",
            "my.xlsx --data my.csv --no-backup",
        )
    )
    add_check(
        command(
            "check",
            "upkeep:check_book",
            "compute every cell of a workbook again and find the first wrong one",
            "my.xlsx",
            "my.xlsx --recalculate",
            "mine.xlsx --map x=A,y=B,a=D,b=E,pred=F,err=G,d_a=H,new_a=I",
        )
    )
    _open(
        command(
            "open",
            "opening:open_template",
            "open a template in your spreadsheet; it is kept in your documents folder",
            "basic-sgd",
        )
    )
    _train(
        command(
            "train",
            "train:train",
            "train in the terminal: trace, RMSE by epoch, and what happened",
            "",
            "--network 1-1relu-1",
            "--data my.csv --optimizer adam --epochs 3 --weights 1,-1",
        )
    )
    _sweep(
        command(
            "sweep",
            "sweep:sweep",
            "train from many starting weights at many learning rates, and compare",
            "--out sweep.xlsx",
            "--network 1-1relu-1 --learning-rates 1e-7:1e-3:50",
            "--epochs 100 --seeds 50 --out sweep.csv --dask tcp://host:8786",
        )
    )
    _functions(
        command(
            "functions", "reference:show", "show the worksheet functions and their arguments", "", "NUM_DERIV"
        )
    )
    _program(
        command(
            "install",
            "hosts:install",
            "put the worksheet functions into a spreadsheet program",
            "excel",
            "libreoffice",
            "excel --dir somewhere",
        ),
        "put the files there instead of where the program loads them",
    )
    _program(
        command("uninstall", "hosts:uninstall", "take them out again, and nothing else", "excel"),
        "take them out of there",
    )
    _doctor(
        command(
            "doctor", "hosts:doctor", "check all that the worksheet functions need, with cures", "", "excel"
        )
    )
    return parser


def _list(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def _build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="basic-sgd, 01-basic-sgd or 01; all if none")
    parser.add_argument(
        "--out", default=".", metavar="DIR", help="where to write, made if needed (default: .)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite also what xlneuron did not make")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no list of files")
    add_json(parser)
    settings = parser.add_argument_group("settings (each template's own, if left out)")
    _data(settings)
    settings.add_argument("--learning-rate", type=positive_number("--learning-rate"), metavar="F", help=RATE)
    settings.add_argument("--h", type=positive_number("--h"), metavar="F", help=STEP)
    settings.add_argument("--epochs", type=epochs, metavar="N", help=EPOCHS)
    settings.add_argument("--weights", type=weights, metavar="F,F,...", help=WEIGHTS)
    add_formulas(parser)


def _open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="basic-sgd, 01-basic-sgd or 01")


def _train(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    _data(parser)
    parser.add_argument(
        "--learning-rate",
        type=positive_number("--learning-rate"),
        default=1e-4,
        metavar="F",
        help=f"{RATE} (default: 0.0001)",
    )
    parser.add_argument("--epochs", type=epochs, default=1, metavar="N", help=f"{EPOCHS} (default: 1)")
    add_optimizer(parser)
    parser.add_argument("--weights", type=weights, metavar="F,F,...", help=f"{WEIGHTS} (default: all 1)")
    parser.add_argument(
        "--derivatives", default="exact", metavar="NAME", help="exact (default), forward or central"
    )
    parser.add_argument(
        "--h", type=positive_number("--h"), default=0.01, metavar="F", help=f"{STEP} (default: 0.01)"
    )
    parser.add_argument(
        "--rows", type=row_count, default=5, metavar="N", help="show N rows of each end (default: 5)"
    )
    add_json(parser)


def _sweep(parser: argparse.ArgumentParser) -> None:
    add_network(parser)
    _data(parser)
    parser.add_argument(
        "--learning-rates",
        type=learning_rates,
        default=learning_rates("1e-7:1e-2:16"),
        metavar="F:F:N",
        help="N rates from F to F, each the same factor above the last; or F,F,... (default: 1e-7:1e-2:16)",
    )
    parser.add_argument(
        "--seeds",
        type=seeds,
        default=10,
        metavar="N",
        help="how many starting weights, drawn at random from the seeds 1 to N (default: 10)",
    )
    parser.add_argument("--epochs", type=epochs, default=1, metavar="N", help=f"{EPOCHS} (default: 1)")
    add_optimizer(parser)
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write every run: .csv, .parquet (with pyarrow), or .xlsx with a heat map",
    )
    parser.add_argument("--force", action="store_true", help="overwrite FILE whatever it is")
    add_dask(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    add_json(parser)


def _functions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="one function; all if left out")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown, as in docs/functions.md")
    add_json(form)


def _program(parser: argparse.ArgumentParser, directory: str) -> None:
    parser.add_argument("host", metavar="PROGRAM", help=PROGRAMS)
    parser.add_argument("--dir", metavar="DIR", help=directory)


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("host", nargs="?", metavar="PROGRAM", help=f"{PROGRAMS}; both if left out")
    add_json(parser)


def _data(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--data", metavar="FILE.csv", help="columns x and y (default: 29 datapoints on the line y = 2x + 30)"
    )
