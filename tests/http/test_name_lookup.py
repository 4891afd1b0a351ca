"""Name lookups end in time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ringocli.http.name_lookup import lookup, lookup_async


def test_this_machine_is_found() -> None:
    """Names and IP addresses of this machine are recognised."""
    assert ["127.0.0.1"] == lookup("127.0.0.1", 80, 5)
    assert {"127.0.0.1", "::1"} >= set(lookup("localhost", 80, 5))
    assert ["127.0.0.1"] == asyncio.run(lookup_async("127.0.0.1", 80))


def test_a_resolver_that_does_not_answer_is_left_behind() -> None:
    """The time limit includes the lookup, with and without an event loop."""
    over = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        over.wait(60)
        return []

    async def bounded() -> None:
        async with asyncio.timeout(0.01):
            await lookup_async("x.example", 80, silent)

    with pytest.raises(TimeoutError):
        lookup("x.example", 80, 0.01, silent)
    with pytest.raises(TimeoutError):
        asyncio.run(bounded())
    over.set()


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("label too long")])
def test_a_failure_is_that_of_the_resolver(error: Exception) -> None:
    """What the resolver raises in its thread is raised here."""

    def failing(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(type(error)):
        lookup("x.example", 80, 5, failing)
    with pytest.raises(type(error)):
        asyncio.run(lookup_async("x.example", 80, failing))
