"""The dialect `functions` for LibreOffice: an .xlsx whose rows call the functions of the extension."""

from __future__ import annotations

from xlneuron.hosts.libreoffice.extension import qualified_name
from xlneuron.tables.dialects import Dialect

FUNCTIONS = Dialect(
    "functions",
    functions=True,
    unknown="LibreOffice does not know {} here: install the extension (xlneuron install libreoffice).",
    spelled=qualified_name,
)
