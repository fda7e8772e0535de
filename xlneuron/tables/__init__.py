"""Tables of expressions: their language, its values, its formulas, its derivatives. No file, no network."""
