"""What is ours in a workbook, and what the user made of it."""
