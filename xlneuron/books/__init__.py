"""What can be made: the template workbooks, any network's workbook, a sweep's."""
