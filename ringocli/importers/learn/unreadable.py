"""Why a sample cannot be learned from: what the framework has no notation for."""

from __future__ import annotations

from collections.abc import Iterable

from ringocli.http.bodies import media_type
from ringocli.importers.learn.roles import SampleLeaf

ONLY = "only JSON and forms have a notation"


def why_unreadable(body: bytes, content_type: str | None = None) -> str:
    """What a body is instead of JSON or a form; "" where it may be one of them."""
    text = body.decode("utf-8", "replace").strip()
    if text[:1] == "<":
        return f"is XML; {ONLY}"
    kind = media_type(content_type or "")
    if kind.startswith("multipart/") or (text.startswith("--") and "Content-Disposition" in text):
        return f"is multipart; {ONLY}"
    if text[:1] not in ("{", "[") and "=" not in text:
        return f"is plain text; {ONLY}"
    return ""


def packed(leaves: Iterable[SampleLeaf]) -> str:
    """The name of a value that holds JSON as text, which no pattern looks into; "" where there is none."""
    for leaf in leaves:
        if leaf.names and leaf.text.lstrip()[:2] in ('{"', "[{") and leaf.text.rstrip()[-1:] in ("}", "]"):
            return leaf.names[0]
    return ""
