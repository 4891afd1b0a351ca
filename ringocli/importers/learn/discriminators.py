"""Discriminators: the values that distinguish the kinds of webhooks.

They are words from a small set (``message.received``, ``DELIVRD``, ``true``) in fields that name a kind; never an id,
a time or a number, which differ in the next message. The score of one depends on its name, its value, and whether it
differs between the samples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.value_shapes import is_prose, text_of
from ringocli.template.delivery_statuses import is_interim, means_delivered, means_failed
from ringocli.template.field_vocabulary import tokens
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer, generalised


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A location with a required value; ``tells_success`` is whether the failed sample has another value there."""

    pointer: Pointer
    value: Any
    why: str
    points: int = 0
    tells_success: bool = False

    @property
    def text(self) -> str:
        """The value in the form of an ``event_key``."""
        return text_of(self.value)


_EVENT_NAMES = {
    "type": 100, "event": 100, "eventtype": 104, "eventname": 100, "notificationtype": 100, "webhooktype": 100,
    "kind": 92, "action": 88, "method": 86, "topic": 90, "recordtype": 60, "messagetype": 84,
    "callbacktype": 98, "eventkey": 100, "trigger": 86, "notification": 90, "smstype": 84, "name": 58, "msgtype": 84,
    "object": 56, "category": 70, "subtype": 72, "resource": 56, "requesttype": 92, "hook": 90,
}  # fmt: skip
_STATUS = re.compile(r"status|^state$|messagestate|^stat$|dlr|outcome|^result$|delivery|receipt|^err", re.I)
_INBOUND = re.compile(r"receiv|inbound|incoming|\bmo\b|^mo[_-]|^in$|reply|mobile_?orig|moformat|^mo$|message_in", re.I)
_SIDE = re.compile(r"direction|inbound|incoming|outbound|^mms$|is_?mms|is_?dlr|has_?media|channel", re.I)
_CODE = re.compile(r"status|^state$|^type$|^stat$|code$|^err|^result$|dlr|outcome|^reason$|success|fail|deliver", re.I)
_SURE_NAMES = {
    "event",
    "eventtype",
    "eventname",
    "notificationtype",
    "webhooktype",
    "callbacktype",
    "eventkey",
    "topic",
}
"""Names under which any word is the name of an event; under other names, the word has to fit the kind of event."""
_DATA = re.compile(
    r"city|zip|country|carrier|encoding|currency|segment|lang|price|cost|operator|network|profile|tag|units?$|version|"
    r"priority|amount|line_?type|title|keyword|subject|name$|account|user|token|timezone|sender|organi|app$|charset|"
    r"region|locale|brand|parts|desc|reason|error_?message|^api|source|origin|coding|^data_?coding|route|class$|owner",
    re.I,
)


_NUMBERED_WORDS = {"a2p", "p2p", "p2a", "2way", "10dlc", "mp4", "mp3", "utf8"}


def is_kind_word(value: Any) -> bool:
    """Whether a value is a word from a small set: booleans, and words without digits but for a version (``v2.sms``)."""
    if isinstance(value, bool):
        return True
    if not isinstance(value, str) or not 0 < len(value) <= 40 or value.count(" ") > 2:
        return False
    parts = [part for part in re.split(r"[._:/\- ]+", value) if part]
    words = [part for part in parts if part.isascii() and part.isalpha()]
    versions = [part for part in parts if re.fullmatch(r"[vV]\d{1,2}", part) or part.lower() in _NUMBERED_WORDS]
    return bool(words) and len(words) + len(versions) == len(parts)


def _is_candidate(leaf: SampleLeaf) -> bool:
    """Whether a value may be a constant of an event at all."""
    if not leaf.names or not is_kind_word(leaf.value) or is_prose(leaf.value):
        return False
    return (
        not isinstance(leaf.value, bool) or bool(_BOOLEAN.search(leaf.names[0])) or bool(_STATUS.search(leaf.names[0]))
    )


_BOOLEAN = re.compile(
    r"dlr|receipt|report|mms|media|inbound|incoming|outbound|outgoing|deliver|success|fail|receiv|is_?(?:mo|mt|reply|sent)|^sent$|"
    r"^ok$|^status$|reply|direction",
    re.I,
)
"""Names of booleans that tell kinds of webhooks apart; others (``unread``) are data."""


def _is_data(name: str, value: Any) -> bool:
    key = name_key(name)
    if key == "state" and isinstance(value, str) and len(value) <= 2:
        return True
    return bool(_DATA.search(name)) and key not in _EVENT_NAMES and not _STATUS.search(name)


