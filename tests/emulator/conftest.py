"""Fixtures for tests of the emulator: a running one with an inbox for each test, and its page in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest

from ringocli.testing.context import Emulator, emulator
from tests.conftest import ACME
from tests.emulator.browser import CHROMIUM, QUIET, TELNYX, Open

_inboxes = count()


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    """One emulator for all tests without a browser, whose handset answers without delay."""
    with emulator(ACME, instant=True) as started:
        yield started


@pytest.fixture
def inbox(running: Emulator) -> Emulator:
    """A separate inbox for each test without a browser."""
    return running.inbox(f"test-{next(_inboxes)}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """One browser for all tests of the emulator; playwright's event loop would be in the way of tests elsewhere."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    playwright.expect.set_options(timeout=10_000)  # only a failing test ever waits that long
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def shared() -> Iterator[Emulator]:
    """One emulator for all tests that do not change the template."""
    with emulator(TELNYX) as running:
        yield running


@pytest.fixture
def ringotel(shared: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """A separate inbox for each test."""
    return shared.inbox(re.sub(r"\W+", "-", request.node.name)[:60])


@pytest.fixture
def visit(browser: Any) -> Iterator[Open]:
    """Opens pages with one browser profile per test; fails on errors, dialogs and requests to other hosts."""
    contexts: dict[str, Any] = {}
    wrong: list[str] = []
    hosts: set[str] = set()

    def note_dialog(dialog: Any) -> None:
        wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def note_message(message: Any) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    def open_page(url: str, *, width: int = 1280, height: int = 800, path: str = "/", **options: Any) -> Any:
        key = repr((width, height, sorted(options.items())))
        if key not in contexts:
            contexts[key] = browser.new_context(
                viewport={"width": width, "height": height}, locale="en-GB", reduced_motion="reduce", **options
            )
            contexts[key].set_default_timeout(10_000)
        page = contexts[key].new_page()
        page.on("dialog", note_dialog)
        page.on("pageerror", lambda error: wrong.append(f"an error: {error}"))
        page.on("console", note_message)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        hosts.add(urlsplit(url).netloc)
        page.goto(url + path)
        page.locator(".link.live").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts.values():
        context.close()
    assert [] == wrong
    # A blob: of the page's own has no host.
    assert 1 == len(hosts - {""}), hosts
