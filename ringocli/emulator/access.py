"""Who may call what: hosts, origins, tokens. Pure: a request's head goes in, a refusal or nothing comes out.

The emulator is for the person at this machine. A web page that this person looks at must not read or change anything,
also not by a name that it makes point here (DNS rebinding); a tunnel opens ``/webhook``, ``/provider`` and ``/files``
to a provider, and nothing else.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
PUBLIC_SECTIONS = frozenset({"webhook", "provider", "files"})
"""What a provider has to reach: the first segment of a path, after ``/i/{inbox}``."""

READ_ONLY_SECTIONS = frozenset({"", "page", "files", "api", "readyz", "openapi.json"})
"""Where a GET only reads. Everywhere else it may be a webhook or a message, so no link of another page leads there."""

TOKEN_HEADER = "x-ringocli-token"
TOKEN_COOKIE = "ringocli_token"

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip", "cf-connecting-ip", "cf-ray")
"""Headers that proxies and tunnels add (RFC 7239, and what cloudflared and ngrok send)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status with its sentence."""

    status: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """The rules of one running emulator.

    ``page_token`` is in the page and proves that a call comes from it. ``access_token`` is None on loopback; on any
    other address every call to the page and the API has to bring it.
    """

    host: str
    page_token: str
    access_token: str | None = None
    public_host: str | None = None

    def refusal(self, method: str, section: str, query: str, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is not served; None if it is. ``headers`` have lower-case names."""
        name = host_name(headers.get("host", ""))
        is_public = section in PUBLIC_SECTIONS
        if not self._is_host(name, is_public=is_public):
            return Refusal(421, "this host is not served here", f"Ask for {self.host}.")
        if not is_public and self.access_token is None and any(name in headers for name in _FORWARDED):
            return Refusal(421, "only /webhook, /provider and /files are served through a proxy or tunnel")
        if self._is_foreign(method, section, headers):
            return Refusal(403, "calls from other sites are not served")
        if is_public:
            return None
        if self.access_token is not None and not self._has_access(query, headers):
            return Refusal(401, "this needs the access token", "Open the address that was printed at the start.")
        if method not in _READING and ("origin" in headers or "sec-fetch-site" in headers):
            if not _same(headers.get(TOKEN_HEADER, ""), self.page_token):
                return Refusal(403, "a browser needs the page's token for this", "Reload the page.")
        return None

    def _is_host(self, name: str | None, *, is_public: bool) -> bool:
        if name is None:
            return False
        if name in LOCAL_NAMES or name == self.host:
            return True
        if is_public and self.public_host is not None and name == self.public_host:
            return True
        # Bound to every address: any of them may be asked for, but by number: a name could be made to point here.
        return self.host in ("0.0.0.0", "::") and _is_address(name)

    @staticmethod
    def _is_foreign(method: str, section: str, headers: Mapping[str, str]) -> bool:
        if "origin" in headers and _authority(headers["origin"]) != headers.get("host", "").lower():
            return True
        site = headers.get("sec-fetch-site", "none").lower()
        if site == "same-site":  # another port of this machine: a link from there is fine, a call is not
            is_link = method in _READING and headers.get("sec-fetch-mode") == "navigate"
            return not (is_link and section in READ_ONLY_SECTIONS)
        return site not in ("same-origin", "none")

    def _has_access(self, query: str, headers: Mapping[str, str]) -> bool:
        wanted = self.access_token or ""
        given = [headers.get("authorization", "").removeprefix("Bearer ").strip()]
        given += parse_qs(query).get("token", [])
        cookies = (part.strip() for part in headers.get("cookie", "").split(";"))
        given += [cookie.partition("=")[2] for cookie in cookies if cookie.startswith(f"{TOKEN_COOKIE}=")]
        return any(_same(one, wanted) for one in given)


def host_name(host: str) -> str | None:
    """The name in a Host header, without its port and in lower case; None if it is none."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = parts.hostname, parts.port
    except ValueError:
        return None
    return name if name and not parts.path and "@" not in host else None


def _authority(origin: str) -> str | None:
    """Host and port of an Origin; None where it has none, as in ``null``."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass"))
