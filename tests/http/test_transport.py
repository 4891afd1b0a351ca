"""Requests are sent byte for byte as rendered, and the errors if there is no reply."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import subprocess
import sys
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import trustme

from ringocli.errors import LocalError, NoReply, NotConnected, UsageError
from ringocli.http.addresses import is_loopback
from ringocli.http.exchange import Direction, RenderedRequest, Reply
from ringocli.http.proxies import proxy_for
from ringocli.http.reply_parser import MAX_REPLY_BYTES
from ringocli.http.transport import Sender, send, send_when_connected
from ringocli.text.secret import Secret
from ringocli.text.traced import Piece, Traced
from ringocli.version import __version__
from tests.loopback import Answer, dripping, raw, serving, unused_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def request_to(
    url: str, *, body: str | None = "{}", method: str = "POST", headers: tuple[tuple[str, str], ...] = ()
) -> RenderedRequest:
    return RenderedRequest(
        name="SendMessage",
        direction=Direction.OUTGOING,
        method=method,
        url=Traced((Piece(Secret(url)),)),
        headers=tuple((name, Traced.plain(value)) for name, value in headers),
        body=Traced.plain(body) if body is not None else None,
        variables={},
    )


@pytest.mark.parametrize(
    ("asked", "on_the_wire"),
    [
        ("/a%2Fb/%7e~?x=a%20b+c&y='[1]'|", "/a%2Fb/%7e~?x=a%20b+c&y='[1]'|"),
        ("/a/../b/./c//d", "/a/../b/./c//d"),
        ("/%zz/%e2%82%AC", "/%zz/%e2%82%AC"),
        ("?only=query", "/?only=query"),
        ("", "/"),
        ("/page#part", "/page"),
        ("/\u20ac?q=\u20ac", "/%E2%82%AC?q=%E2%82%AC"),
        ("/x?", "/x"),
    ],
)
def test_path_and_query_are_sent_unchanged(asked: str, on_the_wire: str) -> None:
    """Nothing is quoted twice or normalised: the provider signs or compares what was written."""
    with raw(OK) as wire:
        send(request_to(wire.url + asked, method="GET", body=None))
    assert f"GET {on_the_wire} HTTP/1.1" == wire.received.split(b"\r\n")[0].decode()


def test_headers_and_body_are_sent_unchanged() -> None:
    """Apart from the request's own headers, only Host, User-Agent, Accept and Content-Length are sent."""
    body = '{"text":"h\u00e9llo \U0001f44b"}'
    sent = request_to("", body=body, headers=(("Content-Type", "application/json"), ("X-Odd-Case", "1")))
    with raw(OK, until=b"}") as wire:
        reply = send(sent._replace(url=Traced.plain(f"{wire.url}/x")))
    head, _, received = wire.received.partition(b"\r\n\r\n")
    assert [
        "POST /x HTTP/1.1",
        f"Host: 127.0.0.1:{wire.port}",
        "Content-Type: application/json",
        "X-Odd-Case: 1",
        f"User-Agent: ringocli/{__version__}",
        "Accept: */*",
        f"Content-Length: {len(body.encode())}",
    ] == head.decode().split("\r\n")
    assert body.encode() == received
    assert (200, b"ok") == (reply.status, reply.body)
    assert 0 < reply.elapsed_ms < 5000


def test_credentials_in_the_url_become_basic_auth() -> None:
    """A webhook URL may carry a user and a password; they appear neither in the request line nor in Host."""
    with serving() as server:
        send(request_to(server.url.replace("://", "://us%20er:pa%3Ass@") + "/hook"))
    seen = server.seen[0]
    assert ("/hook", "Basic dXMgZXI6cGE6c3M=") == (seen.target, seen.header("authorization"))
    assert f"127.0.0.1:{server.port}" == seen.header("host")


def test_redirects_are_replies() -> None:
    """A redirect is shown, not followed, even if its URL is invalid."""
    with serving(Answer(status=302, headers=(("Location", "http://[::bad"),))) as server:
        reply = send(request_to(server.url))
    assert (302, 1) == (reply.status, len(server.seen))


def test_cookies_are_not_kept() -> None:
    """Two webhooks over one connection do not share cookies."""
    with (
        serving(Answer(headers=(("Set-Cookie", "a=b"),))) as server,
        Sender(timeout_s=5) as sender,
    ):
        sender.send(request_to(server.url))
        sender.send(request_to(server.url))
    assert [None, None] == [seen.header("cookie") for seen in server.seen]


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_a_long_reply_is_cut(encoding: str, compress: object) -> None:
    """Everything over 1 MB is dropped, with a note, compressed or not, so that no reply fills the memory."""
    long = b"x" * (MAX_REPLY_BYTES * 3)
    bomb = compress(long)  # type: ignore[operator]
    with serving(Answer(body=long), Answer(body=bomb, headers=(("Content-Encoding", encoding),))) as server:
        replies = [send(request_to(server.url)) for _ in range(2)]
    note = ("the reply is larger than 1 MB and was cut",)
    assert [(MAX_REPLY_BYTES, note)] * 2 == [(len(reply.body), reply.notes) for reply in replies]


