"""What the provider packs know: the names of an account's values, found by laying a pack over a paste."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ringocli.packs import Pack, load, names
from ringocli.pattern import Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The pack of a host, the names of values that it tells, and those of its credentials in order."""

    pack: Pack | None = None
    by_value: Mapping[str, str] = field(default_factory=dict)
    auth_names: tuple[str, ...] = ()


def recognise(host: str, url: str, body: Any) -> Known:
    """The pack whose requests go to this host, with the names it has for what stands in the address and the body."""
    for pack in map(load, names()):
        requests = pack.template["API"].values()
        if not any(urlsplit(spec["request_url"]).hostname == host.lower() for spec in requests):
            continue
        found: dict[str, str] = {}
        for spec in requests:
            address = Pattern.parse(spec["request_url"]).match(url.partition("?")[0])
            found |= {value: name for name, value in address.bindings.items() if address.fits}
            parameters = Pattern.parse(spec.get("request_parameters", {}))
            if body is not None:
                taken = parameters.match(body).bindings
                declared = pack.template["properties"]
                found |= {value: name for name, value in taken.items() if name in declared}
        auth = pack.template.get("auth", {})
        ordered = [auth.get(key, "").strip("$") for key in ("token", "username", "password") if key in auth]
        return Known(pack=pack, by_value=found, auth_names=tuple(ordered))
    return Known()
