"""GET /api/wait: waiting for an exchange by its fields."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ringocli.errors import CheckFailed, UsageError
from ringocli.testing.context import Emulator
from tests.emulating import CONTACT, JSON, MESSAGE, NUMBER, call


def test_wait_finds_stored_and_new_exchanges(inbox: Emulator) -> None:
    """A wait returns a stored exchange at once and a new one as soon as it is stored; an unescaped + is accepted."""
    inbox.reply(NUMBER, "first", from_=CONTACT)
    assert "first" == inbox.wait(event_key="message", from_=CONTACT)["variables"]["content"]
    got = call(inbox, "GET", f"/api/wait?event_key=message&from={CONTACT}&timeout_s=1")
    assert 200 == got.status
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(inbox.wait, content="second")
        inbox.reply(NUMBER, "second", from_=CONTACT)
        assert "second" == waiting.result()["variables"]["content"]
    with pytest.raises(CheckFailed):
        inbox.wait(content="third", timeout_s=0.05)
    with pytest.raises(UsageError):
        inbox.wait(contact="third", timeout_s=0.05)


@pytest.mark.parametrize("name", ["delivered", "messageDelivered", "messageDelivered:delivered"])
def test_an_event_is_found_by_each_of_its_names(inbox: Emulator, name: str) -> None:
    """A wait and the filter accept the names that the command line accepts."""
    call(inbox, "POST", "/webhook/acme", {"method": "delivered", "params": {"messageid": "m-1"}})
    assert "m-1" == inbox.wait(event=name, timeout_s=5)["variables"]["messageid"]
    found = call(inbox, "GET", f"/api/exchanges?q=event:{name}").document["exchanges"]
    assert ["m-1"] == [one["variables"]["messageid"] for one in found]


def test_concurrent_waits_get_their_own_exchange(inbox: Emulator) -> None:
    """Each of many concurrent waits gets the exchange it asked for."""
    ready = threading.Barrier(20)

    def one(number: int) -> bool:
        ready.wait()
        call(inbox, "POST", "/webhook/acme", {**MESSAGE, "params": {**MESSAGE["params"], "content": f"text {number}"}})
        return True

    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(inbox.wait, content=f"text {number}", timeout_s=20) for number in range(20)]
        senders = [pool.submit(one, number) for number in range(20)]
        assert all(sender.result() for sender in senders)
        assert [f"text {number}" for number in range(20)] == [one.result()["variables"]["content"] for one in waiting]


def test_wait_sees_replaced_surrogates(inbox: Emulator) -> None:
    """A wait sees the same replaced text as a later query."""
    half = b'{"method":"message","params":{"from":"7","to":"2","content":"a\\ud800b"}}'
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(inbox.wait, from_="7", timeout_s=20)
        assert 200 == call(inbox, "POST", "/webhook/acme", half, JSON).status
        assert "a?b" == waiting.result()["variables"]["content"]


def test_wait_for_a_part_of_the_text(inbox: Emulator) -> None:
    """The text may be given as a part or as a regular expression, and any search of the page can be used."""
    inbox.reply(NUMBER, "Your code is 4711.", from_=CONTACT)
    for criteria in ({"contains": "code"}, {"matches": r"is \d{4}\.$"}, {"q": "from:+1310 4711"}):
        assert "Your code is 4711." == inbox.wait(timeout_s=1, **criteria)["variables"]["content"]
    for criteria in ({"contains": "CODE"}, {"matches": "^code"}, {"q": "-4711"}):
        with pytest.raises(CheckFailed) as failed:
            inbox.wait(timeout_s=0.05, **criteria)
        assert "Your code is 4711." in failed.value.hint
    for expression in ("(", "(a+)+$"):
        with pytest.raises(UsageError):
            inbox.wait(matches=expression)


def test_wait_for_a_number_of_exchanges(inbox: Emulator) -> None:
    """Several exchanges are returned as soon as there are enough; a time-out says how many there were."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(inbox.wait_for, 3, event_type="message", timeout_s=20)
        for number in range(3):
            inbox.reply(NUMBER, f"text {number}", from_=CONTACT)
        assert ["text 2", "text 1", "text 0"] == [one["variables"]["content"] for one in waiting.result()]
    with pytest.raises(CheckFailed, match="only 3 of 4"):
        inbox.wait_for(4, event_type="message", timeout_s=0.05)


def test_none_was_received(inbox: Emulator) -> None:
    """A test can check that no exchange fits, now or for a while."""
    inbox.expect_none(content="Hi", timeout_s=0.05)
    newest = inbox.reply(NUMBER, "Hi", from_=CONTACT)
    with pytest.raises(CheckFailed, match="none was expected"):
        inbox.expect_none(content="Hi", timeout_s=5)
    inbox.expect_none(content="Hi", after=newest["id"], timeout_s=0.05)


def test_account_of_webhooks(inbox: Emulator) -> None:
    """Webhooks with an id are counted once; gaps and late ones are found by the number at the end of the id."""
    for webhook_id in ("run-1", "run-2", "run-5", "run-4", "run-2", "other", "other"):
        call(inbox, "POST", "/webhook/acme", MESSAGE, {"webhook-id": webhook_id})
    call(inbox, "POST", "/webhook/acme", {"method": "unknown"})
    assert {
        "schema_version": 1, "received": 8, "matched": 7, "unmatched": 1, "distinct": 5, "duplicates": 2, "lost": 1,
        "out_of_order": 1,
    } == call(inbox, "GET", "/api/account").document  # fmt: skip


def test_export_obeys_the_search(inbox: Emulator) -> None:
    """An export contains only what the search selects."""
    inbox.reply(NUMBER, "one", from_=CONTACT)
    inbox.reply(NUMBER, "two", from_=CONTACT)
    assert 1 == len(call(inbox, "GET", "/api/export?q=two").body.splitlines())
    assert 1 == len(call(inbox, "GET", "/api/export?format=har&q=-two").document["log"]["entries"])
