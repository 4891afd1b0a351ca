"""Reads pasted curl commands as a shell and curl would, without running anything."""
