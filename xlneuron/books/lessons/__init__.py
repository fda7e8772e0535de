"""The template workbooks: one module each, which says in data what its sheets hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module

from xlneuron.books.lessons.options import SETTINGS, Options
from xlneuron.books.slips import with_slips
from xlneuron.data import default_data
from xlneuron.errors import XlneuronError
from xlneuron.tables.model import Book

__all__ = ["LESSONS", "SETTINGS", "Lesson", "Options"]


@dataclass(frozen=True)
class Lesson:
    """A template: its name, the question that it answers, the module that makes it, and what that one uses.

    `uses` are the options that make a difference to it; a test builds it with others to see whether they do.
    """

    name: str
    question: str
    module: str
    uses: tuple[str, ...]

    def make(self, options: Options) -> Book:
        """Return the workbook; what it does not use of the options is left out of them.

        Raises XlneuronError for options that do not suit it.
        """
        options = options.only(self.uses)
        return replace(self._book(options), built_with=self._built_with(options))

    def _book(self, options: Options) -> Book:
        make: Callable[[str, str, Options], Book] = import_module(
            f"xlneuron.books.lessons.{self.module}"
        ).make
        return with_slips(make(self.name, self.question, options))

    def _built_with(self, options: Options) -> str:
        """Return what the About sheet says before its texts, which are about the template as shipped."""
        other = [
            name
            for name in options.given
            if name == "data" or _makes_a_difference(self, options.only([name]))
        ]
        if not other:
            return ""
        what = " and ".join(["data"] * ("data" in other) + ["settings"] * (other != ["data"]))
        return (
            f"Built with your {what} ({'; '.join(map(options.in_words, other))}). "
            f"The texts below tell what happens with the template's own {what}."
        )


@cache
def _makes_a_difference(lesson: Lesson, options: Options) -> bool:
    """Whether the book is not the one as shipped: what was given may be just what the template has."""
    try:
        return lesson._book(options).sheets != _shipped(lesson).sheets
    except XlneuronError:  # it suits other data only
        return True


@cache
def _shipped(lesson: Lesson) -> Book:
    return lesson._book(Options(default_data()))


LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        Lesson("01-basic-sgd", "How does one neuron learn?", "basic_sgd", SETTINGS),
        Lesson(
            "02-two-neurons",
            "Why do two neurons explode, and what did the ReLU really do?",
            "two_neurons",
            SETTINGS,
        ),
        Lesson("03-learning-rate", "Which learning rate?", "learning_rate", SETTINGS),
        Lesson("04-relu", "What does a ReLU look like?", "relu", ("h", "weights")),
        Lesson("05-momentum", "What does momentum do?", "momentum", SETTINGS),
        Lesson("06-average-grad", "Is my average_grad right?", "average_grad", ()),
        Lesson(
            "07-optimizers",
            "SGD, momentum, Adagrad, RMSProp, Adam: who wins?",
            "optimizers",
            ("data", "learning_rate", "epochs", "weights"),
        ),
        Lesson(
            "08-derivatives",
            "Can I trust my numerical derivative?",
            "derivatives",
            SETTINGS,
        ),
        Lesson("document-functions", "How do I document a function of my own?", "document_functions", ()),
    )
}
