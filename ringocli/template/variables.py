"""The table of Ringotel's variables: where each may be used, its meaning and its source.

Sources are the vendor's pages as read on 2026-11-23: the article "No-code framework for integration with messaging
platforms" (help.ringotel.co/en/articles/11193931) and the wiki page it grew from (pageId 2288910338).
"""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

WIKI = "ringotel.atlassian.net, pageId 2288910338, read 2026-11-23"


class Place(StrEnum):
    """A part of a template in which variables are used, with Ringotel's names for requests and events."""

    SEND_MESSAGE = "SendMessage"
    SEND_FILE = "SendFile"
    RESPONSE_MAP = "response_map"
    MESSAGE = "message"
    MMS = "mms"
    DELIVERED = "messageDelivered"
    AUTH = "auth"


REQUESTS = (Place.SEND_MESSAGE, Place.SEND_FILE)
EVENTS = (Place.MESSAGE, Place.MMS, Place.DELIVERED)

EVENT_TYPES = {"message": Place.MESSAGE.value, "mms": Place.MMS.value, "delivered": Place.DELIVERED.value}
"""The event type of each kind of sample webhook."""

_OTHER_NAMES = {"file": "mms", Place.DELIVERED.value: "delivered"}


def sample_kind(name: str) -> str:
    """The kind of sample webhook for a kind, an event type or a documented event key; any other name unchanged."""
    return _OTHER_NAMES.get(name, name)


def event_type_named(name: str) -> str | None:
    """The event type that a kind of sample webhook stands for: ``delivered`` is messageDelivered, ``file`` is mms."""
    return EVENT_TYPES.get(sample_kind(name))


class Kind(StrEnum):
    """The kind of a variable's value, which determines the sample and the generated values used for it."""

    NUMBER = "number"
    TEXT = "text"
    URL = "url"
    ID = "id"
    WORD = "word"
    PROPERTY = "property"


class Variable(NamedTuple):
    """A variable of Ringotel: its name without dollar signs, and the places where it may be used."""

    name: str
    places: tuple[Place, ...]
    kind: Kind
    meaning: str
    source: str


VARIABLES = (
    Variable(
        name="from",
        places=(*REQUESTS, Place.MESSAGE, Place.MMS),
        kind=Kind.NUMBER,
        meaning="the sender: the SMS number in API, the external contact in Webhook",
        source=WIKI,
    ),
    Variable(
        name="to",
        places=(*REQUESTS, Place.MESSAGE, Place.MMS),
        kind=Kind.NUMBER,
        meaning="the recipient: the external contact in API, the SMS number in Webhook",
        source=WIKI,
    ),
    Variable(
        name="extension",
        places=REQUESTS,
        kind=Kind.WORD,
        meaning="the extension of the sending Ringotel user",
        source=WIKI,
    ),
    Variable(
        name="domain",
        places=REQUESTS,
        kind=Kind.WORD,
        meaning="the organization's domain at Ringotel",
        source=WIKI,
    ),
    Variable(
        name="content",
        places=(*REQUESTS, Place.MESSAGE),
        kind=Kind.TEXT,
        meaning="the text of the message; in SendFile the URL of the file",
        source=WIKI,
    ),
    Variable(
        name="text",
        places=(Place.MMS,),
        kind=Kind.TEXT,
        meaning="the text sent with a file",
        source=WIKI,
    ),
    Variable(
        name="url",
        places=(Place.MMS,),
        kind=Kind.URL,
        meaning="the URL of the received file",
        source=WIKI,
    ),
    Variable(
        name="messageid",
        places=(Place.RESPONSE_MAP, Place.DELIVERED),
        kind=Kind.ID,
        meaning="the provider's id of a message, read from the reply and repeated in the delivery receipt",
        source=WIKI,
    ),
    Variable(
        name="event_key",
        places=EVENTS,
        kind=Kind.ID,
        meaning="the value that identifies the kind of webhook, compared with the event's event_key",
        source=WIKI,
    ),
)

BY_NAME = {variable.name: variable for variable in VARIABLES}

KNOWN_AT: dict[Place, frozenset[str]] = {
    place: frozenset(variable.name for variable in VARIABLES if place in variable.places) for place in Place
}

REQUIRED: dict[Place, frozenset[str]] = {
    Place.RESPONSE_MAP: frozenset({"messageid"}),
    Place.MESSAGE: frozenset({"from", "to", "content"}),
    Place.MMS: frozenset({"from", "to", "url"}),
    Place.DELIVERED: frozenset({"messageid"}),
}
"""The variables that an event or a reply must have (assumption 4)."""

NEEDED: dict[Place, frozenset[str]] = {
    Place.AUTH: frozenset(),
    Place.RESPONSE_MAP: REQUIRED[Place.RESPONSE_MAP],
    **dict.fromkeys(REQUESTS, frozenset({"from", "to", "content"})),
    **{place: REQUIRED[place] | {"event_key"} for place in EVENTS},
}
"""The variables in every example: if one is missing, an unknown name is probably a misspelling of it."""

SETTABLE = tuple(v.name for v in VARIABLES if v.name != "event_key")
"""The variables that ``--set`` accepts, in addition to the two aliases."""

OPTIONAL_OUTGOING = frozenset({"extension", "domain"})
"""Variables of requests that Ringotel may have no value for; their keys are then omitted (assumption 7)."""

ALIASES = {"number": ("from", "to"), "contact": ("to", "from")}
"""The variables that ``number`` and ``contact`` stand for in an outgoing and in an incoming message."""


def kind_at(name: str, place: Place) -> Kind:
    """The kind of a variable at a place: ``$content$`` is text, but a URL in SendFile."""
    if name not in BY_NAME:
        return Kind.PROPERTY
    if name == "content" and place is Place.SEND_FILE:
        return Kind.URL
    return BY_NAME[name].kind


@lru_cache(maxsize=64)
def known_at(place: Place, properties: tuple[str, ...]) -> frozenset[str]:
    """All names defined at a place: Ringotel's variables there and the template's properties."""
    return KNOWN_AT[place] | frozenset(properties)


_NUMBER, _CONTACT = "+12025550100", "+13105550199"
_SAMPLES = {
    "extension": "101",
    "domain": "example-org",
    "text": "A picture for you",
    "url": "https://files.example/picture.jpg",
    "messageid": "9612c4e2-27f8-4463-a517-c6306ffdabff",
}


def sample(name: str, place: Place) -> str:
    """A harmless sample value: numbers in the fictional 555-01xx range, reserved host names."""
    if name in ("from", "to"):
        return _NUMBER if (name == "from") == (place in REQUESTS) else _CONTACT
    if name == "content":
        return _SAMPLES["url"] if place is Place.SEND_FILE else "Hello from Ringotel!"
    return _SAMPLES.get(name, f"sample {name}")
