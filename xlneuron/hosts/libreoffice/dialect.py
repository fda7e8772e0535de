"""The dialect `functions` for LibreOffice: an .xlsx whose rows call the functions of the extension."""

from __future__ import annotations

from xlneuron.hosts.libreoffice.extension import qualified_name
from xlneuron.workbook.dialects import Dialect

FUNCTIONS = Dialect("functions", functions=True, spelled=qualified_name)
