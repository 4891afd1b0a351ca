"""Shared by the emulator's tests: a running emulator, an HTTP client that adds nothing, raw sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from ringocli.testing.context import Emulator

NUMBER, CONTACT = "+12025550100", "+13105550199"
MESSAGE: dict[str, Any] = {"method": "message", "params": {"from": CONTACT, "to": NUMBER, "content": "Hi"}}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """A complete response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


def call(
    emulator: Emulator,
    method: str,
    path: str,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Got:
    """One request to an emulator's inbox; ``content`` that is not bytes is sent as JSON."""
    parts = urlsplit(emulator.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    body = content if isinstance(content, bytes) or content is None else json.dumps(content).encode()
    kind = JSON if content is not None and not isinstance(content, bytes) else {}
    try:
        connection.request(method, parts.path + path, body=body, headers={**kind, **(headers or {})})
        response: HTTPResponse = connection.getresponse()
        headers_read = {name.lower(): value for name, value in response.getheaders()}
        assert len(headers_read) == len(response.getheaders()), f"a header is there twice: {response.getheaders()}"
        return Got(status=response.status, headers=headers_read, body=response.read())
    finally:
        connection.close()


@contextmanager
def connected(emulator: Emulator) -> Iterator[socket.socket]:
    """A TCP connection."""
    parts = urlsplit(emulator.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as client:
        yield client


def until_closed(client: socket.socket) -> bytes:
    """Everything received until the other side closes or resets the connection."""
    received = b""
    try:
        while chunk := client.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received
