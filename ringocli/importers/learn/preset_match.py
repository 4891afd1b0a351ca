"""Matches a pasted request against the provider presets to name its account values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ringocli.template.pattern.pattern import Pattern
from ringocli.template.preset import Preset, of_host


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetMatch:
    """The preset of a host, its names for the pasted values, and the names of its credentials in order."""

    preset: Preset | None = None
    by_value: Mapping[str, str] = field(default_factory=dict)
    auth_names: tuple[str, ...] = ()


def recognise(host: str, url: str, body: Any) -> PresetMatch:
    """The preset whose requests go to this host, with its names for the values in the URL and the body."""
    preset = of_host(host)
    return replace(named_by(preset.template, url, body), preset=preset) if preset is not None else PresetMatch()


def named_by(template: Mapping[str, Any], url: str, body: Any) -> PresetMatch:
    """Names for the values in a URL and a body, taken from the matching requests of a template."""
    found: dict[str, str] = {}
    declared = template.get("properties", [])
    for spec in template["API"].values():
        url_match = Pattern.parse(spec["request_url"], declared).match(url.partition("?")[0])
        found |= {value: name for name, value in url_match.bindings.items() if url_match.fits}
        if body is not None:
            taken = Pattern.parse(spec.get("request_parameters", {}), declared).match(body).bindings
            found |= {value: name for name, value in taken.items() if name in declared}
    auth = template.get("auth", {})
    ordered = [auth.get(key, "").strip("$") for key in ("token", "username", "password") if key in auth]
    return PresetMatch(by_value=found, auth_names=tuple(ordered))
