"""Draw docs/architecture.svg: the folders of xlneuron, and which imports which, from the imports themselves.

    python docs/make_architecture.py

A test compares the committed picture with what this makes.
"""

from __future__ import annotations

import ast
from pathlib import Path

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "xlneuron"
PICTURE = DOCS / "architecture.svg"

# From the top to the bottom, each with what it is for.
FOLDERS = {
    "cli": "the command line",
    "upkeep": "regenerate and check",
    "books": "lessons, any network, sweeps",
    "networks": "a network as cells",
    "hosts": "Excel and LibreOffice",
    "data": "datapoints from CSV and workbooks",
    "xlsx": "workbooks as files",
    "tables": "tables of expressions",
    "udfs": "the functions for xlwings",
    "functions": "the worksheet functions",
    "engine": "the mathematics, NumPy only",
}
ROW, LEFT, WIDTH, BOX = 52, 20, 330, 34
FONT = 'font-family="Carlito, Calibri, Arial, sans-serif"'


def arrows() -> set[tuple[str, str]]:
    """Which folder imports something of which other one."""
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        folder = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("xlneuron"):
                parts = node.module.split(".")
                used = {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
                found |= {(folder, other) for other in used if other != folder}
    return {(importer, imported) for importer, imported in found if {importer, imported} <= FOLDERS.keys()}


def picture() -> str:
    """Return the drawing: a box a folder, an arc for each import between two that are no neighbours."""
    places = {folder: 20 + ROW * number for number, folder in enumerate(FOLDERS)}
    lines = []
    for importer, imported in sorted(arrows()):
        start, end = places[importer] + BOX / 2, places[imported] + BOX / 2
        out = LEFT + WIDTH + 18 + 17 * (end - start) / ROW
        lines.append(
            f'<path d="M{LEFT + WIDTH},{start:g} '
            f'C{out:g},{start:g} {out:g},{end:g} {LEFT + WIDTH + 6},{end:g}" '
            f'fill="none" stroke="#0072b2" stroke-opacity="0.45" stroke-width="1.5" '
            f'marker-end="url(#head)"><title>{importer} imports {imported}</title></path>'
        )
    for folder, what in FOLDERS.items():
        y = places[folder]
        lines += [
            f'<rect x="{LEFT}" y="{y}" width="{WIDTH}" height="{BOX}" rx="5" fill="#d9e8f5" stroke="#888"/>',
            f'<text x="{LEFT + 12}" y="{y + 22}" {FONT} font-size="15" font-weight="bold">{folder}</text>',
            f'<text x="{LEFT + 105}" y="{y + 22}" {FONT} font-size="13" fill="#444">{what}</text>',
        ]
    height = 20 + ROW * len(FOLDERS)
    head = (
        '<marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#0072b2"/></marker>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 {height}" width="560" height="{height}">\n'
        f'<rect width="560" height="{height}" fill="white"/>\n<defs>{head}</defs>\n'
        + "\n".join(lines)
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
