"""The command ``init``: its options, the wizard, and what it prints."""
