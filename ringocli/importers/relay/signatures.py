"""Recognises how a provider signs its webhooks, from the headers of sample webhooks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringocli.http.exchange import IncomingRequest, header

_HEADER = re.compile(r"signature|hmac|\bsign\b|x-.*-sig$", re.I)
_NOT_A_SIGNATURE = re.compile(r"version|algorithm|method|timestamp|type|key-?id", re.I)
_STAMP = re.compile(r"timestamp|x-.*-time$", re.I)
_DIGESTS = {40: "sha1", 64: "sha256", 128: "sha512", 28: "sha1", 44: "sha256", 43: "sha256", 88: "sha512"}
"""Lengths of digests in hexadecimal and base64."""


def signature_scheme(webhooks: Sequence[IncomingRequest]) -> dict[str, str] | None:
    """The header with the signature and how it is computed; None if the samples have none.

    ``kind`` is ``hmac``, ``standard`` (Standard Webhooks), ``stripe`` (t=..., v1=...), ``twilio`` or ``ed25519``.
    """
    for webhook in webhooks:
        names = [name for name, _ in webhook.headers]
        signed = next((name for name in names if _HEADER.search(name) and not _NOT_A_SIGNATURE.search(name)), None)
        if signed is None:
            continue
        value = header(webhook.headers, signed.lower()) or ""
        stamp = next((name for name in names if _STAMP.search(name)), "")
        return {"header": signed, "timestamp_header": stamp, "kind": _kind(signed, value), "digest": _digest(value)}
    return None


def _kind(name: str, value: str) -> str:
    key = name.lower()
    if "ed25519" in key:
        return "ed25519"
    if key == "webhook-signature" or key.startswith("svix"):
        return "standard"
    if key == "x-twilio-signature":
        return "twilio"
    return "stripe" if re.match(r"t=\d+\s*,", value) else "hmac"


def _digest(value: str) -> str:
    if found := re.search(r"sha-?(1|256|512)", value, re.I):
        return f"sha{found[1]}"
    text = re.split(r"[=, ]", value.strip(), maxsplit=1)[-1] if re.match(r"[\w-]{1,8}[=,]\S", value.strip()) else value
    for candidate in (value.strip(), text.strip()):
        if len(candidate) in _DIGESTS:
            return _DIGESTS[len(candidate)]
    return "sha256"
