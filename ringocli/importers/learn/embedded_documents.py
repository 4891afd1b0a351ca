"""Packed values: those of a JSON or XML document that a field contains as text."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace

from ringocli.importers.learn.sample_leaves import PackedSpan, SampleLeaf, leaves_of
from ringocli.text.document import Document

_ELEMENT = re.compile(
    r"<(?P<name>[^\W\d][^\s<>/]*)(?P<attributes>[^<>]*?)(?P<empty>/?)>|</(?P<end>[^\W\d][^\s<>]*)\s*>"
    r"|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<[?!][^>]*>|(?P<text>[^<]+)",
    re.S,
)
_ATTRIBUTE = re.compile(r"([^\W\d][^\s<>/=]*)\s*=\s*([\"'])(.*?)\2", re.S)

_NAMING = ("name", "key", "field", "param")
_LABEL = re.compile(r"[^\W\d][^\s<>=]{0,40}")
"""A name that an attribute gives to an element's value, as in ``<param name="to">`` and ``<param name="to" value="…"/>``."""


def packed_leaves(leaf: SampleLeaf) -> list[SampleLeaf]:
    """The values that a field contains as JSON or XML; none if it contains neither."""
    text = leaf.text.strip()
    if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
        return list(_in_json(leaf))
    if re.match(r"<(?:\?|[^\W\d])", text) and re.search(r"</[^\W\d]|/>\s*$", text):
        return list(_in_xml(leaf))
    return []


def written_in(leaf: SampleLeaf) -> str:
    """The notation that a packed value is written in."""
    return "XML" if leaf.inside is not None and leaf.inside.text.lstrip()[:1] == "<" else "JSON"


def _in_json(leaf: SampleLeaf) -> Iterator[SampleLeaf]:
    document = Document.read("field", leaf.text)
    if document.problems or not isinstance(document.value, dict | list):
        return
    for inner in leaves_of(document.value):
        node = document.node(inner.pointer)
        quoted = leaf.text[node.start : node.start + 1] == '"'
        start, end = (node.start + 1, node.end - 1) if quoted else (node.start, node.end)
        yield _packed(leaf, inner, start, end)


def _in_xml(leaf: SampleLeaf) -> Iterator[SampleLeaf]:
    path: list[str] = []
    for index, found in enumerate(_ELEMENT.finditer(leaf.text)):
        if name := found["name"]:
            attributes = list(_ATTRIBUTE.finditer(found["attributes"]))
            named = next((one[3] for one in attributes if one[1].lower() in _NAMING and _LABEL.fullmatch(one[3])), "")
            path.append(named or name)
            for attribute in attributes:
                start = found.start("attributes") + attribute.start(3)
                names = path if named and attribute[1].lower() == "value" else [*path, attribute[1]]
                yield _xml_leaf(leaf, names, index, start, start + len(attribute[3]))
            if found["empty"]:
                path.pop()
        elif found["end"]:
            if path:
                path.pop()
        elif found["cdata"] is not None:
            yield _xml_leaf(leaf, path, index, *found.span("cdata"))
        elif (text := found["text"]) and text.strip():
            start = found.start("text") + len(text) - len(text.lstrip())
            yield _xml_leaf(leaf, path, index, start, start + len(text.strip()))


def _xml_leaf(leaf: SampleLeaf, path: list[str], index: int, start: int, end: int) -> SampleLeaf:
    names = tuple(name.rpartition(":")[2] for name in reversed(path))
    inner = SampleLeaf(pointer=(*path, index, start), names=names, value=html.unescape(leaf.text[start:end]))
    return _packed(leaf, inner, start, end)


def _packed(leaf: SampleLeaf, inner: SampleLeaf, start: int, end: int) -> SampleLeaf:
    return replace(
        inner,
        pointer=(*leaf.pointer, *inner.pointer),
        names=(*inner.names, *leaf.names),
        inside=PackedSpan(leaf.pointer, leaf.text, start, end),
    )


def raw_span(leaf: SampleLeaf, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """The span in the field's text of a part of a packed value (None: all of it); None if escapes make it unclear."""
    assert leaf.inside is not None
    _, text, start, end = leaf.inside
    if span is None:
        return start, end
    raw, literal = text[start:end], leaf.text[slice(*span)]
    if raw == leaf.text:
        return start + span[0], start + span[1]
    for spelled in (literal, json.dumps(literal)[1:-1], json.dumps(literal, ensure_ascii=False)[1:-1]):
        if raw.count(spelled) == 1:
            at = start + raw.index(spelled)
            return at, at + len(spelled)
    return None
