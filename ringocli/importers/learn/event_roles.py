"""Finds the sender, recipient, text and file of a message webhook, and the message id of a delivery receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.learn.message_id import LEAST_IN_RECEIPT, IdContext, id_score, with_pair_scores
from ringocli.importers.learn.parties import digits, list_around, list_of_both
from ringocli.importers.learn.roles import RoleChoice, assign
from ringocli.importers.learn.sample_leaves import SampleLeaf, leaves_of
from ringocli.importers.learn.value_shapes import is_phone, is_url, number_span
from ringocli.importers.learn.webhook_samples import EventDraft, WebhookSample
from ringocli.template.field_vocabulary import Role, name_score
from ringocli.text.name_key import name_key
from ringocli.text.pointer import generalised

_ENVELOPES = {"payload", "data", "body", "object", "values", "message", "sms", "resource", "content", "params"}
"""Keys under which an envelope has its message."""
_URL_NAMES = {"url", "uri", "link", "href", "fileurl", "downloadurl"}


def message_roles(
    kind: str, leaves: list[SampleLeaf], hints: Mapping[str, str], named: Mapping[str, Role | None]
) -> dict[Role, RoleChoice]:
    """The roles of a message (``kind`` message) or of a file (``kind`` mms)."""
    roles = [Role.URL] if kind == "mms" else []
    choices, _ = assign(
        leaves,
        [*roles, Role.FROM, Role.TO, Role.CONTENT],
        _as_incoming(hints, leaves),
        incoming=True,
        named=named,
    )
    if kind == "mms" and Role.URL not in choices:
        used = {choice.leaf.pointer for role, choice in choices.items() if role is not Role.CONTENT}
        free = [
            leaf
            for leaf in leaves
            if is_url(leaf.value) and leaf.pointer not in used and not is_callback(leaf.names[0] if leaf.names else "")
        ]
        if free:
            free.sort(key=lambda leaf: (name_key(leaf.name) not in _URL_NAMES, -name_score(Role.CONTENT, leaf.names)))
            why = "the only URL in the sample" if len(free) == 1 else "a URL"
            choices[Role.URL] = RoleChoice(role=Role.URL, leaf=free[0], why=why, rivals=tuple(free[1:]))
            if Role.CONTENT in choices and choices[Role.CONTENT].leaf is free[0]:
                del choices[Role.CONTENT]
    _reject_guessed_sides(choices)
    file, text = choices.get(Role.URL), choices.get(Role.CONTENT)
    if file is not None and text is not None and file.leaf.text == text.leaf.text:
        del choices[Role.CONTENT]  # the provider repeats the URL where a text would be
    return {
        role: _without_scheme(choices[role]) for role in (Role.FROM, Role.TO, Role.CONTENT, Role.URL) if role in choices
    }


def own_numbers(
    samples: Sequence[WebhookSample], hints: Mapping[str, str], named: Mapping[str, Role | None]
) -> frozenset[str]:
    """The digits of the account's own numbers: those that the sample messages were sent to."""
    found = set()
    for sample in samples:
        if sample.kind in ("message", "mms") and not sample.problem:
            recipient = message_roles(sample.kind, list(leaves_of(sample.document)), hints, named).get(Role.TO)
            if recipient is not None and not recipient.rivals and is_phone(recipient.literal):
                found.add(digits(recipient.literal))
    return frozenset(found)


def _reject_guessed_sides(choices: dict[Role, RoleChoice]) -> None:
    """Remove the sender and the recipient again if they are in one list and only their positions distinguish them."""
    sender, recipient = choices.get(Role.FROM), choices.get(Role.TO)
    if sender is None or recipient is None or list_around(sender.leaf.pointer, recipient.leaf.pointer) is None:
        return
    is_certain = sender.is_explicit and recipient.is_explicit
    if not is_certain or list_of_both(sender.leaf.pointer, recipient.leaf.pointer) is None:
        del choices[Role.FROM], choices[Role.TO]


def _without_scheme(choice: RoleChoice) -> RoleChoice:
    """A number without the ``tel:`` before it or the host after it."""
    span = number_span(choice.leaf.text) if choice.role in (Role.FROM, Role.TO) else None
    return choice if span is None or choice.span is not None else replace(choice, span=span)


