"""Finds account values and credentials in the parts of a URL: subdomains, path segments, and keys of the query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import unquote, unquote_plus

from ringocli.importers.learn.credential_places import (
    EmbeddedValue,
    belongs_by_name,
    embedded_values,
    is_mixed,
    resembles_key,
)
from ringocli.importers.learn.placeholders import has_placeholder, placeholders, whole_placeholder
from ringocli.importers.learn.value_shapes import is_phone, is_url, is_version
from ringocli.template.credential_names import is_account_name, is_secret_name, meaning, secret_of_pair
from ringocli.text.mask import MASK
from ringocli.text.words import word_set

_API_WORDS = word_set(
    "send sms smses mms message messages text texts json xml api apis rest http https submit push create new refresh verify "
    "generate login logout me self balance outbound inbound bulk single batch batches campaign campaigns messaging "
    "oauth oauth2 auth token tokens list get post put mt mo gateway index php asp aspx do cgi cgi-bin service "
    "services out in to from body content number phone recipient sender simple advanced public private internal "
    "external test sandbox prod production live url status check query reset change update delete validate keys users "
    "accounts to_number sendsms sendmessage send-sms send_sms sendmms sendfile rotate conversation conversations "
    "channel channels media recipients gw sendtext sendmsg msg msgs sendmessages text2 httpapi smsapi web app apps "
    "action method command whatsapp rcs viber dispatcher xms mail email phones phone-numbers numbers resource "
    "resources 2010-04-01 e164 submissions submission dlr report reports portal panel secure bin dispatch outgoing "
    "incoming outboundmessages outbox smsmessaging outgoingsms requests request deliveries delivery notify "
    "notifications notification sendsinglesms sendbulk bulksms sendbatch multi one many transactional promotional "
    "international quick fast smpp enqueue queue"
)
"""Segments that are fixed words of an API, even after a word such as ``key`` or ``user``."""
_WORDS_IN_A_ROW = re.compile(
    "(?:"
    + "|".join(sorted((re.escape(word) for word in _API_WORDS if word.isalpha() and len(word) > 2), reverse=True))
    + ")+"
)
_HOOKS = frozenset(
    ["hook", "hooks", "webhook", "webhooks", "catch", "incoming-webhook", "incoming_webhook", "callbacks", "inbox"]
)
_ACCOUNT_BEFORE = re.compile(r"(?:user|login)[_-]?(?:name|id)?|(?:client|account|app|customer)[_-]?s?id", re.I)
"""Segments after which anything but a word of the API is a value of the account."""
_MATRIX = re.compile(r"(?:^|;)(?P<name>[^\W\d][^\s=:;/]{0,40})(?P<sign>[=:])(?P<value>[^;]+)")
_FILE = re.compile(r"(?P<stem>.+)\.(?:json|xml|php|txt|csv|html?|aspx?|do|jsp)", re.I)
_BOT = re.compile(r"(?P<head>bot)(?P<token>\d{5,}:[\w-]{8,})")
_KEY_LABEL = re.compile(r"(?:key|secret)[-_]\w{4,}", re.I)
_SECOND_LEVEL = frozenset(["co", "com", "net", "org", "gov", "ac", "edu", "ne", "or", "go", "gob"])


MAX_NEIGHBOURS = 20
"""How many neighbours on either side are used to classify a segment."""


def segment_name(segments: Sequence[str], index: int) -> str:
    """The name of a path segment that belongs to an account, by its neighbours or its form; "" for a fixed one."""
    text = segments[index]
    before, after = segments[max(0, index - MAX_NEIGHBOURS) : index], segments[index + 1 : index + 1 + MAX_NEIGHBOURS]
    if name := name_by_pair(text, before, after):
        return name
    if not text or text.lower() in _API_WORDS or segment_parts(text) or (is_secret_name(text) and after):
        return ""
    last = before[-1] if before and whole_placeholder(before[-1]) is None else ""  # a value does not name the next one
    names_value = meaning(last) in ("password", "secret", "token", "key", "pin") or last.lower() not in _API_WORDS
    if names_value and is_secret_name(last) and not (is_phone(text) and len(text) > 9):
        return "API key" if last.lower() in ("key", "keys", "k") else last
    if is_secret_name(last) and any(is_account_name(word) for word in before[:-1]):
        return last
    later = [word for word in after if is_secret_name(word)]
    if (
        last
        and is_account_name(last.rstrip("s"))
        and not is_phone(text)
        and (later or is_mixed(text) or _has_number(text))
    ):
        return last.rstrip("s")
    if _ACCOUNT_BEFORE.fullmatch(last) and not is_phone(text) and not is_word_of_api(text):
        return last
    if any(word.lower() in _HOOKS for word in before) and (re.search(r"\d", text) or len(text) > 15):
        return "webhook key"
    if resembles_key(text) or is_mixed(text):
        prefix = re.match(r"(?i)(key|token|secret|account|user|api)", text)
        return f"{prefix.group()} id" if prefix and prefix.group().lower() in ("account", "user") else "API key"
    return ""


def is_word_of_api(text: str) -> bool:
    """Whether a path segment is a version or made of the usual words of an API: ``v2``, ``sendSMS``, ``send-sms.php``."""
    bare = _FILE.sub(r"\g<stem>", text).lower()
    if is_version(bare):
        return True
    rest = re.sub(r"[^a-z]|v\d+", "", bare)
    return bare in _API_WORDS or bool(rest and _WORDS_IN_A_ROW.fullmatch(rest))


def name_by_pair(text: str, before: Sequence[str], after: Sequence[str]) -> str:
    """The name of a segment that is half of a login such as ``/u/joe/p/secret``; "" if it is not."""
    last = before[-1] if before else ""
    pair = secret_of_pair(last, [last, *before[-3:-2], *after[:1]]) if text and last else None
    return "" if pair is None else "password" if pair else "username"


def _has_number(text: str) -> bool:
    """Whether a word has a digit and is not a version, like an account's id after ``accounts``."""
    return bool(re.search(r"\d", text)) and not is_version(text)


