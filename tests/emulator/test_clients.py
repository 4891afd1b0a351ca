"""HTTP clients as they are: upgrades, compressed bodies, Expect, absolute-form targets and HTTP/1.0."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call, connected, until_closed

BODY = json.dumps(MESSAGE).encode()
LENGTH = f"Content-Length: {len(BODY)}"
TYPE = "Content-Type: application/json"


def exchange(emulator: Emulator, *lines: str, body: bytes = BODY) -> bytes:
    """All that is received for a request made of these lines."""
    with connected(emulator) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return until_closed(client)


def target(emulator: Emulator) -> str:
    return f"/i/{emulator.inbox_name}/webhook/acme"


def test_upgrade_to_http_2_is_ignored(inbox: Emulator) -> None:
    """A client that offers h2c, as Java's does by default, is served by HTTP/1.1, and so is its next request."""
    upgrade = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEAAEAAAAIAAAAB")
    first = "\r\n".join([f"POST {target(inbox)} HTTP/1.1", "Host: 127.0.0.1", TYPE, LENGTH, *upgrade, "", ""])
    query = "\r\n".join([f"GET {target(inbox)}?a=b HTTP/1.1", "Host: 127.0.0.1", *upgrade, "", ""])
    last = "\r\n".join([f"POST {target(inbox)} HTTP/1.1", "Host: 127.0.0.1", TYPE, LENGTH, "Connection: close", "", ""])
    for requests in ((first, last), (query, last), (first, first, last)):
        with connected(inbox) as client:
            for head in requests[:-1]:
                client.sendall(head.encode() + (b"" if head is query else BODY))
                assert b"HTTP/1.1 " in client.recv(65_536)
            client.sendall(requests[-1].encode() + BODY)
            assert until_closed(client).startswith(b"HTTP/1.1 200 ")
    assert 6 == len(inbox.exchanges("is:matched"))


def test_upgrade_in_one_segment_with_the_next_request(inbox: Emulator) -> None:
    """A request that follows an upgrade in the same TCP segment is answered, too."""
    upgrade = ("Connection: Upgrade", "Upgrade: h2c")
    first = "\r\n".join([f"POST {target(inbox)} HTTP/1.1", "Host: 127.0.0.1", TYPE, LENGTH, *upgrade, "", ""]).encode()
    last = "\r\n".join([f"POST {target(inbox)} HTTP/1.1", "Host: 127.0.0.1", TYPE, LENGTH, "Connection: close", "", ""])
    with connected(inbox) as client:
        client.sendall(first + BODY + last.encode() + BODY)
        assert 2 == until_closed(client).count(b"HTTP/1.1 200 ")


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("identity", BODY),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY, mtime=0), mtime=0)),
    ],
    ids=["gzip", "upper-case", "x-gzip", "zlib", "raw deflate", "identity", "twice"],
)
def test_compressed_webhook_is_read(inbox: Emulator, encoding: str, body: bytes) -> None:
    """A compressed webhook is decompressed, matched, shown as text, and can be replayed."""
    got = call(inbox, "POST", "/webhook/acme", body, {**JSON, "Content-Encoding": encoding})
    assert 200 == got.status
    [stored] = inbox.exchanges()
    assert BODY.decode() == stored["request"]["body"]
    assert call(inbox, "POST", f"/api/exchanges/{stored['id']}/replay").document["matched"]


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("br", b"\x0b\x02\x80abc\x03", 415),
        ("zstd", b"abc", 415),
        ("gzip", b"not compressed", 400),
        ("gzip", gzip.compress(BODY, mtime=0)[:-9], 400),
        ("gzip", gzip.compress(b"x" * 20_000_000, mtime=0), 413),
    ],
    ids=["br", "zstd", "invalid", "truncated", "bomb"],
)
def test_body_that_cannot_be_decompressed_is_refused(inbox: Emulator, encoding: str, body: bytes, status: int) -> None:
    """An unknown encoding is refused by name, an invalid or too large body with its own status."""
    got = call(inbox, "POST", "/webhook/acme", body, {**JSON, "Content-Encoding": encoding})
    assert status == got.status
    assert encoding in got.document["error"]["message"] or status == 413


def test_compressed_message_is_read_by_the_provider(inbox: Emulator) -> None:
    """The provider's side decompresses within the same limits as Ringotel's."""
    body = json.dumps({"from": NUMBER, "to": CONTACT, "text": "Hi"}).encode()
    headers = {**JSON, "Authorization": "Bearer key-of-the-account", "Content-Encoding": "gzip"}
    assert 200 == call(inbox, "POST", "/provider/v1/messages", gzip.compress(body), headers).status
    assert body.decode() == inbox.exchanges("direction:outgoing")[0]["request"]["body"]
    bomb = gzip.compress(b"x" * 20_000_000)
    assert 413 == call(inbox, "POST", "/provider/v1/messages", bomb, headers).status
    refused = call(inbox, "POST", "/provider/v1/messages", body, {**headers, "Content-Encoding": "br"})
    assert (415, True) == (refused.status, b"'br' is not supported" in refused.body)


def test_expect_is_answered(inbox: Emulator) -> None:
    """A client that waits for 100 Continue gets it before it sends the body; any other expectation gets 417."""
    head = [f"POST {target(inbox)} HTTP/1.1", "Host: 127.0.0.1", TYPE, LENGTH, "Connection: close"]
    with connected(inbox) as client:
        client.sendall("\r\n".join([*head, "Expect: 100-continue", "", ""]).encode())
        assert client.recv(65_536).startswith(b"HTTP/1.1 100 ")
        client.sendall(BODY)
        assert until_closed(client).startswith(b"HTTP/1.1 200 ")
    assert exchange(inbox, *head, "Expect: something").startswith(b"HTTP/1.1 417 ")


@pytest.mark.parametrize(
    ("authority", "host", "status"),
    [
        ("http://127.0.0.1", "127.0.0.1", 200),
        ("http://127.0.0.1:1", "evil.example", 200),
        ("http://evil.example", "127.0.0.1", 421),
        ("HTTP://LOCALHOST", "evil.example", 200),
        ("http://user@127.0.0.1", "127.0.0.1", 421),
    ],
)
def test_absolute_target_is_checked_by_its_authority(inbox: Emulator, authority: str, host: str, status: int) -> None:
    """The authority of an absolute-form target counts, and the Host header is ignored (RFC 9112, 3.2.2)."""
    lines = (f"POST {authority}{target(inbox)} HTTP/1.1", f"Host: {host}", TYPE, LENGTH, "Connection: close")
    assert exchange(inbox, *lines).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("host", [(), ("Host: 127.0.0.1",)], ids=["without Host", "with Host"])
def test_http_1_0(inbox: Emulator, host: tuple[str, ...]) -> None:
    """HTTP/1.0 needs no Host header, and the connection is closed after the response."""
    lines = (f"POST {target(inbox)} HTTP/1.0", *host, TYPE, LENGTH)
    assert exchange(inbox, *lines).startswith(b"HTTP/1.1 200 ")


def test_http_1_1_needs_a_host(inbox: Emulator) -> None:
    """HTTP/1.1 without a Host header is refused (RFC 9112, 3.2)."""
    lines = (f"POST {target(inbox)} HTTP/1.1", TYPE, LENGTH, "Connection: close")
    assert exchange(inbox, *lines).startswith(b"HTTP/1.1 400 ")
