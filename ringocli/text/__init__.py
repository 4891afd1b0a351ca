"""What does this text say, and where? JSON with positions, edits that keep formatting, files, secrets, the console."""