def segment_parts(text: str) -> list[EmbeddedValue]:
    """The credentials inside a path segment: ``send;apikey=…``, ``token=…``, ``KEY.json``, ``bot123:…``."""
    if (bot := _BOT.fullmatch(text)) is not None:
        return [EmbeddedValue(start=bot.start("token"), end=bot.end("token"), name="bot token")]
    found = [
        EmbeddedValue(start=pair.start("value"), end=pair.end("value"), name=pair.group("name"))
        for pair in _MATRIX.finditer(text)
        if belongs_by_name(pair.group("name"), pair.group("value"))
    ]
    if not found and (file := _FILE.fullmatch(text)) is not None:
        stem = file.group("stem")
        if resembles_key(stem) or is_mixed(stem):
            found.append(EmbeddedValue(start=0, end=len(stem), name="API key"))
    return found


def host_parts(host: str, own: Sequence[str] = ()) -> list[EmbeddedValue]:
    """The subdomains of a host that belong to an account, such as that of ``k4x9p.api.acme.example``."""
    name = re.sub(r":\d+$", "", host)
    labels = name.split(".")
    known = 3 if len(labels) > 2 and labels[-2].lower() in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    found, at = [], 0
    for label in labels[: max(len(labels) - known, 0)] if not re.fullmatch(r"[\d.]+", name) else []:
        resembles_own = resembles_key(label) or is_mixed(label) or bool(_KEY_LABEL.fullmatch(label))
        is_own = label in own or (resembles_own and not _is_service(label))
        if is_own and not has_placeholder(label):
            found.append(EmbeddedValue(start=at, end=at + len(label), name="subdomain"))
        at += len(label) + 1
    return found


def _is_service(label: str) -> bool:
    """Whether a subdomain names what runs there: ``api-app2``, ``a2p-sms-https``."""
    words = [re.sub(r"(?<=[a-z])\d{1,2}$", "", word) for word in label.lower().split("-")]
    return all(is_word_of_api(word) or word in ("a2p", "p2p", "p2a") for word in words)


