"""Learns a ``response_map`` from a sample reply: where the message id is.

The id is recognised by its name, its form and, if there is a sample of a delivery receipt, by being in that as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ringocli.errors import LocalError
from ringocli.http.bodies import decode
from ringocli.http.exchange import Reply
from ringocli.importers.learn.message_id import id_score
from ringocli.importers.learn.pattern_tree import general, shortened, tree_of
from ringocli.importers.learn.roles import SampleLeaf, leaves_of
from ringocli.importers.learn.value_shapes import is_phone
from ringocli.importers.learn.webhook_kind import why_unreadable
from ringocli.importers.model import Limit, limit


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
        return LearnedReply(
            limits=(limit("the reply's message id", "no value in the sample reply was recognised as one"),)
        )
    points, best = fitting[0]
    if _is_keyed_by_number(best):
        why = "its key is a phone number, which differs in each reply"
        return LearnedReply(limits=(limit("the reply's message id", why),))
    rivals = tuple(
        leaf
        for other, leaf in fitting[1:]
        if other > points - 6 and leaf.text != best.text and general(leaf.pointer) != general(best.pointer)
    )
    if hint and hint in best.text:
        why = "as you hinted"
    elif best.text in again:
        why = "the delivery receipt contains the same value"
    else:
        why = f'named "{best.name}"'
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
    return None, "the sample reply contains no JSON object"
