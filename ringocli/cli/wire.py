"""What the commands that send have in common: options, and what is said before anything leaves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated

import typer

from ringocli.errors import UsageError
from ringocli.text import console

CaFileOption = Annotated[str | None, typer.Option("--ca-file", metavar="FILE", help="Trust these CAs, too (PEM).")]
ExpectStatusOption = Annotated[
    str, typer.Option("--expect-status", metavar="STATUS", help="2xx, 200, 200-204 or 200,202.")
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout-s", metavar="SECONDS", help="How long to wait for the other side.")
]


def say_notes(notes: Iterable[str]) -> None:
    """Print what was assumed or invented, each once."""
    for note in dict.fromkeys(notes):
        console.note(f"note: {note}", "dim")


def say_where(host: str, profile: str | None) -> None:
    """With a profile, name the host before one of the profile's secrets goes there."""
    if profile is not None:
        console.complain(f"profile {profile}: sending to {host}")


def check_seconds(option: str, seconds: float) -> None:
    """Refuse a time that no clock can wait for.

    Raises:
        UsageError: not above 0, or over a day.
    """
    if not (0 < seconds <= 86_400) or math.isnan(seconds):
        raise UsageError(f"{option} takes seconds above 0, at most a day", f"For instance {option} 10")
