"""Reads the receiver's own counts if it is a ringocli emulator: what arrived of what a run sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ringocli.errors import NoReply
from ringocli.http.addresses import is_loopback
from ringocli.http.direct import exchange
from ringocli.text.url import split_url

TIMEOUT_S = 5.0
KEYS = ("received", "matched", "unmatched", "distinct", "duplicates", "lost", "out_of_order")


def receiver_account(url: str) -> Mapping[str, Any] | None:
    """The account of the emulator that a webhook URL on this machine belongs to; None if it is not an emulator.

    An emulator's webhook URLs are ``…/webhook/ID``; its API is beside them, in an inbox (``/i/NAME``) as well.
    """
    parts = split_url(url)
    base, found, _ = parts.path.rpartition("/webhook/")
    if not found or parts.scheme != "http" or not is_loopback(parts.hostname):
        return None
    request = f"GET {base}/api/account HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\nConnection: close\r\n\r\n"
    try:
        reply = exchange(parts.hostname, parts.wire_port, request.encode("ascii", "replace"), timeout_s=TIMEOUT_S)
        document = json.loads(reply.body) if reply.status == 200 else None
    except (NoReply, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not all(isinstance(document.get(key), int) for key in KEYS):
        return None
    return {key: document[key] for key in KEYS}
