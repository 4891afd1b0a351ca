"""The scalars of a sample, each with its location and its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ringocli.importers.learn.value_shapes import text_of
from ringocli.template.field_vocabulary import LONE_NUMBERS, Role, name_score
from ringocli.template.pattern.pattern import Several
from ringocli.text.name_key import name_key
from ringocli.text.pointer import Pointer


class PackedSpan(NamedTuple):
    """The location of a packed value: the pointer of the field, its text, and the value's start and end in it."""

    pointer: Pointer
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLeaf:
    """One scalar of a sample: its pointer, its names from the innermost outwards, and its value.

    ``inside`` is set for a value of JSON or XML that another field contains as text.
    """

    pointer: Pointer
    names: tuple[str, ...]
    value: Any
    inside: PackedSpan | None = None

    @property
    def text(self) -> str:
        """The value as text."""
        return text_of(self.value)

    @property
    def name(self) -> str:
        """Its own name; an element of a list at the root has none."""
        return self.names[0] if self.names else "a value"

    def is_called(self, name: str) -> bool:
        """Whether a name denotes this leaf: its own name, or with those of the enclosing objects (``to.number``)."""
        return bool(self.names) and (f".{'.'.join(reversed(self.names))}".lower()).endswith(f".{name.lower()}")


def leaves_of(tree: Any, pointer: Pointer = (), names: tuple[str, ...] = ()) -> Iterator[SampleLeaf]:
    """The scalars of a tree in document order; a list of form values counts by its first value."""
    if isinstance(tree, Several):
        yield SampleLeaf(pointer=pointer, names=names, value=tree[0] if tree else "")
    elif isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from leaves_of(value, (*pointer, key), (*_names(key), *names))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from leaves_of(value, (*pointer, index), names)
    else:
        yield SampleLeaf(pointer=pointer, names=names, value=tree)


_NAME_KEYS = {"name", "key", "field", "param", "parameter", "property", "attribute", "k", "n"}
_VALUE_KEYS = {"value", "val", "v"}


def with_given_names(leaves: Iterable[SampleLeaf]) -> Iterator[SampleLeaf]:
    """The leaves; in a list of named values such as ``{"name": "to", "value": "+1555…"}`` the value has that name."""
    listed = list(leaves)
    given: dict[Pointer, str] = {}
    for leaf in listed:
        if leaf.names and name_key(leaf.names[0]) in _NAME_KEYS and _names_role(leaf.text):
            given.setdefault(leaf.pointer[:-1], leaf.text)
    for leaf in listed:
        name = given.get(leaf.pointer[:-1]) if leaf.names and name_key(leaf.names[0]) in _VALUE_KEYS else None
        yield leaf if name is None else replace(leaf, names=(name, *leaf.names))


def _names_role(text: str) -> bool:
    """Whether a text is a name of a message's recipient, sender, text or file."""
    return name_key(text) in LONE_NUMBERS or any(name_score(role, (text,)) > 60 for role in Role)


def _names(key: str) -> tuple[str, ...]:
    """A key's names; ``message[to][0]`` has two."""
    if re.search(r"[\[.]", key) and not key.startswith("["):
        parts = [part for part in re.split(r"[\[\].]+", key) if part and not part.isdigit()]
        if parts:
            return tuple(reversed(parts))
    return (key,)
