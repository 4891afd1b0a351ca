"""Inboxes: each has its own chaos, random sequence and opted-out contacts, for one test or one person."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from random import Random
from typing import Any

from ringocli.messaging.chaos import NO_CHAOS, ChaosEngine, ChaosSettings
from ringocli.messaging.handset import START_WORDS, STOP_WORDS
from ringocli.messaging.phone_numbers import number_key

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A valid name of an inbox, in ``/i/{inbox}/``."""

MAX_INBOXES = 1_000
MAX_OPTED_OUT = 10_000


class Inbox:
    """One isolated conversation space; the default one is named by the empty string."""

    def __init__(self, name: str, chaos: Mapping[str, ChaosSettings], seed: int) -> None:
        self.name = name
        self._opted_out: OrderedDict[str, None] = OrderedDict()
        self.set_chaos(chaos, seed)

    def set_chaos(self, chaos: Mapping[str, ChaosSettings], seed: int) -> None:
        """Start new chaos; a side that is not named has none. The seed determines the sequence of effects."""
        self.seed = seed
        self.random = Random(seed)
        self.ringotel = ChaosEngine(chaos.get("ringotel", NO_CHAOS), seed)
        self.provider = ChaosEngine(chaos.get("provider", NO_CHAOS), seed + 1)

    @property
    def chaos(self) -> dict[str, Any]:
        """The chaos settings as the API returns them."""
        return {
            "schema_version": 1,
            "ringotel": self.ringotel.settings.document,
            "provider": self.provider.settings.document,
            "seed": self.seed,
        }

    def note_opt_out(self, contact: str, text: str) -> None:
        """Opt a contact out or in again if the text is STOP or START, as carriers do."""
        word, key = text.strip().casefold(), number_key(contact)
        if word in STOP_WORDS:
            self._opted_out[key] = None
            if len(self._opted_out) > MAX_OPTED_OUT:
                self._opted_out.popitem(last=False)
        elif word in START_WORDS:
            self._opted_out.pop(key, None)

    def has_opted_out(self, contact: str) -> bool:
        """Whether a contact has opted out of messages."""
        return number_key(contact) in self._opted_out


class Inboxes:
    """All inboxes, created on first use; beyond ``MAX_INBOXES`` the least recently used one is dropped."""

    def __init__(self, chaos: Mapping[str, ChaosSettings], seed: int) -> None:
        self._chaos = chaos
        self._seed = seed
        self._inboxes: OrderedDict[str, Inbox] = OrderedDict()
        self.default = self.named("")

    def named(self, name: str) -> Inbox:
        """The inbox of that name."""
        inbox = self._inboxes.get(name)
        if inbox is None:
            inbox = self._inboxes[name] = Inbox(name, self._chaos, self._seed)
            if len(self._inboxes) > MAX_INBOXES:
                oldest = next(other for other in self._inboxes if other not in ("", name))
                del self._inboxes[oldest]
        elif name:
            self._inboxes.move_to_end(name)
        return inbox
