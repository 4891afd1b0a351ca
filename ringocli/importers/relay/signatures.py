"""Recognises how a provider signs its webhooks, from the headers of sample webhooks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringocli.http.exchange import IncomingRequest, header

_HEADER = re.compile(r"signature|hmac|\bsign\b|\bsig\b|digest", re.I)
_NOT_A_SIGNATURE = re.compile(r"version|algorithm|method|timestamp|type|key-?id|input", re.I)
_TOKEN = re.compile(r"token|secret|^authorization$|api-?key|password", re.I)
_STAMP = re.compile(r"timestamp|x-.*-time$", re.I)
_JWT = re.compile(r"(?:^|\s)eyJ[\w-]*\.[\w-]*\.[\w-]*$")
_DIGESTS = {40: "sha1", 64: "sha256", 128: "sha512", 28: "sha1", 44: "sha256", 43: "sha256", 88: "sha512"}
"""Lengths of digests in hexadecimal and base64."""


def is_signature_header(name: str) -> bool:
    """Whether a header's value is a signature, by its name."""
    return _HEADER.search(name) is not None and _NOT_A_SIGNATURE.search(name) is None


def signature_scheme(webhooks: Sequence[IncomingRequest]) -> dict[str, str] | None:
    """The header with the signature and how it is computed; None if the samples have none.

    ``kind`` is ``hmac``, ``standard`` (Standard Webhooks), ``stripe`` (t=..., v1=...), ``twilio``, ``ed25519``, ``jwt``
    (a JSON Web Token) or ``token`` (the secret itself).
    """
    for webhook in webhooks:
        names = [name for name, _ in webhook.headers]
        stamp = next((name for name in names if _STAMP.search(name)), "")
        if signed := next(filter(is_signature_header, names), None):
            value = header(webhook.headers, signed.lower()) or ""
            return {"header": signed, "timestamp_header": stamp, "kind": _kind(signed, value), "digest": _digest(value)}
        if token := next(filter(_TOKEN.search, names), None):
            is_jwt = _JWT.search(header(webhook.headers, token.lower()) or "") is not None
            return {"header": token, "timestamp_header": "", "kind": "jwt" if is_jwt else "token", "digest": "sha256"}
    return None


def _kind(name: str, value: str) -> str:
    key = name.lower()
    if "ed25519" in key:
        return "ed25519"
    if key in ("webhook-signature", "svix-signature"):
        return "standard"
    if key == "x-twilio-signature":
        return "twilio"
    return "stripe" if re.match(r"t=\d+\s*[,;]", value) else "hmac"


def _digest(value: str) -> str:
    if found := re.search(r"sha-?(1|256|512)", value, re.I):
        return f"sha{found[1]}"
    text = re.split(r"[=, ]", value.strip(), maxsplit=1)[-1] if re.match(r"[\w-]{1,8}[=,]\S", value.strip()) else value
    for candidate in (value.strip(), text.strip()):
        if len(candidate) in _DIGESTS:
            return _DIGESTS[len(candidate)]
    return "sha256"
