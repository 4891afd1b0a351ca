"""The ledger: exchanges are written in groups, and watchers and waiters are notified once they are committed.

All requests that are ready in the same iteration of the event loop share one commit, so that a hundred clients pay for
one. Nothing is announced or answered before it is in the file.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ringocli.emulator.store.commit_group import StatusChange, StatusUpdate
from ringocli.emulator.store.exchange import Exchange, StoredExchange
from ringocli.emulator.store.sqlite import Store
from ringocli.emulator.store.wait_criteria import Criteria, keys_of
from ringocli.errors import LocalError

MAX_BEHIND = 2_000
"""How many items a watcher may be behind; a slower one must start over, so that it uses no more memory."""

CHECKPOINT_AFTER = 1_000
"""After this many entries, the store's write-ahead log is moved into its file."""

T = TypeVar("T")
News = tuple[str, Any]
END: News = ("end", {})
"""The emulator is stopping: no further news follows."""

MAX_INLINE_BYTES = 100_000
"""A larger exchange is written in a thread, because other clients should not wait for the disk."""

_Commit = tuple[list[StoredExchange | None], list[StatusChange]]
OnStored = Callable[[StoredExchange | None, LocalError | None], None]
"""Called once an entry is in the file, or cannot be written."""


class Watcher:
    """One listener of an inbox, with the news it has not read yet, at most ``MAX_BEHIND`` items."""

    def __init__(self) -> None:
        self._news: deque[News] = deque()
        self._has_news = asyncio.Event()

    def tell(self, news: News) -> None:
        """Add news; a watcher that is full gets ``reset`` instead of everything."""
        if len(self._news) >= MAX_BEHIND:
            self._news.clear()
            news = ("reset", {})
        self._news.append(news)
        self._has_news.set()

    async def listen(self, quiet_s: float) -> list[News]:
        """All news, as soon as there is any; an empty list after ``quiet_s`` seconds without any."""
        try:
            async with asyncio.timeout(quiet_s):
                await self._has_news.wait()
        except TimeoutError:
            return []
        self._has_news.clear()
        news = list(self._news)
        self._news.clear()
        return news


