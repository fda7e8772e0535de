"""xlneuron: see a neural network learn, cell by cell."""

import os

__version__ = "0.1.0"

# openpyxl writes XML with lxml where that is installed, and then writes it otherwise: the same workbook would
# be other bytes. It reads this when it is first imported.
os.environ.setdefault("OPENPYXL_LXML", "False")
