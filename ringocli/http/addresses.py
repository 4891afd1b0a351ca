"""Hosts by their names: which are this machine, and which the environment asks to be reached through a proxy."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from ringocli.errors import LocalError


def is_loopback(host: str) -> bool:
    """Whether a name is this machine: ``localhost``, ``*.localhost``, 127/8 or ``::1``; nothing is looked up."""
    name = host.lower().removesuffix(".").removeprefix("[").removesuffix("]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a host; this machine is never asked through one.

    Raises:
        LocalError: the proxy is of a kind that is not spoken here.
    """
    from urllib.request import getproxies, proxy_bypass

    if is_loopback(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    address = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise LocalError(
            f"the environment's proxy for {host} is no http or https address",
            f"Correct {scheme.upper()}_PROXY, or name the host in NO_PROXY.",
        )
    return address
