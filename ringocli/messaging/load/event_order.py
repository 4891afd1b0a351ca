"""The order of a run's events: all of them, one shard, or those that a journal has left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count as count_from
from itertools import islice, repeat
from operator import length_hint
from typing import NamedTuple, Protocol, TypeAlias

from ringocli.errors import UsageError
from ringocli.messaging.load.compiled import Row
from ringocli.messaging.load.events import NO_ROW, Event, EventFactory
from ringocli.text.digits import is_count

Position: TypeAlias = tuple[int, Row]
"""An event to send: its number in the whole run, and its data row."""


BATCH = 256
"""How many events are made at once where that is faster."""


class Source(Protocol):
    """The source of an engine's events, in order."""

    def take(self) -> Event | None:
        """The next event, or None when there are no more."""

    def skip_rest(self) -> int:
        """How many events are left; none of them is returned any more."""


class Shard(NamedTuple):
    """Part ``number`` of ``total`` (counting from 1): every ``total``-th event."""

    number: int = 1
    total: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``--shard``: ``2/4``.

        Raises:
            UsageError: it is not a number of parts and one of these parts.
        """
        number, slash, total = text.partition("/")
        if not (slash and is_count(number) and is_count(total) and 1 <= int(number) <= int(total) <= 10_000):
            raise UsageError(f"invalid --shard {text!r}", "Write I/N, for example 2/4 for the second of four parts.")
        return cls(int(number), int(total))

    def size(self, whole: int) -> int:
        """How many of ``whole`` events belong to this part."""
        return max(0, (whole - self.number) // self.total + 1)

    def place_of(self, event: int) -> int:
        """The position of an event of this part among the others of the part; both count from 0."""
        return (event - self.number + 1) // self.total

    def event_at(self, place: int) -> int:
        """The number of the event at a position of this part; both count from 0."""
        return place * self.total + self.number - 1


def numbers(count: int | None, shard: Shard) -> Iterable[int]:
    """The numbers of a shard's events in order; without ``count`` they never end."""
    first = shard.number - 1
    return count_from(first, shard.total) if count is None else range(first, count, shard.total)


def positions(*, count: int | None, rows: Iterable[Row] | None, shard: Shard) -> Iterator[Position]:
    """The events of a shard in order; without ``count``, one for each row, or without rows never ending."""
    if rows is None:
        return zip(numbers(count, shard), repeat(NO_ROW), strict=False)
    return _row_positions(rows, count, shard)


def _row_positions(rows: Iterable[Row], count: int | None, shard: Shard) -> Iterator[Position]:
    for number, row in enumerate(rows):
        if count is not None and number >= count:
            return
        if number % shard.total == shard.number - 1:
            yield number, row


class Feed:
    """Makes the event for each position. ``size`` is their number, if it is known without reading them."""

    def __init__(
        self, factory: EventFactory, order: Iterator[Position], *, size: Callable[[], int] | None = None
    ) -> None:
        self._make = factory.event
        self._order = order
        self._size = size
        self._given = 0

    def take(self) -> Event | None:
        """The next event.

        Raises:
            RingocliError: its data row is wrong.
        """
        position = next(self._order, None)
        if position is None:
            return None
        self._given += 1
        return self._make(position[0], position[1])

    def skip_rest(self) -> int:
        """How many events are left; data rows are read to count them."""
        if self._size is not None:
            return max(0, self._size() - self._given)
        return sum(1 for _ in self._order)


class NumberedFeed:
    """Events that differ only by their number, made many at a time; ``ready`` are those made but not yet returned."""

    def __init__(self, factory: EventFactory, numbers: Iterable[int], *, size: int | None) -> None:
        self._factory = factory
        self._numbers = iter(numbers)
        self._size = size
        self._made = 0
        self.ready: Iterator[tuple[int, bytes]] = iter(())

    @property
    def given(self) -> int:
        """How many events were returned."""
        return self._made - length_hint(self.ready)

    def refill(self) -> tuple[int, bytes] | None:
        """Make more events, and return the first of them; None when there are no more.

        Raises:
            UsageError: an event cannot be sent.
        """
        indexes = list(islice(self._numbers, BATCH))
        self._made += len(indexes)
        pairs = list(zip(indexes, self._factory.payloads(indexes), strict=True)) if indexes else []
        self.ready = iter(pairs)
        return next(self.ready, None)

    def event_of(self, pair: tuple[int, bytes]) -> Event:
        """The event with this number and payload."""
        return self._factory.event_of(*pair)

    def take(self) -> Event | None:
        """The next event.

        Raises:
            UsageError: it cannot be sent.
        """
        pair = next(self.ready, None) or self.refill()
        return self.event_of(pair) if pair is not None else None

    def skip_rest(self) -> int:
        """How many events are left; none of them is returned any more."""
        return max(0, self._size - self.given) if self._size is not None else 0
