"""Turns answers or a provider preset into a draft of a template, and lists every choice that was made.

What the answers leave open follows Ringotel's article (help.ringotel.co/en/articles/11193931, read 2026-11-23); each
such choice is listed as assumed, because the provider may differ.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ringocli.errors import UsageError
from ringocli.template.assumptions import assumed_by
from ringocli.template.limit import Blocker, Limit
from ringocli.template.pattern.pattern import Json, Pattern
from ringocli.template.preset import Preset
from ringocli.template.variables import BY_NAME, REQUESTS
from ringocli.text.note import Note
from ringocli.text.pointer import Pointer

AUTH_KINDS = ("bearer", "basic", "oauth2", "none")
DEFAULT_PROPERTIES = {
    "bearer": ("API key",),
    "basic": ("Username", "Password"),
    "oauth2": ("Client ID", "Client Secret"),
    "none": (),
}
"""The properties in Ringotel's own example of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The user's answers; None where there is none."""

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
    """One choice: the location in the template, the variable written there (or None), the sample's value, and why.

    ``label`` names the location for people where the pointer alone does not, as for a part of ``request_url``.
    ``is_assumed`` if neither the user nor a sample says so, and the provider may differ.
    """

    pointer: Pointer
    variable: str | None
    value: str
    why: str
    label: str = ""
    is_assumed: bool = False


PATH = "part of the URL's path"
HOST = "the URL's host"
"""The names shown for constants that are parts of the URL, which have no names of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConstant:
    """A value of the sample that every message will contain; ``risk`` says why that may be wrong (or None)."""

    pointer: Pointer
    name: str
    value: str
    risk: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft of a template, with everything its user has to know.

    ``credentials`` says where the sample contained a property's value; ``saved`` contains these values, as secrets or
    as ``{"env": name}``. ``blocking`` lists, as clauses, why the template cannot work as it is; ``missing`` what no
    sample showed yet.
    """

    template: Mapping[str, Json]
    decisions: tuple[Decision, ...]
    not_expressible: tuple[Limit, ...] = ()
    rows: frozenset[int] = frozenset()
    preset: Preset | None = None
    credentials: tuple[tuple[str, str], ...] = ()
    saved: Mapping[str, Any] = field(default_factory=dict, repr=False)
    constants: tuple[KeptConstant, ...] = ()
    blocking: tuple[Blocker, ...] = ()
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the template can work, as far as is known."""
        return not self.blocking


def from_preset(preset: Preset, answers: Answers) -> Draft:
    """A preset's template with the user's own id, name and logo.

    Raises:
        UsageError: there is an answer to a question that the preset already answers.
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
            f"{', '.join(given)} cannot be combined with --preset, which already defines it",
            "Omit one of them; you can edit the template afterwards.",
        )
    template = copy.deepcopy(dict(preset.template))
    decisions = []
    for key, value in (("id", answers.id), ("name", answers.name), ("logo", answers.logo)):
        if value is not None:
            template[key] = value
            decisions.append(Decision(pointer=(key,), variable=None, value=value, why="as you specified"))
    why = f"from the {preset.title} preset"
    for place, part, tree in _parts_with_variables(template):
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
    """A template from id, name and the URL to send to; everything else as in Ringotel's article.

    Raises:
        UsageError: a required answer is missing.
    """
    if answers.id is None or answers.name is None or answers.send_url is None:
        raise UsageError("a template needs --id, --name and --send-url", "Or use --preset.")
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
            Limit(
                "failed receipts",
                "Ringotel only has an event for delivered messages: have the provider report only those, or add its "
                'status value for "delivered" to the pattern of the messageDelivered event',
            ),
        ),
        rows=assumed_by(template),
    )


def _properties(answers: Answers, kind: str) -> tuple[str, ...]:
    """The named properties, or those of Ringotel's example; and every property that a URL contains."""
    named = list(answers.properties) or list(DEFAULT_PROPERTIES[kind])
    needed = len(DEFAULT_PROPERTIES[kind])
    if len(named) < needed:
        raise UsageError(
            f"--auth {kind} needs {needed} properties, but only {len(named)} is named", "Use --property twice."
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
            "--auth oauth2 needs --authorize-url and --token-url", "They are in the provider's OAuth documentation."
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
    """Request parameters for properties that neither auth nor a URL uses, with keys made from their names."""
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
    """The three events in Ringotel's article."""
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
    """Each choice that the answers left open."""
    page = "assumed: as in Ringotel's article"
    decisions = []

    def decide(pointer: Pointer, variable: str | None, value: str, why: str) -> None:
        decisions.append(Decision(pointer=pointer, variable=variable, value=value, why=why, is_assumed=True))

    if answers.auth is None:
        decide(("auth",), None, kind, f"{page}; change it with --auth")
    if not answers.properties and kind != "none":
        decide(("properties",), None, ", ".join(properties), page)
    if answers.file_url is None:
        decide(("API", "SendFile", "request_url"), None, str(answers.send_url), "assumed: the same URL as SendMessage")
    for place in REQUESTS:
        at: Pointer = ("API", place.value)
        if answers.method is None:
            decide((*at, "request_method"), None, "POST", page)
        if answers.content_type is None:
            decide((*at, "request_content_type"), None, "application/json", page)
        for key, value in template["API"][place.value]["request_parameters"].items():
            why = "assumed: properties that are not used elsewhere are sent as parameters" if key in extra else page
            decide((*at, "request_parameters", key), str(value).strip("$"), str(value), why)
        decide((*at, "response_map", "data", "id"), "messageid", "$messageid$", page)
    for index, event in enumerate(template["Webhook"]):
        decide(("Webhook", index), None, str(event["event_type"]), f"{page}; your provider's webhook may differ")
    return decisions


def _parts_with_variables(template: Mapping[str, Json]) -> list[tuple[str, Pointer, Json]]:
    """The parts of a template that contain variables."""
    trees: list[tuple[str, Pointer, Json]] = []
    for name, spec in template["API"].items():
        trees.append((name, ("API", name, "request_url"), spec["request_url"]))
        trees.append((name, ("API", name, "request_parameters"), spec.get("request_parameters", {})))
        if "response_map" in spec:
            trees.append((f"{name} reply", ("API", name, "response_map"), spec["response_map"]))
    for index, event in enumerate(template.get("Webhook", [])):
        trees.append((event["event_type"], ("Webhook", index, "request_parameters"), event["request_parameters"]))
    return trees
