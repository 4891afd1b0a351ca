"""Pairs the missing values of an event's pattern with the fields of a webhook that no variable uses.

A pair is made because the names are spelled alike, because they are synonyms, because only one value has the required
format, or because only one of each is left. Nothing ambiguous is paired.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ringocli.messaging.alignment import Alignment, PatternLeaf, Received
from ringocli.template.pattern.pattern import Constant, as_text
from ringocli.template.variables import Place
from ringocli.template.vocabulary import LONE_NUMBERS, NOT_A_VALUE, OWN_NUMBERS, Role, name_score, side, tokens
from ringocli.text.names import plain
from ringocli.text.outcomes import FAILURE, means_delivered
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

MIN_SCORE = 50
"""Names that are less alike (0 to 100) are not paired by name."""

MIN_KEY_LIKENESS = 0.75


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EVENT_NAMES = _words(
    "event events eventtype eventname type kind method action topic messagetype notificationtype webhooktype "
    " callbacktype recordtype category status messagestatus deliverystatus dlrstatus state command object "
    " direction"
)
"""Names of fields that say which event a webhook is, without separators."""

_API_URL_WORDS = _words("callback webhook status self href resource api next failover")
"""Words in the names of URLs that are not URLs of a file."""

_PHONE = re.compile(r"\+?\(?\d[\d\s().-]{5,18}\d")
_SHORT_CODE = re.compile(r"\d{3,8}")
_SENDER_NAME = re.compile(r"[A-Za-z0-9 ._&-]{2,15}")
_URL = re.compile(r"https?://\S+", re.I)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[/.]\d\d?[/.]\d{4}|\w{3}, \d\d? \w{3} \d{4}")
_TIMESTAMP = re.compile(r"1[5-9]\d{8}(\d{3}){0,2}(\.\d+)?")
_INCOMING = re.compile(r"received$|inbound|incoming|(^|[._-])mo($|[._-])", re.I)
_OUTGOING = re.compile(r"outbound|outgoing|finali[sz]ed|(^|[._-])(mt|dlr)($|[._-])|receipt|delivery.?report", re.I)
_WORD = re.compile(r"[A-Za-z][\w. :/-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A leaf of the pattern and the received field that it should read; ``why`` completes "paired because"."""

    leaf: PatternLeaf
    received: Received
    why: str


def pairs_in(alignment: Alignment, chosen: Mapping[Pointer, Pointer] | None = None) -> tuple[Pair, ...]:
    """The pairs of an alignment.

    ``chosen`` are pairs made by the user: from the pointer of a missing value, as the near miss shows it, to the pointer
    of a received field.
    """
    return _Pairing(alignment, chosen or {}).run()


class _Pairing:
    """The missing leaves and unclaimed fields that are still unpaired."""

    def __init__(self, alignment: Alignment, chosen: Mapping[Pointer, Pointer]) -> None:
        self.event_key = alignment.event.key
        self.is_receipt = alignment.event.place is Place.DELIVERED
        self.chosen = chosen
        self.containers = alignment.containers
        self.missing = list(alignment.missing)
        self.absent = list(alignment.absent)
        self.different = list(alignment.different)
        self.unclaimed = list(alignment.unclaimed)
        self.pairs: list[Pair] = []

    def run(self) -> tuple[Pair, ...]:
        for leaf in tuple(self.missing):
            target = self.chosen.get(expected_at(leaf.pointer, self.containers))
            received = next((one for one in self.unclaimed if one.pointer == target), None)
            if received is not None:
                self._pair(leaf, received, "chosen by you")
        self._pair_displaced()
        self._pair_by_score(self._score)
        self._pair_by_format()
        self._pair_last()
        self.missing = [one for one in self.absent if one.names]
        self._pair_by_score(self._score)
        return tuple(self.pairs)

    def _pair_last(self) -> None:
        if len(self.missing) == 1:
            possible = [one for one in self.unclaimed if _is_possible(self.missing[0], one)]
            if len(possible) == 1 and self.missing[0].names and not self.missing[0].is_event_key:
                self._pair(self.missing[0], possible[0], "the only field left")

    def _pair(self, leaf: PatternLeaf, received: Received, why: str) -> None:
        self.pairs.append(Pair(leaf=leaf, received=received, why=why))
        self.missing.remove(leaf)
        self.unclaimed.remove(received)

    def _pair_displaced(self) -> None:
        """Read a fixed value where the webhook has it, if there is another value at the pattern's location."""
        for leaf, _ in self.different:
            expected = self.event_key if leaf.is_event_key else _constant_text(leaf)
            same = [one for one in self.unclaimed if expected is not None and _is_same_word(expected, one)]
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
                    rated.append((-points, len(received.pointer), order, index, leaf, received, why))
        rated.sort(key=lambda one: one[:4])
        for points, *_, leaf, received, why in rated:
            rivals = [one for one in rated if one[4] is leaf and one[0] == points and one[5] in self.unclaimed]
            is_ambiguous = "messageid" in leaf.names and len({one[5].text for one in rivals}) > 1
            if leaf in self.missing and received in self.unclaimed and not is_ambiguous:
                self._pair(leaf, received, why)

    def _score(self, leaf: PatternLeaf, received: Received) -> tuple[int, str]:
        if leaf.is_event_key:
            return self._event_key_score(leaf, received)
        if isinstance(leaf.leaf, Constant):
            return _constant_score(leaf, leaf.leaf, received)
        return _variable_score(leaf, received)

    def _event_key_score(self, leaf: PatternLeaf, received: Received) -> tuple[int, str]:
        text = received.text
        if text == self.event_key:
            return 100, "contains the event key"
        if self.event_key is not None and _is_same_word(self.event_key, received):
            return 90, "means the same as the event key"
        if is_delivery_status(received) and not self.is_receipt:
            return 0, ""
        if received.names and plain(received.names[0]) in _EVENT_NAMES and _WORD.fullmatch(text):
            return 60 if _spelling(leaf, received) else 55, "names the kind of event"
        return 0, ""

    def _pair_by_format(self) -> None:
        """Pair a value that is the only one with the format that only one variable needs."""
        for leaf in tuple(self.missing):
            form = _format_of(leaf)
            rivals = [other for other in self.missing if _format_of(other) == form]
            fitting = [one for one in self.unclaimed if form and FORMATS[form](one)]
            if form and len(rivals) == 1 and len(fitting) == 1:
                self._pair(leaf, fitting[0], f"the only field with {form}")