def _event_name_points(kind: str, leaf: SampleLeaf, others: Sequence[Sequence[SampleLeaf]]) -> int:
    """How well a value names its event."""
    name = leaf.names[0] if leaf.names else ""
    if not _is_candidate(leaf) or _is_data(name, leaf.value):
        return 0
    text = leaf.text
    points = _EVENT_NAMES.get(name_key(name), 0)
    if points and name_key(name) not in _SURE_NAMES and not _fits_kind(kind, text):
        points = points - 30 if others and _difference(leaf, others) > 0 else 0
    if not points and tokens(name)[-1:] in (["type"], ["event"]):
        points = 66
    if _STATUS.search(name) and not isinstance(leaf.value, bool):
        points = max(points, 84 if kind == "delivered" or _INBOUND.search(text) else 0)
        points += 6 if kind == "delivered" and re.search(r"deliver|delivrd", text, re.I) else 0
        if kind != "delivered" and not _INBOUND.search(text):
            return 0
    if _SIDE.search(name):
        points = max(points, 74 if isinstance(leaf.value, bool) else 78 if _INBOUND.search(text) else 66)
    if (
        isinstance(leaf.value, bool)
        and not points
        and re.search(r"dlr|receipt|report|mms|media|inbound|incoming", name, re.I)
    ):
        points = 74
    if not points:
        return 0
    points += 8 if _fits_kind(kind, text) else -12 * max(0, len(leaf.names) - 1)
    points += _difference(leaf, others)
    return points - 2 * len(leaf.names)


def _fits_kind(kind: str, text: str) -> bool:
    if kind == "delivered":
        return means_delivered(text) or bool(re.search(r"deliver|dlr|report|receipt|status|final", text, re.I))
    return bool(_INBOUND.search(text)) or bool(re.search(r"message|sms|mms|text|media", text, re.I))


def _difference(leaf: SampleLeaf, others: Sequence[Sequence[SampleLeaf]]) -> int:
    """Points for a value that differs from the other samples'; negative if all samples have the same value."""
    if not others:
        return 0
    values = [_value_at(generalised(leaf.pointer), leaves) for leaves in others]
    if all(value is not None and value == leaf.text for value in values):
        return -45
    if any(value is not None and value != leaf.text for value in values):
        return 14
    return 0


def _is_common(leaf: SampleLeaf, samples: Iterable[Sequence[SampleLeaf]]) -> bool:
    return all(_value_at(generalised(leaf.pointer), leaves) == leaf.text for leaves in samples)


def failed_status(leaves: Sequence[SampleLeaf]) -> SampleLeaf | None:
    """The status that says that the message of a receipt was not delivered; None if another value says that it was."""
    words = [leaf for leaf in leaves if leaf.names and isinstance(leaf.value, str) and not is_prose(leaf.value)]
    if any(means_delivered(leaf.text) for leaf in words):
        return None
    statuses = [leaf for leaf in words if tokens(leaf.names[0])[-1:] in (["status"], ["state"], ["stat"])]
    return next((leaf for leaf in statuses if means_failed(leaf.text) and not _NO.match(leaf.text)), None)


_NO = re.compile(r"no[ _-]?(?:error|fail)", re.I)


def may_be_delivered(leaf: SampleLeaf, failed: Sequence[Sequence[SampleLeaf]]) -> bool:
    """Whether a status of a receipt that was pasted as delivered is one: by its word, or because no failed one has it."""
    if means_failed(leaf.text) and not _NO.match(leaf.text):
        return False
    if means_delivered(leaf.text):
        return True
    return bool(failed) and _differs(leaf, failed) and not is_interim(leaf.text)


def _value_at(pointer: Pointer, leaves: Iterable[SampleLeaf]) -> str | None:
    return next((leaf.text for leaf in leaves if generalised(leaf.pointer) == pointer), None)


def event_pins(
    kind: str,
    free: Sequence[SampleLeaf],
    own: Sequence[Sequence[SampleLeaf]],
    others: Sequence[Sequence[SampleLeaf]],
) -> list[Pin]:
    """The locations that may name the event, the best first; all samples of its own kind have the same value there."""
    constant = [leaf for leaf in free if _is_common(leaf, own)]
    scored = [(_event_name_points(kind, leaf, others), leaf) for leaf in constant]
    fitting = sorted(((points, leaf) for points, leaf in scored if points >= 52), key=lambda pair: -pair[0])
    return [
        Pin(
            pointer=leaf.pointer,
            value=leaf.value,
            points=points,
            why=f'"{leaf.names[0]}" names the event'
            + (", and differs between the samples" if _difference(leaf, others) > 0 else ""),
        )
        for points, leaf in fitting
    ]


def success_pins(
    free: Sequence[SampleLeaf],
    own: Sequence[Sequence[SampleLeaf]],
    failed: Sequence[Sequence[SampleLeaf]],
    key: Pin | None,
    identity: SampleLeaf,
) -> list[Pin]:
    """The values of a receipt that mean "delivered": found by comparing it with failed samples, else by the usual
    words. A value that all receipts of delivered messages have is preferred.
    """
    if key is not None and means_delivered(key.text) and not failed:
        return []
    differing = [leaf for leaf in free if _may_be_outcome(leaf) and _differs(leaf, failed)] if failed else []
    differing = [leaf for leaf in differing if _is_common(leaf, own)] or differing
    if key is not None and any(leaf.pointer == key.pointer for leaf in differing):
        return []
    words = [leaf for leaf in free if _is_candidate(leaf)]
    best = (
        _successes(differing, identity, proven=True)
        if differing
        else _successes(words, identity) or _successes([leaf for leaf in free if _is_success_sentence(leaf)], identity)
    )
    return [
        Pin(
            pointer=leaf.pointer,
            value=leaf.value,
            points=points,
            tells_success=bool(differing),
            why="the failed receipt has a different value here" if differing else f'"{leaf.text}" means delivered',
        )
        for points, leaf in best[:1]
    ]


