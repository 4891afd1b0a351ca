"""What is sent from the page besides messages: a pasted webhook, a test event, an edited exchange; and what is
deleted.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringocli.testing.context import Emulator
from tests.emulator.browser import CONTACT, NUMBER, Open, bubble, post, webhook

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

BODY = json.dumps(webhook("Pasted"))
PASTED = {
    "JSON": BODY,
    "curl": f"curl https://ringotel.example/hook -H 'Content-Type: application/json' -d '{BODY}'",
    "HTTP": f"POST /hook HTTP/1.1\nHost: ringotel.example\nContent-Type: application/json\n\n{BODY}",
}


def test_a_webhook_is_pasted(ringotel: Emulator, visit: Open) -> None:
    """JSON, a curl command and an HTTP request are played; the exchange is shown in full."""
    page = visit(ringotel.url)
    for number, text in enumerate(PASTED.values(), 1):
        page.locator("body").press("n")
        expect(page.get_by_role("dialog").locator("textarea")).to_be_focused()
        page.get_by_role("dialog").locator("textarea").fill(text)
        page.get_by_role("button", name="Send to Ringotel").click()
        expect(page.locator(".detail h2")).to_be_focused()
        expect(bubble(page, "user", "Pasted")).to_have_count(number)


def test_a_test_event_is_filled_in(ringotel: Emulator, visit: Open) -> None:
    """The form has the variables of the chosen event, from the conversation in view."""
    page = visit(ringotel.url)
    page.get_by_role("button", name="Send a webhook").click()
    dialog: Any = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Test event").click()
    expect(dialog.get_by_label("from", exact=True)).to_have_value(CONTACT)
    dialog.get_by_label("Event").select_option("mms:message.received")
    dialog.get_by_label("text", exact=True).fill("From the form")
    dialog.get_by_role("button", name="Send to Ringotel").click()
    expect(bubble(page, "user", "From the form").locator(".file")).to_have_count(1)


def test_an_exchange_is_edited_and_deleted(ringotel: Emulator, visit: Open) -> None:
    """An exchange of either direction can be changed and sent again; if one is deleted, the focus returns to the
    wire.
    """
    ringotel.send(to=CONTACT, content="Ready at five", from_=NUMBER)
    post(ringotel.webhook_url, webhook("See you"))
    page = visit(ringotel.url)
    changes = {"Ready at five": ("Ready at six", "the provider"), "See you": ("See you soon", "Ringotel")}
    for text, (changed, receiver) in changes.items():
        page.locator(".row", has_text=text).locator("nth=0").click()
        page.get_by_role("button", name="Edit and send").click()
        field = page.get_by_role("dialog").locator("textarea").last
        field.fill(field.input_value().replace(text, changed))
        page.get_by_role("button", name=f"Send to {receiver}").click()
        expect(bubble(page, "user", changed)).to_have_count(1)
    page.locator(".detail").get_by_role("button", name="Delete").click()
    expect(page.locator(".row", has_text="See you soon")).to_have_count(0)
    expect(bubble(page, "user", "See you soon")).to_have_count(0)
    expect(page.get_by_role("listbox", name="Exchanges")).to_be_focused()


def test_unread_messages_are_in_the_title(ringotel: Emulator, visit: Open) -> None:
    """Messages of other conversations are counted until they are read; a contact with two numbers has two
    conversations.
    """
    page = visit(ringotel.url)
    other = webhook("To the other number")
    other["data"]["payload"]["to"][0]["phone_number"] = "+12025550111"
    post(ringotel.webhook_url, webhook("Here"))
    post(ringotel.webhook_url, other)
    expect(bubble(page, "user", "Here")).to_have_count(1)
    expect(page).to_have_title("(1) Telnyx (custom) · ringocli")
    expect(page.locator("[aria-live]", has_text="To the other number")).to_have_count(1)
    page.get_by_title("Choose the conversation").click()
    expect(page.locator(".choice:not(.magic)")).to_have_count(2)
    page.locator(".choice", has_text="To the other number").click()
    expect(bubble(page, "user", "To the other number")).to_have_count(1)
    expect(page).to_have_title("Telnyx (custom) · ringocli")
