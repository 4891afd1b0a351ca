"""The emulator's page, in a real browser on the real server: what people see, click and type, and what never happens.

Each test has an inbox of its own. A test fails when the page logs an error, opens a dialog of the browser's, breaks its
Content-Security-Policy or asks any host but this emulator for anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ringocli.emulator.config import EmulatorConfig
from ringocli.emulator.page_files import script
from ringocli.emulator.server import in_thread
from ringocli.emulator.store.exchange import Exchange
from ringocli.emulator.store.sqlite import Store
from ringocli.testing.context import Emulator, emulator
from tests.emulator.browser import (
    CONTACT,
    NUMBER,
    PAGE,
    TELNYX,
    Open,
    attach,
    bubble,
    picture,
    post,
    say,
    shown_picture,
    webhook,
)
from tests.loopback import unused_port

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
expect.set_options(timeout=10_000)  # only a failing test ever waits that long


def test_the_script_contains_every_module() -> None:
    """All modules are joined to one script; only what runs before the first paint is a script of its own."""
    joined = set(re.findall(r'^modules\["([^"]+)"\]', script(), re.MULTILINE))
    assert joined == {path.relative_to(PAGE).as_posix() for path in PAGE.rglob("*.js")} - {"theme.js"}
    assert not re.search(r"^(import|export)\b", script(), re.MULTILINE)


def test_the_page_needs_few_requests(ringotel: Emulator, visit: Open) -> None:
    """The page is complete after at most 15 requests; the second time its script and style come from the cache."""
    ringotel.send(to=CONTACT, content="Quick", from_=NUMBER)
    page = visit(ringotel.url)
    expect(page.locator(".row").first).to_be_visible()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(ringotel.url + "/#again")
    page.reload()
    expect(page.locator(".row").first).to_be_visible()
    assert len(asked) <= 15
    sizes = page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter(one => /all\\.(js|css)/.test(one.name)).map(one => one.transferSize)"""
    )
    assert [0, 0] == sizes


def test_nothing_is_inline() -> None:
    """The page has no inline script, style or handler: its policy would forbid it."""
    text = (PAGE / "index.html").read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"https?://", text)


def test_an_inbox_has_its_page_with_and_without_a_slash(ringotel: Emulator, visit: Open) -> None:
    """``/i/name`` and ``/i/name/`` show the same page, which uses only that inbox."""
    ringotel.send(to=CONTACT, content="In here", from_=NUMBER)
    page = visit(ringotel.url, path="")
    expect(bubble(page, "user", "In here")).to_have_count(1)
    assert page.url == ringotel.url + "/"


def test_a_conversation_goes_both_ways(ringotel: Emulator, visit: Open) -> None:
    """A message sent on one side appears on the other, and the wire shows both with the bytes of each variable."""
    page = visit(ringotel.url)
    say(page, "user", "Hi, your bike is ready")
    expect(bubble(page, "user", "Hi, your bike is ready")).to_have_count(1)
    expect(bubble(page, "handset", "Hi, your bike is ready")).to_have_count(1)
    say(page, "handset", "On my way")
    expect(bubble(page, "handset", "On my way")).to_have_count(1)
    expect(bubble(page, "user", "On my way")).to_have_count(1)
    page.locator(".row", has_text="SendMessage").click()
    highlighted = page.locator(".detail .request mark[data-variable=content]")
    expect(highlighted).to_have_text("Hi, your bike is ready")
    expect(page.locator(".detail .request mark[data-variable=to]")).to_have_text(CONTACT)
    expect(page.locator(".detail .reply mark[data-variable=messageid]").first).to_be_visible()


def test_ticks_show_the_receipts(ringotel: Emulator, visit: Open) -> None:
    """A message is marked as delivered after its receipt, including in words for screen readers."""
    page = visit(ringotel.url)
    say(page, "user", "Two ticks?")
    mark = bubble(page, "user", "Two ticks?").locator(".mark")
    expect(mark).to_have_attribute("data-status", "delivered")
    expect(mark.get_by_role("img", name="Delivered")).to_be_visible()
    expect(page.locator(".row", has_text="messageDelivered")).to_contain_text("for “Two ticks?”")