def test_an_incomplete_body_is_still_a_reply() -> None:
    """A reply with a status has been sent by the provider; an incomplete body is only noted."""
    with raw(b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\nhalf") as wire:
        reply = send(request_to(wire.url, body=None, method="GET"))
    assert (201, b"half", ("the connection was closed before the end of the reply",)) == (
        reply.status,
        reply.body,
        reply.notes,
    )


def failing(url: str, **options: object) -> NoReply:
    with pytest.raises(NoReply) as caught:
        send(request_to(url, body=None, method="GET"), **options)  # type: ignore[arg-type]
    return caught.value


def test_a_refused_port_is_named() -> None:
    """If nothing listens, the error names the port but not the path."""
    port = unused_port()
    error = failing(f"http://127.0.0.1:{port}/hook/t0ken")
    assert ("connect", True) == (error.kind, isinstance(error, NotConnected))
    assert f"port {port} of 127.0.0.1 refused the connection" == error.message
    assert "t0ken" not in error.message + error.hint


def test_an_unknown_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """``.invalid`` never resolves (RFC 2606)."""
    monkeypatch.setenv("NO_PROXY", "*")
    error = failing("https://nobody.invalid/hook/t0ken")
    assert ("name", True) == (error.kind, isinstance(error, NotConnected))
    assert "nobody.invalid: unknown host" == error.message


def test_silence_is_a_timeout() -> None:
    """A server that reads and does not reply: the request may have arrived."""
    with raw(b"", hold=True) as wire:
        error = failing(wire.url, timeout_s=0.2)
    assert ("timeout", False) == (error.kind, isinstance(error, NotConnected))
    assert "127.0.0.1 sent no reply within 0.2 s" == error.message


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (b"", "127.0.0.1 closed the connection without a reply"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "127.0.0.1 sent a reply that is not HTTP"),
    ],
)
def test_a_non_http_reply_is_a_protocol_error(reply: bytes, message: str) -> None:
    """The connection was made, but the reply is not HTTP."""
    with raw(reply) as wire:
        error = failing(wire.url)
    assert ("protocol", message) == (error.kind, error.message)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_an_unknown_ca_is_refused_and_then_trusted(
    authority: trustme.CA, server_tls: ssl.SSLContext, tmp_path: Path
) -> None:
    """TLS is always verified; the message names the option that trusts another CA."""
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    with serving(tls=server_tls) as server:
        error = failing(server.url)
        assert 200 == send(request_to(server.url), ca_file=str(pem)).status
    assert ("tls", True) == (error.kind, isinstance(error, NotConnected))
    assert error.message.startswith("127.0.0.1: the TLS certificate is not trusted: ")
    assert "--ca-file FILE" in error.hint


def test_a_certificate_for_another_host_is_refused(authority: trustme.CA, tmp_path: Path) -> None:
    """A trusted CA is not enough: the certificate has to be the host's."""
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    with serving(tls=context) as server:
        error = failing(server.url, ca_file=str(pem))
    assert "127.0.0.1: the TLS certificate is not trusted: it was issued for another host" == error.message