def is_key_of_query(key: str, value: str | None) -> bool:
    """Whether the name of a query pair is itself a credential: ``?8f3ab2c1d4``, ``?KEY-abc123=1``."""
    if whole_placeholder(key) is not None:
        return value is None
    return resembles_key(key) or is_mixed(key) or (value is None and bool(re.search(r"\d", key)) and len(key) > 5)


def embedded_in(text: str) -> list[EmbeddedValue]:
    """The credentials inside a longer text, by name or by form; placeholders are found on their own."""
    taken = [(placeholder.start, placeholder.end) for placeholder in placeholders(text)]
    found = list(embedded_values(text))
    if is_url(text):
        parts = [*_in_url(text), *_in_query(text)]
        found += [one for one in parts if not any(one.start < old.end and old.start < one.end for old in found)]
    taken += [(one.start, one.end) for one in found]
    if not is_url(text) and re.search(r"[\s\"'<>(){},;]", text.strip()):
        words = re.finditer(r"[^\s\"'<>(){}\[\],;=&]{6,}", text)
        found += [
            EmbeddedValue(start=word.start(), end=word.end(), name="API key")
            for word in words
            if resembles_key(word.group())
            and not any(word.start() < end and start < word.end() for start, end in taken)
        ]
    marks = [(placeholder.start, placeholder.end) for placeholder in placeholders(text)]
    return sorted(
        (one for one in found if not any(one.start < end and start < one.end for start, end in marks)),
        key=lambda one: one.start,
    )


def _in_url(url: str) -> Iterator[EmbeddedValue]:
    """The credentials in the user info, the host and the path of a URL, which stays otherwise unchanged."""
    base = re.split(r"[?#]", url, maxsplit=1)[0]
    scheme, separator, rest = base.partition("://")
    at = len(scheme) + len(separator)
    authority, *segments = rest.split("/")
    userinfo, sign, host = authority.rpartition("@")
    if userinfo:
        yield EmbeddedValue(start=at, end=at + len(userinfo), name="login")
    start = at + len(userinfo) + len(sign)
    yield from (replace(one, start=one.start + start, end=one.end + start) for one in host_parts(host))
    at += len(authority) + 1
    decoded = [unquote(segment) for segment in segments]
    for index, segment in enumerate(segments):
        if parts := segment_parts(segment):
            yield from (replace(one, start=one.start + at, end=one.end + at) for one in parts)
        elif name := segment_name(decoded, index):
            yield EmbeddedValue(start=at, end=at + len(segment), name=name)
        at += len(segment) + 1


def secret_parts(url: str) -> list[EmbeddedValue]:
    """The credentials in a URL that a message contains, such as that of a file: what only resembles a key may be its id."""
    found = []
    for one in _in_url(url):
        before = unquote(re.split(r"[/;=:]", url[: one.start].rstrip("/=:"))[-1])
        if one.name == "login" or is_secret_name(before) or is_account_name(before):
            found.append(one)
    return [*found, *_in_query(url)]


def _in_query(url: str) -> Iterator[EmbeddedValue]:
    """The credentials in the query and the fragment of a URL."""
    for pair in re.finditer(r"[?#&](?P<name>[^?#&=]+)(?:=(?P<value>[^?#&]*))?", url):
        name, value = unquote_plus(pair["name"]), unquote_plus(pair["value"] or "")
        if belongs_by_name(name, value) if value else resembles_key(name):
            start, end = pair.span("value" if value else "name")
            yield EmbeddedValue(start=start, end=end, name=name)


def without_secrets(text: str) -> str:
    """A text for display; the credentials of a URL, such as the signature of a media URL, are masked."""
    for part in reversed(secret_parts(text)) if is_url(text) else ():
        text = f"{text[: part.start]}{MASK}{text[part.end :]}"
    return text


def without_userinfo(url: str) -> tuple[str, str | None]:
    """A URL without its ``user:password@``, and that part; None if there is none."""
    scheme, separator, rest = url.partition("://")
    authority = re.match(r"[^/?#]*", rest).group()  # type: ignore[union-attr]  # it matches anywhere
    userinfo, at, host = authority.rpartition("@")
    if not separator or not at:
        return url, None
    return f"{scheme}://{host}{rest[len(authority) :]}", unquote(userinfo)
