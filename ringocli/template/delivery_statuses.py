"""Recognises delivery statuses: delivered, failed, on the way, and ambiguous. Each regular expression is compiled when it is first needed."""

from __future__ import annotations

import re

_SUCCESS = (
    r"(?<!un)(?<!not)(?<!not[ _-])(deliver(ed|d)\b|delivrd|success|delivered|handset|\bok\b|\bread\b|complete|received[ _]by|"
    r"deliveryack|arrived|entregad|entregue|zugestellt|iletildi|teslim|livr[ée]e?\b|consegnat|dostarczon|doru[čc]en|доставлен|"
    r"送达|配信済)"
)
"""Statuses of a delivered message."""

FAILURE = (
    r"fail|undeliv|not[ _-]?deliv|reject|expire|error|invalid|block|unsuccess|undel|bounce|"
    r"n[oã]o?[ _-]entreg|nicht[ _-]?zugestellt|iletilmedi|edilemedi|non[ _-](?:consegnat|livr)|niedostarcz|nedoru|"
    r"не[ _-]?доставлен|fallid|falh|fehl|[ée]chec|未送达"
)
"""Statuses of a message that was not delivered."""

_BOTH = r"final|report|receipt|\bdlr\b|status|update|callback|delivery[-_. ]?(info|notification)"
"""Names of events that report both outcomes."""

_INTERIM = "sent|sending|queue|accept|submit|pending|buffer|process|dispatch|schedul|en_?route|progress|transit|ack|new"
"""Statuses of a message that is still on its way."""


def may_mean_delivered(text: str) -> bool:
    """Whether a provider's status contains a word for "delivered"."""
    # The usual word is recognised without the expression: compiling that takes longer than linting a template.
    return text == "delivered" or re.search(_SUCCESS, text, re.I) is not None


def means_failed(text: str) -> bool:
    """Whether a provider's status contains a word for "failed"."""
    return re.search(FAILURE, text, re.I) is not None


def means_delivered(text: str) -> bool:
    """Whether a provider's status can only mean that the message was delivered."""
    return may_mean_delivered(text) and not means_failed(text)


def names_both(text: str) -> bool:
    """Whether the name of an event suggests that it reports both outcomes."""
    return re.search(_BOTH, text, re.I) is not None


def is_interim(text: str) -> bool:
    """Whether a provider's status can only be that of a message that is still on its way."""
    return re.search(_INTERIM, text, re.I) is not None and not means_delivered(text)
