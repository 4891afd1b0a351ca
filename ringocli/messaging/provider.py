"""The provider's side of a send, simulated from the template alone: which request was meant, its mistakes, and the reply.

An incoming request is compared with every request of the template. The one that fits best is taken to be the intended
one, and whatever prevents a complete fit is a ``RequestProblem``. The reply is what ``response_map`` reads, merged into
the provider's own reply if a preset knows it.
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
from ringocli.http.content_types import JSON_TYPE
from ringocli.http.exchange import IncomingRequest, Reply, header, json_reply
from ringocli.messaging.trees import laid_over
from ringocli.template.field_vocabulary import Role, name_score
from ringocli.template.model import Basic, Bearer, OAuth2, RequestSpec, Template
from ringocli.template.pattern.pattern import Json, Pattern
from ringocli.template.pattern.rendering import plain
from ringocli.template.preset import Preset
from ringocli.template.variables import BY_NAME, OPTIONAL_OUTGOING, known_at
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text

_MIN_ECHO_SCORE = 85
"""The certainty (0 to 100) with which a field of a sample reply must be named after a value of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestProblem:
    """What is wrong with a request, and where: ``method``, ``path``, ``Authorization``, or a JSON pointer."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """A request as the provider reads it; ``status`` is 200 if nothing is wrong.

    ``spec`` is the template's request that fits best. ``variables`` are Ringotel's own variables in it, ``sources``
    where in the body or the query they were found. ``credentials`` are the values found in place of properties.
    """

    spec: RequestSpec | None
    status: int
    variables: Mapping[str, str]
    sources: Mapping[str, Pointer] = field(default_factory=dict)
    credentials: tuple[str, ...] = ()
    problems: tuple[RequestProblem, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether this is a request that the template makes."""
        return not self.problems


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartResult:
    """The result of matching one part of a request; ``score`` counts the parameters that fit."""

    bindings: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Pointer] = field(default_factory=dict)
    score: int = 0
    problems: tuple[RequestProblem, ...] = ()

    def merged(self, other: _PartResult) -> _PartResult:
        """The results of both parts together."""
        return _PartResult(
            bindings={**self.bindings, **other.bindings},
            sources={**self.sources, **other.sources},
            score=self.score + other.score,
            problems=(*self.problems, *other.problems),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """One request of the template compared with the request that was received."""

    spec: RequestSpec
    problems: tuple[RequestProblem, ...]
    status: int
    result: _PartResult


def receive(template: Template, incoming: IncomingRequest) -> ReceivedMessage:
    """Match a request against the template's requests. The path may have any prefix."""
    comparisons = [_compare(template, spec, incoming) for spec in template.requests]
    if not comparisons:
        problem = RequestProblem(where="", message="the template has no requests")
        return ReceivedMessage(spec=None, status=404, variables={}, problems=(problem,))
    best = min(comparisons, key=lambda one: (len(one.problems), -one.result.score))
    bindings = best.result.bindings
    return ReceivedMessage(
        spec=best.spec,
        status=best.status,
        variables={name: value for name, value in bindings.items() if name in BY_NAME},
        sources=best.result.sources,
        credentials=(
            *(value for name, value in bindings.items() if name not in BY_NAME),
            *_credentials_in_header(incoming),
        ),
        problems=best.problems,
    )


def _compare(template: Template, spec: RequestSpec, incoming: IncomingRequest) -> _Comparison:
    problems: list[tuple[int, RequestProblem]] = []
    path = _path_pattern(spec)
    bindings = _path_bindings(path, spec, incoming.path)
    if bindings is None:
        message = f"received {incoming.path}, but {spec.name} uses {path.whole or '/'}"
        problems.append((404, RequestProblem(where="path", message=message)))
    if incoming.method != spec.method:
        status = 405 if bindings is not None else 404
        message = f"received {incoming.method}, expected {spec.method}"
        problems.append((status, RequestProblem(where="method", message=message)))
    problems += [(401, problem) for problem in _auth_problems(template, incoming)]
    result = _PartResult(bindings=bindings or {}).merged(_query(spec, incoming))
    if spec.sends_body:
        result = result.merged(_body(spec, incoming))
    problems += [(415 if one.where == "Content-Type" else 422, one) for one in result.problems]
    return _Comparison(
        spec=spec,
        problems=tuple(problem for _, problem in problems),
        status=problems[0][0] if problems else 200,
        result=result,
    )


@dataclass(frozen=True, slots=True)
class _PathPattern:
    """The path of ``request_url``, whole and as segments."""

    whole: str
    segments: tuple[str, ...]


def _path_pattern(spec: RequestSpec) -> _PathPattern:
    url = spec.url.partition("#")[0].partition("?")[0]
    _, separator, after = url.partition("://")
    rest = after if separator else url
    path = "/" + rest.partition("/")[2] if "/" in rest else ""
    return _PathPattern(path, tuple(part for part in path.split("/") if part))


def _path_bindings(path: _PathPattern, spec: RequestSpec, received: str) -> dict[str, str] | None:
    """The values of the path's variables; None if it is another path.

    Leading segments that the template does not have belong to the base URL. An empty path always fits: the caller
    replaced the whole URL.
    """
    segments = [part for part in received.split("/") if part]
    if not segments:
        return {}
    if len(segments) < len(path.segments):
        return None
    bindings: dict[str, str] = {}
    for pattern, segment in zip(reversed(path.segments), reversed(segments), strict=False):
        match = Pattern.parse(pattern, known_at(spec.name, spec.properties)).match(unquote(segment))
        if not match.fits:
            return None
        bindings |= match.bindings
    return bindings


def goes_to(template: Template, method: str, path: str) -> bool:
    """Whether a request of the template has this method and exactly this path, without any prefix."""
    return any(
        spec.method == method
        and (pattern := _path_pattern(spec)).segments
        and len(pattern.segments) == len([part for part in path.split("/") if part])
        and _path_bindings(pattern, spec, path) is not None
        for spec in template.requests
    )


def _query(spec: RequestSpec, incoming: IncomingRequest) -> _PartResult:
    """The query of ``request_url`` itself and, for a request without a body, the parameters after it."""
    expected: dict[str, Json] = {}
    for pair in spec.url.partition("?")[2].partition("#")[0].split("&"):
        key, _, value = pair.partition("=")
        if key:
            expected[unquote(key)] = unquote(value)
    if spec.has_parameters and not spec.sends_body and isinstance(spec.parameters, dict):
        expected |= spec.parameters
    return _matched(expected, spec, decode_pairs(incoming.query), "query") if expected else _PartResult()


def _body(spec: RequestSpec, incoming: IncomingRequest) -> _PartResult:
    expected = spec.content_type or JSON_TYPE
    received = incoming.content_type
    if encoding_of(expected) is not encoding_of(received or expected) or (
        encoding_of(expected) is Encoding.OTHER and media_type(received or "") != media_type(expected)
    ):
        message = f"received {media_type(received or '')}, expected {media_type(expected)}"
        return _PartResult(problems=(RequestProblem(where="Content-Type", message=message),))
    try:
        document = decode(incoming.body, received or expected)
    except LocalError as error:
        return _PartResult(problems=(RequestProblem(where="body", message=error.message),))
    return _matched(spec.parameters, spec, document, "")


def _matched(parameters: Json, spec: RequestSpec, document: Json, part: str) -> _PartResult:
    pattern = Pattern.parse(parameters, known_at(spec.name, spec.properties))
    match = pattern.match(document, {}, set(pattern.variables) - OPTIONAL_OUTGOING)
    return _PartResult(
        bindings=match.bindings,
        sources=match.sources,
        score=match.matched,
        problems=tuple(
            RequestProblem(
                where=part + pointer_text(miss.pointer), message=f"expected {miss.expected}, found {miss.found}"
            )
            for miss in match.mismatches
        ),
    )


def _credentials_in_header(incoming: IncomingRequest) -> Iterable[str]:
    """Every credential in the Authorization header, whole and in parts."""
    value = header(incoming.headers, "authorization") or ""
    scheme, _, rest = value.partition(" ")
    yield from (text for text in (value, rest.strip()) if text)
    if scheme.lower() == "basic" and (pair := _decoded_basic(rest)) is not None:
        yield from (text for text in (pair, *pair.split(":", 1)) if text)


def _decoded_basic(credentials: str) -> str | None:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _auth_problems(template: Template, incoming: IncomingRequest) -> list[RequestProblem]:
    """Credentials that are not sent in the way in which the template sends them; their values are not known here."""
    value = header(incoming.headers, "authorization") or ""
    scheme, _, rest = value.partition(" ")
    match template.auth:
        case Bearer() | OAuth2():
            if scheme.lower() != "bearer" or not rest.strip():
                return [RequestProblem(where="Authorization", message=_auth_mismatch(value, "Bearer <token>"))]
        case Basic():
            pair = _decoded_basic(rest) if scheme.lower() == "basic" else None
            if pair is None or ":" not in pair:
                expected = "Basic <user:password in base64>"
                return [RequestProblem(where="Authorization", message=_auth_mismatch(value, expected))]
        case _:
            pass
    return []


def _auth_mismatch(value: str, expected: str) -> str:
    found = value.partition(" ")[0][:20] or "an empty header" if value else "no header"
    return f"expected {expected}, found {found}"


def accepted_reply(
    spec: RequestSpec, message_id: str, preset: Preset | None, variables: Mapping[str, str] | None = None
) -> Reply:
    """The reply to an accepted message: what ``response_map`` reads, with this id, in the provider's own format.

    The numbers and the text of the request (``variables``) replace those in the provider's sample reply.
    """
    tree = plain(spec.reply.render({"messageid": message_id})) if spec.response_map is not None else None
    own = preset.replies.get("accepted", {}) if preset is not None else {}
    body = _echoed(own.get("body"), variables or {})
    if tree is not None:
        body = laid_over(body, tree)
    return json_reply(own.get("status", 200), {} if body is None else body)


def _echoed(tree: Json, variables: Mapping[str, str], names: tuple[str, ...] = ()) -> Json:
    """A sample reply with the request's numbers and text at the fields that are named after them."""
    if isinstance(tree, dict):
        return {key: _echoed(value, variables, (key, *names)) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_echoed(item, variables, names) for item in tree]
    if not isinstance(tree, str):
        return tree
    if names[:1] in (("text",), ("body",)):  # "message" is as often a status: "message(s) queued"
        return variables.get("content", tree)
    for role, variable in ((Role.FROM, "from"), (Role.TO, "to")):
        is_number = sum(char.isdigit() for char in tree) >= 7
        if variables.get(variable) and is_number and name_score(role, names) >= _MIN_ECHO_SCORE:
            return variables[variable]
    return tree


_MESSAGE_KEYS = frozenset({"message", "detail", "description", "text", "error", "title", "reason", "error_text"})


def refused_reply(
    why: str, preset: Preset | None, *, status: int | None = None, problems: Iterable[RequestProblem] = ()
) -> Reply:
    """The reply to a rejected message: the preset's own error format with the reason in its message field."""
    own = preset.replies.get("refused", {}) if preset is not None else {}
    body = copy.deepcopy(own.get("body"))
    if not isinstance(body, dict) or not _set_message(body, why):
        body = {"error": {"message": why}}
    found = [{"where": one.where, "message": one.message} for one in problems]
    if found:
        body["ringocli"] = found
    usual = own.get("status", 422)
    return json_reply(status or (usual if usual >= 400 and usual != 401 else 422), body)


def _set_message(tree: Json, why: str) -> bool:
    """Replace the first text under a key for error messages by the reason; False if there is none."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if isinstance(value, str) and key.lower() in _MESSAGE_KEYS:
                tree[key] = why
                return True
        return any(_set_message(value, why) for value in tree.values())
    return isinstance(tree, list) and any(_set_message(item, why) for item in tree)
