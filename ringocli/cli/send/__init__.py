"""The command ``send-test``: its options, the checks before a send, and the sends with their output."""
