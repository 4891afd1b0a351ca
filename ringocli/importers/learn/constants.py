"""Constants of a pasted request: reasons why a sample value may be wrong in other messages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ringocli.importers.learn.credential_places import is_callback
from ringocli.importers.learn.placeholders import CLOSE, OPEN
from ringocli.importers.learn.role_score import TYPE_WORDS, names_other_number
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.value_shapes import is_date, is_id, is_phone, is_url
from ringocli.template.field_vocabulary import Role, name_score, tokens
from ringocli.template.idempotency_keys import is_idempotency_key, names_message_reference
from ringocli.template.scaffold import KeptConstant
from ringocli.text.name_key import name_key

_TEST_NAME = re.compile(
    r"sandbox|^tests?$|test_?mode|is_?test|dry_?run|simulat|^debug|^mock|^demo|^preview|validate_?only", re.I
)
_TEST_VALUE = re.compile(r"test|sandbox|true|1|yes|on|y|dev|development|demo|simulation|dry[-_ ]?run", re.I)
_SCHEDULE = re.compile(
    r"schedul|^send_?(?:at|on|time|date)|deliver_?(?:at|on|time|date)|delivery_?(?:time|date)|^(?:date|time)$|date_?time|"
    r"start_?(?:at|time|date)|defer|delay_?until|valid_?until|expir|not_?before|not_?after|time_?to_?send|when$|"
    r"time_?stamp|^ts$",
    re.I,
)
_WINDOW = re.compile(r"(?:time|delivery|sending|quiet|schedule)_?(?:window|hours|period|range)", re.I)
_REFERENCE = re.compile(
    r"ref(?:erence)?(?:_?id)?$|correlat|custom_?(?:id|data|string|field)|client_?(?:ref|msg|message)|external_?id|"
    r"order|ticket|invoice|case_?id|session|conversation|thread|batch|user_?data|metadata|tracking",
    re.I,
)
_TEMPLATE = re.compile(r"template|campaign|segment_?id|list_?id|group_?id|audience|contact_?id|customer_?id", re.I)
_SIGNATURE = re.compile(r"^(?:sign|signature|sig|checksum|hash|hmac|mac|digest|auth_?hash|md5|sha\d*)$", re.I)
COMPUTED_VARIABLES = ("RANDOM", "SRANDOM", "SECONDS", "EPOCHSECONDS", "EPOCHREALTIME")
"""Variables that bash computes each time they are used."""
_COMPUTED = re.compile(rf"{OPEN}\(|\$\(|`[^`]+`|{OPEN}(?:{'|'.join(COMPUTED_VARIABLES)}){CLOSE}|\$RANDOM\b")


POINT_IN_TIME = "a point in time: the provider may send every message at that time, or reject it as past"
SAMPLE_TIME = "a point in time from the sample"
FRESH_ID = "an id that has to differ in every message: the provider may drop all but the first as duplicates"
REFERENCE = "a reference to the sample's message"
CALLBACK = "a callback URL from the sample: the provider reports to it instead of to Ringotel"
"""Reasons for which a relay sends a value of its own."""

_FILE_FACTS = re.compile(
    r"^(?:file|media|attachment|image)_?(?:name|size|type|length|hash)$|file_?name|mime|^md5$", re.I
)
_PERSON = re.compile(
    r"(?:first|last|full|given|family|sur|contact|recipient|customer|client|subscriber|patient)name|salutation|birthday|"
    r"(?:contact|recipient|customer|client)email"
)
_COUNTRY_CODES = {"cc", "countrycode", "country", "dialcode", "callingcode", "prefix", "countryprefix", "areacode"}


def constant_risk(leaf: SampleLeaf) -> str | None:
    """Why it may be wrong to send a value unchanged with every message; None if there is no reason."""
    name, text = leaf.name, leaf.text
    if _TEST_NAME.search(name) and _TEST_VALUE.fullmatch(text):
        return "a test switch: messages may not be delivered"
    if name_key(name) in ("environment", "env", "mode") and re.fullmatch(r"test|sandbox|dev\w*|demo", text, re.I):
        return "a test switch: messages may not be delivered"
    if _SCHEDULE.search(name) and _is_time(leaf):
        return POINT_IN_TIME
    if is_date(leaf.value) and not is_phone(leaf.value):
        return SAMPLE_TIME
    if any(_WINDOW.search(outer) for outer in leaf.names[1:4]):
        return "limits the times at which messages are delivered"
    if is_idempotency_key(name) and text:
        return FRESH_ID
    if is_url(leaf.value):
        return _url_risk(leaf)
    if (names_message_reference(name) or _REFERENCE.search(name)) and re.search(r"\d|[-_]", text):
        return REFERENCE
    if _PERSON.fullmatch(name_key(name)) and text:
        return "a fact about the sample's recipient, which is wrong for others"
    if _TEMPLATE.search(name) and re.search(r"\d", text):
        return "an id of the sample's account"
    if _FILE_FACTS.search(name) or re.fullmatch(r"(?:image|video|audio|application)/[\w.+-]+", text):
        return "describes the sample's file, so it is wrong for other files"
    if (
        name_score(Role.CONTENT, leaf.names[:1]) >= 90
        and text
        and not text.isdigit()
        and text.lower() not in TYPE_WORDS
    ):
        return "a text from the sample, sent with every message"
    if is_country_code(leaf):
        return "the country code of the sample's number: it is correct only if the portal's number format is national"
    if is_phone(leaf.value) and not names_other_number(leaf) and sum(char.isdigit() for char in text) >= 10:
        return "a phone number from the sample"
    if is_id(leaf.value):
        return "an id from the sample"
    return None


def is_callback_url(leaf: SampleLeaf) -> bool:
    """Whether a value is a URL to which the provider reports, by the names of its field and object, or by its path."""
    if not is_url(leaf.value):
        return False
    path = re.split(r"[?#]", leaf.text, maxsplit=1)[0].rstrip("/").split("/")[3:]
    return any(is_callback(name) for name in leaf.names[:2]) or bool(path and _REPORTS.fullmatch(path[-1]))


_REPORTS = re.compile(
    r"(?:\w+[-_])?(?:callback|webhook|dlr|delivery[-_]?report)s?|(?:sms|mms|message|msg|delivery)[-_]?status", re.I
)
"""The last segment of a callback URL, such as ``sms_status``; a page about an order may end with ``status``."""


def _url_risk(leaf: SampleLeaf) -> str | None:
    if is_callback_url(leaf):
        return CALLBACK
    if any(name_score(Role.URL, (name,)) for name in leaf.names[:2]) or re.search(
        r"\.(?:jpe?g|png|gif|mp4|pdf|webp)\b", leaf.text, re.I
    ):
        return "a file from the sample: every message would contain it"
    return "a URL from the sample"


def _is_time(leaf: SampleLeaf) -> bool:
    return is_date(leaf.value) or bool(re.fullmatch(r"\d{8,14}", leaf.text))


def is_computed(text: str) -> bool:
    """Whether a value is computed by a shell for each run: ``$(date)``, ``$RANDOM``, a backquoted command."""
    return bool(_COMPUTED.search(text))


def computed_risk(leaf: SampleLeaf) -> str:
    """A clause on what does not work without a computed value; "" where a message does without it."""
    if is_idempotency_key(leaf.name) or _REFERENCE.search(leaf.name) or _SCHEDULE.search(leaf.name):
        return ""
    return f"the field {leaf.name} is missing: Ringotel cannot compute its value for each message"


def is_country_code(leaf: SampleLeaf) -> bool:
    """Whether a value is the country code of a number that has none itself."""
    return name_key(leaf.name) in _COUNTRY_CODES and bool(re.fullmatch(r"\+?\d{1,3}", leaf.text))


def other_service(constants: Iterable[KeptConstant]) -> str:
    """The service other than SMS and MMS that a request names in a field such as ``channel``; "" if there is none."""
    named = (one.value for one in constants if _SERVICE_FIELD.search(one.name))
    return next((value for value in named if value.lower() in _OTHER_SERVICES), "")


_OTHER_SERVICES = {
    "whatsapp", "messenger", "facebook", "viber", "viber_service", "viber_bm", "telegram", "instagram", "line", "kakao",
    "rcs", "email", "apple_mb", "wechat", "signal",
}  # fmt: skip
_SERVICE_FIELD = re.compile(r"channel|type|service|platform|provider|medium", re.I)


def is_graphql(text: str) -> bool:
    """Whether a text is a GraphQL document, whose ``$names`` and braces are its own syntax."""
    return bool(re.match(r"\s*(?:query|mutation|subscription)\b[^{]*\{", text)) and text.rstrip().endswith("}")


def is_signature(name: str, value: str, beside: Iterable[str]) -> bool:
    """Whether a value is computed from each message; ``beside`` are the names of all fields.

    Without a time or a nonce beside it, a hash may be the fixed one of a password. A plain word is not a signature.
    """
    if not _SIGNATURE.fullmatch(name) and tokens(name)[-1:] not in (["signature"], ["checksum"], ["hmac"]):
        return False
    if name.lower() in ("hash", "md5", "auth_hash", "authhash") or re.fullmatch(r"[A-Za-z ]{1,11}", value):
        return any(_SALT.search(other) for other in beside)
    return True


_SALT = re.compile(r"time|^ts$|nonce|salt|date$|expires", re.I)
