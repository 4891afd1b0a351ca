"""Splits a pasted URL into host, path segments and query pairs, each of which may become a variable."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from ringocli.importers.learn.placeholders import placeholders
from ringocli.importers.learn.property_labels import is_stand_in
from ringocli.importers.learn.sample_leaves import SampleLeaf
from ringocli.importers.learn.url_credentials import name_by_pair, segment_name, segment_parts
from ringocli.importers.learn.value_shapes import is_fill_in, is_id, is_phone, is_prose, is_version, phone_scheme
from ringocli.template.field_vocabulary import Role, name_score


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The parts of a URL as written; query pairs keep their order, with None as the value if there is no ``=``."""

    scheme: str
    host: str
    segments: tuple[str, ...]
    query: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, url: str) -> Target:
        """Split a URL that may contain placeholders, which the standard library's splitter rejects."""
        scheme, _, rest = url.partition("://")
        path, question, query = rest.partition("?")
        host, *segments = path.split("/")
        pairs = []
        for pair in query.split("&") if question else []:
            key, equals, value = pair.partition("=")
            if pair:
                pairs.append((key, value if equals else None))
        return cls(scheme=scheme, host=host, segments=tuple(segments), query=tuple(pairs))

    def path_leaves(self, own: Collection[str] = ()) -> list[SampleLeaf]:
        """The path segments that are not fixed parts of the API: placeholders, numbers, ids, and the texts in ``own``."""
        found: list[SampleLeaf] = []
        before: tuple[str, ...] = ()
        decoded = [unquote(segment) for segment in self.segments]
        for index, (segment, text) in enumerate(zip(self.segments, decoded, strict=True)):
            if name := name_by_pair(text, decoded[max(0, index - 3) : index], decoded[index + 1 : index + 2]):
                found.append(SampleLeaf(pointer=("path", index), names=(name, *before), value=text))
            elif text in own or _varies(text) or _is_text(text, before) or _names_what(text, before):
                found.append(SampleLeaf(pointer=("path", index), names=_segment_names(text, before), value=text))
            elif name := segment_name(decoded, index):
                found.append(SampleLeaf(pointer=("path", index), names=(name, *before), value=text))
            elif segment_parts(text):
                found.append(SampleLeaf(pointer=("path", index), names=before, value=text))
            if not is_fill_in(segment):
                before = (text,)
        return found

    @property
    def query_leaves(self) -> list[SampleLeaf]:
        """The query pairs, decoded as a form."""
        return [
            SampleLeaf(pointer=("query", index), names=(unquote_plus(key),), value=unquote_plus(value or ""))
            for index, (key, value) in enumerate(self.query)
        ]

    def rebuilt(self, put: Callable[[tuple[str | int, ...], str], str], *, with_query: bool) -> str:
        """The URL with parts replaced; ``put`` receives a part's pointer and its text as written."""
        host = put(("host",), self.host)
        segments = [put(("path", index), segment) for index, segment in enumerate(self.segments)]
        url = f"{self.scheme}://" + "/".join([host, *segments])
        pairs = []
        for index, (key, value) in enumerate(self.query if with_query else ()):
            key = put(("key", index), key)
            pairs.append(key if value is None else f"{key}={put(('query', index), value)}")
        return url + ("?" + "&".join(pairs) if pairs else "")


_OWNERS = (
    r"account|user|plan|project|customer|client|org|profile|app|service|workspace|tenant|channel|campaign|subaccount"
)
"""Segments after which a run of digits is an id, not a phone number."""


def _segment_names(text: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a segment: from its placeholder, else from the segment before it (``users`` → ``user id``)."""
    if before and _is_text(text, before):
        return before
    first = next(iter(placeholders(text)), None)
    if first is not None and first.name:
        return (_of_owner(first.name, before), *before)
    if text.startswith(":") or _names_what(text, before) or is_stand_in(text):
        return (_of_owner(text.lstrip(":"), before), *before)
    long_number = bool(re.fullmatch(r"[1-9]\d{9,14}", text)) and not re.search(_OWNERS, " ".join(before), re.I)
    if phone_scheme(text) or (is_phone(text) and text.startswith("+")) or long_number:
        return before
    if re.fullmatch(r"AC[0-9a-fA-F]{32}", text):
        return ("Account SID",)
    owners = [name for name in before if not is_version(name)]
    return tuple(f"{_singular(name)} id" for name in owners) or ("account id" if before else "id",)


def _of_owner(name: str, before: tuple[str, ...]) -> str:
    """The name with the preceding segment if it is a bare id: ``numbers/{id}`` → ``number id``."""
    is_bare = name.lower() in ("id", "sid", "uuid", "name") and before and not re.fullmatch(r"v?\d[\d.]*", before[0])
    return f"{_singular(before[0])} {name}" if is_bare else name


def _singular(name: str) -> str:
    return name if name.lower() in ("sms", "mms") else re.sub(r"(?<=[^su])s$", "", name)


def _names_what(text: str, before: tuple[str, ...]) -> bool:
    """Whether a segment only describes the value that belongs there, such as ``accounts/AccountSid``."""
    owner = _singular(before[0]).lower() if before else ""
    found = re.fullmatch(r"(?:your|my)?[_-]?([a-z_-]+?)[_-]?(?:id|sid|name|key|token|uuid)", text, re.I)
    return found is not None and (
        (len(owner) > 2 and owner in found.group(1).lower()) or bool(_OWNER_ID.fullmatch(text))
    )


_OWNER_ID = re.compile(r"(?:account|auth|app|client|customer|project|service|space|user|workspace)[_-]?s?id", re.I)
"""A segment whose name alone says that it is a value of the account."""


def _is_text(text: str, before: tuple[str, ...]) -> bool:
    """Whether a segment is a text for people; after a segment such as ``text``, a plus may replace each space."""
    return is_prose(text) or ("+" in text.strip("+") and name_score(Role.CONTENT, before[:1]) >= 90)


def _varies(text: str) -> bool:
    if is_version(text):
        return False
    if next(iter(placeholders(text)), None) is not None or re.fullmatch(r":[A-Za-z_]\w*", text):
        return True
    if is_phone(text) or re.fullmatch(r"\d{4,}", text):
        return True
    return is_id(text) and not re.search(
        r"\.(?:json|php|xml|aspx?|do|cgi|jsp|html?)$|^[a-z]+(?:[-_.][a-z0-9]{1,4})+$", text
    )
