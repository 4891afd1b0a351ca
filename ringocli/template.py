"""A template as a value: header, properties, auth, the requests Ringotel makes and the webhooks it takes.

``Template.read`` builds whatever has the right shape and lists the pointers of what has not (``misfits``), so that
one wrong part does not hide the others and no rule needs to ask for types. ``schema`` says the same shape as JSON
Schema, and a test holds the two together. Unknown keys stay in ``root`` untouched.
Facts about the keys: help.ringotel.co/en/articles/11193931 and the wiki pages it grew from, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from ringocli.errors import AskedWrongly
from ringocli.glance import Mark, marks
from ringocli.pattern import Json, Pattern
from ringocli.pointer import Pointer
from ringocli.suggest import did_you_mean
from ringocli.variables import EVENTS, REQUESTS, REQUIRED, Place, known_at

EVENT_MARKS = ("event_type", "event_key", "request_parameters")
"""An object in ``Webhook`` with one of these keys is an event, not a container."""


_EVENT_PLACES = {str(place): place for place in EVENTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """``Authorization: Bearer <token>``."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """``Authorization: Basic base64(username:password)``."""

    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """The OAuth 2.0 web server flow; ``options`` holds the section as written."""

    options: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAuth:
    """An ``auth`` whose type is neither Bearer nor Basic, or which is incomplete."""

    type: str


Auth: TypeAlias = Bearer | Basic | OAuth2 | OtherAuth | None


@dataclass(frozen=True, kw_only=True)
class RequestSpec:
    """One call that Ringotel makes: ``API.SendMessage`` or ``API.SendFile``."""

    name: Place
    pointer: Pointer
    method: str
    url: str
    content_type: str | None
    parameters: Json
    response_map: Json
    properties: tuple[str, ...]
    has_parameters: bool = True

    @cached_property
    def body(self) -> Pattern:
        """``request_parameters`` as a pattern."""
        return Pattern.parse(self.parameters, known_at(self.name, self.properties))

    @cached_property
    def address(self) -> Pattern:
        """``request_url`` as a pattern of one string."""
        return Pattern.parse(self.url, known_at(self.name, self.properties))

    @cached_property
    def reply(self) -> Pattern:
        """``response_map`` as a pattern."""
        return Pattern.parse(self.response_map, known_at(Place.RESPONSE_MAP, self.properties))

    @property
    def sends_body(self) -> bool:
        """Whether parameters go into a body; with GET and DELETE they go into the query (a reading, row 13).

        A request without ``request_parameters`` has no body, and so no content type.
        """
        return self.has_parameters and self.method not in ("GET", "DELETE", "HEAD")


@dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """One webhook that Ringotel takes. ``method`` is None where nothing is said; ``key`` likewise."""

    pointer: Pointer
    key: str | None
    type: str
    method: str | None
    parameters: Json
    properties: tuple[str, ...]

    @property
    def place(self) -> Place | None:
        """The event type as a place, if it is one that Ringotel documents."""
        return _EVENT_PLACES.get(self.type)

    @cached_property
    def pattern(self) -> Pattern:
        """``request_parameters`` as a pattern to match."""
        place = self.place or Place.MESSAGE
        return Pattern.parse(self.parameters, known_at(place, self.properties))

    @cached_property
    def required(self) -> frozenset[str]:
        """The variables that a webhook has to have to be this event."""
        return frozenset({"event_key"}) | (REQUIRED[self.place] if self.place else frozenset())

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """What a webhook that is an object has to have at the least, its event_key first."""
        given = {"event_key": self.key} if self.key is not None else {}
        found = marks(self.pattern.root, given, self.required)
        return tuple(sorted(found, key=lambda mark: mark.text is None or mark.text != self.key))

    @property
    def label(self) -> str:
        """``type:key``, the spelling that is never ambiguous but for doubled events."""
        return f"{self.type}:{self.key}" if self.key is not None else self.type


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template, as far as it has the right shape; ``misfits`` points at the rest."""

    root: Mapping[str, Json]
    id: str
    name: str
    properties: tuple[str, ...]
    auth: Auth
    requests: tuple[RequestSpec, ...]
    events: tuple[WebhookEvent, ...]
    container: str
    misfits: tuple[Pointer, ...]

    @classmethod
    def read(cls, document: Json) -> Template:
        """Build a template from a JSON document of any kind."""
        return _Reader().template(document)

    def request(self, name: str) -> RequestSpec:
        """The request of that name.

        Raises:
            AskedWrongly: there is none.
        """
        for spec in self.requests:
            if spec.name == name:
                return spec
        names = [str(spec.name) for spec in self.requests]
        raise AskedWrongly(
            f"the template has no usable request {name!r}{did_you_mean(name, names)}",
            f"It has: {', '.join(names) or 'none'}.",
        )

    def event(self, wanted: str) -> WebhookEvent:
        """The event named by its event_key, its event_type, ``type:key`` or a pointer.

        Raises:
            AskedWrongly: no event is called that, or several are.
        """
        from ringocli.pointer import as_text

        for names in (
            lambda event: (as_text(event.pointer), event.label),
            lambda event: (event.key,),
            lambda event: (event.type,),
        ):
            found = [event for event in self.events if wanted in names(event)]
            if len(found) == 1:
                return found[0]
            if found:
                spellings = [event.label for event in found]
                if len(set(spellings)) < len(spellings):
                    spellings = [as_text(event.pointer) for event in found]
                raise AskedWrongly(f"{wanted!r} names several events", f"Say one of: {', '.join(spellings)}.")
        names_of = [name for event in self.events for name in (event.key, event.type, event.label) if name]
        raise AskedWrongly(
            f"the template has no event {wanted!r}{did_you_mean(wanted, names_of)}",
            f"It has: {', '.join(event.label for event in self.events) or 'none'}.",
        )


