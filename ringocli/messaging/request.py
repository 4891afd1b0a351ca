"""Rendering: template and values in, the exact outgoing or incoming request out, with the origin of each byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import quote

from ringocli.errors import LocalError, UsageError
from ringocli.http.addresses import check_http_url
from ringocli.http.bodies import encode, encode_pairs, percent_encoded
from ringocli.http.content_types import FORM_TYPE, JSON_TYPE, Encoding, encoding_of, media_type
from ringocli.http.exchange import Direction, RenderedRequest
from ringocli.template.model import Basic, Bearer, OAuth2, RequestSpec, Template, WebhookEvent
from ringocli.template.pattern.pattern import Items, Json, Leaf, Pattern, VariablePart, split
from ringocli.template.pattern.rendering import filled
from ringocli.template.values import ACCESS_TOKEN, Filled, Missing, Values, fill
from ringocli.template.variables import BY_NAME, KNOWN_AT, Place
from ringocli.text.secret import Secret, Text, basic_credentials, sent
from ringocli.text.traced import Piece, Traced, joined
from ringocli.text.url import split_url

WEBHOOK_URL = "https://webhook-url-from-the-portal.invalid/"
"""The webhook URL if none is given; ``.invalid`` never resolves (RFC 2606)."""

_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._"


def names_of(template: Template, spec: RequestSpec) -> tuple[str, ...]:
    """Every variable and property in a request: URL, auth, parameters."""
    names = [*spec.url_pattern.variables, *_auth_names(template), *spec.body.variables]
    return tuple(dict.fromkeys(names))


def missing_properties(template: Template, values: Values) -> tuple[str, ...]:
    """The properties that requests of the template use and that have no value, in order of use."""
    used = dict.fromkeys(name for spec in template.requests for name in names_of(template, spec))
    return tuple(name for name in used if name in template.properties and not values.properties.get(name))


def auth_texts(template: Template) -> tuple[str, ...]:
    """The texts of a template's credential, with their variables."""
    match template.auth:
        case Bearer(token=token):
            return (token,)
        case Basic(username=username, password=password):
            return (username, password)
        case OAuth2():
            return (f"${ACCESS_TOKEN}$",)
    return ()


def _auth_names(template: Template) -> Iterable[str]:
    for text in auth_texts(template):
        yield from Pattern.parse(text, {*template.properties, ACCESS_TOKEN}).variables


def render_request(
    template: Template,
    spec: RequestSpec,
    values: Values,
    missing: Missing | None = Missing.SAMPLE,
    *,
    complete: Callable[[Json], Json] | None = None,
) -> RenderedRequest:
    """The request that Ringotel would send according to its documentation; ``complete`` may change the rendered tree.

    Raises:
        UsageError: values are missing (see ``fill``), or a property cannot be used in a header or a URL.
        LocalError: the body cannot be encoded as its content type requires.
    """
    given = fill(template, names_of(template, spec), spec.name, values, missing)
    notes = [*_notes_on_values(template, spec.name, given), *_notes_on_variables(spec, given)]
    rows = {7, 8, 16} if spec.url_pattern.variables else {7, 8}
    tree = spec.body.render(given.values, keep_empty=given.keep_empty)
    if complete is not None:
        tree = complete(tree)
    url = _url(spec, given)
    headers: list[tuple[str, Traced]] = []
    body = None
    if spec.sends_body:
        content_type = spec.content_type or JSON_TYPE
        headers.append(("Content-Type", Traced.plain(content_type)))
        body = encode(tree, content_type)
        notes += _notes_on_type(spec)
        rows |= {14}
    else:
        url = with_query(url, encode_pairs(tree, "percent"))
        rows |= {13}
    headers += _authorization(template, given)
    if any(isinstance(node, Items) for node in _nodes(spec.body.root)):
        rows |= {9}
    if isinstance(template.auth, OAuth2):
        rows |= {24}
    _check_url(url)
    return RenderedRequest(
        name=spec.name,
        direction=Direction.OUTGOING,
        method=spec.method,
        url=url,
        headers=tuple(headers),
        body=body,
        variables={name: value for name, value in given.values.items() if name in BY_NAME},
        notes=tuple(notes),
        rows=frozenset(rows),
    )