def test_a_picture_goes_both_ways(ringotel: Emulator, visit: Open) -> None:
    """A file chosen on either side is shown on both, and is loaded from the emulator."""
    page = visit(ringotel.url)
    attach(page, "user")
    page.locator(".user .go").click()
    shown_picture(page, "user")
    shown_picture(page, "handset")
    attach(page, "handset", "reply.png")
    say(page, "handset", "Here is mine")
    shown_picture(page, "user", 1)
    expect(bubble(page, "user", "Here is mine").locator("img")).to_have_count(1)
    expect(page.locator(".row b", has_text=re.compile("^mms$"))).to_have_count(1)


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(ringotel: Emulator, visit: Open, how: str) -> None:
    """A file can be added without a button."""
    page = visit(ringotel.url)
    transfer = page.evaluate_handle(
        """bytes => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], "dropped.png", {type: "image/png"}));
            return carried;
        }""",
        list(picture()),
    )
    if how == "drop":
        page.locator(".pane.handset").dispatch_event("dragover", {"dataTransfer": transfer})
        expect(page.locator(".handset .drop")).to_have_text("Drop to attach")
        page.locator(".pane.handset").dispatch_event("drop", {"dataTransfer": transfer})
    else:
        page.locator(".handset textarea").evaluate(
            """(area, carried) => area.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: carried, bubbles: true, cancelable: true}))""",
            transfer,
        )
    expect(page.locator(".handset .attached")).to_contain_text("dropped.png")
    page.locator(".handset .go").click()
    shown_picture(page, "user")


def test_a_failure_is_explained(ringotel: Emulator, visit: Open) -> None:
    """A failed message is marked as failed, and does not appear on the phone."""
    page = visit(ringotel.url)
    page.get_by_title("Choose the conversation").click()
    page.get_by_label("Talk to").fill("+1 (500) 555-0002")
    page.get_by_label("Talk to").press("Enter")
    say(page, "user", "Does this arrive?")
    expect(bubble(page, "user", "Does this arrive?")).to_contain_text("Failed")
    expect(bubble(page, "user", "Does this arrive?").locator(".why")).to_contain_text("failed receipt")
    expect(page.locator(".handset .aside")).to_have_text("A message to this phone was lost")
    expect(bubble(page, "handset", "Does this arrive?")).to_have_count(0)


