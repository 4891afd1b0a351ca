"""Generates a relay: a small server between Ringotel's generic template and a provider that needs more than it."""
