"""The command ``simulate-webhook``: its options, what they mean, and the run with its output."""
