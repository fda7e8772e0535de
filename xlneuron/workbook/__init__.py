"""From a table of expressions to a verified workbook: model, compiler, shell, stream, package."""
