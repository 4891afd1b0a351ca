"""Slugs that rules had in earlier versions; settings and suppressions that use them still work."""

from __future__ import annotations

FORMER_SLUGS: dict[str, str] = {
    "unknown-word": "bare-word",
    "empty": "empty-file",
    "written-quote": "encoded-quote",
    "left-out": "ellipsis",
    "unopened-bracket": "missing-opening-brace",
    "key-case": "wrong-key-case",
    "odd-id": "unusual-id",
    "moved-webhook-url": "changed-id",
    "two-kinds-of-auth": "conflicting-auth",
    "odd-oauth2": "undocumented-oauth2",
    "odd-content-type": "unsupported-content-type",
    "unusable-address": "invalid-url",
    "method-in-small-letters": "lowercase-method",
    "same-event-twice": "duplicate-event",
    "receipt-takes-failures": "receipt-matches-failures",
    "odd-container": "webhook-not-an-array",
    "nested-query-event": "nested-query-pattern",
    "other-events-name": "wrong-variable-for-event",
    "property-twice": "duplicate-property",
    "odd-property-name": "invalid-property-name",
    "padded-variable": "malformed-variable",
    "secret-in-address": "secret-in-url",
    "random-text": "possible-secret",
    "ambiguous-text": "ambiguous-pattern",
    "left-over": "example-value",
}
