"""Learns a ``response_map`` from a sample reply: where the message id is.

The id is recognised by its name, its form and, if there is a sample of a delivery receipt, by being in that as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ringocli.errors import LocalError
from ringocli.http.bodies import decode
from ringocli.http.exchange import Reply
from ringocli.importers.learn.message_id import LEAST_IN_REPLY, IdContext, id_score, with_pair_scores
from ringocli.importers.learn.pattern_tree import shortened, tree_of
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of
from ringocli.importers.learn.value_shapes import is_id, is_phone
from ringocli.importers.learn.webhook_kind import why_unreadable
from ringocli.template.limit import Blocker, Limit
from ringocli.text.pointer import generalised

_NO_ID = "no message id was found in the sample reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedReply:
    """The ``response_map``, the leaf with the id, why, other leaves that may be meant, and how many ids there are.

    ``by_user`` if the user hinted the id.
    """

    response_map: Any = None
    leaf: SampleLeaf | None = None
    why: str = ""
    rivals: tuple[SampleLeaf, ...] = ()
    limits: tuple[Limit, ...] = ()
    count: int = 0
    by_user: bool = False


def learn_reply(reply: Reply, receipt: Sequence[SampleLeaf] = (), context: IdContext | None = None) -> LearnedReply:
    """Recognise the message id in a sample reply; ``receipt`` are the values of a delivery receipt."""
    known = context or IdContext()
    tree, why_not = _decoded(reply)
    if reply.status >= 400:
        tree, why_not = None, f"the sample reply is that of a rejected request ({reply.status})"
    if tree is None:
        return _without_id(why_not, why_not)
    leaves = list(leaves_of(shortened(tree)))
    if any(leaf.pointer == ("jsonrpc",) for leaf in leaves):
        leaves = [leaf for leaf in leaves if leaf.pointer != ("id",)]  # it repeats the one of the request
    scored = [(id_score(leaf, hint=known.hint), leaf) for leaf in leaves]
    fitting = with_pair_scores(scored, _possible_ids(receipt), known, least=LEAST_IN_REPLY)
    if not fitting:
        return _without_id(
            "no value in the sample reply was recognised as the message id; specify it with --hint messageid=VALUE"
        )
    points, best = fitting[0]
    if any(isinstance(step, str) and (is_phone(step) or is_id(step)) for step in best.pointer):
        return _without_id("it is below a key that differs in each reply")
    rivals = tuple(
        leaf
        for other, leaf in fitting[1:]
        if other > points - 6 and leaf.text != best.text and generalised(leaf.pointer) != generalised(best.pointer)
    )
    is_hinted = bool(known.hint and known.hint in best.text)
    if is_hinted:
        why = "as you hinted"
    elif any(leaf.text == best.text for leaf in receipt):
        why = "the delivery receipt contains the same value"
    else:
        why = f'named "{best.name}"'
    places = [leaf for leaf in leaves if generalised(leaf.pointer) == generalised(best.pointer)]
    return LearnedReply(
        response_map=tree_of({generalised(best.pointer): "$messageid$"}),
        leaf=best,
        why=why,
        rivals=rivals,
        count=len({leaf.text for leaf in places}),
        by_user=is_hinted,
    )


def _possible_ids(leaves: Sequence[SampleLeaf]) -> list[SampleLeaf]:
    return [leaf for leaf in leaves if id_score(leaf, receipt=True) > 0]


def _without_id(why: str, clause: str = _NO_ID) -> LearnedReply:
    blocker = Blocker(f"delivery receipts cannot be matched: {clause}", is_solved_by_relay=True)
    return LearnedReply(limits=(Limit("the reply's message id", why, blocker),))


def _decoded(reply: Reply) -> tuple[Any, str]:
    text = reply.body.decode("utf-8", "replace").strip()
    if not text:
        named = [name for name, _ in reply.headers if name.lower() in ("location", "x-message-id", "x-request-id")]
        return (
            None,
            f"the sample reply is empty; the header {named[0]} cannot be read" if named else "the reply is empty",
        )
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
