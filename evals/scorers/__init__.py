"""The scorers: one measure a file; the docstring's first line names it, the rest is the formula."""
