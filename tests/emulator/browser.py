"""Shared by the tests of the emulator's page: what people do on it, and the webhooks that arrive meanwhile."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from ringocli.testing.context import Emulator
from tests.conftest import ROOT, SAMPLES

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = ROOT / "ringocli" / "emulator" / "page"
TELNYX = SAMPLES / "telnyx.json"
NUMBER, CONTACT = "+12025550100", "+13105550199"

Open = Callable[..., Any]


def picture() -> bytes:
    """A whole PNG of 2 by 2 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff\x80\x20" * 2) * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def webhook(text: str = "Hello", *, key: str = "text", url: str | None = None) -> dict[str, Any]:
    """A message as Telnyx reports it; ``key`` is the key of its text."""
    payload: dict[str, Any] = {"from": {"phone_number": CONTACT}, "to": [{"phone_number": NUMBER}], key: text}
    if url is not None:
        payload["media"] = [{"url": url}]
    return {"data": {"event_type": "message.received", "payload": payload}}


def post(address: str, content: Any) -> int:
    """Send a webhook; the status of the reply."""
    body = json.dumps(content).encode()
    try:
        with urlopen(Request(address, data=body, headers={"Content-Type": "application/json"}), timeout=10) as reply:
            return int(reply.status)
    except HTTPError as error:
        with error:
            return error.code


def fill(ringotel: Emulator) -> None:
    """Exchanges of every kind."""
    ringotel.send(to=CONTACT, content="Your bike is ready", from_=NUMBER)
    ringotel.send(to="+15005550002", content="Does this arrive?", from_=NUMBER)
    post(ringotel.webhook_url, webhook("Great, thanks!"))
    post(ringotel.webhook_url, webhook("Open on Sunday?", key="txt"))


def say(page: Any, side: str, text: str) -> None:
    """Type a message on one side and send it."""
    page.locator(f".{side} textarea").fill(text)
    page.locator(f".{side} textarea").press("Enter")


def bubble(page: Any, side: str, text: str) -> Any:
    """The message with this text as one side shows it."""
    return page.locator(f".{side} .bubble", has_text=text)


def attach(page: Any, side: str, name: str = "view.png", kind: str = "image/png") -> None:
    """Pick a file on one side."""
    chosen = {"name": name, "mimeType": kind, "buffer": picture()}
    page.locator(f".{side} input[type=file]").set_input_files(chosen)


def shown_picture(page: Any, side: str, index: int = 0) -> None:
    """The thumbnail is there and has really been loaded."""
    image = page.locator(f".{side} .bubble img").nth(index)
    image.wait_for(state="visible")
    page.wait_for_function("image => image.complete && image.naturalWidth === 2", arg=image.element_handle())
