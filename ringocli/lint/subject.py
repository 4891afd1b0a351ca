"""What rules examine: a document, its template, and values that several rules need, computed once.

All pointers are those of the document, so that a rule only has to yield them.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from ringocli.template.model import Template, Templated, Use, strings_of, uses_in
from ringocli.template.pattern.notation import VARIABLE_NAME
from ringocli.template.pattern.pattern import Json, Pattern
from ringocli.template.variables import BY_NAME, Place, known_at
from ringocli.text.document import Document
from ringocli.text.pointer import Pointer, lookup

MAX_EXAMINED = 20_000
"""Characters of one string that rules with regular expressions examine; real templates have far shorter strings."""


class Literal(NamedTuple):
    """A string of the document with its pointer."""

    pointer: Pointer
    text: str


class EarlierChange(NamedTuple):
    """A change since the earlier version that breaks something: where, what, and the order in which to deploy it."""

    pointer: Pointer
    what: str
    order: tuple[str, ...]


class Earlier(NamedTuple):
    """What is known of the earlier version: its id, and the other changes since then that break something.

    A baseline contains only the id. The comparison itself belongs to ``messaging``, so its result is passed in.
    """

    id: str | None = None
    breaking: tuple[EarlierChange, ...] = ()


UNKNOWN = Earlier()


class Subject:
    """What rules examine; values that several of them need are computed once.

    ``same_id`` names the other files of the run that have the same id.
    """

    def __init__(
        self,
        *,
        document: Document,
        template: Template,
        earlier: Earlier = UNKNOWN,
        same_id: tuple[str, ...] = (),
    ) -> None:
        self.document = document
        self.template = template
        self.earlier = earlier
        self.same_id = same_id

    @property
    def root(self) -> Any:
        """The JSON of the template; an empty object if the document is not an object."""
        return self.template.root

    def at(self, pointer: Pointer) -> Any:
        """The value at a pointer of a request or an event."""
        return lookup(self.root, pointer)

    @cached_property
    def truncated(self) -> bool:
        """Whether a bracket is missing, so that keys may only seem to be missing."""
        return any(problem.kind in ("unclosed-bracket", "too-deep") for problem in self.document.problems)

    @cached_property
    def shape_errors(self) -> tuple[tuple[Pointer, str, str], ...]:
        """Wrong types and missing keys, as ``schema.shape_errors`` finds them."""
        from ringocli.template.schema import shape_errors

        return tuple(shape_errors(self.document.value))

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """Every string of the document, in order."""
        found: list[Literal] = []
        _collect(self.root, (), found)
        return tuple(found)

    @cached_property
    def templated(self) -> tuple[Templated, ...]:
        """Every string that may contain variables, parsed."""
        found = [*self._credentials]
        for spec in self.template.requests:
            found += spec.strings
        for event in self.template.events:
            found += event.strings
        return tuple(found)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every variable in a string that may contain variables."""
        found = [*uses_in(self._credentials)]
        for spec in self.template.requests:
            found += spec.uses
        for event in self.template.events:
            found += event.uses
        return tuple(found)

    @cached_property
    def _credentials(self) -> tuple[Templated, ...]:
        """The strings of ``auth`` and ``OAuth2``."""
        found: list[Templated] = []
        for name in ("auth", "OAuth2"):
            section = self.root.get(name)
            if isinstance(section, dict):
                pattern = Pattern.parse(section, known_at(Place.AUTH, self.template.properties))
                found += strings_of((name,), pattern, Place.AUTH)
        return tuple(found)

    def names_at(self, place: Place) -> frozenset[str]:
        """The variables and properties that can be used at a place; a name that no variable can have is left out."""
        return frozenset(name for name in known_at(place, self.template.properties) if VARIABLE_NAME.fullmatch(name))

    def names_beside(self, one: Use | Templated) -> frozenset[str]:
        """Every variable in the same request, response_map or event."""
        return self._names_by_section.get(_section(one), frozenset())

    @cached_property
    def _names_by_section(self) -> dict[object, frozenset[str]]:
        found: dict[object, set[str]] = {}
        for use in self.uses:
            found.setdefault(_section(use), set()).add(use.name)
        return {section: frozenset(names) for section, names in found.items()}

    @cached_property
    def undefined(self) -> tuple[Use, ...]:
        """The variables that are neither built in nor a property."""
        known = {*BY_NAME, *self.template.properties}
        return () if self.used <= known else tuple(use for use in self.uses if use.name not in known)

    @property
    def stray_dollars(self) -> bool:
        """Whether the file contains a dollar sign that is not part of a variable."""
        return self.document.text.count("$") != 2 * len(self.uses)

    @cached_property
    def used(self) -> frozenset[str]:
        """The names of all variables in use."""
        return frozenset(use.name for use in self.uses)

    def string_at(self, pointer: Pointer) -> Templated:
        """The string that may contain variables at the pointer of a use."""
        return self._strings[pointer]

    def place_of(self, pointer: Pointer) -> Place | None:
        """The place of the template that a string belongs to; None where variables are not allowed."""
        found = self._strings.get(pointer)
        return found.place if found is not None else None

    @cached_property
    def _strings(self) -> dict[Pointer, Templated]:
        return {one.pointer: one for one in self.templated}


def _section(one: Use | Templated) -> object:
    """Identifies the request, response_map or event that a string belongs to."""
    return one.place, one.pointer[:2] if one.event is None else one.event.pointer


def _collect(value: Json, at: Pointer, found: list[Literal]) -> None:
    items: Iterable[tuple[Any, Json]] = value.items() if isinstance(value, dict) else enumerate(value)
    for key, member in items:
        if isinstance(member, str):
            found.append(Literal((*at, key), member))
        elif isinstance(member, (dict, list)):
            _collect(member, (*at, key), found)
