"""Facts about a provider's webhooks: sample bodies, where its ids are, and how it delivers.

One JSON file per provider in ``providers/``. The bodies are those of ``samples/``, which a test compares; each file
names its sources.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ringocli.errors import LocalError, UsageError
from ringocli.http.bodies import encode
from ringocli.http.exchange import IncomingRequest
from ringocli.messaging.webhook import best_match
from ringocli.template.model import Template, WebhookEvent
from ringocli.template.pattern.pattern import Json
from ringocli.template.presets import preset_text
from ringocli.text.suggest import did_you_mean
from ringocli.text.url import split_url

NO_PRESET = "none"
"""The value of ``--preset`` that uses the template's own pattern only."""

_GENERIC = "generic-"
"""Presets without a provider: they share the host of the documentation's examples."""

_FOLDER = os.path.join(os.path.dirname(__file__), "providers")


class SampleWebhook(NamedTuple):
    """A webhook as the provider sends it; ``ids`` are pointers of ids that are fresh in each event, with their form."""

    content_type: str
    body: Json
    ids: Mapping[str, str]


class DeliveryData(NamedTuple):
    """How a provider delivers webhooks, as its pages say; ``notes`` are what they leave open, and what is assumed.

    ``waits_s`` are the pauses before each further attempt. ``retried`` is ``all-but-2xx``, ``5xx-and-429`` or
    ``never``.
    """

    title: str
    timeout_s: float | None
    waits_s: tuple[float, ...]
    retried: str
    failover: str | None
    notes: tuple[str, ...]
    sources: tuple[str, ...]


class ProviderData(NamedTuple):
    """One provider: its sample webhooks by event type, the form of its message ids, and how it delivers."""

    name: str
    message_id: str
    webhooks: Mapping[str, SampleWebhook]
    delivery: DeliveryData | None = None
    signature: str | None = None


class Base(NamedTuple):
    """A sample webhook that a template reads as one of its events, with the values read."""

    sample: SampleWebhook
    variables: Mapping[str, str]


def provider_names() -> list[str]:
    """The providers with data, in alphabetical order."""
    return sorted(entry.removesuffix(".json") for entry in os.listdir(_FOLDER) if entry.endswith(".json"))


@cache
def provider_data(name: str) -> ProviderData:
    """The data of one provider.

    Raises:
        UsageError: there is none of that name.
    """
    known = provider_names()
    if name not in known:
        raise UsageError(f"unknown preset {name!r}{did_you_mean(name, known)}", f"Presets: {', '.join(known)}.")
    with open(os.path.join(_FOLDER, f"{name}.json"), encoding="utf-8") as file:
        content = json.load(file)
    content["webhooks"] = {kind: SampleWebhook(**sample) for kind, sample in content["webhooks"].items()}
    if (delivery := content.get("delivery")) is not None:
        lists = {key: tuple(delivery[key]) for key in ("waits_s", "notes", "sources")}
        content["delivery"] = DeliveryData(**{**delivery, **lists})
    return ProviderData(**content)


def recognised(template: Template) -> ProviderData | None:
    """The provider of a template: by the host of its requests, else by event patterns that only one provider fits."""
    named = [name for name in provider_names() if not name.startswith(_GENERIC)]
    hosts = {split_url(spec.url).netloc.lower() for spec in template.requests} - {""}
    for name in named:
        text = preset_text(name).lower()
        if any(
            f'"request_url": "{scheme}://{host}{end}' in text
            for host in hosts
            for scheme in ("https", "http")
            for end in '/"?'
        ):
            return provider_data(name)
    fitting = [
        data
        for data in map(provider_data, named)
        if template.events and all(base_for(template, event, data) is not None for event in template.events)
    ]
    return fitting[0] if len(fitting) == 1 else None


def base_for(template: Template, event: WebhookEvent, data: ProviderData) -> Base | None:
    """The provider's sample for an event; None where the template would not read it as that event."""
    sample = data.webhooks.get(event.type)
    if sample is None or event.method not in (None, "POST", "PUT", "PATCH"):
        return None
    try:
        body = encode(sample.body, sample.content_type).reveal().encode("utf-8")
        incoming = IncomingRequest(
            method=event.method or "POST", headers=(("Content-Type", sample.content_type),), body=body
        )
    except LocalError:
        return None
    best = best_match(template, incoming)
    if best is None or best.event is not event:
        return None
    return Base(sample=sample, variables=best.match.bindings)
