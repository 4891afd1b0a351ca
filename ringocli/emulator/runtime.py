"""One running emulator: wires the template, the ledger, both sides and the user together."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import sqlite3
from functools import partial
from pathlib import Path

from ringocli.emulator.access import AccessPolicy
from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.forwarding import forward
from ringocli.emulator.inboxes import Inboxes
from ringocli.emulator.log import line_of
from ringocli.emulator.media import MediaFiles
from ringocli.emulator.outgoing import OutgoingRequests
from ringocli.emulator.provider import Provider
from ringocli.emulator.provider_webhooks import ProviderWebhooks
from ringocli.emulator.ringotel import Ringotel
from ringocli.emulator.store.exchange import StoredExchange
from ringocli.emulator.store.ledger import Ledger
from ringocli.emulator.store.sqlite import Store, store_error
from ringocli.emulator.template_file import TemplateFile
from ringocli.emulator.user import User
from ringocli.emulator.workers import Workers
from ringocli.messaging.request import missing_properties
from ringocli.text.files import temporary_folder
from ringocli.text.url import split_url

CHECK_FILE_EVERY_S = 0.2
EXPIRE_EVERY_S = 3600.0

MAX_LARGE_PAGES = 2
"""Exports that may keep a large exchange in memory at the same time."""


class Runtime:
    """Everything between the sockets and the store. It must be created inside the event loop that it uses."""

    def __init__(self, config: EmulatorConfig, port: int) -> None:
        self.config = config
        self.instance = secrets.token_hex(8)
        self.template_file = TemplateFile(config.name, config.text)
        self.template_file.on_change = self._template_changed
        self._folder = temporary_folder() if config.db is None else None
        path = Path(self._folder.name) / "emulator.db" if self._folder else config.db
        assert path is not None
        self.ledger = Ledger(_opened(path, config), self._log if config.log is not None else None)
        self.large_pages = asyncio.Semaphore(MAX_LARGE_PAGES)
        self.inboxes = Inboxes(config.chaos, config.seed)
        host = reachable_host(config.host.strip("[]"))
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.public_url = config.public_url.rstrip("/") if config.public_url else None
        self.access = AccessPolicy(
            host=config.host.strip("[]").lower(),
            page_token=secrets.token_urlsafe(24),
            access_token=config.access_token,
            public_host=split_url(config.public_url).wire_host if config.public_url else None,
        )
        self.files = MediaFiles(self.ledger, self.public_url or self.url)
        self.workers = Workers()
        outgoing = OutgoingRequests(config.send) if config.send is not None else None
        forwarder = None
        if config.forward_to is not None and outgoing is not None:
            forwarder = partial(forward, to=config.forward_to, outgoing=outgoing)
        self.ringotel = Ringotel(self.template_file, self.ledger, config.values.properties, self.workers, forwarder)
        self.provider_webhooks = ProviderWebhooks(
            self.template_file,
            self.ledger,
            self.ringotel,
            config.values,
            has_handset=not config.listen_as_provider or config.forward_to is not None,
            auto_reply=config.auto_reply,
            sleep=config.sleep,
        )
        self.provider = Provider(self.template_file, self.ledger, self.provider_webhooks, self.workers)
        self.user = User(
            self.template_file,
            self.ledger,
            self.provider,
            self.provider_webhooks,
            config.values,
            outgoing=outgoing if config.provider_url is not None else None,
            provider_url=config.provider_url,
        )
        self._background: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start to watch the template's file, and to delete what is too old."""
        for warning in self.warnings:
            self._log_line(f"warning: {warning}")
        self._background = [asyncio.create_task(self._watch_file()), asyncio.create_task(self._expire())]

    async def close(self) -> None:
        """Stop all background work and close the store."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.provider_webhooks.close()
        self.workers.close()
        self.ledger.close()
        if self._folder is not None:
            self._folder.cleanup()

    async def _watch_file(self) -> None:
        while True:
            await asyncio.sleep(CHECK_FILE_EVERY_S)
            await self.template_file.refresh()

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(EXPIRE_EVERY_S)
            with contextlib.suppress(sqlite3.Error):  # a disk that is full now may have space in an hour
                self.ledger.store.expire()

    @property
    def warnings(self) -> tuple[str, ...]:
        """A warning for each part of this configuration that will not work."""
        if self.config.provider_url is None:
            return ()
        missing = missing_properties(self.template_file.template, self.config.values)
        if not missing:
            return ()
        names = ", ".join(missing)
        return (f"no value for {names}, so nothing can be sent to {self.config.provider_url}; set it with "
                f'--property-env "{missing[0]}=VARIABLE"',)  # fmt: skip

    def _template_changed(self) -> None:
        file = self.template_file
        if file.problem is None:
            self._log_line(f"{file.name}: reloaded")
        else:
            self._log_line(f"{file.problem}; the version of {file.loaded_at:%H:%M:%S} UTC stays in use")
        self.ledger.tell_all(("template", file.state))

    def _log_line(self, line: str) -> None:
        if self.config.log is not None:
            self.config.log(line)

    def _log(self, stored: StoredExchange) -> None:
        self._log_line(line_of(stored))


def reachable_host(host: str) -> str:
    """The address at which other machines reach a server on ``host``; for 0.0.0.0 or ::, that of the default route."""
    if host not in ("0.0.0.0", "::"):
        return host
    family, elsewhere = (socket.AF_INET, "192.0.2.1") if host == "0.0.0.0" else (socket.AF_INET6, "2001:db8::1")
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))  # sends nothing: it only selects the interface of the default route
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1" if host == "0.0.0.0" else "::1"


def _opened(path: Path, config: EmulatorConfig) -> Store:
    """The store, without the exchanges that are too old.

    Raises:
        LocalError: it cannot be opened, or is damaged.
    """
    try:
        store = Store(path, max_exchanges=config.max_exchanges, max_days=config.max_days)
        store.expire()
    except sqlite3.Error as error:
        raise store_error(path, error) from None
    return store