def _as_incoming(hints: Mapping[str, str], leaves: Sequence[SampleLeaf]) -> dict[str, str]:
    """Hints as they apply to webhooks: the sender of a request is the recipient of the replies.

    If a value's name says that it is the other party's, the name decides.
    """
    turned: dict[str, str] = {}
    for name, text in hints.items():
        role = {"number": "to", "contact": "from"}.get(name, name)
        if role in ("from", "to"):
            other = Role.TO if role == "from" else Role.FROM
            bare = text.removeprefix("+")
            holders = [leaf for leaf in leaves if bare and bare in leaf.text]
            if holders and all(name_score(other, leaf.names) >= 80 for leaf in holders):
                role = other.value
        turned.setdefault(role, text)
    return turned


def receipt_roles(
    leaves: list[SampleLeaf], sent: Sequence[SampleLeaf], known: IdContext, named: Mapping[str, Role | None]
) -> dict[Role, RoleChoice]:
    """The message id of a delivery receipt; ``sent`` are the values of the sample reply."""
    specified = [
        leaf for leaf in leaves if any(role is Role.ID and leaf.is_called(name) for name, role in named.items())
    ]
    if specified:
        return {Role.ID: RoleChoice(role=Role.ID, leaf=specified[0], why="as you specified", by_user=True)}
    scored = [(id_score(leaf, receipt=True, hint=known.hint) + _near_status(leaf, leaves), leaf) for leaf in leaves]
    replied = [leaf for leaf in sent if id_score(leaf) > 0]
    fitting = with_pair_scores(scored, replied, known, least=LEAST_IN_RECEIPT)
    if not fitting:
        return {}
    points, best = fitting[0]
    rivals = tuple(leaf for other, leaf in fitting[1:] if other > points - 6 and leaf.text != best.text)
    why = f'named "{best.name}"'
    is_hinted = bool(known.hint and known.hint == best.text)
    if is_hinted:
        why = "as you hinted"
    elif any(leaf.text == best.text for leaf in replied):
        why = "the sample reply contains the same value"
    return {Role.ID: RoleChoice(role=Role.ID, leaf=best, why=why, rivals=rivals, by_user=is_hinted)}


def _near_status(leaf: SampleLeaf, leaves: list[SampleLeaf]) -> int:
    """Points for an id next to numbers or a status, which identifies the message, and not next to the event's name."""
    around = [other for other in leaves if other.pointer[:-1] == leaf.pointer[:-1] and other is not leaf]
    below = [other for other in leaves if other.pointer[: len(leaf.pointer) - 1] == leaf.pointer[:-1]]
    named = " ".join(other.names[0].lower() for other in around if other.names)
    if any(word in named for word in ("status", "state", "recipient", "msisdn")):
        return 12
    beside = any(name_score(role, other.names[:1]) > 60 for role in (Role.TO, Role.FROM) for other in around)
    depth = len(leaf.pointer) - 1
    wraps = any(len(other.pointer) > depth + 1 and str(other.pointer[depth]).lower() in _ENVELOPES for other in below)
    if any(word in named for word in ("type", "event", "name")) and wraps and not beside:
        return -10
    if any(name_score(role, other.names) > 60 for role in (Role.TO, Role.FROM) for other in below if other is not leaf):
        deep = min((len(other.pointer) for other in below if name_score(Role.TO, other.names) > 60), default=99)
        return 8 if deep <= len(leaf.pointer) + 2 else 0
    return -10 if "event" in named or "occurred" in named else 0


def borrow_text(drafts: list[EventDraft]) -> None:
    """Give the event of a file the text of a message's event, even if the file's sample has none."""
    message = next((draft for draft in drafts if draft.kind == "message"), None)
    for draft in drafts:
        if draft.kind == "mms" and Role.CONTENT not in draft.choices and message is not None:
            text = message.choices[Role.CONTENT]
            there = {generalised(leaf.pointer): leaf.text for leaf in draft.leaves}
            at = generalised(text.leaf.pointer)
            if (at in there or len(at) == 1) and there.get(at) != draft.choices[Role.URL].leaf.text:
                draft.choices[Role.CONTENT] = replace(text, rivals=())
