"""A timer of an event loop that is set again and again, and fires at the earliest of the moments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

MARGIN_S = 0.0005
"""How much later it fires, so that the moment is over even if the loop's clock is coarse."""


class EarliestTimer:
    """Calls ``action`` at the earliest moment that was set; the others are forgotten then."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._handle: asyncio.TimerHandle | None = None
        self._fires_at = 0.0

    def set(self, moment: float) -> None:
        """Fire at a moment of the monotonic clock, unless an earlier one is set."""
        now = monotonic()
        if self._handle is not None:
            if now < self._fires_at <= moment:
                return
            self._handle.cancel()
        self._fires_at = moment
        self._handle = asyncio.get_running_loop().call_later(max(0.0, moment - now) + MARGIN_S, self._fire)

    def _fire(self) -> None:
        self._handle = None
        self._action()
