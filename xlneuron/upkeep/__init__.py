"""What happens to a workbook after it was made: `regenerate` and `check`."""
