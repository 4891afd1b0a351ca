"""How ringocli reads what Ringotel does not publish: one sentence for each open question.

Whatever rests on one of these says so by its row number. Nothing here is a promise of Ringotel's.
"""

from __future__ import annotations

from collections.abc import Iterable

ASSUMPTIONS: dict[int, str] = {
    1: "Webhook is written as an array of events; a single event, a map of events and a wrapped array are read too.",
    2: "An event is chosen by request_method and by the value at $event_key$, or by shape where there is none; "
    "the one with the most matching leaves wins, then the first in the file.",
    3: "Keys of a webhook that the pattern does not name are ignored.",
    4: "An event needs from, to and content (message), from, to and url (mms) or messageid (messageDelivered); "
    "anything else may be absent.",
    5: "A variable is $name$: a letter, then letters, digits, blanks and _ - . ; upper and lower case differ; "
    "any other dollar sign is text.",
    7: "A key whose value is one unset variable is left out; inside an address or a longer text it becomes nothing.",
    8: "Values are sent as strings; numbers, true, false and null that stand in the template are sent unchanged.",
    9: "Arrays in request_parameters are kept, and variables are filled in inside them.",
    10: "A one-element array in response_map or in a Webhook pattern means 'each element'; the first that fits counts.",
    11: "A webhook whose body is an array is tried element by element.",
    12: "Of several files in one incoming MMS the first is taken.",
    13: "GET and DELETE requests carry request_parameters in the query and have no body.",
    14: "The body is JSON or form by request_content_type, and application/json where nothing is said.",
    16: "Variables in request_url are percent-encoded, but put in as they are at the start and in the host.",
    20: "A send has worked if the provider answers with a 2xx status.",
    24: "With OAuth2 the access token of the web server flow is sent as a Bearer token.",
    28: "The webhook URL is whatever Ringotel's portal shows for the integration; its shape is not published.",
    31: "Ringotel answers a webhook with an empty 200.",
    34: "Numbers come as the portal's per-number outboundFormat hands them over: e164 with +, international as digits, "
    "national without country code.",
    36: "A value that stands in a Webhook pattern without a variable must be equal in the webhook.",
}


def assumptions(rows: Iterable[int]) -> list[dict[str, int | str]]:
    """The readings of these rows in order, as ``{"row", "text"}``."""
    return [{"row": row, "text": ASSUMPTIONS[row]} for row in sorted(set(rows))]
