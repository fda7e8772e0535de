"""Numbers as texts, with the digits that a spreadsheet shows."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

LONG = Context(prec=400)  # digits enough for any number of a cell
SAME = 2.0**-48  # of a number; LibreOffice's = and <> do not see less
EXACT_WHOLE = 2**53  # whole numbers below it are written with all their digits


def fixed(value: float, least: int, most: int) -> str:
    """Return a number as text, with `least` decimals, and up to `most` if it needs them.

    As FIXED(ROUND(value, most), decimals) gives it: 15 digits, then zeros. Raises OverflowError for a number
    that is not finite, or too large to look for its decimals.
    """
    if not math.isfinite(value):
        raise OverflowError
    rounded = float(_rounded(value, most))
    decimals = least
    for fewer in range(least, most):
        shifted = value * 10.0**fewer + 0.5
        decimals += not math.isclose(math.floor(shifted) / 10.0**fewer, rounded, rel_tol=SAME)
    whole = rounded.is_integer() and abs(rounded) < EXACT_WHOLE
    digits = _rounded(rounded if whole else float(f"{rounded:.14e}"), decimals)
    return format(digits if digits else abs(digits), "f")


def _rounded(value: float, decimals: int) -> Decimal:
    """Return ROUND(value, decimals): of the digits that are shown, halves away from 0."""
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, LONG)
