"""RT6, second part: values that arrive distorted, and messages and files of which only the first is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ringocli.lint.rule import Problem, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.pattern.notation import Constant, Leaf, as_text
from ringocli.template.variables import REQUIRED
from ringocli.text.pointer import Pointer

Leaves = Iterable[tuple[Pointer, Leaf | Constant]]

_CODING = r"(?i)(?:sms|message|msg|data|text|char)?[_-]?(?:dcs|coding|encoding|charset|alphabet|type|format)"
_HEXADECIMAL = r"(?i)ucs-?2(?:be)?|utf-?16(?:be)?|iso-10646-ucs-2|hex(?:adecimal)?|binary"
_NUMBERED = r"\D*[^\W\d_]\D*(\d+)"


@rule("RT605", Severity.INFO)
def hexadecimal_text(subject: Subject) -> Iterator[Problem]:
    """A constant says that the text is UCS-2 or hexadecimal.

    A template cannot convert texts: Ringotel sends and shows plain Unicode. A text such as `00480069` would be shown
    unchanged, and a provider that expects hexadecimal would reject or garble a plain one. Let the provider use UTF-8.

    Bad:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$",
    >       "dcs": 8
          },
          "response_map": {"id": "$messageid$"}
        }
    Good:
        "SendMessage": {
          "request_method": "POST",
          "request_url": "https://sms.acme.example/v1/messages",
          "request_content_type": "application/json",
          "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "text": "$content$"
          },
          "response_map": {"id": "$messageid$"}
        }
    Source: 3GPP TS 23.038, section 4 (data coding scheme 8 is UCS-2); the framework has no notation for conversions
    """
    patterns = [(spec.pointer, spec.body.leaves) for spec in subject.template.requests]
    patterns += [(event.pointer, event.pattern.leaves) for event in subject.template.events]
    for at, leaves in patterns:
        if any(isinstance(leaf, Leaf) and {"content", "text"} & set(leaf.names) for _, leaf in leaves):
            for pointer, value in _constants(leaves):
                if _says_hexadecimal(str(pointer[-1]) if pointer else "", value):
                    message = f"{value!r} means that the text is not plain Unicode; a template cannot convert it"
                    yield Problem((*at, "request_parameters", *pointer), message)


def _constants(leaves: Leaves) -> Iterator[tuple[Pointer, str]]:
    for pointer, leaf in leaves:
        if isinstance(leaf, Constant):
            yield pointer, as_text(leaf.value)
        elif not leaf.names:
            yield pointer, "".join(part for part in leaf.parts if isinstance(part, str))


def _says_hexadecimal(name: str, value: str) -> bool:
    if not re.fullmatch(_CODING, name):
        return False
    return bool(re.fullmatch(_HEXADECIMAL, value)) or (value == "8" and bool(re.search(r"dcs|coding", name, re.I)))


@rule("RT606", Severity.INFO)
def several_messages(subject: Subject) -> Iterator[Problem]:
    """An event reads its message from a list, of which only one element is used.

    If the provider puts several messages or receipts into one webhook, the others are probably lost. Configure the
    provider to send each one separately, or set its batch size to 1.

    Bad:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {
    >         "messages": [{"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}]
            }
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "message",
            "event_type": "message",
            "request_method": "POST",
            "request_parameters": {"type": "$event_key$", "from": "$from$", "to": "$to$", "text": "$content$"}
          }
        ]
    Source: assumptions 10 and 11
    """
    for event in subject.template.events:
        if event.place is None:
            continue
        found = [
            pointer
            for pointer, leaf in event.pattern.leaves
            if isinstance(leaf, Leaf) and REQUIRED[event.place] & set(leaf.names)
        ]
        lists = {_list_of(pointer) for pointer in found}
        if len(lists) == 1 and (at := lists.pop()) is not None:
            message = "if a webhook contains several elements, only the first that matches is used"
            yield Problem((*event.pointer, "request_parameters", *at), message, part="key" if at else "value")


def _list_of(pointer: Pointer) -> Pointer | None:
    """The outermost list that a location is in; None if it is in none."""
    return next((pointer[:depth] for depth, step in enumerate(pointer) if isinstance(step, int)), None)


@rule("RT607", Severity.INFO)
def first_file_only(subject: Subject) -> Iterator[Problem]:
    """An event reads one file of a message, although the provider may send several.

    Numbered fields such as `MediaUrl0` and lists of files have more entries when a message has more files. Ringotel
    takes one URL from each webhook, so the others are probably lost. If the provider can send each file separately,
    choose that.

    Bad:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
    >         "MediaUrl0": "$url$"
            }
          }
        ]
    Good:
        "Webhook": [
          {
            "event_key": "file",
            "event_type": "mms",
            "request_method": "POST",
            "request_parameters": {
              "type": "$event_key$",
              "from": "$from$",
              "to": "$to$",
              "file": "$url$"
            }
          }
        ]
    Source: assumption 12
    """
    for event in subject.template.events:
        leaves = [(pointer, leaf) for pointer, leaf in event.pattern.leaves if isinstance(leaf, Leaf)]
        others = {_list_of(pointer) for pointer, leaf in leaves if {"from", "to"} & set(leaf.names)}
        for pointer, leaf in leaves:
            if "url" not in leaf.names:
                continue
            holder = _list_of(pointer)
            named = next((step for step in reversed(pointer) if isinstance(step, str)), "")
            if (named[-1:].isdecimal() and re.fullmatch(_NUMBERED, named)) or (
                holder is not None and holder not in others
            ):
                message = "if a message has several files, only one of them is used"
                yield Problem((*event.pointer, "request_parameters", *pointer), message)
