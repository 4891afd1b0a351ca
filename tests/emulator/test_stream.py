"""GET /api/stream: server-sent events."""

from __future__ import annotations

from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, NUMBER, connected


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
