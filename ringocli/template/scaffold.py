"""Drafts: answers or a provider preset become a template, and every choice that was made is named.

What the answers leave open is filled with what Ringotel's page shows (help.ringotel.co/en/articles/11193931, read
2026-11-23); each such choice is listed as assumed, because the provider at hand may do it otherwise.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ringocli.errors import UsageError
from ringocli.template.assumptions import assumed_by
from ringocli.template.pattern.pattern import Json, Pattern
from ringocli.template.presets import Preset
from ringocli.template.variables import BY_NAME, REQUESTS
from ringocli.text.pointer import Pointer

AUTH_KINDS = ("bearer", "basic", "oauth2", "none")
DEFAULT_PROPERTIES = {
    "bearer": ("API key",),
    "basic": ("Username", "Password"),
    "oauth2": ("Client ID", "Client Secret"),
    "none": (),
}
"""The properties of Ringotel's own examples of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the user said; None where nothing was said."""

    id: str | None = None
    name: str | None = None
    logo: str | None = None
    auth: str | None = None
    properties: Sequence[str] = ()
    send_url: str | None = None
    file_url: str | None = None
    method: str | None = None
    content_type: str | None = None
    authorize_url: str | None = None
    token_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A choice: the place it concerns, the variable that went there (or None), what stands there, and why."""

    pointer: Pointer
    variable: str | None
    value: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A template in the making, with all that its reader has to know.

    ``credentials`` say where in a paste a property's value stood; ``saved`` holds these values, as secrets or as
    ``{"env": name}``.
    """

    template: Mapping[str, Json]
    decisions: tuple[Decision, ...]
    not_expressible: tuple[Mapping[str, str], ...] = ()
    rows: frozenset[int] = frozenset()
    preset: Preset | None = None
    credentials: tuple[tuple[str, str], ...] = ()
    saved: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()


def from_preset(preset: Preset, answers: Answers) -> Draft:
    """A preset's template with the user's own id, name and logo.

    Raises:
        UsageError: an answer was given that the preset has already settled.
    """
    settled = {
        "--auth": answers.auth,
        "--property": answers.properties,
        "--send-url": answers.send_url,
        "--file-url": answers.file_url,
        "--method": answers.method,
        "--content-type": answers.content_type,
    }
    given = [option for option, value in settled.items() if value]
    if given:
        raise UsageError(
            f"{', '.join(given)} does not go with --preset: the preset says it",
            "Leave it out, or leave out --preset; a template can be edited afterwards.",
        )
    template = copy.deepcopy(dict(preset.template))
    decisions = []
    for key, value in (("id", answers.id), ("name", answers.name), ("logo", answers.logo)):
        if value is not None:
            template[key] = value
            decisions.append(Decision(pointer=(key,), variable=None, value=value, why="as you said"))
    why = f"from the {preset.title} preset"
    for place, part, tree in _trees(template):
        for variable, pointers in Pattern.parse(tree).variables.items():
            for pointer in pointers:
                decisions.append(
                    Decision(
                        pointer=(*part, *pointer), variable=variable, value=f"${variable}$", why=f"{why} ({place})"
                    )
                )
    ordered: dict[str, Json] = {key: template[key] for key in ("id", "name", "logo") if key in template}
    return Draft(
        template={**ordered, **template},
        decisions=tuple(decisions),
        not_expressible=preset.not_expressible,
        rows=assumed_by(template),
        preset=preset,
    )


def from_answers(answers: Answers) -> Draft:
    """A template from id, name and the address to send to; all the rest as on Ringotel's page.

    Raises:
        UsageError: an answer that the others need is missing.
    """
    if answers.id is None or answers.name is None or answers.send_url is None:
        raise UsageError("a template needs --id, --name and --send-url", "Or take --preset.")
    kind = answers.auth or "bearer"
    properties = _properties(answers, kind)
    template: dict[str, Json] = {"id": answers.id, "name": answers.name}
    if answers.logo is not None:
        template["logo"] = answers.logo
    template |= {"class": "sms", "properties": list(properties), **_auth(answers, kind, properties)}
    extra = _extra_parameters(answers, kind, properties)
    template["API"] = {
        "SendMessage": _request(answers, answers.send_url, "content", extra),
        "SendFile": _request(answers, answers.file_url or answers.send_url, "media_url", extra),
    }
    template["Webhook"] = _documented_events()
    return Draft(
        template=template,
        decisions=tuple(_assumed(answers, kind, properties, extra, template)),
        not_expressible=(
            {
                "what": "failed receipts",
                "why": "Ringotel has an event for delivered messages only: have the provider report those alone, "
                "or pin its word for delivered in the receipt event",
            },
        ),
        rows=assumed_by(template),
    )


def _properties(answers: Answers, kind: str) -> tuple[str, ...]:
    """The named properties, or the page's; and every property that an address mentions."""
    named = list(answers.properties) or list(DEFAULT_PROPERTIES[kind])
    needed = len(DEFAULT_PROPERTIES[kind])
    if len(named) < needed:
        raise UsageError(
            f"--auth {kind} needs {needed} properties, {len(named)} named", f"Give --property twice: {named[0]}, ..."
        )
    for url in (answers.send_url, answers.file_url):
        for name in Pattern.parse(url or "").variables:
            if name not in BY_NAME and name not in named:
                named.append(name)
    return tuple(dict.fromkeys(named))


