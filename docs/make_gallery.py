"""Make docs/gallery.md and its pictures: every sheet of every template, as LibreOffice shows it.

Run by `make gallery`. Needs LibreOffice, pdftoppm (poppler) and Pillow.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageOps

from xlneuron.books.lessons import LESSONS
from xlneuron.hosts.office import Office

DOCS = Path(__file__).parent
PICTURES = DOCS / "gallery"

PAGE = (520.0, 220.0)  # mm: most sheets in their natural width, and some 40 rows
DOTS_PER_INCH = (96, 88, 80, 72, 64)  # the first whose picture is small enough
MARGIN = 8  # pixels
FILLS = 160  # so many colours stay what they are, those of the most pixels: the fills of cells
LINES = 256 - FILLS  # and so many stand for all others
HUES = Image.Quantize.MAXCOVERAGE  # a thin line keeps its colour, however few its pixels are
MOST_BYTES = 160_000


@dataclass(frozen=True)
class Picture:
    """The picture of a sheet."""

    sheet: str
    path: Path


def main() -> None:
    """Build the templates, make the pictures anew and write the page."""
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, Office() as office:
        build = [sys.executable, "-m", "xlneuron", "build", "--quiet", "--out", folder]
        subprocess.run(build, check=True)
        pictures = {name: take(office, Path(folder) / f"{name}.xlsx", PICTURES) for name in LESSONS}
    questions = {name: lesson.question for name, lesson in LESSONS.items()}
    (DOCS / "gallery.md").write_text(page(questions, pictures), encoding="utf-8")


def take(office: Office, workbook: Path, folder: Path) -> list[Picture]:
    """Make a picture of the top of every sheet of a workbook, named after both."""
    folder.mkdir(exist_ok=True)
    pictures = []
    with office.open(workbook) as book, tempfile.TemporaryDirectory() as between:
        for sheet in book.sheets():
            pdf = Path(between) / "sheet.pdf"
            book.store_pdf(pdf, sheet=sheet, page=PAGE)
            path = folder / f"{workbook.stem}-{slug(sheet)}.png"
            draw(pdf, path)
            pictures.append(Picture(sheet, path))
    return pictures


def draw(pdf: Path, path: Path) -> None:
    """Draw the first page as large as MOST_BYTES allow. Text is sharp at any size, so nothing is scaled."""
    drawn = pdf.with_name("page.png")
    for dots_per_inch in DOTS_PER_INCH:
        options = ["-png", "-r", str(dots_per_inch), "-f", "1", "-singlefile"]
        subprocess.run(["pdftoppm", *options, pdf, drawn.with_suffix("")], check=True)
        with Image.open(drawn) as image:
            with_few_colors(trim(image.convert("RGB"))).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return
    raise ValueError(f"{path.name} has {path.stat().st_size} bytes")


def with_few_colors(image: Image.Image) -> Image.Image:
    """Return a picture with 256 colours, which makes its file a third as large. Pillow alone misses fills."""
    pixels = np.array(image.convert("RGBX")).view(np.uint32)  # a number for each: faster to sort
    numbers, where, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    colors = numbers.view(np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    fills = colors[np.argsort(-counts, kind="stable")[:FILLS]]
    lines = np.reshape(image.quantize(LINES, HUES).getpalette(), (-1, 3))
    palette = np.concatenate([fills, lines])
    nearest = [np.argmin(((palette - color) ** 2).sum(axis=1)) for color in colors]
    few = Image.fromarray(np.array(nearest, dtype=np.uint8)[where].reshape(image.height, image.width))
    few.putpalette(palette.astype(np.uint8).tobytes())
    return few


def slug(text: str) -> str:
    """Return a text as part of a file name and an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def trim(image: Image.Image) -> Image.Image:
    """Cut off what is white around the picture, but for MARGIN."""
    white = Image.new(image.mode, image.size, "white")
    return ImageOps.expand(image.crop(ImageChops.difference(image, white).getbbox()), MARGIN, "white")


def page(questions: dict[str, str], pictures: dict[str, list[Picture]]) -> str:
    """Return the page: for every template its question and its sheets."""
    lines = [
        "# Gallery",
        "",
        "Every sheet of every template, as LibreOffice shows it. Made by `make gallery`.",
    ]
    for name, question in questions.items():
        lines += ["", f"## {name}", "", question]
        for picture in pictures[name]:
            lines += ["", f"![{name}, sheet {picture.sheet}: {question}]({relative(picture.path)})"]
    return "\n".join(lines) + "\n"


def relative(path: Path) -> str:
    """Return a file's address from the page."""
    return path.relative_to(DOCS).as_posix()


if __name__ == "__main__":
    main()
