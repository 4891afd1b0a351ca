"""The words with which providers say that a message arrived, or that it did not; and those that may mean either."""

from __future__ import annotations

import re

SUCCESS = re.compile(
    r"(?<!un)(?<!not)(?<!not[ _-])(deliver(ed|d)\b|delivrd|success|delivered|handset|\bok\b|\bread\b|complete|received[ _]by)",
    re.I,
)
"""Words that say that a message arrived."""

FAILURE = re.compile(r"fail|undeliv|not[ _-]?deliv|reject|expire|error|invalid|block|unsuccess|undel|bounce", re.I)
"""Words that say that it did not."""

BOTH = re.compile(r"final|report|receipt|\bdlr\b|status|update|callback|delivery[-_. ]?(info|notification)", re.I)
"""Words for an event that carries good and bad news alike."""


def means_delivered(text: str) -> bool:
    """Whether a provider's word says that the message arrived, and nothing else."""
    return bool(SUCCESS.search(text)) and not FAILURE.search(text)
