"""Recognises how a provider signs its webhooks, from the headers of sample webhooks or from what the user states."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ringocli.errors import LocalError
from ringocli.http.exchange import IncomingRequest, header
from ringocli.importers.relay.recipes import SigningRecipe
from ringocli.messaging.webhook import document_of

OPTION = "--sign-webhooks"
_HEADER = re.compile(r"signature|hmac|\bsign\b|\bsig\b|digest", re.I)
_NOT_A_SIGNATURE = re.compile(r"version|algorithm|method|timestamp|type|key-?id|input|nonce", re.I)
_TOKEN = re.compile(r"token|secret|^authorization$|api-?key|password", re.I)
_STAMP = re.compile(r"time-?_?stamp|^ts$|^date$|^time$|x-.*-(?:time|date)$|^x-(?:time|date|ts)$", re.I)
_NONCE = re.compile(r"nonce", re.I)
_JWT = re.compile(r"(?:^|\s)eyJ[\w-]*\.[\w-]*\.[\w-]*$")
_DIGESTS = {40: "sha1", 64: "sha256", 128: "sha512", 28: "sha1", 44: "sha256", 43: "sha256", 88: "sha512"}
"""Lengths of digests in hexadecimal and base64."""
_SEPARATORS = (".", "", "|", ":", "\n")


def is_signature_header(name: str) -> bool:
    """Whether a header's value is a signature, by its name."""
    return _HEADER.search(name) is not None and _NOT_A_SIGNATURE.search(name) is None


def is_stamp(name: str) -> bool:
    """Whether a header or field is named like a timestamp."""
    return _STAMP.search(name) is not None


def signature_scheme(webhooks: Sequence[IncomingRequest], recipe: SigningRecipe | None = None) -> dict[str, Any] | None:
    """Where the signature is and how it is computed; None if neither the samples nor the user show one.

    ``kind`` is ``hmac`` or ``hash``, ``ed25519``, ``rsa`` (ECDSA, too), ``jwt`` (a JSON Web Token) or ``token`` (the
    secret itself). ``texts`` are the texts that may be signed, ``timestamp`` is where the time is, if there is one.

    Raises:
        UsageError: what is stated does not fit the samples.
    """
    if recipe is not None:
        return _stated(webhooks, recipe)
    for webhook in webhooks:
        names = [name for name, _ in webhook.headers]
        stamp = next(filter(is_stamp, names), "")
        nonce = next(filter(_NONCE.search, names), "")
        if signed := next(filter(is_signature_header, names), None):
            return _recognised(signed, header(webhook.headers, signed.lower()) or "", stamp, nonce)
        if token := next(filter(_TOKEN.search, names), None):
            kind = "jwt" if _JWT.search(header(webhook.headers, token.lower()) or "") else "token"
            return {"in": "header", "name": token, "kind": kind}
    return None


def signed_field(webhooks: Sequence[IncomingRequest]) -> str:
    """The field of a sample that is named like a signature; "" if there is none."""
    for webhook in webhooks:
        for name in _fields(webhook):
            if re.fullmatch(r"sig|sign|signature|hmac|mac|checksum|digest|[\w-]*[_-]signature", name, re.I):
                return name
    return ""


