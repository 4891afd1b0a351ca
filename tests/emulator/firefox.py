"""A headless Firefox, driven by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/) without a driver program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from itertools import count
from pathlib import Path
from typing import Any

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)

PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,none",
    "toolkit.telemetry.enabled": False,
}
"""Settings that switch off questions at the first start, preparations that no test needs, and connections."""

_UNTIL = """(look => new Promise((done, fail) => {
    const end = performance.now() + 30000;
    const again = () => {
        const found = look();
        if (found) done(found);
        else if (performance.now() > end) fail(new Error("not found on: " + document.body.innerText.slice(0, 2000)));
        else setTimeout(again, 20);
    };
    again();
}))"""

_REACHABLE = """((selector, text) => {
    const found = [...document.querySelectorAll(selector)].find(one => one.innerText.includes(text));
    found?.scrollIntoView({block: "center", behavior: "instant"});
    const {x, y, width, height} = found?.getBoundingClientRect() ?? {};
    const middle = [Math.floor(x + width / 2), Math.floor(y + height / 2)];
    return found?.contains(document.elementFromPoint(...middle)) ? middle : null;
})"""
"""The middle of an element in the window, in CSS pixels, if nothing covers it: the page may redraw a row between
finding and clicking it, but at the same place.
"""


class Firefox:
    """One window. ``errors`` are the errors that its console reported."""

    def __init__(self, profile: Path, *, dark: bool = False) -> None:
        """Start Firefox with an empty profile in this folder."""
        from websockets.sync.client import connect

        preferences = {
            **PREFERENCES,
            "ui.prefersReducedMotion": 1,
            "ui.systemUsesDarkTheme": int(dark),
            "layout.css.prefers-color-scheme.content-override": 0 if dark else 1,
        }
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        (profile / "user.js").write_text("\n".join(lines))
        assert FIREFOX is not None
        self._process = subprocess.Popen(
            [FIREFOX, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env={**os.environ, "HOME": str(profile)},
        )  # fmt: skip
        assert self._process.stderr is not None
        address = next(
            found[1] for line in self._process.stderr if (found := re.search(r"listening on (ws://[\d.:]+)", line))
        )
        self._socket = connect(f"{address}/session", max_size=None, proxy=None)
        self._numbers = count(1)
        self.errors: list[str] = []
        self.command("session.new", {"capabilities": {}})
        self.command("session.subscribe", {"events": ["log.entryAdded"]})
        self._context = self.command("browsingContext.getTree", {})["contexts"][0]["context"]

    def close(self) -> None:
        """End Firefox."""
        self._socket.close()
        self._process.terminate()
        self._process.communicate()

    def command(self, method: str, parameters: dict[str, Any]) -> Any:
        """Send one command; its result. Events that come before it are kept."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(str(message["params"]["text"]))
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def visit(self, url: str, *, width: int = 1280, height: int = 800) -> None:
        """Open a page at a size in pixels."""
        size = {"width": width, "height": height}
        self.command("browsingContext.setViewport", {"context": self._context, "viewport": size})
        self.command("browsingContext.navigate", {"context": self._context, "url": url, "wait": "complete"})

    def result(self, expression: str) -> Any:
        """The value of a JavaScript expression, or of the promise that it is."""
        parameters = {
            "expression": f"Promise.resolve({expression}).then(value => JSON.stringify(value ?? null))",
            "target": {"context": self._context},
            "awaitPromise": True,
        }
        found = self.command("script.evaluate", parameters)
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"]["value"])

    def until(self, expression: str) -> Any:
        """The value of a JavaScript expression as soon as it is truthy."""
        return self.result(f"{_UNTIL}(() => {expression})")

    def click(self, selector: str, text: str = "") -> None:
        """Press the mouse's button in the middle of the first element with this text, as soon as a click would reach
        it.
        """
        x, y = self.until(f"{_REACHABLE}({json.dumps(selector)}, {json.dumps(text)})")
        moves = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": moves})

    def type(self, text: str) -> None:
        """Press keys; a line break is Enter."""
        keys = [
            {"type": kind, "value": "\ue007" if key == "\n" else key} for key in text for kind in ("keyDown", "keyUp")
        ]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def screenshot(self) -> str:
        """A screenshot of the window, as PNG in base64."""
        return str(self.command("browsingContext.captureScreenshot", {"context": self._context})["data"])

    def _act(self, source: dict[str, Any]) -> None:
        self.command("input.performActions", {"context": self._context, "actions": [source]})
