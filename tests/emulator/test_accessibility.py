"""Accessibility of the emulator's page: axe-core finds nothing, nothing is cut off, and all targets can be tapped.

Every state of the page is checked at a desktop's, a phone's, a zoomed and a very narrow size; axe-core checks it on a
desktop, where everything is visible at once, and on a phone, which has one column. In the dark theme, which differs
only in its colours, it checks colours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ringocli.testing.context import Emulator
from tests.emulator.axe import ALL_RULES, COLOUR_RULES, VIOLATIONS, axe_script
from tests.emulator.browser import Open, fill

AXE = axe_script()

# A state is reached on the phone, where its column has to be chosen; then the window is resized.
SIZES = {"phone": (390, 844), "narrow": (320, 568), "zoomed": (640, 400), "desktop": (1280, 800)}
LOOKS = {
    ("phone", "light"): ALL_RULES,
    ("desktop", "light"): ALL_RULES,
    ("desktop", "dark"): COLOUR_RULES,
}


def conversation(page: Any) -> None:
    """A chat with a delivered and a failed message, a webhook that matched and one that did not."""
    page.locator(".row").first.wait_for(state="attached")


def details(page: Any) -> None:
    """The near miss in full, with both ways to change the template."""
    show(page, "Traffic")
    page.locator(".row.amiss").first.click()
    page.get_by_role("button", name="Show the change").click()
    page.locator(".split.added").wait_for()


def empty(page: Any) -> None:
    """An inbox without exchanges."""
    page.goto(page.url.rstrip("/") + "-empty/")
    show(page, "Traffic")
    page.locator(".welcome").wait_for()


def chaos(page: Any) -> None:
    """All settings of chaos."""
    page.keyboard.press("c")
    page.get_by_text("Details").click()


def dialog(button: str) -> Callable[[Any], None]:
    """A dialog, opened by its button in the bar."""

    def open_dialog(page: Any) -> None:
        page.locator(".bar").get_by_role("button", name=button).click()
        page.get_by_role("dialog").wait_for()

    return open_dialog


def contacts(page: Any) -> None:
    """The conversation picker."""
    show(page, "Ringotel")
    page.locator("button.pick").click()
    page.locator(".contacts").wait_for()


def filter_syntax(page: Any) -> None:
    """The help of the filter."""
    show(page, "Traffic")
    page.get_by_role("button", name="Filter syntax").click()
    page.locator(".language").wait_for()


def menu(label: str, column: str) -> Callable[[Any], None]:
    """A menu, opened by its button."""

    def open_menu(page: Any) -> None:
        show(page, column)
        page.locator(".pane:visible").get_by_role("button", name=label, exact=True).first.click()
        page.locator("dialog.pop").wait_for()

    return open_menu


def compose(button: str) -> Callable[[Any], None]:
    """The dialog that sends a webhook."""

    def open_dialog(page: Any) -> None:
        show(page, "Traffic")
        page.get_by_role("button", name="Send a webhook").click()
        page.get_by_role("button", name=button).click()

    return open_dialog


def sent(page: Any) -> None:
    """The details of a message that was sent, and a notice."""
    show(page, "Traffic")
    page.locator(".row", has_text="SendMessage").first.click()
    page.locator(".detail .request mark").first.wait_for()
    page.get_by_role("button", name="Copy link").click()
    page.locator(".notice").wait_for()


def typed(page: Any) -> None:
    """A text that is not sent yet, with its segments."""
    show(page, "Ringotel")
    page.locator(".user textarea").fill("Ready – at 5 o'clock")
    page.locator(".segments").wait_for()


def failed(page: Any) -> None:
    """A message that failed, beside one that was not sent."""
    show(page, "Ringotel")
    page.locator("button.pick").click()
    page.get_by_label("Talk to").fill("+15005550002")
    page.get_by_label("Talk to").press("Enter")
    page.locator(".user .bubble.bad").first.wait_for()


def template(page: Any) -> None:
    """The template, and what lint finds in it."""
    page.keyboard.press("t")
    page.locator(".lines").wait_for()


def banner(page: Any) -> None:
    """A template file that cannot be used, as ``/api/about`` reports it."""
    page.route("**/api/about", _with_problem)
    page.reload()
    page.locator(".banner.bad").wait_for()


def _with_problem(route: Any) -> None:
    document = route.fetch().json()
    document["template"] |= {"in_force": False, "problem": "telnyx.json:3:1: not valid JSON: expected a value"}
    route.fulfill(json=document)


def show(page: Any, column: str) -> None:
    """Show a column where the page has tabs."""
    page.locator(".tabs").wait_for(state="attached")
    tab = page.locator(".tabs").get_by_text(column, exact=True)
    if tab.is_visible():
        tab.click()


APART: dict[str, Callable[[Any], None]] = {
    "details": details,
    "empty": empty,
    "sent": sent,
    "typed": typed,
    "failed": failed,
    "banner": banner,
}
"""States that change the page or its inbox: each has a page of its own."""

TOGETHER: dict[str, Callable[[Any], None]] = {
    "conversation": conversation,
    "about": dialog("About"),
    "chaos": chaos,
    "shortcuts": dialog("Keys"),
    "contacts": contacts,
    "filter": filter_syntax,
    "export": menu("Export", "Traffic"),
    "attach": menu("Attach a file", "Ringotel"),
    "paste": compose("Paste a webhook"),
    "event": compose("Test event"),
    "template": template,
}
"""A conversation, and what opens over it and closes without a trace: one page shows them in turn."""


@pytest.fixture
def used(ringotel: Emulator) -> Emulator:
    """An inbox with exchanges of every kind."""
    fill(ringotel)
    return ringotel


@pytest.mark.parametrize("state", APART)
def test_everyone_can_use_every_state_of_the_page(used: Emulator, visit: Open, state: str) -> None:
    """axe-core finds nothing, nothing scrolls sideways or is covered, and no control is smaller than 24 by 24 px."""
    page = visit(used.url, width=SIZES["phone"][0], height=SIZES["phone"][1])
    APART[state](page)
    page.evaluate(AXE)
    assert [] == obstacles(page)


def test_everyone_can_use_what_opens_over_the_page(used: Emulator, visit: Open) -> None:
    """The same for a conversation and each dialog and menu, which Escape closes."""
    width, height = SIZES["phone"]
    page = visit(used.url, width=width, height=height)
    page.evaluate(AXE)
    found = []
    for name, show_state in TOGETHER.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        show_state(page)
        found += [f"{name}, {what}" for what in obstacles(page)]
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")
    assert [] == found


def obstacles(page: Any) -> list[str]:
    """The accessibility problems of the page in its current state, in all sizes and both themes; requires axe-core on
    the page.
    """
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{size}: {what}" for what in page.evaluate(UNREACHABLE)]
        for scheme in ("light", "dark"):
            if (size, scheme) in LOOKS:
                page.emulate_media(color_scheme=scheme)
                found += [f"{size}, {scheme}: {what}" for what in page.evaluate(VIOLATIONS, LOOKS[size, scheme])]
    return found


UNREACHABLE = """async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);  // what follows a new size
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);
    const open = document.querySelector("dialog[open]");
    for (const one of (open ?? document).querySelectorAll("button, a, input, select, textarea, summary, [tabindex='0']")) {
        if (one.closest(".unseen") || !one.checkVisibility({visibilityProperty: true})) continue;
        one.scrollIntoView({block: "nearest", inline: "nearest"});
        const {left, right, top, bottom, width, height} = one.getBoundingClientRect();
        const what = (one.ariaLabel || one.textContent.trim() || one.outerHTML).slice(0, 60);
        const x = Math.min(Math.max((left + right) / 2, 0), innerWidth - 1);
        const y = Math.min(Math.max((top + bottom) / 2, 0), innerHeight - 1);
        const hit = document.elementFromPoint(x, y);
        if (left < -1 || right > innerWidth + 1) found.push(`${what}: cut off sideways`);
        else if (!hit || !(one.contains(hit) || hit.contains(one) || hit.closest("label")?.contains(one)))
            found.push(`${what}: covered by ${hit?.outerHTML.slice(0, 80)}`);
        const box = one.matches("input[type=radio], input[type=checkbox]") ? one.closest("label").getBoundingClientRect() : {width, height};
        if (one.matches("a") && getComputedStyle(one).display === "inline") continue;
        if (box.width < 24 || box.height < 24) found.push(`${what}: ${Math.round(box.width)} x ${Math.round(box.height)} px`);
    }
    return found;
}"""
