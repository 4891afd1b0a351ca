"""Finds the message id in the provider's reply: in its document, in a header, or in a line of text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ringocli.http.exchange import Reply
from ringocli.importers.learn.webhook_samples import WebhookSample
from ringocli.importers.relay.xml_text import XmlText, is_xml, without_marks
from ringocli.messaging.message_id_candidates import candidates
from ringocli.text.pointer import Pointer

_ID_HEADERS = (
    "location",
    "content-location",
    "x-message-id",
    "message-id",
    "x-message-uuid",
    "x-msg-id",
    "x-request-id",
)
_SEPARATORS = r"\s|,;:="


def message_id_of(
    template: Mapping[str, Any], reply: Reply | None, samples: Sequence[WebhookSample]
) -> list[str | int] | dict[str, str] | None:
    """A path in the document, ``{"header": NAME}``, ``{"text": PATTERN}``, or None if the sample shows no id."""
    for spec in template["API"].values():
        for pointer, value in _leaves(spec.get("response_map")):
            if value == "$messageid$":
                return list(pointer)
    if reply is None:
        return None
    if is_xml(reply.body):
        return _in_xml(reply)
    receipts = " ".join(
        sample.incoming.query + sample.incoming.body.decode("utf-8", "replace")
        for sample in samples
        if sample.kind == "delivered"
    )
    if reply.body.strip() and reply.body.lstrip()[:1] not in (b"{", b"["):
        pattern = _in_text(reply.text, receipts)
        return {"text": pattern} if pattern else None
    return _in_headers(reply, receipts)


def _in_xml(reply: Reply) -> list[str | int] | None:
    tree = XmlText(reply.text, "the sample reply").tree
    named = candidates(without_marks(tree), ("id",))
    wanted = tuple(named[0].pointer) if named else None
    return next((list(pointer) for pointer, _ in _leaves(tree) if _plain_pointer(pointer) == wanted), None)


def _in_headers(reply: Reply, receipts: str) -> dict[str, str] | None:
    """The header with the receipt's id, else one whose name is known to contain ids."""
    last = {name: value.rstrip("/").rpartition("/")[2] for name, value in reply.headers}
    same = [name for name, value in last.items() if len(value) > 3 and value in receipts]
    known = [name for wanted in _ID_HEADERS for name in last if name.lower() == wanted]
    return {"header": [*same, *known][0]} if same or known else None


def _in_text(text: str, receipts: str) -> str | None:
    """A regular expression for the id in a line such as ``OK: 9f8e7d6c`` or ``1701|13105550199|9f8e7d6c``.

    Words and codes before the id must be those of the sample, so that an error message is not read as an id.
    """
    line = text.strip().splitlines()[0]
    fields = re.split(f"[{_SEPARATORS}]+", line)
    likely = [field for field in fields if len(field) > 3 and field in receipts]
    likely += [field for field in reversed(fields) if re.fullmatch(r"(?=.*\d)[\w.-]{5,}", field)]
    if not likely:
        return None
    before = fields[: fields.index(likely[0])]
    parts = [
        re.escape(field) if re.fullmatch(r"[A-Za-z-]+|\d{1,4}", field) else f"[^{_SEPARATORS}]+" for field in before
    ]
    separator = f"[{_SEPARATORS}]+"
    return r"^\s*" + "".join(part + separator for part in parts) + f"([^{_SEPARATORS}]+)"


def _plain_pointer(pointer: Pointer) -> Pointer:
    return tuple(step.lstrip("@") if isinstance(step, str) else step for step in pointer)


def _leaves(tree: Any, at: Pointer = ()) -> list[tuple[Pointer, Any]]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in _leaves(value, (*at, key))]
    if isinstance(tree, list):
        return [leaf for index, value in enumerate(tree) for leaf in _leaves(value, (*at, index))]
    return [] if tree is None else [(at, tree)]
