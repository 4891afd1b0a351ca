"""Values of variables and properties in layers; the first layer that has a name decides.

A layer is one source (options, environment, a file, a profile). ``number`` and ``contact`` are resolved within their
layer, so that ``--set number=…`` takes precedence over a profile's ``from``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from ringocli.errors import UsageError
from ringocli.template.model import Template
from ringocli.template.variables import ALIASES, BY_NAME, OPTIONAL_OUTGOING, REQUESTS, SETTABLE, Place, sample
from ringocli.text.secret import Secret, Text
from ringocli.text.suggest import did_you_mean
from ringocli.text.url import split_url

ACCESS_TOKEN = "access token"
"""The name under which the token of an OAuth2 template is set; it is not a property of the template."""


class Missing(StrEnum):
    """What to do with a variable without a value."""

    ERROR = "error"
    DROP = "drop"
    EMPTY = "empty"
    SAMPLE = "sample"


class Layer(NamedTuple):
    """The values of one source; ``outgoing`` and ``incoming`` override ``variables`` in their direction."""

    variables: Mapping[str, str] = {}
    outgoing: Mapping[str, str] = {}
    incoming: Mapping[str, str] = {}
    properties: Mapping[str, Text] = {}

    def at(self, place: Place) -> dict[str, str]:
        """The variables of this layer for a request or an event, aliases resolved."""
        outgoing = place in REQUESTS
        resolved: dict[str, str] = {}
        for table in (self.variables, self.outgoing if outgoing else self.incoming):
            for alias, names in ALIASES.items():
                if alias in table:
                    resolved[names[0 if outgoing else 1]] = table[alias]
            resolved.update({name: value for name, value in table.items() if name not in ALIASES})
        if place is Place.SEND_FILE and "url" in resolved:
            resolved["content"] = resolved["url"]
        return resolved


class Values(NamedTuple):
    """All layers, the one with the highest precedence first."""

    layers: tuple[Layer, ...] = ()

    def at(self, place: Place) -> dict[str, str]:
        """Every variable that is set for a request or an event."""
        merged: dict[str, str] = {}
        for layer in reversed(self.layers):
            merged.update(layer.at(place))
        return merged

    @property
    def properties(self) -> dict[str, Text]:
        """Every property that is set."""
        merged: dict[str, Text] = {}
        for layer in reversed(self.layers):
            merged.update(layer.properties)
        return merged


def check_variable(name: str) -> None:
    """Reject an unknown variable.

    Raises:
        UsageError: with a suggestion.
    """
    legal = (*SETTABLE, *ALIASES)
    if name not in legal:
        raise UsageError(f"unknown variable {name!r}{did_you_mean(name, legal)}", f"Variables: {', '.join(legal)}.")


def check_property(template: Template, name: str) -> None:
    """Reject a property that the template does not declare.

    Raises:
        UsageError: with a suggestion.
    """
    legal = (*template.properties, *((ACCESS_TOKEN,) if template.root.get("OAuth2") else ()))
    if name not in legal:
        raise UsageError(
            f"the template has no property {name!r}{did_you_mean(name, legal)}",
            f"Properties: {', '.join(legal) or 'none'}.",
        )


class Filled(NamedTuple):
    """The values for one rendering; the names in ``invented`` have sample values, those in ``left_out`` none."""

    values: Mapping[str, Text]
    invented: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    keep_empty: bool = False


def fill(template: Template, names: Iterable[str], place: Place, values: Values, missing: Missing | None) -> Filled:
    """The values for a rendering; ``missing`` decides about names without a value.

    With ``missing=None``, as for real sends, only ``extension`` and ``domain`` may be unset.

    Raises:
        UsageError: required names are unset; all of them are listed.
    """
    known: dict[str, Text] = {**values.at(place), **values.properties}
    chosen: dict[str, Text] = {}
    unset = []
    for name in dict.fromkeys(names):
        if known.get(name):
            chosen[name] = known[name]
        elif name in BY_NAME or name in template.properties or name == ACCESS_TOKEN:
            unset.append(name)
    if missing is Missing.SAMPLE:
        samples = {name: _sample(template, name, place) for name in unset}
        return Filled(values={**chosen, **samples}, invented=tuple(unset))
    if missing is Missing.EMPTY:
        return Filled(values={**chosen, **dict.fromkeys(unset, "")}, left_out=tuple(unset), keep_empty=True)
    needed = [name for name in unset if missing is Missing.ERROR or name not in OPTIONAL_OUTGOING]
    if needed and missing is not Missing.DROP:
        raise UsageError(f"no value for {', '.join(needed)}", _how_to_set(template, needed, place))
    return Filled(values=chosen, left_out=tuple(unset))


def _how_to_set(template: Template, names: list[str], place: Place) -> str:
    ways = []
    for name in names:
        if name in BY_NAME:
            spelling = "url" if name == "content" and place is Place.SEND_FILE else name
            ways.append(f"--set {spelling}=...")
        else:
            ways.append(f'--property-env "{name}=VARIABLE"')
    return f"Use {' '.join(ways)}, --values or --profile."


def _sample(template: Template, name: str, place: Place) -> str:
    """A sample value; for a property at the start of a URL, a URL."""
    if name in BY_NAME:
        return sample(name, place)
    slug = "-".join(name.lower().split())
    for spec in template.requests:
        if spec.url.startswith(f"${name}$"):
            return "https://sample.example"
        if f"${name}$" in split_url(spec.url).netloc:
            return "sample"
    return f"sample-{slug}"


def secret_properties(properties: Mapping[str, str], public: Iterable[str] = ()) -> dict[str, Text]:
    """Properties as secrets, except public ones."""
    shown = set(public)
    return {name: value if name in shown else Secret(value) for name, value in properties.items()}
