"""Writes the pages of the documentation that repeat facts from the code, one module per kind of page."""
