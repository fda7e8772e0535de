"""The generated VBA: against xlwings' own generator, a parser of VBA, the records, and VBA's limits."""

from __future__ import annotations

import re

import pytest
from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from antlr4_vba.vbaLexer import vbaLexer
from antlr4_vba.vbaParser import vbaParser
from support.vba_text import EXCEL_32, EXCEL_64, EXCEL_2007, compiled_for, public_procedures
from support.xlwings_windows import Windows

from xlneuron.engine.array import Array
from xlneuron.functions import FUNCTIONS
from xlneuron.functions.signature import describe
from xlneuron.hosts.excel import generate, project, vba

LINE_LENGTH = 1023  # of VBA source
WRAPPERS, DOCS = vba.wrappers(), vba.docs()
ADDNUM = (generate.ROOT / "vba" / "addnum.bas").read_text("ascii")


def test_wrappers_take_the_arguments_that_xlwings_would():
    with Windows() as windows:
        theirs = windows.wrappers("book.xlsm")
    signatures = re.findall(r"^Function .*$", WRAPPERS, re.M)
    assert sorted(signatures) == sorted(re.findall(r"^Function .*$", theirs, re.M))
    arguments = re.findall(r'CallUDF\("xlneuron.udfs", ("\w+", Array\(.*?\))', theirs)
    assert sorted(set(arguments)) == sorted(re.findall(r"= Answer\((.*)\)$", WRAPPERS, re.M))


def test_nothing_but_the_functions_can_be_called_from_a_cell():
    """Private procedures cannot; `Option Private Module` would only hide the others."""
    assert public_procedures(WRAPPERS) == [("Function", name) for name in FUNCTIONS]
    assert public_procedures(DOCS) == [("Sub", "Auto_Open"), ("Sub", "DescribeFunctions")]
    assert public_procedures('Function A()\nDeclare PtrSafe Function B Lib _\n "x"\nPrivate Sub C()\n') == [
        ("Function", "A"),
        ("Function", "B"),
    ]


class Errors(ErrorListener):
    """The syntax errors that a parser finds."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def syntaxError(self, recognizer, symbol, line, column, message, error):  # noqa: N802
        self.found.append((line, message))


def syntax_errors(text: str) -> list[tuple[int, str]]:
    """What a parser that others wrote, from Microsoft's grammar of VBA, has to say of a module."""
    errors = Errors()
    lexer = vbaLexer(InputStream(project.with_crlf(text)))
    parser = vbaParser(CommonTokenStream(lexer))
    for each in (lexer, parser):
        each.removeErrorListeners()
        each.addErrorListener(errors)
    parser.startRule()
    return errors.found


@pytest.mark.slow
@pytest.mark.parametrize("constants", [EXCEL_64, EXCEL_32, EXCEL_2007], ids=["64 bits", "32 bits", "2007"])
@pytest.mark.parametrize("text", [WRAPPERS, DOCS, ADDNUM], ids=["wrappers", "docs", "addnum"])
def test_a_parser_of_vba_takes_every_module(text, constants):
    assert syntax_errors(compiled_for(text, constants)) == []


@pytest.mark.slow
def test_the_parser_of_vba_finds_errors():
    assert syntax_errors(compiled_for(WRAPPERS, EXCEL_64).replace("End If", "End", 1))


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


def test_the_module_needs_no_other_one():
    called = set(re.findall(r"\b([A-Z]\w+)\(", re.sub(r'"[^"]*"', "", WRAPPERS)))
    own = set(re.findall(r"(?:Function|Sub) (\w+)", WRAPPERS))
    of_vba = {
        *("Array", "Areas", "CVErr", "CallUDF", "Count", "Dir", "EOF", "Environ", "InStrRev", "IsArray"),
        *("IsObject", "LBound", "Left", "Len", "Mid", "UBound", "UCase", "VarType"),
    }
    assert called - own <= of_vba


@pytest.mark.parametrize("name", generate.texts())
def test_committed_files_are_current(name):
    committed = (generate.ROOT / "vba" / name).read_bytes()
    assert committed == generate.texts()[name].encode(), "run python -m xlneuron.hosts.excel.generate"
    assert committed.count(b"\n") == committed.count(b"\r\n")
