"""What Ringotel cannot do for a provider, and why a template cannot work."""

from __future__ import annotations

from typing import NamedTuple


class Blocker(NamedTuple):
    """A clause that says why a template cannot work ("it cannot authenticate: ...").

    ``is_solved_by_relay`` if a relay between Ringotel and the provider does not have the problem. ``constant`` is the
    name of the field that it is about, if that is sent unchanged; a relay may replace it.
    """

    clause: str
    is_solved_by_relay: bool = False
    constant: str = ""


class Limit(NamedTuple):
    """Something that a template cannot express, and why.

    ``blocker`` says what does not work because of it; None where the template works all the same.
    """

    what: str
    why: str
    blocker: Blocker | None = None
