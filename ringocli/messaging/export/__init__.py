"""Converts a template to OpenAPI, JSON Schema, and a runnable messaging server."""