def _auth(answers: Answers, kind: str, properties: Sequence[str]) -> dict[str, Json]:
    if kind == "bearer":
        return {"auth": {"type": "Bearer", "token": f"${properties[0]}$"}}
    if kind == "basic":
        return {"auth": {"type": "Basic", "username": f"${properties[0]}$", "password": f"${properties[1]}$"}}
    if kind == "none":
        return {}
    if answers.authorize_url is None or answers.token_url is None:
        raise UsageError(
            "--auth oauth2 needs --authorize-url and --token-url", "They stand in the provider's OAuth documentation."
        )
    return {
        "OAuth2": {
            "client_id": f"${properties[0]}$",
            "client_secret": f"${properties[1]}$",
            "flow_type": {"default": "0"},
            "authorization_endpoint": answers.authorize_url,
            "token_endpoint": answers.token_url,
            "token_parameters": {"content_type": "application/x-www-form-urlencoded;charset=utf-8"},
            "request_auth": "Bearer",
        }
    }


def _extra_parameters(answers: Answers, kind: str, properties: Sequence[str]) -> dict[str, Json]:
    """Properties that neither auth nor an address uses are sent along, under a key like their name."""
    used = set(properties[: len(DEFAULT_PROPERTIES[kind])])
    for url in (answers.send_url, answers.file_url):
        used |= set(Pattern.parse(url or "").variables)
    return {"_".join(name.lower().split()): f"${name}$" for name in properties if name not in used}


def _request(answers: Answers, url: str, content_key: str, extra: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "request_method": (answers.method or "POST").upper(),
        "request_url": url,
        "request_content_type": answers.content_type or "application/json",
        "request_parameters": {
            "from": "$from$",
            "to": "$to$",
            "extension": "$extension$",
            "domain": "$domain$",
            content_key: "$content$",
            **extra,
        },
        "response_map": {"data": {"id": "$messageid$"}},
    }


def _documented_events() -> list[Json]:
    """The three events that Ringotel's page shows."""
    shapes = (
        ("message", "message", {"from": "$from$", "to": "$to$", "content": "$content$"}),
        ("file", "mms", {"from": "$from$", "to": "$to$", "text": "$text$", "url": "$url$"}),
        ("delivered", "messageDelivered", {"messageid": "$messageid$"}),
    )
    return [
        {
            "event_key": key,
            "event_type": kind,
            "request_method": "POST",
            "request_parameters": {"method": "$event_key$", "params": params},
        }
        for key, kind, params in shapes
    ]


def _assumed(
    answers: Answers, kind: str, properties: Sequence[str], extra: Mapping[str, Json], template: Mapping[str, Json]
) -> list[Decision]:
    """Each choice that the answers did not make."""
    page = "assumed: as on Ringotel's page"
    decisions = []

    def decide(pointer: Pointer, variable: str | None, value: str, why: str) -> None:
        decisions.append(Decision(pointer=pointer, variable=variable, value=value, why=why))

    if answers.auth is None:
        decide(("auth",), None, kind, f"{page}; --auth says otherwise")
    if not answers.properties and kind != "none":
        decide(("properties",), None, ", ".join(properties), page)
    if answers.file_url is None:
        decide(
            ("API", "SendFile", "request_url"), None, str(answers.send_url), "assumed: the same address as SendMessage"
        )
    for place in REQUESTS:
        at: Pointer = ("API", place.value)
        if answers.method is None:
            decide((*at, "request_method"), None, "POST", page)
        if answers.content_type is None:
            decide((*at, "request_content_type"), None, "application/json", page)
        for key, value in template["API"][place.value]["request_parameters"].items():
            why = "assumed: properties not used elsewhere are sent along" if key in extra else page
            decide((*at, "request_parameters", key), str(value).strip("$"), str(value), why)
        decide((*at, "response_map", "data", "id"), "messageid", "$messageid$", page)
    for index, event in enumerate(template["Webhook"]):
        decide(
            ("Webhook", index), None, str(event["event_type"]), f"{page}; your provider's webhook may look otherwise"
        )
    return decisions


def _trees(template: Mapping[str, Json]) -> list[tuple[str, Pointer, Json]]:
    """The parts of a template that hold variables."""
    trees: list[tuple[str, Pointer, Json]] = []
    for name, spec in template["API"].items():
        trees.append((name, ("API", name, "request_url"), spec["request_url"]))
        trees.append((name, ("API", name, "request_parameters"), spec.get("request_parameters", {})))
        if "response_map" in spec:
            trees.append((f"{name} reply", ("API", name, "response_map"), spec["response_map"]))
    for index, event in enumerate(template.get("Webhook", [])):
        trees.append((event["event_type"], ("Webhook", index, "request_parameters"), event["request_parameters"]))
    return trees
