"""Inboxes: what one test or one person has to itself: weather, chance, and who has opted out."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from random import Random
from typing import Any

from ringocli.messaging.chaos import CLEAR, SIDES, Sky, Trouble
from ringocli.messaging.handset import START_WORDS, STOP_WORDS, key_of

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What an inbox may be called, in ``/i/{inbox}/``."""

MAX_INBOXES = 1_000
MAX_OPTED_OUT = 10_000


class Inbox:
    """One isolated run of everything: the default one is named by the empty string."""

    def __init__(self, name: str, troubles: Mapping[str, Trouble], seed: int) -> None:
        self.name = name
        self._opted_out: OrderedDict[str, None] = OrderedDict()
        self.set_weather(troubles, seed)

    def set_weather(self, troubles: Mapping[str, Trouble], seed: int) -> None:
        """Begin new weather; the seed says how it goes on."""
        self.seed = seed
        self.chance = Random(seed)
        self.ringotel = Sky(troubles.get("ringotel", CLEAR), seed)
        self.provider = Sky(troubles.get("provider", CLEAR), seed + 1)

    @property
    def weather(self) -> dict[str, Any]:
        """The weather as the API tells it."""
        skies = {side: getattr(self, side).trouble.document for side in SIDES}
        return {"schema_version": 1, **skies, "seed": self.seed}

    def hear(self, contact: str, text: str) -> None:
        """STOP and START from a contact count, as carriers have it."""
        word, key = text.strip().casefold(), key_of(contact)
        if word in STOP_WORDS:
            self._opted_out[key] = None
            if len(self._opted_out) > MAX_OPTED_OUT:
                self._opted_out.popitem(last=False)
        elif word in START_WORDS:
            self._opted_out.pop(key, None)

    def has_opted_out(self, contact: str) -> bool:
        """Whether a contact wants no more messages."""
        return key_of(contact) in self._opted_out


class Inboxes:
    """All inboxes, made when they are first named; of too many the one unused for longest is forgotten."""

    def __init__(self, troubles: Mapping[str, Trouble], seed: int) -> None:
        self._troubles = troubles
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
