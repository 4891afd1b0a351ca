"""Checks URLs and hosts: http(s) URLs given by users, webhook URLs, and which hosts are this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import unquote

from ringocli.errors import UsageError
from ringocli.text.mask import is_common_word
from ringocli.text.secret import MIN_SEARCHED_LENGTH, Secret, sent
from ringocli.text.url import Url, split_url, with_local_scheme


def check_http_url(what: str, url: str, example: str = "https://api.example.com") -> Url:
    """The parts of an http or https URL that can be requested; ``what`` names it, usually an option.

    Raises:
        UsageError: it is malformed. The URL is not repeated: it may contain a secret.
    """
    parts = split_url(url)
    if parts.problem is not None:
        raise UsageError(f"{what} must be an http or https URL: {parts.problem}", f"Example: {example}")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine: ``localhost``, ``*.localhost``, 127/8 or ``::1``, without a DNS query."""
    name = host.lower().removesuffix(".").removeprefix("[").removesuffix("]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)


def is_test_host(host: str) -> bool:
    """Whether a host has a port, is an IP address or has no dot, so that https cannot simply be assumed."""
    host = host.rpartition("@")[2]
    return "$" not in host and (":" in host or "." not in host or host.replace(".", "").isdigit())


def webhook_address(url: Secret) -> Secret:
    """A webhook URL that is shown as scheme and host only, because whoever knows the rest can write to the account.

    Its parts are masked wherever they are repeated, except a common word in the path: it may be a word of the results.

    Raises:
        UsageError: it is not an http or https URL.
    """
    text = with_local_scheme(sent(url))
    parts = check_http_url("the webhook URL", text, "http://127.0.0.1:8025/hook")
    beyond = text.partition("://")[2].partition(parts.netloc)[2]
    in_path = (beyond, parts.path, *parts.path.split("/"))
    pieces = [piece for piece in in_path if not is_common_word(piece)]
    pieces += [parts.query, parts.fragment, parts.username or "", parts.password or ""]
    pieces += [value.partition("=")[2] for value in parts.query.split("&")]
    for piece in pieces:
        for form in (piece, unquote(piece)):
            if len(form) >= MIN_SEARCHED_LENGTH:
                Secret(form)  # registers it for redaction
    return Secret(text, parts.origin + ("/***" if beyond not in ("", "/") else beyond))
