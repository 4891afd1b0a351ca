"""Access rules: which hosts, origins and tokens may call what. Pure: request headers in, a refusal or None out.

The emulator is for the person at this machine. A web page that this person visits must not read or change anything, not
even through a host name that resolves to this machine (DNS rebinding). Through a tunnel, a provider reaches
``/webhook``, ``/provider`` and ``/files``, and nothing else.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs

from ringocli.text.url import split_url

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
PUBLIC_SECTIONS = frozenset({"webhook", "provider", "files"})
"""The sections that a provider has to reach; a section is the first segment of a path, after ``/i/{inbox}``."""

READ_ONLY_SECTIONS = frozenset({"", "page", "files", "api", "readyz", "openapi.json"})
"""Paths where a GET only reads. Elsewhere it may be a webhook or a message, so links from other pages are refused."""

MAX_HOST_HEADER = 1_000
"""A longer Host header is invalid."""

TOKEN_HEADER = "x-ringocli-token"
TOKEN_COOKIE = "ringocli_token"

_READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip", "cf-connecting-ip", "cf-ray")
"""Headers that proxies and tunnels add (RFC 7239, and what cloudflared and ngrok send)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The reply to a request that is not served, with the reason."""

    status: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """The access rules of one running emulator.

    ``page_token`` is embedded in the page and proves that a call comes from it. ``access_token`` is None on loopback;
    on any other address it is required for every call to the page and the API.
    """

    host: str
    page_token: str
    access_token: str | None = None
    public_host: str | None = None

    def refusal(self, method: str, section: str, query: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is refused, or None. Names in ``headers`` are in lower case."""
        # HTTP/1.0 has no Host header; a browser, which another page could direct here, always sends one.
        host = host_name(headers["host"]) if "host" in headers else self.host
        is_public = section in PUBLIC_SECTIONS
        if not self._is_known_host(host, is_public=is_public):
            return Refusal(421, "unknown Host header", f"Use {self.host} as the host.")
        if not is_public and self.access_token is None and any(name in headers for name in _PROXY_HEADERS):
            return Refusal(421, "only /webhook, /provider and /files are available through a proxy or tunnel")
        if self._is_cross_site(method, section, headers):
            return Refusal(403, "cross-site requests are not allowed")
        if is_public or section == "readyz":
            return None
        if self.access_token is not None and not self._has_access_token(query, headers):
            return Refusal(401, "access token required", "Open the URL that was printed at start.")
        if method not in _READ_METHODS and ("origin" in headers or "sec-fetch-site" in headers):
            if not _equal(headers.get(TOKEN_HEADER, ""), self.page_token):
                return Refusal(403, "a browser must send the page's token", "Reload the page.")
        return None

    def _is_known_host(self, host: str | None, *, is_public: bool) -> bool:
        if host is None:
            return False
        if host in LOCAL_NAMES or host == self.host:
            return True
        if is_public and self.public_host is not None and host == self.public_host:
            return True
        # When listening on every address, any IP address is accepted. A name is not: its owner may let it resolve to
        # this machine.
        return self.host in ("0.0.0.0", "::") and _is_ip_address(host)

    @staticmethod
    def _is_cross_site(method: str, section: str, headers: Mapping[str, str]) -> bool:
        if "origin" in headers and _authority(headers["origin"]) != headers.get("host", "").lower():
            return True
        site = headers.get("sec-fetch-site", "none").lower()
        if site == "same-site":  # another port of this machine: a link may be followed, a scripted call is refused
            is_link = method in _READ_METHODS and headers.get("sec-fetch-mode") == "navigate"
            return not (is_link and section in READ_ONLY_SECTIONS)
        return site not in ("same-origin", "none")

    def _has_access_token(self, query: str, headers: Mapping[str, str]) -> bool:
        expected = self.access_token or ""
        given = [headers.get("authorization", "").removeprefix("Bearer ").strip()]
        given += parse_qs(query).get("token", [])
        cookies = (part.strip() for part in headers.get("cookie", "").split(";"))
        given += [cookie.partition("=")[2] for cookie in cookies if cookie.startswith(f"{TOKEN_COOKIE}=")]
        return any(_equal(one, expected) for one in given)


def host_name(host: str) -> str | None:
    """The name in a Host header in lower case, without its port; None if the header is invalid."""
    return _host_name(host) if len(host) <= MAX_HOST_HEADER else None


@lru_cache(maxsize=256)  # 0.1 instead of 6 µs a request
def _host_name(host: str) -> str | None:
    parts = split_url(f"http://{host}")
    return parts.hostname if parts.problem is None and not parts.path and "@" not in host else None


def _authority(origin: str) -> str | None:
    """Host and port of an Origin header; None if it has none, as in ``null``."""
    return split_url(origin).netloc.lower() or None


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
