"""Workbooks that live: read back what the user did to one, refill it in place, and check every cell.

`archive` opens the file, `cells` and `formulas` read sheets and formulas as they are, `found` finds what is
ours in them. `regenerate` rewrites that and nothing else; `check` recomputes it.
"""