def _recognised(name: str, value: str, stamp: str, nonce: str) -> dict[str, Any]:
    """The scheme of a header with its sample value."""
    key = name.lower()
    if _JWT.search(value):
        return {"in": "header", "name": name, "kind": "jwt"}
    scheme: dict[str, Any] = {"in": "header", "name": name, "kind": _kind(key, value), "digest": _digest(value)}
    time = f"$header {stamp.lower()}$" if stamp else ""
    joined = [f"{time}{sign}$body$" for sign in _SEPARATORS] if time else []
    if key in ("webhook-signature", "svix-signature"):
        prefix = key.removesuffix("signature")
        time = f"$header {prefix}timestamp$"
        scheme |= {"texts": [f"$header {prefix}id$.{time}.$body$"]}
    elif re.match(r"t=\d+\s*[,;]", value):
        time = "$timestamp$"
        scheme |= {"texts": [f"{time}{sign}$body$" for sign in (".", "", "|", ":")]}
    elif scheme["kind"] in ("ed25519", "rsa"):
        scheme |= {"texts": [*joined[:4], *([] if joined else ["$body$"])]}
    elif nonce:
        once = f"$header {nonce.lower()}$"
        parts: list[tuple[str, ...]] = (
            [("$body$", once, time), (time, once, "$body$"), (once, time, "$body$")] if time else []
        )
        parts += [("$body$", once), (once, "$body$"), ("$url$$form$", once), ("$url$?$form$", once)]
        scheme |= {"texts": list(dict.fromkeys(sign.join(part) for part in parts for sign in (".", "", "\n")))}
    else:
        texts = ["$body$", "$url$$body$", "$url$$form$"] if key != "x-twilio-signature" else ["$url$$form$"]
        if version := re.match(r"(v\d+)=", value):
            joined = [f"{version[1]}:{time}:$body$", *joined]
        coinbase = [f"{time}$method$$path$$body$"] if time else []
        scheme |= {"texts": [*texts, *joined, *coinbase]}
    return scheme | ({"timestamp": time} if time else {})


def _kind(key: str, value: str) -> str:
    if "ed25519" in key:
        return "ed25519"
    is_long = re.fullmatch(r"[A-Za-z0-9+/]{170,}={0,2}", value) is not None
    return (
        "rsa"
        if is_long or re.search(r"rsa|ecdsa", key) or value.startswith(("MEUC", "MEQC", "MEYC", "MEMC"))
        else "hmac"
    )


def _digest(value: str) -> str:
    if found := re.search(r"sha-?(1|256|512)", value, re.I):
        return f"sha{found[1]}"
    text = re.split(r"[=, ]", value.strip(), maxsplit=1)[-1] if re.match(r"[\w-]{1,8}[=,]\S", value.strip()) else value
    for candidate in (value.strip(), text.strip()):
        if len(candidate) in _DIGESTS:
            return _DIGESTS[len(candidate)]
    return "sha256"


def _stated(webhooks: Sequence[IncomingRequest], recipe: SigningRecipe) -> dict[str, Any]:
    """The scheme that the user states, for the header or field that it names, or that a sample has."""
    names = {name.lower(): name for webhook in webhooks for name, _ in webhook.headers}
    fields = list(dict.fromkeys(name for webhook in webhooks for name in _fields(webhook)))
    recognised = signature_scheme(webhooks)
    name = recipe.name or (recognised["name"] if recognised is not None else signed_field(webhooks)) or "X-Signature"
    in_field = name in fields and name.lower() not in names
    stamps: list[str] = []

    def meaning(part: str) -> str | None:
        if part in ("body", "url", "form", "method", "path", "query", "secret"):
            return f"${part}$"
        if part == "timestamp":
            part = next(filter(is_stamp, [*names, *fields]), "")
        found = f"$field {part}$" if part in fields else f"$header {part.lower()}$" if part.lower() in names else None
        if part.lower() not in names and part not in fields and "-" in part:
            found = f"$header {part.lower()}$"  # a header that no sample shows
        if found is not None and is_stamp(part):
            stamps.append(found)
        return found

    known = ["body", "url", "form", "method", "path", "query", "secret", "timestamp", *names.values(), *fields]
    text = recipe.resolved(meaning, known, OPTION)
    scheme = {"in": "field" if in_field else "header", "name": name, "kind": recipe.kind, "digest": recipe.digest}
    return {**scheme, "texts": [text]} | ({"timestamp": stamps[0]} if stamps else {})


def _fields(webhook: IncomingRequest) -> list[str]:
    try:
        document = document_of(webhook)
    except LocalError:
        return []
    return [str(name) for name in document] if isinstance(document, dict) else []
