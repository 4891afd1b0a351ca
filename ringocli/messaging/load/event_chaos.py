"""Chaos on the provider's side: events that arrive twice, late, in another order, in batches, damaged, or not at all.

Every decision is drawn from the run's seed in the order of the events, so that a run can be repeated exactly.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ringocli.errors import UsageError
from ringocli.messaging.case_reader import seconds_of
from ringocli.messaging.load.event_order import Position
from ringocli.messaging.load.events import Event, EventFactory
from ringocli.template.model import RequestSpec
from ringocli.template.variables import Place
from ringocli.text.digits import is_count
from ringocli.text.suggest import did_you_mean

PARTS = 3
"""How many receipts ``per-part`` sends for one message."""

MAX_WINDOW = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChaos:
    """The faults of events. Shares are from 0 to 1; ``reorder`` and ``batch_array`` are numbers of events."""

    early_receipt: bool = False
    per_part: bool = False
    dup_same: float = 0.0
    dup_fresh: float = 0.0
    reorder: int = 1
    late_s: float = 0.0
    lost: float = 0.0
    batch_array: int = 1
    corrupt: float = 0.0

    @property
    def concerns_receipts(self) -> bool:
        """Whether one of the faults only makes sense for delivery receipts."""
        return self.early_receipt or self.per_part or self.late_s > 0


_FLAGS = {"early-receipt": "early_receipt", "per-part": "per_part"}
_SHARES = {"dup-same": "dup_same", "dup-fresh": "dup_fresh", "lost": "lost", "corrupt": "corrupt"}
_COUNTS = {"reorder": "reorder", "batch-array": "batch_array"}
NAMES = (*_FLAGS, *_SHARES, *_COUNTS, "late")


def parse_chaos(text: str) -> EventChaos:
    """Read ``--chaos``: ``dup-same=5%,reorder=3,late=2h``.

    Raises:
        UsageError: there is none, one is unknown or malformed, or two cannot be combined.
    """
    found: dict[str, bool | float | int] = {}
    parts = [piece.strip() for piece in text.split(",") if piece.strip()]
    for part in parts or [""]:
        name, equals, value = part.partition("=")
        if name in _FLAGS and not equals:
            found[_FLAGS[name]] = True
        elif name in _SHARES and (share := _share(value)) is not None:
            found[_SHARES[name]] = share
        elif name in _COUNTS and is_count(value) and 1 <= int(value) <= MAX_WINDOW:
            found[_COUNTS[name]] = int(value)
        elif name == "late" and (seconds := seconds_of(value)) is not None and seconds >= 0:
            found["late_s"] = seconds
        elif name in NAMES:
            raise UsageError(f"invalid --chaos {part!r}", f"For example: {_EXAMPLES[name]}")
        else:
            raise UsageError(f"--chaos: unknown {name!r}{did_you_mean(name, NAMES)}", f"Known: {', '.join(NAMES)}.")
    if found.get("batch_array", 1) > 1 and found.get("corrupt", 0) > 0:
        raise UsageError("--chaos: batch-array and corrupt cannot be combined", "Leave one of them out.")
    return EventChaos(**found)  # type: ignore[arg-type]  # each name has a value of its own type


_EXAMPLES = {
    "early-receipt": "early-receipt", "per-part": "per-part", "dup-same": "dup-same=5%", "dup-fresh": "dup-fresh=1%",
    "lost": "lost=1%", "corrupt": "corrupt=0.1%", "reorder": "reorder=3", "batch-array": "batch-array=10",
    "late": "late=2h",
}  # fmt: skip


def _share(text: str) -> float | None:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


class ChaoticFeed:
    """A source of events with faults, which ``done`` counts."""

    def __init__(self, factory: EventFactory, order: Iterator[Position], chaos: EventChaos, seed: int) -> None:
        self._factory, self._chaos = factory, chaos
        self._random = Random(seed)
        self.done: Counter[str] = Counter()
        has_receipts = any(
            not isinstance(subject, RequestSpec) and subject.place is Place.DELIVERED for subject in factory.subjects
        )
        if chaos.concerns_receipts and not has_receipts:
            raise UsageError(
                "--chaos early-receipt, per-part and late apply to delivery receipts, but none are sent",
                "Add --event messageDelivered, or --event all.",
            )
        self._events = self._batched(self._shuffled(self._repeated(order)))

    def take(self) -> Event | None:
        """The next event."""
        return next(self._events, None)

    def skip_rest(self) -> int:
        """How many events are left; none of them is returned any more."""
        return sum(1 for _ in self._events)

    def _repeated(self, order: Iterator[Position]) -> Iterator[Event]:
        """The events with losses, repetitions, delays and damage; a receipt may precede the event before it."""
        held: Event | None = None
        for position in order:
            for event in self._instances(position):
                if self._chaos.early_receipt and self._is_receipt(position[0]):
                    self.done["early_receipt"] += 1
                    yield event
                    continue
                if held is not None:
                    yield held
                held = event
                if not self._chaos.early_receipt:
                    yield held
                    held = None
        if held is not None:
            yield held

    def _instances(self, position: Position) -> Iterator[Event]:
        chaos, draw = self._chaos, self._random.random
        # All are drawn each time, so that one setting does not shift the sequence of another.
        lost, same, fresh, corrupt, late = draw(), draw(), draw(), draw(), draw()
        if lost < chaos.lost:
            self.done["lost"] += 1
            return
        event = self._factory.event(position[0], position[1])
        if corrupt < chaos.corrupt:
            self.done["corrupt"] += 1
            event = _damaged(event, self._random)
        is_receipt = self._is_receipt(position[0])
        if is_receipt and chaos.late_s:
            self.done["late"] += 1
            event = event._replace(delay_s=late * chaos.late_s)
        yield event
        if is_receipt and chaos.per_part:
            for part in range(1, PARTS):
                self.done["per_part"] += 1
                yield self._factory.copy(position[0], position[1], part)
        if same < chaos.dup_same:
            self.done["dup_same"] += 1
            yield event
        if fresh < chaos.dup_fresh:
            self.done["dup_fresh"] += 1
            yield self._factory.copy(position[0], position[1], PARTS)

    def _is_receipt(self, number: int) -> bool:
        subject = self._factory.subject(number)
        return not isinstance(subject, RequestSpec) and subject.place is Place.DELIVERED

    def _shuffled(self, events: Iterator[Event]) -> Iterator[Event]:
        window: deque[Event] = deque()
        for event in events:
            window.append(event)
            if len(window) >= self._chaos.reorder:
                yield from self._mixed(window)
        yield from self._mixed(window)

    def _mixed(self, window: deque[Event]) -> list[Event]:
        events = list(window)
        window.clear()
        if len(events) > 1:
            self._random.shuffle(events)
            self.done["reordered"] += len(events)
        return events

    def _batched(self, events: Iterator[Event]) -> Iterator[Event]:
        batch: list[Event] = []
        for event in events:
            batch.append(event)
            if len(batch) >= self._chaos.batch_array:
                yield _joined(batch)
                batch = []
        if batch:
            yield _joined(batch)


def _damaged(event: Event, random: Random) -> Event:
    """The event with its body cut in the middle; Content-Length is adapted, so that only the body is wrong."""
    head, _, body = event.payload.partition(b"\r\n\r\n")
    return event._replace(payload=_with_body(head, body[: random.randrange(1, max(2, len(body)))]), damaged=True)


def _joined(batch: list[Event]) -> Event:
    """Several events as one request with a JSON array; a body that is an array gives its elements.

    Raises:
        UsageError: a body is not JSON.
    """
    if len(batch) == 1:
        return batch[0]
    elements: list[object] = []
    for event in batch:
        try:
            document = json.loads(event.payload.partition(b"\r\n\r\n")[2])
        except ValueError:
            raise UsageError(
                "--chaos batch-array needs JSON bodies", "It cannot be combined with corrupt or forms."
            ) from None
        elements += document if isinstance(document, list) else [document]
    headers = batch[0].payload.partition(b"\r\n\r\n")[0]
    body = json.dumps(elements, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return batch[0]._replace(payload=_with_body(headers, body))


def _with_body(headers: bytes, body: bytes) -> bytes:
    lines = [line for line in headers.split(b"\r\n") if not line.startswith(b"Content-Length:")]
    return b"\r\n".join((*lines, b"Content-Length: %d" % len(body), b"", body))
