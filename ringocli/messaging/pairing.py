"""Pairs the missing values of an event's pattern with the fields of a webhook that no variable uses.

A pair is made because the names are spelled alike, because they are synonyms, because only one value has the required
format, or because only one of each is left. Nothing ambiguous is paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ringocli.messaging.alignment import Alignment, PatternLeaf, Received
from ringocli.messaging.received_field import (
    FORMATS,
    MIN_SCORE,
    can_be,
    id_score,
    is_media_type,
    is_phone,
    is_same_word,
    is_status,
    is_url,
    names_an_event,
)
from ringocli.template.delivery_statuses import means_delivered, means_failed
from ringocli.template.field_vocabulary import HOLDERS, LONE_NUMBERS, OWN_NUMBERS, Role, name_score, whose_number
from ringocli.template.pattern.notation import is_same
from ringocli.template.pattern.pattern import Constant, as_text
from ringocli.template.variables import Place
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer
from ringocli.text.suggest import nearest

ROLES: Mapping[str, Role] = {
    "from": Role.FROM,
    "to": Role.TO,
    "content": Role.CONTENT,
    "text": Role.CONTENT,
    "url": Role.URL,
    "messageid": Role.ID,
    "extension": Role.EXTENSION,
    "domain": Role.DOMAIN,
}
"""The role of each variable."""

CHOSEN = "chosen by you"
"""Why the user's own pairs are made."""

