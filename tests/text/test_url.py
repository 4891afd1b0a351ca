"""URLs of every kind are split without an exception, and the problem of an unusable one is named."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ringocli.http.outgoing import host_header
from ringocli.text.url import split_target, split_url, with_local_scheme

_PIECES = st.sampled_from(
    [
        "http",
        "https",
        "://",
        "//",
        "[",
        "]",
        "::1",
        "@",
        ":",
        "/",
        "?",
        "#",
        "％",
        "／",
        "℀",
        "host",
        "0",
        "99999",
        "8080",
        "é",
    ]
)
TEXTS = st.text() | st.lists(_PIECES).map("".join)


@given(TEXTS)
@example("http://[")
@example("http://[::1")
@example("http://a／b")
@example("http://x:99999999999999")
@example("http://x:٣")
@example("http://[fe80::1%25eth0]:80/")
def test_no_text_raises(text: str) -> None:
    """Every part of every text can be read, and the parts add up to the text."""
    url = split_url(text)
    assert isinstance((url.username, url.password, url.hostname, url.port, url.origin, url.problem), tuple)
    assert all(part in text or part in text.lower() for part in url)
    path, query = split_target(text)
    assert path
    assert "?" not in path
    assert isinstance(query, str)


@given(TEXTS.filter(str.isprintable))
def test_the_parts_are_those_of_the_standard_library(text: str) -> None:
    """If urlsplit does not raise, it finds the same parts as our function."""
    try:
        theirs = urlsplit(text.strip())
        host, port = theirs.hostname, theirs.port
    except ValueError:
        return
    ours = split_url(text.strip())
    if ours.problem is None:
        assert tuple(theirs) == tuple(ours)
        assert (host, port, theirs.username, theirs.password) == (
            ours.hostname, ours.port, ours.username, ours.password,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://api.example.com/v1?a=b#c", None),
        ("http://127.0.0.1:8025/hook", None),
        ("http://[::1]:8025/hook", None),
        ("http://[fe80::1%25eth0]/", None),
        ("HTTPS://API.example.com", None),
        ("https://bücher.example/", None),
        ("", "does not start with http"),
        ("api.example.com/v1", "does not start with http"),
        ("ftp://x.example", "does not start with http"),
        ("https:///v1", "has no host"),
        ("https://:80/", "has no host"),
        ("https://x.example/a b", "space"),
        ("https://x.exa\tmple/", "control character"),
        ("https://x.example/\udcff", "UTF-8 cannot encode"),
        ("https://[nonsense]/", "IPv6"),
        ("https://[::1/", "IPv6"),
        ("https://a[b].example/", "IPv6"),
        ("https://x.example／v1", "U+FF0F"),
        ("https://x.example：443/v1", "U+FF1A"),
        ("https://x.example:0/", "port"),
        ("https://x.example:65536/", "port"),
        ("https://x.example:99999999999999999999/", "port"),
        ("https://x.example:８０/", "port"),
        ("https://x.example:-1/", "port"),
        ("https://localhost./", None),
        ("https://\ufffd/", "not a valid host name"),
        ("https://a..example/", "not a valid host name"),
        ("https://.example/", "not a valid host name"),
        (f"https://{'a' * 64}.example/", "not a valid host name"),
        (f"https://{'ä' * 64}.example/", "not a valid host name"),
        (f"https://{'ä.' * 5000}example/", "not a valid host name"),
        ("https://xn--ü.example/", "not a valid host name"),
        ("https://[fe80::1%25é]/", "IPv6"),
    ],
)
def test_the_problem_is_named(text: str, words: str | None) -> None:
    """A URL that no client could request has a reason."""
    problem = split_url(text).problem
    assert problem is None if words is None else words in (problem or "")


@given(TEXTS)
def test_a_url_without_a_problem_can_be_sent(text: str) -> None:
    """The Host header for a URL without a problem is ASCII and names the host."""
    url = split_url(f"https://{text}/")
    if url.problem is None:
        assert url.wire_host in host_header(url).encode("ascii").decode()
        assert url.wire_host


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("http://x.example/", 80),
        ("https://x.example/", 443),
        ("https://x.example:/", 443),
        ("http://x.example:8025/", 8025),
        ("https://[::1]:80/", 80),
    ],
)
def test_a_url_without_a_port_uses_that_of_its_scheme(text: str, port: int) -> None:
    """The port to connect to is the one in the URL, else 443 for https and 80 for http."""
    assert port == split_url(text).wire_port


def test_an_internationalised_host_is_sent_as_idna() -> None:
    """The Host header and the resolver get the same name."""
    assert ("xn--bcher-kva.example", "fe80::1") == (
        split_url("https://BÜCHER.example/").wire_host,
        split_url("https://[fe80::1]/").wire_host,
    )


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("/hook?a=b", ("/hook", "a=b")),
        ("", ("/", "")),
        ("?a=b", ("/", "a=b")),
        ("//[x/hook?a=[b", ("//[x/hook", "a=[b")),
        ("http://x.example/hook?a=b", ("/hook", "a=b")),
        ("http://x.example?a=b", ("/", "a=b")),
        ("/hook?to=http://x.example/", ("/hook", "to=http://x.example/")),
    ],
)
def test_a_request_target_has_a_path_and_a_query(target: str, parts: tuple[str, str]) -> None:
    """Targets are paths, or absolute URLs as proxies get them."""
    assert parts == split_target(target)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (":5077", "http://127.0.0.1:5077"),
        (":5077/hook?a=b", "http://127.0.0.1:5077/hook?a=b"),
        ("localhost:5077", "http://localhost:5077"),
        ("localhost", "http://localhost"),
        ("LOCALHOST:80/x", "http://LOCALHOST:80/x"),
        ("127.0.0.1:8025/webhook/acme", "http://127.0.0.1:8025/webhook/acme"),
        ("[::1]:80", "http://[::1]:80"),
        ("localhost.example.com:80", "localhost.example.com:80"),
        ("example.com:80", "example.com:80"),
        ("https://localhost:1", "https://localhost:1"),
        (":port", ":port"),
        ("", ""),
        ("builtin", "builtin"),
    ],
)
def test_a_port_or_a_name_of_this_machine_is_a_url(text: str, url: str) -> None:
    """Only names that always mean this machine get ``http://``; another host may need https."""
    assert url == with_local_scheme(text)
