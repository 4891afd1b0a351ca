"""RT1, first part: the shape of a template. Types and required keys by the JSON Schema, keys by its tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ringocli.lint.rule import Fix, Problem, RenameKey, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.model import EVENT_KEYS
from ringocli.template.schema import KEYS, REQUIRED_KEYS
from ringocli.text.pointer import Pointer
from ringocli.text.suggest import nearest

_DOCUMENTED = {kind: frozenset(keys) for kind, keys in KEYS.items()}


def holders(subject: Subject) -> Iterator[tuple[Pointer, dict[str, Any], str]]:
    """Every object whose keys are documented: its pointer, the object, and its kind in ``schema.KEYS``."""
    root = subject.root
    yield (), root, "template"
    for name, kind in (("auth", "auth"), ("OAuth2", "OAuth2"), ("API", "API")):
        if isinstance(root.get(name), dict):
            yield (name,), root[name], kind
    api = root.get("API")
    for name, request in api.items() if isinstance(api, dict) else ():
        if isinstance(request, dict):
            yield ("API", name), request, "request"
    for pointer in _events(root.get("Webhook")):
        yield pointer, _at(root, pointer), "event"


def _events(webhook: Any) -> Iterator[Pointer]:
    """Pointers to the objects under Webhook that should be events, even if they cannot be read as one."""
    if isinstance(webhook, list):
        yield from (("Webhook", index) for index, entry in enumerate(webhook) if isinstance(entry, dict))
    elif isinstance(webhook, dict) and any(mark in webhook for mark in EVENT_KEYS):
        yield ("Webhook",)
    elif isinstance(webhook, dict):
        for key, value in webhook.items():
            if isinstance(value, dict):
                yield ("Webhook", key)
            elif isinstance(value, list):
                yield from (("Webhook", key, index) for index, entry in enumerate(value) if isinstance(entry, dict))


def _at(value: Any, pointer: Pointer) -> Any:
    for step in pointer:
        value = value[step]
    return value


def meant(holder: dict[str, Any], kind: str) -> dict[str, str]:
    """The undocumented keys of an object that are misspellings of a documented, missing key."""
    documented = KEYS[kind]
    unknown = [key for key in holder if key not in documented]
    if not unknown or len(unknown) > 100:  # not misspellings; comparing each with every key would be slow
        return {}
    free = [key for key in documented if key not in holder and not (key in AUTHS and holder.keys() & AUTHS)]
    found: dict[str, str] = {}
    for likely in (False, True):
        for key in unknown:
            legal = [choice for choice in free if _is_likely(choice, holder[key], kind)] if likely else free
            choice = nearest(key, legal, least=0.45 if likely else 0.75) if key not in found else None
            if choice is not None:
                found[key] = choice
                free.remove(choice)
    return found


AUTHS = {"auth", "OAuth2"}
"""Alternative keys: if one is present, no unknown key is a misspelling of the other."""


def _is_likely(key: str, value: Any, kind: str) -> bool:
    """Whether a weak similarity suffices for a missing key: because it is required, or because the value fits it."""
    if isinstance(value, dict):
        inner = KEYS.get(key, ())
        return any(name in inner for name in value)
    return key in REQUIRED_KEYS[kind] and isinstance(value, str)


def kind_of(pointer: Pointer) -> str:
    """The kind of object that a missing key belongs to."""
    if not pointer:
        return "template"
    if pointer[0] in ("auth", "OAuth2"):
        return str(pointer[0])
    if pointer[0] == "API":
        return "API" if len(pointer) == 1 else "request"
    return "event"


@rule("RT101", Severity.ERROR)
def wrong_type(subject: Subject) -> Iterator[Problem]:
    """A value has the wrong type.

    Strings are written in quotes, objects in braces, and arrays in square brackets.

    Bad:
        "class": "sms",
    >   "properties": "API key",
        "auth": {"type": "Bearer", "token": "$API key$"}
    Good:
        "class": "sms",
        "properties": ["API key"],
        "auth": {"type": "Bearer", "token": "$API key$"}
    Source: help.ringotel.co/en/articles/11193931
    """
    document = subject.document.value
    for pointer, error, expected in subject.shape_errors:
        if error == "type":
            article = "an" if expected[0] in "aeiou" else "a"
            name = f"{pointer[-1]} must be" if pointer else "a template must be"
            yield Problem(pointer, f"{name} {article} {expected}, not {_name(_at(document, pointer))}")


def _name(value: Any) -> str:
    for types, name in (
        ((bool,), "a boolean"),
        ((str,), "a string"),
        ((int, float), "a number"),
        ((list,), "an array"),
        ((dict,), "an object"),
    ):
        if isinstance(value, types):
            return name
    return "null"


@rule("RT102", Severity.ERROR)
def missing_key(subject: Subject) -> Iterator[Problem]:
    """A required key is missing.

    Every example in Ringotel's documentation has it. The finding points at the object that should contain it.

    Bad:
    >   "SendMessage": {
          "request_method": "POST",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: help.ringotel.co/en/articles/11193931
    """
    document = subject.document.value
    for pointer, error, key in subject.shape_errors:
        if error == "required" and key not in meant(_at(document, pointer), kind_of(pointer)).values():
            where = f"{pointer[-1]}" if pointer and isinstance(pointer[-1], str) else "the template"
            where = "the event" if pointer[:1] == ("Webhook",) else where
            yield Problem(pointer, f"{where} lacks the required key {key}", suggestion=key, part="object")


@rule("RT103", Severity.ERROR)
def wrong_key_case(subject: Subject) -> Iterator[Problem]:
    """A key is written in the wrong case.

    Keys are case-sensitive. Ringotel writes `API`, `Webhook`, `OAuth2`, `SendMessage` and `SendFile`, and all other keys
    in lower case.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"},
    >     "Request_URL": "https://sms.acme.example/v1/messages"
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: help.ringotel.co/en/articles/11193931
    """
    for problem in _misspelled(subject):
        if problem.suggestion and str(problem.pointer[-1]).lower() == problem.suggestion.lower():
            yield problem


@rule("RT104", Severity.ERROR)
def misspelled_key(subject: Subject) -> Iterator[Problem]:
    """A key is a misspelling of a documented key.

    The documented key is missing from the same object.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
    >     "reponse_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: help.ringotel.co/en/articles/11193931
    """
    for problem in _misspelled(subject):
        if problem.suggestion and str(problem.pointer[-1]).lower() != problem.suggestion.lower():
            yield problem


@lru_cache(maxsize=1)
def _with_undocumented_keys(subject: Subject) -> tuple[tuple[Pointer, dict[str, Any], str], ...]:
    """The objects with undocumented keys; the requests of API have a rule of their own."""
    return tuple(
        (at, holder, kind)
        for at, holder, kind in holders(subject)
        if kind != "API" and not _DOCUMENTED[kind].issuperset(holder)
    )


def _misspelled(subject: Subject) -> Iterator[Problem]:
    for at, holder, kind in _with_undocumented_keys(subject):
        for key, choice in meant(holder, kind).items():
            pointer = (*at, key)
            fix = Fix(title=f"Rename {key} to {choice}", changes=(RenameKey(pointer, choice),))
            yield Problem(pointer, f"{key!r} is not a documented key (did you mean {choice}?)", choice, fix, "key")


@rule("RT105", Severity.WARNING)
def undocumented_key(subject: Subject) -> Iterator[Problem]:
    """A key is not documented, so Ringotel may ignore it.

    ringocli keeps the key, but neither sends nor reads it. There is, for example, no documented key for custom request
    headers.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"},
    >     "request_headers": {"X-Api-Key": "$API key$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {"from": "$from$", "to": "$to$", "text": "$content$"},
          "response_map": {"id": "$messageid$"}
        }
    Source: nothing is published; assumption 17
    """
    for at, holder, kind in _with_undocumented_keys(subject):
        documented = KEYS[kind]
        mistaken = meant(holder, kind)
        for key in holder:
            if key not in documented and key not in mistaken:
                yield Problem((*at, key), f"{key!r} is not documented; Ringotel may ignore it", part="key")