MIN_KEY_LIKENESS = 0.75
SAME_SPELLING = 97


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A leaf of the pattern and the received field that it should read; ``why`` completes "paired because"."""

    leaf: PatternLeaf
    received: Received
    why: str


def pairs_in(alignment: Alignment, chosen: Mapping[Pointer, Pointer] | None = None) -> tuple[Pair, ...]:
    """The pairs of an alignment.

    ``chosen`` are pairs made by the user: from the pointer of a missing value, as the near miss shows it, to the
    pointer of a received field.
    """
    return _Pairing(alignment, chosen or {}).run()


class _Pairing:
    """The missing leaves and unclaimed fields that are still unpaired."""

    def __init__(self, alignment: Alignment, chosen: Mapping[Pointer, Pointer]) -> None:
        self.event_key = alignment.event.key
        self.is_receipt = alignment.event.place is Place.DELIVERED
        self.chosen = chosen
        self.received = scalars_of(alignment)
        self.containers = alignment.containers
        self.missing = list(alignment.missing)
        self.absent = list(alignment.absent)
        self.different = list(alignment.different)
        self.read = [(leaf, received) for leaf, received in alignment.fitting]
        self.unclaimed = list(alignment.unclaimed)
        self.pairs: list[Pair] = []

    def run(self) -> tuple[Pair, ...]:
        for leaf in tuple(self.missing):
            target = self.chosen.get(expected_at(leaf.pointer, self.containers))
            received = next((one for one in self.unclaimed if one.pointer == target), None)
            if received is not None:
                self._pair(leaf, received, CHOSEN)
        self._pair_displaced()
        self._pair_by_score(self._score)
        self._pair_by_format()
        self._pair_last()
        self.missing = [one for one in self.absent if one.names]
        self._pair_by_score(self._score)
        return tuple(self.pairs)

    def _pair_last(self) -> None:
        if len(self.missing) == 1:
            [leaf] = self.missing
            possible = [
                one for one in self.unclaimed if can_be(_role_of(leaf), one) and not self._is_other_end(leaf, one)
            ]
            is_count = _role_of(leaf) is Role.CONTENT and all(one.text.strip().isdigit() for one in possible)
            if len(possible) == 1 and leaf.names and not leaf.is_event_key and not is_count:
                self._pair(leaf, possible[0], "the only field left")

    def _pair(self, leaf: PatternLeaf, received: Received, why: str) -> None:
        self.pairs.append(Pair(leaf=leaf, received=received, why=why))
        self.read.append((leaf, received))
        self.missing.remove(leaf)
        self.unclaimed.remove(received)

    def _is_other_end(self, leaf: PatternLeaf, received: Received) -> bool:
        """Whether the value is already read as the number of the other end: nobody writes to themselves."""
        other = {Role.FROM: Role.TO, Role.TO: Role.FROM}.get(_role_of(leaf) or Role.CONTENT)
        return other is not None and any(one.text == received.text and _role_of(of) is other for of, one in self.read)

    def _pair_displaced(self) -> None:
        """Read a fixed value at its location in the webhook, if there is another value at the pattern's location."""
        for leaf, _ in self.different:
            expected = self.event_key if leaf.is_event_key else _constant_text(leaf)
            same = [one for one in self.unclaimed if expected is not None and is_same_word(expected, one)]
            if len(same) == 1:
                self.pairs.append(Pair(leaf=leaf, received=same[0], why="the same value"))
                self.unclaimed.remove(same[0])

    def _pair_by_score(self, score: Callable[[PatternLeaf, Received], tuple[int, str]]) -> None:
        """Pair the most similar first."""
        rated = []
        for order, leaf in enumerate(self.missing):
            for index, received in enumerate(self.unclaimed):
                points, why = score(leaf, received)
                if points >= MIN_SCORE:
                    rank = (-points, -self._certainty(leaf, received))
                    rated.append((rank, len(received.pointer), order, index, leaf, received, why))
        rated.sort(key=lambda one: one[:4])
        free = {one.pointer for one in self.unclaimed}
        for rank, *_, leaf, received, why in rated:
            if leaf not in self.missing or received.pointer not in free or self._is_other_end(leaf, received):
                continue
            if "messageid" in leaf.names:
                rivals = (one[5] for one in rated if one[4] is leaf and one[0] == rank and one[5].pointer in free)
                if any(one.text != received.text for one in rivals):
                    continue
            self._pair(leaf, received, why)
            free.discard(received.pointer)

    def _certainty(self, leaf: PatternLeaf, received: Received) -> int:
        """The score that decides between fields with equally similar names: by format, or by whose id it is."""
        if "messageid" in leaf.names:
            return id_score(received, self.received)
        return int(_role_of(leaf) in (Role.FROM, Role.TO) and is_phone(received))

    def _score(self, leaf: PatternLeaf, received: Received) -> tuple[int, str]:
        if leaf.is_event_key:
            return self._event_key_score(leaf, received)
        if isinstance(leaf.leaf, Constant):
            return _constant_score(leaf, leaf.leaf, received)
        score, why = _variable_score(leaf, received)
        as_id = id_score(received, self.received) if "messageid" in leaf.names else 0
        return (as_id, "the id in the message's own object") if as_id > score else (score, why)

    def _event_key_score(self, leaf: PatternLeaf, received: Received) -> tuple[int, str]:
        text = received.text
        if text == self.event_key:
            return 100, "contains the event key"
        if self.event_key is not None and is_same_word(self.event_key, received):
            return 90, "means the same as the event key"
        if not self.is_receipt and (means_delivered(text) or means_failed(text)):
            return 0, ""  # the outcome of a message that was sent
        if self.is_receipt and not means_delivered(text) and _is_outcome(self.event_key or ""):
            return 0, ""
        if names_an_event(received) or (self.is_receipt and is_status(received)):
            return 60 if _spelling(leaf, received) else 55, "names the kind of event"
        return 0, ""

    def _pair_by_format(self) -> None:
        """Pair a value that is the only one with the format that only one variable needs."""
        for leaf in tuple(self.missing):
            form = _format_of(leaf)
            rivals = [other for other in self.missing if _format_of(other) == form]
            fitting = [
                one for one in self.unclaimed if form and FORMATS[form](one) and not self._is_other_end(leaf, one)
            ]
            if form and len(rivals) == 1 and len(fitting) == 1:
                self._pair(leaf, fitting[0], f"the only field with {form}")


def _role_of(leaf: PatternLeaf) -> Role | None:
    return next((ROLES[name] for name in leaf.names if name in ROLES), None)


def _is_outcome(key: str) -> bool:
    """Whether an event key is a status, not the name of an event; a number is a code of one."""
    return means_delivered(key) or key.isdigit()


def scalars_of(alignment: Alignment) -> tuple[Received, ...]:
    """Every field of the webhook."""
    return (*alignment.unclaimed, *(one for _, one in (*alignment.fitting, *alignment.different)))


def expected_at(pointer: Pointer, containers: Mapping[Pointer, Pointer]) -> Pointer:
    """Where in the webhook a value of the pattern is expected, by the containers that were compared."""
    for length in range(len(pointer), -1, -1):
        if pointer[:length] in containers:
            return (*containers[pointer[:length]], *pointer[length:])
    return pointer


