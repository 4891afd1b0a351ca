"""The ledger: exchanges are written in groups, and whoever waits or watches hears of them once they are committed.

All requests that are ready in the same turn of the event loop share one commit: a single client pays for one commit a
request, a hundred clients share it. Nothing is announced, and nothing is result, before it is in the file.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ringocli.emulator.store.criteria import Criteria, keys_of
from ringocli.emulator.store.exchange import Exchange, StoredExchange
from ringocli.emulator.store.sqlite import Change, StatusUpdate, Store
from ringocli.errors import LocalError

MAX_BEHIND = 2_000
"""A watcher that is further behind is told to start over: memory stays flat however slow it is."""

CHECKPOINT_AFTER = 1_000
"""So many entries after the last time, the store's log is moved into its file."""

T = TypeVar("T")
News = tuple[str, Any]
Then = Callable[[StoredExchange | None, LocalError | None], None]
"""What happens once an entry is in the file, or cannot be written."""


class Watcher:
    """One listener of an inbox: what it has not been told yet, at most ``MAX_BEHIND`` of it."""

    def __init__(self) -> None:
        self._news: deque[News] = deque()
        self._some = asyncio.Event()

    def tell(self, news: News) -> None:
        """Add to what it has to hear; a full watcher hears ``reset`` instead of everything."""
        if len(self._news) >= MAX_BEHIND:
            self._news.clear()
            news = ("reset", {})
        self._news.append(news)
        self._some.set()

    async def listen(self, quiet_s: float) -> list[News]:
        """All that is new, as soon as there is something; nothing after ``quiet_s`` without any."""
        try:
            async with asyncio.timeout(quiet_s):
                await self._some.wait()
        except TimeoutError:
            return []
        self._some.clear()
        heard = list(self._news)
        self._news.clear()
        return heard


class Ledger:
    """Writes to the store, reads from it off the loop, and tells watchers and waiters."""

    def __init__(self, store: Store, on_stored: Callable[[StoredExchange], None] | None = None) -> None:
        self.store = store
        self._on_kept = on_stored
        self._loop = asyncio.get_running_loop()
        self._pending: list[tuple[Exchange | StatusUpdate, Then]] = []
        self._watchers: dict[str, set[Watcher]] = {}
        self._waiters: dict[tuple[str, str, str], dict[asyncio.Future[StoredExchange], Criteria]] = {}
        self._readers = ThreadPoolExecutor(max_workers=3, thread_name_prefix="store")
        self._checkpoint: asyncio.Future[None] | None = None
        self._since_checkpoint = 0

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        if self._pending:
            self._flush()
        self._readers.shutdown()
        self.store.close()

    # -- writing ------------------------------------------------------------------------------------

    def add(self, entry: Exchange | StatusUpdate) -> asyncio.Future[Any]:
        """Store an exchange; the future is done when it is committed, and then holds what was stored.

        The future raises ``LocalError`` if it cannot be stored.
        """
        future: asyncio.Future[StoredExchange | None] = self._loop.create_future()

        def then(stored: StoredExchange | None, error: LocalError | None) -> None:
            if future.done():  # whoever waited has been cancelled
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(stored)

        self.put(entry, then)
        return future

    def put(self, entry: Exchange | StatusUpdate, then: Then) -> None:
        """Store an exchange, and call ``then`` in the same turn as it is committed, or cannot be."""
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append((entry, then))

    def _flush(self) -> None:
        group, self._pending = self._pending, []
        if not group:
            return
        try:
            stored, changes = self.store.commit([entry for entry, _ in group])
        except LocalError as error:
            for _, then in group:
                then(None, error)
            return
        for (_, then), one in zip(group, stored, strict=True):
            then(one, None)
            if one is not None:
                self._announce(one)
        for change in changes:
            self._changed(change)
        self._since_checkpoint += len(group)
        if self._since_checkpoint >= CHECKPOINT_AFTER and (self._checkpoint is None or self._checkpoint.done()):
            self._since_checkpoint = 0
            self._checkpoint = self._loop.run_in_executor(self._readers, self.store.checkpoint)

    def _announce(self, stored: StoredExchange) -> None:
        if self._on_kept is not None:
            self._on_kept(stored)
        for watcher in self._watchers.get(stored.inbox, ()):
            watcher.tell(("exchange", stored))
        self._offer(stored)

    def _offer(self, stored: StoredExchange) -> None:
        """Give an exchange to everybody who waits for one like it."""
        if not self._waiters:
            return
        for name, value in keys_of(stored):
            for future, wanted in self._waiters.get((stored.inbox, name, value), {}).items():
                if not future.done() and wanted.fits(stored):
                    future.set_result(stored)

    def _changed(self, change: Change) -> None:
        """Tell of a new status; somebody may be waiting for just that."""
        self.tell(change.inbox, ("update", {"id": str(change.id), "status": change.status}))
        if any(wanted.asks_for("status") for waiters in self._waiters.values() for wanted in waiters.values()):
            changed = self.store.get(change.inbox, change.id)
            if changed is not None:
                self._offer(changed)

    def tell(self, inbox: str, news: News) -> None:
        """Tell everybody who watches an inbox something that is not an exchange."""
        for watcher in self._watchers.get(inbox, ()):
            watcher.tell(news)

    def tell_all(self, news: News) -> None:
        """Tell every watcher of every inbox."""
        for inbox in self._watchers:
            self.tell(inbox, news)

    # -- reading ------------------------------------------------------------------------------------

    async def read(self, read: Callable[[Store], T]) -> T:
        """Ask the store something, in a thread of its own: a long search holds up nobody."""
        return await self._loop.run_in_executor(self._readers, read, self.store)

    async def wait(self, inbox: str, wanted: Criteria, timeout_s: float) -> StoredExchange | None:
        """The newest exchange that fits, at once or as soon as it comes; None if none came in time.

        The waiter is on the list before the store is asked, so nothing falls between the two.
        """
        future: asyncio.Future[StoredExchange] = self._loop.create_future()
        place = (inbox, *wanted.key)
        self._waiters.setdefault(place, {})[future] = wanted
        try:
            found = await self.read(lambda store: store.first(inbox, wanted.conditions, wanted.fits))
            if found is not None:
                return future.result() if future.done() else found
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            return None
        finally:
            here = self._waiters[place]
            del here[future]
            if not here:
                del self._waiters[place]

    async def watch(self, inbox: str, quiet_s: float = 15.0) -> AsyncIterator[list[News]]:
        """What happens in an inbox, in groups; an empty one whenever nothing happened for ``quiet_s``."""
        watcher = Watcher()
        watchers = self._watchers.setdefault(inbox, set())
        watchers.add(watcher)
        try:
            while True:
                yield await watcher.listen(quiet_s)
        finally:
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(inbox, None)
