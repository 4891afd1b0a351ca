"""The configuration of an emulator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringocli.emulator.store.sqlite import MAX_DAYS, MAX_EXCHANGES
from ringocli.http.exchange import RenderedRequest, Reply
from ringocli.messaging.chaos import ChaosSettings
from ringocli.template.values import Values
from ringocli.text.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """A template by file name and text, the address to listen on, and what may be reached.

    ``db`` None is a temporary file, deleted at the end. ``values`` fill what a send does not specify. ``send`` makes
    requests to anything but the built-in provider: it is required with ``provider_url`` and ``forward_to``.
    ``auto_reply`` is the text with which contacts answer every message. ``log`` is called with lines of text. ``sleep``
    is how the handset waits, so that tests can skip its delays.
    """

    name: str
    text: str
    host: str = "127.0.0.1"
    port: int = 0
    db: Path | None = None
    max_exchanges: int = MAX_EXCHANGES
    max_days: float = MAX_DAYS
    values: Values = field(default_factory=Values)
    provider_url: str | None = None
    public_url: str | None = None
    forward_to: Secret | None = None
    listen_as_provider: bool = False
    send: Callable[[RenderedRequest], Reply] | None = None
    chaos: Mapping[str, ChaosSettings] = field(default_factory=dict)
    seed: int = 0
    auto_reply: str | None = None
    access_token: str | None = None
    log: Callable[[str], None] | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
