"""Reads pasted curl commands the way a shell and curl would, without running anything."""
