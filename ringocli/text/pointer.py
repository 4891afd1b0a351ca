"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from typing import Any, TypeAlias

from ringocli.text.digits import is_count

Pointer: TypeAlias = tuple[str | int, ...]
"""The steps from the root: keys of objects, indexes of arrays."""

MAX_DEPTH = 64
"""Maximum nesting of objects and arrays; real templates and webhooks stay far below it."""


def as_text(pointer: Pointer) -> str:
    """The pointer in RFC 6901 notation; the root is the empty string."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)


def parse(text: str) -> tuple[str, ...]:
    """The steps of a pointer in RFC 6901 notation, as strings: ``0`` may be a key or an index.

    Raises:
        LookupError: it does not start with ``/``.
    """
    if text == "":
        return ()
    if not text.startswith("/"):
        raise LookupError(f"{text!r} is not a JSON pointer: it must start with /")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text[1:].split("/"))


def parse_indexed(text: str) -> Pointer:
    """The steps of a pointer, numbers as indexes.

    Raises:
        LookupError: it does not start with ``/``.
    """
    return tuple(int(step) if is_count(step) else step for step in parse(text))


def generalised(pointer: Pointer) -> Pointer:
    """The pointer in the form of a pattern: the first element of each list represents all elements."""
    return tuple(0 if isinstance(step, int) else step for step in pointer)


def lookup(document: Any, pointer: tuple[str | int, ...]) -> Any:
    """The value at a pointer.

    Raises:
        LookupError: there is none.
    """
    for step in pointer:
        if isinstance(document, list):
            index = int(step) if isinstance(step, int) or is_count(step) else -1
            if not 0 <= index < len(document):
                raise LookupError(f"no element {step!r}")
            document = document[index]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            raise LookupError(f"no member {step!r}")
    return document
