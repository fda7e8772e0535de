"""Any small network as a readable training sheet: what `xlneuron new` makes.

`plan` names every cell of a network, `activations` and `losses` write them as expressions, `columns`,
`derivatives` and `steps` make the columns of the training table, and `book` puts the sheets together.
"""

from __future__ import annotations

from xlneuron.books.any_network.request import Request

__all__ = ["Request"]
