"""Provider presets: what is known of a provider, one JSON file each; data only, no code a provider.

A preset says whether Ringotel ships the provider itself, how numbers must look, where the provider's console takes the
webhook URL, what the framework cannot express for it, and where each of these facts comes from.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from ringocli.errors import UsageError
from ringocli.text.suggest import did_you_mean


class Preset(NamedTuple):
    """One provider; the fields are the keys of its file."""

    name: str
    title: str
    ringotel_builtin: str | None
    summary: str
    sources: tuple[Mapping[str, str], ...]
    read: str
    numbers: Mapping[str, str]
    webhook_console: str
    webhook_content_type: str
    webhook_reply: str | None
    public_properties: tuple[str, ...]
    not_expressible: tuple[Mapping[str, str], ...]
    template: Mapping[str, Any]
    replies: Mapping[str, Any]
    sample_values: Mapping[str, str]
    webhook_answer: Mapping[str, str] | None = None
    """What the provider expects as the answer to its webhooks: ``content_type`` and ``body``; None is an empty 200."""


_FOLDER = os.path.dirname(__file__)  # importlib.resources takes longer to import than all of lint


def names() -> list[str]:
    """The names of all presets, in alphabetical order."""
    return sorted(entry.removesuffix(".json") for entry in os.listdir(_FOLDER) if entry.endswith(".json"))


def load(name: str) -> Preset:
    """The preset of that name.

    Raises:
        UsageError: there is none; the nearest is named.
    """
    known = names()
    if name not in known:
        raise UsageError(f"there is no preset {name!r}{did_you_mean(name, known)}", f"Presets: {', '.join(known)}.")
    with open(os.path.join(_FOLDER, f"{name}.json"), encoding="utf-8") as file:
        content = json.load(file)
    for key in ("sources", "public_properties", "not_expressible"):
        content[key] = tuple(content[key])
    return Preset(**content)


@cache
def of_host(host: str) -> Preset | None:
    """The preset whose requests go to a host; None where no provider is known there."""
    from ringocli.text.url import split_url

    for preset in map(load, names()):
        addresses = (str(spec["request_url"]) for spec in preset.template["API"].values())
        if any(split_url(one).hostname == host.lower() for one in addresses):
            return preset
    return None
