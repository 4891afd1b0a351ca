"""Functions on JSON trees that leave the given tree unchanged: values at pointers, copies with changes, merging."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

from ringocli.template.pattern.pattern import Json
from ringocli.text.pointer import Pointer


def value_at(tree: Json, pointer: Pointer) -> Json:
    """The value at a pointer.

    Raises:
        LookupError, TypeError: there is none.
    """
    for step in pointer:
        tree = tree[step]
    return tree


def lists_in(tree: Json, at: Pointer = ()) -> Iterator[Pointer]:
    """The pointers of all lists, outer lists first."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from lists_in(value, (*at, key))
    elif isinstance(tree, list):
        yield at
        for index, value in enumerate(tree):
            yield from lists_in(value, (*at, index))


def replaced(tree: Json, pointer: Pointer, value: Json) -> Json:
    """A copy with another value at a pointer; objects on the way are created.

    Raises:
        LookupError, TypeError: there is no object or list to put it into.
    """
    if not pointer:
        return value
    copy = json.loads(json.dumps(tree))
    target = copy
    for step, following in pairwise(pointer):
        if isinstance(target, dict) and step not in target:
            target[step] = [] if isinstance(following, int) else {}
        elif isinstance(target, list) and step == len(target):
            target.append([] if isinstance(following, int) else {})
        target = target[step]
    last = pointer[-1]
    if isinstance(target, list) and last == len(target):
        target.append(value)
    else:
        target[last] = value
    return copy


def removed(tree: Json, pointer: Pointer) -> Json:
    """A copy without the value at a pointer, and without containers that are empty then."""
    if not pointer:
        return {}
    copy = json.loads(json.dumps(tree))
    parents = [copy]
    for step in pointer[:-1]:
        parents.append(parents[-1][step])
    for step, parent in zip(reversed(pointer), reversed(parents), strict=True):
        del parent[step]
        if parent:
            break
    return copy


def laid_over(lower: Json, upper: Json) -> Json:
    """Merge two trees: members of both are kept, and where both have a scalar the upper one wins.

    The keys are in the order of the lower tree; those that only the upper one has come last.
    """
    if isinstance(lower, dict) and isinstance(upper, dict):
        merged = {key: laid_over(lower[key], value) if key in lower else value for key, value in upper.items()}
        return {**lower, **merged}
    if isinstance(lower, list) and isinstance(upper, list):
        merged_items = [laid_over(low, high) for low, high in zip(lower, upper, strict=False)]
        return merged_items + upper[len(lower) :] + lower[len(upper) :]
    return upper
