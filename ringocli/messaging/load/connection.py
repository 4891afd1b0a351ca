"""One connection of the load engine: an ``asyncio.Protocol`` that carries one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol, cast

from ringocli.http.exchange import Reply
from ringocli.http.reply_parser import MalformedReply, ReplyParser
from ringocli.messaging.load.attempt import DeliveryAttempt
from ringocli.messaging.load.fast_lane import FastLane
from ringocli.messaging.load.known_replies import KnownReplies


class Receiver(Protocol):
    """Receives the results of a connection."""

    known: KnownReplies

    def may_remember(self, status: int) -> bool:
        """Whether replies with this status may be recognised without parsing, because only their status matters."""

    def on_lane_left(self, connection: LoadConnection, now: float) -> None:
        """An event of the fast lane was delivered, and the connection did not take the next one."""

    def on_known_reply(self, connection: LoadConnection, attempt: DeliveryAttempt, status: int, now: float) -> None:
        """A known reply arrived whole; the connection may be used again."""

    def on_reply(self, connection: LoadConnection, attempt: DeliveryAttempt, reply: Reply, now: float) -> None:
        """A complete reply arrived."""

    def on_broken(self, connection: LoadConnection, attempt: DeliveryAttempt, kind: str, now: float) -> None:
        """No complete reply arrived: ``closed``, ``reset``, ``malformed``, ``truncated`` or ``timeout``."""

    def on_closed(self, connection: LoadConnection, *, unannounced: bool) -> None:
        """The connection was closed while idle."""


class LoadConnection(asyncio.Protocol):
    """``attempt`` is the event being sent, None while idle; ``reusable`` is false if the receiver will close.

    In the fast lane, ``pair`` is carried instead: an event's number and payload.
    """

    __slots__ = (
        "_by_head", "_known", "_lane", "_parser", "_receiver", "_transport", "_write", "attempt", "idle_since", "is_failover", "pair", "replies",
        "reusable", "sent_at",
    )  # fmt: skip

    def __init__(self, receiver: Receiver) -> None:
        self._receiver, self._known, self._by_head = receiver, receiver.known, receiver.known.by_head
        self._lane: FastLane
        self._transport: asyncio.Transport | None = None
        self._write: Callable[[bytes], None]
        self._parser: ReplyParser | None = None
        self.attempt: DeliveryAttempt | None = None
        self.pair: tuple[int, bytes] | None = None
        self.sent_at = self.idle_since = 0.0
        self.replies = 0
        self.is_failover = False
        self.reusable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: connected."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is not a subclass
        self._write = self._transport.write

    def send(self, attempt: DeliveryAttempt, now: float) -> None:
        """Write a request; its result is reported exactly once."""
        self.attempt = attempt
        self.sent_at = now
        self._write(attempt.event.payload)

    def carry(self, lane: FastLane, pair: tuple[int, bytes], now: float) -> None:
        """Write an event of the fast lane, and go on with those after it."""
        self._lane, self.pair = lane, pair
        self.sent_at = now
        self._write(pair[1])

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes of a reply."""
        if self.pair is not None:
            # Inlined, because nearly every event takes this path.
            known = self._by_head.get(data)
            if known is None or known.length:  # not a known reply without a body; its body may be included or follow
                known = self._known.find(data)
            if known is not None:
                now = monotonic()
                known.durations_s.append(now - self.sent_at)
                lane = self._lane
                if lane.is_open:
                    self.pair = pair = next(lane.feed.ready, None) or lane.feed.refill()
                    if pair is not None:
                        self.sent_at = now
                        self._write(pair[1])
                        return
                self.pair = None
                self._receiver.on_lane_left(self, now)
                return
        self._received(data)

    def _received(self, data: bytes) -> None:
        attempt = self._current_attempt()
        if attempt is None:
            self.close()  # nothing was requested
            return
        if self._parser is None:
            known = self._known.find(data)
            if known is not None:
                self.attempt = None
                self.replies += 1
                self._receiver.on_known_reply(self, attempt, known.status, monotonic())
                return
            self._parser = ReplyParser(head_only=attempt.event.payload.startswith(b"HEAD "))
        self._parse(attempt, self._parser, data)

    def _current_attempt(self) -> DeliveryAttempt | None:
        """The event being sent; an event of the fast lane becomes an ordinary attempt."""
        if self.pair is not None:
            self.attempt, self.pair = self._lane.attempt_of(self.pair, self.sent_at), None
        return self.attempt

    def _parse(self, attempt: DeliveryAttempt, parser: ReplyParser, data: bytes) -> None:
        try:
            done = parser.feed(data)
        except MalformedReply:
            self._break("malformed", monotonic())
            return
        if done:
            now = monotonic()
            self._finish(attempt, parser, now)
            if parser.keep_alive and self._receiver.may_remember(parser.status):
                self._known.remember(parser, data)

    def _finish(self, attempt: DeliveryAttempt, parser: ReplyParser, now: float) -> None:
        self.attempt = self._parser = None
        self.replies += 1
        self.reusable = self.reusable and parser.keep_alive
        self._receiver.on_reply(self, attempt, parser.reply((now - attempt.sent_at) * 1000), now)

    def check_deadline(self, now: float, timeout_s: float) -> None:
        """Give up on a reply that is overdue."""
        if now >= self.sent_at + timeout_s and self._current_attempt() is not None:
            self._break("timeout", now)

    def eof_received(self) -> bool | None:
        """asyncio: the other side has finished sending."""
        attempt, parser = self._current_attempt(), self._parser
        if attempt is not None and parser is not None and parser.finish():
            self._finish(attempt, parser, monotonic())
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        announced = not self.reusable
        self.reusable = False
        if self._current_attempt() is not None:
            what = "truncated" if self._parser is not None else "closed" if exc is None else "reset"
            self._break(what, monotonic())
        else:
            self._receiver.on_closed(self, unannounced=not announced)

    def _break(self, kind: str, now: float) -> None:
        attempt = self.attempt
        self.attempt = self._parser = None
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()
        if attempt is not None:
            self._receiver.on_broken(self, attempt, kind, now)

    def close(self) -> None:
        """Close the connection; a request on it is dropped without a report."""
        self.attempt = self.pair = None
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()
