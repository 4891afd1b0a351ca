"""Scores how likely a value of a reply or a delivery receipt is the provider's message id."""

from __future__ import annotations

import re

from ringocli.importers.learn.roles import SampleLeaf
from ringocli.importers.learn.value_shapes import is_date, is_id, is_phone, is_url, text_of
from ringocli.template.vocabulary import Role, name_score, plain, tokens

_PLAIN = {
    "id": 70,
    "ids": 66,
    "smssid": 86,
    "smsmessagesid": 84,
    "uuid": 72,
    "sid": 74,
    "guid": 72,
    "messages": 60,
    "smsmessage": 40,
}
_WEAK = {
    "requestid",
    "batchid",
    "transactionid",
    "jobid",
    "bulkid",
    "trackingid",
    "reference",
    "ref",
    "refid",
    "requestuuid",
}
_REFERENCES = {"reference", "ref", "refid"}
_CONTEXT = {"data", "message", "messages", "result", "results", "response", "sms", "smsmessagedata", "recipients"}
_GIVEN = {"client", "cli", "custom", "customer", "external", "own", "your", "my"}
"""First words of an id that the sender gave: it is the message's own only where there is no other."""
_STRANGER = re.compile(
    r"account|user|profile|campaign|contact|client|customer|org|app|country|parent|service|network|carrier|batch", re.I
)


def id_score(leaf: SampleLeaf, again: set[str], hint: str | None = None, *, receipt: bool = False) -> int:
    """How surely a value is the message id: 40 and more is a reason."""
    text = text_of(leaf.value)
    if not text or isinstance(leaf.value, bool | float) or is_url(leaf.value) or is_date(leaf.value):
        return -100
    if hint and hint == text:
        return 300
    points = _name_points(leaf, receipt)
    if text in again and len(text) > 3 and (points >= 40 or is_id(leaf.value)) and not _is_reference(leaf):
        points = max(points, 20) + 120
    if is_phone(leaf.value) and text.startswith("+"):
        points -= 60
    if " " in text:
        points -= 60
    return points - len(leaf.names)


def _is_reference(leaf: SampleLeaf) -> bool:
    """A sender's own reference comes back with the receipt as well."""
    return bool(leaf.names) and bool(re.search(r"ref|custom|correlat|external|tag|client", leaf.names[0], re.I))


def _name_points(leaf: SampleLeaf, receipt: bool) -> int:
    name = leaf.names[0] if leaf.names else ""
    key, outer = plain(name), {plain(other) for other in leaf.names[1:3]}
    points = name_score(Role.ID, leaf.names[:1])
    if key in _PLAIN:
        points = _PLAIN[key]
        points += 8 if outer & _CONTEXT or (not outer and not receipt) else 0
        points -= 25 if any(_STRANGER.search(other) for other in leaf.names[1:2]) else 0
    elif not points and key in _WEAK:
        points = 44 if key in _REFERENCES else 48
    elif not points and tokens(name)[-1:] in (["id"], ["uuid"], ["sid"], ["guid"]):
        words = tokens(name)
        points = 66 if {"message", "msg", "sms", "mms"} & set(words) else 46
        points -= 40 if _STRANGER.search(name) and points < 60 else 0
    elif not points and key.endswith("id") and is_id(leaf.value):
        points = 0 if _STRANGER.search(name) else 46
    if points > 60 and tokens(name)[0] in _GIVEN:
        points -= 26
    if any(re.search(r"invalid|error|fail|reject", other) for other in outer):
        points -= 30
    return points