def test_tls_to_a_plain_port_is_explained() -> None:
    """An https URL whose port accepts only plain http."""
    with serving() as server:
        error = failing(server.url.replace("http:", "https:"))
    assert ("tls", "127.0.0.1: the TLS handshake failed") == (error.kind, error.message)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unusable_ca_file_is_refused(tmp_path: Path, content: str | None) -> None:
    """The error is reported before anything is sent."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(LocalError):
        Sender(ca_file=str(path))


@pytest.mark.parametrize(
    ("header", "body", "method"),
    [
        ("a\nX-Injected: 1", "{}", "POST"),
        ("a", "\ud800", "POST"),
        ("a", "{}", "PO ST"),
        ("a", "{}", "P\u00d6ST"),
    ],
)
def test_an_unsendable_request_is_refused(header: str, body: str, method: str) -> None:
    """A line break in a header, a lone surrogate and an invalid method are refused before anything is sent."""
    with serving() as server, pytest.raises(UsageError):
        send(request_to(server.url, body=body, method=method, headers=(("X-A", header),)))
    assert [] == server.seen


def test_only_failed_connections_are_retried() -> None:
    """An SMS that may have been sent is not sent twice."""
    waits: list[float] = []
    answers: Iterator[NotConnected | Reply] = iter([NotConnected("a"), NotConnected("b"), Reply(status=200)])

    def network(_: RenderedRequest) -> Reply:
        answer = next(answers)
        if isinstance(answer, NotConnected):
            raise answer
        return answer

    asked = request_to("http://127.0.0.1/")
    assert 200 == send_when_connected(asked, network, retries=2, sleep=waits.append).status
    assert [0.5, 1.0] == waits

    def silent(_: RenderedRequest) -> Reply:
        raise NoReply("no reply", kind="timeout")

    with pytest.raises(NoReply):
        send_when_connected(asked, silent, retries=5, sleep=waits.append)
    assert [0.5, 1.0] == waits


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("LOCALHOST.", True), ("app.localhost", True), ("127.0.0.1", True),
        ("127.255.1.2", True), ("::1", True), ("[::1]", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False), ("128.0.0.1", False), ("localhost.example", False), ("notlocalhost", False),
        ("127.0.0.1.example", False), ("", False), ("::2", False), ("2130706433", False),
    ],
)  # fmt: skip
def test_loopback_is_recognised_by_its_name(host: str, expected: bool) -> None:
    """Only names that always mean this machine count; other names that may resolve to it need --live."""
    assert expected is is_loopback(host)


def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment serves other hosts only, and not those in NO_PROXY."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "inside.example")
    assert "http://proxy.example:3128" == proxy_for("https", "api.example")
    assert [None] * 3 == [proxy_for("https", host) for host in ("127.0.0.1", "localhost", "inside.example")]


def test_a_proxy_gets_the_whole_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """Path and query are sent unchanged through a proxy, too."""
    with raw(OK) as wire:
        for name in ("HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, wire.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        send(request_to("http://api.example/a%2Fb?x='1'", method="GET", body=None))
    assert b"GET http://api.example/a%2Fb?x='1' HTTP/1.1" == wire.received.split(b"\r\n")[0]


def test_libraries_log_nothing_below_a_warning() -> None:
    """Httpx logs whole URLs at INFO, and a URL may be the secret."""
    import_module("ringocli.http.remote")
    assert [logging.WARNING] * 2 == [logging.getLogger(name).level for name in ("httpx", "httpcore")]


def test_a_plain_request_to_this_machine_imports_no_client() -> None:
    """A single webhook from the shell waits for neither httpx nor asyncio to be imported."""
    with raw(OK) as wire:
        code = (
            "import sys\n"
            "from ringocli.http.exchange import Direction, RenderedRequest\n"
            "from ringocli.http.transport import send\n"
            "from ringocli.text.traced import Traced\n"
            f"url = Traced.plain({wire.url!r})\n"
            "print(send(RenderedRequest(name='', direction=Direction.OUTGOING, method='POST', url=url, headers=(), "
            "body=None, variables={})).status)\n"
            "print([name for name in ('httpx', 'httpcore', 'anyio', 'asyncio') if name in sys.modules])\n"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "200\n[]\n" == found.stdout


SLOW = {
    "headers that never end": [b"HTTP/1.1 200 OK\r\n"] + [b"X-More: 1\r\n"] * 1000,
    "interim replies without end": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 1000,
    "a status line byte by byte": [bytes([byte]) for byte in b"HTTP/1.1 200 " + b"O" * 1000],
}


@pytest.mark.parametrize("secure", [False, True], ids=["direct", "httpx"])
@pytest.mark.parametrize("pieces", SLOW.values(), ids=SLOW.keys())
def test_the_time_limit_covers_the_whole_reply(
    pieces: list[bytes], secure: bool, server_tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    """A server that keeps sending a little, but never a complete status and headers, does not exceed the time limit."""
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    with dripping(pieces, tls=server_tls if secure else None) as url:
        error = failing(url, timeout_s=0.3, ca_file=str(pem) if secure else None)
    assert ("timeout", "127.0.0.1 sent no reply within 0.3 s") == (error.kind, error.message)


@pytest.mark.parametrize("secure", [False, True], ids=["direct", "httpx"])
def test_a_slow_body_is_cut_in_time(
    secure: bool, server_tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    """A reply with a slow body counts, and a note says that the body was incomplete."""
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", *[b"x"] * 1000]
    with dripping(pieces, tls=server_tls if secure else None) as url:
        reply = send(request_to(url), timeout_s=0.3, ca_file=str(pem) if secure else None)
    assert (200, ("the reply did not end within 0.3 s and was cut",)) == (reply.status, reply.notes)
    assert 0 < len(reply.body) < 1000


def test_ipv6_loopback_is_reached() -> None:
    """An IPv6 address keeps its brackets in Host."""
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener:
        error = failing(f"http://[::1]:{listener.getsockname()[1]}/", timeout_s=0.2)
    assert "::1 sent no reply within 0.2 s" == error.message
