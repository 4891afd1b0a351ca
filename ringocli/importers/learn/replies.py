"""A sample reply becomes a ``response_map``: the place of the message id.

The id is known by its name, by its shape, and, best of all, by reappearing in the sample of a delivery receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringocli.errors import LocalError
from ringocli.http.bodies import decode
from ringocli.http.exchange import Reply
from ringocli.importers.learn.pattern_tree import general, shortened, tree_of
from ringocli.importers.learn.roles import SampleLeaf, leaves_of
from ringocli.importers.learn.unreadable import why_unreadable
from ringocli.importers.learn.value_shapes import is_date, is_id, is_phone, is_url, text_of
from ringocli.importers.model import Limit, limit
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedReply:
    """The ``response_map``, the place and value of the id, why, and the places that might be meant as well."""

    response_map: Any = None
    leaf: SampleLeaf | None = None
    why: str = ""
    rivals: tuple[SampleLeaf, ...] = ()
    limits: tuple[Limit, ...] = ()


def learn_reply(reply: Reply, receipt_values: Iterable[str] = (), hint: str | None = None) -> LearnedReply:
    """Find the message id in a sample reply.

    ``receipt_values`` are the texts of the delivery receipt's sample; ``hint`` is the id itself.
    """
    tree, why_not = _decoded(reply)
    if tree is None:
        return LearnedReply(limits=(limit("the reply's message id", why_not),))
    again = set(receipt_values)
    scored = [(id_score(leaf, again, hint), leaf) for leaf in leaves_of(shortened(tree))]
    fitting = sorted(((points, leaf) for points, leaf in scored if points >= 40), key=lambda pair: -pair[0])
    if not fitting:
        return LearnedReply(limits=(limit("the reply's message id", "nothing in the sample reply looks like one"),))
    points, best = fitting[0]
    if _is_keyed_by_number(best):
        why = "it stands under a telephone number, which is another one in each reply"
        return LearnedReply(limits=(limit("the reply's message id", why),))
    rivals = tuple(
        leaf
        for other, leaf in fitting[1:]
        if other > points - 6 and leaf.text != best.text and general(leaf.pointer) != general(best.pointer)
    )
    if hint and hint in best.text:
        why = "as you hinted"
    elif best.text in again:
        why = "the same value stands in the delivery receipt"
    else:
        why = f"{best.names[0] if best.names else 'the value'!r} is a word for the message id"
    return LearnedReply(response_map=tree_of({general(best.pointer): "$messageid$"}), leaf=best, why=why, rivals=rivals)


def _is_keyed_by_number(leaf: SampleLeaf) -> bool:
    """Whether a key on the way to a value is a telephone number: no pattern names a key that changes."""
    return any(isinstance(step, str) and is_phone(step) for step in leaf.pointer)


def _decoded(reply: Reply) -> tuple[Any, str]:
    text = reply.body.decode("utf-8", "replace").strip()
    if why := why_unreadable(reply.body):
        return None, f"the sample reply {why}"
    try:
        tree = decode(reply.body, reply.content_type)
    except LocalError:
        from ringocli.text.document import Document

        tree = Document.read("reply", text).value
    if isinstance(tree, dict | list) and tree:
        return tree, ""
    return None, "the sample reply holds no JSON object"


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
