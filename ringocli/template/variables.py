"""The table of Ringotel's variables: where each may stand, what it holds, and who says so.

Only facts live here. ``pattern`` splits strings, ``rules.variables`` complains.
Sources are the vendor's pages as read on 2026-11-23: the article "No-code framework for integration with messaging
platforms" (help.ringotel.co/en/articles/11193931) and the wiki page it grew from (pageId 2288910338).
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

ARTICLE = "help.ringotel.co/en/articles/11193931, read 2026-11-23"
WIKI = "ringotel.atlassian.net, pageId 2288910338, read 2026-11-23"


class Place(StrEnum):
    """A part of a template in which variables stand; requests and events go by Ringotel's own names."""

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
    """The kind of sample webhook that a kind, an event type or a documented event key names; else the name itself."""
    return _OTHER_NAMES.get(name, name)


class Kind(StrEnum):
    """What a variable holds; it decides sample values and what a proof generates."""

    NUMBER = "number"
    TEXT = "text"
    URL = "url"
    ID = "id"
    WORD = "word"
    PROPERTY = "property"


class Variable(NamedTuple):
    """One of Ringotel's variables: its name between the dollar signs, and the places that know it."""

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
        meaning="who sends: the SMS number in API, the outside party in Webhook",
        source=WIKI,
    ),
    Variable(
        name="to",
        places=(*REQUESTS, Place.MESSAGE, Place.MMS),
        kind=Kind.NUMBER,
        meaning="who receives: the outside party in API, the SMS number in Webhook",
        source=WIKI,
    ),
    Variable(
        name="extension",
        places=REQUESTS,
        kind=Kind.WORD,
        meaning="the extension of the Ringotel user who sends",
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
        meaning="the message's text; in SendFile the address of the file",
        source=WIKI,
    ),
    Variable(
        name="text",
        places=(Place.MMS,),
        kind=Kind.TEXT,
        meaning="the text that comes with a file",
        source=WIKI,
    ),
    Variable(
        name="url",
        places=(Place.MMS,),
        kind=Kind.URL,
        meaning="the address of the file that came in",
        source=WIKI,
    ),
    Variable(
        name="messageid",
        places=(Place.RESPONSE_MAP, Place.DELIVERED),
        kind=Kind.ID,
        meaning="the provider's id of a message, taken from the reply and found again in the delivery receipt",
        source=WIKI,
    ),
    Variable(
        name="event_key",
        places=EVENTS,
        kind=Kind.ID,
        meaning="the value that tells the kind of webhook, compared with the event's event_key",
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
"""What an event or a reply has to yield to be of any use (a reading: nothing is published)."""

NEEDED: dict[Place, frozenset[str]] = {
    Place.AUTH: frozenset(),
    Place.RESPONSE_MAP: REQUIRED[Place.RESPONSE_MAP],
    **dict.fromkeys(REQUESTS, frozenset({"from", "to", "content"})),
    **{place: REQUIRED[place] | {"event_key"} for place in EVENTS},
}
"""What every example has at a place: where one of these is absent, a strange name most likely means it."""

SETTABLE = tuple(v.name for v in VARIABLES if v.name != "event_key")
"""What ``--set`` takes, besides the two aliases."""

ALIASES = {"number": ("from", "to"), "contact": ("to", "from")}
"""``number`` and ``contact``: the variable they mean in an outgoing and in an incoming message."""


def kind_at(name: str, place: Place) -> Kind:
    """What a variable holds at a place: ``$content$`` is text, but in SendFile the address of a file."""
    if name not in BY_NAME:
        return Kind.PROPERTY
    if name == "content" and place is Place.SEND_FILE:
        return Kind.URL
    return BY_NAME[name].kind


@lru_cache(maxsize=64)
def known_at(place: Place, properties: tuple[str, ...]) -> frozenset[str]:
    """Every name that means something at a place: Ringotel's variables there and the template's properties."""
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
    """A harmless sample value: numbers of the fictional 555 range, hosts of reserved names."""
    if name in ("from", "to"):
        return _NUMBER if (name == "from") == (place in REQUESTS) else _CONTACT
    if name == "content":
        return _SAMPLES["url"] if place is Place.SEND_FILE else "Hello from Ringotel!"
    return _SAMPLES.get(name, f"sample {name}")
