"""RT1, second part: id, name and class of the integration, and what changed since an earlier version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringocli.lint.rule import Fix, Problem, ReplaceValue, Severity, rule
from ringocli.lint.subject import Subject
from ringocli.template.schema import CLASSES
from ringocli.text.suggest import nearest

BUILT_IN = (
    "Skyetel", "Bandwidth", "QuestBlue", "Voipinnovations", "DIDWW", "ThinQ", "Teli", "Telnyx", "BulkVS", "infobip",
    "Flowroute", "Inteliquent", "Twilio", "netsapiens-sms", "Zohoone", "Pipedrive", "Microsoft365", "Jitsi", "Hubspot",
    "Zendesk", "Google", "Salesforce", "Dynamics365", "Zoho", "Close",
)  # fmt: skip
"""Ids of Ringotel's own integrations: Admin API collection, sample of getBranchOptions, read 2026-11-23."""

_RESERVED = {name.lower(): name for name in BUILT_IN}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@rule("RT110", Severity.ERROR)
def unknown_class(subject: Subject) -> Iterator[Problem]:
    """The class is not that of a messaging integration.

    Messaging integrations have `"class": "sms"`.

    Bad:
    >   "class": "SMS"
    Good:
        "class": "sms"
    Source: help.ringotel.co/en/articles/11193931
    """
    value = subject.root.get("class")
    if isinstance(value, str) and value not in CLASSES:
        hint = "crm is the class of CRM integrations" if value == "crm" else f"{value!r} is not documented"
        safe = (nearest(value, CLASSES) or "") != ""
        fix = Fix(title="Write sms", changes=(ReplaceValue(("class",), "sms"),), safe=safe)
        yield Problem(("class",), f"the class of a messaging integration is sms ({hint})", "sms", fix)


@rule("RT111", Severity.ERROR)
def reserved_id(subject: Subject) -> Iterator[Problem]:
    """The id belongs to a built-in integration of Ringotel.

    Ids must be unique. Choose another one.

    Bad:
    >   "id": "twilio"
    Good:
        "id": "acme-twilio"
    Source: Ringotel Admin API collection, getBranchOptions
    """
    value = subject.template.id
    if value.lower() in _RESERVED:
        own = f"{value}-custom"
        fix = Fix(title=f"Use {own}", changes=(ReplaceValue(("id",), own),), safe=False)
        yield Problem(("id",), f"{value!r} is the id of a built-in integration; choose another id", own, fix)


@rule("RT112", Severity.WARNING)
def unusual_id(subject: Subject) -> Iterator[Problem]:
    """The id contains characters that no known id contains.

    All known ids consist of letters, digits, `-` and `_`. Changing the id later changes the Webhook URL.

    Bad:
    >   "id": "Acme SMS"
    Good:
        "id": "acme-sms"
    Source: Ringotel Admin API collection, getBranchOptions; assumption 26
    """
    value = subject.template.id
    if "id" in subject.root and isinstance(subject.root["id"], str) and not _ID.fullmatch(value):
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", value).strip("-_") or "acme"
        fix = Fix(title=f"Use {plain}", changes=(ReplaceValue(("id",), plain),), safe=False)
        what = f"{value!r} contains characters that no known id contains" if value else "the id is empty"
        yield Problem(("id",), f"{what}; use letters, digits, - and _", plain, fix)


@rule("RT113", Severity.WARNING)
def empty_name(subject: Subject) -> Iterator[Problem]:
    """The name is empty.

    The portal shows the name to administrators.

    Bad:
    >   "name": ""
    Good:
        "name": "Acme SMS"
    Source: Ringotel's wiki page 2212265985
    """
    if isinstance(subject.root.get("name"), str) and not subject.template.name.strip():
        yield Problem(
            ("name",), "the name is empty; the portal shows it to administrators", subject.template.id or None
        )


@rule("RT114", Severity.WARNING)
def changed_id(subject: Subject) -> Iterator[Problem]:
    """The id differs from the earlier version, so the Webhook URL changes.

    Providers keep sending webhooks to the old URL. Until it is replaced in the provider's console, for every account,
    no message and no receipt is received. The earlier version is the one given with `--against` or recorded in the
    baseline.

    Earlier:
        "id": "acme"
    Bad:
    >   "id": "acme-sms"
    Good:
        "id": "acme",
        "name": "Acme"
    Source: Ringotel's wiki page 2288910338: "The Webhook URL doesn't change, unless you update JSON file with the new
        service id"
    """
    earlier = subject.earlier.id
    if earlier is not None and subject.template.id and subject.template.id != earlier:
        message = f"the id was {earlier!r}: changing it changes the Webhook URL, which must then be replaced everywhere"
        yield Problem(("id",), message, earlier)


@rule("RT115", Severity.WARNING)
def duplicate_id(subject: Subject) -> Iterator[Problem]:
    """Two templates have the same id.

    Ids must be unique: Ringotel would replace one integration with the other, or send webhooks to the wrong one. All files
    of one run of `ringocli validate` are compared.

    Other:
        "id": "acme"
    Bad:
    >   "id": "acme"
    Good:
        "id": "acme-eu"
    Source: Ringotel's wiki page 2212265985: "should be unique"; assumption 26
    """
    if subject.same_id and subject.template.id:
        others = ", ".join(subject.same_id[:3]) + (", ..." if len(subject.same_id) > 3 else "")
        yield Problem(("id",), f"the id {subject.template.id!r} is also the id of {others}; ids must be unique")


@rule("RT116", Severity.WARNING)
def breaking_change(subject: Subject) -> Iterator[Problem]:
    """A change breaks integrations that use the earlier version.

    With `--against`, both versions render the same messages and read the same webhooks, as `ringocli diff` does. Each
    change that breaks an integration in use is reported with the order in which to deploy it: R is Ringotel's review,
    P the provider or your own server, A the admins in the portal, C the provider's console. `ringocli diff` shows the
    request or the webhook that is affected.

    Earlier:
        "properties": ["API key"],
        "auth": {"type": "Bearer", "token": "$API key$"}
    Bad:
    >   "properties": ["API Key"],
        "auth": {"type": "Bearer", "token": "$API Key$"}
    Good:
        "properties": ["API key"],
        "auth": {"type": "Bearer", "token": "$API key$"}
    Source: Ringotel's wiki page 2871001099: properties are stored under their names; assumption 2
    """
    for change in subject.earlier.breaking:
        order = f"; order: {' -> '.join(change.order)}" if change.order else ""
        yield Problem(change.pointer, f"breaking since the earlier version: {change.what}{order}")
