"""Why no reply came, in words: each names the host, nothing else of the address, and the next step.

What the libraries say themselves is never repeated: they may quote headers.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from ringocli.errors import NoReply, NotConnected

PROXY_HINT = "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or name the host in NO_PROXY."


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What was tried: a host and port, for how long, and whether through a proxy."""

    host: str
    port: int
    timeout_s: float
    proxied: bool

    def proxy_refused(self) -> NotConnected:
        """A proxy answered that it will not connect."""
        return _unconnected("connect", f"the proxy for {self.host} would not connect", PROXY_HINT)

    def timed_out(self, *, has_left: bool) -> NoReply:
        """Time was up, before or after the request began to leave."""
        waited = f"within {self.timeout_s:g} s"
        if has_left:
            hint = "It may have arrived: look there before sending it again, or wait longer with --timeout-s."
            return NoReply(f"{self.host} sent no reply {waited}", hint, kind="timeout")
        hint = "Check the host, the port and the firewall, or wait longer with --timeout-s."
        return _unconnected("timeout", f"no connection to {self._reached} {waited}", hint)

    def no_http(self, *, silent: bool) -> NoReply:
        """The connection was closed without a word (``silent``), or what came was no HTTP."""
        what = "closed the connection without a reply" if silent else "answered with something that is no HTTP"
        return NoReply(f"{self.host} {what}", "Check that an HTTP server listens there, and its log.", kind="protocol")

    def truncated(self) -> NoReply:
        """The reply began, and the connection was closed before its announced end."""
        hint = "The request may have arrived. Check the server's log before sending it again."
        return NoReply(f"{self.host} sent only part of a reply", hint, kind="truncated")

    def broken_off(self) -> NoReply:
        """The connection broke while the request was under way."""
        hint = "The request may have arrived: look there before sending it again."
        return NoReply(f"{self.host} broke off the connection before a reply", hint, kind="protocol")

    def unconnected(self, error: BaseException) -> NotConnected:
        """No connection was made; the reason is somewhere among the error's causes."""
        for cause in _chain(error):
            match cause:
                case ssl.SSLCertVerificationError():
                    return self._untrusted(cause.verify_message.rstrip(".").lower())
                case ssl.SSLError():
                    hint = f"Check that port {self.port} speaks TLS; a private CA is trusted with --ca-file FILE."
                    return _unconnected("tls", f"{self.host}: the TLS handshake failed", hint)
                case socket.gaierror() if not self.proxied:
                    hint = "Check the spelling, and this machine's DNS."
                    return _unconnected("name", f"{self.host}: no such host is known", hint)
                case ConnectionRefusedError():
                    hint = PROXY_HINT if self.proxied else f"Start the server, or check the port ({self.port})."
                    return _unconnected("connect", f"{self._reached} refused the connection", hint)
        hint = PROXY_HINT if self.proxied else "Check the host, the port and this machine's network."
        return _unconnected("connect", f"no connection to {self._reached}", hint)

    def _untrusted(self, why: str) -> NotConnected:
        hint = "Trust the CA that signed it with --ca-file FILE (PEM)."
        if "mismatch" in why:
            why, hint = "it was made for another host", "Use the host name that the certificate was made for."
        elif "expired" in why:
            hint = "The server needs a new certificate; check this machine's clock, too."
        return _unconnected("tls", f"{self.host}: the TLS certificate is not trusted: {why}", hint)

    @property
    def _reached(self) -> str:
        return f"the proxy for {self.host}" if self.proxied else f"port {self.port} of {self.host}"


def _unconnected(kind: str, message: str, hint: str) -> NotConnected:
    return NotConnected(message, hint, kind=kind)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and those it came from, the last one first."""
    found = [error]
    while (cause := found[-1].__cause__ or found[-1].__context__) is not None and len(found) < 10:
        found.append(cause)
    return found
