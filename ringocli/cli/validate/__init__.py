"""ringocli validate."""
