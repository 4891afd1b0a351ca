"""What an emulator is started with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringocli.http.exchange import RenderedRequest, Reply
from ringocli.messaging.chaos import ChaosSettings
from ringocli.template.values import Values
from ringocli.text.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """A template by name and text, where it listens, and what it may reach.

    ``db`` None is a temporary file, gone at the end. ``send`` makes a request to anywhere but the built-in provider:
    it is needed with ``provider_url`` and ``forward_to``. ``auto_reply`` is what contacts answer by themselves. ``values`` fill what a send leaves open.
    """

    name: str
    text: str
    host: str = "127.0.0.1"
    port: int = 0
    db: Path | None = None
    max_exchanges: int = 100_000
    max_days: float = 30.0
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
