"""The command ``validate``: its options, the files it lints, and its baseline."""
