"""xlneuron in LibreOffice: an extension whose functions run in the Python that LibreOffice uses."""
