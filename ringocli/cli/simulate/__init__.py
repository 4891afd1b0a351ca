"""The command ``simulate-webhook``: its options, their interpretation, and the run with its output."""
