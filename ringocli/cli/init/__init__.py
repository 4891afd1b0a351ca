"""ringocli init."""
