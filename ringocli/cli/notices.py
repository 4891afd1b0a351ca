"""Notes and warnings that several commands print on stderr."""

from __future__ import annotations

from collections.abc import Iterable

from ringocli.text import console


def print_notes(notes: Iterable[str]) -> None:
    """Print each distinct note once."""
    for note in dict.fromkeys(notes):
        console.note(f"note: {note}", "dim")


def announce_host(host: str, profile: str | None) -> None:
    """With a profile, name the host before one of the profile's secrets is sent there."""
    if profile is not None:
        console.complain(f"profile {profile}: sending to {host}")


def warn_of_secrets(show: bool) -> None:
    """Warn that secrets are about to be printed."""
    if show:
        console.reveal_secrets()
        console.complain("warning: --show-secrets prints credentials; keep this output private", "magenta")


def bounded_connections(wanted: int) -> int:
    """The number of connections, bounded by the limit of open files; a lower number is announced."""
    from ringocli.http.open_files import max_connections

    if wanted == 1:
        return 1
    number = min(wanted, max_connections())
    if number < wanted:
        console.note(f"note: {number} connections instead of {wanted}, because of the limit of open files (ulimit -n)")
    return number
