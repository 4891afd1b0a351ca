"""Properties of two versions: which are the same, which were renamed, and the values that each version would have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ringocli.template.model import Template
from ringocli.template.pattern.pattern import Json, split
from ringocli.template.values import ACCESS_TOKEN, Missing, Values, fill
from ringocli.text.pointer import Pointer
from ringocli.text.secret import Text
from ringocli.text.suggest import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChanges:
    """Renamed properties as old name → new name; names that only one version declares."""

    renamed: Mapping[str, str]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def property_changes(old: Template, new: Template) -> PropertyChanges:
    """Compare the declared properties; a rename is recognised by use in the same place, else by a similar name."""
    removed = [name for name in old.properties if name not in new.properties]
    added = [name for name in new.properties if name not in old.properties]
    uses_before, uses_after = _uses(old), _uses(new)
    renamed: dict[str, str] = {}
    for name in removed:
        rivals = [other for other in added if other not in renamed.values()]
        shared = {other: len(uses_before.get(name, set()) & uses_after.get(other, set())) for other in rivals}
        best = max(rivals, key=lambda other: shared[other], default=None)
        if best is not None and not shared[best]:
            best = nearest(name, rivals)
        if best is not None:
            renamed[name] = best
    return PropertyChanges(
        renamed=renamed,
        added=tuple(name for name in added if name not in renamed.values()),
        removed=tuple(name for name in removed if name not in renamed),
    )


def used_properties(template: Template) -> frozenset[str]:
    """The declared properties that some string of the template uses."""
    return frozenset(_uses(template))


def _uses(template: Template) -> dict[str, set[Pointer]]:
    found: dict[str, set[Pointer]] = {}
    for pointer, text in _strings({key: value for key, value in template.root.items() if key != "properties"}):
        for part in split(text, template.properties):
            if not isinstance(part, str) and part.name in template.properties:
                found.setdefault(part.name, set()).add(pointer)
    return found


def _strings(tree: Json, at: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    if isinstance(tree, str):
        yield at, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield from _strings(value, (*at, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _strings(value, (*at, index))


def sample_properties(template: Template, names: Iterable[str] | None = None) -> dict[str, Text]:
    """Sample values for properties of a template (default: all), and for the access token of OAuth2."""
    wanted = [
        *(template.properties if names is None else names),
        *([ACCESS_TOKEN] if "OAuth2" in template.root else []),
    ]
    place = template.requests[0].name if template.requests else None
    if place is None:
        return {name: f"sample-{'-'.join(name.lower().split())}" for name in wanted}
    return dict(fill(template, wanted, place, Values(), Missing.SAMPLE).values)


def stored_values(old: Template) -> dict[str, Text]:
    """The values that the portal has stored when the new version goes live: those of the old version's properties."""
    return sample_properties(old)


def carried_values(old: Template, new: Template, changes: PropertyChanges) -> dict[str, Text]:
    """Values for the new version as if every admin had filled in the form again: a rename keeps its value."""
    before = sample_properties(old)
    after = sample_properties(new)
    after.update({name: value for name, value in before.items() if name in after})
    after.update({new_name: before[old_name] for old_name, new_name in changes.renamed.items() if old_name in before})
    return after
