"""The proxies that the environment sets: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY."""

from __future__ import annotations

from ringocli.errors import LocalError
from ringocli.http.addresses import is_loopback
from ringocli.text.url import split_url


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy that the environment sets for a host; None if the host is this machine.

    Raises:
        LocalError: the proxy is not an http or https URL.
    """
    if is_loopback(host):
        return None
    from urllib.request import getproxies, proxy_bypass  # takes longer to import than a send to this machine

    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(host):
        return None
    address = proxy if "://" in proxy else f"http://{proxy}"
    if problem := split_url(address).problem:
        raise LocalError(
            f"the proxy for {host} is not an http or https URL: {problem}",
            f"Correct {scheme.upper()}_PROXY, or add the host to NO_PROXY.",
        )
    return address
