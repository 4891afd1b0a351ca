"""Error messages for requests without a reply: each names the cause, the host and the next step.

Messages of the libraries are never repeated, because they may quote headers.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

from ringocli.errors import NoReply, NotConnected

PROXY_HINT = "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or add the host to NO_PROXY."


class Failure(NamedTuple):
    """The attempted connection: host, port, time limit, and whether through a proxy."""

    host: str
    port: int
    timeout_s: float
    proxied: bool

    def proxy_refused(self) -> NotConnected:
        """A proxy refused to connect."""
        return _unconnected("connect", f"the proxy refused to connect to {self.host}", PROXY_HINT)

    def timed_out(self, *, has_left: bool) -> NoReply:
        """The time limit was reached, before or after the request was sent."""
        waited = f"within {self.timeout_s:g} s"
        if has_left:
            hint = "The message may have been sent anyway. Check with the provider before retrying, or increase --timeout-s."
            return NoReply(f"{self.host} sent no reply {waited}", hint, kind="timeout")
        hint = "Check the host, the port and the firewall, or increase --timeout-s."
        return _unconnected("timeout", f"no connection to {self._reached} {waited}", hint)

    def not_looked_up(self) -> NotConnected:
        """The time limit was reached before the name server answered."""
        hint = "Check the DNS settings of this machine, or increase --timeout-s."
        return _unconnected("timeout", f"{self.host}: the name server did not answer within {self.timeout_s:g} s", hint)

    def no_http(self, *, silent: bool) -> NoReply:
        """The connection was closed without a reply (``silent``), or the reply was not HTTP."""
        what = "closed the connection without a reply" if silent else "sent a reply that is not HTTP"
        return NoReply(
            f"{self.host} {what}", "Check that an HTTP server is listening there, and see its log.", kind="protocol"
        )

    def truncated(self) -> NoReply:
        """The reply began, and the connection was closed before its announced end."""
        hint = "The request may have arrived. Check the server's log before sending it again."
        return NoReply(f"{self.host} sent only part of a reply", hint, kind="truncated")

    def broken_off(self) -> NoReply:
        """The connection was lost after the request was sent."""
        hint = "The message may have been sent anyway. Check with the provider before retrying."
        return NoReply(f"{self.host} closed the connection before replying", hint, kind="protocol")

    def unconnected(self, error: BaseException) -> NotConnected:
        """No connection was made; the reason is among the causes of the error."""
        import ssl

        for cause in causes(error):
            match cause:
                case ssl.SSLCertVerificationError():
                    return self._untrusted(cause.verify_message.rstrip(".").lower())
                case ssl.SSLError():
                    hint = f"Check that port {self.port} uses TLS. For a private CA, use --ca-file FILE."
                    return _unconnected("tls", f"{self.host}: the TLS handshake failed", hint)
                case socket.gaierror() if not self.proxied:
                    hint = "Check the spelling and the DNS settings of this machine."
                    return _unconnected("name", f"{self.host}: unknown host", hint)
                case ConnectionRefusedError():
                    hint = PROXY_HINT if self.proxied else f"Start the server, or check the port ({self.port})."
                    return _unconnected("connect", f"{self._reached} refused the connection", hint)
        hint = PROXY_HINT if self.proxied else "Check the host, the port and the network of this machine."
        return _unconnected("connect", f"no connection to {self._reached}", hint)

    def _untrusted(self, why: str) -> NotConnected:
        hint = "To trust the CA that signed it, use --ca-file FILE (PEM)."
        if "mismatch" in why:
            why, hint = "it was issued for another host", "Use the host name in the certificate."
        elif "expired" in why:
            hint = "The server needs a new certificate. Also check the clock of this machine."
        return _unconnected("tls", f"{self.host}: the TLS certificate is not trusted: {why}", hint)

    @property
    def _reached(self) -> str:
        return f"the proxy for {self.host}" if self.proxied else f"port {self.port} of {self.host}"


def _unconnected(kind: str, message: str, hint: str) -> NotConnected:
    return NotConnected(message, hint, kind=kind)


def causes(error: BaseException) -> list[BaseException]:
    """The error and its causes, the last one first."""
    found = [error]
    while (cause := found[-1].__cause__ or found[-1].__context__) is not None and len(found) < 10:
        found.append(cause)
    return found
