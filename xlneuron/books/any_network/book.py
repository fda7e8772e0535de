"""The workbook: all sheets of a request, and the words of its first."""

from __future__ import annotations

from dataclasses import replace

from xlneuron.books.any_network.data_sheets import data_sheet, predict_sheet, start_sheet
from xlneuron.books.any_network.request import Request
from xlneuron.books.any_network.training_sheets import (
    epochs_sheet,
    fit_sheet,
    training_sheet,
    validation_sheet,
)
from xlneuron.books.any_network.words import words
from xlneuron.books.slips import with_slips
from xlneuron.tables.model import Book, Sheet, Words
from xlneuron.tables.values import BookValues

NAME = "network"  # what the file's mark calls the template
# A training is calculated again, to say what another learning rate does, if it has no more than these.
FEW_CELLS = 50_000
FEW_COLUMNS = 400


def make(request: Request) -> Book:
    """Return the workbook. Raises ArgumentError for a network that a sheet cannot hold."""
    sheets = sheets_of(request)
    (training,) = sheets[0].tables

    def outcome(learning_rate: float) -> str | None:
        columns = len(training.columns)
        if columns > FEW_COLUMNS or columns * training.rows > FEW_CELLS:
            return None
        other = sheets_of(replace(request, learning_rate=learning_rate))
        return str(BookValues(Book(NAME, "", Words((), ()), other)).names["train", "sentence"])

    question = f"How does the network {request.network.text} learn?"
    return with_slips(Book(NAME, question, words(request, outcome), sheets, request.described()))


def sheets_of(request: Request) -> tuple[Sheet, ...]:
    """Return all sheets but About."""
    return (
        training_sheet(request),
        epochs_sheet(request),
        *((validation_sheet(request),) if request.held is not None else ()),
        fit_sheet(request),
        predict_sheet(request),
        data_sheet(request),
        start_sheet(request),
    )
