"""Inboxes: what one test or one person has to itself: weather, chance, and who has opted out."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from random import Random
from typing import Any

from ringocli.messaging.chaos import NO_CHAOS, SIDES, ChaosEngine, ChaosSettings
from ringocli.messaging.handset import START_WORDS, STOP_WORDS, number_key

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What an inbox may be called, in ``/i/{inbox}/``."""

MAX_INBOXES = 1_000
MAX_OPTED_OUT = 10_000


class Inbox:
    """One isolated run of everything: the default one is named by the empty string."""

    def __init__(self, name: str, chaos: Mapping[str, ChaosSettings], seed: int) -> None:
        self.name = name
        self._opted_out: OrderedDict[str, None] = OrderedDict()
        self.set_chaos(chaos, seed)

    def set_chaos(self, chaos: Mapping[str, ChaosSettings], seed: int) -> None:
        """Begin new weather; the seed says how it goes on."""
        self.seed = seed
        self.chance = Random(seed)
        self.ringotel = ChaosEngine(chaos.get("ringotel", NO_CHAOS), seed)
        self.provider = ChaosEngine(chaos.get("provider", NO_CHAOS), seed + 1)

    @property
    def chaos(self) -> dict[str, Any]:
        """The weather as the API tells it."""
        engines = {side: getattr(self, side).settings.document for side in SIDES}
        return {"schema_version": 1, **engines, "seed": self.seed}

    def hear(self, contact: str, text: str) -> None:
        """STOP and START from a contact count, as carriers have it."""
        word, key = text.strip().casefold(), number_key(contact)
        if word in STOP_WORDS:
            self._opted_out[key] = None
            if len(self._opted_out) > MAX_OPTED_OUT:
                self._opted_out.popitem(last=False)
        elif word in START_WORDS:
            self._opted_out.pop(key, None)

    def has_opted_out(self, contact: str) -> bool:
        """Whether a contact wants no more messages."""
        return number_key(contact) in self._opted_out


class Inboxes:
    """All inboxes, made when they are first named; of too many the one unused for longest is forgotten."""

    def __init__(self, chaos: Mapping[str, ChaosSettings], seed: int) -> None:
        self._troubles = chaos
        self._seed = seed
        self._known: OrderedDict[str, Inbox] = OrderedDict()
        self.default = self.named("")

    def named(self, name: str) -> Inbox:
        """The inbox of that name."""
        inbox = self._known.get(name)
        if inbox is None:
            inbox = self._known[name] = Inbox(name, self._troubles, self._seed)
            if len(self._known) > MAX_INBOXES:
                oldest = next(other for other in self._known if other not in ("", name))
                del self._known[oldest]
        elif name:
            self._known.move_to_end(name)
        return inbox


__all__ = ["NAME", "Inbox", "Inboxes"]