class _Reader:
    """Reads a document part by part and keeps the pointers of what has the wrong shape."""

    def __init__(self) -> None:
        self.misfits: list[Pointer] = []
        self.properties: tuple[str, ...] = ()

    def misfit(self, pointer: Pointer) -> None:
        self.misfits.append(pointer)

    def text(self, holder: Mapping[str, Json], key: str, at: Pointer, *, needed: bool = False) -> str | None:
        """A member that has to be a string; None where it is absent or is none."""
        value = holder.get(key)
        if isinstance(value, str):
            return value
        if needed or key in holder:
            self.misfit((*at, key))
        return None

    def section(self, holder: Mapping[str, Json], key: str, at: Pointer) -> dict[str, Json] | None:
        """A member that has to be an object; None where it is absent or is none."""
        value = holder.get(key)
        if isinstance(value, dict):
            return value
        if key in holder:
            self.misfit((*at, key))
        return None

    def tree(self, holder: Mapping[str, Json], key: str, at: Pointer, *, needed: bool = False) -> Json:
        """A member that has to be an object or an array."""
        value = holder.get(key)
        if isinstance(value, (dict, list)):
            return value
        if needed or key in holder:
            self.misfit((*at, key))
        return None

    def template(self, document: Json) -> Template:
        if not isinstance(document, dict):
            self.misfit(())
            document = {}
            root_is_right = False
        else:
            root_is_right = True
        template_id = self.text(document, "id", (), needed=root_is_right)
        name = self.text(document, "name", (), needed=root_is_right)
        self.text(document, "class", (), needed=root_is_right)
        self.text(document, "logo", ())
        self.properties = self.read_properties(document)
        auth = self.read_auth(document)
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
            misfits=tuple(self.misfits),
        )

    def read_properties(self, document: Mapping[str, Json]) -> tuple[str, ...]:
        value = document.get("properties", [])
        if not isinstance(value, list):
            self.misfit(("properties",))
            return ()
        for index, name in enumerate(value):
            if not isinstance(name, str):
                self.misfit(("properties", index))
        return tuple(name for name in value if isinstance(name, str))

    def read_auth(self, document: Mapping[str, Json]) -> Auth:
        oauth2 = self.read_oauth2(document)
        auth = self.section(document, "auth", ())
        if auth is None:
            return oauth2
        kind = self.text(auth, "type", ("auth",), needed=True)
        token, username, password = (self.text(auth, key, ("auth",)) for key in ("token", "username", "password"))
        if kind == "Bearer" and token is not None:
            return Bearer(token=token)
        if kind == "Basic" and username is not None and password is not None:
            return Basic(username=username, password=password)
        return OtherAuth(type=kind or "")

    def read_oauth2(self, document: Mapping[str, Json]) -> OAuth2 | None:
        section = self.section(document, "OAuth2", ())
        if section is None:
            return None
        at: Pointer = ("OAuth2",)
        for key in ("client_id", "client_secret", "authorization_endpoint", "token_endpoint", "request_auth"):
            self.text(section, key, at)
        for key in ("flow_type", "authorization_parameters", "token_parameters"):
            self.section(section, key, at)
        return OAuth2(options=section)

    def read_requests(self, document: Mapping[str, Json], *, needed: bool) -> tuple[RequestSpec, ...]:
        api = self.section(document, "API", ())
        if api is None:
            if needed and "API" not in document:
                self.misfit(("API",))
            return ()
        specs = []
        for name in REQUESTS:
            spec = self.section(api, name, ("API",))
            if spec is not None:
                specs.append(self.read_request(name, spec))
        return tuple(specs)

    def read_request(self, name: Place, spec: Mapping[str, Json]) -> RequestSpec:
        """A request; without a method or an address it is still one that can be looked at, though not sent."""
        at: Pointer = ("API", name.value)
        method = self.text(spec, "request_method", at, needed=True)
        url = self.text(spec, "request_url", at, needed=True)
        content_type = self.text(spec, "request_content_type", at)
        parameters = self.tree(spec, "request_parameters", at)
        response_map = self.tree(spec, "response_map", at)
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
        )

    def read_events(self, document: Mapping[str, Json]) -> tuple[str, tuple[WebhookEvent, ...]]:
        webhook = document.get("Webhook", [])
        at: Pointer = ("Webhook",)
        if isinstance(webhook, list):
            kind = "array" if "Webhook" in document else "none"
            return kind, self.event_list(webhook, at)
        if not isinstance(webhook, dict):
            self.misfit(at)
            return "none", ()
        if any(mark in webhook for mark in EVENT_MARKS):
            event = self.read_event(webhook, at)
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
                events.append(self.read_event(entry, here))
            else:
                self.misfit(here)
        return tuple(event for event in events if event is not None)

    def read_event(self, entry: Mapping[str, Json], at: Pointer) -> WebhookEvent | None:
        kind = self.text(entry, "event_type", at, needed=True)
        method = self.text(entry, "request_method", at)
        parameters = self.tree(entry, "request_parameters", at, needed=True)
        key = entry.get("event_key")
        if isinstance(key, bool):
            key = "true" if key else "false"
        elif isinstance(key, (int, float)):
            key = str(key)
        elif not isinstance(key, str):
            if "event_key" in entry:
                self.misfit((*at, "event_key"))
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
        )
