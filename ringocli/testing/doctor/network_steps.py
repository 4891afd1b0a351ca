"""The steps below HTTP: the name, the connection, the TLS handshake."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime

from ringocli.errors import NoReply
from ringocli.http.addresses import is_loopback
from ringocli.http.direct import connected
from ringocli.http.failure import Failure
from ringocli.http.name_lookup import LookupTimedOut, lookup
from ringocli.http.proxies import proxy_for
from ringocli.testing.doctor.steps import StepFailed

WARNED_DAYS = 14
"""A certificate that expires within this many days is a warning."""


class ProviderConnection:
    """A host to connect to, step by step."""

    def __init__(self, scheme: str, host: str, port: int, *, timeout_s: float, trust: ssl.SSLContext) -> None:
        self.scheme, self.host, self.port = scheme, host, port
        self.proxied = proxy_for(scheme, host) is not None
        self.warnings: list[str] = []
        self._timeout_s = timeout_s
        self._trust = trust
        self._failure = Failure(host=host, port=port, timeout_s=timeout_s, proxied=self.proxied)

    def resolve(self) -> str:
        """The addresses of the host.

        Raises:
            StepFailed: the name is unknown.
        """
        try:
            return ", ".join(lookup(self.host, self.port, self._timeout_s))
        except LookupTimedOut:
            error = self._failure.not_looked_up()
            raise StepFailed("dns", error.message, error.hint) from None
        except (OSError, UnicodeError) as cause:
            hint = "Check the spelling of the host in request_url (or --url), and this machine's DNS."
            raise StepFailed("dns", f"{self.host}: unknown host ({_reason(cause)})", hint) from None

    def connect(self) -> str:
        """Open a connection and close it.

        Raises:
            StepFailed: it is refused, or nothing answers.
        """
        try:
            with self._connected():
                return f"port {self.port} accepts connections"
        except TimeoutError:
            error = self._failure.timed_out(has_left=False)
        except OSError as cause:
            error = self._failure.unconnected(cause)
        raise StepFailed("tcp", error.message, error.hint) from None

    def handshake(self) -> str:
        """Do the TLS handshake as a client would.

        Raises:
            StepFailed: it fails, or the certificate is not trusted.
        """
        try:
            with (
                self._connected() as plain,
                self._trust.wrap_socket(plain, server_hostname=self.host) as secured,
            ):
                self._warn_of_expiry(secured.getpeercert())
                return f"{secured.version()}, certificate valid"
        except TimeoutError:
            error: NoReply = self._failure.timed_out(has_left=False)
        except OSError as cause:
            error = self._failure.unconnected(cause)
        raise StepFailed("tls", error.message, error.hint) from None

    def _connected(self) -> socket.socket:
        return connected(self.host, self.port, time.monotonic() + self._timeout_s)

    def _warn_of_expiry(self, certificate: object) -> None:
        expires = certificate.get("notAfter") if isinstance(certificate, dict) else None
        if isinstance(expires, str):
            left = datetime.fromtimestamp(ssl.cert_time_to_seconds(expires), UTC) - datetime.now(UTC)
            if left.days < WARNED_DAYS:
                self.warnings.append(f"the certificate of {self.host} expires in {left.days} days")

    def warn_of_plain_http(self) -> None:
        """Warn if credentials are sent over plain http to another machine."""
        if not is_loopback(self.host):
            self.warnings.append(f"plain http to {self.host} sends credentials and messages unencrypted")


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
