"""Classifies a received field by its name and its value: a phone number, a file, a status, the message id.

The template is not used here; ``pairing`` uses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from ringocli.messaging.alignment import Received
from ringocli.template.delivery_statuses import means_delivered, means_failed, names_both
from ringocli.template.field_vocabulary import HOLDERS, NOT_A_VALUE, Role, name_score, tokens
from ringocli.text.name_key import name_key
from ringocli.text.uuids import is_uuid
from ringocli.text.words import word_set

MIN_SCORE = 50
"""Names that are less alike (0 to 100) are not paired by name."""

_EVENT_NAMES = word_set(
    "event events eventtype eventname type kind method action topic messagetype notificationtype webhooktype "
    " callbacktype recordtype category status messagestatus deliverystatus dlrstatus state command object "
    " direction"
)
"""Names of fields that say which event a webhook is, without separators."""

_MESSAGE_OBJECTS = word_set("message messages sms msg mms")

_CALL_WORDS = word_set("call calls voice voicemail fax")

_STATUS_NAMES = word_set(
    "status messagestatus deliverystatus dlrstatus smsstatus sstatus state deliverystate dlr outcome result"
)
"""Names of fields with the delivery status of a message, without separators."""

_API_URL_WORDS = word_set("callback webhook status self href resource api next failover delivered direct permalink")
"""Words in the names of URLs that are not URLs of a file."""

_PHONE = re.compile(r"\+?\(?\d[\d\s().-]{5,18}\d")
_SHORT_CODE = re.compile(r"\d{3,8}")
_SENDER_NAME = re.compile(r"[A-Za-z0-9 ._&-]{2,15}")
_URL = re.compile(r"https?://\S+", re.I)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[/.]\d\d?[/.]\d{4}|\w{3}, \d\d? \w{3} \d{4}")
_TIMESTAMP = re.compile(r"1[5-9]\d{8}(\d{3}){0,2}(\.\d+)?")
_INCOMING = re.compile(r"received$|inbound|incoming|^in$|(^|[._-])mo($|[._-])", re.I)
_IN_TRANSIT = re.compile(
    r"(message[-_. ]?)?(sent|sending|queued|accepted|buffered|pending|en[-_ ]?route|submitted|scheduled|dispatched)",
    re.I,
)
"""Statuses of a message on its way to the contact."""

_OUTGOING = re.compile(
    r"outbound|^out$|outgoing|finali[sz]ed|(^|[._-])(mt|dlr)($|[._-])|receipt|delivery.?report|(message|[sm]ms).*sent$",
    re.I,
)
_REPORT = re.compile(r"receipt|delivery.?report|(^|[._-])dlr($|[._-])", re.I)
_MEDIA_TYPE = re.compile(r"(text|image|audio|video|application|multipart)/[\w.+-]+", re.I)
_WORD = re.compile(r"[A-Za-z][\w. :/-]{1,60}")


def is_same_word(expected: str, received: Received) -> bool:
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


def names_an_event(received: Received) -> bool:
    """Whether the field says in a word which event the webhook is."""
    return bool(received.names) and name_key(received.names[0]) in _EVENT_NAMES and bool(_WORD.fullmatch(received.text))


def can_be(role: Role | None, received: Received) -> bool:
    """Whether the value has the format that a role needs, whatever its key."""
    if role is None or isinstance(received.value, bool):
        return False
    text = received.text.strip()
    if role in (Role.FROM, Role.TO):
        if _URL.match(text) or is_uuid(text) or _DATE.match(text):
            return False
        return any(form.fullmatch(text) for form in (_PHONE, _SHORT_CODE, _SENDER_NAME))
    if role is Role.URL:
        return _URL.fullmatch(text) is not None
    if role is Role.ID:
        is_named = name_score(role, received.names) == 100
        has_form = (is_named or len(text) > 2) and len(text) <= 200 and not re.search(r"\s", text)
        return has_form and not _URL.match(text) and not _DATE.match(text)
    if role is Role.CONTENT:
        if is_media_type(received):
            return False
        is_named = name_score(role, received.names) >= MIN_SCORE
        return is_named or not (
            is_uuid(text) or any(form.match(text) for form in (_DATE, _URL)) or _is_metadata(received)
        )
    return True


def _is_metadata(received: Received) -> bool:
    words = tokens(received.names[0]) if received.names else []
    return bool(words) and (words[-1] in NOT_A_VALUE or name_key(received.names[0]) in _EVENT_NAMES)


def is_phone(received: Received) -> bool:
    """Whether the value is a phone number with its area code."""
    text = received.text
    digits = sum(char.isdigit() for char in text)
    is_time = _TIMESTAMP.fullmatch(text) or _DATE.match(text)
    return bool(_PHONE.fullmatch(text)) and 7 <= digits <= 15 and not is_time


def is_url(received: Received) -> bool:
    """Whether the value is an http or https URL."""
    return isinstance(received.value, str) and bool(_URL.fullmatch(received.text))


def direction(received: Received) -> str:
    """``incoming`` or ``outgoing`` if the field says which way the message went, else an empty string."""
    if not received.names or name_key(received.names[0]) not in _EVENT_NAMES:
        return ""
    text = received.text
    if _REPORT.search(text):  # "SMSDeliveryReportReceived"
        return "outgoing"
    return "incoming" if _INCOMING.search(text) else "outgoing" if _OUTGOING.search(text) else ""


def is_call(received: Received) -> bool:
    """Whether the field says that the webhook is about a call: ``"event": "call.completed"``."""
    if not received.names or name_key(received.names[0]) not in _EVENT_NAMES:
        return False
    words = set(tokens(received.text))
    return not words.isdisjoint(_CALL_WORDS) and words.isdisjoint(_MESSAGE_OBJECTS)


def is_mms(received: Received) -> bool:
    """Whether the field says that the message is an MMS: ``"type": "mms"``."""
    return bool(received.names) and name_key(received.names[0]) in _EVENT_NAMES and received.text.lower() == "mms"


def is_media_type(received: Received) -> bool:
    """Whether the value is a media type such as ``text/plain``, whatever its key."""
    return bool(_MEDIA_TYPE.fullmatch(received.text))


def is_file(received: Received) -> bool:
    """Whether the value is the URL of something other than the API: probably of a file."""
    words = set(tokens(received.names[0])) if received.names else set()
    return is_url(received) and words.isdisjoint(_API_URL_WORDS)


def is_delivery_status(received: Received) -> bool:
    """Whether the field reports the outcome of a message that was sent: ``"status": "delivered"``."""
    text = received.text
    if not received.names or not _WORD.fullmatch(text) or len(text) > 30 or "webhook" in text:
        return False
    if is_status(received) and _IN_TRANSIT.fullmatch(text):
        return True
    return name_key(received.names[0]) in _EVENT_NAMES and (means_delivered(text) or means_failed(text))


def is_status(received: Received) -> bool:
    """Whether the field is the status of a message, as a word or as an object with one: ``"status": {"name": "SENT"}``.

    ``"status": "receipt"`` names an event.
    """
    text = received.text
    is_named = any(name_key(name) in _STATUS_NAMES for name in received.names[:2])
    return is_named and bool(_WORD.fullmatch(text)) and not (names_both(text) and not means_failed(text))


def _is_id(received: Received) -> bool:
    text = received.text
    words = tokens(received.names[0]) if received.names else []
    is_number = is_phone(received) and words != ["id"]
    if is_number or _URL.match(text) or _DATE.match(text) or len(text) < 6:
        return False
    has_both = any(char.isdigit() for char in text) and any(char.isalpha() for char in text)
    return is_uuid(text) or bool(words and words[-1] in ("id", "uuid", "guid", "sid")) or has_both


def _is_free_text(received: Received) -> bool:
    text = received.text
    return (
        isinstance(received.value, str)
        and not (is_phone(received) or _is_id(received) or _URL.match(text) or _DATE.match(text))
        and not _TIMESTAMP.fullmatch(text)
        and not _is_metadata(received)
        and (" " in text or len(text) > 20 or not text.isascii())
    )


FORMATS: Mapping[str, Callable[[Received], bool]] = {
    "a phone number": is_phone,
    "a URL": is_file,
    "an id": _is_id,
    "free text": _is_free_text,
}
"""Formats by which a value can be recognised."""


def id_score(received: Received, everything: Iterable[Received]) -> int:
    """How certainly a field is the id of the message, 0 to 100, and not that of the webhook or of anything else.

    ``{"id": …, "payload": {"id": …, "from": …, "to": …}}``: the id of a message is in the object of its other fields.
    """
    names = received.names
    if not names or isinstance(received.value, bool):
        return 0
    own = name_score(Role.ID, names)
    if own or name_key(names[0]) not in HOLDERS[Role.ID]:
        return own
    if len(names) > 1 and name_key(names[1]) in _MESSAGE_OBJECTS:
        return 90
    holder = received.pointer[:-1]
    beside = {one.pointer[len(holder)] for one in everything if one.pointer[: len(holder)] == holder}
    roles = (Role.FROM, Role.TO, Role.CONTENT)
    if any(name_score(role, [str(name)]) == 100 for role in roles for name in beside):
        return 70
    ids = [one for one in everything if one.names and name_key(one.names[0]).endswith(("id", "uuid", "guid"))]
    return 60 if ids == [received] and any(name_key(str(name)) in _STATUS_NAMES for name in beside) else 0


def rival_of_id(received: Received, everything: Iterable[Received], is_paired: bool) -> Received | None:
    """Another field that may be the message id instead of the one that is taken for it, by pair or by its location.

    Sending through some APIs returns the id of a batch.
    """
    everything = tuple(everything)
    others = [one for one in everything if one.text != received.text]
    batch = next((one for one in others if one.names and name_key(one.names[0]) == "batchid"), None)
    if batch is not None or is_paired:
        return batch
    score = id_score(received, everything)
    return next((one for one in others if id_score(one, everything) > score), None)
