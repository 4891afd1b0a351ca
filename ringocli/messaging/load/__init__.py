"""Load: many distinct events to one receiver, with exact counts of their results."""