def _nodes(node: object) -> Iterable[object]:
    yield node
    for child in getattr(node, "nodes", ()):
        yield from _nodes(child)
    for _, child in getattr(node, "members", ()):
        yield from _nodes(child)


def _notes_on_values(template: Template, name: str, given: Filled) -> Iterable[str]:
    if given.invented:
        yield f"{name}: using sample values for {', '.join(given.invented)}"
    if given.left_out:
        yield f"{name}: {', '.join(given.left_out)} not set, so omitted (assumption 7)"


def _notes_on_variables(spec: RequestSpec, given: Filled) -> Iterable[str]:
    for name in dict.fromkeys((*spec.url_pattern.variables, *spec.body.variables)):
        if name not in KNOWN_AT[spec.name] and name not in spec.properties:
            yield f"{spec.name}: unknown variable ${name}$ is treated as unset; run ringocli validate"
    for pattern in (spec.url_pattern, spec.body):
        for _, leaf in pattern.leaves:
            if isinstance(leaf, Leaf) and leaf.alone is None:
                empty = [name for name in leaf.names if not given.values.get(name)]
                if empty and not given.keep_empty:
                    yield f"{spec.name}: {', '.join(empty)} not set, so left empty inside a longer text (assumption 7)"


def _notes_on_type(spec: RequestSpec) -> Iterable[str]:
    if spec.content_type is None:
        yield f"{spec.name}: no request_content_type, so {JSON_TYPE} is used (assumption 14)"
    elif encoding_of(spec.content_type) is Encoding.OTHER:
        yield f"{spec.name}: {media_type(spec.content_type)} is encoded as JSON, since no other encoding is documented"


def _authorization(template: Template, given: Filled) -> list[tuple[str, Traced]]:
    texts = [
        filled(split(text, {*template.properties, ACCESS_TOKEN}), given.values).text for text in auth_texts(template)
    ]
    if not texts:
        return []
    for text in texts:
        if any(ord(char) < 32 or ord(char) == 127 for char in sent(text)):
            raise UsageError(
                "a property used in auth contains line breaks or control characters",
                "Headers cannot contain them: check the value for a stray newline.",
            )
    if isinstance(template.auth, Basic):
        scheme, credentials = "Basic ", basic_credentials(texts[0], texts[1])
    else:
        scheme, credentials = "Bearer ", texts[0]
    if not sent(credentials).isascii():
        raise UsageError(
            "a property used in auth contains non-ASCII characters", "Headers cannot contain them: check the value."
        )
    return [("Authorization", Traced((Piece(scheme), Piece(credentials))))]


def _url(spec: RequestSpec, given: Filled) -> Traced:
    """``request_url`` with its values, each percent-encoded as its position in the URL requires."""
    parts: list[Traced | str] = []
    so_far = ""
    for part in split(spec.url, {*KNOWN_AT[spec.name], *spec.properties}):
        if isinstance(part, VariablePart):
            value = filled((part,), given.values)
            raw = so_far == "" or _in_host(so_far)
            parts.append(value if raw else value.map(percent_encoded))
            so_far += value.reveal() if so_far == "" else "x"
        else:
            parts.append(quote(part, safe=_URL_SAFE))
            so_far += part
    return joined(parts)


def _in_host(so_far: str) -> bool:
    scheme, separator, rest = so_far.partition("://")
    return bool(scheme and separator) and not any(char in rest for char in "/?#")


def with_query(url: Traced, query: Traced) -> Traced:
    """A URL with a longer query; unchanged if ``query`` is empty."""
    if not query.pieces:
        return url
    text = url.reveal()
    glue = "" if text.endswith(("?", "&")) else "&" if "?" in text else "?"
    return joined((url, glue, query))