class Ledger:
    """Writes to the store, reads from it outside the event loop, and notifies watchers and waiters."""

    def __init__(self, store: Store, on_stored: Callable[[StoredExchange], None] | None = None) -> None:
        self.store = store
        self._on_kept = on_stored
        self._loop = asyncio.get_running_loop()
        self._pending: list[tuple[Exchange | StatusUpdate, OnStored]] = []
        self._watchers: dict[str, set[Watcher]] = {}
        self._waiters: dict[tuple[str, str, str], dict[asyncio.Future[StoredExchange], Criteria]] = {}
        self._readers = ThreadPoolExecutor(max_workers=3, thread_name_prefix="store")
        self._committer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")
        self._commit: asyncio.Future[_Commit | LocalError] | None = None
        self._checkpoint: asyncio.Future[None] | None = None
        self._since_checkpoint = 0

    def close(self) -> None:
        """Write what is pending and close the file."""
        self._committer.shutdown()
        self._commit = None
        if self._pending:
            self._flush()
        self._readers.shutdown()
        self.store.close()

    def add(self, entry: Exchange | StatusUpdate) -> asyncio.Future[Any]:
        """Store an exchange; the future's result is the stored exchange, once it is committed.

        The future raises ``LocalError`` if it cannot be stored.
        """
        future: asyncio.Future[StoredExchange | None] = self._loop.create_future()

        def then(stored: StoredExchange | None, error: LocalError | None) -> None:
            if future.done():  # the waiting task has been cancelled
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(stored)

        self.put(entry, then)
        return future

    def put(self, entry: Exchange | StatusUpdate, then: OnStored) -> None:
        """Store an exchange, and call ``then`` as soon as it is committed, or cannot be."""
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append((entry, then))

    def _flush(self) -> None:
        if self._commit is not None:  # what is pending is written as soon as the thread is done
            return
        group, self._pending = self._pending, []
        if not group:
            return
        entries = [entry for entry, _ in group]
        if any(isinstance(entry, Exchange) and (entry.size_bytes or 0) > MAX_INLINE_BYTES for entry in entries):
            self._commit = self._loop.run_in_executor(self._committer, self._committed, entries)
            self._commit.add_done_callback(lambda done: self._finish(group, done.result()))
        else:
            self._announce_group(group, self._committed(entries))

    def _committed(self, entries: list[Exchange | StatusUpdate]) -> _Commit | LocalError:
        try:
            return self.store.commit(entries)
        except LocalError as error:
            return error

    def _finish(self, group: list[tuple[Exchange | StatusUpdate, OnStored]], result: _Commit | LocalError) -> None:
        self._commit = None
        self._announce_group(group, result)
        if self._pending:
            self._loop.call_soon(self._flush)

    def _announce_group(
        self, group: list[tuple[Exchange | StatusUpdate, OnStored]], result: _Commit | LocalError
    ) -> None:
        if isinstance(result, LocalError):
            for _, then in group:
                then(None, result)
            return
        stored, changes = result
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
        watchers = self._watchers.get(stored.inbox)
        if watchers:
            news = ("exchange", stored.brief)  # once for all watchers, and without the body, so that little is kept
            for watcher in watchers:
                watcher.tell(news)
        self._offer(stored)

    def _offer(self, stored: StoredExchange) -> None:
        """Pass an exchange to every waiter whose criteria it meets."""
        if not self._waiters:
            return
        for name, value in keys_of(stored):
            for future, criteria in self._waiters.get((stored.inbox, name, value), {}).items():
                if not future.done() and criteria.fits(stored):
                    future.set_result(stored)

    def _changed(self, change: StatusChange) -> None:
        """Announce a new status, also to waiters."""
        self.tell(change.inbox, ("update", {"id": str(change.id), "status": change.status}))
        if any(criteria.has("status") for waiters in self._waiters.values() for criteria in waiters.values()):
            changed = self.store.get(change.inbox, change.id)
            if changed is not None:
                self._offer(changed)

    def tell(self, inbox: str, news: News) -> None:
        """Send news other than an exchange to every watcher of an inbox."""
        for watcher in self._watchers.get(inbox, ()):
            watcher.tell(news)

    def tell_all(self, news: News) -> None:
        """Send news to every watcher of every inbox."""
        for inbox in self._watchers:
            self.tell(inbox, news)

    def end_streams(self) -> None:
        """Tell every watcher that nothing more will come, so that stopping does not wait for open pages."""
        self.tell_all(END)

    async def read(self, read: Callable[[Store], T]) -> T:
        """Read from the store in a thread, so that a long search does not block the event loop."""
        return await self._loop.run_in_executor(self._readers, read, self.store)

    async def write(self, write: Callable[[Store], T]) -> T:
        """Write to the store in the thread that commits."""
        return await self._loop.run_in_executor(self._committer, write, self.store)

    async def wait(self, inbox: str, criteria: Criteria, timeout_s: float) -> StoredExchange | None:
        """The newest exchange that fits, at once or as soon as it is stored; None if there is none in time.

        The waiter is registered before the store is read, so that no exchange is missed in between.
        """
        future: asyncio.Future[StoredExchange] = self._loop.create_future()
        key = (inbox, *criteria.key)
        self._waiters.setdefault(key, {})[future] = criteria
        try:
            found = await self.read(lambda store: store.first(inbox, criteria.conditions, criteria.fits))
            if found is not None:
                return future.result() if future.done() else found
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            return None
        finally:
            waiters = self._waiters[key]
            del waiters[future]
            if not waiters:
                del self._waiters[key]

    async def watch(self, inbox: str, quiet_s: float = 15.0) -> AsyncGenerator[list[News], None]:
        """News of an inbox, in groups; an empty group whenever nothing happened for ``quiet_s`` seconds."""
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
