"""The emulator's page in Firefox: the same conversation as in chromium, with real keys and clicks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringocli.testing import emulator
from ringocli.testing.context import Emulator
from tests.emulator.axe import ALL_RULES, COLOUR_RULES, VIOLATIONS, axe_script
from tests.emulator.browser import CONTACT, TELNYX, fill, post, webhook
from tests.emulator.firefox import FIREFOX, Firefox

ESCAPE = "\ue00c"

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One Firefox for all tests, on a system with a dark theme."""
    browser = Firefox(tmp_path_factory.mktemp("profile"), dark=True)
    yield browser
    browser.close()


def bubble(side: str, text: str) -> str:
    """A message with this text on one side, as a JavaScript expression."""
    return f"[...document.querySelectorAll('.{side} .bubble')].find(one => one.innerText.includes({text!r}))"


def test_a_conversation_goes_both_ways(firefox: Firefox, ringotel: Emulator) -> None:
    """A message sent on one side appears on the other, the receipt arrives, and the wire shows the bytes of each
    variable.
    """
    firefox.visit(ringotel.url)
    firefox.click(".user textarea")
    firefox.type("Your bike is ready\n")
    firefox.until(f"!!{bubble('handset', 'Your bike is ready')}")
    firefox.until(f"{bubble('user', 'Your bike is ready')}?.querySelector('.mark')?.dataset.status === 'delivered'")
    firefox.click(".handset textarea")
    firefox.type("On my way\n")
    firefox.until(f"!!{bubble('user', 'On my way')}")
    firefox.click(".row", "SendMessage")
    for variable, value in (("content", "Your bike is ready"), ("to", CONTACT)):
        mark = f".detail .request mark[data-variable={variable}]"
        assert value == firefox.until(f"document.querySelector('{mark}')?.innerText")
    assert [] == firefox.errors


def test_a_near_miss_is_fixed(firefox: Firefox, tmp_path: Path) -> None:
    """The field with the other name is shown; after applying the change to the template's file, the webhook matches."""
    template = tmp_path / "telnyx.json"
    template.write_text(TELNYX.read_text("utf-8"), "utf-8")
    with emulator(template) as ringotel:
        firefox.visit(ringotel.url)
        assert 422 == post(ringotel.webhook_url, webhook("Open on Sunday?", key="txt"))
        firefox.click(".row.amiss")
        assert '"txt": "$content$"' == firefox.until("document.querySelector('.split .plus')?.innerText.trim()")
        firefox.click("button", "Apply to template")
        firefox.click("button", "Matches now: replay")
        firefox.until(f"!!{bubble('user', 'Open on Sunday?')}")
        firefox.visit("about:blank")
    assert '"txt": "$content$"' in template.read_text("utf-8")
    assert [] == firefox.errors


def test_the_page_follows_the_system(firefox: Firefox, ringotel: Emulator) -> None:
    """If the system has a dark theme, the page is dark."""
    firefox.visit(ringotel.url)
    ground = firefox.until("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)")
    assert all(int(part) < 64 for part in ground)


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568), (640, 400)])
def test_nothing_is_cut_off(firefox: Firefox, ringotel: Emulator, width: int, height: int) -> None:
    """On a phone, on a narrow phone and at 200 % zoom, nothing scrolls sideways."""
    firefox.visit(ringotel.url, width=width, height=height)
    assert firefox.until("document.querySelector('.tabs, .user') && document.documentElement.scrollWidth") <= width
    assert [] == firefox.errors


STATES: dict[str, list[tuple[str, str]]] = {
    "conversation": [],
    "details": [(".row.amiss", ""), ("button", "Show the change")],
    "sent": [(".row", "SendMessage")],
    "about": [("[aria-label=About]", "")],
    "chaos": [(".chaos-now", ""), ("summary", "Details")],
    "shortcuts": [("[aria-label=Keys]", "")],
    "contacts": [("button.pick", "")],
    "filter": [("[aria-label='Filter syntax']", "")],
    "export": [("[aria-label=Export]", "")],
    "attach": [("[aria-label='Attach a file']", "")],
    "paste": [("[aria-label='Send a webhook']", "")],
    "event": [("[aria-label='Send a webhook']", ""), ("button", "Test event")],
    "template": [("button.template", "")],
    "failed": [("button.pick", ""), (".choice", "+1 500 555 0002")],
}
"""What is clicked to reach a state of the page; Escape leaves it."""


def test_everyone_can_use_every_state_of_the_page(firefox: Firefox, ringotel: Emulator) -> None:
    """axe-core finds nothing in the dark theme of the system; in the light one, where the colours differ, neither."""
    fill(ringotel)
    firefox.visit(ringotel.url)
    firefox.result(f"void eval({json.dumps(axe_script())})")
    firefox.until("document.querySelectorAll('.row').length > 3")
    found = []
    for state, clicks in STATES.items():
        for selector, text in clicks:
            firefox.click(selector, text)
        for scheme, rules in (("dark", ALL_RULES), ("light", COLOUR_RULES)):
            firefox.result(f"document.documentElement.dataset.theme = '{scheme}'")
            violations = firefox.result(f"({VIOLATIONS})({json.dumps(rules)})")
            found += [f"{state}, {scheme}: {violation}" for violation in violations]
        firefox.type(ESCAPE)
        firefox.until("!document.querySelector('dialog[open], .detail')")
    assert [] == found
    assert [] == firefox.errors
