"""OpenAPI documents: JSON or YAML, with their local references followed, and their operations.

PyYAML or the JSON parser reads the document, and ``referencing`` follows its references. A reference to another file
or URL is not followed: nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ringocli.errors import LocalError
from ringocli.text.lenient_json import mapping

_METHODS = ("post", "get", "put", "patch", "delete")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation: its path, its method, and its definition."""

    path: str
    method: str
    item: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its operationId, else ``post /path``."""
        return str(self.body.get("operationId") or self.method_and_path)

    @property
    def method_and_path(self) -> str:
        """``post /path``."""
        return f"{self.method} {self.path}"


class Spec:
    """A document whose references are followed on demand."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        self.name = name
        self.document = document
        self.elsewhere: dict[str, None] = {}
        self._found: dict[str, Any] = {}
        resource = DRAFT202012.create_resource(document)
        self._resolver = Registry().with_resource("", resource).resolver()

    def resolve(self, value: Any) -> Any:
        """The value, or what its ``$ref`` points to; ``{}`` if that is not in this document."""
        from referencing.exceptions import Unresolvable

        for _ in range(20):
            reference = value.get("$ref") if isinstance(value, Mapping) else None
            if not isinstance(reference, str):
                return value
            if not reference.startswith("#"):
                self.elsewhere[reference] = None
                return {}
            if reference not in self._found:
                try:
                    self._found[reference] = self._resolver.lookup(reference).contents
                except (Unresolvable, ValueError, LookupError, TypeError, AttributeError):
                    self._found[reference] = {}  # the reference, or a step on its way, does not exist
            value = self._found[reference]
        return {}

    def missing(self) -> str:
        """A sentence that names the external references that were not followed; "" if there are none."""
        shown = ", ".join(repr(reference[:80]) for reference in list(self.elsewhere)[:3])
        return f"it refers to {shown}, which is not fetched: bundle the document into one file" if shown else ""

    def mapping(self, value: Any) -> Mapping[str, Any]:
        """The resolved value if it is an object, else an empty object."""
        return mapping(self.resolve(value))

    @cached_property
    def is_swagger(self) -> bool:
        """Whether this is version 2."""
        return "swagger" in self.document

    def operations(self) -> Iterator[Operation]:
        """Every operation of the document."""
        for path, entry in self.mapping(self.document.get("paths")).items():
            item = self.mapping(entry)
            for method in _METHODS:
                body = self.resolve(item.get(method))
                if isinstance(body, Mapping):
                    yield Operation(path=str(path), method=method, item=item, body=body)


def load(name: str, text: str) -> Spec:
    """A document from JSON or YAML.

    Raises:
        LocalError: it is neither, or not an OpenAPI document.
    """
    document = _parsed(name, text)
    if not isinstance(document, Mapping) or not ("openapi" in document or "swagger" in document):
        raise LocalError(f"{name}: not an OpenAPI document", "Use the file that starts with openapi: or swagger:.")
    return Spec(name, document)


def _parsed(name: str, text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass
        except RecursionError:
            raise LocalError(f"{name}: nested too deeply", "Check that this is the API's document.") from None
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]  # the base class is chosen at run time
        """The YAML 1.2 core schema: ``no`` and ``on`` are strings, and so are dates."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in resolvers if tag not in _WORDY]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$", re.I), list("tTfF"))
    try:
        document = yaml.load(text, Loader=Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark is not None else ""
        raise LocalError(f"{name}{place}: neither YAML nor JSON", "Check that the document is complete.") from None
    if not _is_finite(document):
        raise LocalError(f"{name}: its YAML aliases expand to too much data", "Export it without aliases.")
    return document


def _is_finite(document: Any) -> bool:
    """Whether a document stays finite and small once its aliases are expanded: no cycles, no exponential growth."""
    sizes: dict[int, int] = {}
    waiting: list[tuple[Any, bool]] = [(document, False)]
    while waiting:
        node, is_done = waiting.pop()
        inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else ()
        if is_done:
            sizes[id(node)] = 1 + sum(sizes.get(id(one), 1) for one in inner)
            if sizes[id(node)] > _MOST_NODES:
                return False
        elif inner:
            if sizes.get(id(node)) == 0:
                return False  # it contains itself
            if id(node) not in sizes:
                sizes[id(node)] = 0
                waiting.append((node, True))
                waiting += [(one, False) for one in inner]
    return True


_MOST_NODES = 5_000_000
_WORDY = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