def test_chaos_is_set_and_takes_effect(ringotel: Emulator, visit: Open) -> None:
    """A provider that replies 500 rejects the message, and the wire shows that chaos caused it."""
    page = visit(ringotel.url)
    page.keyboard.press("c")
    page.get_by_text("Details").click()
    provider = page.get_by_role("group", name="Provider")
    provider.get_by_label("Status").select_option("500")
    expect(page.locator(".chaos-now")).to_have_text("Chaos: custom")
    page.keyboard.press("Escape")
    say(page, "user", "With a fault")
    expect(bubble(page, "user", "With a fault")).to_contain_text("Rejected")
    expect(page.locator(".row .badge.chaos")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator(".chaos-now").click()
    page.locator(".dial").get_by_label("None").click()
    expect(page.locator(".chaos-now")).to_have_text("Chaos: none")


def test_a_reply_that_ringotel_refuses_is_kept(ringotel: Emulator, visit: Open) -> None:
    """A message that Ringotel rejects shows its text and the reason, and can be sent again."""
    ringotel.set_chaos(ringotel={"status": 400})
    page = visit(ringotel.url)
    say(page, "handset", "Anybody there?")
    said = bubble(page, "handset", "Anybody there?")
    expect(said).to_contain_text("Rejected")
    expect(said.locator(".why")).to_have_text("Chaos: status 400")
    expect(bubble(page, "user", "Anybody there?")).to_have_count(0)
    ringotel.set_chaos()
    said.get_by_text("Try again").click()
    expect(bubble(page, "user", "Anybody there?")).to_have_count(1)
    expect(said.last.locator(".mark")).to_have_attribute("data-status", "taken")


def test_a_reply_that_is_retried_is_one_message(visit: Open) -> None:
    """A message waits for the provider's retry, and is not shown a second time when that is delivered."""
    with emulator(TELNYX) as ringotel:
        ringotel.set_chaos(ringotel={"status": 503})
        page = visit(ringotel.url)
        say(page, "handset", "Anybody there?")
        mark = bubble(page, "handset", "Anybody there?").locator(".mark")
        expect(mark).to_have_attribute("data-status", "waiting")
        expect(mark.get_by_role("img", name="Waiting for a retry")).to_be_visible()
        ringotel.set_chaos()
        expect(bubble(page, "user", "Anybody there?")).to_have_count(1)
        expect(mark).to_have_attribute("data-status", "taken")
        page.reload()
        expect(mark).to_have_attribute("data-status", "taken")
        expect(page.locator(".row", has_text="Anybody there?")).to_have_count(2)
        page.close()


def test_a_message_that_the_provider_refuses_says_why(ringotel: Emulator, visit: Open) -> None:
    """The bubble shows the provider's own error message."""
    page = visit(ringotel.url)
    page.get_by_title("Choose the conversation").click()
    page.get_by_label("Talk to").fill("+15005550001")
    page.get_by_label("Talk to").press("Enter")
    say(page, "user", "To nobody")
    expect(bubble(page, "user", "To nobody").locator(".why")).to_contain_text("number")


def test_details_link_a_failed_receipt_with_its_message(ringotel: Emulator, visit: Open) -> None:
    """The links lead both ways, and the details show the duration and the size."""
    ringotel.send(to="+15005550002", content="Lost", from_=NUMBER)
    page = visit(ringotel.url)
    page.locator(".row", has_text="Failed receipt").click()
    expect(page.locator(".detail .who")).to_contain_text(re.compile(r"failed receipt .* · [\d.]+ ms · \d+ bytes"))
    page.locator(".detail .content > p a").click()
    expect(page.locator(".detail h2")).to_have_text("SendMessage")
    expect(page.locator(".detail")).to_contain_text(re.compile(r"Receipts: exchange \d+"))


def test_a_message_whose_id_cannot_be_read_reaches_the_handset(visit: Open) -> None:
    """Without response_map no receipt belongs to a message, so the handset does not wait for one."""
    template = json.loads(TELNYX.read_text("utf-8"))
    del template["API"]["SendMessage"]["response_map"]
    with emulator(template, instant=True) as ringotel:
        page = visit(ringotel.url)
        say(page, "user", "Anybody there?")
        expect(bubble(page, "handset", "Anybody there?")).to_have_count(1)
        expect(bubble(page, "user", "Anybody there?").locator(".mark")).to_have_attribute("data-status", "sent")
        page.close()


def test_a_near_miss_is_fixed(tmp_path: Path, visit: Open) -> None:
    """A near miss shows the differences; after applying the change to the template's file, the webhook matches."""
    template = tmp_path / "telnyx.json"
    template.write_text(TELNYX.read_text("utf-8"), "utf-8")
    with emulator(template) as ringotel:
        page = visit(ringotel.url)
        assert 422 == post(ringotel.webhook_url, webhook("Open on Sunday?", key="txt"))
        page.locator(".row.amiss").click()
        expect(page.locator(".difference")).to_contain_text("/data/payload/text")
        expect(page.locator(".split .minus")).to_have_text('"text": "$content$"')
        expect(page.locator(".split .plus")).to_have_text('"txt": "$content$"')
        page.get_by_role("button", name="Apply to template").click()
        page.get_by_role("button", name="Matches now: replay").click()
        expect(bubble(page, "user", "Open on Sunday?")).to_have_count(1)
        expect(page.locator(".detail .state")).to_have_text("accepted by Ringotel")
        page.close()
    assert '"txt": "$content$"' in template.read_text("utf-8")


def test_the_filter_finds(ringotel: Emulator, visit: Open) -> None:
    """The wire shows only matching exchanges, later ones included; Escape removes the filter."""
    post(ringotel.webhook_url, webhook("about apples"))
    post(ringotel.webhook_url, webhook("about pears"))
    page = visit(ringotel.url)
    rows = page.locator(".row")
    expect(rows).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("event:message apples")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("about apples")
    post(ringotel.webhook_url, webhook("more apples"))
    post(ringotel.webhook_url, webhook("more pears"))
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("more apples")
    page.keyboard.press("Escape")
    expect(rows).to_have_count(4)


def test_a_filter_that_is_wrong_says_why(ringotel: Emulator, visit: Open) -> None:
    """A mistyped keyword of the filter is answered with an error message instead of rows, and no console error."""
    page = visit(ringotel.url)
    page.get_by_label("Filter exchanges").fill("is:deliverd")
    expect(page.locator(".exchanges .nothing")).to_contain_text("did you mean delivered?")
    page.get_by_label("Filter exchanges").fill("direction:out")
    expect(page.locator(".exchanges .nothing")).to_contain_text("Use incoming or outgoing.")


def test_a_reload_keeps_everything(ringotel: Emulator, visit: Open) -> None:
    """The conversation, the opened exchange, the filter and the theme are unchanged after a reload."""
    other = "+14155550123"
    ringotel.send(to=other, content="Something else", from_=NUMBER)
    ringotel.send(to=CONTACT, content="Keep me", from_=NUMBER)
    page = visit(ringotel.url)
    page.get_by_title("Choose the conversation").click()
    page.locator(".choice", has_text="Something else").click()
    page.locator(".user textarea").fill("half a thou")
    page.get_by_label("Filter exchanges").fill("direction:outgoing")
    page.locator(".row.out", has_text="Keep me").click()
    page.get_by_role("button", name="Theme: auto").click()
    for _ in range(2):
        expect(bubble(page, "user", "Something else")).to_have_count(1)
        expect(bubble(page, "user", "Keep me")).to_have_count(0)
        expect(page.locator(".user textarea")).to_have_value("half a thou")
        expect(page.get_by_label("Filter exchanges")).to_have_value("direction:outgoing")
        expect(page.locator(".row.opened")).to_contain_text("Keep me")
        expect(page.locator(".detail mark[data-variable=content]").last).to_have_text("Keep me")
        expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
        page.reload()


def test_a_permalink_works_in_a_new_tab(ringotel: Emulator, visit: Open) -> None:
    """The URL of an exchange opens it in any tab; a deleted one is reported."""
    sent = ringotel.send(to=CONTACT, content="Look at this", from_=NUMBER)
    page = visit(ringotel.url, path=f"/#/x/{sent['id']}")
    expect(page.locator(".detail mark[data-variable=content]").last).to_have_text("Look at this")
    ringotel.clear()
    expect(page.locator(".detail")).to_have_count(0)
    page.goto(f"{ringotel.url}/#/x/{sent['id']}")
    expect(page.locator(".detail .nothing")).to_contain_text("It may have been deleted.")
    expect(page.get_by_role("button", name="Replay")).to_have_count(0)
    page.get_by_label("Close (Esc)").click()
    expect(page.locator(".detail")).to_have_count(0)


def test_two_tabs_stay_in_sync(ringotel: Emulator, visit: Open) -> None:
    """Messages, settings and deletions in one tab appear in the other without a reload."""
    one, other = visit(ringotel.url), visit(ringotel.url)
    say(one, "user", "Seen by both")
    expect(bubble(other, "user", "Seen by both").locator(".mark")).to_have_attribute("data-status", "delivered")
    say(other, "handset", "And back")
    expect(bubble(one, "user", "And back")).to_have_count(1)
    one.bring_to_front()  # the browser slows down a tab that is not in front
    one.keyboard.press("Escape")
    one.locator(".chaos-now").click()
    one.locator(".dial").get_by_label("Mild").click()
    expect(other.locator(".chaos-now")).to_have_text("Chaos: mild")
    other.get_by_label("Delete all exchanges").click()
    other.get_by_role("button", name="Delete everything").click()
    for page in (one, other):
        expect(page.locator(".row, .bubble")).to_have_count(0)
        expect(page.get_by_text("A Ringotel user, a phone, and the traffic between them")).to_be_attached()


def test_a_restart_leaves_no_gap(tmp_path: Path, context: Any) -> None:
    """After a restart the page shows all exchanges that it missed, none twice, and keeps what was typed.

    While a form is being filled in, the page of the previous run, whose token has expired, is not reloaded.
    """
    page = context.new_page()
    db = tmp_path / "store.db"
    config = EmulatorConfig(name=str(TELNYX), text=TELNYX.read_text("utf-8"), port=unused_port(), db=db)
    with in_thread(config) as running:
        assert running.runtime is not None
        address = running.runtime.url
        client = Emulator(address, "telnyx-custom")
        page.goto(address + "/")
        post(client.webhook_url, webhook("before"))
        expect(bubble(page, "user", "before")).to_have_count(1)
        page.locator(".user textarea").fill("half a thou")
    expect(page.locator(".link.lost")).to_have_count(1)
    say(page, "handset", "too early")
    expect(bubble(page, "handset", "too early")).to_contain_text("Not sent")
    page.get_by_role("button", name="Send a webhook").click()
    page.get_by_role("dialog").locator("textarea").fill(json.dumps(webhook("in the form")))
    store = Store(db)
    store.commit([replace(incoming("meanwhile", 0), at=datetime.now(UTC))])
    store.close()
    with in_thread(config) as running:
        assert running.runtime is not None
        expect(page.locator(".link.live")).to_have_count(1, timeout=10_000)
        page.get_by_role("button", name="Send to Ringotel").click()
        for text in ("meanwhile", "in the form"):
            expect(bubble(page, "user", text)).to_have_count(1)
        expect(page.locator(f"meta[content='{running.runtime.instance}']")).to_have_count(1)
        expect(page.locator(".user textarea")).to_have_value("half a thou")
        page.get_by_label("Close (Esc)").click()
        bubble(page, "handset", "too early").get_by_text("Try again").click()
        expect(bubble(page, "user", "too early")).to_have_count(1)
        expect(page.locator(".row")).to_have_count(4)
        page.close()


def test_the_page_works_by_keyboard_alone(ringotel: Emulator, visit: Open) -> None:
    """Sending on both sides, moving through the wire, opening and closing details, and help need no pointer."""
    page = visit(ringotel.url)
    keys = page.keyboard
    keys.press("1")
    keys.type("Typed")
    keys.press("Shift+Enter")
    keys.type("only")
    keys.press("Enter")
    expect(bubble(page, "user", "Typed\nonly")).to_have_count(1)
    keys.press("Escape")
    keys.press("2")
    keys.type("Also typed")
    keys.press("Enter")
    expect(bubble(page, "user", "Also typed")).to_have_count(1)
    expect(page.locator(".row")).to_have_count(3)
    keys.press("Escape")
    keys.press("j")
    expect(page.locator(".row.chosen")).to_have_attribute("aria-posinset", "3")
    keys.press("k")
    keys.press("k")
    expect(page.locator(".row.chosen")).to_have_attribute("aria-posinset", "1")
    keys.press("Enter")
    expect(page.locator(".detail h2")).to_have_text("SendMessage")
    keys.press("j")
    expect(page.locator(".row.opened")).to_have_attribute("aria-posinset", "2")
    keys.press("Escape")
    expect(page.locator(".detail")).to_have_count(0)
    expect(page.get_by_role("listbox", name="Exchanges")).to_be_focused()
    keys.press("Home")
    expect(page.locator(".row.chosen")).to_have_attribute("aria-posinset", "1")
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    keys.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_everything_that_can_be_pressed_has_a_name(ringotel: Emulator, visit: Open) -> None:
    """No control is announced only as "button"."""
    ringotel.send(to=CONTACT, content="x", from_=NUMBER)
    page = visit(ringotel.url)
    page.locator(".row").first.click()
    expect(page.locator(".detail .request")).to_be_visible()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea")]
            .filter(one => !(one.ariaLabel || one.textContent.trim() || one.labels?.length || one.title))
            .map(one => one.outerHTML)"""
    )
    assert [] == nameless


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_are_readable(ringotel: Emulator, visit: Open, scheme: str) -> None:
    """The page follows the system's colour scheme; the contrast of text is at least 4.5 to 1."""
    ringotel.send(to="+15005550002", content="fails", from_=NUMBER)
    ringotel.send(to=CONTACT, content="hello", from_=NUMBER)
    post(ringotel.webhook_url, webhook("hi"))
    post(ringotel.webhook_url, webhook("hi", key="txt"))
    page = visit(ringotel.url, scheme=scheme)
    page.locator(".row.amiss").first.click()
    expect(page.locator(".split .plus")).to_be_visible()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.1) == (scheme == "dark")
    looks = page.evaluate(
        """() => {
            const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
            const over = (layers) => {
                paint.clearRect(0, 0, 1, 1);
                for (const layer of layers) { paint.fillStyle = layer; paint.fillRect(0, 0, 1, 1); }
                return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
            };
            const found = [];
            for (const one of document.querySelectorAll("#app *")) {
                const words = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
                if (!words || !one.checkVisibility() || one.closest("svg, :disabled, .unseen")) continue;
                const layers = [];
                let faded = false;
                for (let at = one; at; at = at.parentElement) {
                    layers.unshift(getComputedStyle(at).backgroundColor);
                    faded ||= getComputedStyle(at).opacity < 0.7;
                }
                if (!faded) found.push([one.textContent.slice(0, 30), over([...layers, getComputedStyle(one).color]), over(layers)]);
            }
            return found;
        }"""
    )
    assert len(looks) > 30
    for words, ink, paper in looks:
        bright, dim = sorted((relative(ink), relative(paper)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, (words, ink, paper)


def luminance(colour: str) -> float:
    """The relative luminance of an ``rgb(…)``."""
    return relative([int(part) for part in re.findall(r"\d+", colour)[:3]])


def relative(channels: list[int]) -> float:
    """Relative luminance as defined by WCAG 2."""
    linear = [(c / 255) / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>",
    "template": "${alert(1)} {{constructor.constructor('alert(1)')()}} `</pre>`",
    "address": "javascript:alert(1) https://evil.example/a.png //evil.example/b.png",
    "override": "invoice\u202egnp.exe",
    "control": "nul \x00 escape \x1b[31m bell \x07",
    "surrogate": "half \ud83d of it",
    "long": "64 KB " + "x" * 65_530,
    "lines": "\n" * 3000 + "end",
}


def test_hostile_text_stays_text(ringotel: Emulator, visit: Open) -> None:
    """Received text is displayed as it is: it is not run, loads nothing, and does not change the page's direction."""
    page = visit(ringotel.url)
    for number, (name, text) in enumerate(HOSTILE.items(), 1):
        assert 200 == post(ringotel.webhook_url, webhook(text)), name
        page.locator(f".row[aria-posinset='{number}']").click()
        expect(page.locator(".detail .request .bytes").last).to_be_visible()
        bubbles = page.locator(".user .bubble")
        elements = (bubbles.last.locator(".words"), page.locator(".row.opened .peek"), page.locator(".detail .content"))
        for element in elements:
            assert 0 == element.locator("script, img, svg:not(.icon), a, iframe").count(), name
            assert not re.search("[\x00-\x08\x1b\u202a-\u202e]", element.text_content()), name
        assert bubbles.last.bounding_box()["height"] < 1200, name
    say(page, "user", HOSTILE["script"])
    expect(bubble(page, "handset", "<svg onload=alert(3)>").last.locator("script, img")).to_have_count(0)


def test_hidden_characters_are_shown(ringotel: Emulator, visit: Open) -> None:
    """A direction override or a NUL is shown as a small mark with a name; the order of the text around it is kept."""
    post(ringotel.webhook_url, webhook(HOSTILE["override"] + "\x00"))
    page = visit(ringotel.url)
    signs = bubble(page, "user", "invoice").locator(".hidden-char")
    expect(signs).to_have_text(["RLO", "␀"])
    expect(signs.first).to_have_attribute("title", "U+202E")
    assert page.locator(".user .words").evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"


def test_a_long_text_is_shown_in_full_on_request(ringotel: Emulator, visit: Open) -> None:
    """A text of 64 KB is clipped at first, and shown completely after "Show all"."""
    post(ringotel.webhook_url, webhook(HOSTILE["long"]))
    page = visit(ringotel.url)
    words = page.locator(".user .words")
    expect(words).to_contain_text("64 KB")
    assert len(words.text_content()) < 2000
    page.locator(".user .show-all").click()
    page.wait_for_function("length => document.querySelector('.user .words').textContent.length === length", arg=65_536)


def test_a_foreign_file_is_only_named(ringotel: Emulator, visit: Open) -> None:
    """The URL of a file that the emulator does not serve is plain text: not loaded and not linked."""
    post(ringotel.webhook_url, webhook("Look", url="https://evil.example/tracker.png"))
    page = visit(ringotel.url)
    expect(bubble(page, "user", "Look").locator(".file.foreign")).to_have_text("https://evil.example/tracker.png")
    assert 0 == page.locator(".bubble img, .bubble a").count()


def test_a_file_that_is_gone_is_only_named(ringotel: Emulator, visit: Open) -> None:
    """A picture that the emulator has deleted is shown as its file name, without an error in the console."""
    post(ringotel.webhook_url, webhook("Look", url=f"{ringotel.url}/files/deleted/view.png"))
    page = visit(ringotel.url)
    expect(bubble(page, "user", "Look").locator(".file")).to_have_text("view.png")


def incoming(text: str, number: int, *, sender: str = CONTACT) -> Exchange:
    """A message in the form in which it is stored."""
    return Exchange(
        inbox="",
        at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
        direction="incoming",
        event_key="message.received",
        event_type="message",
        matched=True,
        status="taken",
        variables={"from": sender, "to": NUMBER, "content": text},
        request={"method": "POST", "url": "/webhook/telnyx-custom", "headers": [], "body": json.dumps(webhook(text))},
        reply={"status": 200, "headers": [], "body": ""},
    )


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator with 10,000 stored messages."""
    path = tmp_path_factory.mktemp("crowded") / "store.db"
    store = Store(path, max_days=36_500)
    store.commit([incoming(f"message {number}", number) for number in range(10_000)])
    store.close()
    config = EmulatorConfig(name=str(TELNYX), text=TELNYX.read_text("utf-8"), db=path, max_days=36_500)
    with in_thread(config) as running:
        assert running.runtime is not None
        yield Emulator(running.runtime.url, "telnyx-custom")


def test_ten_thousand_exchanges_are_a_few_rows(crowded: Emulator, visit: Open) -> None:
    """Only visible rows are in the document, from the first paint and at every scroll position."""
    page = visit(crowded.url)
    expect(page.locator(".row").last).to_contain_text("message 9999")
    assert page.locator(".row").count() <= 40
    assert page.locator(".bubble").count() <= 80
    last = page.locator(".exchanges").evaluate(
        """async (wire) => {
            // Up to the very first: the page loads what is older as it comes into sight.
            const first = () => document.querySelector(".row .peek").textContent;
            let most = 0;
            while (first() !== "message 0") {
                wire.scrollTop = 0;
                await new Promise(requestAnimationFrame);
                most = Math.max(most, document.querySelectorAll(".row").length);
            }
            return most;
        }"""
    )
    assert last <= 60
    assert page.locator(".bubble").count() <= 80
    page.get_by_label("To the newest").first.click()
    expect(page.locator(".row").last).to_contain_text("message 9999")


def test_scrolling_is_not_disturbed_by_new_exchanges(crowded: Emulator, visit: Open) -> None:
    """A list that was scrolled up does not move when messages arrive; a list at its end follows them."""
    page = visit(crowded.url)
    expect(page.locator(".row").last).to_contain_text("message 9999")
    page.locator(".exchanges").evaluate("wire => (wire.scrollTop -= 3000)")
    expect(page.locator(".wire .to-end")).to_be_visible()
    watched = page.locator(".row").nth(8)
    text, before = watched.locator(".peek").text_content(), watched.bounding_box()
    for number in range(20):
        post(crowded.webhook_url, webhook(f"news {number}"))
    expect(bubble(page, "user", "news 19")).to_be_visible()
    assert before == page.locator(".row", has_text=text).bounding_box()
    page.locator(".wire .to-end").click()
    expect(page.locator(".row").last).to_contain_text("news 19")
    post(crowded.webhook_url, webhook("the very last"))
    expect(page.locator(".row").last).to_contain_text("the very last")
    expect(page.locator(".row").last).to_be_in_viewport()


def test_scrolling_is_not_undone_by_a_redraw(crowded: Emulator, visit: Open) -> None:
    """A redraw before the browser's event about a scroll, here held back, does not move the list back to its end."""
    page = visit(crowded.url)
    expect(page.locator(".row").last).to_be_in_viewport()
    page.evaluate("addEventListener('scroll', event => event.stopImmediatePropagation(), {capture: true})")
    page.locator(".exchanges").evaluate("wire => (wire.scrollTop -= 3000)")
    post(crowded.webhook_url, webhook("news"))
    expect(page.locator(".wire .to-end")).to_be_visible()


def test_a_phone_has_one_column(ringotel: Emulator, visit: Open) -> None:
    """At 390 px there are tabs, nothing overflows sideways, and every function still works."""
    page = visit(ringotel.url, width=390, height=844)
    tabs = page.get_by_role("navigation", name="Columns")
    say(page, "user", "From a phone")
    expect(bubble(page, "user", "From a phone")).to_be_in_viewport()
    tabs.get_by_text("Handset").click()
    expect(bubble(page, "handset", "From a phone")).to_be_in_viewport()
    expect(page.locator(".pane.user")).to_be_hidden()
    tabs.get_by_text("Traffic").click()
    page.locator(".row").first.click()
    expect(page.locator(".detail mark[data-variable=content]").last).to_be_visible()
    for name in ("About", "Keys", "Chaos: none"):
        assert 0 == page.evaluate("document.documentElement.scrollWidth - innerWidth")
        page.get_by_role("button", name=name, exact=True).click()
        box = page.get_by_role("dialog").bounding_box()
        assert 0 <= box["x"]
        assert box["x"] + box["width"] <= 390
        page.get_by_role("dialog").get_by_label("Close", exact=True).click()
    page.get_by_label("Close (Esc)").click()
    expect(page.locator(".row").first).to_be_in_viewport()


def test_about_lists_assumptions_and_urls(ringotel: Emulator, visit: Open) -> None:
    """About lists the assumptions, the URLs, and the magic numbers, each of which starts a conversation."""
    page = visit(ringotel.url)
    page.get_by_role("button", name="About", exact=True).click()
    sheet = page.get_by_role("dialog", name="About this emulator")
    expect(sheet.locator(".assumptions")).to_contain_text(
        "Ringotel answers a webhook with status 200 and an empty body."
    )
    expect(sheet).to_contain_text(ringotel.webhook_url)
    sheet.get_by_role("button", name="+1 500 555 0002").click()
    expect(page.locator(".picked")).to_have_text("+1 500 555 0002")


def test_a_request_is_copied_replayed_and_exported(ringotel: Emulator, visit: Open) -> None:
    """A request can be copied as curl, sent again, and exported in a file with all others."""
    ringotel.send(to=CONTACT, content="Again!", from_=NUMBER)
    page = visit(ringotel.url, permissions=("clipboard-read", "clipboard-write"))
    page.locator(".row", has_text="SendMessage").click()
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_text("curl command copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl")
    page.get_by_role("button", name="Replay").click()
    expect(bubble(page, "user", "Again!")).to_have_count(2)
    ringotel.send(to=CONTACT, content="Not this one", from_=NUMBER)
    page.get_by_label("Filter exchanges").fill("with:3105550199 again")
    expect(page.locator(".search .found")).to_have_text("2")
    for name, start in (("JSON lines", '{"id"'), ("HAR", '{"log"')):
        page.get_by_title("Export").click()
        with page.expect_download() as downloaded:
            page.get_by_role("menuitem", name=name).click()
        exported = Path(downloaded.value.path()).read_text("utf-8")
        assert exported.startswith(start)
        assert "Again!" in exported
        assert "Not this one" not in exported
