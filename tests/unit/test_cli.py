"""The command line: what it prints, what it writes, what it refuses and with which exit code."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlneuron import __version__
from xlneuron.books.lessons import LESSONS
from xlneuron.cli import main, make_parser
from xlneuron.cli.opening import documents
from xlneuron.engine.optimizers import OPTIMIZERS
from xlneuron.engine.training import train
from xlneuron.errors import XlneuronError
from xlneuron.functions import FUNCTIONS
from xlneuron.xlsx.package import read_mark

LESSON = LESSONS["01-basic-sgd"]
PARSER = make_parser()


def commands() -> dict[str, argparse.ArgumentParser]:
    actions = make_parser()._actions
    return next(action.choices for action in actions if isinstance(action, argparse._SubParsersAction))


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    """Run the program as a process of its own."""
    command = [sys.executable, "-m", "xlneuron", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def run_in_terminal(*arguments: str) -> str:
    """Run the program in a terminal of 80 columns and return what that shows."""
    import pty  # not on Windows

    leader, follower = pty.openpty()
    environment = os.environ | {"COLUMNS": "80", "TERM": "xterm"}
    command = [sys.executable, "-m", "xlneuron", *arguments]
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment
    ) as process:
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 65536):
                shown += part
        except OSError:  # the program has ended, and with it the terminal
            pass
    os.close(leader)
    assert process.returncode == 0, shown
    return shown.decode()


@pytest.fixture
def refused(capsys):
    """Run a command that has to fail, and return the one line that it says."""

    def run_and_read(*arguments: str, status: int = 1) -> str:
        assert main(arguments) == status
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert err.startswith("xlneuron: ")
        return err.removeprefix("xlneuron: ").rstrip("\n")

    return run_and_read


# Help, usage, exit codes


def test_help_names_every_command(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name in commands():
        assert re.search(rf"^    {name} +\w", text, re.MULTILINE), name
    assert "examples:\n  xlneuron open" in text


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_with_examples_that_parse(name, capsys):
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 80 for line in text.splitlines())
    examples = re.findall(r"^  xlneuron (.*)$", text.partition("\nexample")[2], re.MULTILINE)
    assert examples
    for example in examples:
        assert make_parser().parse_args(shlex.split(example)).run
        assert example.split()[0] == name
    for action in commands()[name]._actions:
        assert action.help, action.dest


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"xlneuron {__version__}\n"


def test_help_imports_nothing_heavy():
    code = "import sys; from xlneuron.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(result.stderr.split())
    assert "argparse" in imported
    assert not imported & {
        "numpy",
        "openpyxl",
        "rich",
        "xlwings",
        "shutil",
        "json",
        "dataclasses",
        "typing",
        "importlib.resources",
    }
    assert {name for name in imported if name.startswith("xlneuron")} == {
        "xlneuron",
        "xlneuron.cli",
        "xlneuron.cli.options",
        "xlneuron.cli.values",
        "xlneuron.errors",
        "xlneuron.limits",
    }


def test_help_of_train_says_what_the_engine_does(capsys):
    main(["train", "--help"])
    text = capsys.readouterr().out
    assert all(name in text for name in OPTIMIZERS)
    engine = inspect.signature(train).parameters
    given = make_parser().parse_args(["train"])
    for name in ("learning_rate", "epochs", "optimizer", "derivatives", "h", "weights"):
        assert getattr(given, name) == engine[name].default


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "the following arguments are required: COMMAND (see xlneuron --help)"),
        (["open"], "the following arguments are required: NAME (see xlneuron open --help)"),
        (["train", "--speed", "3"], "unrecognized arguments: --speed 3 (see xlneuron --help)"),
        (["train", "--epochs"], "argument --epochs: expected one argument (see xlneuron train --help)"),
        (["train", "--epo", "3"], "unrecognized arguments: --epo 3 (see xlneuron --help)"),
    ],
)
def test_wrong_usage(refused, arguments, problem):
    assert refused(*arguments, status=2) == problem


def test_unknown_command(refused):
    assert "'bulid'" in refused("bulid", status=2)


def test_exit_codes_and_streams_of_the_program(tmp_path):
    good = run("train", "--rows", "0", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    wrong = run("train", "--network", "1-1frelu", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("xlneuron: network: unknown activation 'frelu'")
    assert run("train", "--sideways", cwd=tmp_path).returncode == 2


def test_a_reader_that_has_gone_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "xlneuron", "functions"]
    result = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["train", "list --json", "--help"])
def test_output_that_cannot_be_written_is_one_line(arguments, unbuffered):
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "xlneuron", *arguments.split()],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
    assert result.returncode == 1
    assert re.fullmatch(r"xlneuron: (standard output: )?No space left on device\n", result.stderr)


def test_a_stream_that_cannot_show_a_name_is_no_error(tmp_path):
    (tmp_path / "Größe.csv").write_text("x,y\n1,2\n3,4\n")
    result = run(
        "train", "--data", "Größe.csv", "--json", cwd=tmp_path, env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert r'"data": "Gr\xf6\xdfe.csv"' in result.stdout


def test_ctrl_c_stops_a_run(capsys, monkeypatch):
    """What a real signal does to a real process is in test_new."""

    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("xlneuron.cli.train.run", interrupted)
    assert main(["train"]) == 130
    assert capsys.readouterr() == ("", "xlneuron: stopped\n")


# Values


@pytest.mark.parametrize(
    "text", ["0", "-1e-4", "-5", "nan", "inf", "-inf", "1e999", "fast", "0,001", "", "1/3"]
)
@pytest.mark.parametrize("option", ["--learning-rate", "--h"])
def test_rates_are_above_0(refused, option, text):
    assert (
        refused("train", f"{option}={text}") == f"{option}: {text!r} is not a number above 0, such as 0.0001"
    )


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "many", "", "1048577", "9" * 5000])
def test_epochs_are_counted(refused, text):
    assert refused("train", "--epochs", text).endswith(" is not a whole number from 1 to 1,048,576")


@pytest.mark.parametrize("text", ["", ",", "1,nan", "1,two", "-inf,1"])
def test_weights_are_numbers(refused, text):
    assert refused("train", f"--weights={text}").endswith("weights are written as in 1,0.5")


@given(st.sampled_from(["--learning-rate", "--h", "--epochs", "--weights"]), st.text())
def test_any_text_is_a_value_or_one_line(option, text):
    with redirect_stderr(StringIO()) as err:
        try:
            status = 0
            PARSER.parse_args(["build", f"{option}={text}"])
        except XlneuronError:
            status = main(["build", f"{option}={text}"])
    assert status == bool(err.getvalue())
    assert err.getvalue().count("\n") == status


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.floats(1e-300, 1e300))
def test_values_arrive_exactly(weights, rate):
    text = ",".join(map(repr, weights))
    parsed = PARSER.parse_args(["train", "--weights", text, "--learning-rate", repr(rate), "--epochs", "7"])
    assert (list(parsed.weights), parsed.learning_rate, parsed.epochs) == (weights, rate, 7)


# train

E1 = """\
epoch  row    x    y       a       b  prediction   error      d_a      d_b
    1    1   14   58       1       1          15    1849    -1202   -85.99
    1    2   86  202  1.1202  1.0086      97.346   10952   -17927   -209.3
  ...  ...  ...  ...     ...     ...         ...     ...      ...      ...
    1   28   17   64  2.4999  1.0637      43.562   417.7  -691.99  -40.865
    1   29    8   46  2.5691  1.0678      21.621  594.35  -389.43  -48.749

