"""Regular expressions for delivery statuses: delivered, failed, and ambiguous."""

from __future__ import annotations

import re

SUCCESS = re.compile(
    r"(?<!un)(?<!not)(?<!not[ _-])(deliver(ed|d)\b|delivrd|success|delivered|handset|\bok\b|\bread\b|complete|received[ _]by|"
    r"deliveryack|arrived|entregad|entregue|zugestellt|iletildi|teslim|livr[ée]e?\b|consegnat|dostarczon|doru[čc]en|доставлен|"
    r"送达|配信済)",
    re.I,
)
"""Statuses of a delivered message."""

FAILURE = re.compile(
    r"fail|undeliv|not[ _-]?deliv|reject|expire|error|invalid|block|unsuccess|undel|bounce|"
    r"n[oã]o?[ _-]entreg|nicht[ _-]?zugestellt|iletilmedi|edilemedi|non[ _-](?:consegnat|livr)|niedostarcz|nedoru|"
    r"не[ _-]?доставлен|fallid|falh|fehl|[ée]chec|未送达",
    re.I,
)
"""Statuses of a message that was not delivered."""

BOTH = re.compile(r"final|report|receipt|\bdlr\b|status|update|callback|delivery[-_. ]?(info|notification)", re.I)
"""Names of events that report both outcomes."""


def means_delivered(text: str) -> bool:
    """Whether a provider's status can only mean that the message was delivered."""
    return bool(SUCCESS.search(text)) and not FAILURE.search(text)
