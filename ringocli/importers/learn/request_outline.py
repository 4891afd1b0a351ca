"""Converts a pasted request, with replacements for some of its values, to a request of a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from ringocli.importers.learn.bodies import NO_BODY
from ringocli.importers.learn.url import Target
from ringocli.template.pattern.pattern import Several
from ringocli.text.pointer import Pointer

LEFT_OUT = object()
"""The replacement of a value that is left out of the template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A request in pieces, and the replacements of some: pointers start with body, query, path or host."""

    method: str
    target: Target
    tree: Any
    content_type: str | None
    put: Mapping[Pointer, Any]

    @property
    def query_is_parameters(self) -> bool:
        """Whether the query becomes ``request_parameters``.

        There, repeated keys become one list, so a query with other keys between them is left as it was written.
        """
        keys = [unquote_plus(key) for key, _ in self.target.query]
        in_runs = [key for index, key in enumerate(keys) if not index or keys[index - 1] != key]
        is_plain = bool(keys) and len(in_runs) == len(set(keys)) and not any(step[:1] == ("key",) for step in self.put)
        return self.method in NO_BODY and self.tree is None and is_plain

    def as_spec(self) -> dict[str, Any]:
        """The request in the form of a template, without its ``response_map``."""
        spec: dict[str, Any] = {"request_method": self.method}
        spec["request_url"] = self._url()
        if self.content_type is not None:
            spec["request_content_type"] = self.content_type
        if self.query_is_parameters:
            kept = self._query_parameters()
            spec["request_parameters"] = {
                key: next(iter(values.values())) if len(values) == 1 else list(values.values())
                for key, values in kept.items()
            }
        elif self.tree is not None:
            filled = self._filled(self.tree, ("body",))
            spec["request_parameters"] = type(self.tree)() if filled is LEFT_OUT else filled
        return spec

    def location_of(self, pointer: Pointer) -> Pointer | None:
        """Where a piece of the sample is in the request of the template; None if it was left out."""
        if pointer[0] == "body":
            moved = self._moved(pointer)
            return None if moved is None else ("request_parameters", *moved)
        if self.put.get(pointer) is LEFT_OUT:
            return None
        if pointer[0] == "query" and self.query_is_parameters:
            index = int(pointer[1])
            key = unquote_plus(self.target.query[index][0])
            values = self._query_parameters()[key]
            if len(values) == 1:
                return ("request_parameters", key)
            return ("request_parameters", key, list(values).index(index))
        return ("request_url",)

    def _url(self) -> str:
        left_out = [index for index in range(len(self.target.query)) if self.put.get(("query", index)) is LEFT_OUT]
        if not left_out or self.query_is_parameters:
            return self.target.rebuilt(self._piece, with_query=not self.query_is_parameters)
        base = self.target.rebuilt(self._piece, with_query=False)
        pairs = []
        for index, (written, value) in enumerate(self.target.query):
            key = self._piece(("key", index), written)
            if index not in left_out:
                pairs.append(key if value is None else f"{key}={self._piece(('query', index), value)}")
        return base + ("?" + "&".join(pairs) if pairs else "")

    def _piece(self, pointer: Pointer, written: str) -> str:
        value = self.put.get(pointer, written)
        return "" if value is LEFT_OUT else str(value)

    def _query_parameters(self) -> dict[str, dict[int, Any]]:
        """The parameters that are kept: by key, then by position in the query."""
        tree: dict[str, dict[int, Any]] = {}
        for index, (key, value) in enumerate(self.target.query):
            put = self.put.get(("query", index), unquote_plus(value or ""))
            if put is not LEFT_OUT:
                tree.setdefault(unquote_plus(key), {})[index] = put
        return tree

    def _moved(self, pointer: Pointer) -> Pointer | None:
        """The pointer in the filled tree: positions in a list move up where earlier elements are left out."""
        node = self.tree
        moved: list[str | int] = []
        for at, step in enumerate(pointer[1:], 1):
            if self._filled(node, pointer[:at]) is LEFT_OUT:
                return None
            if pointer[:at] in self.put or isinstance(node, Several):
                break
            if isinstance(node, list) and isinstance(step, int):
                before = [self._filled(node[index], (*pointer[:at], index)) for index in range(step)]
                moved.append(sum(1 for item in before if item is not LEFT_OUT))
                node = node[step]
            elif isinstance(node, Mapping):
                moved.append(step)
                node = node.get(step)
            else:
                break
        return None if self._filled(node, pointer) is LEFT_OUT else tuple(moved)

    def _filled(self, node: Any, pointer: Pointer) -> Any:
        """A tree with its replacements; an object or list that loses everything is left out itself."""
        if pointer in self.put:
            return self.put[pointer]
        if isinstance(node, Several):
            return node[0] if len(node) == 1 else list(node)
        if isinstance(node, dict):
            filled = {key: self._filled(value, (*pointer, key)) for key, value in node.items()}
            kept = {key: value for key, value in filled.items() if value is not LEFT_OUT}
            return kept if kept or not node else LEFT_OUT
        if isinstance(node, list):
            items = [self._filled(value, (*pointer, index)) for index, value in enumerate(node)]
            left = [item for item in items if item is not LEFT_OUT]
            return left if left or not node else LEFT_OUT
        return node
