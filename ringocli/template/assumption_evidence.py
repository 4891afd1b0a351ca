"""Why each assumption was made, how well it is supported, and what depends on it.

The facts were read in Ringotel's pages and in captured provider traffic on 2026-11-23.
"""

from __future__ import annotations

from typing import NamedTuple


class Evidence(NamedTuple):
    """The support for an assumption.

    ``mark`` is ``documented`` (Ringotel's pages say so, at least for a sibling framework), ``observed`` (seen in real
    traffic or in what Ringotel's built-in integrations need) or ``inferred`` (the most plausible reading).
    """

    mark: str
    why: str
    affects: str


DOCUMENTED, OBSERVED, INFERRED = "documented", "observed", "inferred"

EVIDENCE: dict[int, Evidence] = {
    1: Evidence(INFERRED, "The events on Ringotel's page have no names and end with a comma, as if cut out of an array; "
                "the prose calls the section an object.", "init, match, emulate"),
    2: Evidence(INFERRED, "Providers tell events apart by a value (Telnyx, Bandwidth), by shape (DIDWW, Skyetel) or by a "
                "boolean (Inteliquent), and all of them have built-in integrations.", "match, emulate, simulate-webhook, prove"),
    3: Evidence(OBSERVED, "Providers send many more keys than a pattern mentions.", "match, emulate"),
    4: Evidence(INFERRED, "An MMS often has no text; without the other values Ringotel could not assign the message.",
                "match, emulate"),
    5: Evidence(INFERRED, "Names contain spaces ($API key$) and no escape for $ is documented, so prices such as "
                "\"$5 or $6\" must stay text.", "every command"),
    6: Evidence(INFERRED, "Which value has precedence is not documented.", "validate"),
    7: Evidence(OBSERVED, "A live integration received a body without the key whose variable was unset.",
                "render, send-test, emulate"),
    8: Evidence(INFERRED, "Ringotel's examples contain variables in strings only.", "render, match"),
    9: Evidence(OBSERVED, "The built-in integrations Bandwidth and BulkVS need arrays of recipients.", "render, send-test"),
    10: Evidence(DOCUMENTED, "Ringotel's CRM framework uses a one-element array for \"each element\".", "match, send-test"),
    11: Evidence(OBSERVED, "Bandwidth sends webhooks as an array and has a built-in integration.", "match, emulate"),
    12: Evidence(INFERRED, "Whether Ringotel creates one message per file is not known.", "match, emulate"),
    13: Evidence(DOCUMENTED, "Ringotel's CRM framework puts the parameters of a GET request into the query string.",
                 "render, send-test"),
    14: Evidence(OBSERVED, "Twilio requires a form and Flowroute application/vnd.api+json; both have built-in "
                 "integrations.", "render, send-test, match"),
    15: Evidence(INFERRED, "No rule for flattening an object is documented.", "validate, render"),
    16: Evidence(OBSERVED, "The built-in integrations need an account in the path (Twilio), a base URL (infobip) or a "
                 "subdomain.", "render, send-test"),
    17: Evidence(INFERRED, "No key for headers appears in any source, although one built-in integration has a property "
                 "\"Security key\".", "validate, render"),
    18: Evidence(INFERRED, "There are providers that accept text only.", "validate, send-test"),
    19: Evidence(INFERRED, "The id in Ringotel's example of a receipt has the format of a provider's id, not of "
                 "Ringotel's own ids.", "validate, send-test, emulate"),
    20: Evidence(DOCUMENTED, "Ringotel's CRM framework names 200 as success and 403 as failure.", "send-test, emulate"),
    21: Evidence(DOCUMENTED, "Ringotel's page calls OAuth2 an alternative; some providers take a key in the URL or the "
                 "body.", "validate"),
    22: Evidence(DOCUMENTED, "Ringotel's page shows Bearer and Basic only.", "validate, render"),
    23: Evidence(DOCUMENTED, "There is one OAuth2 example, identical in two frameworks.", "validate"),
    24: Evidence(INFERRED, "The example has \"request_auth\": \"Bearer\"; the redirect URL is not published.",
                 "render, send-test"),
    25: Evidence(DOCUMENTED, "HTTPS is a prerequisite of the CRM and SSO integrations.", "validate, init"),
    26: Evidence(OBSERVED, "All ids of built-in integrations have this form; the page says that a new id changes the "
                 "Webhook URL.", "validate, init"),
    27: Evidence(INFERRED, "$extension$ is a separate variable, so $from$ is the SMS number.", "render, send-test"),
    28: Evidence(INFERRED, "Nothing is published about the URL or about authentication of webhooks.",
                 "simulate-webhook, doctor"),
    29: Evidence(INFERRED, "No other event type appears in any source.", "validate"),
    30: Evidence(DOCUMENTED, "Ringotel's examples use different variables for message and mms.", "validate"),
    31: Evidence(INFERRED, "How Ringotel answers a webhook is not documented. Twilio, for example, expects XML.", "emulate"),
    32: Evidence(OBSERVED, "Telnyx and Flowroute use the same event name for SMS and MMS; only the media differ.", "match, validate"),
    33: Evidence(DOCUMENTED, "Ringotel's pages write these keys in the same case everywhere.", "validate"),
    34: Evidence(DOCUMENTED, "Ringotel's Admin API has the setting outboundFormat for each number; its exact formats are "
                 "inferred.", "render, simulate-webhook"),
    35: Evidence(OBSERVED, "Telnyx, ClickSend and Inteliquent report success and failure in the same format.",
                 "validate, init"),
    36: Evidence(INFERRED, "Nothing else in a pattern could restrict it to certain webhooks.", "match, emulate"),
}  # fmt: skip
"""The evidence for each entry of ``assumptions.ASSUMPTIONS``, by its number."""
