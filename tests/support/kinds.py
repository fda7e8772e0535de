"""Every kind of workbook that xlneuron writes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from support.lessons import lesson
from xlneuron.books.any_network.book import make
from xlneuron.books.any_network.request import prepare
from xlneuron.books.lessons import LESSONS
from xlneuron.books.sweep import sweep_book
from xlneuron.data import DataSet, default_data
from xlneuron.engine.network import parse
from xlneuron.engine.sweep import sweep
from xlneuron.hosts.excel import dialect as excel
from xlneuron.hosts.excel.addin import addin
from xlneuron.hosts.libreoffice import dialect as libreoffice
from xlneuron.networks.definitions import LAMBDA
from xlneuron.tables.dialects import CELLS, Dialect
from xlneuron.tables.model import Book
from xlneuron.xlsx.write import write

FUNCTIONS = {"excel": excel.FUNCTIONS, "libreoffice": libreoffice.FUNCTIONS, "lambda": LAMBDA}
ADDIN = "xlneuron.xlam"


@dataclass(frozen=True)
class Kind:
    """A book and the dialect that it is written in."""

    make: Callable[[], Book]
    dialect: Dialect

    def write(self, folder: Path) -> Path:
        return write(self.make(), folder / f"book{self.dialect.suffix}", dialect=self.dialect)


def write_addin(folder: Path) -> Path:
    path = folder / ADDIN
    path.write_bytes(addin())
    return path


@cache
def _sweep() -> Book:
    points = default_data()
    found = sweep(parse("1-1-1"), points.inputs, points.targets, (1e-6, 1e-5, 1e-1), 4, epochs=3)
    return sweep_book(found, {})


@cache
def _new(data: DataSet, network: str, **options: object) -> Book:
    return make(prepare(data, network, **options))


LINE = default_data()
# Two inputs; the targets of the first are numbers, those of the second are classes. The first names are hard.
_POINTS = tuple((n % 7 / 2, math.sin(n)) for n in range(24))
NUMBERS = DataSet(_POINTS, tuple((x * y,) for x, y in _POINTS), ("=width", "-h <&>", "value"), "my.csv")
CLASSES = DataSet(_POINTS, tuple((float(n % 3),) for n in range(24)), ("width", "height", "kind"), "my.csv")
NEW: dict[str, Callable[[], Book]] = {
    "new gelu": partial(_new, LINE, "1-2gelu-1", epochs=2),
    "new both": partial(
        _new,
        NUMBERS,
        "2-3tanh-1",
        epochs=3,
        derivatives="both",
        optimizer="adam",
        scale="standard",
        validation=0.25,
    ),
    "new classes": partial(_new, CLASSES, "2-3relu-3softmax", epochs=3, loss="cross-entropy"),
    "new large": partial(_new, LINE, "1-8leaky_relu-5softplus-1sigmoid", epochs=1),
}

PLAIN: Mapping[str, Kind] = {
    **{name: Kind(partial(lesson, name), CELLS) for name in LESSONS},
    **{name: Kind(book, CELLS) for name, book in NEW.items()},
    "sweep": Kind(_sweep, CELLS),
}
WITH_FUNCTIONS: Mapping[str, Kind] = {
    f"{name}, {dialect}": Kind(kind.make, FUNCTIONS[dialect])
    for name, kind in PLAIN.items()
    for dialect in FUNCTIONS
    if kind.make().calls and (name, dialect) != ("new large", "lambda")  # which is too large for a LAMBDA
}
KINDS: Mapping[str, Kind] = {**PLAIN, **WITH_FUNCTIONS}
