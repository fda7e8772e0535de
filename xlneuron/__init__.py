"""xlneuron: see a neural network learn, cell by cell."""

__version__ = "0.1.0"
