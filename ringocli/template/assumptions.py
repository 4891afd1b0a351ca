"""What ringocli assumes about Ringotel behaviour that is not documented: one numbered entry per open question.

Output that depends on an assumption cites its number, and ``ringocli explain NUMBER`` shows the text. None of these is
a promise by Ringotel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringocli.template.model import OAuth2, RequestSpec, WebhookEvent
from ringocli.template.pattern.pattern import Constant, Json
from ringocli.template.reader import read_template
from ringocli.template.variables import Place

ASSUMPTIONS: dict[int, str] = {
    1: "The Webhook section is an array of events. A single event, an object of named events, and an object that wraps "
    "one array are accepted as well.",
    2: "An event is selected by its request_method and by comparing the value found at $event_key$ with its event_key. "
    "An event without $event_key$ is selected by the shape of its pattern. If several events match, the one with the "
    "most matching values is used, then the first in the file.",
    3: "Keys of a webhook that the pattern does not mention are ignored.",
    4: "A message needs from, to and content; an mms needs from, to and url; a messageDelivered needs messageid. "
    "All other values are optional.",
    5: "A variable is written $name$. Names are case-sensitive, start with a letter, and contain only letters, digits, "
    "spaces and the characters _ - . (any other dollar sign is plain text). A name that is neither a built-in variable "
    "nor a property is an error.",
    6: "A property must not have the name of a built-in variable such as from, to or domain, because it is unknown "
    "which of the two Ringotel would use.",
    7: "A key whose value is exactly one unset variable is omitted. In a URL or inside a longer text, an unset "
    "variable is replaced by an empty string.",
    8: "Variables are sent as strings. Numbers, true, false and null written in the template are sent unchanged.",
    9: "Arrays in request_parameters stay arrays, and variables inside them are replaced. An element that is exactly "
    "one unset variable is omitted.",
    10: "A one-element array in response_map or in a Webhook pattern matches each element of the received array; "
    "the first element that matches is used.",
    11: "If the body of a webhook is an array and the pattern is an object, each element is tried in turn.",
    12: "If an incoming MMS contains several files, only the first one is used.",
    13: "GET and DELETE requests send request_parameters in the query string and have no body.",
    14: "request_content_type decides the body: JSON for application/json and other JSON types, a form for "
    "application/x-www-form-urlencoded. If it is missing, application/json is used.",
    15: "A form or a query string is flat: a list of values repeats its key, and a nested object cannot be sent.",
    16: "Variables in request_url are percent-encoded, except at the start of the URL and in the host, where they are "
    "inserted unchanged.",
    17: "Keys that Ringotel does not document, such as request_headers, may have no effect. They are kept and reported, "
    "but requests are rendered without them.",
    18: "SendFile may be missing; then users cannot send files.",
    19: "The messageid of a delivery receipt is the id that response_map read from the reply when the message was sent. "
    "Without $messageid$ in response_map, receipts cannot be assigned to messages.",
    20: "A message counts as sent if the provider replies with a 2xx status.",
    21: "A template has auth or OAuth2, never both. It may have neither if the credential is part of the URL or the "
    "body.",
    22: "auth.type is Bearer or Basic; other types may not work.",
    23: "OAuth2 has the flow_type 0 (the web server flow), and the keys of its parameters are those in Ringotel's "
    "example; other values may not work.",
    24: "With OAuth2, the access token of the web server flow is sent as a Bearer token.",
    25: "request_url, logo and the OAuth2 endpoints use https, as Ringotel requires of CRM and SSO integrations.",
    26: "An id starts with a letter or digit, contains only letters, digits, - and _, and differs from the ids of "
    "Ringotel's built-in integrations. Changing the id changes the Webhook URL.",
    27: "$from$ in SendMessage is the SMS number the user sends from, in the format set in the portal.",
    28: "The webhook URL is the one that Ringotel's portal shows for the integration. Its format is not published, and "
    "it is treated as a secret because nothing else authenticates a webhook.",
    29: "The only event types are message, mms and messageDelivered; there is none for failed or read messages.",
    30: "The text of a message is $content$, the text of an mms is $text$ and its file is $url$; they are not "
    "interchangeable.",
    31: "Ringotel answers a webhook with status 200 and an empty body.",
    32: "Events may have the same event_key if their patterns differ, and the more specific match is used. Two events "
    "with the same event_key, method and pattern are an error.",
    33: "Keys are case-sensitive: API, Webhook and OAuth2.",
    34: "Numbers have the format set for each number in the portal (outboundFormat): e164 with a leading +, "
    "international with digits only, national without the country code.",
    35: "Ringotel has an event for delivered messages only, so the messageDelivered pattern must not match failure "
    "receipts.",
    36: "If a value in a Webhook pattern contains no variable, the webhook must have exactly the same value.",
}


def assumptions(numbers: Iterable[int]) -> list[dict[str, int | str]]:
    """The assumptions with these numbers in ascending order, as ``{"row", "text"}``."""
    return [{"row": number, "text": ASSUMPTIONS[number]} for number in sorted(set(numbers))]


def number_list(numbers: Iterable[int]) -> str:
    """Assumption numbers as text, with runs of three or more shortened: ``1-5, 7, 8, 14``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    short = (f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
    return ", ".join(short)


def assumed_by(document: Mapping[str, Json]) -> frozenset[int]:
    """The numbers of the assumptions that a template depends on; everything that is derived from it cites these."""
    template = read_template(document)
    numbers = {5}
    for spec in template.requests:
        numbers |= _assumed_by_request(spec)
    for event in template.events:
        numbers |= _assumed_by_event(event)
    keys = [(event.key, event.method) for event in template.events]
    if len(set(keys)) < len(keys):
        numbers.add(32)
    if template.requests and all(spec.name is not Place.SEND_FILE for spec in template.requests):
        numbers.add(18)
    if isinstance(template.auth, OAuth2):
        numbers |= {23, 24}
    return frozenset(numbers)


def _assumed_by_request(spec: RequestSpec) -> set[int]:
    numbers = {7, 8, 20, 27, 34}
    if spec.sends_body:
        numbers.add(14)
    if spec.method in ("GET", "DELETE"):
        numbers.add(13)
    if spec.url_pattern.variables:
        numbers.add(16)
    if _contains_array(spec.parameters):
        numbers.add(9)
        if not spec.sends_body or "urlencoded" in (spec.content_type or ""):
            numbers.add(15)
    if _contains_array(spec.response_map):
        numbers.add(10)
    return numbers


def _assumed_by_event(event: WebhookEvent) -> set[int]:
    numbers = {1, 2, 3, 4, 28, 31}
    numbers |= {19, 35} if event.place is Place.DELIVERED else {34}
    if any(isinstance(leaf, Constant) for _, leaf in event.pattern.leaves):
        numbers.add(36)
    if _contains_array(event.parameters):
        numbers |= {10, 12} if event.place is Place.MMS else {10}
    if isinstance(event.parameters, list):
        numbers.add(11)
    return numbers


def _contains_array(tree: Json) -> bool:
    if isinstance(tree, dict):
        return any(_contains_array(value) for value in tree.values())
    return isinstance(tree, list)
