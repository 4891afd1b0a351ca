"""Load: many distinct events to one receiver, with exact accounts of what became of each."""
