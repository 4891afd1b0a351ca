"""Reads collections of requests: Postman, HAR and .http files."""
