"""The page while the template's file changes: a broken file, and the edits that a near miss proposes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringocli.testing.context import Emulator, emulator
from tests.emulator.browser import CONTACT, NUMBER, TELNYX, Open, bubble, post, webhook

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A template file of its own."""
    path = tmp_path / "telnyx.json"
    path.write_text(TELNYX.read_text("utf-8"), "utf-8")
    return path


@pytest.fixture
def edited(file: Path) -> Iterator[Emulator]:
    """An emulator whose template may be edited."""
    with emulator(file) as running:
        yield running


def missed(page: Any, ringotel: Emulator, payload: dict[str, Any]) -> None:
    """Receive a webhook that matches no event, and show it in full."""
    shown = page.locator(".row").count()
    whole = {"from": {"phone_number": CONTACT}, "to": [{"phone_number": NUMBER}], **payload}
    assert 422 == post(ringotel.webhook_url, {"data": {"event_type": "message.received", "payload": whole}})
    page.locator(".row").nth(shown).click()


def test_a_broken_file_is_reported_until_it_is_fixed(file: Path, edited: Emulator, visit: Open) -> None:
    """A lasting banner, even on a phone, names the file, the mistake and the version in use; the corrected file is
    reloaded.
    """
    whole = file.read_text("utf-8")
    page = visit(edited.url, width=320, height=568)
    file.write_text(whole[:-20], "utf-8")
    banner = page.locator(".banner.bad")
    for tab in ("Ringotel", "Traffic", "Handset"):
        page.locator(".tabs").get_by_text(tab).click()
        expect(banner).to_contain_text("telnyx.json")
    expect(banner).to_contain_text("not valid JSON")
    expect(banner).to_contain_text("stays in use")
    banner.get_by_role("button", name="Show template").click()
    expect(page.get_by_role("dialog")).to_contain_text("The file on disk is not in use")
    file.write_text(whole.replace('"Telnyx (custom)"', '"Repaired"'), "utf-8")
    expect(banner).to_have_count(0)
    expect(page.get_by_text("Template reloaded.")).to_be_visible()
    expect(page).to_have_title("Repaired · ringocli")
    page.close()


def test_two_fields_are_paired_by_click(edited: Emulator, visit: Open) -> None:
    """A pair chosen by the user completes the change; if earlier webhooks would break, it is applied anyway or as a
    second event.
    """
    post(edited.webhook_url, webhook("Earlier"))
    page = visit(edited.url)
    missed(page, edited, {"alpha": "Open on Sunday?", "beta": "or not"})
    expect(page.locator(".miss .why").last).to_contain_text("Edit the event in the file")
    page.get_by_role("button", name="/data/payload/text").click()
    page.get_by_role("button", name="/data/payload/alpha").click()
    expect(page.get_by_text("1 earlier webhook would be read differently: 1")).to_be_visible()
    page.get_by_role("button", name="Apply anyway").click()
    fits = page.get_by_role("button", name="Matches now: replay")
    expect(fits).to_be_focused()
    fits.click()
    expect(bubble(page, "user", "Open on Sunday?")).to_have_count(1)
    missed(page, edited, {"text": "As before"})
    page.get_by_role("button", name="Add as a second event").click()
    fits.click()
    expect(bubble(page, "user", "As before")).to_have_count(1)
    page.close()


def test_an_edit_by_hand_is_noticed(file: Path, edited: Emulator, visit: Open) -> None:
    """When the file is edited while a near miss is open, the page shows that the webhook now matches."""
    page = visit(edited.url)
    missed(page, edited, {"alpha": "Open on Sunday?", "beta": "or not"})
    expect(page.locator(".miss .why").last).to_contain_text("Edit the event in the file")
    file.write_text(file.read_text("utf-8").replace('"text": "$content$"', '"alpha": "$content$"'), "utf-8")
    page.get_by_role("button", name="Matches now: replay").click()
    expect(bubble(page, "user", "Open on Sunday?")).to_have_count(1)
    page.close()
