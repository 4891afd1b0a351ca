"""The provider's side over real sockets: requests of the template are accepted or explained."""

from __future__ import annotations

from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME
from tests.emulating import CONTACT, NUMBER, call


def test_provider_explains_a_rejection(inbox: Emulator) -> None:
    """A request that the template does not make is explained in the body and in a header."""
    body = {"from": NUMBER, "to": CONTACT}
    got = call(inbox, "POST", "/provider/v1/messages", body, {"Authorization": "Bearer abc"})
    assert 422 == got.status
    assert [{"where": "/text", "message": "expected $content$, found nothing"}] == got.document["ringocli"]
    assert "/text" in got.headers["ringocli-problems"]
    [exchange] = inbox.exchanges()
    assert (False, "/text") == (exchange["matched"], exchange["problems"][0]["pointer"])


def test_provider_accepts_the_template_requests(inbox: Emulator) -> None:
    """The provider accepts requests below /provider and at the template's own path, and stores no credential."""
    body = {"from": NUMBER, "to": CONTACT, "text": "Hi"}
    for path in ("/provider/v1/messages", "/v1/messages"):
        got = call(inbox, "POST", path, body, {"Authorization": "Bearer a-real-credential"})
        assert (200, True) == (got.status, bool(got.document["data"]["id"]))
        receipt = inbox.wait(event_type="messageDelivered", messageid=got.document["data"]["id"])
        assert receipt["correlates"] is not None
    assert "a-real-credential" not in call(inbox, "GET", "/api/export").body.decode()


def test_a_message_whose_id_ringotel_cannot_read_is_sent() -> None:
    """Only receipts need the id: the handset gets the message, however it was sent, and a failure is shown."""
    spec = {key: value for key, value in ACME["API"]["SendMessage"].items() if key != "response_map"}
    with emulator({**ACME, "API": {"SendMessage": spec}}, instant=True) as inbox:
        inbox.send(CONTACT, "Hi", from_=NUMBER)
        assert "Hi" == inbox.wait(status="sent", direction="outgoing")["variables"]["content"]
        body = {"from": NUMBER, "to": CONTACT, "text": "Hello"}
        call(inbox, "POST", "/provider/v1/messages", body, {"Authorization": "Bearer abc"})
        inbox.wait(status="sent", direction="outgoing", contains="Hello")
        inbox.send("+15005550002", "Bye", from_=NUMBER)
        inbox.wait(status="failed", direction="outgoing", contains="Bye")
