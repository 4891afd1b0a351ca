"""The names of the commands, and the modules that they are in."""

from __future__ import annotations

COMMANDS = {
    "init": "init.command",
    "validate": "validate.command",
    "explain": "explain",
    "schema": "schema",
    "render": "render",
    "match": "match",
    "prove": "prove",
    "test": "test",
    "diff": "diff",
    "doctor": "doctor",
    "bundle": "bundle",
    "export": "export",
    "send-test": "send.command",
    "simulate-webhook": "simulate.command",
    "replay": "replay",
    "locustfile": "locustfile",
    "emulate": "emulate",
    "clean": "clean",
    "config": "config",
    "secret": "secret",
    "tour": "tour",
    "completion": "completion",
    "lsp": "lsp",
}
"""The module of each command, in the order of the help; the function is named after the command."""
