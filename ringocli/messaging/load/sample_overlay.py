"""Puts the values of a template's event into the provider's sample webhook, so that events are realistic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ringocli.messaging.load.provider_data import Base
from ringocli.messaging.trees import laid_over
from ringocli.template.model import WebhookEvent
from ringocli.template.pattern.pattern import Json, Leaf
from ringocli.text.pointer import Pointer, parse_indexed
from ringocli.text.traced import Piece, Traced

ID_MARK = "@"
"""Starts the name of a placeholder for a fresh id; its form follows. No variable starts with it."""


def completer(event: WebhookEvent, base: Base) -> Callable[[Json], Json]:
    """The function that turns an event's rendered tree into the provider's whole webhook.

    The sample keeps what the template does not mention. Copies of a variable's sample value elsewhere in the body get
    the new value too, and each id of the provider becomes a placeholder.
    """

    def complete(tree: Json) -> Json:
        body = _copied(base.sample.body)
        whole = _laid_over(_without_dropped(body, event, tree), tree)
        whole = _replaced(whole, dict(_mirrored(base, tree)))
        return _replaced(whole, _id_marks(base))

    return complete


def without(tree: Json, names: frozenset[str]) -> Json:
    """The tree without the keys and elements that are exactly one of these variables."""
    if not names:
        return tree
    if isinstance(tree, dict):
        return {key: without(value, names) for key, value in tree.items() if not _is_one_of(value, names)}
    if isinstance(tree, list):
        return [without(item, names) for item in tree if not _is_one_of(item, names)]
    return tree


def _is_one_of(tree: Json, names: frozenset[str]) -> bool:
    return isinstance(tree, Traced) and len(tree.pieces) == 1 and tree.pieces[0].variable in names


def _copied(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _copied(value) for key, value in tree.items()}
    return [_copied(item) for item in tree] if isinstance(tree, list) else tree


def _laid_over(base: Json, tree: Json) -> Json:
    if isinstance(base, list) and base and isinstance(tree, dict):  # an array of events, read element by element
        return [laid_over(base[0], tree), *base[1:]]
    return laid_over(base, tree)


def _without_dropped(base: Json, event: WebhookEvent, tree: Json) -> Json:
    """The sample without the keys of variables that have no value, which are not sent (assumption 7)."""
    for pointer, leaf in event.pattern.leaves:
        if isinstance(leaf, Leaf) and leaf.alone is not None and _at(tree, pointer) is None:
            root = base[0] if isinstance(base, list) and base and isinstance(tree, dict) else base
            holder = _at(root, pointer[:-1])
            if isinstance(holder, dict):
                holder.pop(pointer[-1], None)
            elif isinstance(holder, list):
                holder.clear()
    return base


def _at(tree: Json, pointer: Pointer) -> Any:
    for step in pointer:
        if isinstance(tree, dict):
            tree = tree.get(str(step))
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def _mirrored(base: Base, tree: Json) -> Iterator[tuple[str, Traced]]:
    """Each value that the template takes from the sample, with its replacement."""
    for leaf in _leaves(tree):
        variable = leaf.pieces[0].variable if isinstance(leaf, Traced) and len(leaf.pieces) == 1 else None
        if variable is not None and variable in base.variables:
            yield base.variables[variable], leaf


def _id_marks(base: Base) -> dict[str, Traced]:
    marks: dict[str, Traced] = {}
    for pointer, pattern in base.sample.ids.items():
        steps = parse_indexed(pointer)
        value = _at(base.sample.body, steps)
        marks.setdefault(str(value), Traced((Piece("0", f"{ID_MARK}{len(marks)}{pattern}"),)))
    return marks


def _replaced(tree: Json, values: dict[str, Traced]) -> Json:
    if isinstance(tree, dict):
        return {key: _replaced(value, values) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_replaced(item, values) for item in tree]
    return values.get(tree, tree) if isinstance(tree, str) and len(tree) > 1 else tree


def _leaves(tree: Json) -> Iterator[Json]:
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for child in children:
        yield from _leaves(child)
    if not isinstance(tree, (dict, list)):
        yield tree
