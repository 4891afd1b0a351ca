"""GET /api/stream: server-sent events."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME
from tests.emulating import CONTACT, NUMBER, connected, until_closed


def test_stream_sends_new_exchanges(inbox: Emulator) -> None:
    """The stream starts with the newest id and then sends exchanges as they are stored."""
    with connected(inbox) as client:
        client.sendall(f"GET /i/{inbox.inbox_name}/api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        received = b""
        while b"event: hello" not in received:
            received += client.recv(65536)
        inbox.reply(NUMBER, "streamed", from_=CONTACT)
        while b"streamed" not in received:
            received += client.recv(65536)
        assert b"event: exchanges" in received


def test_stream_ends_when_the_emulator_stops() -> None:
    """The stream of an open page is completed, so that stopping neither waits for it nor cuts it off."""
    with emulator(ACME) as ringotel:
        client = socket.create_connection(("127.0.0.1", urlsplit(ringotel.url).port or 0), timeout=30)
        client.sendall(b"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        while b"event: hello" not in client.recv(65536):
            continue
    with client:
        assert until_closed(client).endswith(b"0\r\n\r\n")
