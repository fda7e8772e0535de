"""The generated VBA: against xlwings' own generator, against the records, and against VBA's limits."""

from __future__ import annotations

import re

import pytest
from support.xlwings_windows import Windows

from xlneuron.functions import FUNCTIONS
from xlneuron.hosts.excel import generate, project, vba
from xlneuron.network import Array
from xlneuron.signature import describe

LINE_LENGTH = 1023  # of VBA source
WRAPPERS, DOCS = vba.wrappers(), vba.docs()
PAGE = (generate.ROOT / "docs" / "excel.md").read_text("utf-8")


def test_wrappers_are_those_of_xlwings_but_for_attributes_and_errors():
    with Windows() as windows:
        theirs = windows.wrappers("book.xlsm")
    ours = {name: vba.wrapper(function) for name, function in FUNCTIONS.items()}
    plain = [
        re.sub(
            r"WithErrors\((.*)\)$", r"\1", re.sub(r"^Attribute .*\n", "", ours[name], flags=re.M), flags=re.M
        )
        for name in sorted(FUNCTIONS)
    ]
    assert "\n".join(plain) + "\n" == theirs


def test_every_function_has_its_description_and_category():
    for name, function in FUNCTIONS.items():
        signature, description, category = WRAPPERS.partition(f"\nFunction {name}(")[2].splitlines()[:3]
        assert signature.endswith(")")
        assert description == f'Attribute {name}.VB_Description = "{function.description}"'
        assert category == rf'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \n20"'


def test_docs_register_every_text_in_an_array_of_just_the_right_size():
    sections = re.findall(
        r'ReDim texts\(1 To (\d+)\)\n((?:    texts.*\n)+)    Register "(\w+)", "(.*)", texts, failed', DOCS
    )
    assert [section[2] for section in sections] == list(FUNCTIONS)
    for size, lines, name, description in sections:
        texts = re.findall(r'    texts\((\d+)\) = "(.*)"\n', lines)
        function = FUNCTIONS[name]
        assert int(size) == len(function.arguments)
        assert description.replace('""', '"') == function.description
        assert [(int(number), text.replace('""', '"')) for number, text in texts] == [
            (number, argument.description) for number, argument in enumerate(function.arguments, start=1)
        ]


@pytest.mark.parametrize("text", [WRAPPERS, DOCS], ids=["wrappers", "docs"])
def test_source_is_what_the_vba_editor_takes(text):
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= LINE_LENGTH
    code = [line for line in text.splitlines() if not line.lstrip().startswith("'")]
    assert all(line.count('"') % 2 == 0 for line in code)
    for block in ("Function", "Sub", "If"):
        opened = [line for line in code if re.match(rf"\s*((Public|Private) )?#?{block}\b", line)]
        if block == "If":  # one that ends in Then has a block of its own
            opened = [line for line in opened if line.endswith("Then")]
        closed = [line for line in code if re.match(rf"\s*#?End {block}\b", line)]
        assert len(opened) == len(closed), block


@pytest.mark.parametrize("word", ["input", "Step", "_x", "error"])
def test_names_that_vba_does_not_take_are_refused(word):
    namespace: dict[str, object] = {"Array": Array}
    exec(f"def GOOD({word}: Array) -> Array: ...", namespace)
    good = namespace["GOOD"]
    good.__doc__ = f"Nothing.\n\n{word}: Nothing."
    with pytest.raises(ValueError, match=f"{word} cannot be a name in VBA"):
        vba.wrapper(describe(good))


def test_texts_with_quotes_and_backslashes():
    def QUOTED(x: Array) -> Array:  # noqa: N802
        r"""The "best" of C:\data.

        x: A "quoted" \ text.
        """
        return x

    function = describe(QUOTED)
    assert r'VB_Description = "The ""best"" of C:\\data."' in vba.wrapper(function)
    assert r'texts(1) = "A ""quoted"" \ text."' in vba.docs([function])


@pytest.mark.parametrize("text", [WRAPPERS, DOCS, PAGE], ids=["wrappers", "docs", "page"])
def test_the_head_names_every_other_module_that_is_needed(text):
    """Imported alone, the functions do not compile: XLPy is in xlwings' module, which needs Dictionary."""
    head = " ".join(line.removeprefix("' ") for line in text.partition("Option Explicit")[0].splitlines())
    for name in ("xlwings.bas", "addin/Dictionary.cls"):
        assert name in head.replace("\\", "/")
        assert project._xlwings_path(name).is_file()
    assert "Function XLPy()" in project._xlwings_path("xlwings.bas").read_text("cp1252")
    assert "New Dictionary" in project._xlwings_path("xlwings.bas").read_text("cp1252")


@pytest.mark.parametrize("name", generate.texts())
def test_committed_files_are_current(name):
    committed = (generate.ROOT / "vba" / name).read_bytes()
    assert committed == generate.texts()[name].encode(), "run python -m xlneuron.hosts.excel.generate"
    assert committed.count(b"\n") == committed.count(b"\r\n")