epoch    RMSE
    1  27.985

Weights after the last row: a = 2.6081, b = 1.0727
Learning: the RMSE over the data fell from 76.14 to 16.94; nothing exploded and every weight still moves.
"""


def test_train_shows_both_ends_of_the_trace(capsys):
    assert main(["train", "--derivatives", "forward", "--rows", "2"]) == 0
    assert capsys.readouterr().out == E1


def test_train_explains_the_explosion(capsys):
    """E2: two linear neurons."""
    assert main(["train", "--network", "1-1-1", "--derivatives", "forward", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["diagnosis"]["exploded_row"] == 26
    assert result["diagnosis"]["sentence"] == (
        "The step at row 25 overshot and the errors exploded from row 26 on. Try a learning rate of 0.00001."
    )
    assert [row["row"] for row in result["rows"]] == [1, 2, 3, 4, 5, 25, 26, 27, 28, 29]
    assert result["rows"][0]["error"] == 1764


def test_train_gives_the_weights_of_e1(capsys):
    assert main(["train", "--derivatives", "forward", "--json", "--rows", "0"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["final_weights"] == pytest.approx(
        {"a": 2.6080618930940993, "b": 1.072660342137999}, rel=1e-9
    )
    assert result["rows"] == []
    assert len(result["rmse"]) == 1


def test_json_stays_json_when_numbers_do_not(capsys):
    assert main(["train", "--network", "1-1-1", "--epochs", "3", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["rmse"][1:] == [None, None]
    assert "NaN" not in text


def test_train_on_own_data_and_settings(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text("y;x\n3;1\n5;2\n7;3\n")
    options = "--learning-rate 0.05 --epochs 300 --optimizer momentum --weights -1,1e-3 --rows 1"
    assert main(["train", "--data", str(path), *options.split()]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[:6] == ["1", "1", "1", "3", "-1", "0.001"]
    assert "  ...\n  300" in out
    assert "Weights after the last row: a = 2, b = 1\n" in out
    assert "Learned: " in out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--network 2-1", "--network: 2-1 has 2 inputs, but the data has 1"),
        ("--network 1-3", "--network: 1-3 has 3 outputs, but the data has 1"),
        ("--optimizer adm", "optimizer: unknown optimizer 'adm'"),
        ("--derivatives backward", "derivatives: unknown derivatives 'backward'"),
        ("--weights 1,2,3", "--weights: 3 values, but network 1-1 has 2 weights"),
        ("--network 1-1relu-1 --weights 1", "--weights: 1 value, but network 1-1relu-1 has 4 weights"),
        ("--epochs 1000000", "line.csv: 29 rows x 1,000,000 epochs do not fit a sheet of 1,048,576 rows"),
        ("--data none.csv", "none.csv: no such file or directory"),
        ("--data .", ".: is a directory"),
        ("--data=", ".: is a directory"),
    ],
)
def test_train_refuses(refused, arguments, problem):
    assert refused("train", *arguments.split()).startswith(problem)


def test_a_terminal_gets_a_ruled_table_that_fits():
    shown = run_in_terminal("train", "--network", "1-1relu-1")
    assert "────" in shown
    assert "d_a" not in shown  # no room
    assert "prediction" in shown
    assert all(len(re.sub(r"\x1b\[[\d;]*m", "", line)) <= 80 for line in shown.splitlines()[:12])


# functions


def test_functions_shows_every_function_with_every_argument(capsys):
    assert main(["functions"]) == 0
    out = capsys.readouterr().out
    for function in FUNCTIONS.values():
        assert f"{function.usage}\n  {function.description}\n" in out
        for argument in function.arguments:
            assert re.search(rf"^  {argument.name} +{re.escape(argument.description)}$", out, re.MULTILINE)


def test_one_function_in_any_case(capsys):
    assert main(["functions", "sgd_step"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("SGD_STEP(weights, grads, [learning_rate=0.0001])\n")
    assert out.count("(weights, grads") == 1


def test_functions_as_json(capsys):
    assert main(["functions", "--json"]) == 0
    records = {record["name"]: record for record in json.loads(capsys.readouterr().out)}
    assert list(records) == list(FUNCTIONS)
    h = next(argument for argument in records["NUM_DERIV"]["arguments"] if argument["name"] == "h")
    assert (h["kind"], h["optional"], h["default"]) == ("number", True, 0.01)


def test_unknown_function(refused):
    problem = refused("functions", "NUM_DERIVE")
    assert problem.startswith(
        "unknown function 'NUM_DERIVE'; did you mean NUM_DERIV? (known: NEURON_FORWARD, "
    )


# list and build


def test_list(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [[le.name, le.question] for le in LESSONS.values()]
    assert main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": lesson.name, "question": lesson.question} for lesson in LESSONS.values()
    ]


@pytest.mark.parametrize("name", ["01-basic-sgd", "basic-sgd", "01", "1", "Basic-SGD", "01-basic-sgd.xlsx"])
def test_build_by_any_name(tmp_path, capsys, name):
    directory = tmp_path / "made" / "here"
    assert main(["build", name, name, "--out", str(directory)]) == 0
    path = directory / "01-basic-sgd.xlsx"
    assert capsys.readouterr() == (f"{path}  {LESSON.question}\n", "")
    assert [file.name for file in directory.iterdir()] == [path.name]
    openpyxl.load_workbook(path)


def test_build_a_template_that_has_no_number(tmp_path, refused):
    assert main(["build", "document-functions", "--out", str(tmp_path), "--quiet"]) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["document-functions.xlsx"]
    assert refused("build", "functions").startswith("unknown template 'functions'")


@pytest.mark.host  # slow
def test_build_all(tmp_path, capsys):
    assert main(["build", "--out", str(tmp_path), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert [file["name"] for file in written] == list(LESSONS)
    assert sorted(file["path"] for file in written) == sorted(map(str, tmp_path.iterdir()))


def test_build_with_settings_and_data(tmp_path, capsys):
    path = tmp_path / "mine.csv"
    path.write_text("x,y\n1,3\n2,-5.125\n3,7\n")
    options = "--learning-rate 0.0123 --h 0.0456 --epochs 4 --weights -0.75,1.375 --quiet"
    assert main(["build", "01", "--data", str(path), "--out", str(tmp_path), *options.split()]) == 0
    assert capsys.readouterr() == ("", "")
    book = openpyxl.load_workbook(tmp_path / "01-basic-sgd.xlsx", data_only=True)
    values = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {0.0123, 0.0456, -0.75, 1.375} <= set(values)
    assert values.count(-5.125) == 4 + 2  # once an epoch, and twice on the sheet of the data


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("basic-sdg", "unknown template 'basic-sdg'; did you mean 01-basic-sgd? (known: 01-basic-sgd"),
        ("99", "unknown template '99'"),
        ("01 --epochs -3", "--epochs: '-3' is not a whole number from 1 to 1,048,576"),
        ("01 --learning-rate 0", "--learning-rate: '0' is not a number above 0"),
        ("01 --weights 1,2,3", ""),
        ("01 --data none.csv", "none.csv: no such file or directory"),
        ("01 --epochs 40000", ""),
    ],
)
def test_build_refuses_before_it_writes(tmp_path, refused, arguments, problem):
    directory = tmp_path / "out"
    assert refused("build", *arguments.split(), "--out", str(directory)).startswith(problem)
    assert not directory.exists()


@pytest.mark.parametrize(
    ("out", "problem"),
    [
        ("/proc/none", "/proc/none: cannot be made ("),
        (f"{__file__}/be/low", f"{__file__}/be/low: cannot be made, {__file__} is not a directory"),
        (__file__, f"{__file__}: is not a directory; name another one"),
    ],
)
def test_build_where_nothing_can_be_written(refused, out, problem):
    assert refused("build", "01", "--out", out).startswith(problem)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux only")
@pytest.mark.parametrize(
    "command", ["build 01 --quiet --out /proc", "new /proc/my.xlsx", "sweep --out /proc/my.csv"]
)
def test_what_cannot_be_written_names_the_folder_and_not_a_temporary_file(refused, command):
    """The system refuses the file only when it is made, as it does to anybody in /proc."""
    assert refused(*command.split()).startswith("/proc: cannot be written to")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, names of files are Unicode")
@pytest.mark.parametrize("name", [b"\xff.csv", b"a\x01b.csv", b"a\nb.csv"])
def test_data_with_any_name(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    path.write_text("x,y\n1,3\n2,5\n")
    assert main(["build", "01", "--data", str(path), "--out", str(tmp_path), "--quiet"]) == 0
    book = openpyxl.load_workbook(tmp_path / "01-basic-sgd.xlsx")
    assert re.fullmatch(r"The data: 2 datapoints from (\?|a\?b|a b)\.csv", book["Data"]["A1"].value)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("04 --learning-rate 5", "--learning-rate: 04-relu has no such setting; it has --h and --weights"),
        ("04 --data my.csv", "--data: 04-relu has no such setting; it has --h and --weights"),
        ("01 04 --epochs 3", "--epochs: 04-relu has no such setting; it has --h and --weights"),
        (
            "07 --h 1",
            "--h: 07-optimizers has no such setting; it has --data, --learning-rate, --epochs and --weights",
        ),
        (
            "06 --weights 1",
            "--weights: 06-average-grad has no such setting; "
            "it has none, change its yellow cells in the spreadsheet",
        ),
    ],
)
def test_a_setting_that_the_template_does_not_have(tmp_path, refused, arguments, problem):
    assert refused("build", *arguments.split(), "--out", str(tmp_path / "out"), status=2) == problem
    assert list(tmp_path.iterdir()) == []


def test_each_of_all_templates_takes_the_settings_that_it_has(tmp_path, monkeypatch):
    some = {name: LESSONS[name] for name in ("01-basic-sgd", "04-relu", "06-average-grad")}
    monkeypatch.setattr("xlneuron.cli.templates.LESSONS", some)
    options = "--h 0.5 --epochs 3 --quiet"
    assert main(["build", *options.split(), "--out", str(tmp_path)]) == 0
    made = {name: read_mark(tmp_path / f"{name}.xlsx")["options"] for name in some}
    assert [(each["h"], each["epochs"]) for each in made.values()] == [(0.5, 3), (0.5, None), (None, None)]


def test_build_keeps_a_file_that_is_not_ours(tmp_path, refused, capsys):
    path = tmp_path / "01-basic-sgd.xlsx"
    path.write_bytes(b"mine")
    assert str(path) in refused("build", "01", "--out", str(tmp_path))
    assert path.read_bytes() == b"mine"
    assert main(["build", "01", "--out", str(tmp_path), "--force"]) == 0
    assert path.read_bytes().startswith(b"PK")
    capsys.readouterr()
    assert main(["build", "01", "--out", str(tmp_path)]) == 0  # ours, as we left it


def test_a_terminal_gets_a_progress_bar(tmp_path):
    arguments = ("build", "01", "--epochs", "200", "--out", str(tmp_path))
    assert "01-basic-sgd.xlsx \x1b" in run_in_terminal(*arguments)
    assert run_in_terminal(*arguments, "--quiet") == ""


# open


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home directory of its own, on a machine without a desktop."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("XDG_CONFIG_HOME", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def user_dirs(home: Path, text: str) -> None:
    (home / ".config").mkdir()
    (home / ".config" / "user-dirs.dirs").write_text(text)


def test_documents(home, monkeypatch):
    assert documents() == home / "Documents"
    user_dirs(home, '# XDG_DOCUMENTS_DIR="$HOME/No"\nXDG_DOCUMENTS_DIR="$HOME/Meine Dokumente"\n')
    assert documents() == home / "Meine Dokumente"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    assert documents() == home / "Documents"


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ('XDG_DOCUMENTS_DIR="/data/papers"', "/data/papers"),
        ('XDG_DOCUMENTS_DIR="$HOME/"', "{home}/Documents"),
    ],
)
def test_documents_elsewhere_or_switched_off(home, line, folder):
    user_dirs(home, line)
    assert str(documents()) == folder.format(home=home)


@pytest.mark.parametrize(
    ("content", "folder"),
    [
        (b"\xff\xfe", "Documents"),
        (b'XDG_DOCUMENTS_DIR="$HOME/a\0b"', "Documents"),
        (b'XDG_DOCUMENTS_DIR="$HOME/B\xfccher"', os.fsdecode(b"B\xfccher")),  # Latin-1
    ],
)
def test_documents_in_a_file_that_is_not_utf_8(home, content, folder):
    (home / ".config").mkdir()
    (home / ".config" / "user-dirs.dirs").write_bytes(content)
    assert documents() == home / folder


def test_documents_when_the_file_cannot_be_read(home):
    (home / ".config" / "user-dirs.dirs").mkdir(parents=True)
    assert documents() == home / "Documents"


def test_open_where_the_documents_folder_is_a_file(home, refused):
    (home / "Documents").write_text("no folder")
    assert refused("open", "01") == (
        f"{home}/Documents/xlneuron: cannot be made, {home}/Documents is not a directory"
    )


def test_open_without_a_desktop_says_where_the_file_is(home, capsys):
    path = home / "Documents" / "xlneuron" / "01-basic-sgd.xlsx"
    assert main(["open", "basic-sgd"]) == 0
    assert capsys.readouterr().out == f"{path}  (no desktop to open it on: open it in your spreadsheet)\n"
    openpyxl.load_workbook(path)


def test_open_opens_what_is_there_and_never_overwrites_it(home, monkeypatch, capsys):
    opener = home / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" >> "{home}/opened"\nexit $(cat "{home}/status")\n')
    opener.chmod(0o755)
    (home / "status").write_text("0")
    monkeypatch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    path = home / "Documents" / "xlneuron" / "01-basic-sgd.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the user's own work")
    assert main(["open", "01"]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    assert (home / "opened").read_text() == f"{path}\n"
    assert path.read_bytes() == b"the user's own work"
    (home / "status").write_text("3")
    assert main(["open", "01"]) == 1
    assert capsys.readouterr().err == f"xlneuron: {path}: xdg-open found no program for it (exit code 3)\n"


def test_open_of_an_unknown_template(home, refused):
    assert refused("open", "basic").startswith("unknown template 'basic'; did you mean 01-basic-sgd?")
    assert list(home.iterdir()) == []
