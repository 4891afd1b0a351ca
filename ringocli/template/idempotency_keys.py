"""Recognises the names of idempotency keys and of other references that the sender chooses for each message.

Ringotel cannot make a new value for each message: ``init`` reports such a field, and a relay fills it in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ringocli.template.credential_names import folded, is_account_name, is_secret_name

_PER_MESSAGE = (
    "local|client|cli|request|req|external|ext|custom|foreign|own|my|your|unique|uniq|message|msg|sms|mms|transaction|"
    "trans|trx|txn|tx|track|tracking|trace|correlation|corr|reference|ref|idempotency|idempotent|dedup|dedupe|"
    "deduplication|order|invoice|ticket|case|job|batch|bulk|event|conversation|thread|reply|operation|record|entry|"
    "submission|random|source_?message|outgoing|incoming|user_?ref|user_?message|user_?msg"
)


_MESSAGE_ID = re.compile(
    rf"(?:.*_)?(?:{_PER_MESSAGE})_?(?:id|ids|uid|uuid|guid|ulid|key|ref|refs|refid|reference|no|number|nr|idx)|id|idx|uuid|"
    r"guid|ulid|refid|seq|sequence|correlator|correlation|tags?|idempotency|(?:.*_)?(?:ref|reference|nonce)|custom_?[a-z]+|"
    r"(?:user|client|callback|meta|custom|pass)_?(?:data|through|field|string)"
)


@lru_cache(maxsize=20_000)
def names_message_reference(name: str) -> bool:
    """Whether a field is named like an id or a reference that the sender chooses for each message.

    ``local_id``, ``clientRef``, ``idempotency_key``, ``nonce``: neither a value of the account nor a credential.
    """
    return not is_account_name(name) and not is_secret_name(name) and bool(_MESSAGE_ID.fullmatch(folded(name)))


_IDEMPOTENCY_KEY = re.compile(
    r"^id$|idempot|dedup|nonce|uniq\w*_?id|trans(?:action)?_?id|tr?xn?_?id|request_?id|req_?id|^uuid$|^guid$|^ulid$|"
    r"message_?id|msg_?id|sms_?id|local_?id|random_?id|operation_?id|submission_?id",
    re.I,
)


def is_idempotency_key(name: str) -> bool:
    """Whether a field is named like an id that has to differ in every message, or the provider drops duplicates."""
    return bool(_IDEMPOTENCY_KEY.search(name))


_HEADER = re.compile(r"(?:x-)?(?:[\w-]*-)?(?:idempotency-?key|request-?id|correlation-?id|transaction-?id|nonce)")
"""Headers that have another value for each message, and the same one when it is sent again."""


def is_idempotency_header(name: str) -> bool:
    """Whether a header is an idempotency key or another id that is new for each request."""
    return bool(_HEADER.fullmatch(name.lower()))
