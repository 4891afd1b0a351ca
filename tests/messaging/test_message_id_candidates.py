"""The reply fields that are suggested as the message id."""

from __future__ import annotations

import pytest

from ringocli.messaging.message_id_candidates import candidates
from ringocli.template.pattern.pattern import Json
from ringocli.text.pointer import as_text

REPLIES: dict[str, tuple[Json, str]] = {
    "the id of a batch comes second": (
        {
            "bulkId": "2034072219640523072",
            "messages": [{"messageId": "2250be2d4219-3af1-78856-aabe", "to": "41793026727"}],
        },
        "/messages/0/messageId",
    ),
    "a gateway's own word": ({"data": {"apiMsgId": 8812, "batch": "evening-7"}}, "/data/apiMsgId"),
    "the id of an account comes second": ({"account_id": "ac-77a1b2c3", "id": 12}, "/id"),
}


@pytest.mark.parametrize(("reply", "first"), REPLIES.values(), ids=REPLIES)
def test_the_likeliest_message_id_comes_first(reply: Json, first: str) -> None:
    """A name that means the id of a message precedes one that means the id of something else, at any depth."""
    assert first == as_text(candidates(reply, ("uid",))[0].pointer)
