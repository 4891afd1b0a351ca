"""What Ringotel cannot do for a provider."""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """Something that a template cannot express, and why.

    ``blocking`` is a clause that says what does not work because of it ("it cannot authenticate: ..."); "" where the
    template works all the same.
    """

    what: str
    why: str
    blocking: str = ""
