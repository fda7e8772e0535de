"""A network as cells: the names and expressions of its forward pass, derivatives and steps; LAMBDAs."""
