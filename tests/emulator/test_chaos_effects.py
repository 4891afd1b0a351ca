"""Chaos over real sockets: rejections, faults and broken connections."""

from __future__ import annotations

import json

import pytest

from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, MESSAGE, NUMBER, call, connected, until_closed


def test_rejected_webhook_is_stored_unmatched(inbox: Emulator) -> None:
    """A webhook that chaos rejects is stored but not matched."""
    inbox.set_chaos(ringotel={"status": 500})
    assert 500 == call(inbox, "POST", "/webhook/acme", MESSAGE).status
    [exchange] = inbox.exchanges()
    assert (False, "status 500") == (exchange["matched"], exchange["chaos"])


@pytest.mark.parametrize("status", [204, 205, 304])
def test_bodiless_status_has_no_body(inbox: Emulator, status: int) -> None:
    """A status such as 204 is sent without a body, so the next reply on the connection is readable."""
    inbox.set_chaos(ringotel={"status": status})
    path = inbox.url.partition("//")[2].partition("/")[2]
    head = f"POST /{path}/webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n"
    with connected(inbox) as client:
        client.sendall(f"{head}\r\n{{}}{head}Connection: close\r\n\r\n{{}}".encode())
        replies = until_closed(client).split(b"\r\n\r\n")
    assert 3 == len(replies)
    assert b"" == replies[-1]
    assert all(reply.startswith(b"HTTP/1.1 %d " % status) for reply in replies[:-1])


def test_rate_limit_sends_retry_after(inbox: Emulator) -> None:
    """The third request to a bucket of two gets 429 with Retry-After."""
    inbox.set_chaos(ringotel={"rate_per_s": 0.01, "burst": 2})
    got = [call(inbox, "POST", "/webhook/acme", MESSAGE) for _ in range(3)]
    assert [200, 200, 429] == [one.status for one in got]
    assert 0 < int(got[2].headers["retry-after"]) <= 100


def test_faults_change_the_reply(inbox: Emulator) -> None:
    """HTML, redirect, charset and gzip faults change the provider's reply."""
    import gzip

    body = {"from": NUMBER, "to": CONTACT, "text": "Hi"}
    seen = {}
    for fault in ("html", "redirect", "charset", "gzip"):
        inbox.set_chaos(provider={"fault": fault})
        seen[fault] = call(inbox, "POST", "/provider/v1/messages", body, {"Authorization": "Bearer abc"})
    assert (200, "text/html") == (seen["html"].status, seen["html"].headers["content-type"])
    assert (302, True) == (seen["redirect"].status, "location" in seen["redirect"].headers)
    assert json.loads(seen["charset"].body.decode("utf-16"))["data"]["id"]
    assert json.loads(gzip.decompress(seen["gzip"].body))["data"]["id"]


def post_with_fault(fault: str, inbox: Emulator) -> bytes:
    """The bytes a client receives for a webhook under a fault."""
    inbox.set_chaos(ringotel={"fault": fault})
    body = json.dumps(MESSAGE).encode()
    with connected(inbox) as client:
        head = f"POST /i/{inbox.inbox_name}/webhook/acme HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        if fault == "hang":
            inbox.wait(event_type="message")
            client.settimeout(0.05)
            try:
                return client.recv(100)
            except TimeoutError:
                return b"(nothing)"
        return until_closed(client)


def test_faults_of_the_connection(inbox: Emulator) -> None:
    """Half-closed, truncated and silent connections: the webhook is matched all the same."""
    assert b"" == post_with_fault("half-close", inbox)
    head, _, body = post_with_fault("truncate", inbox).partition(b"\r\n\r\n")
    assert b"content-length: 64" in head
    assert len(body) < 64
    assert b"(nothing)" == post_with_fault("hang", inbox)
    assert 3 == len(inbox.exchanges("event:message"))


def test_builtin_provider_retries(inbox: Emulator) -> None:
    """The built-in provider retries a webhook without an answer, at most twice."""
    inbox.set_chaos(ringotel={"fault": "hang"})
    newest = inbox.reply(NUMBER, "once", from_=CONTACT)
    while len(inbox.exchanges()) < 3:
        newest = inbox.wait(content="once", after=newest["id"])
    assert ["hang"] * 3 == [one["chaos"].partition(":")[0] for one in inbox.exchanges()]