def expected_at(pointer: Pointer, containers: Mapping[Pointer, Pointer]) -> Pointer:
    """Where in the webhook a value of the pattern is expected, by the containers that were compared."""
    for length in range(len(pointer), -1, -1):
        if pointer[:length] in containers:
            return (*containers[pointer[:length]], *pointer[length:])
    return pointer


def _spelling(leaf: PatternLeaf, received: Received) -> int:
    """How alike the keys are spelled: 100 for the same key, 0 for different ones."""
    key = next((step for step in reversed(leaf.pointer) if isinstance(step, str)), "")
    if not received.names or not key:
        return 0
    if plain(key) == plain(received.names[0]):
        return 97
    return 80 if nearest(key, received.names[:1], least=MIN_KEY_LIKENESS) else 0


def _variable_score(leaf: PatternLeaf, received: Received) -> tuple[int, str]:
    role = next((ROLES[name] for name in leaf.names if name in ROLES), None)
    spelling = _spelling(leaf, received)
    if role is None or isinstance(received.value, bool) or not (spelling or _is_possible(leaf, received)):
        return 0, ""
    names = received.names
    synonym = max(name_score(role, names), _number_score(role, names))
    other = max((name_score(one, names) for one in Role if one is not role), default=0)
    if spelling and (other <= synonym or spelling > other):
        return max(spelling, synonym), "spelled alike"
    return (synonym, f"a name for {_MEANINGS[role]}") if synonym >= other else (0, "")


def _number_score(role: Role, names: list[str]) -> int:
    """A score for names that only say whose number it is: a webhook comes from the contact to your own number."""
    if not names or role not in (Role.FROM, Role.TO):
        return 0
    whose = side(names)
    if plain(names[0]) in OWN_NUMBERS or whose == "own":
        return 85 if role is Role.TO else 0
    if plain(names[0]) in LONE_NUMBERS or whose == "contact":
        return 70 if role is Role.FROM else 0
    return 0


def _constant_score(leaf: PatternLeaf, constant: Constant, received: Received) -> tuple[int, str]:
    same = as_text(constant.value) == received.text
    spelling = _spelling(leaf, received)
    if same and spelling:
        return 100, "the same value, spelled alike"
    if isinstance(constant.value, str) and _is_same_word(constant.value, received):
        return 90, "the same value"
    if spelling == 97 and isinstance(constant.value, str) and isinstance(received.value, str):
        return 55, "the same key"
    return 0, ""


def _constant_text(leaf: PatternLeaf) -> str | None:
    value = leaf.leaf.value if isinstance(leaf.leaf, Constant) else None
    return value if isinstance(value, str) else None


def _is_same_word(expected: str, received: Received) -> bool:
    """Whether a received word equals a fixed one, or both can only mean that the message was delivered."""
    text = received.text
    if len(expected) < 2 or expected.isdigit():
        return False
    return text == expected or (
        means_delivered(expected)
        and means_delivered(text)
        and len(text) < 30
        and "webhook" not in text
        and bool(_WORD.fullmatch(text))
    )


