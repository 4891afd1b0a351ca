"""Splits URLs without ever raising: what makes a URL unusable is a sentence in ``Url.problem``.

``urllib.parse.urlsplit`` raises ``ValueError`` for brackets without an IPv6 address in them, for characters that
Unicode normalises to delimiters (documentation in CJK languages contains them) and, on access, for ports out of range.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PARTS = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.S
)  # RFC 3986, appendix B
_HOST = re.compile(r"\[([^\[\]]*)\](?::(.*))?|([^:\[\]]*)(?::(.*))?", re.S)
_LOCAL = re.compile(r"(?::\d{1,5}|(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?)(?=[/?#]|$)", re.I)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")
_NO_TEXT = re.compile(r"[\ud800-\udfff]")
_DELIMITERS = "/?#@:[]\\"
MAX_PORT = 65_535
MAX_HOST_LENGTH, MAX_LABEL_LENGTH = 254, 63
"""RFC 1035, 2.3.4; one more for the final dot."""


class Url(NamedTuple):
    """The parts of a URL as written; ``netloc`` is everything between ``//`` and the path."""

    scheme: str
    netloc: str
    path: str
    query: str
    fragment: str

    @property
    def username(self) -> str | None:
        """The user name, not decoded."""
        account, separator, _ = self.netloc.rpartition("@")
        return account.partition(":")[0] if separator else None

    @property
    def password(self) -> str | None:
        """The password, not decoded."""
        account, _, _ = self.netloc.rpartition("@")
        _, separator, password = account.partition(":")
        return password if separator else None

    @property
    def hostname(self) -> str:
        """The host in lower case without brackets; empty if there is none or it is malformed."""
        host, _ = self._host_and_port
        return host or ""

    @property
    def port(self) -> int | None:
        """The port; None if there is none or it is out of range."""
        _, port = self._host_and_port
        return int(port) if port and _is_port(port) else None

    @property
    def default_port(self) -> int:
        """The port of the scheme: 443 for https, otherwise 80."""
        return 443 if self.scheme == "https" else 80

    @property
    def wire_port(self) -> int:
        """The port to connect to: the one in the URL, or that of its scheme."""
        return self.port or self.default_port

    @property
    def wire_host(self) -> str:
        """The host as it is sent, without brackets: an internationalised name as IDNA (RFC 5891); empty if it is invalid."""
        name = self.hostname
        if ":" in name:
            return name
        if not name.isascii() and len(name) <= MAX_HOST_LENGTH:
            import idna

            try:
                name = idna.encode(name).decode("ascii")
            except UnicodeError:
                return ""
        labels = name.removesuffix(".").split(".")
        is_name = len(name) <= MAX_HOST_LENGTH and all(0 < len(label) <= MAX_LABEL_LENGTH for label in labels)
        return name if is_name else ""

    @property
    def origin(self) -> str:
        """Scheme, host and port, without user name and password."""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port is not None else "")

    @property
    def problem(self) -> str | None:
        """Why the URL is not an absolute http or https URL that can be requested, or None."""
        if self.scheme not in ("http", "https"):
            return "it does not start with http:// or https://"
        if any(map(_FORBIDDEN.search, self)):
            return "it contains a space or a control character"
        if any(map(_NO_TEXT.search, self)):
            return "it contains a character that UTF-8 cannot encode"
        if odd := _odd_character(self.netloc):
            import unicodedata

            return (
                f"its host contains U+{ord(odd):04X}, which Unicode treats like {unicodedata.normalize('NFKC', odd)!r}"
            )
        host, port = self._host_and_port
        if host is None:
            return "its host has brackets that do not enclose an IPv6 address"
        if not host:
            return "it has no host"
        if port and not (_is_port(port) and int(port)):
            return f"its port is not a number from 1 to {MAX_PORT}"
        if not self.wire_host:
            return "its host is not a valid host name"
        return None

    @property
    def _host_and_port(self) -> tuple[str | None, str | None]:
        found = _HOST.fullmatch(self.netloc.rpartition("@")[2])
        if found is None:
            return None, None
        literal, literal_port, name, port = found.groups()
        if literal is None:
            return name.lower(), port
        if not literal.isascii():  # in a zone id
            return None, None
        from ipaddress import IPv6Address

        try:
            IPv6Address(literal.replace("%25", "%", 1))
        except ValueError:
            return None, None
        return literal.lower(), literal_port


def split_url(text: str) -> Url:
    """The parts of any text as a URL; whether it can be requested is in ``Url.problem``."""
    found = _PARTS.fullmatch(text)
    assert found is not None  # every part is optional
    scheme, netloc, path, query, fragment = (part or "" for part in found.groups())
    return Url(scheme.lower(), netloc, path, query, fragment)


def with_local_scheme(text: str) -> str:
    """``:5077`` and ``localhost:5077/hook`` as http URLs of this machine; any other text as it is."""
    if _LOCAL.match(text):
        return f"http://{'127.0.0.1' if text.startswith(':') else ''}{text}"
    return text


def split_target(target: str) -> tuple[str, str]:
    """Path and query of a request target; that of an absolute URL starts after its host."""
    url = split_url(target) if "://" in target.partition("?")[0] else None
    if url is not None and url.netloc:
        return url.path or "/", url.query
    path, _, query = target.partition("#")[0].partition("?")
    return path or "/", query


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= MAX_PORT


def _odd_character(netloc: str) -> str | None:
    """The first character that Unicode normalises to a URL delimiter, which clients would read as one."""
    if netloc.isascii():
        return None
    import unicodedata

    for char in netloc:
        if not char.isascii() and any(one in _DELIMITERS for one in unicodedata.normalize("NFKC", char)):
            return char
    return None
