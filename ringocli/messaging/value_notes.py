"""Notes on values of a webhook that are not read as the sender meant them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from ringocli.template.pattern.pattern import Json, Several
from ringocli.text.pointer import Pointer, as_text, lookup

_HEX = re.compile(r"(?:[0-9A-Fa-f]{4}){2,}")
_AFTER_SPACE = re.compile(r" \d{6,}")
_NUMBERED = re.compile(r"(.*?)(\d{1,9})", re.S)
_UNESCAPED = re.compile(r"[^\w.~*!'()+%-]|%(?![0-9A-Fa-f]{2})")

_SEVERAL_URLS = re.compile(r"\S[,;|\s]\s*https?://", re.I)
_FILE_WORDS = ("media", "multimedia", "attachment", "image", "picture", "photo", "video", "audio", "mms")
_PEOPLE = frozenset({"sender", "contact", "user", "author", "profile", "avatar"})
"""Words in the names of objects with the picture of a person."""
_OTHER_URLS = _PEOPLE | {"callback", "webhook", "hook", "status", "type", "social"}
"""Words in the names of URLs that are not those of the message's files."""

MAX_FIELDS = 200
"""How many fields of a webhook are searched for a file."""

MAX_EXAMINED = 10_000
"""A longer text is not examined; an SMS has at most 1,600 characters."""


def value_notes(document: Json, variables: Mapping[str, str], sources: Mapping[str, Pointer]) -> list[str]:
    """Notes on what is distorted or left out; ``sources`` are the locations of the variables in the document."""
    notes = []
    for name in ("content", "text"):
        if name not in sources or len(variables[name]) > MAX_EXAMINED:
            continue
        if decoded := ucs2_text(variables[name]):
            notes.append(
                f'${name}$ ({as_text(sources[name])}) is UCS-2 in hexadecimal for "{decoded[:40]}" and is shown unchanged; '
                "set the provider to send plain text"
            )
        elif _is_escaped(variables[name]) and not _is_of_form(document, sources[name]):
            notes.append(
                f"${name}$ ({as_text(sources[name])}) is percent-encoded and is shown unchanged; set the provider to "
                "send plain text"
            )
    for name in ("from", "to"):
        if _AFTER_SPACE.fullmatch(variables.get(name, "")) and not _is_of_form(document, sources.get(name, ())):
            notes.append(f"${name}$ ({as_text(sources[name])}) starts with a space, which was probably a +")
    if "content" in sources and "url" not in sources and (file := _unread_file(document)):
        notes.append(
            f"{as_text(file)} seems to be the URL of a file, which this event does not read: users get the text without it"
        )
    if "url" in sources:
        if _SEVERAL_URLS.search(variables["url"][:MAX_EXAMINED]):
            notes.append(f"$url$ ({as_text(sources['url'])}) contains several URLs, which are read as one")
        notes += _further_files(document, sources["url"])
        for name in ("text", "content"):
            if name in sources and _in_other_element(sources["url"], sources[name]):
                notes.append(f"$url$ and ${name}$ are from different elements of a list")
    return notes


def ucs2_text(text: str) -> str:
    """The text that hexadecimal UCS-2 stands for; "" if it is anything else."""
    if not _HEX.fullmatch(text) or (text.isdigit() and not text.startswith("00")):
        return ""
    try:
        decoded = bytes.fromhex(text).decode("utf-16-be")
    except (ValueError, UnicodeDecodeError):
        return ""
    plausible = sum(char.isprintable() and (ord(char) < 0x3000 or char.isalpha()) for char in decoded)
    return decoded if plausible == len(decoded) and any(char.isalpha() for char in decoded) else ""


def _is_escaped(text: str) -> bool:
    """Whether a text is percent-encoded: it has % escapes, and no character that still needs one."""
    if "%" not in text or _UNESCAPED.search(text):
        return False
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def _is_of_form(document: Json, source: Pointer) -> bool:
    """Whether a value is a field of a form; what is unusual about it was noted when the form was decoded."""
    try:
        return isinstance(lookup(document, source[:1]), Several)
    except LookupError:
        return False


def _unread_file(document: Json) -> Pointer | None:
    """The first URL in a field that is named like a file, such as ``media`` or ``MediaUrl0``, of those examined."""
    waiting: list[tuple[Pointer, Json, bool]] = [((), document, False)]
    for pointer, holder, is_inside in waiting:
        members = holder.items() if isinstance(holder, dict) else enumerate(holder) if isinstance(holder, list) else ()
        for step, member in islice(members, MAX_FIELDS):
            kind = type(member)
            if kind is str:
                is_url = member[:4] in ("http", "HTTP") and member[4:8].lower().startswith(("://", "s://"))
                if is_url and _may_hold_file(step, is_inside):
                    return pointer if isinstance(holder, Several) else (*pointer, step)
            elif (
                kind is not int
                and kind is not bool
                and member
                and len(waiting) < MAX_FIELDS
                and not _is_of_person(step)
            ):
                waiting.append(((*pointer, step), member, _may_hold_file(step, is_inside)))
    return None


def _may_hold_file(step: str | int, is_inside: bool) -> bool:
    """Whether a key is named like a file, or is inside an object that is, and not named like another URL."""
    words = _words(step)
    return _OTHER_URLS.isdisjoint(words) and (is_inside or any(word.startswith(_FILE_WORDS) for word in words))


def _is_of_person(step: str | int) -> bool:
    return not _PEOPLE.isdisjoint(_words(step))


@lru_cache(maxsize=2_000)  # webhooks repeat a few dozen names
def _words(step: str | int) -> tuple[str, ...]:
    from ringocli.template.field_vocabulary import tokens  # takes longer to import than most commands need

    return tuple(tokens(step)) if isinstance(step, str) else ()


def _further_files(document: Json, source: Pointer) -> list[str]:
    """A note if a numbered field such as ``MediaUrl0`` has a successor with a value."""
    found = _NUMBERED.fullmatch(str(source[-1])) if source and isinstance(source[-1], str) else None
    if found is None:
        return []
    following = f"{found[1]}{int(found[2]) + 1}"
    try:
        value = lookup(document, (*source[:-1], following))
    except LookupError:
        return []
    return [f"{following} contains another file, which is not used (assumption 12)"] if value else []


def _in_other_element(one: Pointer, other: Pointer) -> bool:
    for step, beside in zip(one, other, strict=False):
        if step != beside:
            return isinstance(step, int) and isinstance(beside, int)
    return False
