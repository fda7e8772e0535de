"""The template workbooks: one module each, which says in data what its sheets hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from xlneuron.lessons.options import Options
from xlneuron.workbook.model import Book

__all__ = ["LESSONS", "Lesson", "Options"]


@dataclass(frozen=True)
class Lesson:
    """A template: its name, the question that it answers, and the module that makes it."""

    name: str
    question: str
    module: str

    def make(self, options: Options) -> Book:
        """Return the workbook. Raises XlneuronError for options that do not suit it."""
        make: Callable[[str, str, Options], Book] = import_module(f"xlneuron.lessons.{self.module}").make
        return make(self.name, self.question, options)


LESSONS: dict[str, Lesson] = {
    lesson.name: lesson
    for lesson in (
        Lesson("01-basic-sgd", "How does one neuron learn?", "basic_sgd"),
        Lesson(
            "02-two-neurons", "Why do two neurons explode, and what did the ReLU really do?", "two_neurons"
        ),
        Lesson("03-learning-rate", "Which learning rate?", "learning_rate"),
        Lesson("04-relu", "What does a ReLU look like?", "relu"),
        Lesson("05-momentum", "What does momentum do?", "momentum"),
        Lesson("06-average-grad", "Is my average_grad right?", "average_grad"),
        Lesson("07-optimizers", "SGD, momentum, Adagrad, RMSProp, Adam: who wins?", "optimizers"),
        Lesson("08-derivatives", "Can I trust my numerical derivative?", "derivatives"),
    )
}
