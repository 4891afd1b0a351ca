"""The template as a value: properties, auth, the requests Ringotel sends and the webhooks it receives.

``reader.read_template`` builds every part that has the right types and lists the pointers of the others (``misfits``),
so that one wrong part does not hide the rest. ``schema`` describes the same structure as JSON Schema, and a test
compares the two. Unknown keys remain in ``root``.

Facts about the keys: help.ringotel.co/en/articles/11193931 and the wiki pages it grew from, read 2026-11-23.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ringocli.errors import UsageError
from ringocli.template.pattern.pattern import Constant, Json, Leaf, Pattern
from ringocli.template.variables import EVENTS, REQUIRED, Place, event_type_named, known_at
from ringocli.text.pointer import Pointer
from ringocli.text.suggest import did_you_mean

if TYPE_CHECKING:
    from ringocli.template.pattern.fast_path import RequiredValue

EVENT_KEYS = ("event_type", "event_key", "request_parameters")
"""An object in ``Webhook`` with one of these keys is an event, not a container."""


_EVENT_PLACES = {str(place): place for place in EVENTS}


class Bearer(NamedTuple):
    """``Authorization: Bearer <token>``."""

    token: str


class Basic(NamedTuple):
    """``Authorization: Basic base64(username:password)``."""

    username: str
    password: str


class OAuth2(NamedTuple):
    """The OAuth 2.0 web server flow; ``options`` is the section as written."""

    options: Mapping[str, Json]


class OtherAuth(NamedTuple):
    """An ``auth`` whose type is neither Bearer nor Basic, or which is incomplete."""

    type: str


Auth: TypeAlias = Bearer | Basic | OAuth2 | OtherAuth | None


class _RequestSpec(NamedTuple):
    name: Place
    pointer: Pointer
    method: str
    url: str
    content_type: str | None
    parameters: Json
    response_map: Json
    properties: tuple[str, ...]
    has_parameters: bool = True
    written: Mapping[str, Json] = {}


class RequestSpec(_RequestSpec):
    """A request that Ringotel sends: ``API.SendMessage`` or ``API.SendFile``."""

    @cached_property
    def body(self) -> Pattern:
        """``request_parameters`` as a pattern."""
        return Pattern.parse(self.parameters, known_at(self.name, self.properties))

    @cached_property
    def url_pattern(self) -> Pattern:
        """``request_url`` as a pattern of one string."""
        return Pattern.parse(self.url, known_at(self.name, self.properties))

    @cached_property
    def reply(self) -> Pattern:
        """``response_map`` as a pattern."""
        return Pattern.parse(self.response_map, known_at(Place.RESPONSE_MAP, self.properties))

    @cached_property
    def strings(self) -> tuple["Templated", ...]:
        """All strings in which variables are allowed."""
        found = strings_of((*self.pointer, "request_url"), self.url_pattern, self.name)
        found += strings_of((*self.pointer, "request_parameters"), self.body, self.name)
        if self.response_map is not None:
            found += strings_of((*self.pointer, "response_map"), self.reply, Place.RESPONSE_MAP)
        return found

    @cached_property
    def uses(self) -> tuple["Use", ...]:
        """All uses of variables."""
        return uses_in(self.strings)

    @property
    def sends_body(self) -> bool:
        """Whether the request has a body; GET and DELETE use the query string (assumption 13)."""
        return self.has_parameters and self.method not in ("GET", "DELETE", "HEAD")


class _WebhookEvent(NamedTuple):
    pointer: Pointer
    key: str | None
    type: str
    method: str | None
    parameters: Json
    properties: tuple[str, ...]
    written: Mapping[str, Json] = {}


class WebhookEvent(_WebhookEvent):
    """A webhook that Ringotel receives; ``method`` and ``key`` are None if missing."""

    @property
    def place(self) -> Place | None:
        """The event type, if it is a documented one."""
        return _EVENT_PLACES.get(self.type)

    @cached_property
    def pattern(self) -> Pattern:
        """``request_parameters`` as a pattern to match."""
        place = self.place or Place.MESSAGE
        return Pattern.parse(self.parameters, known_at(place, self.properties))

    @cached_property
    def strings(self) -> tuple["Templated", ...]:
        """All strings in which variables are allowed; none for an unknown event type."""
        if self.place is None:
            return ()
        return strings_of((*self.pointer, "request_parameters"), self.pattern, self.place, self)

    @cached_property
    def uses(self) -> tuple["Use", ...]:
        """All uses of variables."""
        return uses_in(self.strings)

    @cached_property
    def paths(self) -> frozenset[Pointer]:
        """The pointers of the pattern's leaves."""
        return frozenset(pointer for pointer, _ in self.pattern.leaves)

    @cached_property
    def required(self) -> frozenset[str]:
        """The variables that a webhook must have to match this event."""
        return frozenset({"event_key"}) | (REQUIRED[self.place] if self.place else frozenset())

    @cached_property
    def requirements(self) -> tuple["RequiredValue", ...]:
        """The values that every matching webhook has, the event_key first."""
        from ringocli.template.pattern.fast_path import requirements  # not needed by the linter

        given = {"event_key": self.key} if self.key is not None else {}
        found = requirements(self.pattern.root, given, self.required)
        return tuple(sorted(found, key=lambda requirement: requirement.text is None or requirement.text != self.key))

    @property
    def label(self) -> str:
        """``type:key``, which is unique unless an event is duplicated."""
        return f"{self.type}:{self.key}" if self.key is not None else self.type


