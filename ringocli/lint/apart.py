"""A request or an event looked at by itself: what no rule has to say of it needs to be found out only once.

Folders of templates repeat most of their parts. When all parts of a template were met before, a rule that looks at
parts singly and was silent about each of them is silent about the template, and is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, TypeAlias

from ringocli.lint.subject import Subject
from ringocli.template.model import RequestSpec, Template, WebhookEvent
from ringocli.text.document import Document

Part: TypeAlias = RequestSpec | WebhookEvent


class Scope(Enum):
    """What a rule looks at, which tells when it need not be asked."""

    WHOLE = "how the parts go together, or the header"
    PARTS = "each request or event by itself"
    ANYWHERE = "each request or event by itself, and likewise what stands outside of them"


def parts_of(template: Template) -> tuple[Part, ...] | None:
    """The requests and events, if ``API`` and ``Webhook`` hold nothing else and nothing is out of shape."""
    api, webhook = template.root.get("API"), template.root.get("Webhook", [])
    if template.misfits or not isinstance(api, dict) or not isinstance(webhook, list):
        return None
    if len(api) != len(template.requests) or len(webhook) != len(template.events):
        return None
    return (*template.requests, *template.events)


def known_voices(part: Part, voices: Callable[[Subject], Iterable[str]]) -> frozenset[str] | None:
    """Which rules speak about a part by itself; None when it is met for the first time, for it may be the last."""
    kept: dict[str, Any] = part.__dict__
    if "voices" not in kept:
        if "met" not in kept:
            kept["met"] = True
            return None
        kept["voices"] = frozenset(voices(_alone(part)))
    found: frozenset[str] = kept["voices"]
    return found


def _alone(part: Part) -> Subject:
    """A template that has this one part, at its place."""
    section, place = part.pointer
    root: dict[str, Any] = {"properties": list(part.properties), str(section): {place: part.written}}
    template = Template(
        root=root,
        id="",
        name="",
        properties=part.properties,
        auth=None,
        requests=(part,) if isinstance(part, RequestSpec) else (),
        events=(part,) if isinstance(part, WebhookEvent) else (),
        container="array",
        misfits=(),
    )
    text = json.dumps(root, ensure_ascii=False)
    return Subject(document=Document(name="", text=text, value=root, problems=()), template=template)


def outside(subject: Subject) -> Subject:
    """What is left of a template without its requests and events."""
    root = {key: value for key, value in subject.root.items() if key not in ("API", "Webhook")}
    return Subject(document=subject.document, template=subject.template._replace(root=root, requests=(), events=()))
