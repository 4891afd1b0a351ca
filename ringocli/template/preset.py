"""Provider presets as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from ringocli.template.limit import Limit
from ringocli.template.presets import names, preset_text


class Preset(NamedTuple):
    """A provider; the fields are the keys of its file."""

    name: str
    title: str
    ringotel_builtin: str | None
    summary: str
    sources: tuple[Mapping[str, str], ...]
    read: str
    numbers: Mapping[str, str]
    webhook_console: str
    webhook_content_type: str
    public_properties: tuple[str, ...]
    not_expressible: tuple[Limit, ...]
    template: Mapping[str, Any]
    replies: Mapping[str, Any]
    sample_values: Mapping[str, str]
    webhook_answer: Mapping[str, str] | None = None
    """The reply that the provider expects to its webhooks: ``content_type`` and ``body``; None is an empty 200."""
    credential_check: Mapping[str, str] | None = None
    """A ``url`` that checks the credential and changes nothing, with its ``source``; None if none is known."""


def load(name: str) -> Preset:
    """The preset with this name.

    Raises:
        UsageError: unknown name, with a suggestion.
    """
    content = json.loads(preset_text(name))
    for key in ("sources", "public_properties"):
        content[key] = tuple(content[key])
    content["not_expressible"] = tuple(Limit(**entry) for entry in content["not_expressible"])
    return Preset(**content)


@cache
def of_host(host: str) -> Preset | None:
    """The preset that sends to a host, or None."""
    from ringocli.text.url import split_url

    for preset in map(load, names()):
        addresses = (str(spec["request_url"]) for spec in preset.template["API"].values())
        if any(split_url(one).hostname == host.lower() for one in addresses):
            return preset
    return None
