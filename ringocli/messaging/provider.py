"""The provider's side of a send, played from the template alone: what was asked for, what is wrong, the reply.

A request that comes in is held against every request of the template; the one that fits best is what it was meant to
be, and whatever keeps it from fitting is a ``Complaint``. The reply is what ``response_map`` reads, laid over the
provider's own reply where a preset knows it.
"""

from __future__ import annotations

import base64
import binascii
import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from ringocli.errors import LocalError
from ringocli.http.bodies import Encoding, decode, decode_pairs, encoding_of, media_type
from ringocli.http.exchange import IncomingRequest, Reply, header, json_reply
from ringocli.template.model import Basic, Bearer, OAuth2, RequestSpec, Template
from ringocli.template.pattern.pattern import Json, Pattern
from ringocli.template.pattern.rendering import plain
from ringocli.template.presets import Preset
from ringocli.template.variables import BY_NAME, known_at
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text

OPTIONAL = frozenset({"extension", "domain"})
"""Ringotel may have no value for these; their keys are left out then (a reading, row 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with a request: a place in it (``method``, ``path``, ``Authorization``, a JSON pointer) and why."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as the provider understands it; ``status`` is 200 where nothing is wrong.

    ``spec`` is the template's request it comes nearest to, ``variables`` are Ringotel's own that it carries, ``sources``
    where in the body or the query they stand, and ``credentials`` are texts in it that stand where a property of the template stands.
    """

    spec: RequestSpec | None
    status: int
    variables: Mapping[str, str]
    sources: Mapping[str, Pointer] = field(default_factory=dict)
    credentials: tuple[str, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it is a request that this template makes."""
        return not self.complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read out of one part of a request; ``score`` counts the parameters that fit."""

    bindings: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Pointer] = field(default_factory=dict)
    score: int = 0
    complaints: tuple[Complaint, ...] = ()

    def with_(self, other: _Read) -> _Read:
        """Both parts as one."""
        return _Read(
            bindings={**self.bindings, **other.bindings},
            sources={**self.sources, **other.sources},
            score=self.score + other.score,
            complaints=(*self.complaints, *other.complaints),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One request of the template held against what came."""

    spec: RequestSpec
    complaints: tuple[Complaint, ...]
    status: int
    read: _Read


def receive(template: Template, incoming: IncomingRequest) -> Received:
    """Understand a request; its path is that of the template's address, whatever stands before it."""
    looks = [_look(template, spec, incoming) for spec in template.requests]
    if not looks:
        complaint = Complaint(where="", message="the template makes no request")
        return Received(spec=None, status=404, variables={}, complaints=(complaint,))
    best = min(looks, key=lambda look: (len(look.complaints), -look.read.score))
    return Received(
        spec=best.spec,
        status=best.status,
        variables={name: value for name, value in best.read.bindings.items() if name in BY_NAME},
        sources=best.read.sources,
        credentials=(
            *(value for name, value in best.read.bindings.items() if name not in BY_NAME),
            *_presented(incoming),
        ),
        complaints=best.complaints,
    )


def _look(template: Template, spec: RequestSpec, incoming: IncomingRequest) -> _Look:
    complaints: list[tuple[int, Complaint]] = []
    path = _path_pattern(spec)
    bound = _path_bindings(path, spec, incoming.path)
    if bound is None:
        shown = path.whole or "/"
        came = Complaint(where="path", message=f"{incoming.path} came, and {spec.name} goes to {shown}")
        complaints.append((404, came))
    if incoming.method != spec.method:
        status = 405 if bound is not None else 404
        complaints.append((status, Complaint(where="method", message=f"{incoming.method} came, not {spec.method}")))
    complaints += [(401, complaint) for complaint in _auth_complaints(template, incoming)]
    read = _Read(bindings=bound or {}).with_(_query(spec, incoming))
    if spec.sends_body:
        read = read.with_(_body(spec, incoming))
    complaints += [(415 if one.where == "Content-Type" else 422, one) for one in read.complaints]
    return _Look(
        spec=spec,
        complaints=tuple(complaint for _, complaint in complaints),
        status=complaints[0][0] if complaints else 200,
        read=read,
    )


# -- address ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Path:
    """The path of ``request_url``, whole and as segments."""

    whole: str
    segments: tuple[str, ...]


def _path_pattern(spec: RequestSpec) -> _Path:
    url = spec.url.partition("#")[0].partition("?")[0]
    _, separator, after = url.partition("://")
    rest = after if separator else url
    path = "/" + rest.partition("/")[2] if "/" in rest else ""
    return _Path(path, tuple(part for part in path.split("/") if part))


def _path_bindings(path: _Path, spec: RequestSpec, came: str) -> dict[str, str] | None:
    """What the path's variables stand for; None where the path is another one.

    Whatever comes first belongs to the base address. No path at all is an address of the caller's choosing.
    """
    segments = [part for part in came.split("/") if part]
    if not segments:
        return {}
    if len(segments) < len(path.segments):
        return None
    bound: dict[str, str] = {}
    for pattern, segment in zip(reversed(path.segments), reversed(segments), strict=False):
        match = Pattern.parse(pattern, known_at(spec.name, spec.properties)).match(unquote(segment))
        if not match.fits:
            return None
        bound |= match.bindings
    return bound


def goes_to(template: Template, method: str, path: str) -> bool:
    """Whether a request of the template has this method and this path, from its first segment to its last."""
    return any(
        spec.method == method
        and (pattern := _path_pattern(spec)).segments
        and len(pattern.segments) == len([part for part in path.split("/") if part])
        and _path_bindings(pattern, spec, path) is not None
        for spec in template.requests
    )


# -- parameters -------------------------------------------------------------------------------------


def _query(spec: RequestSpec, incoming: IncomingRequest) -> _Read:
    """The query that the address has of itself, and with GET the parameters behind it."""
    wanted: dict[str, Json] = {}
    for pair in spec.url.partition("?")[2].partition("#")[0].split("&"):
        key, _, value = pair.partition("=")
        if key:
            wanted[unquote(key)] = unquote(value)
    if spec.has_parameters and not spec.sends_body and isinstance(spec.parameters, dict):
        wanted |= spec.parameters
    return _against(wanted, spec, decode_pairs(incoming.query), "query") if wanted else _Read()


def _body(spec: RequestSpec, incoming: IncomingRequest) -> _Read:
    wanted = spec.content_type or "application/json"
    came = incoming.content_type
    if encoding_of(wanted) is not encoding_of(came or wanted) or (
        encoding_of(wanted) is Encoding.OTHER and media_type(came or "") != media_type(wanted)
    ):
        complaint = Complaint(where="Content-Type", message=f"{media_type(came or '')} came, not {media_type(wanted)}")
        return _Read(complaints=(complaint,))
    try:
        document = decode(incoming.body, came or wanted)
    except LocalError as error:
        return _Read(complaints=(Complaint(where="body", message=error.message),))
    return _against(spec.parameters, spec, document, "")


def _against(parameters: Json, spec: RequestSpec, document: Json, part: str) -> _Read:
    pattern = Pattern.parse(parameters, known_at(spec.name, spec.properties))
    match = pattern.match(document, {}, set(pattern.variables) - OPTIONAL)
    return _Read(
        bindings=match.bindings,
        sources=match.sources,
        score=match.matched,
        complaints=tuple(
            Complaint(
                where=part + pointer_text(miss.pointer), message=f"{miss.found} came, where {miss.expected} belongs"
            )
            for miss in match.mismatches
        ),
    )


# -- credentials ------------------------------------------------------------------------------------


def _presented(incoming: IncomingRequest) -> Iterable[str]:
    """Every credential of the Authorization header, whole and in parts."""
    value = header(incoming.headers, "authorization") or ""
    scheme, _, rest = value.partition(" ")
    yield from (text for text in (value, rest.strip()) if text)
    if scheme.lower() == "basic" and (pair := _basic(rest)) is not None:
        yield from (text for text in (pair, *pair.split(":", 1)) if text)


def _basic(credentials: str) -> str | None:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _auth_complaints(template: Template, incoming: IncomingRequest) -> list[Complaint]:
    """Whether credentials come in the way that the template sends them; what they are is not known here."""
    value = header(incoming.headers, "authorization") or ""
    scheme, _, rest = value.partition(" ")
    match template.auth:
        case Bearer() | OAuth2():
            if scheme.lower() != "bearer" or not rest.strip():
                return [Complaint(where="Authorization", message=_lacks(value, "Bearer <token>"))]
        case Basic():
            pair = _basic(rest) if scheme.lower() == "basic" else None
            if pair is None or ":" not in pair:
                return [Complaint(where="Authorization", message=_lacks(value, "Basic <user:password in base64>"))]
        case _:
            pass
    return []


def _lacks(value: str, wanted: str) -> str:
    came = f"{value.partition(' ')[0][:20]} came" if value else "nothing came"
    return f"{came}, where {wanted} belongs"


# -- replies ----------------------------------------------------------------------------------------


def accepted(spec: RequestSpec, message_id: str, preset: Preset | None) -> Reply:
    """The reply to a message that is taken: what ``response_map`` reads, with this id, in the provider's own words."""
    tree = plain(spec.reply.render({"messageid": message_id})) if spec.response_map is not None else None
    own = preset.replies.get("accepted", {}) if preset is not None else {}
    body = _laid_over(own.get("body"), tree)
    return json_reply(own.get("status", 200), {} if body is None else body)


def _laid_over(below: Json, above: Json) -> Json:
    """A new tree, one over another: members and elements of both stay, scalars of the upper one win."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: _laid_over(below.get(key), value) for key, value in above.items()}}
    if isinstance(below, list) and isinstance(above, list):
        merged = [_laid_over(low, high) for low, high in zip(below, above, strict=False)]
        return merged + (above[len(below) :] or below[len(above) :])
    return below if above is None else above


_WORD_KEYS = frozenset({"message", "detail", "description", "text", "error", "title", "reason", "error_text"})


def refused(
    why: str, preset: Preset | None, *, status: int | None = None, complaints: Iterable[Complaint] = ()
) -> Reply:
    """The reply to what is not taken: the preset's own form of an error, which says why in its own place for words."""
    own = preset.replies.get("refused", {}) if preset is not None else {}
    body = copy.deepcopy(own.get("body"))
    if not isinstance(body, dict) or not _say(body, why):
        body = {"error": {"message": why}}
    found = [{"where": one.where, "message": one.message} for one in complaints]
    if found:
        body["ringocli"] = found
    usual = own.get("status", 422)
    return json_reply(status or (usual if usual >= 400 and usual != 401 else 422), body)


def _say(tree: Json, why: str) -> bool:
    """Put the reason where the first words of an error stand; False if there is no such place."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if isinstance(value, str) and key.lower() in _WORD_KEYS:
                tree[key] = why
                return True
        return any(_say(value, why) for value in tree.values())
    return isinstance(tree, list) and any(_say(item, why) for item in tree)
