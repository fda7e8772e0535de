"""VBA as text: conditional compilation resolved, and the rest written as VBScript, which Wine can run."""

from __future__ import annotations

import re

EXCEL_64 = {"VBA7": True, "Win64": True, "Mac": False}
EXCEL_32 = {"VBA7": True, "Win64": False, "Mac": False}
EXCEL_2007 = {"VBA7": False, "Win64": False, "Mac": False}

TYPES = "String|Long|LongPtr|Integer|Boolean|Object|Variant|Date"
# VBA's files are statements; VBScript's are objects. The prelude of a script has `FileSystem`.
FILES = {
    r"\bfile = FreeFile\b": "",
    r"\bOpen (\w+) For Input As #file\b": r"Set file = FileSystem.OpenTextFile(\1)",
    r"\bEOF\(file\)": "file.AtEndOfStream",
    r"\bLine Input #file, (\w+)": r"\1 = file.ReadLine",
    r"\bClose #file\b": "file.Close",
}


def compiled_for(text: str, constants: dict[str, bool]) -> str:
    """Return VBA with only those branches of `#If` that an Excel compiles."""
    kept: list[str] = []
    taken: list[bool] = []
    for line in text.splitlines():
        match re.match(r"\s*#(If|Else|End If)\s*(\w*)", line):
            case None:
                kept += [line] if all(taken) else []
            case found if found[1] == "If":
                taken.append(constants[found[2]])
            case found if found[1] == "Else":
                taken[-1] = not taken[-1]
            case _:
                taken.pop()
    return "\n".join(kept) + "\n"


def as_vbscript(text: str) -> str:
    """Return our VBA for Excel of 64 bits as VBScript.

    Left out is what VBScript does not have: attributes, declarations of DLLs (the prelude has functions of
    their names), types, `Optional` (a script gives all arguments), and the counter after Next.
    """
    text = compiled_for(text, EXCEL_64)
    text = re.sub(r" _\n\s*", " ", text)  # continued lines
    lines = []
    for line in text.splitlines():
        code = line.strip()
        if code.startswith(("Attribute ", "Option Explicit", "Private Declare ")):
            continue
        parts = re.split(r'("(?:[^"]|"")*"|\'.*$)', line)  # texts and comments stay as they are
        lines.append("".join(part if number % 2 else _code(part) for number, part in enumerate(parts)))
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    text = re.sub(rf"\s+As ({TYPES})\b", "", text)
    text = re.sub(r"\bOptional ", "", text)
    text = re.sub(r"^\s*Private Const ", "Const ", text)
    text = re.sub(r"^\s*Private (?=\w+\s*$)", "Dim ", text)
    text = re.sub(r"\bNext \w+", "Next", text)
    for pattern, replacement in FILES.items():
        text = re.sub(pattern, replacement, text)
    return text


def public_procedures(text: str) -> list[tuple[str, str]]:
    """Return kind and name of every procedure and declaration that other modules and cells can see."""
    pattern = r"^\s*(?:Public )?(?:Static )?(?:Declare (?:PtrSafe )?)?(Function|Sub|Property \w+) (\w+)"
    return re.findall(pattern, re.sub(r"\s+_\n\s*", " ", text), re.M)
