"""What several test modules share: reading packages, checking them, comparing recalculated values."""
