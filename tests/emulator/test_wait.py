"""GET /api/wait: waiting for an exchange by its fields."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ringocli.errors import CheckFailed, UsageError
from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call


def test_wait_finds_stored_and_new_exchanges(acme: Emulator) -> None:
    """A wait returns a stored exchange at once and a new one as soon as it is stored; an unescaped + is accepted."""
    acme.reply(NUMBER, "first", from_=CONTACT)
    assert "first" == acme.wait(event_key="message", from_=CONTACT)["variables"]["content"]
    got = call(acme, "GET", f"/api/wait?event_key=message&from={CONTACT}&timeout_s=1")
    assert 200 == got.status
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(acme.wait, content="second")
        acme.reply(NUMBER, "second", from_=CONTACT)
        assert "second" == waiting.result()["variables"]["content"]
    with pytest.raises(CheckFailed):
        acme.wait(content="third", timeout_s=0.05)
    with pytest.raises(UsageError):
        acme.wait(contact="third", timeout_s=0.05)


def test_concurrent_waits_get_their_own_exchange(acme: Emulator) -> None:
    """Each of many concurrent waits gets the exchange it asked for."""
    ready = threading.Barrier(20)

    def one(number: int) -> bool:
        ready.wait()
        call(acme, "POST", "/webhook/acme", {**MESSAGE, "params": {**MESSAGE["params"], "content": f"text {number}"}})
        return True

    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(acme.wait, content=f"text {number}", timeout_s=20) for number in range(20)]
        senders = [pool.submit(one, number) for number in range(20)]
        assert all(sender.result() for sender in senders)
        assert [f"text {number}" for number in range(20)] == [one.result()["variables"]["content"] for one in waiting]


def test_wait_sees_replaced_surrogates(acme: Emulator) -> None:
    """A wait sees the same replaced text as a later query."""
    half = b'{"method":"message","params":{"from":"7","to":"2","content":"a\\ud800b"}}'
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(acme.wait, from_="7", timeout_s=20)
        assert 200 == call(acme, "POST", "/webhook/acme", half, JSON).status
        assert "a?b" == waiting.result()["variables"]["content"]
