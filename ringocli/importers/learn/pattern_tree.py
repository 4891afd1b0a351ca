"""Builds a JSON tree from {pointer: value}.

A list with one element means each element in a pattern; one with several means these positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringocli.text.pointer import Pointer

_MOST_ELEMENTS = 50


def general(pointer: Pointer) -> Pointer:
    """The pointer as a pattern has it: every position in a list is the first."""
    return tuple(0 if isinstance(step, int) else step for step in pointer)


def tree_of(places: Mapping[Pointer, Any]) -> Any:
    """The smallest tree that has these values at these places."""
    if () in places:
        return places[()]
    first = next(iter(places))[0]
    if isinstance(first, int):
        positions = sorted({pointer[0] for pointer in places}, key=str)
        return [tree_of({at[1:]: value for at, value in places.items() if at[0] == index}) for index in positions]
    keys = dict.fromkeys(pointer[0] for pointer in places)
    return {
        key: tree_of({pointer[1:]: value for pointer, value in places.items() if pointer[0] == key}) for key in keys
    }


def shortened(tree: Any) -> Any:
    """A sample without all but the first elements of its lists: they are alike, and may be many."""
    if isinstance(tree, Mapping):
        return {key: shortened(value) for key, value in tree.items()}
    if type(tree) is list:
        return [shortened(item) for item in tree[:_MOST_ELEMENTS]]
    return tree
