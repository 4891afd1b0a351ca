"""A template as a value: header, properties, auth, the requests Ringotel makes and the webhooks it takes.

``reader.read_template`` builds whatever has the right shape and lists the pointers of what has not (``misfits``), so that
one wrong part does not hide the others and no rule needs to ask for types. ``schema`` says the same shape as JSON
Schema, and a test holds the two together. Unknown keys stay in ``root`` untouched.
Facts about the keys: help.ringotel.co/en/articles/11193931 and the wiki pages it grew from, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ringocli.errors import UsageError
from ringocli.template.pattern.pattern import Constant, Json, Leaf, Pattern
from ringocli.template.variables import EVENTS, REQUIRED, Place, known_at
from ringocli.text.pointer import Pointer
from ringocli.text.suggest import did_you_mean

if TYPE_CHECKING:
    from ringocli.template.pattern.shortcuts import Mark

EVENT_MARKS = ("event_type", "event_key", "request_parameters")
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
    """The OAuth 2.0 web server flow; ``options`` holds the section as written."""

    options: Mapping[str, Json]


class OtherAuth(NamedTuple):
    """An ``auth`` whose type is neither Bearer nor Basic, or which is incomplete."""

    type: str


Auth: TypeAlias = Bearer | Basic | OAuth2 | OtherAuth | None


class Use(NamedTuple):
    """A variable in a string: where, at which place of the template, and whether it is the whole string."""

    pointer: Pointer
    place: Place
    name: str
    alone: bool
    event: WebhookEvent | None = None


class Templated(NamedTuple):
    """A string of a place that may have variables: a leaf with some, or a constant."""

    pointer: Pointer
    place: Place
    leaf: Leaf | Constant
    event: WebhookEvent | None

    @property
    def residue(self) -> str:
        """What of the string is no variable; holes leave a NUL."""
        if isinstance(self.leaf, Constant):
            return str(self.leaf.value)
        return "".join(part if isinstance(part, str) else "\x00" for part in self.leaf.parts)


def strings_of(at: Pointer, pattern: Pattern, place: Place, event: WebhookEvent | None = None) -> tuple[Templated, ...]:
    """The strings of a pattern that stands at a pointer."""
    return tuple(
        Templated(at + pointer, place, leaf, event)
        for pointer, leaf in pattern.leaves
        if isinstance(leaf, Leaf) or isinstance(leaf.value, str)
    )


def uses_in(strings: Iterable[Templated]) -> tuple[Use, ...]:
    """The variables in some strings, in their order."""
    return tuple(
        Use(one.pointer, one.place, name, one.leaf.alone is not None, one.event)
        for one in strings
        if isinstance(one.leaf, Leaf)
        for name in one.leaf.names
    )


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
    """One call that Ringotel makes: ``API.SendMessage`` or ``API.SendFile``."""

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

    @cached_property
    def strings(self) -> tuple[Templated, ...]:
        """Every string that may have variables."""
        found = strings_of((*self.pointer, "request_url"), self.address, self.name)
        found += strings_of((*self.pointer, "request_parameters"), self.body, self.name)
        if self.response_map is not None:
            found += strings_of((*self.pointer, "response_map"), self.reply, Place.RESPONSE_MAP)
        return found

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every variable in them."""
        return uses_in(self.strings)

    @property
    def sends_body(self) -> bool:
        """Whether parameters go into a body; with GET and DELETE they go into the query (a reading, row 13).

        A request without ``request_parameters`` has no body, and so no content type.
        """
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
    """One webhook that Ringotel takes. ``method`` is None where nothing is said; ``key`` likewise."""

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
    def strings(self) -> tuple[Templated, ...]:
        """Every string that may have variables; none if nobody knows what it is an event of."""
        if self.place is None:
            return ()
        return strings_of((*self.pointer, "request_parameters"), self.pattern, self.place, self)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every variable in them."""
        return uses_in(self.strings)

    @cached_property
    def paths(self) -> frozenset[Pointer]:
        """Where the pattern has a leaf."""
        return frozenset(pointer for pointer, _ in self.pattern.leaves)

    @cached_property
    def required(self) -> frozenset[str]:
        """The variables that a webhook has to have to be this event."""
        return frozenset({"event_key"}) | (REQUIRED[self.place] if self.place else frozenset())

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """What a webhook that is an object has to have at the least, its event_key first."""
        from ringocli.template.pattern.shortcuts import marks  # the linter reads templates and no webhooks

        given = {"event_key": self.key} if self.key is not None else {}
        found = marks(self.pattern.root, given, self.required)
        return tuple(sorted(found, key=lambda mark: mark.text is None or mark.text != self.key))

    @property
    def label(self) -> str:
        """``type:key``, the spelling that is never ambiguous but for doubled events."""
        return f"{self.type}:{self.key}" if self.key is not None else self.type


class Template(NamedTuple):
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

    def request(self, name: str) -> RequestSpec:
        """The request of that name.

        Raises:
            UsageError: there is none.
        """
        for spec in self.requests:
            if spec.name == name:
                return spec
        names = [str(spec.name) for spec in self.requests]
        raise UsageError(
            f"the template has no usable request {name!r}{did_you_mean(name, names)}",
            f"It has: {', '.join(names) or 'none'}.",
        )

    def event(self, wanted: str) -> WebhookEvent:
        """The event named by its event_key, its event_type, ``type:key`` or a pointer.

        Raises:
            UsageError: no event is called that, or several are.
        """
        from ringocli.text.pointer import as_text

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
                raise UsageError(f"{wanted!r} names several events", f"Say one of: {', '.join(spellings)}.")
        names_of = [name for event in self.events for name in (event.key, event.type, event.label) if name]
        raise UsageError(
            f"the template has no event {wanted!r}{did_you_mean(wanted, names_of)}",
            f"It has: {', '.join(event.label for event in self.events) or 'none'}.",
        )
