"""Builds a template from a JSON document; parts of the wrong type are listed instead of raising an error."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ringocli.template.model import (
    EVENT_KEYS,
    Auth,
    Basic,
    Bearer,
    OAuth2,
    OtherAuth,
    RequestSpec,
    Template,
    WebhookEvent,
)
from ringocli.template.pattern.pattern import Json
from ringocli.template.variables import REQUESTS, Place
from ringocli.text.pointer import Pointer

MAX_SHARED = 2_000
"""The cache of shared parts is cleared when it has this size."""

_SHARED: dict[tuple[bytes, object, tuple[str, ...]], Any] = {}
_Where = TypeVar("_Where")
_Part = TypeVar("_Part")


def read_template(document: Json) -> Template:
    """Build a template from any JSON document; ``misfits`` points at what has the wrong type or is missing."""
    return _TemplateReader().template(document)


class _Members:
    """Reads the members of objects by type, and records the pointers of those of the wrong type."""

    def __init__(self) -> None:
        self.misfits: list[Pointer] = []

    def misfit(self, pointer: Pointer) -> None:
        self.misfits.append(pointer)

    def text(self, holder: Mapping[str, Json], key: str, at: Pointer, *, needed: bool = False) -> str | None:
        """A member that must be a string; None if it is missing or is not one."""
        value = holder.get(key)
        if isinstance(value, str):
            return value
        if needed or key in holder:
            self.misfit((*at, key))
        return None

    def section(self, holder: Mapping[str, Json], key: str, at: Pointer) -> dict[str, Json] | None:
        """A member that must be an object; None if it is missing or is not one."""
        value = holder.get(key)
        if isinstance(value, dict):
            return value
        if key in holder:
            self.misfit((*at, key))
        return None

    def tree(self, holder: Mapping[str, Json], key: str, at: Pointer, *, needed: bool = False) -> Json:
        """A member that must be an object or an array."""
        value = holder.get(key)
        if isinstance(value, (dict, list)):
            return value
        if needed or key in holder:
            self.misfit((*at, key))
        return None


class _TemplateReader:
    """Reads a document part by part; equal requests and events are read once."""

    def __init__(self) -> None:
        self.members = _Members()
        self.properties: tuple[str, ...] = ()

    def template(self, document: Json) -> Template:
        if not isinstance(document, dict):
            self.members.misfit(())
            document = {}
            root_is_right = False
        else:
            root_is_right = True
        template_id = self.members.text(document, "id", (), needed=root_is_right)
        name = self.members.text(document, "name", (), needed=root_is_right)
        self.members.text(document, "class", (), needed=root_is_right)
        self.members.text(document, "logo", ())
        self.properties = _read_properties(self.members, document)
        auth = _read_auth(self.members, document)
        requests = self.read_requests(document, needed=root_is_right)
        container, events = self.read_events(document)
        return Template(
            root=document,
            id=template_id or "",
            name=name or "",
            properties=self.properties,
            auth=auth,
            requests=requests,
            events=events,
            container=container,
            misfits=tuple(self.members.misfits),
        )

    def read_requests(self, document: Mapping[str, Json], *, needed: bool) -> tuple[RequestSpec, ...]:
        api = self.members.section(document, "API", ())
        if api is None:
            if needed and "API" not in document:
                self.members.misfit(("API",))
            return ()
        specs = []
        for name in REQUESTS:
            spec = self.members.section(api, name, ("API",))
            if spec is not None:
                specs.append(self.shared(self.read_request, name, spec))
        return tuple(specs)

    def shared(self, read: Callable[[_Where, Mapping[str, Json]], _Part], where: _Where, part: Json) -> _Part:
        """Read a part once for all templates that contain it: large sets of templates repeat most of their parts."""
        try:
            key = (marshal.dumps(part, 2), where, self.properties)
        except ValueError:  # it contains a number that keeps its digits
            return read(where, part)
        if key in _SHARED:
            found: _Part = _SHARED[key]
            return found
        known = len(self.members.misfits)
        found = read(where, part)
        if known == len(self.members.misfits):
            if len(_SHARED) >= MAX_SHARED:
                _SHARED.clear()
            _SHARED[key] = found
        return found

    def read_request(self, name: Place, spec: Mapping[str, Json]) -> RequestSpec:
        """A request; without a method or URL it can be checked but not sent."""
        at: Pointer = ("API", name.value)
        method = self.members.text(spec, "request_method", at, needed=True)
        url = self.members.text(spec, "request_url", at, needed=True)
        content_type = self.members.text(spec, "request_content_type", at)
        parameters = self.members.tree(spec, "request_parameters", at)
        response_map = self.members.tree(spec, "response_map", at)
        return RequestSpec(
            name=name,
            pointer=at,
            method=(method or "POST").upper(),
            url=url or "",
            content_type=content_type,
            parameters={} if parameters is None else parameters,
            response_map=response_map,
            properties=self.properties,
            has_parameters=parameters is not None,
            written=spec,
        )

    def read_events(self, document: Mapping[str, Json]) -> tuple[str, tuple[WebhookEvent, ...]]:
        webhook = document.get("Webhook", [])
        at: Pointer = ("Webhook",)
        if isinstance(webhook, list):
            kind = "array" if "Webhook" in document else "none"
            return kind, self.event_list(webhook, at)
        if not isinstance(webhook, dict):
            self.members.misfit(at)
            return "none", ()
        if any(mark in webhook for mark in EVENT_KEYS):
            event = self.read_event(at, webhook)
            return "single object", (event,) if event else ()
        kind = "named map"
        events: tuple[WebhookEvent, ...] = ()
        for key, value in webhook.items():
            if isinstance(value, list):
                kind = "wrapped array"
                events += self.event_list(value, (*at, key))
            elif isinstance(value, dict):
                events += self.event_list([value], at, key)
        return kind, events

    def event_list(self, entries: list[Json], at: Pointer, key: str | None = None) -> tuple[WebhookEvent, ...]:
        events = []
        for index, entry in enumerate(entries):
            here = (*at, index if key is None else key)
            if isinstance(entry, dict):
                events.append(self.shared(self.read_event, here, entry))
            else:
                self.members.misfit(here)
        return tuple(event for event in events if event is not None)

    def read_event(self, at: Pointer, entry: Mapping[str, Json]) -> WebhookEvent | None:
        kind = self.members.text(entry, "event_type", at, needed=True)
        method = self.members.text(entry, "request_method", at)
        parameters = self.members.tree(entry, "request_parameters", at, needed=True)
        key = entry.get("event_key")
        if isinstance(key, bool):
            key = "true" if key else "false"
        elif isinstance(key, (int, float)):
            key = str(key)
        elif not isinstance(key, str):
            if "event_key" in entry:
                self.members.misfit((*at, "event_key"))
            key = None
        if kind is None or parameters is None:
            return None
        return WebhookEvent(
            pointer=at,
            key=key,
            type=kind,
            method=method.upper() if method is not None else None,
            parameters=parameters,
            properties=self.properties,
            written=entry,
        )


def _read_properties(members: _Members, document: Mapping[str, Json]) -> tuple[str, ...]:
    value = document.get("properties", [])
    if not isinstance(value, list):
        members.misfit(("properties",))
        return ()
    for index, name in enumerate(value):
        if not isinstance(name, str):
            members.misfit(("properties", index))
    return tuple(name for name in value if isinstance(name, str))


def _read_auth(members: _Members, document: Mapping[str, Json]) -> Auth:
    oauth2 = _read_oauth2(members, document)
    auth = members.section(document, "auth", ())
    if auth is None:
        return oauth2
    kind = members.text(auth, "type", ("auth",), needed=True)
    token, username, password = (members.text(auth, key, ("auth",)) for key in ("token", "username", "password"))
    if kind == "Bearer" and token is not None:
        return Bearer(token=token)
    if kind == "Basic" and username is not None and password is not None:
        return Basic(username=username, password=password)
    return OtherAuth(type=kind or "")


def _read_oauth2(members: _Members, document: Mapping[str, Json]) -> OAuth2 | None:
    section = members.section(document, "OAuth2", ())
    if section is None:
        return None
    at: Pointer = ("OAuth2",)
    for key in ("client_id", "client_secret", "authorization_endpoint", "token_endpoint", "request_auth"):
        members.text(section, key, at)
    for key in ("flow_type", "authorization_parameters", "token_parameters"):
        members.section(section, key, at)
    return OAuth2(options=section)
