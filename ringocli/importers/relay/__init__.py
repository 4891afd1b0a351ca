"""Generates a relay: a small server between Ringotel's generic template and a provider that a template cannot describe."""
