"""Access: hosts, origins, proxies and tokens."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ringocli.emulator.access import AccessPolicy
from ringocli.emulator.runtime import reachable_host
from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, MESSAGE, NUMBER, call, connected, until_closed


def page_token(page: bytes) -> str:
    """The token in the page."""
    text = page.decode()
    return text[text.index('ringocli-token" content="') + 25 :].partition('"')[0]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "localhost"}, 200),
        ({"Host": "[::1]:99"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "Cross-Site"}, 403),
        ({"Sec-Fetch-Site": "elsewhere"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"X-Forwarded-For": "203.0.113.7"}, 421),
        ({"CF-Connecting-IP": "203.0.113.7"}, 421),
    ],
)
def test_only_this_machine_may_read(inbox: Emulator, headers: dict[str, str], status: int) -> None:
    """Other host names, other origins and tunnels cannot read the page or the API."""
    for path in ("/api/exchanges", "/readyz"):
        assert status == call(inbox, "GET", path, headers=headers).status


def test_browser_must_send_the_page_token(inbox: Emulator) -> None:
    """A state-changing request from a browser needs the page's token; other programs need none."""
    page = call(inbox, "GET", "/")
    assert 200 == page.status
    assert "default-src 'none'" in page.headers["content-security-policy"]
    from_browser = {"Sec-Fetch-Site": "same-origin"}
    wanted = {"from": NUMBER, "to": CONTACT, "content": "Hi"}
    assert 403 == call(inbox, "POST", "/api/send", wanted, from_browser).status
    assert 403 == call(inbox, "DELETE", "/api/exchanges", None, from_browser).status
    token = {"X-Ringocli-Token": page_token(page.body)}
    assert 202 == call(inbox, "POST", "/api/send", wanted, {**from_browser, **token}).status
    assert 202 == call(inbox, "POST", "/api/send", wanted).status


def test_other_sites_cannot_send_webhooks(inbox: Emulator) -> None:
    """The webhook URL is open to programs, but not to other sites in the user's browser."""
    assert 403 == call(inbox, "POST", "/webhook/acme", MESSAGE, {"Origin": "https://evil.example"}).status
    assert 403 == call(inbox, "POST", "/webhook/acme", MESSAGE, {"Origin": "http://["}).status
    link = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}
    for path in ("/webhook/acme?method=message", "/provider/v1/messages", "/v1/messages"):
        assert 403 == call(inbox, "GET", path, headers=link).status
    assert [] == inbox.exchanges()


def test_two_host_headers_are_refused(running: Emulator) -> None:
    """A request with two Host headers is refused, whichever of them is right."""
    for first, second in (("127.0.0.1", "evil.example"), ("evil.example", "127.0.0.1")):
        for path in ("/api/about", "/webhook/acme"):
            with connected(running) as client:
                client.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: {first}\r\nHost: {second}\r\nConnection: close\r\n\r\n".encode()
                )
                assert until_closed(client).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(("name", "served"), [("192.0.2.7", True), ("[2001:db8::1]:80", True), ("dead.beef", False),
                                              ("abc", False), ("1.2.3.4.5", False)])  # fmt: skip
def test_any_ip_address_but_no_name_on_all_interfaces(name: str, served: bool) -> None:
    """If the emulator listens on 0.0.0.0, any IP address is a valid host, but a name is not."""
    access = AccessPolicy(host="0.0.0.0", page_token="page", access_token="a secret & more")
    refusal = access.refusal("GET", "api", "token=a+secret+%26+more", {"host": name})
    assert served == (refusal is None)
    assert (401 if served else 421) == getattr(access.refusal("GET", "api", "token=x", {"host": name}), "status", None)


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("192.0.2.7", "192.0.2.7")])
def test_url_has_the_host_that_is_listened_on(host: str, expected: str) -> None:
    """An IP address is shown unchanged as the host."""
    assert expected == reachable_host(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_url_of_all_interfaces_is_an_address(host: str) -> None:
    """If the emulator listens on all interfaces, its URL has an address that other machines can use, not 0.0.0.0."""
    assert not ip_address(reachable_host(host)).is_unspecified


def test_readiness_needs_no_token() -> None:
    """/readyz is answered without the access token, even beyond loopback."""
    access = AccessPolicy(host="0.0.0.0", page_token="page", access_token="a secret & more")
    assert access.refusal("GET", "readyz", "", {"host": "192.0.2.7"}) is None
