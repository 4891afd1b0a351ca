"""XML as the JSON tree that a generated server reads, with the location of each value in the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, unescape

from ringocli.errors import UsageError
from ringocli.text.pointer import Pointer, lookup

_TOKEN = re.compile(
    r"<\?.*?\?>|<!--.*?-->|<!\[CDATA\[.*?\]\]>"
    r"|<(?P<end>/?)(?:[\w.-]+:)?(?P<name>[\w.-]+)(?P<attributes>(?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(?P<empty>/?)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"(?P<prefix>[\w.-]+:)?(?P<name>[\w.-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')")
_ENTITIES = {"&quot;": '"', "&apos;": "'"}


def is_xml(body: bytes) -> bool:
    """Whether a body looks like XML; this is also true of a web page."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


@dataclass(slots=True)
class _Node:
    """An element: its location in the text, its attributes with the spans of their values, and its own text."""

    name: str
    start: int
    end: int = 0
    attributes: dict[str, tuple[int, int]] = field(default_factory=dict)
    children: list[_Node] = field(default_factory=list)
    text: tuple[int, int] = (0, 0)


class XmlText:
    """An XML document: its tree, and copies of its text with other values.

    In the tree an element is its text, or an object of its attributes (with ``@`` in front), its elements by their
    local names and its text (``#text``). Repeated elements are a list.
    """

    def __init__(self, text: str, what: str) -> None:
        """Parse a document; ``what`` names it in messages.

        Raises:
            UsageError: it is not well-formed, or has a document type.
        """
        self.text = text.lstrip("\ufeff").strip()
        if "<!DOCTYPE" in self.text or "<!ENTITY" in self.text:
            raise UsageError(f"{what} has a document type", "Paste the XML element alone.")
        try:
            ElementTree.fromstring(re.sub(r"^<\?xml.*?\?>", "", self.text))
        except ElementTree.ParseError as error:
            raise UsageError(f"{what} is not well-formed XML: {error}", "Paste the whole document.") from None
        self._root = self._parsed()
        self.tree: dict[str, Any] = {self._root.name: self._value(self._root)}

    def _parsed(self) -> _Node:
        root = _Node("", 0)
        stack = [root]
        for token in _TOKEN.finditer(self.text):
            if token["name"] is None:
                continue
            if not token["end"]:
                node = _Node(token["name"], token.start(), token.end(), text=(token.end(), token.end()))
                for found in _ATTRIBUTE.finditer(self.text, token.start("attributes"), token.end("attributes")):
                    if found["prefix"] != "xmlns:" and (found["prefix"] or found["name"] != "xmlns"):
                        kind = "double" if found["double"] is not None else "single"
                        node.attributes[found["name"]] = found.span(kind)
                stack[-1].children.append(node)
                stack.append(node)
            if token["end"] or token["empty"]:
                node = stack.pop()
                node.end = token.end()
                if token["end"] and not node.children:
                    node.text = (node.text[0], token.start())
                elif node.children:
                    node.text = (node.text[0], node.children[0].start)
        return root.children[0]

    def _value(self, node: _Node) -> Any:
        tree: dict[str, Any] = {f"@{name}": self._plain(*span) for name, span in node.attributes.items()}
        counts = Counter(child.name for child in node.children)
        for child in node.children:
            value = self._value(child)
            if counts[child.name] > 1:
                tree.setdefault(child.name, []).append(value)
            else:
                tree[child.name] = value
        text = self._plain(*node.text).strip()
        if not tree:
            return text
        return {**tree, "#text": text} if text else tree

    def _plain(self, start: int, end: int) -> str:
        """A piece of the text with its entities and CDATA sections decoded."""
        parts = re.split(r"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->", self.text[start:end], flags=re.DOTALL)
        return "".join(
            (part or "") if index % 2 else re.sub(r"&#(x?)([0-9a-fA-F]+);", _character, unescape(part, _ENTITIES))
            for index, part in enumerate(parts)
        )

    def rewritten(self, tree: Any) -> str:
        """The text with the values of another tree; elements that the tree does not have are left out."""
        edits = sorted(self._edits(self._root, (self._root.name,), tree), reverse=True)
        text = self.text
        for start, end, new in edits:
            text = text[:start] + new + text[end:]
        return text

    def _edits(self, node: _Node, pointer: Pointer, tree: Any) -> Iterator[tuple[int, int, str]]:
        value = _at(tree, pointer)
        if value is None:
            yield node.start, node.end, ""
            return
        for name, span in node.attributes.items():
            new = _at(tree, (*pointer, f"@{name}"))
            if new is not None and new != self._plain(*span):
                yield *span, escape(str(new), {'"': "&quot;"})
        own = value if not isinstance(value, dict) else value.get("#text")
        if own is not None and own != self._plain(*node.text).strip():
            yield *node.text, escape(str(own))
        counts = Counter(child.name for child in node.children)
        seen: Counter[str] = Counter()
        for child in node.children:
            step: Pointer = (child.name, seen[child.name]) if counts[child.name] > 1 else (child.name,)
            seen[child.name] += 1
            yield from self._edits(child, (*pointer, *step), tree)


def _character(found: re.Match[str]) -> str:
    return chr(int(found[2], 16 if found[1] else 10))


def _at(tree: Any, pointer: Pointer) -> Any:
    try:
        return lookup(tree, pointer)
    except (LookupError, TypeError):
        return None


def without_marks(tree: Any) -> Any:
    """A tree whose keys have no ``@`` in front, in which ids are searched for."""
    if isinstance(tree, Mapping):
        return {key.lstrip("@"): without_marks(value) for key, value in tree.items()}
    return [without_marks(item) for item in tree] if isinstance(tree, list) else tree
