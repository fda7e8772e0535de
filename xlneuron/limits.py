"""How large a worksheet is, in Excel as in LibreOffice."""

SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
