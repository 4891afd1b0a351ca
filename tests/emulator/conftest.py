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
from tests.loopback import is_open

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
    """One browser for all tests of the emulator; for other tests, playwright's event loop would cause problems."""
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
    """One emulator for all tests that do not change the template; its handset answers without delay."""
    with emulator(TELNYX, instant=True) as running:
        yield running


@pytest.fixture
def ringotel(shared: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """A separate inbox for each test; tests of two modules may have the same name."""
    name = re.sub(r"\W+", "-", request.node.name)
    return shared.inbox(f"{name[:50]}-{next(_inboxes)}")


@pytest.fixture(scope="package")
def context(browser: Any) -> Iterator[Any]:
    """One browser profile for all tests, because chromium starts a new process for each profile."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def visit(context: Any) -> Iterator[Open]:
    """Opens pages in a profile without stored data; fails on errors, dialogs and requests to other hosts."""
    kept = context.pages[:1]
    wrong: list[str] = []
    hosts: set[str] = set()

    def note_dialog(dialog: Any) -> None:
        wrong.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def note_message(message: Any) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page that is still open when its emulator ends tries to connect again.
        if "ERR_CONNECTION_REFUSED" not in message.text or is_open(urlsplit(message.location["url"]).port or 0):
            wrong.append(message.text)

    listeners = {
        "dialog": note_dialog,
        "pageerror": lambda error: wrong.append(f"an error: {error}"),
        "console": note_message,
        "request": lambda request: hosts.add(urlsplit(request.url).netloc),
    }

    def open_page(
        url: str,
        *,
        width: int = 1280,
        height: int = 800,
        path: str = "/",
        scheme: str = "light",
        permissions: tuple[str, ...] = (),
    ) -> Any:
        page = kept.pop() if kept else context.new_page()
        for event, listener in listeners.items():
            page.on(event, listener)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        context.grant_permissions(permissions)
        hosts.add(urlsplit(url).netloc)
        page.goto(url + path)
        page.locator(".link.live").wait_for(state="attached")
        return page

    yield open_page
    context.clear_permissions()
    for page in context.pages[1:]:
        page.close()
    for page in context.pages:
        page.unroute_all()
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.goto("about:blank")
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
    assert [] == wrong
    # The page's own blob: URLs have no host.
    assert 1 == len(hosts - {""}), hosts
