"""Turns a template into what other tools and servers need: OpenAPI, JSON Schema, and a runnable messaging server."""