class Use(NamedTuple):
    """A use of a variable: where, in which part of the template, and whether it is the whole string."""

    pointer: Pointer
    place: Place
    name: str
    alone: bool
    event: WebhookEvent | None = None


class Templated(NamedTuple):
    """A string in which variables are allowed: a leaf with variables, or a constant."""

    pointer: Pointer
    place: Place
    leaf: Leaf | Constant
    event: WebhookEvent | None

    @property
    def residue(self) -> str:
        """The literal text of the string, with a NUL for each variable."""
        if isinstance(self.leaf, Constant):
            return str(self.leaf.value)
        return "".join(part if isinstance(part, str) else "\x00" for part in self.leaf.parts)


def strings_of(at: Pointer, pattern: Pattern, place: Place, event: WebhookEvent | None = None) -> tuple[Templated, ...]:
    """The strings of a pattern located at a pointer."""
    return tuple(
        Templated(at + pointer, place, leaf, event)
        for pointer, leaf in pattern.leaves
        if isinstance(leaf, Leaf) or isinstance(leaf.value, str)
    )


def uses_in(strings: Iterable[Templated]) -> tuple[Use, ...]:
    """The variables used in strings, in order."""
    return tuple(
        Use(one.pointer, one.place, name, one.leaf.alone is not None, one.event)
        for one in strings
        if isinstance(one.leaf, Leaf)
        for name in one.leaf.names
    )


class Template(NamedTuple):
    """A template; ``misfits`` points at the parts of the wrong type, which are left out."""

    root: Mapping[str, Json]
    id: str
    name: str
    properties: tuple[str, ...]
    auth: Auth
    requests: tuple[RequestSpec, ...]
    events: tuple[WebhookEvent, ...]
    container: str
    misfits: tuple[Pointer, ...]

    def request(self, name: str) -> RequestSpec:
        """The request with this name.

        Raises:
            UsageError: there is none.
        """
        for spec in self.requests:
            if spec.name == name:
                return spec
        names = [str(spec.name) for spec in self.requests]
        raise UsageError(
            f"the template has no valid request {name!r}{did_you_mean(name, names)}",
            f"Requests: {', '.join(names) or 'none'}.",
        )

    def events_named(self, names: Iterable[str]) -> tuple[WebhookEvent, ...]:
        """The events with these names, in this order; ``all`` is every event, in the order of the template.

        Raises:
            UsageError: no event or several events have one of the names.
        """
        chosen = tuple(names)
        return self.events if "all" in chosen else tuple(map(self.event, chosen))

    def name_of(self, event: WebhookEvent) -> str:
        """A name by which ``event`` finds this event: its label, or its pointer if other events have the same label."""
        from ringocli.text.pointer import as_text

        is_unique = sum(one.label == event.label for one in self.events) == 1
        return event.label if is_unique else as_text(event.pointer)

    def event(self, name: str) -> WebhookEvent:
        """The event with this event_key, event_type, ``type:key`` or pointer, or else with another name of its type.

        Raises:
            UsageError: no event or several events have that name.
        """
        from ringocli.text.pointer import as_text

        for names_of in (
            lambda event: (as_text(event.pointer), event.label),
            lambda event: (event.key,),
            lambda event: (event.type,),
            lambda event: (name,) if event.type == event_type_named(name) else (),
        ):
            found = [event for event in self.events if name in names_of(event)]
            if len(found) == 1:
                return found[0]
            if found:
                spellings = [event.label for event in found]
                if len(set(spellings)) < len(spellings):
                    spellings = [as_text(event.pointer) for event in found]
                raise UsageError(f"{name!r} matches several events", f"Use one of: {', '.join(spellings)}.")
        known = [one for event in self.events for one in (event.key, event.type, event.label) if one]
        raise UsageError(
            f"the template has no event {name!r}{did_you_mean(name, known)}",
            f"Events: {', '.join(event.label for event in self.events) or 'none'}.",
        )
