"""Failed receipts: the webhook that a provider sends if a message is not delivered, as far as the template shows it.

Ringotel has an event for delivered messages only, so a template pins success: by the event's key, or by a literal such
as ``"status": "delivered"``. The failed receipt is the same webhook with those words replaced by their opposites. If
nothing is pinned, a failed receipt cannot be told from a delivered one, and none is generated.
"""

from __future__ import annotations

import re

from ringocli.messaging.alignment import align
from ringocli.template.delivery_statuses import means_delivered, means_failed
from ringocli.template.model import WebhookEvent
from ringocli.template.pattern.pattern import Constant, Json, as_text
from ringocli.template.variables import Place
from ringocli.text.pointer import Pointer

_OPPOSITES = (
    (re.compile(r"delivrd", re.I), "undeliv"),
    (re.compile(r"deliver(ed|d|y)?", re.I), "failed"),
    (re.compile(r"success(ful|fully)?", re.I), "failed"),
    (re.compile(r"complete[d]?|handset|read", re.I), "failed"),
    (re.compile(r"\bok\b", re.I), "error"),
)


def failed_form(event: WebhookEvent) -> WebhookEvent | None:
    """The event with every word for success replaced by one for failure; None if it pins no such word."""
    parameters = _negated(event.parameters)
    key = _opposite(event.key) if event.key is not None else None
    if parameters == event.parameters and key == event.key:
        return None
    return event._replace(parameters=parameters, key=key)


def failed_receipt_id(event: WebhookEvent, document: Json, base: Pointer = ()) -> str | None:
    """The message id in a webhook that is the failed form of a delivery receipt; None if it is anything else.

    All values of the event must be present; only those that pin success may differ, and must report a failure.
    """
    alignment = align(event, document, base)
    if event.place is not Place.DELIVERED or alignment.missing or not alignment.different or alignment.reshaped:
        return None
    for leaf, received in alignment.different:
        if not (leaf.is_event_key or isinstance(leaf.leaf, Constant)) or not means_failed(received.text):
            return None
    return next((as_text(one.value) for leaf, one in alignment.fitting if "messageid" in leaf.names), None)


def failed_receipt_note(message_id: str) -> str:
    """The note on a failed receipt, which matches no event."""
    return f"failed receipt for the message {message_id}: Ringotel has no event for it, so it correctly matches nothing"


def _negated(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _negated(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_negated(item) for item in tree]
    return _opposite(tree) if isinstance(tree, str) and "$" not in tree else tree


def _opposite(word: str) -> str:
    if not means_delivered(word):
        return word
    for pattern, failure in _OPPOSITES:
        if found := pattern.search(word):
            old = found.group()
            written = failure.upper() if old.isupper() else failure.capitalize() if old[0].isupper() else failure
            return word[: found.start()] + written + word[found.end() :]
    return word
