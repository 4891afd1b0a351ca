"""Name lookups end in time."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import pytest

from ringocli.http.name_lookup import LookupTimedOut, lookup, lookup_async
from tests.conftest import Command


def test_this_machine_is_found() -> None:
    """Names and IP addresses of this machine are recognised."""
    assert ["127.0.0.1"] == lookup("127.0.0.1", 80, 5)
    assert {"127.0.0.1", "::1"} >= set(lookup("localhost", 80, 5))
    assert ["127.0.0.1"] == asyncio.run(lookup_async("127.0.0.1", 80))


def test_a_resolver_that_does_not_answer_is_left_behind() -> None:
    """The time limit includes the name lookup, with and without an event loop."""
    over = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        over.wait(60)
        return []

    async def bounded() -> None:
        async with asyncio.timeout(0.01):
            await lookup_async("x.example", 80, silent)

    with pytest.raises(LookupTimedOut):
        lookup("x.example", 80, 0.01, silent)
    with pytest.raises(TimeoutError):
        asyncio.run(bounded())
    over.set()


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("label too long")])
def test_a_failure_is_that_of_the_resolver(error: Exception) -> None:
    """An error in the resolver's thread is raised in the calling thread."""

    def failing(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(type(error)):
        lookup("x.example", 80, 5, failing)
    with pytest.raises(type(error)):
        asyncio.run(lookup_async("x.example", 80, failing))


@pytest.mark.parametrize(
    "arguments",
    [
        ("send-test", "acme.json", "--url", "http://slow.example"),
        ("send-test", "acme.json", "--url", "https://slow.example"),
        ("simulate-webhook", "acme.json", "--url", "http://slow.example/hook"),
        ("simulate-webhook", "acme.json", "--url", "http://slow.example/hook", "--count", "3", "--concurrency", "2"),
        ("simulate-webhook", "acme.json", "--url", "https://slow.example/hook"),
        ("doctor", "acme.json", "--url", "https://slow.example"),
        ("doctor", "acme.json", "--url", "http://127.0.0.1:9", "--webhook-url", "https://slow.example/", "--from-rung", "webhook_url"),
    ],
)  # fmt: skip
def test_a_slow_name_server_does_not_exceed_the_time_limit(
    ringocli: Command, acme: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Every command that connects stops after --timeout-s and says that the host name was not resolved."""
    over = threading.Event()

    def silent(*request: object, **options: object) -> list[object]:
        over.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    values = ("--property", "API key=x", "--set", "from=1", "--set", "to=2", "--set", "content=x")
    more = () if arguments[0] == "simulate-webhook" else values
    done = ringocli(*arguments, *more, "--timeout-s", "0.05", "--live")
    over.set()
    assert "did not answer within 0.05 s" in done.out + done.err
    assert done.code in (1, 4)
