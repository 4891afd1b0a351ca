"""What the provider presets know: the names of an account's values, found by laying a preset over a paste."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ringocli.template.pattern.pattern import Pattern
from ringocli.template.presets import Preset, of_host


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The preset of a host, the names of values that it tells, and those of its credentials in order."""

    preset: Preset | None = None
    by_value: Mapping[str, str] = field(default_factory=dict)
    auth_names: tuple[str, ...] = ()


def recognise(host: str, url: str, body: Any) -> Known:
    """The preset whose requests go to this host, with the names it has for what stands in the address and the body."""
    preset = of_host(host)
    return replace(told_by(preset.template, url, body), preset=preset) if preset is not None else Known()


def told_by(template: Mapping[str, Any], url: str, body: Any) -> Known:
    """What a template's own requests say of the values in an address and a body."""
    found: dict[str, str] = {}
    declared = template.get("properties", [])
    for spec in template["API"].values():
        address = Pattern.parse(spec["request_url"], declared).match(url.partition("?")[0])
        found |= {value: name for name, value in address.bindings.items() if address.fits}
        if body is not None:
            taken = Pattern.parse(spec.get("request_parameters", {}), declared).match(body).bindings
            found |= {value: name for name, value in taken.items() if name in declared}
    auth = template.get("auth", {})
    ordered = [auth.get(key, "").strip("$") for key in ("token", "username", "password") if key in auth]
    return Known(by_value=found, auth_names=tuple(ordered))
