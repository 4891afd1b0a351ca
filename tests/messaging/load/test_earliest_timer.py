"""The timer that fires at the earliest of several moments."""

from __future__ import annotations

import asyncio
from time import monotonic

from ringocli.messaging.load.earliest_timer import EarliestTimer


def test_the_earliest_moment_counts() -> None:
    """A later moment does not put it off, an earlier one brings it forward, and it can be set again when it fired."""

    async def fired_at() -> list[float]:
        fired: asyncio.Queue[float] = asyncio.Queue()
        timer = EarliestTimer(lambda: fired.put_nowait(monotonic()))
        soon = monotonic() + 0.02
        for moment in (soon + 60, soon, soon + 30):
            timer.set(moment)
        first = await asyncio.wait_for(fired.get(), 10)
        timer.set(soon)
        second = await asyncio.wait_for(fired.get(), 10)
        return [soon, first, second]

    moments = asyncio.run(fired_at())
    assert sorted(moments) == moments
