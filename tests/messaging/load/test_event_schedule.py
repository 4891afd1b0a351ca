"""The schedule of a load run: which event is sent at a given moment."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

import pytest

from ringocli.messaging.load.attempt import DeliveryAttempt
from ringocli.messaging.load.counters import RunCounters
from ringocli.messaging.load.event_schedule import MAX_WAITING, EventSchedule
from ringocli.messaging.load.events import Event
from ringocli.messaging.load.plan import LoadPlan


class ListSource:
    """Events from a list."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = list(events)

    def take(self) -> Event | None:
        return self._events.pop(0) if self._events else None

    def skip_rest(self) -> int:
        return len(self._events)


def event(number: int, delay_s: float = 0.0) -> Event:
    return Event(number, f"id-{number}", b"", delay_s=delay_s)


def schedule_of(count: int, *, rate_per_s: float | None = None, duration_s: float | None = None) -> EventSchedule:
    """The schedule of a run that starts at 100 s."""
    plan = LoadPlan(rate_per_s=rate_per_s, duration_s=duration_s)
    schedule = EventSchedule(plan, ListSource(map(event, range(count))), RunCounters())
    schedule.start(100.0)
    return schedule


def number(attempt: DeliveryAttempt | None) -> int | None:
    return attempt.event.number if attempt is not None else None


def test_without_a_rate_a_new_event_is_always_due() -> None:
    """Each event is due when it is asked for, and the run is done after the last one."""
    schedule = schedule_of(2)
    first, second = schedule.next(100.5), schedule.next(107.0)
    assert first is not None
    assert second is not None
    assert ((0, 100.5), (1, 107.0)) == ((first.event.number, first.due), (second.event.number, second.due))
    assert not schedule.is_done
    assert schedule.next(107.0) is None
    assert schedule.is_done


def test_with_a_rate_each_event_has_its_moment() -> None:
    """At 10 events a second nothing is due between two of them; an event that is sent late keeps its due time."""
    schedule = schedule_of(9, rate_per_s=10.0)
    assert 0 == number(schedule.next(100.0))
    assert (None, 100.1) == (schedule.next(100.05), schedule.next_at)
    late = schedule.next(100.35)
    assert late is not None
    assert (1, 100.1) == (late.event.number, late.due)
    assert [2, 3, None] == [number(schedule.next(100.35)) for _ in range(3)]


def test_a_due_retry_goes_before_new_events() -> None:
    """A retry is not sent before its moment; from then on it goes first."""
    schedule = schedule_of(9)
    retry = schedule.next(100.0)
    assert retry is not None
    schedule.postpone(retry, 105.0)
    assert (105.0, False) == (schedule.next_at, schedule.sends_only_new)
    assert [1, 0, 2] == [number(schedule.next(now)) for now in (104.9, 105.0, 105.0)]


@pytest.mark.parametrize(
    ("count", "rate_per_s", "retry_at", "moments"),
    [
        (9, None, None, (100.5, 107.0)),
        (9, None, 105.0, (100.5, 107.0)),
        (9, 0.5, None, (102.0, 107.0)),
        (9, 0.5, 101.0, (101.0, 107.0)),
        (1, None, 105.0, (105.0, 107.0)),
        (1, None, None, (None, None)),
    ],
    ids=["closed", "closed-with-retry", "open", "open-with-retry", "only-a-retry", "nothing-left"],
)
def test_the_schedule_says_when_a_connection_is_needed_next(
    count: int, rate_per_s: float | None, retry_at: float | None, moments: tuple[float | None, float | None]
) -> None:
    """The time of the next event at or after a given time; without a rate, a new event is always due."""
    schedule = schedule_of(count, rate_per_s=rate_per_s)
    first = schedule.next(100.0)
    assert first is not None
    if count == 1:
        assert schedule.next(100.0) is None
    if retry_at is not None:
        schedule.postpone(first, retry_at)
    assert moments == (schedule.next_from(100.5), schedule.next_from(107.0))


def test_nothing_new_becomes_due_while_too_many_events_wait() -> None:
    """The next moment is that of a waiting event, although new ones are overdue."""
    delayed = (event(index, delay_s=60.0) for index in range(MAX_WAITING + 1))
    schedule = EventSchedule(LoadPlan(rate_per_s=1e6), ListSource(delayed), RunCounters())
    schedule.start(monotonic() - 1)
    assert schedule.next(monotonic()) is None
    assert MAX_WAITING == len(schedule.waiting)
    assert schedule.next_at == schedule.waiting[0][0]


def test_a_delayed_event_waits_for_its_moment() -> None:
    """The events after it are sent meanwhile."""
    counters = RunCounters()
    schedule = EventSchedule(LoadPlan(), ListSource([event(0, delay_s=60.0), event(1)]), counters)
    now = monotonic()
    schedule.start(now)
    assert [1, None, 0] == [number(schedule.next(moment)) for moment in (now, now, now + 60.0)]
    assert 2 == counters.taken == schedule.taken


def test_any_number_of_events_in_a_row_may_be_delayed() -> None:
    """They are queued one after another, up to the first that is not delayed."""
    delayed = [event(index, delay_s=60.0) for index in range(3000)]
    schedule = EventSchedule(LoadPlan(), ListSource([*delayed, event(3000)]), RunCounters())
    schedule.start(monotonic())
    assert (3000, 3000) == (number(schedule.next(monotonic())), len(schedule.waiting))


@pytest.mark.parametrize("rate_per_s", [None, 10.0], ids=["closed", "open"])
def test_the_duration_ends_the_new_events_but_not_the_retries(rate_per_s: float | None) -> None:
    """After the duration only what waits is still sent."""
    schedule = schedule_of(99, rate_per_s=rate_per_s, duration_s=1.0)
    first = schedule.next(100.0)
    assert first is not None
    assert (False, True) == (schedule.is_over(100.9), schedule.is_over(101.0))
    schedule.postpone(first, 103.0)
    assert (None, True, False) == (schedule.next(101.0), schedule.is_exhausted, schedule.is_done)
    assert (0, None) == (number(schedule.next(103.0)), schedule.next_at)
    assert schedule.is_done


def test_the_first_event_is_sent_even_if_the_time_is_over() -> None:
    """A run that starts slowly is not empty."""
    schedule = schedule_of(9, duration_s=1.0)
    assert [0, None] == [number(schedule.next(102.0)) for _ in range(2)]


def test_no_new_events_while_too_many_wait() -> None:
    """The queue of retries is bounded."""
    schedule = schedule_of(9)
    for index in range(MAX_WAITING):
        schedule.postpone(DeliveryAttempt(event(index), 100.0), 200.0 + index)
    assert schedule.next(100.0) is None
    assert [0, 0] == [number(schedule.next(200.0)), number(schedule.next(200.0))]


def test_nothing_is_sent_after_closing() -> None:
    """Neither a new event nor one that waits."""
    schedule = schedule_of(9)
    schedule.postpone(DeliveryAttempt(event(7), 100.0), 100.0)
    schedule.close()
    assert (None, True, []) == (schedule.next(100.0), schedule.is_done, list(schedule.drain()))


@pytest.mark.parametrize(("duration_s", "rest"), [(None, 8), (5.0, 0)], ids=["counted", "open-ended"])
def test_the_rest_is_counted_only_if_it_is_known(duration_s: float | None, rest: int) -> None:
    """With a duration, it is unknown how many events there would have been."""
    schedule = schedule_of(9, duration_s=duration_s)
    schedule.next(100.0)
    assert (rest, None) == (schedule.skip_rest(), schedule.next(100.0))
