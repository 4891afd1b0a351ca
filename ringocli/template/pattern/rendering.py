"""Renders patterns: replaces variables by values and records where each value is."""

from __future__ import annotations

from collections.abc import Mapping

from ringocli.template.pattern.notation import Constant, Fields, Json, Leaf, Node, Part
from ringocli.text.secret import Text
from ringocli.text.traced import Piece, Traced

_DROPPED = object()


def _rendered(node: Node, values: Mapping[str, Text], keep_empty: bool) -> Json:
    """The tree with ``Traced`` strings; ``_DROPPED`` for a leaf that is exactly one unset variable."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Leaf):
        if node.alone is not None and not values.get(node.alone):
            if not keep_empty or node.alone not in values:
                return _DROPPED
            return Traced()
        return filled(node.parts, values)
    if isinstance(node, Fields):
        members = ((key, _rendered(member, values, keep_empty)) for key, member in node.members)
        return {key: value for key, value in members if value is not _DROPPED}
    items = (_rendered(item, values, keep_empty) for item in node.nodes)
    return [item for item in items if item is not _DROPPED]


def rendered(node: Node, values: Mapping[str, Text], keep_empty: bool) -> Json:
    """The tree with ``Traced`` strings, without leaves that are one unset variable; None if nothing is left."""
    found = _rendered(node, values, keep_empty)
    return None if found is _DROPPED else found


def filled(parts: tuple[Part, ...], values: Mapping[str, Text]) -> Traced:
    """A split string with its variables replaced; unset ones become empty."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(Piece(part))
        elif values.get(part.name):
            pieces.append(Piece(values[part.name], part.name))
    return Traced(tuple(pieces))


def plain(tree: Json) -> Json:
    """A rendered tree with strings as they are sent, secrets included; never to be printed."""
    if isinstance(tree, Traced):
        return tree.reveal()
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [plain(item) for item in tree]
    return tree
