"""The mail to Ringotel's support with the file, and the steps in the portal that follow."""

from __future__ import annotations

from collections.abc import Iterator

from ringocli.template.model import OAuth2, Template
from ringocli.template.preset import Preset

SUPPORT = "support@ringotel.co"


def mail_text(template: Template, preset: Preset | None) -> str:
    """The mail as plain text: subject, what is attached, then what happens in the portal and at the provider."""
    return "\n".join(_lines(template, preset)) + "\n"


def _lines(template: Template, preset: Preset | None) -> Iterator[str]:
    yield f"To: {SUPPORT}"
    yield f"Subject: SMS/MMS integration for review: {template.name} ({template.id})"
    yield ""
    yield "Hello,"
    yield ""
    yield f'please add the integration "{template.name}" (id {template.id}) to our account. It is in template.json.'
    yield "report.html shows each request that it makes and each webhook that it reads, with the checks that it passed."
    yield ""
    yield "What it does:"
    for spec in template.requests:
        yield f"  {spec.name}: {spec.method} {spec.url}"
    for event in template.events:
        yield f"  webhook {event.label}" + (f" ({event.method})" if event.method else "")
    yield ""
    yield "Please tell us when it is available, or what has to change."
    yield ""
    yield "-- "
    yield "Checklist for when Ringotel has added it (not part of the mail):"
    yield ""
    yield "1. Portal: organisation > Integrations > enable the integration in each organisation."
    yield f"2. Fill in the fields: {', '.join(template.properties) or 'none'}."
    if isinstance(template.auth, OAuth2):
        yield "   Then authorise the access (OAuth 2.0)."
    yield "3. Connection > Features > Enable SMS: via Integrations."
    yield "4. Add the SMS numbers, assign them to users, and set their format:"
    yield f"   {preset.numbers['portal_setting'] if preset is not None else _NUMBERS}."
    yield "5. Copy the Webhook URL that the integration shows, and enter it at the provider:"
    yield f"   {preset.webhook_console if preset is not None else _WEBHOOK}"
    yield "6. Users log in again, or choose Reload Objects, to see the numbers."
    yield "7. Test: ringocli doctor TEMPLATE, then send a message in both directions."


_NUMBERS = "what the provider expects (e164 has a leading +, international has digits only, national no country code)"
_WEBHOOK = "the provider's console, as the URL for incoming messages and for delivery receipts."
