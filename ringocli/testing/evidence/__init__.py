"""The evidence for a template as one zip file: built the same way every time, and verified by building it again."""
