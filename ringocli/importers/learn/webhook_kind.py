"""Recognises the kind of a webhook (message, file, receipt), and why nothing can be learned from a sample."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ringocli.http.bodies import media_type
from ringocli.importers.learn.embedded_documents import packed_leaves, written_in
from ringocli.importers.learn.message_id import LEAST_IN_RECEIPT, id_score
from ringocli.importers.learn.role_score import MIN_SCORE, score
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of
from ringocli.template.delivery_statuses import means_delivered, means_failed
from ringocli.template.field_vocabulary import Role, tokens
from ringocli.text.name_key import name_key

ONLY = "Ringotel reads only JSON and forms"
_EVENTS = {"type", "event", "eventtype", "eventname"}


def _is_outcome(leaf: SampleLeaf) -> bool:
    """Whether the name of an event is an outcome: ``message-delivered``."""
    return means_delivered(leaf.text) or means_failed(leaf.text)


def kind_of(words: str, body: Any) -> str | None:
    """``message``, ``mms``, ``delivered``, ``other`` for a failed receipt; None for anything else."""
    leaves = list(leaves_of(body))
    texts = " ".join(leaf.text for leaf in leaves if len(leaf.text) < 60)

    def has(role: Role) -> bool:
        return any(score(role, leaf, incoming=True) >= MIN_SCORE for leaf in leaves)

    status = [leaf for leaf in leaves if leaf.names and re.search(r"status|state$", leaf.names[0], re.I)]
    status = status or [
        leaf for leaf in leaves if leaf.names and name_key(leaf.names[0]) in _EVENTS and _is_outcome(leaf)
    ]
    inbound = bool(re.search(r"inbound|incoming|receiv|\bmo\b|mo_|reply", f"{words} {texts}", re.I))
    receipt = bool(re.search(r"deliver|dlr|receipt|status|report|finali[sz]ed", words, re.I))
    if has(Role.CONTENT) and has(Role.FROM) and (inbound or not (receipt or status)):
        return "mms" if has(Role.URL) else "message"
    if (receipt or status) and any(id_score(leaf, receipt=True) >= LEAST_IN_RECEIPT for leaf in leaves):
        if any(means_delivered(leaf.text) for leaf in status):
            return "delivered"
        failed = any(means_failed(leaf.text) for leaf in status)
        return "other" if failed else None
    return None


_OUTGOING = re.compile(r"\b(?:outbound|outgoing|out|mt|sent)\b")


def outgoing(leaves: Iterable[SampleLeaf]) -> SampleLeaf | None:
    """The value that shows that a webhook reports a sent message, not a received one; None if there is none."""
    named = [leaf for leaf in leaves if leaf.names and name_key(leaf.names[0]) in (*_EVENTS, "direction", "subtype")]
    words = [(leaf, " ".join(tokens(leaf.text))) for leaf in named if len(leaf.text) < 40]
    if any(re.search(r"\b(?:inbound|incoming|in|mo|reply|received?)\b", text) for _, text in words):
        return None
    return next((leaf for leaf, text in words if _OUTGOING.search(text)), None)


def why_unreadable(body: bytes, content_type: str | None = None) -> str:
    """The format of a body that is neither JSON nor a form; "" if it may be one of them."""
    text = body.decode("utf-8", "replace").strip()
    if text[:1] == "<":
        return f"is XML; {ONLY}"
    kind = media_type(content_type or "")
    if kind.startswith("multipart/") or (text.startswith("--") and "Content-Disposition" in text):
        return f"is multipart; {ONLY}"
    if text[:1] not in ("{", "[") and "=" not in text:
        return f"is plain text; {ONLY}"
    return ""


def packed_in(leaves: Iterable[SampleLeaf]) -> str:
    """Which value contains JSON or XML as text, which a pattern cannot look into; "" if there is none."""
    for leaf in leaves:
        if leaf.names and (packed := packed_leaves(leaf)):
            return f'the field "{leaf.names[0]}" contains {written_in(packed[0])} as text'
    return ""
