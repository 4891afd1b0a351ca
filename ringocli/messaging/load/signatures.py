"""Signs webhooks as providers do, for a receiver of your own, and verifies signatures.

Sources: Standard Webhooks (standardwebhooks.com, specification 1.0.0), Twilio (twilio.com/docs/usage/security) and
Telnyx (developers.telnyx.com, "Webhook fundamentals"), as of 2026-11. Ringotel documents no check of a signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from ringocli.errors import LocalError, UsageError
from ringocli.http.content_types import Encoding, encoding_of
from ringocli.text.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOLERANCE_S = 300
"""How old or new a timestamp may be; Standard Webhooks and Telnyx both recommend five minutes."""


class Scheme(StrEnum):
    """How a webhook is signed."""

    STANDARD_WEBHOOKS = "standard-webhooks"
    HMAC_HEX = "hmac-sha256-hex"
    HMAC_BASE64 = "hmac-sha256-base64"
    HMAC_TIMESTAMP_HEX = "hmac-sha256-timestamp-hex"
    HMAC_TIMESTAMP_BASE64 = "hmac-sha256-timestamp-base64"
    TWILIO = "twilio"
    TELNYX = "telnyx"
    BASIC = "basic"
    TOKEN = "token"


_BODY_HASH = "bodySHA256"
SIGNATURE_HEADER = "X-Signature"
TIMESTAMP_HEADER = "X-Timestamp"
SIGNATURE_HEADERS = ("webhook-signature", "x-twilio-signature", "telnyx-signature-ed25519", SIGNATURE_HEADER.lower())
"""Headers with a signature of the body, in lower case."""

_HMACS = {
    Scheme.HMAC_HEX: (False, "hex"),
    Scheme.HMAC_BASE64: (False, "base64"),
    Scheme.HMAC_TIMESTAMP_HEX: (True, "hex"),
    Scheme.HMAC_TIMESTAMP_BASE64: (True, "base64"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A scheme with its key. For ``basic`` the key is ``user:password``, for ``token`` the value of the query."""

    scheme: Scheme
    key: Secret

    def headers(self, event_id: str, url: str, body: bytes, content_type: str, timestamp: int) -> dict[str, str]:
        """The headers that sign a webhook; none for ``token``, which is in the URL.

        Raises:
            UsageError: the key does not have the form that the scheme needs.
            LocalError: Ed25519 is not installed.
        """
        match self.scheme:
            case Scheme.STANDARD_WEBHOOKS:
                signed = f"{event_id}.{timestamp}.".encode() + body
                return {
                    "webhook-timestamp": str(timestamp),
                    "webhook-signature": "v1," + _base64(_hmac(_standard_key(self.key), signed)),
                }
            case Scheme.TWILIO:
                return {"X-Twilio-Signature": twilio_signature(self.key, url, body, content_type)}
            case Scheme.TELNYX:
                signature = _private_key(self.key).sign(f"{timestamp}|".encode() + body)
                return {"telnyx-timestamp": str(timestamp), "telnyx-signature-ed25519": _base64(signature)}
            case Scheme.BASIC:
                return {"Authorization": "Basic " + _base64(self.key.reveal().encode())}
            case Scheme.TOKEN:
                return {}
        with_timestamp, encoding = _HMACS[self.scheme]
        signed = f"{timestamp}.".encode() + body if with_timestamp else body
        digest = _hmac(self.key.reveal().encode(), signed)
        headers = {SIGNATURE_HEADER: digest.hex() if encoding == "hex" else _base64(digest)}
        return {**headers, TIMESTAMP_HEADER: str(timestamp)} if with_timestamp else headers

    def target(self, target: str, body: bytes, content_type: str) -> str:
        """Path and query as they are sent: with the key for ``token``, with the body's hash for ``twilio`` if needed."""
        match self.scheme:
            case Scheme.TOKEN:
                more = f"token={quote(self.key.reveal(), safe='')}"
            case Scheme.TWILIO if body and not _is_form(content_type):
                more = f"{_BODY_HASH}={hashlib.sha256(body).hexdigest()}"
            case _:
                return target
        return f"{target}{'&' if '?' in target else '?'}{more}"

    def problem(
        self, url: str, headers: Mapping[str, str], body: bytes, now: float, *, tolerance_s: float = TOLERANCE_S
    ) -> str | None:
        """Why a received webhook is not signed with this key; None if it is. Comparisons take constant time.

        For ``telnyx`` the key is Telnyx's public key in base64.
        """
        found = {name.lower(): value for name, value in headers.items()}
        if self.scheme is Scheme.TOKEN:
            expected = dict(parse_qsl(url.partition("?")[2])).get("token", "")
            return None if hmac.compare_digest(expected.encode(), self.key.reveal().encode()) else "the token differs"
        names = {
            Scheme.STANDARD_WEBHOOKS: ("webhook-signature", "webhook-timestamp"),
            Scheme.TWILIO: ("x-twilio-signature", None),
            Scheme.TELNYX: ("telnyx-signature-ed25519", "telnyx-timestamp"),
            Scheme.BASIC: ("authorization", None),
        }.get(self.scheme) or (SIGNATURE_HEADER.lower(), TIMESTAMP_HEADER.lower() if _HMACS[self.scheme][0] else None)
        signature, timestamp_name = names
        if signature not in found:
            return f"the header {signature} is missing"
        timestamp = 0
        if timestamp_name is not None:
            text = found.get(timestamp_name, "")
            if not (text.isascii() and text.isdigit()):
                return f"the header {timestamp_name} is missing or not a number"
            timestamp = int(text[:12])
            if abs(now - timestamp) > tolerance_s:
                return f"the timestamp differs from now by {abs(now - timestamp):.0f} s"
        if self.scheme is Scheme.TWILIO and not _has_its_hash(url, body, found.get("content-type", "")):
            return f"{_BODY_HASH} in the URL is missing, or does not match the body"
        return self._mismatch(url, found, body, signature, timestamp)

    def _mismatch(self, url: str, found: Mapping[str, str], body: bytes, signature: str, timestamp: int) -> str | None:
        if self.scheme is Scheme.TELNYX:
            return _ed25519_mismatch(self.key, found[signature], f"{timestamp}|".encode() + body)
        if self.scheme is Scheme.STANDARD_WEBHOOKS and "webhook-id" not in found:
            return "the header webhook-id is missing"
        made = self.headers(found.get("webhook-id", ""), url, body, found.get("content-type", ""), timestamp)
        expected = next(value for name, value in made.items() if name.lower() == signature)
        # Standard Webhooks allows several signatures, so that keys can be rotated.
        given = found[signature].split(" ") if self.scheme is Scheme.STANDARD_WEBHOOKS else [found[signature]]
        if any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
            return None
        return "the signature does not match: the key is wrong, or the body or URL was changed in transit"


