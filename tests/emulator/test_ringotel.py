"""Ringotel's side over real sockets: webhooks are matched, stored and answered."""

from __future__ import annotations

import json

from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME, SAMPLES
from tests.emulating import CONTACT, MESSAGE, NUMBER, call


def test_receipt_for_an_unknown_id(inbox: Emulator) -> None:
    """A receipt for an id that was never sent is matched, with a note."""
    assert 200 == call(inbox, "POST", "/webhook/acme", {"method": "delivered", "params": {"messageid": "x"}}).status
    [exchange] = inbox.exchanges()
    assert (True, None) == (exchange["matched"], exchange["correlates"])
    assert any("unknown id" in note for note in exchange["notes"])


def test_matched_webhook_gets_an_empty_200(inbox: Emulator) -> None:
    """A matched webhook is stored and answered with an empty 200, which is marked as an assumption."""
    got = call(inbox, "POST", "/webhook/acme", MESSAGE)
    assert (200, b"") == (got.status, got.body)
    [exchange] = inbox.exchanges()
    assert any("assumption 31" in note for note in exchange["notes"])


def test_unmatched_webhook_gets_a_near_miss(inbox: Emulator) -> None:
    """An unmatched webhook is stored, and answered with the nearest event and a patch for the template."""
    body = {"method": "message", "params": {"form": CONTACT, "to": NUMBER, "content": "Hi"}}
    got = call(inbox, "POST", "/webhook/acme", body)
    assert (422, 1, False) == (got.status, got.document["schema_version"], got.document["matched"])
    near_miss = got.document["near_miss"]
    assert [{"op": "move", "from": "/Webhook/0/request_parameters/params/from",
             "path": "/Webhook/0/request_parameters/params/form"}] == near_miss["patch"]  # fmt: skip
    [exchange] = inbox.exchanges("is:unmatched")
    assert near_miss == exchange["near_miss"]


def test_id_is_percent_encoded_in_the_webhook_url() -> None:
    """An id with special characters is percent-encoded in the webhook URL."""
    with emulator({**ACME, "id": "my id/é?"}) as inbox:
        assert inbox.webhook_url.endswith("/webhook/my%20id%2F%C3%A9%3F")
        assert 200 == call(inbox, "POST", inbox.webhook_url.removeprefix(inbox.url), MESSAGE).status
        assert inbox.reply(NUMBER, "Hi", from_=CONTACT)["matched"]


def test_webhook_answer_of_a_preset() -> None:
    """Twilio expects TwiML, so its webhooks are answered with it."""
    with emulator(json.loads((SAMPLES / "twilio.json").read_text("utf-8"))) as inbox:
        form = b"From=%2B13105550199&To=%2B12025550100&Body=Hi&NumMedia=0&SmsMessageSid=SM1&SmsStatus=received"
        got = call(inbox, "POST", "/webhook/twilio-custom", form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert (200, b"<Response/>", "text/xml") == (got.status, got.body, got.headers["content-type"])


def test_template_without_requests() -> None:
    """A template that only receives webhooks works without an API section."""
    only_events = {key: value for key, value in ACME.items() if key != "API"}
    with emulator(only_events) as inbox:
        assert 200 == call(inbox, "GET", "/api/about").status
        assert 200 == call(inbox, "POST", "/webhook/acme", MESSAGE).status
        assert 400 == call(inbox, "POST", "/api/send", {"from": NUMBER, "to": CONTACT, "content": "Hi"}).status