def _check_url(url: Traced) -> None:
    """Refuse a URL that cannot be requested; the message shows it with its secrets masked."""
    if problem := split_url(url.reveal()).problem:
        raise UsageError(f"{str(url)!r} cannot be requested: {problem}", "Check request_url and the values in it.")


def render_event(
    template: Template,
    event: WebhookEvent,
    values: Values,
    missing: Missing | None = Missing.SAMPLE,
    *,
    url: Text | None = None,
    content_type: str | None = None,
    complete: Callable[[Json], Json] | None = None,
) -> RenderedRequest:
    """The webhook that a provider would send for an event, according to the template.

    ``content_type`` defaults to that of the outgoing requests, since a template does not specify it.
    ``complete`` may add to the rendered tree what the template does not mention and the provider sends.

    Raises:
        UsageError: values are missing.
        LocalError: the pattern cannot be encoded in that content type.
    """
    place = event.place or Place.MESSAGE
    names = [name for name in event.pattern.variables if name != "event_key"]
    given = fill(template, names, place, values, missing)
    notes = list(_notes_on_values(template, event.label, given))
    chosen: dict[str, Text] = {**given.values, "event_key": event.key or ""}
    tree = event.pattern.render(chosen, keep_empty=given.keep_empty)
    if complete is not None:
        tree = complete(tree)
    target = Traced((Piece(url if url is not None else WEBHOOK_URL),))
    headers: list[tuple[str, Traced]] = []
    body = None
    if event.method in (None, "POST", "PUT", "PATCH"):
        kind = content_type or default_content_type(template, event)
        headers.append(("Content-Type", Traced.plain(kind)))
        body = encode(tree, kind)
        if content_type is None and kind != JSON_TYPE:
            notes.append(
                f"{event.label}: sent as a form, like this template's requests; use --content-type to change it"
            )
    else:
        target = with_query(target, encode_pairs(tree, "percent"))
    _check_url(target)
    return RenderedRequest(
        name=event.label,
        direction=Direction.INCOMING,
        method=event.method or "POST",
        url=target,
        headers=tuple(headers),
        body=body,
        variables={name: value for name, value in chosen.items() if name in BY_NAME and name != "event_key" and value},
        notes=tuple(notes),
        rows=frozenset({2, 4, 28}),
    )


def default_content_type(template: Template, event: WebhookEvent) -> str:
    """A form if the provider's API uses forms and the event is flat; else JSON."""
    forms = any(encoding_of(spec.content_type) is Encoding.FORM for spec in template.requests)
    if forms and isinstance(event.parameters, dict):
        if not any(isinstance(value, (dict, list)) for value in event.parameters.values()):
            return FORM_TYPE
    return JSON_TYPE


def at_base(request: RenderedRequest, base: str) -> RenderedRequest:
    """The same request with another scheme, host and port; path and query are kept.

    Raises:
        UsageError: ``base`` is not an http or https URL.
    """
    parts = check_http_url("--url", base, "--url http://127.0.0.1:8080")
    pieces = list(request.url.pieces)
    rest = request.url.reveal()
    path_at = len(rest) - len(_path_and_query(rest))
    kept: list[Piece] = []
    offset = 0
    for piece in pieces:
        length = len(sent(piece.text))
        skip = max(0, path_at - offset)
        if skip < length:
            kept.append(_tail(piece, skip))
        offset += length
    return request._replace(url=joined((f"{parts.scheme}://{parts.netloc}", Traced(tuple(kept)))))


def _path_and_query(url: str) -> str:
    after = url.partition("://")[2]
    starts = [index for index in (after.find(char) for char in "/?#") if index >= 0]
    return after[min(starts) :] if starts else ""


def _tail(piece: Piece, skip: int) -> Piece:
    if not skip:
        return piece
    if isinstance(piece.text, Secret):
        return Piece(piece.text.map(lambda text: text[skip:]), piece.variable)
    return Piece(piece.text[skip:], piece.variable)


__all__ = [
    "WEBHOOK_URL",
    "LocalError",
    "at_base",
    "default_content_type",
    "names_of",
    "render_event",
    "render_request",
]