_MEANINGS: Mapping[Role, str] = {
    Role.FROM: "the sender",
    Role.TO: "the recipient",
    Role.CONTENT: "the text",
    Role.URL: "the file",
    Role.ID: "the message id",
    Role.EXTENSION: "the extension",
    Role.DOMAIN: "the domain",
}


def _is_possible(leaf: PatternLeaf, received: Received) -> bool:
    """Whether the value has the format that the variable needs, whatever its key."""
    role = next((ROLES[name] for name in leaf.names if name in ROLES), None)
    if role is None or isinstance(received.value, bool):
        return False
    text = received.text.strip()
    if role in (Role.FROM, Role.TO):
        if _URL.match(text) or _UUID.fullmatch(text) or _DATE.match(text):
            return False
        return any(form.fullmatch(text) for form in (_PHONE, _SHORT_CODE, _SENDER_NAME))
    if role is Role.URL:
        return _URL.fullmatch(text) is not None
    if role is Role.ID:
        return 2 < len(text) <= 200 and not re.search(r"\s", text) and not _URL.match(text) and not _DATE.match(text)
    if role is Role.CONTENT:
        is_named = name_score(role, received.names) >= MIN_SCORE
        return is_named or not (any(form.match(text) for form in (_UUID, _DATE, _URL)) or _is_metadata(received))
    return True


def _is_metadata(received: Received) -> bool:
    words = tokens(received.names[0]) if received.names else []
    return bool(words) and (words[-1] in NOT_A_VALUE or plain(received.names[0]) in _EVENT_NAMES)


def _format_of(leaf: PatternLeaf) -> str | None:
    """The format by which a variable's value can be recognised; None for text that may be anything."""
    if leaf.is_event_key:
        return None
    role = next((ROLES[name] for name in leaf.names if name in ROLES), None)
    return {Role.FROM: "a phone number", Role.TO: "a phone number", Role.URL: "a URL", Role.ID: "an id",
            Role.CONTENT: "free text"}.get(role) if role else None  # fmt: skip


def _is_phone(received: Received) -> bool:
    text = received.text
    digits = sum(char.isdigit() for char in text)
    return bool(_PHONE.fullmatch(text)) and 7 <= digits <= 15 and not _TIMESTAMP.fullmatch(text)


def is_url(received: Received) -> bool:
    """Whether the value is an http or https URL."""
    return isinstance(received.value, str) and bool(_URL.fullmatch(received.text))


def direction(received: Received) -> str:
    """``incoming`` or ``outgoing`` if the field says which way the message went, else an empty string."""
    if not received.names or plain(received.names[0]) not in _EVENT_NAMES:
        return ""
    text = received.text
    return "incoming" if _INCOMING.search(text) else "outgoing" if _OUTGOING.search(text) else ""


def is_mms(received: Received) -> bool:
    """Whether the field says that the message is an MMS: ``"type": "mms"``."""
    return bool(received.names) and plain(received.names[0]) in _EVENT_NAMES and received.text.lower() == "mms"


def is_file(received: Received) -> bool:
    """Whether the value is the URL of something other than the API: probably of a file."""
    words = set(tokens(received.names[0])) if received.names else set()
    return is_url(received) and words.isdisjoint(_API_URL_WORDS)


def is_delivery_status(received: Received) -> bool:
    """Whether the field reports the outcome of a message that was sent: ``"status": "delivered"``."""
    text = received.text
    if not received.names or not _WORD.fullmatch(text) or len(text) > 30 or "webhook" in text:
        return False
    return plain(received.names[0]) in _EVENT_NAMES and (means_delivered(text) or bool(FAILURE.search(text)))


def _is_id(received: Received) -> bool:
    text = received.text
    words = tokens(received.names[0]) if received.names else []
    if _is_phone(received) or _URL.match(text) or _DATE.match(text) or len(text) < 6:
        return False
    has_both = any(char.isdigit() for char in text) and any(char.isalpha() for char in text)
    return bool(_UUID.fullmatch(text)) or bool(words and words[-1] in ("id", "uuid", "guid", "sid")) or has_both


def _is_free_text(received: Received) -> bool:
    text = received.text
    return (
        isinstance(received.value, str)
        and not (_is_phone(received) or _is_id(received) or _URL.match(text) or _DATE.match(text))
        and not _TIMESTAMP.fullmatch(text)
        and not _is_metadata(received)
        and (" " in text or len(text) > 20 or not text.isascii())
    )


FORMATS: Mapping[str, Callable[[Received], bool]] = {
    "a phone number": _is_phone,
    "a URL": is_url,
    "an id": _is_id,
    "free text": _is_free_text,
}


def left_over(alignment: Alignment, pairs: Iterable[Pair]) -> tuple[Received, ...]:
    """The fields that neither a variable nor a pair uses."""
    used = {pair.received.pointer for pair in pairs}
    return tuple(one for one in alignment.unclaimed if one.pointer not in used)