def _successes(
    leaves: Sequence[SampleLeaf], identity: SampleLeaf, *, proven: bool = False
) -> list[tuple[int, SampleLeaf]]:
    """The values that mean that the message arrived, the surest first."""
    scored = [(_success_points(leaf, identity, proven=proven), leaf) for leaf in leaves]
    return sorted(((points, leaf) for points, leaf in scored if points > 0), key=lambda pair: -pair[0])


def _may_be_outcome(leaf: SampleLeaf) -> bool:
    """Whether a value may be an outcome: a word, or a small number in a field for a status or a code."""
    value = leaf.value
    small = isinstance(value, int | str) and bool(re.fullmatch(r"-?\d{1,4}", text_of(value)))
    is_code = small and bool(leaf.names) and bool(_CODE.search(leaf.names[0])) and not _is_data(leaf.names[0], value)
    return _is_candidate(leaf) or is_code or _is_success_sentence(leaf) or _is_no_error(leaf)


def _is_no_error(leaf: SampleLeaf) -> bool:
    """Whether a value is the null of an error that did not occur."""
    return leaf.value is None and bool(leaf.names) and bool(_ERROR.search(leaf.names[0]))


_ERROR = re.compile(r"^err|_?error|^fail", re.I)


def _is_success_sentence(leaf: SampleLeaf) -> bool:
    """Whether a value is a fixed sentence in which the provider says that the message arrived."""
    value = leaf.value
    fixed = isinstance(value, str) and is_prose(value) and len(value) < 60 and not re.search(r"\d", value)
    return fixed and means_delivered(value)


def _differs(leaf: SampleLeaf, failed: Sequence[Sequence[SampleLeaf]]) -> bool:
    at = generalised(leaf.pointer)
    if leaf.value is None:
        # A pattern with null also matches a missing or empty value, but not an object such as {"code": 30003}.
        return all(any(one.text and generalised(one.pointer)[: len(at)] == at for one in leaves) for leaves in failed)
    return all(_value_at(at, leaves) != leaf.text for leaves in failed)


def _success_points(leaf: SampleLeaf, identity: SampleLeaf, *, proven: bool) -> int:
    name, text = (leaf.names[0] if leaf.names else ""), leaf.text
    points = 0
    if leaf.value is True and means_delivered(name):
        points = 60
    elif means_delivered(text):
        points = 60 + (30 if re.search(r"deliver|delivrd|received_by", text, re.I) else 0)
    elif means_failed(text):
        return 0
    elif proven:
        points = 30
    if not points:
        return 0
    points += 40 if _STATUS.search(name) or any(_STATUS.search(other) for other in leaf.names[1:3]) else 0
    points += 12 if name_key(name) in ("type", "code", "level", "result") else 0
    points -= 30 if is_prose(leaf.value) else 0
    points -= 40 if _is_data(name, leaf.value) else 0
    points += 20 if name_key(name) in ("status", "messagestatus", "smsstatus", "state") else 0
    points += 8 if name_key(text) in ("delivered", "delivrd") else 0
    points += 10 if leaf.pointer[:-1] == identity.pointer[:-1] else 0
    points += 6 if isinstance(leaf.value, str) and not text.isdigit() else 0
    return points - 2 * len(leaf.names)


def separating_pins(
    free: Sequence[SampleLeaf], other: Sequence[SampleLeaf], own: Sequence[Sequence[SampleLeaf]]
) -> list[Pin]:
    """The values of an event's sample that another kind's sample does not have, the best to pin first.

    A value is pinned only if all samples of the event's own kind have it.
    """
    found = []
    for leaf in free:
        pointer = generalised(leaf.pointer)
        if any(_value_at(pointer, leaves) != leaf.text for leaves in own):
            continue
        theirs = _value_at(pointer, other)
        if theirs == leaf.text:
            continue
        points = _separating_points(leaf, theirs)
        if points > 0:
            name = leaf.names[0] if leaf.names else "it"
            found.append(
                Pin(pointer=leaf.pointer, value=leaf.value, points=points, why=f'"{name}" differs between the samples')
            )
    return sorted(found, key=lambda pin: -pin.points)


def _separating_points(leaf: SampleLeaf, theirs: str | None) -> int:
    name, value = (leaf.names[0] if leaf.names else ""), leaf.value
    if _is_data(name, value) or not _is_candidate(leaf):
        return 0
    points = _EVENT_NAMES.get(name_key(name), 0)
    if tokens(name)[-1:] in (["type"], ["event"]):
        points = max(points, 66)
    if _STATUS.search(name):
        points = max(points, 60)
    if _SIDE.search(name):
        points = max(points, 80)
    if isinstance(value, bool):
        points = max(points, 50)
    return points - 2 * len(leaf.names) + (10 if theirs is not None else 0)
