"""A pasted request with its replacements, written as a request of a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from ringocli.importers.learn.bodies import NO_BODY
from ringocli.importers.learn.url import Target
from ringocli.template.pattern.pattern import Several
from ringocli.text.pointer import Pointer

GONE = object()
"""Stands for a value that is left out of the template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A request in pieces, and what takes the place of some of them: pointers start with body, query, path or host."""

    method: str
    target: Target
    tree: Any
    content_type: str | None
    put: Mapping[Pointer, Any]

    @property
    def query_is_parameters(self) -> bool:
        """Whether the query becomes ``request_parameters``.

        They repeat a key in one place only; a query that mixes repeated keys is left as it was written.
        """
        keys = [unquote_plus(key) for key, _ in self.target.query]
        in_runs = [key for index, key in enumerate(keys) if not index or keys[index - 1] != key]
        is_plain = bool(keys) and len(in_runs) == len(set(keys)) and not any(step[:1] == ("key",) for step in self.put)
        return self.method in NO_BODY and self.tree is None and is_plain

    def as_spec(self) -> dict[str, Any]:
        """The request as a template has it, without its ``response_map``."""
        spec: dict[str, Any] = {"request_method": self.method}
        spec["request_url"] = self.target.rebuilt(self._piece, with_query=not self.query_is_parameters)
        if self.content_type is not None:
            spec["request_content_type"] = self.content_type
        if self.query_is_parameters:
            spec["request_parameters"] = self._query_parameters()
        elif self.tree is not None:
            filled = self._filled(self.tree, ("body",))
            spec["request_parameters"] = type(self.tree)() if filled is GONE else filled
        return spec

    def place_of(self, pointer: Pointer) -> Pointer:
        """Where in the request of the template a piece of the paste goes."""
        if pointer[0] == "body":
            return ("request_parameters", *pointer[1:])
        if pointer[0] == "query" and self.query_is_parameters:
            return ("request_parameters", unquote_plus(self.target.query[int(pointer[1])][0]))
        return ("request_url",)

    def _piece(self, pointer: Pointer, written: str) -> str:
        value = self.put.get(pointer, written)
        return "" if value is GONE else str(value)

    def _query_parameters(self) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for index, (key, value) in enumerate(self.target.query):
            put = self.put.get(("query", index), unquote_plus(value or ""))
            if put is not GONE:
                tree.setdefault(unquote_plus(key), []).append(put)
        return {key: values[0] if len(values) == 1 else values for key, values in tree.items()}

    def _filled(self, node: Any, pointer: Pointer) -> Any:
        """A tree with its replacements; an object or list that loses all that it had is gone itself."""
        if pointer in self.put:
            return self.put[pointer]
        if isinstance(node, Several):
            return node[0] if len(node) == 1 else list(node)
        if isinstance(node, dict):
            filled = {key: self._filled(value, (*pointer, key)) for key, value in node.items()}
            kept = {key: value for key, value in filled.items() if value is not GONE}
            return kept if kept or not node else GONE
        if isinstance(node, list):
            items = [self._filled(value, (*pointer, index)) for index, value in enumerate(node)]
            left = [item for item in items if item is not GONE]
            return left if left or not node else GONE
        return node