def _spelling(leaf: PatternLeaf, received: Received) -> int:
    """How alike the keys are spelled: 100 for the same key, 0 for different ones."""
    key = next((step for step in reversed(leaf.pointer) if isinstance(step, str)), "")
    return _likeness(key, received.names[0]) if received.names and key else 0


@lru_cache(maxsize=20_000)  # templates and webhooks repeat a few hundred names
def _likeness(key: str, name: str) -> int:
    if name_key(key) == name_key(name):
        return SAME_SPELLING
    return 80 if nearest(key, [name], least=MIN_KEY_LIKENESS) else 0


def _variable_score(leaf: PatternLeaf, received: Received) -> tuple[int, str]:
    role = _role_of(leaf)
    spelling = _spelling(leaf, received)
    if role is None or isinstance(received.value, bool) or not (spelling or can_be(role, received)):
        return 0, ""
    if (role is Role.URL and not is_url(received)) or (role is Role.CONTENT and is_media_type(received)):
        return 0, ""
    if role is Role.CONTENT and spelling < SAME_SPELLING and not can_be(role, received):
        return 0, ""  # "sMessageId" is not a message
    names = received.names
    is_number = role in (Role.FROM, Role.TO)
    if is_number and spelling and name_key(names[0]) in HOLDERS[role]:  # "phone_number" says little by itself
        if not is_phone(received):
            return 0, ""
        spelling = min(spelling, 65)
    synonym = max(_name_score(role, names), _number_score(role, names))
    other = max((name_score(one, names) for one in Role if one is not role), default=0)
    if spelling and (other <= synonym or spelling > other):
        return max(spelling, synonym), "spelled similarly"
    return (synonym, f"a name for {_MEANINGS[role]}") if synonym >= other else (0, "")


def _name_score(role: Role, names: list[str]) -> int:
    """The score of a name; in a webhook, a sender id may as well be the account's own, to which the message was sent."""
    return 60 if role is Role.FROM and names and name_key(names[0]) == "senderid" else name_score(role, names)


def _number_score(role: Role, names: list[str]) -> int:
    """A score for names that only say whose number it is: a webhook comes from the contact to your own number."""
    if not names or role not in (Role.FROM, Role.TO):
        return 0
    whose = whose_number(names)
    if name_key(names[0]) in OWN_NUMBERS or whose == "own":
        return 85 if role is Role.TO else 0
    if whose == "contact":
        return 78 if role is Role.FROM else 0
    return 70 if name_key(names[0]) in LONE_NUMBERS and role is Role.FROM else 0


def _constant_score(leaf: PatternLeaf, constant: Constant, received: Received) -> tuple[int, str]:
    same = is_same(constant.value, received.value) or as_text(constant.value) == received.text
    spelling = _spelling(leaf, received)
    if same and spelling:
        return 100, "the same value, spelled similarly"
    if isinstance(constant.value, str) and is_same_word(constant.value, received):
        return 90, "the same value"
    if spelling == SAME_SPELLING and isinstance(constant.value, str) and isinstance(received.value, str):
        return 55, "the same key"
    return 0, ""


def _constant_text(leaf: PatternLeaf) -> str | None:
    value = leaf.leaf.value if isinstance(leaf.leaf, Constant) else None
    return value if isinstance(value, str) else None


_MEANINGS: Mapping[Role, str] = {
    Role.FROM: "the sender",
    Role.TO: "the recipient",
    Role.CONTENT: "the text",
    Role.URL: "the file",
    Role.ID: "the message id",
    Role.EXTENSION: "the extension",
    Role.DOMAIN: "the domain",
}


def _format_of(leaf: PatternLeaf) -> str | None:
    """The format by which a variable's value can be recognised; None for text that may be anything."""
    if leaf.is_event_key:
        return None
    role = _role_of(leaf)
    return {Role.FROM: "a phone number", Role.TO: "a phone number", Role.URL: "a URL", Role.ID: "an id",
            Role.CONTENT: "free text"}.get(role) if role else None  # fmt: skip


def left_over(alignment: Alignment, pairs: Iterable[Pair]) -> tuple[Received, ...]:
    """The fields that neither a variable nor a pair uses."""
    used = {pair.received.pointer for pair in pairs}
    return tuple(one for one in alignment.unclaimed if one.pointer not in used)
