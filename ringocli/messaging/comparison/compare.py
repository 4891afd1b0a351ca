"""Compares two versions of a template: its header and properties here, requests, replies and events by their modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ringocli.messaging.comparison.change import TemplateChange, TemplateComparison, Witness, change_of
from ringocli.messaging.comparison.events import compare_events
from ringocli.messaging.comparison.properties import (
    PropertyChanges,
    property_changes,
    stored_values,
    used_properties,
)
from ringocli.messaging.comparison.replies import compare_replies
from ringocli.messaging.comparison.requests import compare_requests, decoded_request, is_same_json, sample_values
from ringocli.template.model import OAuth2, Template
from ringocli.template.pattern.pattern import Json
from ringocli.template.schema import KEYS
from ringocli.text.pointer import Pointer
from ringocli.text.pointer import as_text as pointer_text


def compare(old: Template, new: Template) -> TemplateComparison:
    """What the new version does differently from the old one, with a witness for each change."""
    properties = property_changes(old, new)
    event_changes, warnings = compare_events(old, new)
    changes = [
        *_compare_header(old, new),
        *_compare_properties(old, new, properties),
        *_compare_oauth2(old, new),
        *compare_requests(old, new, properties),
        *compare_replies(old, new),
        *event_changes,
        *_compare_undocumented(old, new),
    ]
    for label, template in (("old", old), ("new", new)):
        if template.misfits:
            places = ", ".join(pointer_text(pointer) or "the document" for pointer in template.misfits[:3])
            warnings.append(f"the {label} version is incomplete or has parts of the wrong type: {places}")
    return TemplateComparison(changes=tuple(changes), warnings=tuple(warnings))


def _compare_header(old: Template, new: Template) -> Iterator[TemplateChange]:
    for key in ("id", "class", "name", "logo"):
        one, two = old.root.get(key), new.root.get(key)
        if one != two:
            what = f"{key} {_quoted(one)} becomes {_quoted(two)}"
            if key == "id":
                what += ": the webhook URL changes"
            yield change_of(key, (key,), what, Witness(before=one, after=two))


def _quoted(value: Json) -> str:
    return "(none)" if value is None else repr(value)


def _compare_properties(old: Template, new: Template, changes: PropertyChanges) -> Iterator[TemplateChange]:
    for one, two in changes.renamed.items():
        what = f"property {one!r} becomes {two!r}: the value must be entered again before it is used"
        yield _property_change(old, new, "property-renamed", two, what, {one}, {two})
    for name in changes.added:
        used = name in used_properties(new)
        what = f"property {name!r} is added" + ("" if used else ", and nothing uses it")
        kind = "property-added" if used else "unused-property"
        yield _property_change(old, new, kind, name, what, set(), {name})
    for name in changes.removed:
        used = name in used_properties(old)
        what = f"property {name!r} is removed" + ("" if used else ", and nothing used it")
        kind = "property-removed" if used else "unused-property"
        yield _property_change(old, new, kind, name, what, {name}, set())
    common = [name for name in old.properties if name in new.properties]
    if common != [name for name in new.properties if name in old.properties]:
        witness = Witness(before=list(old.properties), after=list(new.properties))
        yield change_of("properties-reordered", ("properties",), "the order of the properties changes", witness)


def _property_change(
    old: Template, new: Template, kind: str, name: str, what: str, before: set[str], after: set[str]
) -> TemplateChange:
    """The witness is the request that each version sends with the values that the portal has stored for the old one."""
    pointer: Pointer = ("properties",)
    names = list(new.properties)
    if name in names:
        pointer = ("properties", names.index(name))
    stored = stored_values(old)
    specs = {spec.name: spec for spec in new.requests}
    for spec in old.requests:
        if spec.name in specs:
            values = sample_values(spec.name)
            one = decoded_request(old, spec, values, stored)
            two = decoded_request(new, specs[spec.name], values, stored)
            if one.shown != two.shown:
                return change_of(kind, pointer, what, Witness(before=one.shown, after=two.shown, input=values))
    return change_of(kind, pointer, what, Witness(before=list(old.properties), after=list(new.properties)))


def _compare_oauth2(old: Template, new: Template) -> Iterator[TemplateChange]:
    if isinstance(old.auth, OAuth2) and isinstance(new.auth, OAuth2):
        for key in sorted({*old.auth.options, *new.auth.options} & {*KEYS["OAuth2"]}):
            one, two = old.auth.options.get(key), new.auth.options.get(key)
            if one != two:
                what = f"OAuth2 {key} changes: every organisation has to authorise again"
                yield change_of("oauth2", ("OAuth2", key), what, Witness(before=one, after=two))


def _compare_undocumented(old: Template, new: Template) -> Iterator[TemplateChange]:
    before, after = dict(_undocumented(old)), dict(_undocumented(new))
    for pointer in dict.fromkeys((*before, *after)):
        one, two = before.get(pointer), after.get(pointer)
        if not is_same_json(one, two):
            done = "is added" if pointer not in before else "is removed" if pointer not in after else "changes"
            what = f"undocumented key {pointer[-1]!r} {done}"
            yield change_of("undocumented-key", pointer, what, Witness(before=one, after=two))


def _undocumented(template: Template) -> Iterator[tuple[Pointer, Json]]:
    """Keys that Ringotel's pages do not mention, with their values; events are named by their labels."""
    root = template.root
    yield from _unknown("template", root, ())
    for section in ("auth", "OAuth2", "API"):
        yield from _unknown(section, root.get(section), (section,))
    for spec in template.requests:
        yield from _unknown("request", spec.written, spec.pointer)
    for event in template.events:
        yield from _unknown("event", event.written, ("Webhook", event.label))


def _unknown(kind: str, holder: Any, at: Pointer) -> Iterator[tuple[Pointer, Json]]:
    if isinstance(holder, Mapping):
        for key, value in holder.items():
            if key not in KEYS[kind]:
                yield (*at, key), value
