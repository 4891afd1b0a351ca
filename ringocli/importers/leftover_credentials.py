"""The last step before a draft is shown or written: credentials that are still in it become properties or are masked.

What the rule RT502 of ``validate`` reports as a credential must not stop ``init``, so it is replaced here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

from ringocli.importers.learn.credential_places import belongs_by_name
from ringocli.importers.learn.properties import PropertyBook
from ringocli.importers.learn.url import Target
from ringocli.importers.learn.url_credentials import (
    host_parts,
    is_key_of_query,
    segment_name,
    segment_parts,
    without_userinfo,
)
from ringocli.lint.rules.security import credential_at
from ringocli.template.scaffold import Draft
from ringocli.text.note import Note
from ringocli.text.pointer import Pointer

_VARIABLE = re.compile(r"\$[^$]+\$")
_PARTS = ("auth", "OAuth2", "API", "Webhook")


def without_credentials(draft: Draft, book: PropertyBook | None = None) -> Draft:
    """The draft with each credential in its template replaced by a property, and its texts without known secrets.

    ``book`` has the properties of the draft; without it the values that are found here are its only ones.
    """
    declared = draft.template.get("properties")
    names = [str(name) for name in declared] if isinstance(declared, list) else []
    if book is None:
        book = PropertyBook(values=dict.fromkeys(names))
    before = set(book.values)
    template = {key: _cleaned((key,), value, book) if key in _PARTS else value for key, value in draft.template.items()}
    added = [name for name in book.values if name not in before]
    if added:
        listed = [*names, *added]
        template = {**template, "properties": listed} if declared is not None else _with_properties(template, listed)
    return replace(
        draft,
        template=template,
        credentials=tuple(dict.fromkeys([*draft.credentials, *book.found])),
        saved={**draft.saved, **{name: value for name, value in book.saved().items() if name in added}},
        decisions=tuple(
            replace(one, value=_shown(one.pointer, one.value, book), why=book.masked(one.why))
            for one in draft.decisions
        ),
        constants=tuple(
            replace(one, name=book.masked(one.name), value=book.masked(one.value)) for one in draft.constants
        ),
        not_expressible=tuple(
            entry._replace(what=book.masked(entry.what), why=book.masked(entry.why)) for entry in draft.not_expressible
        ),
        blocking=tuple(
            one._replace(clause=book.masked(one.clause), constant=book.masked(one.constant)) for one in draft.blocking
        ),
        missing=tuple(book.masked(text) for text in draft.missing),
        notes=(*(Note(book.masked(note.text), note.pointer) for note in draft.notes), *_removed(draft)),
    )


def _shown(pointer: Pointer, value: str, book: PropertyBook) -> str:
    """The printable value of a decision; a URL is shown with its properties, as in the template."""
    return _cleaned_url(value, book) if pointer[-1:] == ("request_url",) and "://" in value else book.masked(value)


def _removed(draft: Draft) -> list[Note]:
    """A note if a URL among the answers contained a user name and a password."""
    api = draft.template.get("API")
    urls = [spec.get("request_url") for spec in api.values() if isinstance(spec, dict)] if isinstance(api, dict) else []
    if any(isinstance(url, str) and without_userinfo(url)[1] is not None for url in urls):
        return [Note("the user name and password in the URL were removed: --auth basic sends them as properties")]
    return []


def _with_properties(template: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """The template with its list of properties in the usual place, before ``auth`` and ``API``."""
    ordered: dict[str, Any] = {}
    for key, value in template.items():
        if key in _PARTS and "properties" not in ordered:
            ordered["properties"] = names
        ordered[key] = value
    return ordered


def _cleaned(pointer: Pointer, value: Any, book: PropertyBook) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned((*pointer, key), inner, book) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned((*pointer, index), inner, book) for index, inner in enumerate(value)]
    if not isinstance(value, str):
        return value
    if pointer[-1] in ("request_url", "token_endpoint", "authorization_endpoint"):
        return _cleaned_url(value, book)
    if credential_at(pointer, value) and not _VARIABLE.search(value):
        name = next((str(step) for step in reversed(pointer) if isinstance(step, str)), "API key")
        return f"${book.name_for(value, 'the template', [name])}$"
    return value


def _cleaned_url(url: str, book: PropertyBook) -> str:
    """A URL with its credentials replaced by properties; a ``user:password@`` is removed, since auth carries it."""
    if "://" not in url:
        return url
    url, userinfo = without_userinfo(url)
    book.hide((userinfo or "").split(":"))
    target = Target.parse(url)
    decoded = ["" if _VARIABLE.search(segment) else unquote(segment) for segment in target.segments]

    def cleaned(pointer: tuple[str | int, ...], written: str) -> str:
        if _VARIABLE.search(written):
            return written
        place, index = pointer[0], int(pointer[1]) if len(pointer) > 1 else 0
        if place == "host":
            parts = host_parts(written)
            return book.with_parts(written, parts, "the host of the URL", _quoted) if parts else written
        if place == "path":
            text = decoded[index]
            if parts := segment_parts(text):
                return book.with_parts(text, parts, "the path of the URL", _quoted)
            name = segment_name(decoded, index)
            return f"${book.name_for(text, 'the path of the URL', [name])}$" if name else written
        key, value = target.query[index]
        if place == "key":
            named = is_key_of_query(unquote_plus(key), value)
            return f"${book.name_for(unquote_plus(key), 'the query of the URL', ['API key'])}$" if named else written
        name, text = unquote_plus(key), unquote_plus(written)
        if text and belongs_by_name(name, text):
            return f"${book.name_for(text, f'query, {name}', [name])}$"
        return written

    return target.rebuilt(cleaned, with_query=True)


def _quoted(text: str) -> str:
    """Text of a URL between its properties, percent-encoded again."""
    return quote(text, safe=";=:@,.-_~")


def constant_hints(template: Mapping[str, Any], hints: Mapping[str, str]) -> list[str]:
    """A clause for each hinted value that a request would still send as a constant, as in a second copy of the text."""
    clauses = []
    for place, spec in template.get("API", {}).items():
        written = [*_strings(spec.get("request_parameters")), str(spec.get("request_url", ""))]
        for name, value in hints.items():
            bare = value.removeprefix("+")
            if name == "messageid" or len(bare) < 5:
                continue
            spelled = "|".join(re.escape(one) for one in dict.fromkeys((bare, quote(bare, safe=""))))
            alone = re.compile(rf"(?<![A-Za-z0-9])(?:00)?(?:{spelled})(?![A-Za-z0-9])")
            if any(alone.search(_VARIABLE.sub("$", text)) for text in written):
                clauses.append(f"{place} still contains the sample's value of ${name}$ as a constant")
    return clauses


def _strings(tree: Any) -> Iterator[str]:
    """The strings of a tree, keys included."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _strings(value)
    elif isinstance(tree, str | int | float):
        yield str(tree)
