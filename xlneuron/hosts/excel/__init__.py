"""Excel on Windows: the worksheet functions as an add-in, and as the macros of an .xlsm workbook.

A cell's call goes through a VBA wrapper and xlwings' COM server to `xlneuron.udfs`. The VBA and the two files
in `data` are made from the functions' records by `python -m xlneuron.hosts.excel.generate`, with no Excel.
"""
