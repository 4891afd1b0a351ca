"""The emulator inside a test: a context manager and a pytest plugin."""