def signer(scheme: str, key: Secret) -> Signer:
    """A scheme with its key, which is checked by signing an empty body.

    Raises:
        UsageError: the key does not have the form that the scheme needs.
        LocalError: Ed25519 is not installed.
    """
    made = Signer(scheme=Scheme(scheme), key=key)
    if not key:
        raise UsageError(f"the key for {scheme} is empty", "Check the variable or file that it comes from.")
    if made.scheme is Scheme.BASIC and ":" not in key.reveal():
        raise UsageError("the key for basic must be USER:PASSWORD", "Check the variable or file that it comes from.")
    made.headers("id", "http://127.0.0.1/", b"", "", 0)
    return made


def twilio_signature(key: Secret, url: str, body: bytes, content_type: str) -> str:
    """``X-Twilio-Signature``: HMAC-SHA1 over the URL and the sorted form fields; any other body's hash is in the URL."""
    text = url
    if _is_form(content_type):
        pairs = sorted(set(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))
        text += "".join(name + value for name, value in pairs)
    return _base64(hmac.new(key.reveal().encode(), text.encode("utf-8", "replace"), hashlib.sha1).digest())


def _is_form(content_type: str) -> bool:
    return encoding_of(content_type) is Encoding.FORM


def _has_its_hash(url: str, body: bytes, content_type: str) -> bool:
    if not body or _is_form(content_type):
        return True
    given = dict(parse_qsl(url.partition("?")[2])).get(_BODY_HASH, "")
    return hmac.compare_digest(given.lower().encode(), hashlib.sha256(body).hexdigest().encode())


def _hmac(key: bytes, signed: bytes) -> bytes:
    return hmac.new(key, signed, hashlib.sha256).digest()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _standard_key(key: Secret) -> bytes:
    try:
        return base64.b64decode(key.reveal().removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raise UsageError("the key for standard-webhooks is not base64", "It starts with whsec_.") from None


def _private_key(key: Secret) -> Ed25519PrivateKey:
    """The Ed25519 key in base64: 32 bytes, or 64 with the public half behind it."""
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise _not_installed() from None
    return Ed25519PrivateKey.from_private_bytes(_key_bytes(key, (32, 64))[:32])


def _ed25519_mismatch(key: Secret, signature: str, signed: bytes) -> str | None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise _not_installed() from None
    public: Ed25519PublicKey = Ed25519PublicKey.from_public_bytes(_key_bytes(key, (32,)))
    try:
        public.verify(base64.b64decode(signature, validate=True), signed)
    except (InvalidSignature, binascii.Error):
        return "the signature does not match: the key is wrong, or the body was changed in transit"
    return None


def _key_bytes(key: Secret, lengths: tuple[int, ...]) -> bytes:
    try:
        raw = base64.b64decode(key.reveal(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) not in lengths:
        raise UsageError(
            "the key for telnyx is not an Ed25519 key in base64", "Copy it whole from the provider's portal."
        )
    return raw


def _not_installed() -> LocalError:
    return LocalError("Ed25519 signatures need an extra", "Install it: pip install 'ringocli[sign]'")
