"""Workbooks as files: how one is written, and how one is read as it is."""
